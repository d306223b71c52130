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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from hegui.detect.harm.atoms import AtomIds, AtomStream
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import ZERO, HarmModel

if TYPE_CHECKING:
    import numpy as np

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
        root, zero = math.sqrt(size), ZERO * FEATURES * size
        return tuple(
            fit.bias + fit.step * ((sums[label % 3] >> (label // 3 * 21) & _SUM) - zero) / root
            for label, fit in enumerate(self.model.fits)
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

    def sums(self, ids: Sequence[int]) -> np.ndarray[Any, Any]:
        """Running packed sums over `ids`, the first two of which only stand before; shape (3, atoms)."""
        import numpy as np

        table = np.frombuffer(self.model.table, dtype="<u8")
        found = table[hashed(np.array(ids, dtype=np.uint64)) >> np.uint64(self.shift)]
        mask = np.uint64(_SPREAD)
        spread = np.stack([((found >> np.uint64(7 * k)) & mask).sum(axis=0, dtype=np.uint64) for k in range(3)])
        return np.cumsum(spread, axis=1, dtype=np.uint64)


class HarmStream:
    """One text on its way, fragment by fragment; cheap to copy (`fork`)."""

    __slots__ = ("_atoms", "_before", "_blocks", "_count", "_middle", "_scorer", "_sums", "_worst")

    def __init__(self, scorer: HarmScorer) -> None:
        self._scorer = scorer
        self._atoms = AtomStream()
        self._before = self._middle = FIRST
        self._sums = (0, 0, 0)  # of the block at hand
        self._count = 0  # atoms in it
        self._blocks: tuple[tuple[int, int, int], ...] = ()  # full blocks before it, BLOCKS - 1 at most
        self._worst: tuple[float, ...] | None = None

    def fork(self) -> HarmStream:
        """A copy that goes its own way."""
        twin = HarmStream(self._scorer)
        twin._atoms.open = self._atoms.open
        for name in ("_before", "_middle", "_sums", "_count", "_blocks", "_worst"):
            setattr(twin, name, getattr(self, name))
        return twin

    def feed(self, fragment: str) -> None:
        """Take the next fragment, of any length."""
        for begin in range(0, len(fragment), _PIECE):
            self._take(self._atoms.feed(fragment[begin : begin + _PIECE]))

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
        nothing = (-math.inf,) * len(NAMES)
        now = self._weighed() if self._count else nothing
        return tuple(map(max, now, self._worst or nothing))

    def _take(self, atoms: list[str]) -> None:
        ids = list(map(self._scorer.ids.__getitem__, atoms))
        if self._scorer.takes_numpy(len(ids)):
            self._add_many(ids)
            return
        for begin, end in self._cuts(len(ids)):
            self._add(ids[begin:end])
            self._close_full()

    def _cuts(self, size: int) -> Iterable[tuple[int, int]]:
        """How so many atoms fall into blocks, the one at hand first."""
        begin, end = 0, min(size, BLOCK - self._count)
        while begin < size:
            yield begin, end
            begin, end = end, min(size, end + BLOCK)

    def _add(self, ids: list[int]) -> None:
        rows, shift = self._scorer.rows, self._scorer.shift
        near, far, shapes = MULTIPLIERS
        before, middle = self._before, self._middle
        a, b, c = self._sums
        for last in ids:
            pair = last + middle * near
            for number in (last, pair, pair + before * far, ((last & 15) + (middle & 15) * 16 + (before & 15) * 256) * shapes):
                row = rows[(number & _MASK) >> shift]
                a += row & _SPREAD
                b += row >> 7 & _SPREAD
                c += row >> 14 & _SPREAD
            before, middle = middle, last
        self._before, self._middle = before, middle
        self._sums, self._count = (a, b, c), self._count + len(ids)

    def _add_many(self, ids: list[int]) -> None:
        totals = self._scorer.sums([self._before, self._middle, *ids])
        done: tuple[int, ...] = (0, 0, 0)
        for begin, end in self._cuts(len(ids)):
            upto = tuple(int(total) for total in totals[:, end - 1])
            a, b, c = (s + (u - d & _MASK) for s, u, d in zip(self._sums, upto, done, strict=True))
            self._sums, self._count, done = (a, b, c), self._count + end - begin, upto
            self._close_full()
        self._before, self._middle = ([self._before, self._middle, *ids])[-2:]

    def _close_full(self) -> None:
        if self._count < BLOCK:
            return
        now = self._weighed()
        self._worst = now if self._worst is None else tuple(map(max, now, self._worst))
        self._blocks = (*self._blocks, self._sums)[-(BLOCKS - 1) :]
        self._sums, self._count = (0, 0, 0), 0

    def _weighed(self) -> tuple[float, ...]:
        totals = [sum(parts) for parts in zip(self._sums, *self._blocks, strict=True)]
        return self._scorer.weigh(totals, self._count + BLOCK * len(self._blocks))


def hashed(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
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
