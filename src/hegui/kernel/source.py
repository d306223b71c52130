"""Read a file by position, within bounds: what every walker of a container stands on.

Knows where the file ends and how much of it has been taken into memory; knows no format, path or disk. A walker seeks past
the media data and takes only what it parses, so the budget bounds the memory of any walk, whatever the lengths in the
file say. Two faults are told apart: the file ends too early, or it asks for more than the budget gives.
Rules: none; this is our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import SEEK_END, BytesIO
from typing import BinaryIO

__all__ = ["BUDGET", "MalformedError", "Source", "TooMuchError", "TruncatedError"]

BUDGET = 64 << 20
"""Bytes one walk may take into memory, all of its reads together."""
PIECE = 1 << 20


class MalformedError(ValueError):
    """The bytes are not what their format says; `at` is the byte offset where that shows."""

    def __init__(self, problem: str, at: int) -> None:
        super().__init__(problem, at)
        self.problem = problem
        self.at = at

    def __str__(self) -> str:
        return f"{self.problem} (byte {self.at})"


class TruncatedError(MalformedError):
    """The file ends before what it announces."""


class TooMuchError(MalformedError):
    """The file asks for more memory, entries or depth than a walk may take."""


class Source:
    """A seekable binary file, read by position.

    Attributes:
        size: bytes in the file.

    >>> Source.of(b"abcdef").at(2, 3)
    b'cde'
    """

    __slots__ = ("_file", "_left", "size")

    def __init__(self, file: BinaryIO, *, budget: int = BUDGET) -> None:
        self._file = file
        self._left = budget
        self.size = file.seek(0, SEEK_END)

    @classmethod
    def of(cls, data: bytes, *, budget: int = BUDGET) -> Source:
        """Bytes that are in memory already."""
        return cls(BytesIO(data), budget=budget)

    def at(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes from `offset`. Raises TruncatedError, TooMuchError; MalformedError for a negative place."""
        if offset < 0 or size < 0:
            raise MalformedError("a length or an offset is negative", max(offset, 0))
        if offset + size > self.size:
            raise TruncatedError("the file ends early", offset)
        return self._take(offset, size)

    def up_to(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset`, fewer where the file ends. Raises TooMuchError."""
        return self._take(offset, max(0, min(size, self.size - offset)))

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end` in pieces of a mebibyte or less; they do not count, since nobody keeps them."""
        at = start
        while at < end:
            self._file.seek(at)
            piece = self._file.read(min(PIECE, end - at))
            if not piece:
                raise TruncatedError("the file ends early", at)
            at += len(piece)
            yield piece

    def _take(self, offset: int, size: int) -> bytes:
        if size > self._left:
            raise TooMuchError("reading this file takes more memory than it may", offset)
        self._left -= size
        self._file.seek(offset)
        data = self._file.read(size)
        if len(data) != size:
            raise TruncatedError("the file ends early", offset)
        return data
