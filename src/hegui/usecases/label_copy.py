"""Write a file again with splices applied, and take the digests of the old and the new one in the same pass.

Knows bytes and positions; knows no path. Each piece is read once, and the bytes that are written are those that were hashed. Up to
the first splice both files are the same, so one hash serves both; behind it the two hashes and the writing run side by side
(hashlib and write let go of the interpreter). SM3 is taken where it is asked for alone: it costs six times as much as SHA-256.
Rules: none; this is our own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import SEEK_END
from typing import TYPE_CHECKING, BinaryIO, cast

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, growth, in_order, pieces
from hegui.usecases.label_receipts import Digests

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["Changed", "ShorterError", "copied", "digests", "unmoving"]

_PIECE = 1 << 20
"""Bytes that are read at once: what fits a processor's cache is hashed twice and written from there."""
_ALONE = 1 << 16
"""Bytes below which another thread is not worth its while."""

_MOVED = 1 << 20
"""Bytes that may be written again in place because what is before them grows."""

Taker = Callable[[memoryview], object]


class ShorterError(Exception):
    """The file became shorter while it was read."""


def digests(source: Source, splices: Sequence[Splice] = (), *, sm3: bool = False) -> Digests:
    """Length, SHA-256 and, where it is asked for, SM3 of a file, as it is or with splices applied."""
    hashes, size = [hashlib.sha256(), *([hashlib.new("sm3")] if sm3 else [])], 0
    with ThreadPoolExecutor(1) as pool:
        for piece in pieces(source, splices):
            _take(memoryview(piece), [one.update for one in hashes], pool)
            size += len(piece)
    return Digests(size, *(one.hexdigest() for one in hashes))


def copied(file: BinaryIO, size: int, splices: Sequence[Splice], out: Taker | None) -> tuple[Digests, Digests]:
    """The digests of a file before and after its splices.

    Args:
        file: the file as it is; its position does not matter, and stays.
        size: its length.
        splices: what changes.
        out: takes the changed file in pieces; None where it is written otherwise.
    Raises:
        ShorterError: there are fewer bytes than `size`.
    """
    number, to = file.fileno(), [out] if out is not None else []
    before = hashlib.sha256()
    after: _Hash | None = None
    at = 0
    with ThreadPoolExecutor(2) as pool:
        for splice in in_order(splices):
            for piece in _read(number, at, splice.at):
                _take(piece, [*_updates(before, after), *to], pool)
            after = after or before.copy()
            for piece in _read(number, splice.at, splice.at + splice.drop):
                before.update(piece)
            _take(memoryview(splice.put), [after.update, *to], pool)
            at = splice.at + splice.drop
        for piece in _read(number, at, size):
            _take(piece, [*_updates(before, after), *to], pool)
    after = after or before
    return Digests(size, before.hexdigest()), Digests(size + growth(splices), after.hexdigest())


def _updates(before: _Hash, after: _Hash | None) -> list[Taker]:
    return [before.update] if after is None else [before.update, after.update]


def _take(piece: memoryview, takers: Sequence[Taker], pool: ThreadPoolExecutor) -> None:
    """Hand a piece to all, the last of them in this thread; the piece is free when this returns."""
    *others, mine = takers
    if len(piece) < _ALONE:
        for one in takers:
            one(piece)
        return
    jobs = [pool.submit(one, piece) for one in others]
    mine(piece)
    for job in jobs:
        job.result()


def _read(number: int, start: int, end: int) -> Iterator[memoryview]:
    """The bytes from `start` to `end`, in one buffer that is used again."""
    buffer = memoryview(bytearray(min(_PIECE, end - start)))
    while start < end:
        done = os.preadv(number, [buffer[: end - start]], start)
        if not done:
            raise ShorterError
        yield buffer[:done]
        start += done


def unmoving(source: Source, splices: Sequence[Splice]) -> tuple[Splice, ...] | None:
    """The same change by splices that replace bytes by as many, or stand at the end; None where there is none.

    What lies between an insertion and the padding that it uses up is written again with them, if it is little.

    >>> unmoving(Source.of(b"head....tail"), [Splice(4, 0, b"ab"), Splice(6, 2, b"")])
    (Splice(at=4, drop=4, put=b'ab..'),)
    """
    found, group, shift = list[Splice](), list[Splice](), 0
    for splice in in_order(splices):
        group.append(splice)
        shift += len(splice.put) - splice.drop
        if not shift:
            found.append(_one(source, group))
            group = []
    if group:
        if group[-1].at + group[-1].drop != source.size:
            return None
        found.append(_one(source, group))
    return tuple(found) if all(splice.drop <= _MOVED for splice in found) else None


def _one(source: Source, group: Sequence[Splice]) -> Splice:
    """Splices and what lies between them as one; where that is too much, without what lies between, and too long."""
    start, end = group[0].at, group[-1].at + group[-1].drop
    if len(group) == 1 or end - start > _MOVED:
        return Splice(start, end - start, group[0].put)
    put, at = b"", start
    for splice in group:
        put += source.at(at, splice.at - at) + splice.put
        at = splice.at + splice.drop
    return Splice(start, end - start, put)


class Changed:
    """A file as it will be, to be read by a codec before anything is written."""

    def __init__(self, file: BinaryIO, size: int, splices: Sequence[Splice]) -> None:
        self._file, self._at, self._end, self._parts = file, 0, 0, list[tuple[int, int, bytes | int]]()
        at = 0
        for splice in (*in_order(splices), Splice(size, 0, b"")):
            self._add(splice.at - at, at)
            self._add(len(splice.put), splice.put)
            at = splice.at + splice.drop

    def _add(self, size: int, what: bytes | int) -> None:
        if size:
            self._parts.append((self._end, size, what))
            self._end += size

    def source(self) -> Source:
        """What a codec reads."""
        return Source(cast(BinaryIO, self))

    def seek(self, at: int, whence: int = 0) -> int:
        """As of a file."""
        self._at = self._end + at if whence == SEEK_END else at
        return self._at

    def read(self, size: int) -> bytes:
        """As of a file; `size` is not negative."""
        found = []
        end = min(self._at + size, self._end)
        for start, length, what in self._parts:
            low, high = max(start, self._at), min(start + length, end)
            if low >= high:
                continue
            if isinstance(what, bytes):
                found.append(what[low - start : high - start])
            else:
                self._file.seek(what + low - start)
                found.append(self._file.read(high - low))
        data = b"".join(found)
        self._at += len(data)
        return data
