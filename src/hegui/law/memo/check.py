"""What applies to a service, as a memo (适用性备忘录).

Knows the sections and their order: what applies, what is unclear and what would settle it, what is to be watched, the open
questions of law, what to find out next. Every provision stands with its citation, its dates and how far it was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, Assessment
from hegui.law.citation import article_text, cite, title_text
from hegui.law.memo.condition import condition_text
from hegui.law.memo.words import INDENT, joined, question_line, reading_lines, short_digest, standing_text
from hegui.law.questions import questions
from hegui.locale import message

__all__ = ["check_lines"]

NEXT = 3
"""Questions shown with an answer; `hegui law ask` shows all."""

UPCOMING = ("not_yet", "draft")

Lines = Callable[[Answer, str], Iterator[str]]


def check_lines(assessment: Assessment, lang: str, *, everything: bool = False) -> Iterator[str]:
    """The whole answer. `everything`: foreign law too, and what does not apply."""
    shown = [a for a in assessment.answers.values() if everything or _is_listed(a)]
    yield from _heading(assessment, lang)
    yield from _section("applies", [a for a in shown if a.outcome == "applies"], lang, _plain)
    yield from _unclear([a for a in shown if a.outcome == "unclear"], assessment, lang)
    if upcoming := [a for a in shown if _is_upcoming(a)]:
        yield from _section("upcoming", upcoming, lang, _upcoming)
    if everything:
        yield from _section("does_not_apply", [a for a in shown if a.outcome == "does_not_apply"], lang, _plain)
    yield ""
    yield _others(assessment, lang, everything)
    yield from _questions_of_law(assessment, lang)
    yield from _next(assessment, lang)
    yield ""
    yield message("law.check.footer", lang, digest=short_digest(assessment.book))


def _is_listed(answer: Answer) -> bool:
    return answer.instrument.jurisdiction == "CN" and answer.provision.kind != "authority_rule"


def _is_upcoming(answer: Answer) -> bool:
    return (
        answer.outcome == "not_in_force" and answer.timing.standing in UPCOMING and answer.verdict is not Verdict.FAILS
    )


def _heading(assessment: Assessment, lang: str) -> Iterator[str]:
    service = assessment.profile.service or message("law.check.unnamed", lang)
    yield message("law.check.title", lang, service=service, as_of=assessment.as_of)
    if assessment.known_on is not None:
        yield message("law.check.known_on", lang, known_on=assessment.known_on)
    if assessment.draft:
        yield message("law.check.draft_view", lang)
    checked_on = max(instrument.checked_on for instrument in assessment.book.instruments.values())
    if checked_on < assessment.as_of:
        yield message("law.check.beyond", lang, checked_on=checked_on)


def _section(name: str, answers: Sequence[Answer], lang: str, lines: Lines) -> Iterator[str]:
    yield ""
    yield message(f"law.check.{name}", lang, count=len(answers))
    if not answers:
        yield INDENT + message("law.check.nothing", lang)
    for instrument, group in groupby(answers, key=lambda a: a.instrument):
        found = list(group)
        rank = "" if instrument.is_draft else message(f"law.rank.{instrument.rank}", lang)
        standing = _standing(found, lang)
        remark = message("law.condition.group", lang, text=joined(filter(None, (rank, standing)), lang))
        yield f"{INDENT}{title_text(instrument, lang)} {remark}"
        for answer in found:
            yield from lines(answer, lang)


def _standing(answers: Sequence[Answer], lang: str) -> str:
    """Since when the provisions bind, where one day explains all of them."""
    turns = {standing_text(answer.timing, lang) for answer in answers}
    return turns.pop() if len(turns) == 1 else ""


def _plain(answer: Answer, lang: str) -> Iterator[str]:
    provision, version = answer.provision, answer.timing.version
    article = article_text(answer.instrument, version.article, lang) if version else ""
    confidence = message(f"law.confidence.{provision.confidence}", lang)
    head = f"{provision.id}  {article}  {provision.title.text(lang)}"
    yield f"{INDENT * 2}{head}: {provision.act.text(lang)} [{confidence}]".replace(
        ": ", "：" if lang == "zh" else ": ", 1
    )
    for one in answer.exceptions:
        if one.exemption.effect == "varies" and one.verdict is Verdict.HOLDS:
            words = one.exemption.words.text(lang)
            yield INDENT * 4 + message("law.check.varied", lang, cites=one.exemption.cites, words=words)


def _unclear(answers: Sequence[Answer], assessment: Assessment, lang: str) -> Iterator[str]:
    """The unclear provisions, those together that wait for the same."""
    yield ""
    yield message("law.check.unclear", lang, count=len(answers))
    if not answers:
        yield INDENT + message("law.check.nothing", lang)
    groups: dict[int, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer.node, []).append(answer)
    for group in groups.values():
        yield from _waiting(group, assessment, lang)


def _waiting(group: Sequence[Answer], assessment: Assessment, lang: str) -> Iterator[str]:
    first = group[0]
    condition = condition_text(first.residual, assessment.book.facts, lang)
    yield INDENT + message("law.check.applies_if", lang, condition=condition)
    if first.missing:
        yield INDENT * 2 + message("law.check.missing", lang, facts=joined(first.missing, lang))
    if first.unclear:
        yield INDENT * 2 + message("law.check.turns_on", lang, questions=joined(first.unclear, lang))
    for answer in group:
        version = answer.timing.version or answer.provision.versions[-1]
        yield f"{INDENT * 2}{answer.provision.id}  {cite(answer.instrument, version, lang)}  {answer.provision.title.text(lang)}"


def _upcoming(answer: Answer, lang: str) -> Iterator[str]:
    for number, line in enumerate(_plain(answer, lang)):
        yield f"{line} — {standing_text(answer.timing, lang)}" if number == 0 else line


def _others(assessment: Assessment, lang: str, everything: bool) -> str:
    fails = len(assessment.with_outcome("does_not_apply"))
    off = len(assessment.with_outcome("not_in_force"))
    return message("law.check.others_all" if everything else "law.check.others", lang, fails=fails, off=off)


def _questions_of_law(assessment: Assessment, lang: str) -> Iterator[str]:
    if not assessment.questions_of_law:
        return
    yield ""
    yield message("law.check.questions", lang)
    for name in assessment.questions_of_law:
        yield from reading_lines(assessment.book.uncertainties[name], assessment.profile.readings.get(name), lang)


def _next(assessment: Assessment, lang: str) -> Iterator[str]:
    found = questions(assessment)[:NEXT]
    if not found:
        return
    yield ""
    yield message("law.check.next", lang)
    for number, question in enumerate(found, 1):
        yield f"{INDENT}{number}. {question_line(question, lang)}"
