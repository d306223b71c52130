"""Train a model from labelled rows: weights, calibration, thresholds, in one go and from one seed.

Knows which rows may teach what: only rows of the part `train` with use `teach` shape weights; calibration and thresholds come
from the other rows outside the part `test`, which is never looked at. A feature seen once is forgotten.
Works label by label; rows whose label is unknown are left out for that label only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np

from hegui.detect.harm.examples import Example
from hegui.detect.harm.fit import calibrate, fit_label
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import ZERO, HarmModel, LabelFit
from hegui.detect.harm.score import HarmScorer
from hegui.detect.harm.thresholds import set_thresholds
from hegui.detect.harm.windows import Windows, gather
from hegui.errors import InputError

__all__ = ["BITS", "train"]

Array = np.ndarray[Any, Any]

BITS = 19
"""Logarithm of the buckets: 4 MiB of table."""
RIDGE = 3e-5
ROUNDS = 50
MOST_WINDOWS = 3
"""Windows taken of one text."""
MIN_SEEN = 2
"""Times a bucket must occur to carry weight."""
MAX_BALANCE = 8.0
"""Most that a row of the rarer class counts."""
REQUEST_WEIGHT = 3.0
"""What a window of a request counts beside one of a document, of which there are many more."""
_MAX_WEIGHT = ZERO - 1


def train(
    examples: Sequence[Example], seed: int, *, bits: int = BITS, say: Callable[[str], None] = lambda _: None
) -> HarmModel:
    """A model; the same rows and seed give the same one.

    Args:
        seed: any integer; it numbers the atoms and picks the windows of long texts.
        say: told what is being done, label by label.
    Raises:
        InputError: HRM005, a label has no row of either kind to learn from or to calibrate on.
    """
    salt = sha256(b"hegui-harm-%d" % seed).digest()[:8]
    teaching = [e for e in examples if e.part == "train" and e.use == "teach" and e.labels]
    tuning = [e for e in examples if e.part == "tune" or (e.part == "train" and e.use == "measure")]
    _check(teaching, "train")
    _check(tuning, "tune")
    windows = gather([e.text for e in teaching], salt, bits, MOST_WINDOWS)
    seen = np.bincount(windows.bucket, minlength=1 << bits)
    windows = replace(windows, value=windows.value * (seen[windows.bucket] >= MIN_SEEN))
    fitted = []
    for name in NAMES:
        say(name)
        fitted.append(_fit(windows, teaching, name, bits))
    model = HarmModel(bits, salt.hex(), *_packed(fitted), _about(teaching, tuning, seed))
    return set_thresholds(_calibrated(model, tuning), tuning)


def _check(examples: Sequence[Example], part: str) -> None:
    for name in NAMES:
        kinds = {e.labels[name] for e in examples if name in e.labels}
        if kinds != {0, 1}:
            problem = f"the part {part} has no row with {name} {1 if 1 not in kinds else 0}."
            raise InputError("HRM005", name, problem, "Add labelled rows of both kinds for every label.")


def _fit(windows: Windows, examples: Sequence[Example], name: str, bits: int) -> tuple[Array, float]:
    known = np.array([e.labels.get(name, -1) for e in examples])[windows.example]
    chosen = known >= 0
    sizes = np.diff(windows.begin)
    entries = np.repeat(chosen, sizes)
    begin = np.concatenate(([0], np.cumsum(sizes[chosen])))
    target = known[chosen].astype(np.float64)
    request = np.array([REQUEST_WEIGHT if e.kind == "request" else 1.0 for e in examples])[windows.example][chosen]
    weight = np.where(target == 1, windows.share[chosen] * _balance(target), 1.0) * request
    return fit_label(windows.bucket[entries], begin, windows.value[entries], target, weight, 1 << bits, RIDGE, ROUNDS)


def _balance(target: Array) -> float:
    ones = float(target.sum())
    return float(min(MAX_BALANCE, max(1.0, ((len(target) - ones) / ones) ** 0.5)))


def _packed(fitted: Sequence[tuple[Array, float]]) -> tuple[tuple[LabelFit, ...], bytes]:
    """Weights as fields of whole steps, the largest of a label being its last step."""
    table = np.zeros(len(fitted[0][0]), dtype=np.uint64)
    fits = []
    for label, (weights, bias) in enumerate(fitted):
        step = max(float(np.abs(weights).max()), 1e-9) / _MAX_WEIGHT
        fields = (np.rint(weights / step) + ZERO).astype(np.uint64)
        table |= fields << np.uint64(7 * label)
        fits.append(LabelFit(bias, step, 1.0, 0.0, 0.5, 0.5))
    return tuple(fits), table.astype("<u8").tobytes()


def _calibrated(model: HarmModel, examples: Sequence[Example]) -> HarmModel:
    scorer = HarmScorer(model)
    scored = [(example, scorer.scores(example.text)) for example in examples if example.use == "teach"]
    fits = []
    for label, name in enumerate(NAMES):
        rows = [(scores[label], e.labels[name]) for e, scores in scored if name in e.labels and scores[label] > -1e9]
        slope, shift = calibrate(np.array([s for s, _ in rows]), np.array([float(t) for _, t in rows]))
        fits.append(replace(model.fits[label], slope=slope, shift=shift))
    return replace(model, fits=tuple(fits))


def _about(teaching: Sequence[Example], tuning: Sequence[Example], seed: int) -> dict[str, Any]:
    def counts(examples: Sequence[Example]) -> dict[str, int]:
        names = sorted({e.set for e in examples})
        return {name: sum(e.set == name for e in examples) for name in names}

    return {"seed": seed, "taught": counts(teaching), "tuned": counts(tuning)}
