"""How the bytes of a file move when something is put into its metadata.

Knows edits and offsets; knows neither boxes' contents nor labels. Asks one question: where does the byte that stood here
come to stand. A byte that is cut out stands nowhere, and an offset that points at it is a damage of the file.
Rules: none; this is our own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from hegui.kernel.isobmff import Path
from hegui.kernel.source import MalformedError

__all__ = ["Edit", "Shift"]


class Edit(NamedTuple):
    """A splice, and the boxes around it, whose sizes change with it; a box that is cut out whole is not around itself."""

    at: int
    drop: int
    put: bytes
    around: Path = ()

    @property
    def growth(self) -> int:
        """By how many bytes the boxes around it grow."""
        return len(self.put) - self.drop


class Shift:
    """Where each byte of the file comes to stand after some edits.

    >>> shift = Shift([Edit(10, 0, b"four"), Edit(20, 6, b"")])
    >>> [shift.of(offset) for offset in (9, 10, 20, 26)]
    [9, 14, 24, 24]
    """

    __slots__ = ("_edits", "_ends", "_sums")

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = sorted(edits, key=lambda edit: (edit.at, edit.at + edit.drop))
        self._ends = [edit.at + edit.drop for edit in self._edits]
        self._sums = [0, *accumulate(edit.growth for edit in self._edits)]

    def of(self, offset: int) -> int:
        """The new offset of the byte at `offset`. Raises MalformedError for a byte that is cut out."""
        return offset + self._sums[self._behind(offset)]

    def alike(self, low: int, high: int) -> int | None:
        """By how much all offsets from `low` to `high` move; None where some move otherwise."""
        first, last = self._behind(low), self._behind(high)
        return self._sums[first] if first == last else None

    def moving(self, size: int) -> tuple[int, int]:
        """The stretch of a file of `size` bytes outside which nothing moves."""
        if not self._edits:
            return 0, 0
        return self._edits[0].at, size if self._sums[-1] else self._ends[-1]

    def _behind(self, offset: int) -> int:
        """How many edits lie before `offset`."""
        behind = bisect_right(self._ends, offset)
        if behind < len(self._edits) and self._edits[behind].at < offset:
            raise MalformedError("an offset points into the metadata", offset)
        return behind
