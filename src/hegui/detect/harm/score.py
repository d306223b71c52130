"""Score a text, or a stream of it cut anywhere, with a model: for each family of harm, how likely.

Knows windows and sums; knows no policy. Works in whole numbers, so that every way of cutting a text, and both ways of adding
(numpy for long fragments where it is installed, plain Python for short ones), give the very same answer.

A text is a row of atoms in blocks of BLOCK. Each atom brings FEATURES rows of the table: itself, with one and with two atoms
before it, and the shapes of all three. A window is the block at hand and up to BLOCKS - 1 before it; it is weighed at the end
of each block and at the end of the text. The score of a text is the largest of its windows, label by label. State: the sums of
BLOCKS blocks, two atoms, and an open word of bounded length; work per character is constant.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from hegui.detect.harm.atoms import AtomIds, AtomStream
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import ZERO, HarmModel

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["BLOCK", "BLOCKS", "FEATURES", "FIRST", "HarmScorer", "HarmStream", "HarmVerdict", "hashed", "logistic"]

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

_MASK = (1 << 64) - 1
# Fields are spread 21 bits apart over three sums, so that a window of sums never carries into its neighbour.
_SPREAD = 0x7F | 0x7F << 21 | 0x7F << 42
_SUM = (1 << 21) - 1
_PIECE = 1 << 14  # characters taken at a time, so that memory stays bounded
_LONG = 64
"""Atoms from which numpy is the faster way."""


@dataclass(frozen=True, slots=True)
class HarmVerdict:
    """How likely each family of harm is in a text, by its worst window.

    Attributes:
        probabilities: calibrated, by label; all zero for a text without atoms.
        noticed, blocked: labels at or above their threshold, in the order of the labels.
    """

    probabilities: dict[str, float]
    noticed: tuple[str, ...]
    blocked: tuple[str, ...]


class HarmScorer:
    """A model made ready to score with; immutable but for its caches, shared by all streams."""

    def __init__(self, model: HarmModel, *, use_numpy: bool | None = None) -> None:
        """`use_numpy` None takes it where it is installed, once there is a long text to score."""
        self.model = model
        self.digest = model.digest  # what decisions name the model by; computed once
        self.ids = AtomIds(bytes.fromhex(model.salt))
        self.rows = memoryview(model.table).cast("Q")  # little-endian, as all machines we run on
        self.shift = 64 - model.bits
        self._use_numpy = use_numpy

    def score(self, text: str) -> HarmVerdict:
        """The verdict on a whole text; what a stream of it would say at its end."""
        stream = HarmStream(self)
        stream.feed(text)
        return stream.verdict()

    def scores(self, text: str) -> tuple[float, ...]:
        """Uncalibrated scores of a whole text, logits by label; minus infinity without atoms."""
        stream = HarmStream(self)
        stream.feed(text)
        return stream.scores()

    def stream(self) -> HarmStream:
        """Begin a text that comes in fragments."""
        return HarmStream(self)

    def weigh(self, sums: Sequence[int], size: int) -> tuple[float, ...]:
        """Scores of a window from its three packed sums and its number of atoms, at least 1."""
        return self.scored(_fields(sums), size)

    def scored(self, sums: Sequence[int], size: int) -> tuple[float, ...]:
        """Scores of a window from its sums by label and its number of atoms."""
        root, zero = math.sqrt(size), ZERO * FEATURES * size
        return tuple(
            fit.bias + fit.step * (total - zero) / root for fit, total in zip(self.model.fits, sums, strict=True)
        )

    def judge(self, scores: Sequence[float]) -> HarmVerdict:
        """Calibrate scores and hold them to the thresholds."""
        fits = self.model.fits
        odds = [logistic(fit.slope * score + fit.shift) for fit, score in zip(fits, scores, strict=True)]
        found = list(zip(NAMES, fits, odds, strict=True))
        return HarmVerdict(
            dict(zip(NAMES, odds, strict=True)),
            tuple(name for name, fit, value in found if value >= fit.notice and value > 0),
            tuple(name for name, fit, value in found if value >= fit.block and value > 0),
        )

    def takes_numpy(self, atoms: int) -> bool:
        """Whether to add up so many atoms with numpy."""
        if atoms < _LONG or self._use_numpy is False:
            return False
        return True if self._use_numpy else _has_numpy()

    def block_sums(self, ids: Sequence[int]) -> Array:
        """Packed sums of whole blocks of `ids`, the first two of which only stand before; shape (3, blocks)."""
        import numpy as np

        table = np.frombuffer(self.model.table, dtype="<u8")
        found = table[hashed(np.array(ids, dtype=np.uint64)) >> np.uint64(self.shift)]
        found = found.reshape(FEATURES, -1, BLOCK)
        mask = np.uint64(_SPREAD)
        parts = [((found >> np.uint64(7 * k)) & mask).sum(axis=(0, 2), dtype=np.uint64) for k in range(3)]
        return np.stack(parts)

    def peaks(self, before: list[list[int]], blocks: Array) -> tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]]:
        """Largest sums by label of the windows that end with each of `blocks`, and the last blocks, which the next window needs."""
        import numpy as np

        row = np.concatenate((np.array(before, dtype=np.uint64), blocks), axis=1)
        windows = sum((row[:, k : row.shape[1] - BLOCKS + 1 + k] for k in range(1, BLOCKS)), row[:, : 1 - BLOCKS])
        by_label = [
            int(((windows[label % 3] >> np.uint64(label // 3 * 21)) & np.uint64(_SUM)).max())
            for label in range(len(NAMES))
        ]
        last = tuple((int(a), int(b), int(c)) for a, b, c in row[:, 1 - BLOCKS :].T.tolist())
        return tuple(by_label), last


class HarmStream:
    """One text on its way, fragment by fragment; cheap to copy (`fork`)."""

    __slots__ = ("_atoms", "_before", "_blocks", "_count", "_middle", "_peaks", "_scorer", "_sums", "_worst", "closed")

    def __init__(self, scorer: HarmScorer) -> None:
        self._scorer = scorer
        self._atoms = AtomStream()
        self._before = self._middle = FIRST
        self._sums = (0, 0, 0)  # of the block at hand
        self._count = 0  # atoms in it
        self._blocks: tuple[tuple[int, int, int], ...] = ()  # full blocks before it, BLOCKS - 1 at most
        self._worst: tuple[float, ...] = _NOTHING  # of windows that were not full
        self._peaks: tuple[
            int, ...
        ] = ()  # largest sums of full windows, by label; of one size, so sums compare like scores
        self.closed = 0  # blocks so far

    def fork(self) -> HarmStream:
        """A copy that goes its own way."""
        twin = HarmStream(self._scorer)
        twin._atoms.open = self._atoms.open
        for name in ("_before", "_middle", "_sums", "_count", "_blocks", "_worst", "_peaks", "closed"):
            setattr(twin, name, getattr(self, name))
        return twin

    def feed(self, fragment: str) -> None:
        """Take the next fragment, of any length."""
        if len(fragment) <= _PIECE:
            self._take(self._atoms.feed(fragment))
            return
        for begin in range(0, len(fragment), _PIECE):
            self._take(self._atoms.feed(fragment[begin : begin + _PIECE]))

    def takes_within_block(self, fragment: str) -> bool:
        """Take the next fragment if that closes no block; False, and nothing is taken, if it does."""
        before = self._atoms.open
        found = self._atoms.feed(fragment)
        if self._count + len(found) < BLOCK:
            self._add(list(map(self._scorer.ids.__getitem__, found)))
            return True
        self._atoms.open = before
        return False

    def verdict(self) -> HarmVerdict:
        """The verdict on the text so far, the same however it was cut."""
        return self._scorer.judge(self.scores())

    def scores(self) -> tuple[float, ...]:
        """Uncalibrated scores of the text so far, logits by label; minus infinity while there is no atom."""
        if self._atoms.open:
            ended = self.fork()
            ended._atoms.open = ""
            ended._take([self._atoms.open])
            return ended.scores()
        found = self.settled()
        return tuple(map(max, found, self._weighed())) if self._count else found

    def settled(self) -> tuple[float, ...]:
        """As `scores`, of the `closed` blocks alone: it never falls, and does not depend on how the text was cut."""
        if not self._peaks:
            return self._worst
        return tuple(map(max, self._worst, self._scorer.scored(self._peaks, BLOCK * BLOCKS)))

    def _take(self, atoms: list[str]) -> None:
        ids = list(map(self._scorer.ids.__getitem__, atoms))
        if self._count + len(ids) < BLOCK:
            self._add(ids)
        elif self._scorer.takes_numpy(len(ids)):
            self._add_many(ids)
        else:
            self._add_blocks(ids)

    def _add_blocks(self, ids: list[int]) -> None:
        begin, end = 0, BLOCK - self._count
        while begin < len(ids):
            self._add(ids[begin:end])
            self._close_full()
            begin, end = end, end + BLOCK

    def _add(self, ids: list[int]) -> None:
        rows, shift = self._scorer.rows, self._scorer.shift
        near, far, shapes = MULTIPLIERS
        before, middle = self._before, self._middle
        a, b, c = self._sums
        for last in ids:
            pair = last + middle * near
            for number in (
                last,
                pair,
                pair + before * far,
                ((last & 15) + (middle & 15) * 16 + (before & 15) * 256) * shapes,
            ):
                row = rows[(number & _MASK) >> shift]
                a += row & _SPREAD
                b += row >> 7 & _SPREAD
                c += row >> 14 & _SPREAD
            before, middle = middle, last
        self._before, self._middle = before, middle
        self._sums, self._count = (a, b, c), self._count + len(ids)

    def _add_many(self, ids: list[int]) -> None:
        """As `_add_blocks`: the block at hand one by one, then all whole blocks at once, then the rest."""
        first = -self._count % BLOCK
        self._add_blocks(ids[:first])
        whole = (len(ids) - first) // BLOCK
        end = first + whole * BLOCK
        blocks = self._scorer.block_sums([self._before, self._middle, *ids[first:end]])
        short = min(BLOCKS - 1 - len(self._blocks), whole)  # windows that are not full yet
        for a, b, c in blocks[:, :short].T.tolist():
            self._sums, self._count = (a, b, c), BLOCK
            self._close_full()
        if short < whole:
            self.closed += whole - short
            before = [list(sums) for sums in zip(*self._blocks, strict=True)]
            peaks, self._blocks = self._scorer.peaks(before, blocks[:, short:])
            self._peaks = tuple(map(max, peaks, self._peaks or peaks))
        self._before, self._middle = ids[end - 2 : end]
        self._add_blocks(ids[end:])

    def _close_full(self) -> None:
        if self._count < BLOCK:
            return
        self.closed += 1
        if len(self._blocks) == BLOCKS - 1:
            peaks = _fields(self._window())
            self._peaks = tuple(map(max, peaks, self._peaks or peaks))
        else:
            self._worst = tuple(map(max, self._worst, self._weighed()))
        self._blocks = (*self._blocks, self._sums)[1 - BLOCKS :]
        self._sums, self._count = (0, 0, 0), 0

    def _window(self) -> list[int]:
        return [sum(parts) for parts in zip(self._sums, *self._blocks, strict=True)]

    def _weighed(self) -> tuple[float, ...]:
        return self._scorer.weigh(self._window(), self._count + BLOCK * len(self._blocks))


_NOTHING = (-math.inf,) * len(NAMES)


def _fields(sums: Sequence[int]) -> tuple[int, ...]:
    """The sums by label, from three packed ones."""
    return tuple(sums[label % 3] >> (label // 3 * 21) & _SUM for label in range(len(NAMES)))


def hashed(numbers: Array) -> Array:
    """Hashes of what each atom but the first two brings, shape (FEATURES, atoms - 2); the first two only stand before."""
    import numpy as np

    before, middle, last = numbers[:-2], numbers[1:-1], numbers[2:]
    near, far, shapes = map(np.uint64, MULTIPLIERS)
    pair, low = last + middle * near, np.uint64(15)
    shape = (last & low) + (middle & low) * np.uint64(16) + (before & low) * np.uint64(256)
    return np.stack((last, pair, pair + before * far, shape * shapes))


@cache
def _has_numpy() -> bool:
    return importlib.util.find_spec("numpy") is not None


def logistic(value: float) -> float:
    """1 ÷ (1 + e^-value), without overflow; 0 for minus infinity."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    power = math.exp(value)
    return power / (1 + power)
