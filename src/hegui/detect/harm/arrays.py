"""What `sums` does, for long texts and with numpy: number the atoms of a text, add up all its blocks at once.

Knows how to turn texts into arrays; the rules are those of `atoms` and `sums`, and so are the answers, to the last bit.
Nearly every character of Chinese text is an atom by itself or a gap: one look-up in a table of the Basic Multilingual Plane
numbers those, and `atoms` is asked for the words that stand between. Loaded only where there is a long text to score.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hegui.detect.harm.atoms import MAX_ATOM, AtomIds, is_gap, next_atoms, spelled
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import FIELD
from hegui.detect.harm.sums import BLOCK, BLOCKS, FEATURES, MULTIPLIERS

__all__ = ["LongTexts", "hashed"]

Array = np.ndarray[Any, Any]

_NEW, _GAP, _WORD = np.uint64(0), np.uint64(2), np.uint64(3)
"""Stand in the table for what has not been met, parts atoms, or may be part of a word. No atom has so small a number."""
_PLANE = 1 << 16
_MOSTLY = 3
"""A text of which more than one part in so many is words is taken word by word."""
# Fields are spread 21 bits apart over three sums, so that a window of sums never carries into its neighbour.
_SPREAD = np.uint64(0x7F | 0x7F << 21 | 0x7F << 42)
_FIELD_SUM = np.uint64((1 << 21) - 1)


class LongTexts:
    """A model made ready to take long texts with.

    Args:
        ids: numbers one atom.
        table: the rows of the model, packed.
        bits: logarithm of the number of rows.
    """

    def __init__(self, ids: AtomIds, table: bytes, bits: int) -> None:
        self._ids = ids
        self._rows = np.frombuffer(table, dtype="<u8")
        self._bits = bits
        self._numbers = np.full(_PLANE, _NEW)
        self._numbers[-1] = _WORD  # where all look that stand beyond the plane

    def take(self, text: str, opened: str, before: Sequence[int]) -> tuple[Array, list[int], str]:
        """Add up a text: sums by label of the blocks it fills, shape (labels, blocks), and what it leaves.

        Args:
            opened: the atom that the text before has left open.
            before: numbers of two atoms that only stand before, and of those of the block at hand.
        Returns:
            The sums; `before` and `opened` for the text that follows.
        """
        found, opened = self._numbered(text, opened)
        numbers = np.concatenate((np.array(before, dtype=np.uint64), found))
        end = (len(numbers) - 2) // BLOCK * BLOCK
        sums = _row_sums(self._rows, self._bits, numbers[: end + 2]) if end else np.zeros((3, 0), dtype=np.uint64)
        return _by_label(sums), numbers[end:].tolist(), opened

    @staticmethod
    def peaks(before: Sequence[Sequence[int]], blocks: Array) -> tuple[int, ...]:
        """Largest sums by label of the windows that end with each of `blocks`; `before` are the BLOCKS - 1 ahead of the first."""
        row = np.concatenate((np.array(before, dtype=np.uint64).T, blocks), axis=1)
        count = blocks.shape[1]
        windows = sum((row[:, late : late + count] for late in range(1, BLOCKS)), row[:, :count])
        return tuple(windows.max(axis=1).tolist())

    def _numbered(self, text: str, opened: str) -> tuple[Array, str]:
        """The numbers of the atoms that the text completes, and the atom it leaves open."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        found = self._numbers.take(codes, mode="clip")
        if not found.all():
            self._meet(codes[found == _NEW])
            found = self._numbers.take(codes, mode="clip")
        places = np.flatnonzero(found == _WORD)
        starts, ends = _runs(places)
        words = spelled(" ".join(map(text.__getitem__, map(slice, starts, ends)))).split(" ")
        if opened or len(places) * _MOSTLY > len(text) or len(words) > max(1, len(starts)):
            atoms, opened = next_atoms(opened, text)
            return self._array(atoms), opened
        if starts:
            if ends[-1] == len(text):
                opened, words[-1] = words[-1][: MAX_ATOM + 1], ""
            found[places] = _GAP
            found[starts] = [self._ids[word] if word else _GAP for word in words]
        return found[found != _GAP], opened

    def _array(self, atoms: list[str]) -> Array:
        return np.array([self._ids[atom] for atom in atoms], dtype=np.uint64)

    def _meet(self, codes: Array) -> None:
        """Fill the table for characters not met before."""
        for code in set(codes.tolist()):
            character = chr(code)
            whole, _ = next_atoms("", character)
            if len(whole) == 1:
                self._numbers[code] = self._ids[whole[0]]
            else:
                self._numbers[code] = _GAP if is_gap(character) else _WORD


def _runs(places: Array) -> tuple[list[int], list[int]]:
    """Places that follow one another: where each run starts, and where it ends."""
    if not len(places):
        return [], []
    breaks = np.flatnonzero(np.diff(places) != 1)
    ends = places[np.append(breaks, len(places) - 1)] + 1
    return places[np.append(0, breaks + 1)].tolist(), ends.tolist()


def hashed(numbers: Array) -> Array:
    """Hashes of what each atom but the first two brings, shape (FEATURES, atoms - 2); the first two only stand before."""
    before, middle, last = numbers[:-2], numbers[1:-1], numbers[2:]
    near, far, shapes = map(np.uint64, MULTIPLIERS)
    low = numbers & np.uint64(15)
    found = np.empty((FEATURES, len(last)), dtype=np.uint64)
    found[0] = last
    pair = np.multiply(middle, near, out=found[1])
    pair += last
    np.multiply(before, far, out=found[2])
    found[2] += pair
    shape = np.multiply(low[:-2], np.uint64(256), out=found[3])
    shape += low[1:-1] * np.uint64(16)
    shape += low[2:]
    shape *= shapes
    return found


def _row_sums(rows: Array, bits: int, numbers: Array) -> Array:
    """Packed sums of the whole blocks of `numbers`, the first two of which only stand before; shape (3, blocks)."""
    buckets = hashed(numbers) >> np.uint64(64 - bits)
    found = rows.take(buckets.view(np.int64)).reshape(FEATURES, -1, BLOCK)
    spread = np.empty((3, *found.shape), dtype=np.uint64)
    np.bitwise_and(found, _SPREAD, out=spread[0])
    for part in (1, 2):
        np.right_shift(found, np.uint64(FIELD * part), out=spread[part])
        spread[part] &= _SPREAD
    sums: Array = spread.sum(axis=1).sum(axis=2)
    return sums


def _by_label(sums: Array) -> Array:
    """Sums by label, shape (labels, blocks), from packed ones, shape (3, blocks)."""
    return np.concatenate([sums >> np.uint64(21 * part) & _FIELD_SUM for part in range(3)])[: len(NAMES)]
