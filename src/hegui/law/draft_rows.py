"""What became of each clause of a draft, as data (征求意见稿与正式文本对照).

Knows what a file `draft_comparison/<draft>-<final>.yaml` says: clauses as a lawyer cites them, the kind of change, and the
provisions of the law book on either side. A clause that is not in the book as a provision keeps its row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.expression import Expression
from hegui.law.instruments import Confidence, read_confidence
from hegui.law.read_expression import read_expression
from hegui.law.words import Words

__all__ = ["Direction", "DraftKind", "DraftRow", "DraftTable", "read_draft_table"]

DraftKind = Literal[
    "renamed", "widened", "grown", "changed", "narrowed", "split", "softened", "recast", "deleted", "merged", "trimmed",
    "same", "filled", "new",
]  # fmt: skip
"""softened: the same duty with a weaker verb or no number; narrowed: a smaller class; widened: more objects; recast: another legal
idea; deleted: gone from this text, see also where it survives."""

Direction = Literal["softer", "stricter", "same", "mixed", "formal"]
"""What the change means for whoever is bound by both texts: 放宽、收紧、不变、兼有、形式变化. Our judgement, row by row."""


@dataclass(frozen=True)
class DraftRow:
    """One clause.

    draft, final: how the clause is cited in either text, None where it has no counterpart there.
    draft_when: when the draft clause would have applied, where the law book has no provision for it.
    decides: those of the final provisions that settle whether a service still bears the duty; all of them unless it says.
    see_also: provisions of other instruments in which the clause lives on.
    confidence: of the draft side, which is the less certain one.
    """

    draft: str | None
    final: str | None
    kind: DraftKind
    direction: Direction
    change: Words
    draft_provisions: tuple[str, ...]
    draft_when: Expression | None
    final_provisions: tuple[str, ...]
    decides: tuple[str, ...]
    see_also: tuple[str, ...]
    confidence: Confidence
    place: str

    @property
    def cited(self) -> tuple[str, ...]:
        """Every provision the row names."""
        return (*self.draft_provisions, *self.final_provisions, *self.see_also)


@dataclass(frozen=True)
class DraftTable:
    """A draft and the text that took its place; the days on which either is asked what it means for a service."""

    draft: str
    final: str
    draft_as_of: date
    final_as_of: date
    rows: tuple[DraftRow, ...]
    place: str


def read_draft_table(entry: Entry) -> DraftTable:
    """What `draft_comparison/<draft>-<final>.yaml` says."""
    return DraftTable(
        draft=entry.text("draft"),
        final=entry.text("final"),
        draft_as_of=entry.day("draft_as_of"),
        final_as_of=entry.day("final_as_of"),
        rows=entry.entries("rows", _row),
        place=entry.place,
    )


def _row(entry: Entry) -> DraftRow:
    final = entry.texts("final_provisions")
    decides = entry.texts("decides")
    for one in decides:
        if one not in final:
            entry.fault("decides", f"{one} is none of final_provisions")
    row = DraftRow(
        draft=entry.text_or_none("draft"),
        final=entry.text_or_none("final"),
        kind=entry.one_of("kind", get_args(DraftKind)),
        direction=entry.one_of("direction", get_args(Direction)),
        change=entry.words("change"),
        draft_provisions=entry.texts("draft_provisions"),
        draft_when=read_expression(entry, "draft_when"),
        final_provisions=final,
        decides=decides or final,
        see_also=entry.texts("see_also"),
        confidence=read_confidence(entry),
        place=entry.place,
    )
    encoded = row.draft is None or row.draft_provisions or row.draft_when
    if not encoded and row.direction != "formal":
        entry.fault("draft_when", "is missing, and there are no draft_provisions either")
    if (row.draft is None) != (row.kind == "new") or (row.final is None) != (row.kind == "deleted"):
        entry.fault("kind", f"{row.kind} does not go with draft {row.draft} and final {row.final}")
    return row
