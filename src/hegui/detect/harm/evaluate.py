"""Measure a model on labelled rows: what it finds, what it flags for nothing, by set and by group.

Knows the arithmetic of the figures; draws nothing and chooses no threshold. By default only rows of the part `test` count, and
those of sets that are only measured with. The operating point of a figure is named beside it: `half` (probability 0.5 of one
label), `notice` and `block` (the thresholds in the model, any label).

Excess is the one number the curve turns on: the largest distance of any label above its own notice threshold, in logits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hegui.detect.harm.examples import Example
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import HarmModel
from hegui.detect.harm.score import HarmScorer

__all__ = ["Measured", "average_precision", "curve", "evaluate", "excess", "measure"]

_FPRS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


@dataclass(frozen=True, slots=True)
class Measured:
    """A row and what the model said: probability by label, and the excess."""

    example: Example
    probability: Mapping[str, float]
    excess: float
    noticed: bool
    blocked: bool


def measure(model: HarmModel, examples: Iterable[Example]) -> list[Measured]:
    """Score every row that is kept for measuring."""
    scorer = HarmScorer(model)
    found = []
    for example in examples:
        if example.part != "test" and not _is_never_seen(example):
            continue
        scores = scorer.scores(example.text)
        verdict = scorer.judge(scores)
        above = excess(model, scores)
        found.append(Measured(example, verdict.probabilities, above, bool(verdict.noticed), bool(verdict.blocked)))
    return found


def excess(model: HarmModel, scores: Sequence[float]) -> float:
    """The largest distance of any label above its own notice threshold, in logits; -50 at the least."""
    logits = (fit.slope * score + fit.shift - _logit(fit.notice) for fit, score in zip(model.fits, scores, strict=True))
    return max(-50.0, *logits)


def _is_never_seen(example: Example) -> bool:
    """Whether neither weights nor thresholds have seen it: only measured with, and no clean row among them."""
    return example.use == "measure" and not all(example.labels.get(name) == 0 for name in NAMES)


def evaluate(model: HarmModel, examples: Iterable[Example]) -> dict[str, Any]:
    """Every figure, as JSON would hold it."""
    rows = measure(model, examples)
    by_set = {name: [r for r in rows if r.example.set == name] for name in sorted({r.example.set for r in rows})}
    benign = [r for r in rows if _is_benign_request(r)]
    return {
        "model": model.digest,
        "labels": {name: _label_figures(rows, name) for name in NAMES},
        "sets": {name: _set_figures(found) for name, found in by_set.items()},
        "benign_requests": {
            "rows": len(benign),
            "noticed": _share(benign, _noticed),
            "blocked": _share(benign, _blocked),
        },
        "curves": curves(by_set, benign),
    }


def curves(by_set: Mapping[str, Sequence[Measured]], benign: Sequence[Measured]) -> dict[str, Any]:
    """For each set with harmful rows, what is found at a share of false alarms on the benign requests."""
    harmful = {name: [r for r in found if r.example.expect in ("refuse", "careful")] for name, found in by_set.items()}
    harmful = {name: found for name, found in harmful.items() if found and any(r.example.labels for r in found)}
    return {name: curve([r.excess for r in benign], [r.excess for r in found]) for name, found in harmful.items()}


def curve(benign: Sequence[float], harmful: Sequence[float], rates: Sequence[float] = _FPRS) -> list[dict[str, float]]:
    """Recall at each false-positive rate of interest: the lowest limit that at most that share of benign rows reaches."""
    ordered = sorted(benign, reverse=True)
    points = []
    for rate in rates if ordered else ():
        allowed = math.floor(rate * len(ordered))
        limit = ordered[allowed] if allowed < len(ordered) else -math.inf
        found = sum(value > limit for value in harmful)
        points.append({"fpr": rate, "recall": found / len(harmful), "excess": limit})
    return points


def _is_benign_request(row: Measured) -> bool:
    return row.example.expect == "answer" and all(row.example.labels.get(name) == 0 for name in NAMES)


def _noticed(row: Measured) -> bool:
    return row.noticed


def _blocked(row: Measured) -> bool:
    return row.blocked


def _share(rows: Sequence[Measured], is_so: Callable[[Measured], bool]) -> float | None:
    return sum(map(is_so, rows)) / len(rows) if rows else None


def _set_figures(rows: Sequence[Measured]) -> dict[str, Any]:
    known = {name for row in rows for name in row.example.labels if row.example.labels[name]}
    groups = sorted({row.example.group for row in rows})
    return {
        "rows": len(rows),
        "noticed": _share(rows, _noticed),
        "blocked": _share(rows, _blocked),
        "labels": {name: _label_figures(rows, name) for name in NAMES if name in known},
        "groups": {group: _group_figures([r for r in rows if r.example.group == group], known) for group in groups},
    }


def _group_figures(rows: Sequence[Measured], known: Iterable[str]) -> dict[str, Any]:
    half = {name: _share(rows, lambda row, n=name: row.probability[n] >= 0.5) for name in NAMES if name in known}  # type: ignore[misc]
    return {"rows": len(rows), "noticed": _share(rows, _noticed), "blocked": _share(rows, _blocked), "half": half}


def _label_figures(rows: Sequence[Measured], name: str) -> dict[str, Any]:
    """Figures of one label over the rows that know it."""
    known = [(row.probability[name], row.example.labels[name]) for row in rows if name in row.example.labels]
    ones = sum(target for _, target in known)
    figures: dict[str, Any] = {"rows": len(known), "harmful": ones}
    if 0 < ones < len(known):
        figures["accuracy"] = sum((value >= 0.5) == bool(target) for value, target in known) / len(known)
        figures["macro_f1"] = (_f1(known, 1) + _f1(known, 0)) / 2
        figures["auprc"] = average_precision(known)
        figures["brier"] = sum((value - target) ** 2 for value, target in known) / len(known)
    return figures


def _f1(known: Sequence[tuple[float, int]], kind: int) -> float:
    found = sum((value >= 0.5) == (kind == 1) for value, _ in known)
    right = sum((value >= 0.5) == (kind == 1) and target == kind for value, target in known)
    there = sum(target == kind for _, target in known)
    return 2 * right / (found + there) if found + there else 0.0


def average_precision(known: Sequence[tuple[float, int]]) -> float:
    """Area under precision and recall, by steps; rows of one probability count at once.

    >>> average_precision([(0.9, 1), (0.8, 0), (0.7, 1)])
    0.8333333333333333
    """
    ones = sum(target for _, target in known)
    area, found, seen = 0.0, 0, 0
    ordered = sorted(known, reverse=True)
    index = 0
    while index < len(ordered):
        end = index
        while end < len(ordered) and ordered[end][0] == ordered[index][0]:
            end += 1
        gained = sum(target for _, target in ordered[index:end])
        found, seen = found + gained, end
        area += gained / ones * found / seen
        index = end
    return area


def _logit(probability: float) -> float:
    inside = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(inside / (1 - inside))
