"""The numbers that visible marks are held to, with where each comes from.

Knows the file data/explicit.yaml; knows no format and draws nothing. A number is a value with its clause, the provision it
serves and how surely we know it, so that a face can show it and a test can hold it to the law's own data.
Rules: GB 45438-2025 5.1, 5.2, 5.4; what no rule fixes is marked O in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["Parameter", "number", "parameters"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number.

    Attributes:
        name: "picture.height_share".
        value: the number; its unit is in `what`.
        clause: the rule that fixes it, "" where none does.
        provision: id of the provision it serves.
        confidence: V, S, K or O, see the file.
        what: what it is, in zh and en.
    """

    name: str
    value: float
    clause: str
    provision: str
    confidence: str
    what: dict[str, str]


@cache
def parameters() -> dict[str, Parameter]:
    """Every number by its name."""
    text = files("hegui.label").joinpath("data/explicit.yaml").read_text(encoding="utf-8")
    groups: dict[str, Any] = yaml.safe_load(text)
    return {
        f"{group}.{name}": Parameter(f"{group}.{name}", **fields)
        for group, members in groups.items()
        if isinstance(members, dict)
        for name, fields in members.items()
    }


def number(name: str) -> float:
    """The value of one number.

    >>> number("picture.height_share")
    0.05
    """
    return parameters()[name].value
