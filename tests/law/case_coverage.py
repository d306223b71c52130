"""What the cases of one row of the duty table show, read off the cases themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from hegui.law.book import LawBook
from tests.law.cases import OUTCOMES, Case

WANTED = frozenset({"applies", "does_not_apply", "unclear", "day_before", "day_of"})
"""What every row has to show. All thirty can, so nothing is excepted."""

UNTOUCHED_BY_THE_DRAFT: Mapping[str, str] = {
    "M23": "the clause of the draft on competition, article 4(3), is not among the provisions that are held",
    "M29": "foreign law has no draft of April 2023",
}
"""Rows that cannot be compared with the draft, and why."""

DRAFT_ENDS = date(2023, 7, 13)
"""Publication of the final text."""


def covered(book: LawBook, cases: Iterable[Case], row: str) -> set[str]:
    """Which of WANTED the file of the row shows of provisions of the row."""
    mine = list(of_row(cases, row))
    names = {provision.id for provision in book.provisions.values() if row in provision.duties}
    outcomes = ("applies", "does_not_apply", "unclear")
    found = {outcome for outcome in outcomes for case in mine if names & {*case.says(outcome)}}
    if any(_turns(mine, name, day) for name in names for day in effects(book, name)):
        found |= {"day_before", "day_of"}
    return found


def of_row(cases: Iterable[Case], row: str) -> Iterator[Case]:
    """The cases of the file of the row."""
    return (case for case in cases if case.file.startswith(f"duties/{row.lower()}-"))


def effects(book: LawBook, name: str) -> set[date]:
    """The days on which a version of the provision takes effect, as far as sources give the day itself."""
    spans = (version.span for version in book.provisions[name].versions)
    return {span.effective for span in spans if span.effective is not None and not span.is_attested}


def _turns(cases: Iterable[Case], name: str, effective: date) -> bool:
    """Whether two cases show the provision not in force on the day before and applying on the day itself."""
    shown = {(case.when, outcome) for case in cases for outcome in case.then if name in case.says(outcome)}
    return {(effective - timedelta(days=1), "not_in_force"), (effective, "applies")} <= shown


def compares_the_draft(cases: Iterable[Case], row: str) -> bool:
    """Whether a case of the row looks at a provision of the draft while it was one, and the file at the final text."""
    mine = list(of_row(cases, row))
    drafts = [
        name for case in mine if case.raw.get("draft") and case.when < DRAFT_ENDS for name in case.says("applies")
    ]
    final = [
        name for case in mine if case.when == date(2023, 8, 15) for outcome in case.then for name in case.says(outcome)
    ]
    return any(name.startswith("D23-") for name in drafts) and any(name.startswith("IM-") for name in final)


def named(cases: Iterable[Case]) -> set[str]:
    """The provisions whose outcome some case claims."""
    return {name for case in cases for outcome in OUTCOMES for name in case.says(outcome)}


def questions_of_law(cases: Iterable[Case]) -> set[str]:
    """The questions U1 to U14 that some case shows to arise or to decide."""
    found: set[str] = set()
    for case in cases:
        found |= {*case.says("arises")}
        for questions in case.then.get("turns_on", {}).values():
            found |= {*questions}
    return found
