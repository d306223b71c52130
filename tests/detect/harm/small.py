"""A small model without training: weights from a seed, so that scores are anything but smooth."""

from __future__ import annotations

import random

from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import HarmModel, LabelFit

__all__ = ["small_model"]


def small_model(bits: int = 10) -> HarmModel:
    """The same on every call; fields go from 1 to 127, the largest sums included."""
    chance = random.Random(5)
    rows = [sum(chance.randint(1, 127) << 7 * label for label in range(len(NAMES))) for _ in range(1 << bits)]
    fits = tuple(LabelFit(chance.uniform(-3, 0), 0.01, 1.1, -0.2, 0.5, 0.9) for _ in NAMES)
    return HarmModel(bits, "00" * 8, fits, b"".join(row.to_bytes(8, "little") for row in rows), {"seed": 5})
