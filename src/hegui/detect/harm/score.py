"""Score a text, or a stream of it cut anywhere, with a model: for each family of harm, how likely.

Knows windows and sums; knows no policy. Works in whole numbers, so that every way of cutting a text, and both ways of adding
(`arrays` with numpy for long fragments where it is installed, `sums` in plain Python for all others), give the very same answer.

A text is a row of atoms in blocks of BLOCK. Each atom brings FEATURES rows of the table: itself, with one and with two atoms
before it, and the shapes of all three. A window is the block at hand and up to BLOCKS - 1 before it; it is weighed at the end
of each block and at the end of the text. The score of a text is the largest of its windows, label by label. Atoms are only
numbered until they fill a block, and then added up together. State: the sums of BLOCKS - 1 blocks, the numbers of the atoms of
the block at hand and of two before it, and an open word of bounded length; work per character is constant.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from hegui.detect.harm.atoms import AtomIds, SingleAtoms, next_atoms
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import ZERO, HarmModel
from hegui.detect.harm.sums import BLOCK, BLOCKS, FEATURES, FIRST, block_sums

if TYPE_CHECKING:
    from hegui.detect.harm.arrays import LongTexts

__all__ = ["BLOCK", "BLOCKS", "FEATURES", "FIRST", "HarmScorer", "HarmStream", "HarmVerdict", "logistic"]

_PIECE = 1 << 14  # characters taken at a time, so that memory stays bounded
_LONG = 192
"""Characters from which numpy is the faster way."""


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
        self.singles = SingleAtoms(self.ids)
        self._rows = memoryview(model.table).cast("Q")  # little-endian, as all machines we run on
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

    def scored(self, sums: Sequence[int], size: int) -> tuple[float, ...]:
        """Scores of a window from its sums by label and its number of atoms, at least 1."""
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

    def block_sums(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Sums by label of up to one block of atoms; the first two of `numbers` only stand before."""
        return block_sums(self._rows, self.model.bits, numbers)

    @cached_property
    def long_texts(self) -> LongTexts | None:
        """The way to take long fragments, where numpy is installed and wanted; first asked for when there is one."""
        if self._use_numpy is False or not (self._use_numpy or _has_numpy()):
            return None
        from hegui.detect.harm.arrays import LongTexts

        return LongTexts(self.ids, self.model.table, self.model.bits)


