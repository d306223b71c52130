"""News of the law that carries no duty by itself (立法与监管动态).

Knows what the files `developments/<id>.yaml` say: what happened or was announced, when as far as that is known, and how it was
verified. What has become law stands in the law book as well; only there does it bind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.instruments import Confidence, read_confidence
from hegui.law.periods import Period, read_period
from hegui.law.words import Words

__all__ = ["Development", "DevelopmentDate", "DevelopmentKind", "read_development"]

DevelopmentKind = Literal["in_force", "draft", "plan", "policy", "practice", "enforcement", "absence"]
"""已施行、征求意见稿、立法计划、政策文件、监管实践、执法、未发现."""

DateOf = Literal["published", "effective", "reported", "searched"]
"""公布、施行、报道、检索."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class DevelopmentDate:
    """When, and what is dated: publication, effect, a report of it, or our search for it."""

    of: DateOf
    on: Period


@dataclass(frozen=True)
class Development:
    """One item. instruments: keys of those it is about; date_note: what the dates leave out."""

    id: str
    kind: DevelopmentKind
    dates: tuple[DevelopmentDate, ...]
    date_note: Words | None
    what: Words
    note: Words
    instruments: tuple[str, ...]
    confidence: Confidence
    verification: Words
    place: str

    @property
    def first(self) -> date:
        """The earliest day that may be meant, to put items in order."""
        return min((one.on.first or one.on.last or date.max for one in self.dates), default=date.max)

    def meets(self, after: date, upto: date) -> bool:
        """Whether one of its dates may lie within (after, upto]."""
        return any(one.on.meets(after, upto) for one in self.dates)


def read_development(entry: Entry) -> Development:
    """What `developments/<id>.yaml` says."""
    dates = entry.entries(
        "dates", lambda one: DevelopmentDate(one.one_of("of", get_args(DateOf)), read_period(one, "on"))
    )
    if not dates:
        entry.fault("dates", "there is none")
    return Development(
        id=entry.matching("id", _ID, "an id in small letters such as filing-count"),
        kind=entry.one_of("kind", get_args(DevelopmentKind)),
        dates=dates,
        date_note=entry.words_or_none("date_note"),
        what=entry.words("what"),
        note=entry.words("note"),
        instruments=entry.texts("instruments"),
        confidence=read_confidence(entry),
        verification=entry.words("verification"),
        place=entry.place,
    )
