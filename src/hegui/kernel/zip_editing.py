"""Change members of a zip archive by splices, and leave every other member as it lies, packed bytes and all.

Knows local headers, the central directory and its end records; knows no document format. A changed member takes the place of the
old one, so that no stale copy stays behind for a program that reads archives from the front; a new one comes last, before the
directory. The directory is written anew from its own bytes: of the entries that are not changed only the offset can differ.
Rules: APPNOTE.TXT 4.3 to 4.5.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice, growth
from hegui.kernel.zip_members import (
    CENTRAL,
    CENTRAL_HEAD,
    DEFLATED,
    END,
    END64,
    END64_HEAD,
    END_HEAD,
    FULL16,
    FULL32,
    LOCAL,
    LOCAL_HEAD,
    LOCATOR64,
    LOCATOR64_HEAD,
    STORED,
    Archive,
    Member,
    extent,
    extras,
)

__all__ = ["edited"]

_UTF8, _DESCRIPTOR = 0x800, 8
_VERSION, _VERSION64 = 20, 45
_DATE = 0x21
"""1 January 1980, the first day there is: a member that we add says nothing about when."""
_LEVEL = 9


class _Packed(NamedTuple):
    method: int
    crc: int
    size: int
    data: bytes


def edited(
    source: Source, found: Archive, changes: Mapping[str, bytes | None], *, stores: bool = False
) -> tuple[Splice, ...]:
    """What to change so that the members named in `changes` have these bytes, are added with them, or (None) are gone.

    Args:
        changes: names as the directory spells them; a name that it lacks is added, in ASCII.
        stores: write changed members without packing them, so that no version of zlib shows in the bytes.
    Raises:
        MalformedError: a member to change is there twice, or members overlap.
    """
    old = _only(found, changes)
    extents = _extents(source, found)
    splices: list[Splice] = []
    entries: dict[int, bytes | None] = {}
    for name, body in changes.items():
        if (member := old.get(name)) is None:
            continue
        begin, end = extents[member.offset]
        if body is None:
            splices.append(Splice(begin, end - begin, b""))
            entries[member.entry] = None
            continue
        packed = _pack(body, STORED if stores or member.method == STORED else DEFLATED)
        splices.append(Splice(begin, end - begin, _local_again(source, member, packed)))
        entries[member.entry] = _entry_again(found, member, packed)
    added = [(name, _pack(body, STORED if stores else DEFLATED))
             for name, body in changes.items() if name not in old and body is not None]  # fmt: skip
    tail = _tail(found, _Moved(splices), entries, added, growth(splices))
    return (*splices, Splice(found.start, found.end - found.start, tail))


def _only(found: Archive, changes: Iterable[str]) -> dict[str, Member]:
    old: dict[str, Member] = {}
    for name in changes:
        members = found.named(name)
        if len(members) > 1:
            raise MalformedError("a member to change stands twice in the archive", members[1].offset)
        if members:
            old[name] = members[0]
    return old


def _extents(source: Source, found: Archive) -> dict[int, tuple[int, int]]:
    """Where each member begins and ends, by its offset. Raises MalformedError where two overlap."""
    extents = sorted(extent(source, member) for member in found.members)
    for (_, end), (begin, _) in pairwise(extents):
        if begin < end:
            raise MalformedError("members of the archive overlap", begin)
    if extents and extents[-1][1] > found.start:
        raise MalformedError("a member of the archive overlaps the directory", extents[-1][0])
    return {begin: (begin, end) for begin, end in extents}


class _Moved:
    """How far a member has moved, by its old offset."""

    def __init__(self, splices: Iterable[Splice]) -> None:
        ordered = sorted(splices)
        self._at = [splice.at for splice in ordered]
        self._by = [0, *accumulate(len(splice.put) - splice.drop for splice in ordered)]

    def __call__(self, offset: int) -> int:
        return offset + self._by[bisect_left(self._at, offset)]


def _pack(body: bytes, method: int) -> _Packed:
    if method == STORED:
        return _Packed(STORED, zlib.crc32(body), len(body), body)
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _Packed(DEFLATED, zlib.crc32(body), len(body), packing.compress(body) + packing.flush())


def _local_again(source: Source, member: Member, packed: _Packed) -> bytes:
    """The local header and data of a member with other bytes: name, date and other extra fields as they were."""
    head = list(LOCAL_HEAD.unpack(source.at(member.offset, LOCAL_HEAD.size)))
    name = source.at(member.offset + LOCAL_HEAD.size, head[9])
    extra = _without_sizes(source.at(member.offset + LOCAL_HEAD.size + head[9], head[10]))
    head[2] &= ~_DESCRIPTOR
    head[3], head[6:9], head[10] = packed.method, [packed.crc, len(packed.data), packed.size], len(extra)
    return LOCAL_HEAD.pack(*head) + name + extra + packed.data


def _entry_again(found: Archive, member: Member, packed: _Packed) -> bytes:
    head = list(CENTRAL_HEAD.unpack_from(found.directory, member.entry))
    at = member.entry + CENTRAL_HEAD.size
    name, extra, comment = _cut(found.directory, at, head[10], head[11], head[12])
    extra = _without_sizes(extra)
    head[3] &= ~_DESCRIPTOR
    head[4], head[7:10], head[11] = packed.method, [packed.crc, len(packed.data), packed.size], len(extra)
    head[16] = 0
    return CENTRAL_HEAD.pack(*head) + name + extra + comment


def _cut(data: bytes, at: int, *sizes: int) -> list[bytes]:
    ends = [at, *accumulate(sizes, initial=at)][1:]
    return [data[begin:end] for begin, end in pairwise(ends)]


def _without_sizes(extra: bytes) -> bytes:
    return b"".join(_field(identity, body) for identity, body in extras(extra) if identity != 1)


def _field(identity: int, body: bytes) -> bytes:
    return body if identity < 0 else struct.pack("<2H", identity, len(body)) + body


def _tail(
    found: Archive, moved: _Moved, entries: Mapping[int, bytes | None], added: list[tuple[str, _Packed]], grown: int
) -> bytes:
    """All from the directory's place on: added members, directory, end records."""
    kept = [_placed(entries.get(member.entry) or _raw(found, member), moved(member.offset))
            for member in found.members if entries.get(member.entry, b"") is not None]  # fmt: skip
    locals_, at = b"", found.start + grown
    for name, packed in added:
        kept.append(_placed(_entry(name, packed), at + len(locals_)))
        locals_ += _local(name, packed)
    directory = b"".join(kept)
    return locals_ + directory + _ends(found, len(kept), at + len(locals_), len(directory))


