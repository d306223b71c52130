"""Evasions as their files say: how much of each disguise is caught, and what harmless text is left alone."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from hegui.detect.lexicon import Lexicon, Term, default_mode
from hegui.detect.screen import CompiledLexicon, scan
from tests.conftest import SHARED, shared_rows

# Share of the rows that must be caught, by transform, with every variant switched on. What is below 1 says why.
WANTED = {
    "split_char": 0.97,  # splits into bare strokes fold away
}


def a_term(number: int, text: str, *, every_variant: bool = True, **more: object) -> Term:
    variants = ("latin", "sound", "parts") if every_variant else ("latin",)
    return Term(f"t{number}", text, "A.1.h", mode=more.get("mode", default_mode(text)), variants=variants)


def test_generated_evasions_are_caught_and_their_harmless_twins_are_not() -> None:
    rows = list(shared_rows("evasion_generated"))
    words = sorted({row["word"] for row in rows if row["expect"] == "unsafe"})
    lexicon = CompiledLexicon(Lexicon(tuple(a_term(number, word) for number, word in enumerate(words))))
    caught: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    alarms = []
    for row in rows:
        found = scan(lexicon, row["text"])
        if row["expect"] == "safe":
            alarms += [row["id"]] if found else []
            continue
        asked[row["transform"]] += 1
        caught[row["transform"]] += bool(found)
    shares = {transform: caught[transform] / count for transform, count in asked.items()}
    assert all(share >= WANTED.get(transform, 1) for transform, share in shares.items()), sorted(
        shares.items(), key=lambda s: s[1]
    )
    assert not alarms


PATTERNS = {"email", "ipv4", "number", "url"}  # checks of patterns, not of a dictionary: detectors, not a lexicon


def cases() -> list[dict[str, str]]:
    path = SHARED / "data" / "word_filter_cases" / "cases.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["dictionary"] and row["feature"] not in PATTERNS]


@pytest.mark.parametrize("row", cases() or [pytest.param(None, marks=pytest.mark.skip("the shared set is not there"))])
def test_word_filter_cases_come_out_as_their_file_says(row: dict[str, str]) -> None:
    allowed = set(row["allow"].split("|"))
    options, words = row["options"], [word for word in row["dictionary"].split("|") if word not in allowed]
    modes = {word: mode_for(word, options, row["test"]) for word in words}
    lexicon = CompiledLexicon(
        Lexicon(tuple(a_term(i, w, every_variant=False, mode=modes[w]) for i, w in enumerate(words)))
    )
    text = row["input"]
    found = [text[f.start : f.end] for f in scan(lexicon, text)]
    expected = [hit for hit in row["expected_hits"].split("|") if hit]
    assert set(expected) <= set(found) or not expected, found
    assert bool(found) == (row["expect"] == "hit"), found


def mode_for(word: str, options: str, test: str) -> str:
    """The source library's switch in our words: what it does not fold is our mode `exact`."""
    if options in ("ignoreNumStyle=false", "UseSkipWordFilter=false") or (
        test == "bs/ignoreChar1" and options == "default"
    ):
        return "exact" if options != "UseSkipWordFilter=false" else default_mode(word)
    if options == "wordResultCondition=alwaysTrue" or "UseSkip" in options:
        return "folded"
    if options == "wordResultCondition=englishWordMatch" and word.isdigit():
        return "folded"
    return default_mode(word)
