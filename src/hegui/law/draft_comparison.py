"""What a draft would have put on a service, beside what the final text puts on it (草案与正式文本对本服务的影响).

Knows that two things differ: what changed in the text, and what that means for this service. A duty whose class was narrowed
is no lighter for a service that is still in the class, and gone for one that is not. Where either side is unclear, so is the row.
A draft creates no duty: this looks back, on the days the data names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from hegui.kernel.diagrams import FALSE
from hegui.kernel.logic import Verdict
from hegui.law.assessment import Answer, Assessment, assess
from hegui.law.book import LawBook
from hegui.law.conditions import settled
from hegui.law.draft_rows import DraftRow, DraftTable
from hegui.law.profile import Profile

__all__ = ["DraftComparison", "RowForService", "ServiceEffect", "Side", "compare_draft"]

Side = Literal["applies", "unclear", "does_not_apply", "no_provision"]
"""What one text does to the service under a row; no_provision: a matter of form, or a clause that has no counterpart there."""

ServiceEffect = Literal["softer", "stricter", "same", "mixed", "fell_away", "added", "open", "neither", "formal"]
"""放宽、收紧、不变、兼有、对本服务不再适用、对本服务新增、未定、两者均不及、形式变化."""


_VERDICTS: Mapping[Verdict, Side] = {
    Verdict.HOLDS: "applies",
    Verdict.FAILS: "does_not_apply",
    Verdict.UNKNOWN: "unclear",
}

AUTHORITIES = frozenset({"state", "regulator"})
"""Bearers of clauses that bind no service."""


@dataclass(frozen=True)
class RowForService:
    """A row with the answers of both texts, and of the provisions in which the clause lives on.

    draft_missing: facts that the row's own condition on the draft side still needs.
    """

    row: DraftRow
    draft: Side
    final: Side
    effect: ServiceEffect
    draft_missing: tuple[str, ...]
    draft_answers: tuple[Answer, ...]
    final_answers: tuple[Answer, ...]
    also: tuple[Answer, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Facts on which the row still turns, in the order in which the answers need them."""
        deciding = [one for one in self.final_answers if one.provision.id in self.row.decides]
        answers = [*self.draft_answers, *deciding] if self.effect == "open" else []
        needed = (fact for one in answers if one.outcome == "unclear" for fact in one.missing)
        return tuple(dict.fromkeys((*self.draft_missing, *needed)))


@dataclass(frozen=True)
class DraftComparison:
    """Both texts for one service. `draft` and `final` are the whole assessments on the two days."""

    table: DraftTable
    draft: Assessment
    final: Assessment
    rows: tuple[RowForService, ...]

    @property
    def draft_duties(self) -> tuple[Answer, ...]:
        """What the draft would have put on the service; clauses that address the authorities left out."""
        return tuple(one for one in _of(self.draft, self.table.draft) if set(one.provision.bearers) - AUTHORITIES)

    @property
    def final_duties(self) -> tuple[Answer, ...]:
        """What the final text puts on it, duties and prohibitions only."""
        return tuple(one for one in _of(self.final, self.table.final) if one.provision.is_obligation)

    @property
    def tally(self) -> Mapping[ServiceEffect, int]:
        """How many rows have which effect."""
        return Counter(one.effect for one in self.rows)


def compare_draft(book: LawBook, table: DraftTable, profile: Profile) -> DraftComparison:
    """Lay the draft beside the final text for one service.

    The draft is asked as it was known on its day, and alone counts as if it were law.
    Raises:
        FileFaults: LAW021, as `assess`.
    """
    draft = assess(book, profile, as_of=table.draft_as_of, known_on=table.draft_as_of, draft=True)
    final = assess(book, profile, as_of=table.final_as_of)
    return DraftComparison(table, draft, final, tuple(_row(row, draft, final) for row in table.rows))


def _row(row: DraftRow, draft: Assessment, final: Assessment) -> RowForService:
    before = _answers(draft, row.draft_provisions)
    after = _answers(final, row.final_provisions)
    node = draft.conditions.node(row.draft_when) if row.draft_when else FALSE
    draft_side = _VERDICTS[settled(node)] if row.draft_when else _side(before)
    final_side = _side(one for one in after if one.provision.id in row.decides)
    effect = _effect(row, draft_side, final_side)
    missing, also = draft.conditions.missing(node), _answers(final, row.see_also)
    return RowForService(row, draft_side, final_side, effect, missing, before, after, also)


def _answers(assessment: Assessment, identifiers: Iterable[str]) -> tuple[Answer, ...]:
    return tuple(assessment.answers[identifier] for identifier in identifiers)


def _side(answers: Iterable[Answer]) -> Side:
    outcomes = {one.outcome for one in answers}
    if not outcomes:
        return "no_provision"
    if "applies" in outcomes:
        return "applies"
    return "unclear" if "unclear" in outcomes else "does_not_apply"


def _effect(row: DraftRow, draft: Side, final: Side) -> ServiceEffect:
    if row.direction == "formal":
        return "formal"
    if "unclear" in (draft, final):
        return "open"
    match draft == "applies", final == "applies":
        case True, True:
            return "same" if row.kind == "narrowed" else row.direction
        case True, False:
            return "fell_away"
        case False, True:
            return "added"
        case _:
            return "neither"


def _of(assessment: Assessment, instrument: str) -> Iterable[Answer]:
    return (one for one in assessment.with_outcome("applies") if one.instrument.key == instrument)
