"""Why one provision applies, or not, or cannot be told, as a memo (单条说明).

Knows how to print the tree behind an answer, down to where each fact was stated. A mark leads each line: + holds, - fails,
? unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, Assessment, Considered
from hegui.law.book import LawBook
from hegui.law.citation import cite
from hegui.law.explanation import Branch, Constant, FactLeaf, ReadingLeaf, Reason, decisive, explain, leaves
from hegui.law.expression import written
from hegui.law.memo.condition import condition_text
from hegui.law.memo.words import INDENT, joined, reading_lines, short_digest, standing_text, value_text
from hegui.locale import message

__all__ = ["explain_lines", "provision_lines"]

MARKS = {Verdict.HOLDS: "+", Verdict.FAILS: "-", Verdict.UNKNOWN: "?"}


def explain_lines(assessment: Assessment, answer: Answer, lang: str) -> Iterator[str]:
    """The provision, the answer, the tree behind it, what is left open, and the exceptions considered."""
    yield from provision_lines(assessment.book, answer, lang, outcome=True)
    yield ""
    yield message("law.explain.why", lang)
    yield from _tree(explain(assessment, answer), assessment, lang, 1, set())
    if answer.verdict is Verdict.UNKNOWN:
        condition = condition_text(answer.residual, assessment.book.facts, lang)
        yield message("law.explain.left", lang, condition=condition)
    if answer.exceptions:
        yield ""
        yield message("law.explain.exceptions", lang)
        yield from (INDENT + _exception(one, lang) for one in answer.exceptions)
    yield from _questions(assessment, answer, lang)
    yield ""
    yield message("law.check.footer", lang, digest=short_digest(assessment.book))


def provision_lines(book: LawBook, answer: Answer, lang: str, *, outcome: bool = False) -> Iterator[str]:
    """What the provision says, with citation, dates and confidence; the answer too, where there is a profile."""
    provision, instrument = answer.provision, answer.instrument
    yield message("law.explain.title", lang, id=provision.id, title=provision.title.text(lang))
    if outcome:
        yield message("law.explain.outcome", lang, outcome=message(f"law.outcome.{answer.outcome}", lang))
    version = answer.timing.version or provision.versions[-1]
    rank, standing = message(f"law.rank.{instrument.rank}", lang), standing_text(answer.timing, lang)
    citation = cite(instrument, version, lang)
    yield message("law.explain.citation", lang, citation=citation, rank=rank, standing=standing)
    yield message("law.explain.act", lang, act=provision.act.text(lang))
    yield from _particulars(book, answer, lang)


def _particulars(book: LawBook, answer: Answer, lang: str) -> Iterator[str]:
    provision = answer.provision
    bearers = joined((book.bearers[one].text(lang) for one in provision.bearers), lang)
    if bearers:
        yield message("law.explain.bearers", lang, bearers=bearers)
    yield message("law.explain.when", lang, condition=condition_text(answer.condition, book.facts, lang))
    for name in ("deadline", "number", "evidence"):
        words = getattr(provision, name)
        if words is not None:
            yield message(f"law.explain.{name}", lang, **{name: words.text(lang)})
    if provision.sanctions:
        yield message("law.explain.sanctions", lang, sanctions=joined(provision.sanctions, lang), id=provision.id)
    if provision.duties:
        yield message("law.explain.duties", lang, duties=joined(provision.duties, lang))
    confidence = message(f"law.confidence.{provision.confidence}", lang)
    checked = (provision.source or answer.instrument.verification).text(lang)
    day = answer.instrument.checked_on
    yield message("law.explain.confidence", lang, confidence=confidence, verification=checked, checked_on=day)
    if provision.note:
        yield message("law.explain.note", lang, note=provision.note.text(lang))


def _tree(reason: Reason, assessment: Assessment, lang: str, depth: int, seen: set[str]) -> Iterator[str]:
    """The tree; `seen` are the facts whose derivation has been printed, which are not explained again."""
    lead = f"{INDENT * depth}{MARKS[reason.verdict]} "
    match reason:
        case Constant(verdict):
            yield lead + message("law.explain.always" if verdict is Verdict.HOLDS else "law.explain.never", lang)
        case Branch("not", _, (FactLeaf() as leaf,)):
            folded = leaf.derived is not None and leaf.fact.name in seen
            yield lead + message("law.condition.not", lang, part=_fact(leaf, assessment, lang, folded))
            yield from _derived(leaf, assessment, lang, depth, seen)
        case Branch():
            yield lead + message(f"law.explain.{reason.joined}", lang)
            for part in decisive(reason):
                yield from _tree(part, assessment, lang, depth + 1, seen)
        case FactLeaf():
            yield lead + _fact(reason, assessment, lang, reason.derived is not None and reason.fact.name in seen)
            yield from _derived(reason, assessment, lang, depth, seen)
        case ReadingLeaf():
            yield lead + f"{written(reason.expression)}: {reason.uncertainty.question.text(lang)}"
        case _:
            assert_never(reason)


def _derived(leaf: FactLeaf, assessment: Assessment, lang: str, depth: int, seen: set[str]) -> Iterator[str]:
    """Where a fact that follows from others comes from, once."""
    if leaf.derived is not None and leaf.fact.name not in seen:
        seen.add(leaf.fact.name)
        yield from _tree(leaf.derived, assessment, lang, depth + 1, seen)


def _fact(leaf: FactLeaf, assessment: Assessment, lang: str, folded: bool) -> str:
    claim = condition_text(leaf.expression, assessment.book.facts, lang)
    origin = message("law.explain.above", lang) if folded else _origin(leaf, assessment, lang)
    return f"{claim} [{leaf.fact.name}] — {origin}"


def _origin(leaf: FactLeaf, assessment: Assessment, lang: str) -> str:
    if leaf.stated is not None:
        source = message("law.explain.source", lang, source=leaf.stated.source) if leaf.stated.source else ""
        value = value_text(leaf.stated.value, lang)
        return message("law.explain.stated", lang, value=value, source=source, place=leaf.stated.place)
    if leaf.fact.derivation is not None and leaf.derived is not None:
        return message("law.explain.derived", lang, words=leaf.fact.derivation.words.text(lang))
    return message(
        "law.explain.asked_open" if leaf.fact.name in assessment.profile.open else "law.explain.missing", lang
    )


def _exception(one: Considered, lang: str) -> str:
    verdict, effect = (
        message(f"law.verdict.{one.verdict.value}", lang),
        message(f"law.effect.{one.exemption.effect}", lang),
    )
    named, words = one.exemption, one.exemption.words.text(lang)
    return message(
        "law.explain.exception", lang, id=named.id, cites=named.cites, effect=effect, verdict=verdict, words=words
    )


def _questions(assessment: Assessment, answer: Answer, lang: str) -> Iterator[str]:
    """The questions of law that the answer turns on, settled ones included, and those that bear on the provision and arise."""
    adopted = {
        leaf.uncertainty.id
        for leaf in leaves(explain(assessment, answer))
        if isinstance(leaf, ReadingLeaf) and leaf.adopted is not None
    }
    arising = [
        one
        for one in assessment.book.uncertainties.values()
        if one.id in adopted.union(answer.unclear)
        or (answer.provision.id in one.provisions and assessment.conditions.verdict(one.when) is Verdict.HOLDS)
    ]
    if arising:
        yield ""
        yield message("law.check.questions", lang)
    for one in arising:
        yield from reading_lines(one, assessment.profile.readings.get(one.id), lang)
