"""Evasions as their files say: how much of each disguise is caught, and what harmless text is left alone."""

from __future__ import annotations

import pytest

from hegui.usecases.evaluation import Sets, evasions, word_cases
from tests.conftest import SHARED, shared_rows


def test_generated_evasions_are_caught_and_their_harmless_twins_are_not() -> None:
    rows = list(shared_rows("evasion_generated"))
    assert {row["transform"] for row in rows if row["expect"] == "unsafe"} >= {"plain", "split_char", "pinyin_full"}
    section = evasions.measure(Sets(SHARED / "data"))
    missed = [figure.as_dict() for figure in section.figures if not figure.is_met]
    assert not missed, section.details


def cases() -> list[dict[str, str]]:
    path = SHARED / "data" / "word_filter_cases" / "cases.csv"
    return [dict(case) for case in word_cases.read_cases(path)] if path.is_file() else []


@pytest.mark.parametrize("row", cases() or [pytest.param(None, marks=pytest.mark.skip("the shared set is not there"))])
def test_word_filter_cases_come_out_as_their_file_says_or_are_argued(row: dict[str, str]) -> None:
    assert word_cases.comes_out_as_said(row) or word_cases.argument(row) is not None
