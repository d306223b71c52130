"""The members of a zip archive: where each lies, and its bytes, within bounds that no hostile archive can stretch.

Knows the end record, zip64, the central directory, local headers and data descriptors; knows no document format and follows no
path, for it never writes a member to a disk. The central directory alone says what there is, as it does for every program that
opens documents; a member's local header must agree with it. What is odd (two members of one name, a path that leaves the archive,
encryption) is reported and kept. Unpacking counts what comes out, whatever the headers say.
Rules: APPNOTE.TXT 4.3 to 4.5; the bounds are ours.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError

__all__ = ["Archive", "Member", "Oddity", "archive", "content", "extent"]

MAX_MEMBERS = 100_000
MAX_DIRECTORY = 16 << 20
MAX_CONTENT = 8 << 20
MAX_RATIO = 250
"""Members, count; bytes of the directory; bytes of one member unpacked; how many times its packed bytes those may be once they
are more than 64 KiB (deflate reaches 1,032; office documents stay below 60)."""
_RATIO_FROM = 64 << 10
_COMMENT = 0xFFFF

LOCAL, CENTRAL, END, END64, LOCATOR64, DESCRIPTOR = (
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08",
)  # fmt: skip
FULL16, FULL32 = 0xFFFF, 0xFFFF_FFFF
CENTRAL_HEAD = struct.Struct("<4s6H3I5H2I")
LOCAL_HEAD = struct.Struct("<4s5H3I2H")
END_HEAD = struct.Struct("<4s4H2IH")
END64_HEAD = struct.Struct("<4sQ2H2I4Q")
LOCATOR64_HEAD = struct.Struct("<4sIQI")

_ENCRYPTED, _HAS_DESCRIPTOR, _UTF8 = 1, 8, 0x800
STORED, DEFLATED = 0, 8


class Member(NamedTuple):
    """One entry of the central directory.

    Attributes:
        name: as it stands, `/` between folders.
        flags: general purpose bits.
        method: 0 stored, 8 deflated; others exist.
        crc: CRC-32 of the unpacked bytes.
        packed: bytes in the archive.
        size: bytes unpacked, as the directory says.
        offset: of the local header in the file.
        entry: where in the directory it stands.
    """

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    entry: int

    @property
    def is_encrypted(self) -> bool:
        """Whether its bytes are encrypted."""
        return bool(self.flags & _ENCRYPTED)

    @property
    def has_descriptor(self) -> bool:
        """Whether its sizes stand after its bytes."""
        return bool(self.flags & _HAS_DESCRIPTOR)


class Oddity(NamedTuple):
    """What is unusual about a member, and may be a trick."""

    kind: Literal["twice", "leaves the archive", "encrypted"]
    name: str


@dataclass(frozen=True, slots=True)
class Archive:
    """The directory of an archive.

    Attributes:
        members: in the order of the directory.
        directory: its bytes.
        start: its offset in the file.
        end: offset of the first byte after the end record and its comment.
        comment: of the archive.
        is_zip64: whether it has the end record of zip64.
    """

    members: tuple[Member, ...]
    directory: bytes
    start: int
    end: int
    comment: bytes
    is_zip64: bool

    def named(self, name: str) -> tuple[Member, ...]:
        """The members of this name, ASCII letters of either case, as document packages compare them."""
        wanted = name.lower()
        return tuple(member for member in self.members if member.name.lower() == wanted)

    def oddities(self) -> Iterator[Oddity]:
        """What is unusual about the members."""
        seen: set[str] = set()
        for member in self.members:
            key = member.name.lower()
            if key in seen:
                yield Oddity("twice", member.name)
            seen.add(key)
            if _leaves(member.name):
                yield Oddity("leaves the archive", member.name)
            if member.is_encrypted:
                yield Oddity("encrypted", member.name)


def archive(source: Source) -> Archive:
    """The directory of the archive that `source` is. Raises MalformedError."""
    at, comment = _end(source)
    record = END_HEAD.unpack(source.at(at, END_HEAD.size))
    disk, first_disk, here, count, size, start = record[1:7]
    is_zip64 = at >= LOCATOR64_HEAD.size and source.at(at - LOCATOR64_HEAD.size, 4) == LOCATOR64
    limit = at
    if is_zip64:
        disk, first_disk, here, count, size, start, limit = _end64(source, at)
    if disk or first_disk or here != count:
        raise MalformedError("the archive is one part of several", at)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise TooMuchError("the archive's directory is out of all proportion", at)
    if start + size > limit:
        raise MalformedError("the archive's directory is not where it says", at)
    directory = source.at(start, size)
    members = tuple(_members(directory, count, start))
    return Archive(members, directory, start, at + END_HEAD.size + len(comment), comment, is_zip64)


def content(source: Source, member: Member) -> bytes:
    """The unpacked bytes of a member. Raises MalformedError; TooMuchError where they are out of all proportion."""
    begin, _ = _data(source, member)
    if member.is_encrypted:
        raise MalformedError("a member of the archive is encrypted", member.offset)
    if member.size > MAX_CONTENT or member.packed > MAX_CONTENT:
        raise TooMuchError("a member of the archive is too large", member.offset)
    packed = source.at(begin, member.packed)
    if member.method == STORED:
        found = packed
    elif member.method == DEFLATED:
        found = _inflated(packed, member)
    else:
        raise MalformedError("a member of the archive is packed in a way that is not known", member.offset)
    if len(found) != member.size or zlib.crc32(found) != member.crc:
        raise MalformedError("a member of the archive is damaged", member.offset)
    return found


def extent(source: Source, member: Member) -> tuple[int, int]:
    """Offsets of the first byte of a member's local header, and of the first byte after its data and descriptor."""
    _, end = _data(source, member)
    if not member.has_descriptor:
        return member.offset, end
    tail = source.up_to(end, 24)
    sums = struct.pack("<I", member.crc)
    for sizes in (struct.pack("<2I", member.packed & FULL32, member.size & FULL32),
                  struct.pack("<2Q", member.packed, member.size)):  # fmt: skip
        for known in (DESCRIPTOR + sums + sizes, sums + sizes):
            if tail.startswith(known):
                return member.offset, end + len(known)
    return member.offset, end


