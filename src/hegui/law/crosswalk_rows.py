"""The nearest counterparts of Chinese provisions elsewhere, as data (域外对照).

Knows what the files `crosswalk/<provision>.yaml` say. A counterpart is a pointer for a lawyer, not an equivalence: `closeness` and
`remark` say how far it carries. Foreign provisions of the law book are named where it holds them; most foreign law it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.instruments import Confidence, read_confidence
from hegui.law.words import Words

__all__ = ["ABROAD", "Abroad", "Closeness", "Counterpart", "CrosswalkRow", "read_crosswalk_row"]

Abroad = Literal["EU", "UK", "US"]
ABROAD: tuple[Abroad, ...] = get_args(Abroad)

Closeness = Literal["strong", "medium", "weak", "different", "none"]
"""强、中等、弱、设计不同、仅中国有. different: the same subject with another trigger, tool or number; `remark` says which."""


@dataclass(frozen=True)
class Counterpart:
    """What comes nearest in one jurisdiction. provisions: ids of the law book; its triggers and dates decide whether they apply."""

    words: Words
    provisions: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True)
class CrosswalkRow:
    """One Chinese provision; a jurisdiction that is absent from `counterparts` has none."""

    provision: str
    duty: Words
    counterparts: Mapping[str, Counterpart]
    closeness: Closeness
    remark: Words
    place: str


def read_crosswalk_row(entry: Entry) -> CrosswalkRow:
    """What `crosswalk/<provision>.yaml` says."""
    found = dict(entry.named("counterparts", lambda name, one: (name, _counterpart(one))))
    for name in found:
        if name not in ABROAD:
            entry.fault("counterparts", f"{name} is none of {', '.join(ABROAD)}")
    return CrosswalkRow(
        provision=entry.text("provision"),
        duty=entry.words("duty"),
        counterparts=found,
        closeness=entry.one_of("closeness", get_args(Closeness)),
        remark=entry.words("remark"),
        place=entry.place,
    )


def _counterpart(entry: Entry) -> Counterpart:
    return Counterpart(entry.words("words"), entry.texts("provisions"), read_confidence(entry))
