"""Change a file by cuts and insertions, and leave every other byte as it is.

Knows positions and bytes; knows no format, path or disk. A change is a set of splices, each against the file as it was, so
that it can be written into a new file, into memory or into the place, and so that what is not named cannot change.
Splices at one place keep the order they were given in; overlapping ones are a fault of ours.
Rules: none; this is our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hegui.kernel.source import Source

__all__ = ["Splice", "apply", "growth", "in_order", "pieces"]


class Splice(NamedTuple):
    """Drop `drop` bytes at `at`, and put `put` there.

    Attributes:
        at: offset in the file as it was.
        drop: bytes taken out, 0 for an insertion.
        put: bytes put in their place.
    """

    at: int
    drop: int
    put: bytes


def in_order(splices: Sequence[Splice]) -> tuple[Splice, ...]:
    """The splices from the front of the file to its end. Raises ValueError where two overlap."""
    ordered = tuple(sorted(splices, key=lambda splice: splice.at))
    end = 0
    for splice in ordered:
        if splice.at < end:
            raise ValueError("splices overlap", splice.at)
        end = splice.at + splice.drop
    return ordered


def growth(splices: Sequence[Splice]) -> int:
    """By how many bytes the file grows; negative when it shrinks."""
    return sum(len(splice.put) - splice.drop for splice in splices)


def pieces(source: Source, splices: Sequence[Splice]) -> Iterator[bytes]:
    """The changed file, from front to end, in pieces of a mebibyte or less but for what is put in."""
    at = 0
    for splice in in_order(splices):
        yield from source.pieces(at, splice.at)
        if splice.put:
            yield splice.put
        at = splice.at + splice.drop
    yield from source.pieces(at, source.size)


def apply(data: bytes, splices: Sequence[Splice]) -> bytes:
    """The changed file in memory.

    >>> apply(b"abcd", [Splice(1, 2, b"XYZ"), Splice(4, 0, b"!")])
    b'aXYZd!'
    """
    return b"".join(pieces(Source.of(data), splices))
