"""What the OSCAL documents about one service share: which assessment they come from, and why an answer is what it is.

Knows an assessment and how to word an outcome in both languages. Places of the profile (file and line) are left out: a document
that travels says nothing about the machine it was made on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from hegui.law.assessment import Answer, Assessment
from hegui.law.exports.oscal_terms import Json, Lang, identifier, prop
from hegui.law.expression import Compare, Expression, Fact, atoms
from hegui.law.facts import FactValue, derivation_parts
from hegui.law.profile import Stated
from hegui.law.timing import Standing
from hegui.law.words import Words

__all__ = ["assessment_props", "assessment_uuid", "facts_behind", "reason", "service_name", "shown_value"]

REASONS: Mapping[str, Words] = {
    "applies": Words("适用：依已陈述的事实，适用条件成立。", "Applies: on the facts stated its condition holds."),
    "unclear": Words(
        "不明确：仍取决于所列的事实或者法律问题。",
        "Unclear: it still depends on the facts or the questions of law named here.",
    ),
    "does_not_apply": Words(
        "不适用：依已陈述的事实，适用条件不成立。",
        "Does not apply: on the facts stated its condition does not hold.",
    ),
}

STANDINGS: Mapping[Standing, Words] = {
    "in_force": Words("现行有效", "in force"),
    "not_yet": Words("不适用：尚未施行", "Not in force: it takes effect later"),
    "ended": Words("不适用：已失效", "Not in force: it has ended"),
    "draft": Words("不适用：征求意见稿", "Not in force: a draft"),
    "superseded": Words(
        "不适用：征求意见稿，已被正式文本取代", "Not in force: a draft that the final text has replaced"
    ),
    "attested": Words("至迟自该日起有效", "in force at the latest since that day"),
    "unattested": Words("不适用：来源只能证明其后有效", "Not in force: our sources attest it only later"),
    "publication_unknown": Words(
        "不适用：来源未载明公布日期", "Not in force: our sources do not say when it was published"
    ),
    "unpublished": Words("不适用：截至该日尚未公布", "Not in force: not published by that day"),
    "non_statutory": Words(
        "不适用：并非法律文件，没有施行日期", "Not in force: not a legal text, it has no day of effect"
    ),
}


def service_name(assessment: Assessment, lang: Lang) -> str:
    """What the profile calls the service."""
    return assessment.profile.service or Words("未命名的服务", "service without a name").text(lang)


def assessment_uuid(kind: str, assessment: Assessment, lang: Lang) -> str:
    """The UUID of the document of this kind: it follows from the law, the dates asked for and all that the profile states."""
    profile = assessment.profile
    stated = (f"{name} {_identity(profile.stated[name])}" for name in sorted(profile.stated))
    readings = (f"{name} {one.taken} {one.by} {one.on}" for name, one in sorted(profile.readings.items()))
    dates = (str(assessment.as_of), str(assessment.known_on), str(assessment.draft))
    open_facts = sorted(profile.open)
    return identifier(
        kind, assessment.book.digest, lang, *dates, profile.service, *stated, "open", *open_facts, "readings", *readings
    )


def assessment_props(assessment: Assessment) -> Iterator[Json]:
    """The dates and the view that were asked for."""
    yield prop("as-of", assessment.as_of.isoformat())
    if assessment.known_on is not None:
        yield prop("known-on", assessment.known_on.isoformat())
    yield prop("draft-view", "true" if assessment.draft else "false")


def reason(answer: Answer, lang: Lang) -> str:
    """Why the answer is what it is, in a sentence; dates and facts stand beside it as properties."""
    if answer.outcome in REASONS:
        return REASONS[answer.outcome].text(lang)
    return _not_in_force(STANDINGS[answer.timing.standing], answer.timing.turn, lang)


def facts_behind(assessment: Assessment, condition: Expression) -> list[str]:
    """The facts that a condition rests on for this service, in the order in which they are asked.

    What was not stated is followed to the facts it is derived from; what was stated counts as stated.
    """
    facts, stated = assessment.book.facts, assessment.profile.stated
    waiting, found = [condition], set[str]()
    while waiting:
        for name in _names(waiting.pop()) - found:
            found.add(name)
            if name not in stated:
                waiting.extend(derivation_parts(facts[name].derivation))
    return [name for name in facts if name in found]


def shown_value(value: FactValue | None) -> str:
    """A fact's value as the profile writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _names(condition: Expression) -> set[str]:
    return {atom.name for atom in atoms(condition) if isinstance(atom, Fact | Compare)}


def _identity(stated: Stated) -> str:
    return f"{stated.value!r} {stated.source!r} {stated.on} {stated.note!r}"


def _not_in_force(words: Words, turn: date | None, lang: Lang) -> str:
    if turn is None:
        return Words(f"{words.zh}。", f"{words.en}.").text(lang)
    return Words(f"{words.zh}（{turn}）。", f"{words.en} ({turn}).").text(lang)
