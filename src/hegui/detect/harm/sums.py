"""Add up what the atoms of one block bring, in plain Python: sums by label.

Knows atoms by their numbers, the mixing of neighbours and the packing of rows; knows no text and no window. Each atom brings
FEATURES rows of the table: itself, with one and with two atoms before it, and the shapes of all three.
Works on a whole block at once: numbers and rows stand side by side in lanes of one large whole number, so that a step of the
interpreter does the work of a block. A lane is wider than what is added in it ever grows, so no lane runs into the next.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from operator import itemgetter

from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import FIELD

__all__ = ["BLOCK", "BLOCKS", "FEATURES", "FIRST", "MULTIPLIERS", "block_sums"]

BLOCK = 32
"""Atoms from one weighing to the next."""
BLOCKS = 3
"""Blocks in a window."""
FEATURES = 4
"""Rows of the table that an atom brings."""
FIRST = 0x9E3779B97F4A7C15
"""Stands for the atoms before the first."""
MULTIPLIERS = (0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
"""For the atom before, the one before that, and three shapes."""

_NEAR, _FAR, _SHAPES = MULTIPLIERS
_ROWS = BLOCK * FEATURES


def _lanes(value: int, width: int, count: int) -> int:
    """The value in each of `count` lanes of `width` bits."""
    return sum(value << width * lane for lane in range(count))


@cache
def _low(bits: int) -> int:
    """So many bits in every lane of numbers."""
    return _lanes((1 << bits) - 1, _LANE, _ROWS)


# Numbers: 64 bits in lanes of 128, for a product and what is added to it.
_LANE, _FEATURE = 128, 128 * BLOCK
_WHOLE = _lanes((1 << 64) - 1, _LANE, BLOCK)
_SHAPE = _lanes(15, _LANE, BLOCK)
_NUMBERS = struct.Struct("<" + "Q8x" * (BLOCK + 2)).pack
_NO_ATOMS = (0,) * BLOCK

# Rows: fields of 7 bits in lanes of 64. Every other field is added apart, so each has 14 bits for 128 times 127 at most; the
# ninth has the rest of the lane to itself.
_EVERY_OTHER = _lanes(_lanes(127, 2 * FIELD, 4), 64, _ROWS)
_NINTH = _lanes(127, 64, _ROWS)
_TWO = (1 << 2 * FIELD) - 1
_PACKED = struct.Struct(f"<{_ROWS}Q").pack
_NO_ROWS = (0,) * _ROWS
_HALVES = tuple((64 * count, (1 << 64 * count) - 1) for count in (64, 32, 16, 8))
_ONE_LANE = (1 << 64) - 1


def block_sums(rows: memoryview, bits: int, numbers: Sequence[int]) -> tuple[int, ...]:
    """The sums by label of the fields that up to BLOCK atoms bring.

    Args:
        rows: the table, one 64-bit row for each bucket.
        bits: logarithm of the number of buckets.
        numbers: of two atoms that only stand before, then of those that count, at least 1; 64 bits each.
    """
    count = len(numbers) - 2
    if count == BLOCK:
        buckets = _buckets(bits, numbers)
        packed = _PACKED(*itemgetter(*buckets)(rows))
    else:
        buckets = _buckets(bits, (*numbers, *_NO_ATOMS[count:]))
        found = itemgetter(*(b for at in range(0, _ROWS, BLOCK) for b in buckets[at : at + count]))(rows)
        packed = _PACKED(*found, *_NO_ROWS[len(found) :])
    row = int.from_bytes(packed, "little")
    even, odd, ninth = (
        _added(row & _EVERY_OTHER),
        _added(row >> FIELD & _EVERY_OTHER),
        _added(row >> 8 * FIELD & _NINTH),
    )
    fields = (  # in the order of the labels
        even & _TWO, odd & _TWO, even >> 14 & _TWO, odd >> 14 & _TWO,
        even >> 28 & _TWO, odd >> 28 & _TWO, even >> 42, odd >> 42, ninth,
    )  # fmt: skip
    return fields[: len(NAMES)]


def _buckets(bits: int, numbers: Sequence[int]) -> list[int]:
    """The buckets of BLOCK atoms, feature by feature."""
    before = int.from_bytes(_NUMBERS(*numbers), "little")
    middle, last = before >> _LANE, before >> 2 * _LANE
    pair = last + (middle & _WHOLE) * _NEAR & _WHOLE
    triple = pair + (before & _WHOLE) * _FAR & _WHOLE
    shape = ((last & _SHAPE) + ((middle & _SHAPE) << 4) + ((before & _SHAPE) << 8)) * _SHAPES & _WHOLE
    mixed = last | pair << _FEATURE | triple << 2 * _FEATURE | shape << 3 * _FEATURE
    top = (mixed >> 64 - bits & _low(bits)).to_bytes(_ROWS * _LANE // 8, "little")
    return memoryview(top).cast("I")[::4].tolist()


def _added(lanes: int) -> int:
    """The sum of all lanes of 64 bits, each of which holds less than 2 to the 57."""
    for size, half in _HALVES:
        lanes = (lanes >> size) + (lanes & half)
    return lanes % _ONE_LANE  # 2 to the 64 leaves 1, so what stands in any lane counts once
