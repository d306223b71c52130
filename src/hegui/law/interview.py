"""Ask for facts one at a time, only those that still matter (问答).

Knows a profile as it grows and the way back; knows no terminal and no file. Each answer gives a new profile; the question comes
from the assessment of the profile as it is, so that nothing is asked that the answers so far have made idle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from unicodedata import normalize

from hegui.errors import InputError
from hegui.law.assessment import Assessment, assess
from hegui.law.book import LawBook
from hegui.law.facts import FactDefinition, FactValue
from hegui.law.profile import Profile, Stated, value_fault
from hegui.law.questions import Leftover, Question, leftover, questions

__all__ = ["Interview", "read_answer"]

YES = {"y", "yes", "true", "1", "是", "是的", "有", "有的", "对", "对的"}
NO = {"n", "no", "false", "0", "否", "不", "不是", "没有", "没", "无", "不对"}

_NUMBER = re.compile(r"([0-9]{1,3}(?:[, _'][0-9]{3})+|[0-9]+)(\.[0-9]+)?\s*([百千万萬亿億]{0,2})")
_TIMES = {"百": 100, "千": 1000, "万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
MOST_TYPED = 40
"""Characters of a number; a longer one is no answer."""


@dataclass(frozen=True)
class Interview:
    """Where an interview stands.

    as_of, known_on, draft: whose law decides which questions matter, as in `assess`.
    today: the day on which the answers are given, noted with each; None notes none.
    events: whether it asks what has happened, too, or only what the service is.
    asked: the facts answered in this run, the latest last.
    """

    book: LawBook
    profile: Profile
    as_of: date
    known_on: date | None = None
    draft: bool = False
    today: date | None = None
    events: bool = False
    asked: tuple[str, ...] = ()

    def questions(self) -> Sequence[Question]:
        """What is left to ask, the next first."""
        return questions(self._assessed(), events=self.events)

    def leftover(self) -> Leftover:
        """What keeps provisions open although it is not asked."""
        return leftover(self._assessed(), events=self.events)

    def _assessed(self) -> Assessment:
        return assess(self.book, self.profile, as_of=self.as_of, known_on=self.known_on, draft=self.draft)

    def answered(self, name: str, value: FactValue) -> Interview:
        """After the answer. Raises FileFaults (LAW021) when it contradicts what was stated before."""
        stated = {**self.profile.stated, name: Stated(value, on=self.today)}
        profile = replace(self.profile, stated=stated, open=self.profile.open - {name})
        assess(self.book, profile, as_of=self.as_of)
        return replace(self, profile=profile, asked=(*self.asked, name))

    def left_open(self, name: str) -> Interview:
        """After "not known": the fact stays unknown and is not asked again."""
        profile = replace(self.profile, open=self.profile.open | {name})
        return replace(self, profile=profile, asked=(*self.asked, name))

    def back(self) -> Interview:
        """Before the latest answer of this run; as it is when there is none."""
        if not self.asked:
            return self
        name = self.asked[-1]
        stated = {key: value for key, value in self.profile.stated.items() if key != name}
        profile = replace(self.profile, stated=stated, open=self.profile.open - {name})
        return replace(self, profile=profile, asked=self.asked[:-1])


def read_answer(fact: FactDefinition, text: str) -> FactValue:
    """The answer in what somebody typed: y, 不是; 1,500,000, 150万; a level. Raises InputError (LAW023)."""
    value = _value(fact, text.strip().rstrip("。.!！"))
    problem = value_fault(fact, value)
    if problem is not None:
        raise InputError("LAW023", fact.name, problem, "Answer the question, or u for not known.")
    return value


def _value(fact: FactDefinition, text: str) -> FactValue:
    if fact.kind == "bool":
        return True if text.lower() in YES else False if text.lower() in NO else text
    if fact.kind == "level":
        named = {word: level.id for level in fact.levels for word in (level.id, level.words.zh, level.words.en)}
        return named.get(text, text)
    return _number(fact, text)


def _number(fact: FactDefinition, text: str) -> FactValue:
    """A number as people write it, thousands apart or not, 万 and 亿 understood, with or without its unit."""
    plain = normalize("NFKC", text)
    for unit in (fact.unit.zh, fact.unit.en) if fact.unit else ():
        plain = plain.removesuffix(unit).rstrip()
    found = _NUMBER.fullmatch(plain) if len(plain) <= MOST_TYPED else None
    if found is None:
        return text
    value = Decimal(re.sub(r"\D", "", found[1]) + (found[2] or ""))
    for sign in found[3]:
        value *= _TIMES[sign]
    if value == value.to_integral_value():
        return int(value) if fact.kind == "count" else float(value)
    return text if fact.kind == "count" else float(value)
