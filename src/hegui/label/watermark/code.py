"""The secret code that a key gives: which frequencies carry the watermark, and with which signs.

Knows the band of frequencies and how a key becomes signs; knows no picture. One row of signs over all frequencies says that the
mark is there; 32 rows over 32 groups of them say the bits of the payload. Without the key all signs are as good as thrown
coins, which is what the rate of false alarms rests on.
Rules: FIPS 202 (SHAKE256); this is our own method.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hegui.label.watermark.faults import bad_key
from hegui.label.watermark.grid import SIZE, Floats
from hegui.label.watermark.payload import KEY_SIZE

__all__ = ["BITS", "Code", "code_of"]

BITS = 32
_VERSION = b"hegui watermark 1"
_LOW, _HIGH = 14, 80
"""Half waves over the picture; below, changes are seen in even parts, above, they are lost by small copies."""
_RING, _SECTORS = 8, 3
"""Neighbours by which a frequency's usual strength is told: rings so wide, and sectors of each."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a key gives.

    Attributes:
        places: indices into the flat coefficients, BITS groups of equal size one after the other.
        presence: a sign for each place.
        bits: another sign for each place.
        neighbours: which ring and sector each place is in.
    """

    places: NDArray[np.intp]
    presence: Floats
    bits: Floats
    neighbours: NDArray[np.intp]

    @property
    def group(self) -> int:
        """Places of a bit."""
        return len(self.places) // BITS


@lru_cache(maxsize=8)
def code_of(key: bytes) -> Code:
    """The code of a key of 32 bytes. Raises LabelError (LBL148)."""
    if len(key) != KEY_SIZE:
        raise bad_key("key", f"it has {len(key)} bytes, and 32 are needed")
    row, column = np.mgrid[:SIZE, :SIZE]
    radius = np.hypot(row, column)
    in_band = (radius >= _LOW) & (radius < _HIGH) & (row > 0) & (column > 0)
    band = np.flatnonzero(in_band)
    order = np.argsort(_numbers(key, b"order", len(band)), kind="stable")
    places = band[order[: len(band) // BITS * BITS]]
    sector = np.minimum(np.arctan2(row, column).ravel()[places] / (np.pi / 2) * _SECTORS, _SECTORS - 1).astype(np.intp)
    ring = ((radius.ravel()[places] - _LOW) // _RING).astype(np.intp)
    signs = [np.where(_numbers(key, use, len(places)) >> 63, 1, -1) for use in (b"presence", b"bits")]
    return Code(places, signs[0].astype(np.float32), signs[1].astype(np.float32), ring * _SECTORS + sector)


def _numbers(key: bytes, use: bytes, count: int) -> NDArray[np.uint64]:
    """Numbers that only who has the key can foretell."""
    stream = hashlib.shake_256(_VERSION + b"\0" + use + b"\0" + key).digest(8 * count)
    return np.frombuffer(stream, "<u8")