def _raw(found: Archive, member: Member) -> bytes:
    head = CENTRAL_HEAD.unpack_from(found.directory, member.entry)
    return found.directory[member.entry : member.entry + CENTRAL_HEAD.size + head[10] + head[11] + head[12]]


def _placed(entry: bytes, offset: int) -> bytes:
    """The entry with another offset, in the field that has room for it."""
    head = list(CENTRAL_HEAD.unpack_from(entry))
    if head[16] != FULL32 and offset < FULL32:
        return entry[: CENTRAL_HEAD.size - 4] + struct.pack("<I", offset) + entry[CENTRAL_HEAD.size :]
    name, extra, comment = _cut(entry, CENTRAL_HEAD.size, head[10], head[11], head[12])
    sizes = next((body for identity, body in extras(extra) if identity == 1), b"")
    before = 8 * (head[9] == FULL32) + 8 * (head[8] == FULL32)
    behind = sizes[before + 8 :] if head[16] == FULL32 else sizes[before:]
    field = _field(1, sizes[:before] + struct.pack("<Q", offset) + behind)
    extra = field + _without_sizes(extra)
    head[2], head[11], head[16] = max(head[2], _VERSION64), len(extra), FULL32
    return CENTRAL_HEAD.pack(*head) + name + extra + comment


def _entry(name: str, packed: _Packed) -> bytes:
    raw, flags = _name(name)
    return CENTRAL_HEAD.pack(CENTRAL, _VERSION, _VERSION, flags, packed.method, 0, _DATE, packed.crc, len(packed.data),
                             packed.size, len(raw), 0, 0, 0, 0, 0, 0) + raw  # fmt: skip


def _local(name: str, packed: _Packed) -> bytes:
    raw, flags = _name(name)
    return LOCAL_HEAD.pack(LOCAL, _VERSION, flags, packed.method, 0, _DATE, packed.crc, len(packed.data), packed.size,
                           len(raw), 0) + raw + packed.data  # fmt: skip


def _name(name: str) -> tuple[bytes, int]:
    return (name.encode("ascii"), 0) if name.isascii() else (name.encode("utf-8"), _UTF8)


def _ends(found: Archive, count: int, start: int, size: int) -> bytes:
    """The end records: those of zip64 where they stood, or are needed now."""
    records = b""
    if found.is_zip64 or count >= FULL16 or start >= FULL32:
        records = END64_HEAD.pack(END64, END64_HEAD.size - 12, _VERSION64, _VERSION64, 0, 0, count, count, size, start)
        records += LOCATOR64_HEAD.pack(LOCATOR64, 0, start + size, 1)
    short = min(count, FULL16)
    end = END_HEAD.pack(END, 0, 0, short, short, min(size, FULL32), min(start, FULL32), len(found.comment))
    return records + end + found.comment
