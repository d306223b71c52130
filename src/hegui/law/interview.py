"""Ask for facts one at a time, only those that still matter (问答).

Knows a profile as it grows and the way back; knows no terminal and no file. Each answer gives a new profile; the question comes
from the assessment of the profile as it is, so that nothing is asked that the answers so far have made idle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from unicodedata import normalize

from hegui.errors import InputError
from hegui.law.assessment import assess
from hegui.law.book import LawBook
from hegui.law.facts import FactDefinition, FactValue
from hegui.law.profile import Profile, Stated, value_fault
from hegui.law.questions import Question, questions

__all__ = ["Interview", "read_answer"]

YES = {"y", "yes", "true", "1", "是", "有", "对"}
NO = {"n", "no", "false", "0", "否", "没有", "无", "不"}
_FIGURE = re.compile(r"([0-9]{1,18}|[0-9]{1,3}([,_][0-9]{3}){1,5})(\.[0-9]{1,9})?")
"""1500000, or its thousands parted: 1,5 is no number here, for it is one and a half to some and fifteen to nobody."""


@dataclass(frozen=True)
class Interview:
    """Where an interview stands.

    as_of, known_on, draft: whose law decides which questions matter, as in `assess`.
    today: the day on which the answers are given, noted with each; None notes none.
    asked: the facts answered in this run, the latest last.
    """

    book: LawBook
    profile: Profile
    as_of: date
    known_on: date | None = None
    draft: bool = False
    today: date | None = None
    asked: tuple[str, ...] = ()

    def questions(self) -> Sequence[Question]:
        """What is left to ask, the next first."""
        found = assess(self.book, self.profile, as_of=self.as_of, known_on=self.known_on, draft=self.draft)
        return questions(found)

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
    """The answer in what somebody typed: y, n, 是, 否; 1,500,000; a level. Raises InputError (LAW023)."""
    value = _value(fact, text.strip())
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
    figure = normalize("NFKC", text)
    if not _FIGURE.fullmatch(figure):
        return text
    plain = re.sub("[,_]", "", figure)
    return int(plain) if fact.kind == "count" and "." not in plain else float(plain)
