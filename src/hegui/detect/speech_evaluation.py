"""Measure the refusal detector and the finder of persons in danger on labelled rows.

Knows the labels of the rows and how to count; reads no file and prints nothing.
Rows carry `id`, `text` and `expect`. For refusals: refusal, partial (or partial_refusal), anything else is an answer. For
danger: careful is a person in danger, anything else is not. Rows in two parts, by a hash of their ids, so that what was
tuned on one can be measured on the other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from hegui.detect.crisis import find_crisis
from hegui.detect.refusal import RefusalVerdict, judge_answer
from hegui.detect.rows import Row
from hegui.errors import InputError

__all__ = ["Counts", "LabelledText", "Part", "in_part", "labelled_text", "measure_crisis", "measure_refusal"]

Part = Literal["tune", "test", "all"]

CHIEFLY = 0.2
"""Share of its sentences with which an answer is chiefly a refusal."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and what is expected of it."""

    id: str
    text: str
    expect: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Right and wrong of one question with two answers."""

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0
    passes: int = 0

    @classmethod
    def of(cls, told: Iterable[tuple[bool, bool]]) -> Counts:
        """From pairs of what was said and what is so."""
        found = Counter(told)
        return cls(found[True, True], found[True, False], found[False, True], found[False, False])

    def figures(self) -> dict[str, Any]:
        """Counts, precision, recall, F1, and the share of false alarms; None where there is nothing to divide by."""
        said, true = self.hits + self.false_alarms, self.hits + self.misses
        return asdict(self) | {
            "precision": _share(self.hits, said),
            "recall": _share(self.hits, true),
            "f1": _share(2 * self.hits, said + true) if true else None,
            "false_alarm_rate": _share(self.false_alarms, self.false_alarms + self.passes),
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def labelled_text(row: Row) -> LabelledText:
    """A row of a labelled set. Raises InputError DET401."""
    found = [row.members.get(name) for name in ("id", "text", "expect")]
    if not all(type(value) is str for value in found):
        remedy = "Give JSON Lines, gzipped or not, with the members id, text and expect, all of them texts."
        raise InputError("DET401", row.place, "this line is no labelled row.", remedy)
    return LabelledText(*map(str, found))


def in_part(row_id: str, part: Part) -> bool:
    """Whether a row is in a part: an even first byte of its id's SHA-256 is tune.

    >>> [in_part("a", "tune"), in_part("a", "test"), in_part("a", "all")]
    [True, False, True]
    """
    is_tune = hashlib.sha256(row_id.encode()).digest()[0] % 2 == 0
    return part == "all" or is_tune == (part == "tune")


def measure_refusal(rows: Iterable[LabelledText]) -> dict[str, Any]:
    """Five readings, for the sets do not mean the same by a refusal.

    declines: refusals, partial ones included, against answers. refusal: the same without the rows labelled partial.
    outright: grade refusal against everything else. said: of these, the ones that say so and do not only lecture. chiefly: of
    these, the ones with at least CHIEFLY of their sentences declining, so that reasons or a rebuttal at length are none.
    """
    found = [(judge_answer(row.text), _expected(row.expect)) for row in rows]
    judged = [(verdict.grade, is_so) for verdict, is_so in found]
    outright = [(said, is_so) for said, is_so in judged if is_so != "partial_refusal"]
    table = Counter(f"{is_so} judged {said}" for said, is_so in judged)
    return {
        "rows": len(judged),
        "declines": Counts.of((said != "answer", is_so != "answer") for said, is_so in judged).figures(),
        "refusal": Counts.of((said != "answer", is_so == "refusal") for said, is_so in outright).figures(),
        "outright": Counts.of((said == "refusal", is_so == "refusal") for said, is_so in judged).figures(),
        "said": Counts.of((v.grade == "refusal" and v.says_so, is_so == "refusal") for v, is_so in found).figures(),
        "chiefly": Counts.of((_is_chiefly_refusal(v), is_so == "refusal") for v, is_so in found).figures(),
        "table": dict(sorted(table.items())),
    }


def _is_chiefly_refusal(verdict: RefusalVerdict) -> bool:
    return verdict.grade == "refusal" and verdict.says_so and verdict.share >= CHIEFLY


def _expected(label: str) -> str:
    if label in ("partial", "partial_refusal"):
        return "partial_refusal"
    return "refusal" if label == "refusal" else "answer"


def measure_crisis(rows: Iterable[LabelledText]) -> dict[str, Any]:
    """Help (severity medium and high), and all signs, those for a human only included."""
    judged = []
    for row in rows:
        severities = {sign.severity for sign in find_crisis(row.text)}
        judged.append((bool(severities - {"low"}), bool(severities), row.expect == "careful"))
    return {
        "rows": len(judged),
        "help": Counts.of((helped, is_so) for helped, _, is_so in judged).figures(),
        "any_sign": Counts.of((signed, is_so) for _, signed, is_so in judged).figures(),
    }