def _data(source: Source, member: Member) -> tuple[int, int]:
    """Where the packed bytes begin and end."""
    head = LOCAL_HEAD.unpack(source.at(member.offset, LOCAL_HEAD.size))
    if head[0] != LOCAL:
        raise MalformedError("a member of the archive is not where the directory says", member.offset)
    name_at = member.offset + LOCAL_HEAD.size
    begin = name_at + head[9] + head[10]
    if _name(source.at(name_at, head[9]), head[2]) != member.name:
        raise MalformedError("a member's own header has another name than the directory", member.offset)
    if begin + member.packed > source.size:
        raise MalformedError("a member of the archive ends behind the file", member.offset)
    return begin, begin + member.packed


def _inflated(packed: bytes, member: Member) -> bytes:
    most = min(MAX_CONTENT, max(_RATIO_FROM, len(packed) * MAX_RATIO))
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = unpacking.decompress(packed, most + 1)
    except zlib.error:
        raise MalformedError("a member of the archive cannot be unpacked", member.offset) from None
    if len(found) > most:
        raise TooMuchError("a member of the archive unpacks to more than it may", member.offset)
    if not unpacking.eof:
        raise MalformedError("a member of the archive ends early", member.offset)
    return found


def _end(source: Source) -> tuple[int, bytes]:
    """Where the end record stands, and its comment: the last one that fits to the end of the file, else the last."""
    base = max(0, source.size - END_HEAD.size - _COMMENT)
    tail = source.up_to(base, END_HEAD.size + _COMMENT)
    fallback: tuple[int, bytes] | None = None
    at = tail.rfind(END)
    for _ in range(64):
        if at < 0:
            break
        if at + END_HEAD.size <= len(tail):
            size = int.from_bytes(tail[at + 20 : at + 22], "little")
            behind = len(tail) - at - END_HEAD.size
            comment = tail[at + END_HEAD.size : at + END_HEAD.size + size]
            if size == behind:
                return base + at, comment
            if size < behind and fallback is None:
                fallback = base + at, comment
        at = tail.rfind(END, 0, at)
    if fallback is None:
        raise MalformedError("the archive has no end record", source.size)
    return fallback


def _end64(source: Source, at: int) -> tuple[int, int, int, int, int, int, int]:
    _, disk, where, disks = LOCATOR64_HEAD.unpack(source.at(at - LOCATOR64_HEAD.size, LOCATOR64_HEAD.size))
    if disk or disks > 1 or where + END64_HEAD.size > at:
        raise MalformedError("the archive's zip64 record is not where it says", at)
    record = END64_HEAD.unpack(source.at(where, END64_HEAD.size))
    if record[0] != END64:
        raise MalformedError("the archive's zip64 record is not where it says", at)
    return (*record[4:10], where)


def _members(directory: bytes, count: int, start: int) -> Iterator[Member]:
    at = 0
    for _ in range(count):
        if at + CENTRAL_HEAD.size > len(directory):
            raise MalformedError("the archive's directory ends early", start + at)
        head = CENTRAL_HEAD.unpack_from(directory, at)
        if head[0] != CENTRAL:
            raise MalformedError("the archive's directory is damaged", start + at)
        name_end = at + CENTRAL_HEAD.size + head[10]
        extra_end = name_end + head[11]
        end = extra_end + head[12]
        if end > len(directory):
            raise MalformedError("the archive's directory ends early", start + at)
        name = _name(directory[at + CENTRAL_HEAD.size : name_end], head[3])
        size, packed, offset = _sizes(directory[name_end:extra_end], head[9], head[8], head[16], start + at)
        if offset >= start:
            raise MalformedError("a member of the archive is not where it could be", start + at)
        yield Member(name, head[3], head[4], head[7], packed, size, offset, at)
        at = end


def _sizes(extra: bytes, size: int, packed: int, offset: int, at: int) -> tuple[int, int, int]:
    """Size, packed size and offset, each from zip64's field where the entry itself has no room."""
    values = [size, packed, offset]
    if FULL32 not in values:
        return size, packed, offset
    field = next((body for identity, body in extras(extra) if identity == 1), b"")
    for which, value in enumerate(values):
        if value == FULL32 and len(field) >= 8:
            values[which], field = int.from_bytes(field[:8], "little"), field[8:]
        elif value == FULL32 and which == 2:
            raise MalformedError("an entry of the archive lacks its zip64 field", at)
    return values[0], values[1], values[2]


def extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields of an entry; what follows the last whole one has the identity -1."""
    at = 0
    while at + 4 <= len(extra):
        identity, size = struct.unpack_from("<2H", extra, at)
        if at + 4 + size > len(extra):
            break
        yield identity, extra[at + 4 : at + 4 + size]
        at += 4 + size
    if at < len(extra):
        yield -1, extra[at:]


def _name(raw: bytes, flags: int) -> str:
    if flags & _UTF8:
        return raw.decode("utf-8", "surrogateescape")
    return raw.decode("cp437")


def _leaves(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name[:1] in ("/", "\\") or ".." in parts or name[1:2] == ":"
