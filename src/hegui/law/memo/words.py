"""Small texts that every memo shares: values, standings, questions, readings.

Knows the catalogue's keys; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hegui.law.book import LawBook
from hegui.law.profile import AdoptedReading
from hegui.law.questions import Question
from hegui.law.timing import Timing
from hegui.law.uncertainties import Uncertainty
from hegui.locale import message

__all__ = ["joined", "labels", "question_line", "reading_lines", "short_digest", "standing_text", "value_text"]

INDENT = "  "


def joined(texts: Iterable[str], lang: str) -> str:
    """Texts one after the other, parted as the language does."""
    return ("、" if lang == "zh" else ", ").join(texts)


def labels(book: LawBook, names: Iterable[str], lang: str, *, named: bool = False) -> str:
    """Facts by what they claim; `named`: with the name that a profile writes, in square brackets."""
    gap = "" if lang == "zh" else " "
    texts = (book.facts[name].label.text(lang) + (f"{gap}[{name}]" if named else "") for name in names)
    return ("；" if lang == "zh" else "; ").join(texts)


def value_text(value: object, lang: str) -> str:
    """A value for people: yes and no for truth values, figures with thousands apart."""
    if isinstance(value, bool):
        return message("law.verdict.holds" if value else "law.verdict.fails", lang)
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def standing_text(timing: Timing, lang: str) -> str:
    """Since when a provision binds, or why it does not."""
    return message(f"law.standing.{timing.standing}", lang, turn=timing.turn or "–")


def short_digest(book: LawBook) -> str:
    """Enough of the digest to tell two states of the law apart in a text; JSON carries the whole."""
    return book.digest[:12]


def question_line(question: Question, lang: str, *, named: bool = True) -> str:
    """A fact worth finding out, and what each answer would settle; `named`: with the name that a profile writes."""
    cases = ("，" if lang == "zh" else ", ").join(
        message("law.check.next_case", lang, settles=case.settles, value=value_text(case.value, lang))
        for case in question.cases
    )
    name = f"[{question.fact.name}] " if named else ""
    asked = question.fact.question.text(lang)
    return message("law.check.next_line", lang, name=name, question=asked, bears_on=question.bears_on, cases=cases)


def reading_lines(uncertainty: Uncertainty, adopted: AdoptedReading | None, lang: str) -> Iterator[str]:
    """A question of law, both readings, what practice does, and the reading adopted."""
    inner = INDENT * 3
    yield f"{INDENT}{uncertainty.id}  {uncertainty.question.text(lang)}"
    yield inner + uncertainty.text.text(lang)
    for reading in uncertainty.readings:
        yield inner + message("law.check.reading", lang, id=reading.id, words=reading.words.text(lang))
    yield inner + message("law.check.practice", lang, words=uncertainty.practice.text(lang))
    if adopted is not None:
        by = message("law.check.by", lang, by=adopted.by) if adopted.by else ""
        yield inner + message("law.check.adopted", lang, taken=adopted.taken, by=by)
