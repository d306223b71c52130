"""What to find out next, and, when nothing is left to ask, why provisions stay open (下一步查明).

Knows the order: the questions, or that there are none; then what was said to be unknown, what a reading would settle, and what
has not been asked because it is about events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hegui.law.assessment import Assessment
from hegui.law.memo.words import INDENT, question_line
from hegui.law.questions import Leftover, Question
from hegui.locale import message

__all__ = ["ask_lines"]


def ask_lines(
    assessment: Assessment, asked: Sequence[Question], left: Leftover, lang: str, *, limit: int
) -> Iterator[str]:
    """The questions, at most `limit`; then what else provisions wait for."""
    yield from (question_line(one, lang) for one in asked[:limit])
    if len(asked) > limit:
        yield message("law.ask.further", lang, count=len(asked) - limit)
    if asked:
        return
    yield message("law.ask.done", lang)
    yield from _unknown(assessment, left, lang)
    yield from _readings(assessment, left, lang)
    if left.events:
        yield message("law.ask.events", lang, count=len(left.events))


def _unknown(assessment: Assessment, left: Leftover, lang: str) -> Iterator[str]:
    if left.unknown:
        yield message("law.ask.unknown", lang)
    for one in left.unknown:
        label = assessment.book.facts[one.name].label.text(lang)
        yield INDENT + message("law.ask.fact", lang, label=label, name=one.name, count=one.bears_on)


def _readings(assessment: Assessment, left: Leftover, lang: str) -> Iterator[str]:
    if left.readings:
        yield message("law.ask.readings", lang)
    for one in left.readings:
        question = assessment.book.uncertainties[one.name].question.text(lang)
        yield INDENT + message("law.ask.reading", lang, id=one.name, question=question, count=one.bears_on)
