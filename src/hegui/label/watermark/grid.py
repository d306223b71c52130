"""A picture on the canonical grid, and its frequencies: where the watermark lives, whatever the picture's size is.

Knows luminance, resampling and the discrete cosine transform; knows no key. Whatever its size and shape, a picture is brought to
512 x 512 samples, so that enlarging and reducing move nothing. The transform is a product with a matrix, exact and fast
enough without another library.
Rules: ITU-R BT.601 (luminance); this is our own method.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = [
    "SIZE",
    "Floats",
    "Pixels",
    "activity",
    "frequencies",
    "luminance",
    "on_grid",
    "pattern",
    "resized",
    "within",
]

SIZE = 512
"""Samples of the grid, in both directions."""

Floats: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8]

_BLOCK = 8
"""Samples over which the activity of a place is taken."""


@cache
def _basis() -> Floats:
    """The rows of the orthonormal transform, (SIZE, SIZE)."""
    row, column = np.arange(SIZE)[:, None], np.arange(SIZE)[None, :]
    waves = np.sqrt(2 / SIZE) * np.cos(np.pi * (2 * column + 1) * row / (2 * SIZE))
    waves[0] /= np.sqrt(2)
    return np.asarray(waves, np.float32)


def luminance(pixels: Pixels) -> Floats:
    """Of (height, width, 3) or (height, width) samples of 0 to 255."""
    image = Image.fromarray(pixels)
    return np.asarray(image if pixels.ndim == 2 else image.convert("L"), np.float32)


def resized(samples: Floats, width: int, height: int) -> Floats:
    """Resampled, without aliasing where it becomes smaller."""
    image = Image.fromarray(samples).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float32)


def on_grid(samples: Floats) -> Floats:
    """(height, width) → (SIZE, SIZE)."""
    return resized(samples, SIZE, SIZE)


def within(samples: Floats, share: float) -> Floats:
    """On the grid as the middle of a larger picture of which it has this share in each direction; grey around it."""
    size = round(SIZE * share)
    if size >= SIZE:
        return on_grid(samples)
    grid = np.full((SIZE, SIZE), samples.mean(), np.float32)
    start = (SIZE - size) // 2
    grid[start : start + size, start : start + size] = resized(samples, size, size)
    return grid


def frequencies(grid: Floats) -> Floats:
    """(SIZE, SIZE) samples → (SIZE, SIZE) coefficients: row and column are half waves over the picture."""
    return np.asarray(_basis() @ grid @ _basis().T, np.float32)


def pattern(coefficients: Floats) -> Floats:
    """Back from `frequencies`."""
    return np.asarray(_basis().T @ coefficients @ _basis(), np.float32)


def activity(grid: Floats) -> Floats:
    """How much happens around each sample, as the deviation of the blocks there, in samples of 0 to 255."""
    return np.asarray(np.sqrt(np.maximum(_smooth(grid * grid) - _smooth(grid) ** 2, 0)), np.float32)


def _smooth(grid: Floats) -> Floats:
    count = SIZE // _BLOCK
    means = grid.reshape(count, _BLOCK, count, _BLOCK).mean(axis=(1, 3))
    return resized(means, SIZE, SIZE)
