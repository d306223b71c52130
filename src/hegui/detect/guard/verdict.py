"""What a guard said of a text: labels with scores, each with the risks of the annex it may stand for.

Knows labels and risks; knows no format and no policy. `detect/data/guards.yaml` says what each label stands for.
A label nobody has described still counts: it stands for "other content banned by law", so that a new category of a guard is
never lost. A label of self-harm in a prompt is a person in danger, against whom nothing counts.
Source of the risk ids: TC260-003 Annex A, as in detect/data/risks.yaml.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from hegui.detect.findings import CRISIS, GUARD, Finding
from hegui.detect.guard.question import Direction
from hegui.detect.lexicon import Severity

__all__ = ["GuardFinding", "GuardVerdict", "Label", "Taxonomy", "guard_data", "plain", "taxonomy"]

OTHER_RISK = "A.1.h"
"""The item of the annex that is left for what has no other: other content banned by law."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a guard calls a kind of content.

    Attributes:
        name: as rules of a policy and records name it; a guard's own spelling is `written`.
        risks: ids of the risks it may stand for, the likeliest first.
        danger: in a prompt it speaks of a person who needs help.
    """

    name: str
    written: str
    risks: tuple[str, ...]
    severity: Severity = "high"
    danger: bool = False


@dataclass(frozen=True, slots=True)
class GuardFinding:
    """A label that a guard found; `score` 0 to 1 where it gave one."""

    label: Label
    severity: Severity
    score: float | None = None


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """What a guard said; no findings means that it found the text clean."""

    findings: tuple[GuardFinding, ...] = ()

    def as_findings(self, direction: Direction, start: int, end: int, language: str = "zh") -> tuple[Finding, ...]:
        """As findings of the text from `start` to `end`, for the rules of a policy.

        Args:
            language: of the person who wrote the text, "zh" or "en"; a sign of danger carries it, as those of `crisis` do.
        """
        return tuple(_finding(found, direction, start, end, language) for found in self.findings)


def _finding(found: GuardFinding, direction: Direction, start: int, end: int, language: str) -> Finding:
    label, risk = found.label, (*found.label.risks, "")[0]
    if label.danger and direction == "prompt":
        return Finding(f"guard.{label.name}.{language}", risk, found.severity, "score", start, end, CRISIS, found.score)
    return Finding(label.name, risk, found.severity, "score", start, end, GUARD, found.score)


@dataclass(frozen=True)
class Taxonomy:
    """The labels of one kind of guard, by their plain spelling."""

    labels: Mapping[str, Label]

    def label(self, written: str) -> Label:
        """The label a guard wrote; what is not described stands for other content banned by law."""
        known = self.labels.get(plain(written))
        return known or Label("other", written[:64], (OTHER_RISK,))

    def found(self, written: str, score: float | None = None, severity: Severity | None = None) -> GuardFinding:
        """A finding of the label a guard wrote."""
        label = self.label(written)
        return GuardFinding(label, severity or label.severity, score)

    def with_labels(self, more: Mapping[str, Label]) -> Taxonomy:
        """The same with labels of the operator's own, which come first."""
        own = {plain(written): replace(label, written=written) for written, label in more.items()}
        return Taxonomy({**self.labels, **own})


def plain(written: str) -> str:
    """A label without case, spaces and marks, as spellings of it differ in no more.

    >>> plain("Suicide & Self-Harm"), plain("self_harm"), plain("S１")
    ('suicideselfharm', 'selfharm', 's1')
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", written))).casefold()


@cache
def guard_data() -> dict[str, Any]:
    """`data/guards.yaml` as it is."""
    text = files("hegui.detect").joinpath("data/guards.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def taxonomy(kind: str) -> Taxonomy:
    """The labels of a kind of guard; none for a kind whose labels the operator describes."""
    rows = guard_data()["kinds"].get(kind, {}).get("labels", {})
    labels = {
        name: Label(name, row["written"], tuple(row["risks"]), row.get("severity", "high"), row.get("danger", False))
        for name, row in rows.items()
    }
    return Taxonomy({plain(label.written): label for label in labels.values()})
