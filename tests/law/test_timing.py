"""Which law on which day, as known on which day: every boundary twice, the day before and the day itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import FileFaults
from hegui.law.assessment import assess
from hegui.law.book import law_book, read_book
from hegui.law.exports.oscal_service import STANDINGS
from hegui.law.profile import Profile
from hegui.law.spans import Span, Timeline
from hegui.law.timing import Standing, Timing, timing
from hegui.locale import message
from tests.law.small_law import small_law

BOOK = law_book()

CASES = [
    ("IM-4-1", "2023-08-14", None, "not_yet", "2023-08-15"),
    ("IM-4-1", "2023-08-15", None, "in_force", "2023-08-15"),
    ("IM-4-1", "2023-08-15", "2023-07-12", "unpublished", "2023-07-13"),
    ("IM-4-1", "2023-08-15", "2023-07-13", "in_force", "2023-08-15"),
    ("IM-4-1", "2023-07-12", None, "not_yet", "2023-08-15"),
    ("D23-6-1", "2023-04-10", None, "unpublished", "2023-04-11"),
    ("D23-6-1", "2023-04-11", None, "draft", "2023-04-11"),
    ("D23-6-1", "2023-07-12", None, "draft", "2023-04-11"),
    ("D23-6-1", "2023-07-13", None, "superseded", "2023-07-13"),
    ("D23-6-1", "2024-01-01", "2023-05-01", "draft", "2023-04-11"),
    ("D23-6-1", "2024-01-01", "2023-04-10", "unpublished", "2023-04-11"),
    ("CSL-49-1", "2017-05-31", None, "not_yet", "2017-06-01"),
    ("CSL-49-1", "2017-06-01", None, "in_force", "2017-06-01"),
    ("CSL-49-1", "2025-12-31", None, "in_force", "2017-06-01"),
    ("CSL-49-1", "2026-01-01", None, "in_force", "2026-01-01"),
    ("CSL-49-1", "2026-01-01", "2025-10-27", "in_force", "2017-06-01"),  # the amendment was not known yet
    ("CSL-49-1", "2026-01-01", "2025-10-28", "in_force", "2026-01-01"),
    ("US-UT1-1", "2027-07-01", "2026-01-01", "ended", "2027-07-01"),  # its own text ends it
    ("EU-6-1", "2026-08-02", "2026-07-23", "in_force", "2026-08-02"),  # the amendment was not known yet
    ("EU-6-1", "2026-08-02", "2026-07-24", "not_yet", "2027-12-02"),
    ("EU-6-2", "2027-08-02", "2026-07-23", "in_force", "2027-08-02"),
    ("CSL-49-1", "2025-12-31", "2025-10-28", "in_force", "2017-06-01"),
    ("MPL-72-1", "2022-01-01", "2021-05-31", "publication_unknown", "2021-06-01"),
    ("CSL-20-1", "2025-12-31", None, "not_yet", "2026-01-01"),
    ("AIM-18-3", "2026-07-14", None, "not_yet", "2026-07-15"),
    ("AIM-18-3", "2026-07-15", None, "in_force", "2026-07-15"),
    ("LM-4-1", "2025-08-31", None, "not_yet", "2025-09-01"),
    ("LM-4-1", "2025-09-01", None, "in_force", "2025-09-01"),
    ("US-UT1-1", "2027-06-30", None, "in_force", "2025-05-07"),
    ("US-UT1-1", "2027-07-01", None, "ended", "2027-07-01"),
    ("EU-6-1", "2027-12-01", None, "not_yet", "2027-12-02"),
    ("UK-P1-1", "2026-01-01", None, "non_statutory", "2023-03-29"),
    ("REG-F2-1", "2024-12-30", None, "unattested", "2024-12-31"),
    ("REG-F2-1", "2024-12-31", None, "attested", "2024-12-31"),
]


def stands(identifier: str, as_of: date, known_on: date | None = None) -> Timing:
    provision = BOOK.provision(identifier)
    instrument = BOOK.instrument_of(provision)
    return timing(provision, instrument, BOOK.replaced_on(instrument), as_of, known_on)


@pytest.mark.parametrize(("identifier", "as_of", "known_on", "standing", "turn"), CASES)
def test_a_provision_stands(identifier: str, as_of: str, known_on: str | None, standing: str, turn: str) -> None:
    known = date.fromisoformat(known_on) if known_on else None
    found = stands(identifier, date.fromisoformat(as_of), known)
    assert (found.standing, found.turn) == (standing, date.fromisoformat(turn))


@pytest.mark.parametrize(("as_of", "article"), [("2025-12-31", "47"), ("2026-01-01", "49")])
def test_the_cybersecurity_law_is_cited_by_the_number_of_the_day(as_of: str, article: str) -> None:
    version = stands("CSL-49-1", date.fromisoformat(as_of)).version
    assert version is not None
    assert version.article == article


@pytest.mark.parametrize("standing", get_args(Standing))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_standing_has_words_in_a_memo_and_in_oscal(standing: Standing, lang: Literal["zh", "en"]) -> None:
    assert message(f"law.standing.{standing}", lang, turn="2026-01-01")
    assert STANDINGS[standing].text(lang)


@dataclass(frozen=True)
class Dated:
    span: Span


@pytest.mark.parametrize(
    ("day", "known_on", "number"),
    [
        (date(2025, 1, 1), date(2024, 6, 1), 0),
        (date(2025, 1, 1), date(2024, 5, 31), 0),
        (date(2026, 1, 1), date(2024, 5, 31), 0),
        (date(2026, 1, 1), date(2024, 6, 1), 1),
        (date(2026, 1, 1), None, 1),
        (date(2026, 1, 1), date(2022, 12, 31), None),
    ],
)
def test_an_end_that_was_not_yet_published_was_not_yet_known(
    day: date, known_on: date | None, number: int | None
) -> None:
    first = Dated(Span(date(2023, 1, 1), date(2023, 1, 1), until=date(2026, 1, 1)))
    second = Dated(Span(date(2024, 6, 1), date(2026, 1, 1)))
    assert Timeline((first, second)).on(day, known_on) is (None if number is None else (first, second)[number])


def test_a_draft_counts_only_where_it_was_asked_for() -> None:
    day = date(2023, 5, 1)
    plain, draft = (assess(BOOK, Profile(), as_of=day, draft=view).answers["D23-6-1"] for view in (False, True))
    assert (plain.outcome, draft.outcome) == ("not_in_force", "unclear")
    final = assess(BOOK, Profile(), as_of=date(2023, 8, 15), draft=True).answers
    assert (final["D23-6-1"].outcome, final["IM-17-1"].outcome) == ("not_in_force", "unclear")


@given(st.sampled_from(sorted(BOOK.provisions)), st.dates(date(2000, 1, 1), date(2035, 1, 1)))
def test_what_was_not_known_never_binds(identifier: str, day: date) -> None:
    """A rule that binds on a day, as known on that day, was published by then."""
    found = stands(identifier, day, day)
    if found.binds:
        assert found.version is not None
        assert found.version.span.binds(day)
        assert found.version.span.is_known(day)


def test_a_version_withdrawn_after_its_effect_is_a_fault(tmp_path: Path) -> None:
    files = small_law(tmp_path, instrument=("effective: 2020-03-01}", "effective: 2020-03-01, withdrawn: 2020-03-02}"))
    with pytest.raises(FileFaults, match="withdrawn — 2020-03-02 is after the effect, 2020-03-01"):
        read_book(files)
