"""What applies to a service, as a memo (适用性备忘录).

Knows the sections and their order: a summary, what applies, what applies when something happens, what is unclear and what would
settle it, what is to be watched, the open questions of law, what to find out next. Duties and prohibitions stand in a line each,
with citation, bearer, deadline and how far they were checked; the rest by their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, Assessment
from hegui.law.book import LawBook
from hegui.law.citation import article_text, cite, title_text
from hegui.law.memo.check_summary import summary_lines
from hegui.law.memo.condition import condition_text
from hegui.law.memo.words import (
    INDENT,
    joined,
    labels,
    question_line,
    reading_lines,
    short_digest,
    standing_text,
)
from hegui.law.questions import questions
from hegui.law.summary import STATUSES, status
from hegui.locale import message

__all__ = ["check_lines"]

NEXT = 3
"""Questions shown with an answer; `hegui law ask` shows all."""

UPCOMING = ("not_yet", "draft")

Lines = Callable[[Answer, LawBook, str], Iterator[str]]


def check_lines(assessment: Assessment, lang: str, *, everything: bool = False) -> Iterator[str]:
    """The whole answer. `everything`: foreign law, what does not apply, every provision in a line, and the names of facts."""
    book = assessment.book
    shown = [a for a in assessment.answers.values() if everything or _is_listed(a)]
    by = {name: [a for a in shown if status(a) == name] for name in STATUSES}
    yield from _heading(assessment, lang)
    yield from summary_lines(assessment, shown, lang)
    yield from _section("applies", by["applies"], book, lang, _plain, everything)
    yield from _waiting_section("when_it_happens", by["when_it_happens"], assessment, lang, everything)
    yield from _waiting_section("unclear", by["unclear"], assessment, lang, everything)
    if upcoming := [a for a in shown if _is_upcoming(a)]:
        yield from _section("upcoming", upcoming, book, lang, _upcoming, everything)
    if everything:
        yield from _section("does_not_apply", by["does_not_apply"], book, lang, _plain, everything)
    yield ""
    yield _others(assessment, lang, everything)
    yield from _questions_of_law(assessment, lang)
    yield from _next(assessment, lang, everything)
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


def _section(
    name: str, answers: Sequence[Answer], book: LawBook, lang: str, lines: Lines, everything: bool
) -> Iterator[str]:
    """Duties and prohibitions in a line each, the rest by their ids; `everything`: all in a line each."""
    yield ""
    yield message(f"law.check.{name}", lang, count=len(answers))
    if not answers:
        yield INDENT + message("law.check.nothing", lang)
    full = [a for a in answers if everything or a.provision.is_obligation]
    for instrument, group in groupby(full, key=lambda a: a.instrument):
        found = list(group)
        rank = "" if instrument.is_draft else message(f"law.rank.{instrument.rank}", lang)
        remark = ("，" if lang == "zh" else ", ").join(filter(None, (rank, _standing(found, lang))))
        gap = "" if lang == "zh" or not remark else " "
        group_text = message("law.condition.group", lang, text=remark) if remark else ""
        yield f"{INDENT}{title_text(instrument, lang)}{gap}{group_text}"
        for answer in found:
            yield from lines(answer, book, lang)
    yield from _folded([] if everything else [a for a in answers if not a.provision.is_obligation], lang)


def _folded(answers: Sequence[Answer], lang: str) -> Iterator[str]:
    """Rights, definitions, offences and the like: a line of ids for each instrument."""
    if not answers:
        return
    yield INDENT + message("law.check.folded", lang, count=len(answers))
    for instrument, group in groupby(answers, key=lambda a: a.instrument):
        ids = joined((answer.provision.id for answer in group), lang)
        yield INDENT * 2 + message("law.check.folded_line", lang, title=title_text(instrument, lang), ids=ids)


def _standing(answers: Sequence[Answer], lang: str) -> str:
    """Since when the provisions bind, where one day explains all of them."""
    turns = {standing_text(answer.timing, lang) for answer in answers}
    return turns.pop() if len(turns) == 1 else ""


def _plain(answer: Answer, book: LawBook, lang: str) -> Iterator[str]:
    provision, version = answer.provision, answer.timing.version
    article = article_text(answer.instrument, version.article, lang) if version else ""
    confidence = message(f"law.confidence.{provision.confidence}", lang)
    head = message("law.check.head", lang, id=provision.id, article=article, title=provision.title.text(lang))
    yield f"{INDENT * 2}{head}{provision.act.text(lang)}{_who_and_when(answer, book, lang)} [{confidence}]"
    for one in answer.exceptions:
        if one.exemption.effect == "varies" and one.verdict is Verdict.HOLDS:
            words = one.exemption.words.text(lang)
            yield INDENT * 4 + message("law.check.varied", lang, cites=one.exemption.cites, words=words)


def _who_and_when(answer: Answer, book: LawBook, lang: str) -> str:
    """Who bears it and by when, in brackets; nothing where neither is said."""
    provision = answer.provision
    bearers = joined((book.bearers[one].text(lang) for one in provision.bearers), lang)
    deadline = message("law.check.deadline", lang, deadline=provision.deadline.text(lang)) if provision.deadline else ""
    text = ("；" if lang == "zh" else "; ").join(filter(None, (bearers, deadline)))
    return ("" if lang == "zh" else " ") + message("law.condition.group", lang, text=text) if text else ""


def _waiting_section(
    name: str, answers: Sequence[Answer], assessment: Assessment, lang: str, everything: bool
) -> Iterator[str]:
    """What is unclear or waits for an event; those together that wait for the same."""
    yield ""
    yield message(f"law.check.{name}", lang, count=len(answers))
    if not answers:
        yield INDENT + message("law.check.nothing", lang)
    groups: dict[int, list[Answer]] = {}
    for answer in answers:
        if everything or answer.provision.is_obligation:
            node = answer.before_events.node(answer.condition) if answer.when_it_happens else answer.node
            groups.setdefault(node, []).append(answer)
    for group in groups.values():
        yield from _waiting(group, assessment, lang, everything)
    yield from _folded([] if everything else [a for a in answers if not a.provision.is_obligation], lang)


def _waiting(group: Sequence[Answer], assessment: Assessment, lang: str, everything: bool) -> Iterator[str]:
    first, book = group[0], assessment.book
    happens = first.when_it_happens
    condition = condition_text(first.event_condition if happens else first.residual, book.facts, lang)
    yield INDENT + message("law.check.applies_when" if happens else "law.check.applies_if", lang, condition=condition)
    if first.missing and not happens:
        facts = labels(book, first.missing, lang, named=everything)
        yield INDENT * 2 + message("law.check.missing", lang, facts=facts)
    if first.unclear:
        yield INDENT * 2 + message("law.check.turns_on", lang, questions=joined(first.unclear, lang))
    for answer in group:
        version = answer.timing.version or answer.provision.versions[-1]
        line = f"{answer.provision.id}  {cite(answer.instrument, version, lang)}  {answer.provision.title.text(lang)}"
        yield INDENT * 2 + line + _who_and_when(answer, book, lang)


def _upcoming(answer: Answer, book: LawBook, lang: str) -> Iterator[str]:
    for number, line in enumerate(_plain(answer, book, lang)):
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


def _next(assessment: Assessment, lang: str, everything: bool) -> Iterator[str]:
    found = questions(assessment)[:NEXT]
    if not found:
        return
    yield ""
    yield message("law.check.next", lang)
    for number, question in enumerate(found, 1):
        yield f"{INDENT}{number}. {question_line(question, lang, named=everything)}"
