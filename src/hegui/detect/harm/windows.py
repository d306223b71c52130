"""Turn examples into windows of hashed features, the way `score` sees them: what the trainer learns from.

Knows windows and buckets; knows no labels and no weights. Needs numpy, like all of the training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from hegui.detect.harm.arrays import hashed
from hegui.detect.harm.atoms import AtomIds, atoms
from hegui.detect.harm.sums import BLOCK, BLOCKS, FEATURES, FIRST

__all__ = ["Windows", "gather"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Windows:
    """Windows as a sparse matrix, one row a window.

    Attributes:
        example: number of the example each window is of; shape (windows,).
        bucket: buckets, row after row, as often as they occur; shape (entries,).
        begin: where the entries of each row begin, then the number of entries; shape (windows + 1,).
        value: what each entry counts: 1 ÷ √atoms of its window; shape (entries,).
        share: 1 ÷ the windows taken of the same example; shape (windows,).
    """

    example: Array
    bucket: Array
    begin: Array
    value: Array
    share: Array


def gather(texts: Sequence[str], salt: bytes, bits: int, most: int) -> Windows:
    """The windows of texts; of a longer text `most` that a hash of the salt and its number picks."""
    ids = AtomIds(salt)
    example: list[int] = []
    buckets: list[Array] = []
    sizes: list[int] = []
    share: list[float] = []
    for number, text in enumerate(texts):
        found = [ids[atom] for atom in atoms(text)]
        if not found:
            continue
        matrix = _buckets(found, bits)
        spans = _picked(list(_spans(len(found))), salt, number, most)
        for start, end in spans:
            example.append(number)
            buckets.append(matrix[:, start:end].ravel())
            sizes.append(end - start)
            share.append(1 / len(spans))
    atoms_in = np.array(sizes, dtype=np.float64)
    begin = np.concatenate(([0], np.cumsum(FEATURES * np.array(sizes, dtype=np.int64))))
    value = np.repeat(1 / np.sqrt(atoms_in), FEATURES * np.array(sizes, dtype=np.int64))
    return Windows(np.array(example), np.concatenate(buckets), begin, value, np.array(share))


def _buckets(ids: list[int], bits: int) -> Array:
    numbers = hashed(np.array([FIRST, FIRST, *ids], dtype=np.uint64))
    return (numbers >> np.uint64(64 - bits)).astype(np.int32)


def _spans(size: int) -> Iterator[tuple[int, int]]:
    """Windows side by side, and the last one as the end of the text sees it."""
    whole = BLOCK * BLOCKS
    for end in (*range(whole, size, whole), size):
        yield max(0, -(-end // BLOCK) * BLOCK - whole), end


def _picked(spans: list[tuple[int, int]], salt: bytes, number: int, most: int) -> list[tuple[int, int]]:
    if len(spans) <= most:
        return spans
    drawn = sorted(range(len(spans)), key=lambda k: sha256(salt + b"%d.%d" % (number, k)).digest())
    return [spans[k] for k in sorted(drawn[:most])]
