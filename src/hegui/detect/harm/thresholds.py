"""Choose from which probability a label is worth a look, and from which it is held to be harmful.

Knows clean rows and their scores; looks at no harmful row, so a threshold promises a rate of false alarms and nothing about
what is found. `notice`: the same share of clean requests for every label, as large as all labels together allow under
MAX_NOTICED. `block`: above every clean row, documents included, by MARGIN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hegui.detect.harm.examples import Example
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import HarmModel
from hegui.detect.harm.score import HarmScorer, logistic

__all__ = ["MAX_NOTICED", "is_clean", "noticing", "set_thresholds"]

MAX_NOTICED = 0.008
"""Share of clean requests that may be noticed; below the 1 % that is promised, because the rows are few."""
MARGIN = 0.25
"""Logits above the worst clean row."""


def is_clean(example: Example) -> bool:
    """Whether it is known to be harmless in every way."""
    return all(example.labels.get(name) == 0 for name in NAMES)


def set_thresholds(model: HarmModel, examples: Sequence[Example]) -> HarmModel:
    """The model with thresholds from the clean rows among `examples`."""
    scorer = HarmScorer(model)
    clean = [(e, _logits(model, scorer.scores(e.text))) for e in examples if is_clean(e)]
    requests = [logits for e, logits in clean if e.kind == "request"]
    notice = noticing(requests, MAX_NOTICED)
    fits = []
    for label, fit in enumerate(model.fits):
        worst = max((logits[label] for _, logits in clean), default=0.0) + MARGIN
        block = max(worst, notice[label])
        fits.append(replace(fit, notice=logistic(notice[label]), block=logistic(block)))
    return replace(model, fits=tuple(fits))


def _logits(model: HarmModel, scores: Sequence[float]) -> list[float]:
    return [max(-50.0, fit.slope * score + fit.shift) for fit, score in zip(model.fits, scores, strict=True)]


def noticing(clean: Sequence[Sequence[float]], share: float) -> list[float]:
    """Thresholds by label such that at most `share` of the clean rows reach any; the same number of rows for each label."""
    columns = [sorted((row[label] for row in clean), reverse=True) for label in range(len(NAMES))]
    found = [column[0] + MARGIN if column else 0.0 for column in columns]
    for many in range(1, len(clean)):
        tried = [between(column, many) for column in columns]
        reached = sum(any(value >= limit for value, limit in zip(row, tried, strict=True)) for row in clean)
        if reached > share * len(clean):
            break
        found = tried
    return found


def between(column: Sequence[float], many: int) -> float:
    """Midway between the row number `many` and the next, so that no row stands on the line."""
    return (column[many - 1] + column[many]) / 2
