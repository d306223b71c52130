"""Versions of the list, and the law's figures for it on every boundary day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hegui.detect.lexicon import Lexicon, Term
from hegui.errors import FileFaults, InputError, NotFoundError
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.library import Library
from hegui.usecases.lexicon_coverage import cover
from hegui.usecases.lexicons import load_lexicon, restore_lexicon, stored_lexicon, stored_version
from hegui.usecases.ports import LexiconVersion

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
FIRST, SECOND = (Lexicon((Term("t", text, "A.1.h"),)) for text in ("冰毒", "赌场"))


class Kept:
    """`ports.Lexicons` in memory."""

    def __init__(self) -> None:
        self.rows: list[LexiconVersion] = []

    def activate(self, version: LexiconVersion) -> None:
        if not self.rows or self.rows[-1].digest != version.digest:
            self.rows.append(version)

    def active(self) -> LexiconVersion | None:
        return self.rows[-1] if self.rows else None

    def history(self) -> list[LexiconVersion]:
        return self.rows[::-1]

    def stored(self, digest: str) -> LexiconVersion | None:
        return next((version for version in self.history() if version.digest == digest), None)


def test_a_version_that_was_is_put_in_force_again() -> None:
    kept = Kept()
    for number, lexicon in enumerate((FIRST, SECOND)):
        load_lexicon(kept, lexicon, source=f"{number}.csv", now=NOON)
    found = restore_lexicon(kept, FIRST.digest[:6], now=NOON + timedelta(days=1))
    assert (found.changed, found.version.digest, found.version.source) == (True, FIRST.digest, "0.csv")
    assert kept.active() == found.version
    assert not restore_lexicon(kept, FIRST.digest, now=NOON).changed
    assert stored_lexicon(kept, SECOND.digest[:8]) == SECOND


@pytest.mark.parametrize("digest", ["", "zzzz", "abc", "0" * 64, "%", "\0"])
def test_a_digest_of_no_version_is_told(digest: str) -> None:
    kept = Kept()
    load_lexicon(kept, FIRST, source="x", now=NOON)
    with pytest.raises(NotFoundError, match="LEX006"):
        stored_version(kept, digest)


def test_a_digest_of_two_versions_is_told() -> None:
    kept = Kept()
    kept.rows = [LexiconVersion("abcd" + digit * 60, 1, "x", NOON, b"") for digit in "12"]
    with pytest.raises(InputError, match="LEX007"):
        stored_version(kept, "abcd")


def test_a_list_whose_cases_fail_is_not_loaded_unless_asked() -> None:
    kept, failing = Kept(), Lexicon((Term("t", "冰毒", "A.1.h", hits=("赌场",)),))
    with pytest.raises(FileFaults, match="LEX005"):
        load_lexicon(kept, failing, source="x", now=NOON)
    assert kept.active() is None
    load_lexicon(kept, failing, source="x", now=NOON, despite_failures=True)
    assert kept.active() is not None


PARAMETERS = Library(DataFiles(law_folder())).times.parameters


def a_full_list() -> Lexicon:
    counts = {f"A.1.{letter}": 200 for letter in "abcdefgh"} | {f"A.2.{letter}": 100 for letter in "abcdefghi"}
    counts["A.1.h"] += 10_000 - sum(counts.values())
    return Lexicon(
        tuple(Term(f"{risk}-{n}", f"{risk} {n} 号", risk) for risk, count in counts.items() for n in range(count))
    )


def test_a_list_of_the_least_numbers_is_enough_and_one_less_is_not() -> None:
    full = a_full_list()
    assert cover(full, PARAMETERS, date(2026, 3, 1)).is_met is True
    short = Lexicon(tuple(term for term in full.terms if term.id != "A.2.c-5"))
    answer = cover(short, PARAMETERS, date(2026, 3, 1))
    assert answer.is_met is False
    assert {line.risk: line.missing for line in (answer.total, *answer.by_risk) if line.missing} == {"": 1, "A.2.c": 1}


def test_the_same_keyword_in_two_spellings_counts_once() -> None:
    lexicon = Lexicon((Term("a", "heroin", "A.1.h"), Term("b", "ＨＥＲＯＩＮ", "A.1.h"), Term("c", "heroin", "A.1.f")))
    answer = cover(lexicon, PARAMETERS, date(2026, 3, 1))
    has = {line.risk: line.has for line in answer.by_risk if line.has}
    assert (answer.total.has, has) == (1, {"A.1.f": 1, "A.1.h": 1})


@pytest.mark.parametrize(
    ("on", "wanted"),
    [(date(2024, 2, 29), None), (date(2024, 3, 1), 10_000), (date(2025, 10, 31), 10_000), (date(2025, 11, 1), 10_000)],
)
def test_figures_are_those_of_the_day(on: date, wanted: int | None) -> None:
    answer = cover(FIRST, PARAMETERS, on)
    assert answer.total.wanted == wanted
    assert answer.is_met is (None if wanted is None else False)


def test_classes_without_a_figure_have_no_line_to_meet() -> None:
    lines = [line for line in cover(FIRST, PARAMETERS, date(2026, 3, 1)).by_risk if line.risk > "A.3"]
    assert {(line.wanted, line.is_met, line.missing) for line in lines} == {(None, None, 0)}


@pytest.mark.parametrize(("days", "is_met"), [(0, True), (7, True), (8, False)])
def test_the_clock_runs_from_the_last_new_version(days: int, is_met: bool) -> None:
    kept = Kept()
    load_lexicon(kept, FIRST, source="x", now=NOON - timedelta(days=30))
    load_lexicon(kept, SECOND, source="x", now=NOON)
    restore_lexicon(kept, FIRST.digest, now=NOON + timedelta(days=1))
    answer = cover(FIRST, PARAMETERS, date(2026, 3, 1) + timedelta(days=days), kept.history())
    assert answer.clock is not None
    assert (answer.clock.age_days, answer.clock.is_met) == (days, is_met)


def test_without_a_loaded_list_the_clock_is_open() -> None:
    answer = cover(FIRST, PARAMETERS, date(2026, 3, 1), [])
    assert answer.clock is not None
    assert answer.clock.is_met is None
