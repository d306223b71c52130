"""A figure, the bar it is held to, and what stands beside it in a report.

Knows what is met; refuses to know how anything was measured. A figure without a bar is told, never judged; one that could not
be measured, because its set is not there or has no such row, does not meet its bar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Bar", "Figure", "Section", "Table", "share"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach, or must not pass."""

    sign: Literal["≥", "≤"]
    value: float

    def __str__(self) -> str:
        return f"{self.sign} {self.value:g}"

    def is_met(self, value: float) -> bool:
        """Whether a value keeps to it, as measured and not as rounded."""
        return value >= self.value if self.sign == "≥" else value <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report.

    Attributes:
        name: what it is; the catalogue has a sentence for it (`evaluation.figure.NAME`).
        of: the set, or the set and the part of it, such as `evasion_generated/leet`.
        value: None where it could not be measured.
        rows: it rests on, count.
        bar: None where nothing was promised.
    """

    name: str
    of: str
    value: float | None
    rows: int
    bar: Bar | None = None

    @property
    def is_met(self) -> bool | None:
        """None where there is no bar."""
        if self.bar is None:
            return None
        return self.value is not None and self.bar.is_met(self.value)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        value = None if self.value is None else round(self.value, 6)
        bar = None if self.bar is None else {"sign": self.bar.sign, "value": self.bar.value}
        return {"name": self.name, "of": self.of, "value": value, "rows": self.rows, "bar": bar, "met": self.is_met}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report; `name` and `head` are names of the catalogue, cells are as they are."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Section:
    """What one section of the evaluation found.

    Attributes:
        figures: in the order in which they are told.
        tables: for readers; whatever they hold is in `details` too, or in the figures.
        details: for programs, as JSON would hold it.
        curves: lines to draw, by title: name of the line → points with fpr and recall.
        missing: sets that are not in the folder.
    """

    name: str
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, dict[str, list[dict[str, float]]]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Whether no bar is missed."""
        return all(figure.is_met is not False for figure in self.figures)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "met": self.is_met,
            "missing": self.missing,
            "figures": [figure.as_dict() for figure in self.figures],
            "details": self.details,
        }


def share(told: Iterable[bool]) -> float | None:
    """Of the true; None where there is nothing."""
    values = list(told)
    return sum(values) / len(values) if values else None
