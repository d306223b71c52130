"""Questions on which the law is unclear: both readings, and what practice does (法律适用疑问).

Knows what the files `uncertainties/<id>.yaml` say. hegui takes no side: a condition that turns on such a question stays open until
counsel adopts a reading, and the answer then names who did.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hegui.law.entries import Entry
from hegui.law.expression import Expression
from hegui.law.read_expression import needed_expression
from hegui.law.words import Words

__all__ = ["Uncertainty", "UncertaintyReading", "read_uncertainty"]

_ID = re.compile(r"U[0-9]{1,2}")


@dataclass(frozen=True)
class UncertaintyReading:
    """One defensible reading: a or b."""

    id: str
    words: Words


@dataclass(frozen=True)
class Uncertainty:
    """A question of law with two readings.

    when: the facts under which the question arises; provisions: what it bears on.
    """

    id: str
    question: Words
    text: Words
    readings: tuple[UncertaintyReading, ...]
    practice: Words
    when: Expression
    provisions: tuple[str, ...]
    place: str = field(compare=False)


def read_uncertainty(entry: Entry) -> Uncertainty:
    """What `uncertainties/<id>.yaml` says."""
    readings = entry.entries(
        "readings", lambda one: UncertaintyReading(one.text("id"), Words(one.text("zh"), one.text("en")))
    )
    if [one.id for one in readings] != ["a", "b"]:
        entry.fault("readings", "there are two, a and b")
    return Uncertainty(
        id=entry.matching("id", _ID, "an id such as U1"),
        question=entry.words("question"),
        text=entry.words("text"),
        readings=readings,
        practice=entry.words("practice"),
        when=needed_expression(entry, "when"),
        provisions=entry.texts("provisions"),
        place=entry.place,
    )
