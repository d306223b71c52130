"""Answers as plain values, for JSON.

Knows the names of members; they are stable and documented in docs/law.md. Days are ISO 8601. Carries the whole digest of the law.
"""

from __future__ import annotations

from datetime import date
from typing import Any, assert_never

from hegui.law.assessment import Answer, Assessment, Considered, assess
from hegui.law.book import LawBook
from hegui.law.citation import cite
from hegui.law.explanation import Branch, Constant, FactLeaf, ReadingLeaf, Reason
from hegui.law.expression import written
from hegui.law.facts import FactDefinition
from hegui.law.instruments import Instrument
from hegui.law.parameters import NoValue, Parameter, Value
from hegui.law.profile import AdoptedReading, Profile, Stated
from hegui.law.questions import Leftover, Question
from hegui.law.spans import Span
from hegui.law.summary import counts, status, topics
from hegui.law.uncertainties import Uncertainty
from hegui.law.words import Words

__all__ = [
    "plain_answer", "plain_assessment", "plain_fact", "plain_figure", "plain_instrument", "plain_item", "plain_leftover",
    "plain_profile", "plain_question", "plain_reason", "plain_uncertainty", "plain_words",
]  # fmt: skip


def plain_words(words: Words | None) -> dict[str, str] | None:
    return None if words is None else words.plain()


def plain_assessment(assessment: Assessment) -> dict[str, Any]:
    """The whole assessment: every provision of the book with its outcome."""
    return {
        "service": assessment.profile.service,
        "as_of": assessment.as_of,
        "known_on": assessment.known_on,
        "draft": assessment.draft,
        "law_digest": assessment.book.digest,
        "profile": plain_profile(assessment.profile),
        "summary": _summary(assessment),
        "questions_of_law": list(assessment.questions_of_law),
        "answers": [plain_answer(answer) for answer in assessment.answers.values()],
    }


def _summary(assessment: Assessment) -> dict[str, Any]:
    return {
        "counts": dict(counts(assessment.answers.values())),
        "topics": {one.name: {a.provision.id: status(a) for a in one.answers} for one in topics(assessment)},
    }


def plain_answer(answer: Answer) -> dict[str, Any]:
    """One provision: what it says, where it stands, and the answer."""
    provision, timing = answer.provision, answer.timing
    version = timing.version or provision.versions[-1]
    return {
        "id": provision.id,
        "outcome": answer.outcome,
        "verdict": answer.verdict.value,
        "missing": list(answer.missing),
        "unclear": list(answer.unclear),
        "residual": written(answer.residual) if answer.outcome == "unclear" else None,
        "when_it_happens": answer.when_it_happens,
        "event_condition": written(answer.event_condition) if answer.when_it_happens else None,
        "instrument": provision.instrument,
        "citation": {lang: cite(answer.instrument, version, lang) for lang in ("zh", "en")},
        "rank": answer.instrument.rank,
        "jurisdiction": answer.instrument.jurisdiction,
        "kind": provision.kind,
        "title": plain_words(provision.title),
        "act": plain_words(provision.act),
        "bearers": list(provision.bearers),
        "condition": written(answer.condition),
        "standing": timing.standing,
        "turn": timing.turn,
        "versions": [{"article": v.article, **_span(v.span)} for v in provision.versions],
        "exceptions": [_exception(one) for one in answer.exceptions],
        "deadline": plain_words(provision.deadline),
        "number": plain_words(provision.number),
        "evidence": plain_words(provision.evidence),
        "sanctions": list(provision.sanctions),
        "duties": list(provision.duties),
        "state": provision.state,
        "confidence": provision.confidence,
        "source": plain_words(provision.source or answer.instrument.verification),
        "checked_on": answer.instrument.checked_on,
        "note": plain_words(provision.note),
    }


def plain_reason(reason: Reason) -> dict[str, Any]:
    """The tree behind an answer."""
    match reason:
        case Constant(holds):
            return {"verdict": holds.value}
        case Branch(joined, holds, parts):
            return {"verdict": holds.value, joined: [plain_reason(part) for part in parts]}
        case FactLeaf():
            return {
                "verdict": reason.verdict.value,
                "fact": written(reason.expression),
                "question": plain_words(reason.fact.question),
                "stated": _stated(reason.stated) if reason.stated else None,
                "derived": plain_reason(reason.derived) if reason.derived else None,
            }
        case ReadingLeaf():
            adopted = _adopted(reason.adopted) if reason.adopted else None
            return {"verdict": reason.verdict.value, "reading": written(reason.expression), "adopted": adopted}
        case _:
            assert_never(reason)


