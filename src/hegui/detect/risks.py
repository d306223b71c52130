"""The 31 security risks that generated content is screened for, by their ids.

Knows ids, names and their source; knows no threshold and no rule of law that uses them.
Rules: TC260-003 Annex A and GB/T 45654-2025 Annex A; the rows are `data/risks.yaml` with their confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

__all__ = ["Risk", "normalise_risk", "risks"]


@dataclass(frozen=True, slots=True)
class Risk:
    """One recognised risk (安全风险), such as A.1.f."""

    id: str
    zh: str
    en: str


@cache
def risks() -> dict[str, Risk]:
    """Every risk by id, in the order of the annex."""
    table = yaml.safe_load(files("hegui.detect").joinpath("data/risks.yaml").read_text(encoding="utf-8"))
    return {row["id"]: Risk(row["id"], row["zh"], row["en"]) for row in table["risks"]}


def normalise_risk(written: str) -> str | None:
    """The id behind a usual spelling of it; None when it names no risk.

    >>> normalise_risk("A1f"), normalise_risk("a.1.F"), normalise_risk("B.1")
    ('A.1.f', 'A.1.f', None)
    """
    letters = written.strip().replace(".", "")
    if len(letters) != 3:
        return None
    candidate = f"{letters[0].upper()}.{letters[1]}.{letters[2].lower()}"
    return candidate if candidate in risks() else None
