"""What is wrong, or only unusual, about a label: a deviation with the clause it departs from.

Knows the list of deviations and how grave each is; knows no file format.
Works as one closed enumeration: codecs and readers name a deviation, words for people come from the catalogues.
Rules: GB 45438-2025 6.1 and Annex E; TC260 practice guides of 2025-08-28, one per medium (PG-20257A video, PG-20258A text,
PG-20259A pictures, PG-202510A sound, PG-202511A signatures).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "Grade"]

Grade = Literal["fault", "warning", "note"]
"""fault: a rule is broken; warning: a rule is probably broken, or sources differ; note: unusual, and allowed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One deviation.

    Attributes:
        kind: what it is, such as "key.misspelt"; the catalogues have a sentence for each.
        grade: how grave.
        clause: the rule, such as "GB 45438-2025 Annex E a)"; "" where none is broken.
        detail: what was seen, short: a key, a length, a place; never more than 120 characters of the file.
    """

    kind: str
    grade: Grade
    clause: str
    detail: str = ""
