"""Where a figure of the law stands and how surely it is known.

Knows the three members that go with every figure: source, confidence and, where something is to be said with it, a note.
"""

from __future__ import annotations

from dataclasses import dataclass

from hegui.law.entries import Entry
from hegui.law.instruments import Confidence, read_confidence
from hegui.law.words import Words

__all__ = ["Provenance", "read_provenance"]


@dataclass(frozen=True)
class Provenance:
    """Where a figure stands, how surely we know it, and what is to be said with it."""

    source: str
    confidence: Confidence
    note: Words | None = None


def read_provenance(entry: Entry) -> Provenance:
    """source, confidence and note of an entry."""
    return Provenance(entry.text("source"), read_confidence(entry), entry.words_or_none("note"))
