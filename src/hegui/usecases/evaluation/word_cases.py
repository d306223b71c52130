"""Cases of two word-filter libraries: what comes out as their file says, and what hegui does otherwise, with its argument.

Knows how the libraries' switches are said in our words, and which detector stands for which check of a pattern; knows no case by
its number. Each case has its own little list. What differs and has no argument counts against the bar.
Source of the cases: houbb/sensitive-word and toolgood/ToolGood.Words, conventions and no law.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from hegui.detect.lexicon import Lexicon, Mode, Term, default_mode
from hegui.detect.lexicon_files import starter_lexicon
from hegui.detect.personal import scan as scan_personal
from hegui.detect.screen import CompiledLexicon, scan
from hegui.errors import InputError
from hegui.usecases.evaluation.figures import Bar, Figure, Section, Table
from hegui.usecases.evaluation.sets import Sets

__all__ = ["ARGUMENTS", "Case", "argument", "comes_out_as_said", "measure", "mode_for", "read_cases"]

_SET, _FILE = "word_filter_cases", "cases.csv"
_BAR = Bar("≥", 1)
_COLUMNS = frozenset({"id", "test", "feature", "options", "dictionary", "allow", "input", "expected_hits", "expect"})
Case = Mapping[str, str]

NUMBERS = frozenset(
    {"mobile_number", "landline", "phone_intl", "resident_id", "bank_card", "payment_card", "qq_id", "wechat_id"}
)
DETECTORS: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email"}), "ipv4": frozenset({"ip_address"}), "number": NUMBERS, "url": frozenset(),
}  # fmt: skip
"""Feature of a case → kinds of personal information that stand for it."""

ARGUMENTS = ("any_number", "any_link", "signs_always_skipped")
"""Why a case may come out otherwise; docs/evaluation.md gives each in full."""


def measure(sets: Sets) -> Section:
    """The share that comes out as the file says, and the share of what differs without an argument."""
    path = sets.file(_SET, _FILE)
    if not path.is_file():
        return Section("words", [Figure("as_said_or_argued", _SET, None, 0, _BAR)], missing=[_SET])
    told = defaultdict[str, Counter[str]](Counter)
    apart: list[dict[str, str]] = []
    for number, case in enumerate(read_cases(path), 1):
        if sets.limit is not None and number > sets.limit:
            break
        outcome = "as_said" if comes_out_as_said(case) else argument(case) or "unexplained"
        told[case["feature"]][outcome] += 1
        apart += [] if outcome == "as_said" else [{"id": case["id"], "feature": case["feature"], "outcome": outcome}]
    every = sum(told.values(), Counter[str]())
    rows, said = every.total(), every["as_said"]
    argued = sum(every[name] for name in ARGUMENTS)
    figures = [
        Figure("as_said", _SET, said / rows if rows else None, rows),
        Figure("as_said_or_argued", _SET, (said + argued) / rows if rows else None, rows, _BAR),
    ]
    outcomes = ("as_said", *ARGUMENTS, "unexplained")
    table = tuple((feature, *(str(found[name]) for name in outcomes)) for feature, found in told.items())
    return Section("words", figures, [Table("features", ("feature", *outcomes), table)], {"otherwise": apart})


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a file. Raises InputError DET404."""
    remedy = "Give CSV in UTF-8 with the columns of the set word_filter_cases."
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if not all(isinstance(row.get(name), str) for name in _COLUMNS):
                    raise ValueError
                yield row
    except (OSError, ValueError, csv.Error):
        raise InputError("DET404", str(path), "the file does not hold cases of a word filter.", remedy) from None


def comes_out_as_said(case: Case) -> bool:
    """Whether there is a hit where one is expected, and every expected one is among what was found."""
    found = _found(case)
    expected = [hit for hit in case["expected_hits"].split("|") if hit]
    return bool(found) == (case["expect"] == "hit") and set(expected) <= set(found)


def _found(case: Case) -> list[str]:
    text, kinds = case["input"], DETECTORS.get(case["feature"])
    if not case["dictionary"] and (kinds is not None or "Check" in case["options"]):
        asked = (kinds or NUMBERS) if "Check" in case["options"] else frozenset()
        return [text[f.start : f.end] for f in scan_personal(text) if f.kind in asked]
    return [text[f.start : f.end] for f in scan(CompiledLexicon(_lexicon(case)), text)]


def _lexicon(case: Case) -> Lexicon:
    """The list of a case; without one it is the one that ships."""
    if not case["dictionary"]:
        return starter_lexicon()
    allowed = set(case["allow"].split("|"))
    words = [word for word in case["dictionary"].split("|") if word not in allowed]
    return Lexicon(tuple(Term(f"t{n}", w, "A.1.h", mode=mode_for(w, case["options"])) for n, w in enumerate(words)))


def mode_for(word: str, options: str) -> Mode:
    """The source library's switch in our words: what it does not fold is our mode `exact`."""
    if options == "ignoreNumStyle=false":
        return "exact"
    if options in ("wordResultCondition=alwaysTrue", "UseSkipWordFilter=true", "UseDuplicateWordFilter=true"):
        return "folded"
    if options == "wordResultCondition=englishWordMatch" and word.isdigit():
        return "folded"
    return default_mode(word)


def argument(case: Case) -> str | None:
    """Why a case that came out otherwise is right to; None when nothing is known."""
    feature = case["feature"]
    if feature == "url":
        return "any_link"
    if not case["dictionary"] and ("Num" in case["options"] or "num" in case["options"]):
        return "any_number"
    if feature == "ignore_char" and case["expect"] == "miss" and "charIgnore" not in case["options"]:
        return "signs_always_skipped"
    return None
