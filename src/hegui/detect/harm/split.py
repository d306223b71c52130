"""Which rows of the public sets the harm model was trained on, tuned on, or has never seen.

Knows the sets' own splits and a hash of a row's family; knows no text and no label. Rows of one family (one goal, one document)
always fall into the same part, so that what is measured on `test` was not learned from a twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

__all__ = ["BENIGN", "part"]

BENIGN = ("benign_belle_zh", "benign_kdconv_zh", "xstest", "cvalues_responsibility", "chinese_safetyqa")
"""The sets of which no row that asks for an answer should be flagged: false alarms are counted on them."""
FAMILY_KEYS = ("goal", "focus", "doc")


def part(name: str, row: Mapping[str, Any]) -> str:
    """train, tune or test: the set's own split, else by a hash of the row's family.

    >>> part("cold", {"id": "1", "split": "test"}), part("jailbreaks", {"id": "2", "goal": "x"})
    ('test', 'tune')
    """
    if row.get("split") == "test":
        return "test"
    key = next((str(row[key]) for key in FAMILY_KEYS if row.get(key)), str(row["id"]))
    share = sha256(f"harm-part-1\0{key.strip().lower()}".encode("utf-8", "surrogatepass")).digest()[0] / 256
    if name == "cold":
        return "train" if share < 0.88 else "tune"
    if name in BENIGN:  # thresholds need many of them
        return "train" if share < 0.4 else "tune" if share < 0.75 else "test"
    return "train" if share < 0.6 else "tune" if share < 0.8 else "test"