class HarmStream:
    """One text on its way, fragment by fragment; cheap to copy (`fork`).

    Attributes:
        closed: full blocks so far, count. Only where it grows, and at the end of the text, can a new verdict be due.
    """

    __slots__ = ("_blocks", "_numbers", "_open", "_peaks", "_scorer", "_worst", "closed")

    def __init__(self, scorer: HarmScorer) -> None:
        self._scorer = scorer
        self.closed = 0
        self._open = ""  # a word that the next fragment may continue
        self._numbers = [FIRST, FIRST]  # of the two atoms before the block at hand, and of its own
        self._blocks: tuple[tuple[int, ...], ...] = ()  # sums by label of full blocks before it, BLOCKS - 1 at most
        self._worst: tuple[float, ...] = _NOTHING  # of windows that were not full
        self._peaks: tuple[int, ...] = ()  # largest sums of full windows; of one size, so sums compare like scores

    def fork(self) -> HarmStream:
        """A copy that goes its own way."""
        twin = HarmStream.__new__(HarmStream)
        twin._scorer, twin.closed, twin._open, twin._numbers = self._scorer, self.closed, self._open, self._numbers[:]
        twin._blocks, twin._worst, twin._peaks = self._blocks, self._worst, self._peaks
        return twin

    def feed(self, fragment: str) -> None:
        """Take the next fragment, of any length."""
        if self.takes_within_block(fragment):
            return
        if len(fragment) < _LONG:
            self._take(fragment)
        elif self._scorer.long_texts is None:
            for begin in range(0, len(fragment), _PIECE):
                self._take(fragment[begin : begin + _PIECE])
        else:
            for begin in range(0, len(fragment), _PIECE):
                self._take_long(self._scorer.long_texts, fragment[begin : begin + _PIECE])

    def takes_within_block(self, fragment: str) -> bool:
        """Take the next fragment if that closes no block; False, and nothing is taken, if it does or is long."""
        if len(fragment) >= _LONG:
            return False
        numbers = self._numbers
        if not self._open:
            singles = self._scorer.singles
            found = [singles[character] for character in fragment]
            if len(numbers) + len(found) < BLOCK + 2 and all(found):
                numbers += found
                return True
        atoms, opened = next_atoms(self._open, fragment)
        if len(numbers) + len(atoms) >= BLOCK + 2:
            return False
        self._open = opened
        if atoms:
            ids = self._scorer.ids
            numbers += [ids[atom] for atom in atoms]
        return True

    def closes_after(self, fragment: str) -> int:
        """Characters of the fragment up to where the block at hand closes, count; all of them where it does not."""
        wanted, low, high = BLOCK + 2 - len(self._numbers), 0, len(fragment)
        if len(next_atoms(self._open, fragment)[0]) < wanted:
            return high
        while high - low > 1:
            middle = (low + high) // 2
            if len(next_atoms(self._open, fragment[:middle])[0]) < wanted:
                low = middle
            else:
                high = middle
        return high

    def verdict(self) -> HarmVerdict:
        """The verdict on the text so far, the same however it was cut."""
        return self._scorer.judge(self.scores())

    def scores(self) -> tuple[float, ...]:
        """Uncalibrated scores of the text so far, logits by label; minus infinity while there is no atom."""
        numbers = [*self._numbers, self._scorer.ids[self._open]] if self._open else self._numbers
        count = len(numbers) - 2
        if not count:
            return self.settled()
        window = self._window(self._scorer.block_sums(numbers))
        weighed = self._scorer.scored(window, count + BLOCK * len(self._blocks))
        return tuple(map(max, self.settled(), weighed))

    def settled(self) -> tuple[float, ...]:
        """As `scores`, of the `closed` blocks alone: it never falls, and does not depend on how the text was cut."""
        if not self._peaks:
            return self._worst
        return tuple(map(max, self._worst, self._scorer.scored(self._peaks, BLOCK * BLOCKS)))

    def _take(self, fragment: str) -> None:
        atoms, self._open = next_atoms(self._open, fragment)
        ids, numbers = self._scorer.ids, self._numbers
        numbers += [ids[atom] for atom in atoms]
        begin = 0
        while len(numbers) - begin >= BLOCK + 2:
            self._close(self._scorer.block_sums(numbers[begin : begin + BLOCK + 2]))
            begin += BLOCK
        self._numbers = numbers[begin:]

    def _take_long(self, long_texts: LongTexts, piece: str) -> None:
        """As `_take`, all blocks at once."""
        sums, self._numbers, self._open = long_texts.take(piece, self._open, self._numbers)
        size = sums.shape[1]
        short = min(BLOCKS - 1 - len(self._blocks), size)  # windows that are not full yet
        for block in sums[:, :short].T.tolist():
            self._close(tuple(block))
        if short < size:
            self._peak(long_texts.peaks(self._blocks, sums[:, short:]))
            last = self._blocks + tuple(map(tuple, sums[:, short:][:, 1 - BLOCKS :].T.tolist()))
            self._blocks = last[1 - BLOCKS :]
            self.closed += size - short

    def _close(self, sums: tuple[int, ...]) -> None:
        """The block at hand is full and has these sums."""
        self.closed += 1
        window, blocks = self._window(sums), self._blocks
        if len(blocks) == BLOCKS - 1:
            self._peak(window)
        else:
            weighed = self._scorer.scored(window, BLOCK * (1 + len(blocks)))
            self._worst = tuple(map(max, self._worst, weighed))
        self._blocks = (*blocks, sums)[1 - BLOCKS :]

    def _peak(self, sums: tuple[int, ...]) -> None:
        self._peaks = tuple(map(max, sums, self._peaks or sums))

    def _window(self, sums: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(map(sum, zip(sums, *self._blocks, strict=True)))


_NOTHING = (-math.inf,) * len(NAMES)


@cache
def _has_numpy() -> bool:
    return importlib.util.find_spec("numpy") is not None


def logistic(value: float) -> float:
    """1 ÷ (1 + e^-value), without overflow; 0 for minus infinity."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    power = math.exp(value)
    return power / (1 + power)
