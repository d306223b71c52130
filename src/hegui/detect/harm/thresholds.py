"""Choose from which probability a label is worth a look, and from which it is held to be harmful.

Knows rows and their scores. `notice`: all labels together reach MAX_NOTICED of the clean requests, MAX_SHORT of the short clean
texts and MAX_DOCUMENTS of the clean documents at most; which label gets how much of that is decided by what it finds. `block`:
above every clean row, documents included, by MARGIN, and never below `notice`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hegui.detect.harm.examples import Example
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import HarmModel
from hegui.detect.harm.score import HarmScorer, logistic

Row = Sequence[float]
"""Calibrated logits by label."""

__all__ = ["MAX_NOTICED", "Pool", "is_clean", "noticing", "set_thresholds"]

MAX_NOTICED = 0.008
"""Share of clean requests that may be noticed; below the 1 % that is promised, because the rows are few."""
MAX_DOCUMENTS = 0.001
"""Share of clean documents that may be noticed."""
SHORT = 12
"""Characters of a short text: a greeting, a word, a name; whoever sends one has asked for nothing yet."""
MAX_SHORT = 0.002
"""Share of short clean texts that may be noticed; counted apart, lest the many of them excuse alarms on other requests."""
LOOK_AHEAD = 4
"""Clean rows a label may be lowered past in one step."""
MARGIN = 0.25
"""Logits above the worst clean row."""


def is_clean(example: Example) -> bool:
    """Whether it is known to be harmless in every way."""
    return all(example.labels.get(name) == 0 for name in NAMES)


def set_thresholds(model: HarmModel, examples: Sequence[Example]) -> HarmModel:
    """The model with thresholds from the clean rows among `examples`."""
    scorer = HarmScorer(model)
    clean = [(e, _logits(model, scorer.scores(e.text))) for e in examples if is_clean(e)]
    harmful = [e for e in examples if any(e.labels.values())]
    pool = Pool(
        [logits for e, logits in clean if e.kind == "request" and e.expect in ("", "answer")],
        [logits for e, logits in clean if e.kind == "document"],
        [_logits(model, scorer.scores(e.text)) for e in harmful],
        _weights(harmful),
        [logits for e, logits in clean if e.kind == "request" and len(e.text) <= SHORT],
    )
    notice = noticing(pool)
    fits = []
    for label, fit in enumerate(model.fits):
        worst = max((logits[label] for _, logits in clean), default=0.0) + MARGIN
        block = max(worst, notice[label])
        fits.append(replace(fit, notice=logistic(notice[label]), block=logistic(block)))
    return replace(model, fits=tuple(fits))


def _logits(model: HarmModel, scores: Sequence[float]) -> list[float]:
    return [max(-50.0, fit.slope * score + fit.shift) for fit, score in zip(model.fits, scores, strict=True)]


@dataclass(frozen=True)
class Pool:
    """Rows to choose limits by: a share of `requests`, `documents` and `short` may be noticed; `harmful` with their weight."""

    requests: Sequence[Row]
    documents: Sequence[Row]
    harmful: Sequence[Row]
    weights: Sequence[float]
    short: Sequence[Row] = ()

    def alarms(self, limits: Sequence[float]) -> tuple[int, int, int]:
        """Requests, documents and short texts that reach a limit."""
        requests, documents, short = (_reaching(rows, limits) for rows in (self.requests, self.documents, self.short))
        return len(requests), len(documents), len(short)

    def found(self, limits: Sequence[float]) -> float:
        """Weight of the harmful rows that reach a limit."""
        return sum(self.weights[i] for i in _reaching(self.harmful, limits))

    def allows(self, alarms: tuple[int, int, int]) -> bool:
        """Whether so many alarms are within all shares."""
        requests, documents, short = alarms
        within = requests <= MAX_NOTICED * len(self.requests) and documents <= MAX_DOCUMENTS * len(self.documents)
        return within and short <= MAX_SHORT * len(self.short)


def noticing(pool: Pool) -> list[float]:
    """Limits by label that keep to all shares.

    Begins above every clean row and lowers one label after the other past its next clean rows: always the step that finds most
    for each row it lets in.
    """
    columns = [
        _lines([row[label] for row in (*pool.requests, *pool.documents, *pool.short)]) for label in range(len(NAMES))
    ]
    limits, depth = [column[0] for column in columns], [0] * len(NAMES)
    while (best := _best_step(pool, columns, limits, depth)) is not None:
        label, depth[label] = best
        limits[label] = columns[label][depth[label]]
    return limits


def _lines(values: Sequence[float]) -> list[float]:
    """Limits above all values, then midway between each and the next, so that no row stands on the line."""
    ordered = sorted(set(values), reverse=True)
    return [ordered[0] + MARGIN if ordered else 0.0, *map(_midway, ordered, ordered[1:])]


def _midway(left: float, right: float) -> float:
    return (left + right) / 2


def _best_step(
    pool: Pool, columns: Sequence[Sequence[float]], limits: Sequence[float], depth: Sequence[int]
) -> tuple[int, int] | None:
    """The label to lower and how deep; None when no step within the shares finds anything."""
    best: tuple[float, int, int] | None = None
    found, alarms = pool.found(limits), sum(pool.alarms(limits))
    for label, column in enumerate(columns):
        for at in range(depth[label] + 1, min(len(column), depth[label] + 1 + LOOK_AHEAD)):
            tried = [*limits[:label], column[at], *limits[label + 1 :]]
            counted = pool.alarms(tried)
            if not pool.allows(counted):
                break
            gain = (pool.found(tried) - found) / max(sum(counted) - alarms, 0.5)
            if gain > 0 and (best is None or gain > best[0]):
                best = (gain, label, at)
    return best and best[1:]


def _reaching(rows: Sequence[Row], limits: Sequence[float]) -> list[int]:
    return [i for i, row in enumerate(rows) if any(map(float.__ge__, row, limits))]


def _weights(harmful: Sequence[Example]) -> list[float]:
    """Each set counts the same, however many rows it has."""
    sizes = Counter(example.set for example in harmful)
    return [1 / sizes[example.set] for example in harmful]