def plain_question(question: Question) -> dict[str, Any]:
    """A fact worth finding out."""
    return {
        "fact": question.fact.name,
        "kind": question.fact.kind,
        "question": plain_words(question.fact.question),
        "help": plain_words(question.fact.help),
        "bears_on": question.bears_on,
        "settles_at_least": question.settles_at_least,
        "decisive": question.is_decisive,
        "cases": [{"value": case.value, "settles": case.settles} for case in question.cases],
    }


def plain_leftover(left: Leftover) -> dict[str, Any]:
    """What keeps provisions open although nobody asks it."""
    return {
        "unknown": [{"fact": one.name, "bears_on": one.bears_on} for one in left.unknown],
        "readings": [{"question": one.name, "bears_on": one.bears_on} for one in left.readings],
        "events_left_out": [{"fact": one.name, "bears_on": one.bears_on} for one in left.events],
    }


def plain_uncertainty(uncertainty: Uncertainty) -> dict[str, Any]:
    """An unclear question of law."""
    return {
        "id": uncertainty.id,
        "question": plain_words(uncertainty.question),
        "text": plain_words(uncertainty.text),
        "readings": {reading.id: plain_words(reading.words) for reading in uncertainty.readings},
        "practice": plain_words(uncertainty.practice),
        "provisions": list(uncertainty.provisions),
    }


def plain_fact(fact: FactDefinition) -> dict[str, Any]:
    """A fact, its question, and what counts as an answer."""
    return {
        "fact": fact.name,
        "group": fact.group,
        "kind": fact.kind,
        "label": plain_words(fact.label),
        "question": plain_words(fact.question),
        "help": plain_words(fact.help),
        "unit": plain_words(fact.unit),
        "levels": [level.id for level in fact.levels],
        "derived": plain_words(fact.derivation.words) if fact.derivation else None,
    }


def plain_instrument(instrument: Instrument) -> dict[str, Any]:
    """An instrument with its dates."""
    return {
        "key": instrument.key,
        "title": plain_words(instrument.title),
        "number": plain_words(instrument.number),
        "issuers": [plain_words(one) for one in instrument.issuers],
        "rank": instrument.rank,
        "jurisdiction": instrument.jurisdiction,
        "versions": [_span(span) for span in instrument.spans],
        "gate": written(instrument.gate) if instrument.gate else None,
        "status": plain_words(instrument.status),
        "verification": plain_words(instrument.verification),
        "checked_on": instrument.checked_on,
        "url": instrument.url,
    }


def plain_item(book: LawBook, identifier: str, as_of: date) -> dict[str, Any]:
    """What the book holds under the id: an unclear question, an instrument or a provision. Raises NotFoundError (LAW010)."""
    if identifier in book.uncertainties:
        return plain_uncertainty(book.uncertainties[identifier])
    if identifier in book.instruments:
        return plain_instrument(book.instruments[identifier])
    book.provision(identifier)
    return plain_answer(assess(book, Profile(), as_of=as_of).answers[identifier])


def plain_figure(parameter: Parameter, found: Value | NoValue) -> dict[str, Any]:
    """A figure of the law on a day, or why there is none."""
    head = {
        "id": parameter.id,
        "title": plain_words(parameter.title),
        "unit": parameter.unit,
        "sense": parameter.sense,
        "provisions": list(parameter.provisions),
    }
    if isinstance(found, NoValue):
        return {**head, "value": None, "reason": found.reason.value}
    provenance = found.provenance
    said = {"source": provenance.source, "confidence": provenance.confidence, "note": plain_words(provenance.note)}
    return {**head, "value": found.value, **_span(found.span), **said}


def plain_profile(profile: Profile) -> dict[str, Any]:
    """A profile in the form in which its file is written."""
    facts: dict[str, Any] = {name: _stated(stated) for name, stated in profile.stated.items()}
    facts.update((name, {"value": "unknown"}) for name in sorted(profile.open))
    return {
        "service": profile.service,
        "facts": facts,
        "readings": {name: _adopted(adopted) for name, adopted in profile.readings.items()},
    }


def _span(span: Span) -> dict[str, Any]:
    return {"published": span.published, "effective": span.effective, "until": span.until, "withdrawn": span.withdrawn}


def _stated(stated: Stated) -> dict[str, Any]:
    members = {"value": stated.value, "source": stated.source, "on": stated.on, "note": stated.note}
    return {name: value for name, value in members.items() if value is not None}


def _adopted(adopted: AdoptedReading) -> dict[str, Any]:
    members = {"taken": adopted.taken, "by": adopted.by, "on": adopted.on}
    return {name: value for name, value in members.items() if value is not None}


def _exception(considered: Considered) -> dict[str, Any]:
    one = considered.exemption
    return {
        "id": one.id,
        "cites": one.cites,
        "effect": one.effect,
        "when": written(one.when),
        "verdict": considered.verdict.value,
        "words": plain_words(one.words),
    }
