"""Build small ISO base media files by hand, and look up what their tables point at, with code of its own.

Knows no code of hegui, so that a fault there is not repeated here. Media data are made of distinct eight-byte marks; a file is
whole when every offset in its tables points at the same mark as before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"moof", b"traf", b"mfra", b"udta", b"meta", b"ilst")
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def box(kind: bytes, *parts: bytes, is_long: bool = False) -> bytes:
    body = b"".join(parts)
    if is_long:
        return struct.pack(">I4sQ", 1, kind, 16 + len(body)) + body
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, bytes((version,)), flags.to_bytes(3, "big"), *parts)


def u16(value: int) -> bytes:
    return struct.pack(">H", value)


def u32(value: int) -> bytes:
    return struct.pack(">I", value)


def u64(value: int) -> bytes:
    return struct.pack(">Q", value)


# --- tags -------------------------------------------------------------------------------------------------------------


def data(text: str | bytes, kind: int = 1) -> bytes:
    return box(b"data", u32(kind), u32(0), text if isinstance(text, bytes) else text.encode())


def handler(kind: bytes, name: bytes = b"\0") -> bytes:
    return full(b"hdlr", u32(0), kind, bytes(12), name)


def keyed(pairs: Iterable[tuple[str, str]], *, version: bool = True, with_handler: bool = True) -> bytes:
    """A box meta with keys (mdta); without a version it is that of QuickTime."""
    pairs = list(pairs)
    keys = full(b"keys", u32(len(pairs)), *(box(b"mdta", name.encode()) for name, _ in pairs))
    items = (box(u32(number), data(text)) for number, (_, text) in enumerate(pairs, 1))
    parts = [handler(b"mdta")] if with_handler else []
    return box(b"meta", u32(0) if version else b"", *parts, keys, box(b"ilst", *items))


def keyless(*texts: str, version: bool = False) -> bytes:
    """A box meta whose items have numbers and no keys."""
    items = (box(u32(number), data(text)) for number, text in enumerate(texts, 1))
    return box(b"meta", u32(0) if version else b"", handler(b"mdta"), box(b"ilst", *items))


def tagged(*items: bytes) -> bytes:
    """A box meta of iTunes (mdir)."""
    return full(b"meta", full(b"hdlr", u32(0), b"mdirappl", bytes(9)), box(b"ilst", *items))


def tag(kind: bytes, text: str) -> bytes:
    return box(kind, data(text))


def freeform(name: str, text: str, mean: str = "com.apple.iTunes") -> bytes:
    return box(b"----", full(b"mean", mean.encode()), full(b"name", name.encode()), data(text))


def spoken(kind: bytes, text: str) -> bytes:
    """A text in the user data of QuickTime."""
    return box(kind, u16(len(text.encode())), u16(0x55C4), text.encode())


def xmp_box(packet: bytes) -> bytes:
    return box(b"uuid", XMP_UUID, packet)


# --- looking ----------------------------------------------------------------------------------------------------------


@dataclass
class Node:
    """A box with what is in it."""

    kind: bytes
    start: int
    body: int
    end: int
    path: tuple[bytes, ...]
    raw: bytes = field(repr=False, default=b"")

    def number(self, at: int, width: int = 4) -> int:
        return int.from_bytes(self.raw[self.body + at : self.body + at + width], "big")


def nodes(raw: bytes, start: int = 0, end: int | None = None, path: tuple[bytes, ...] = ()) -> Iterator[Node]:
    """Every box of a sound file."""
    end = len(raw) if end is None else end
    at = start
    while end - at >= 8:
        size, kind = struct.unpack(">I4s", raw[at : at + 8])
        body = at + 8
        if size == 1:
            size, body = struct.unpack(">Q", raw[at + 8 : at + 16])[0], at + 16
        elif size == 0 and path:
            return
        size = size or end - at
        assert body - at <= size <= end - at, (kind, at, size)
        yield Node(kind, at, body, at + size, (*path, kind), raw)
        if kind in PARENTS:
            inner = body + 4 if kind == b"meta" and raw[body + 4 : body + 8] != b"hdlr" else body
            yield from nodes(raw, inner, at + size, (*path, kind))
        at += size
    assert not any(raw[at:end]), (path, at, end)


def named(raw: bytes, *path: bytes) -> list[bytes]:
    """The whole boxes that stand at a path."""
    return [raw[node.start : node.end] for node in nodes(raw) if node.path == path]


def pointed(raw: bytes, *, width: int = 8) -> list[tuple[bytes, bytes]]:
    """What every offset of every table points at, in the order of tables and entries."""
    found: list[tuple[bytes, bytes]] = []
    for node in nodes(raw):
        found += [(node.kind.replace(b"co64", b"stco"), raw[at : at + width]) for at in _offsets(node)]
    return found


def _offsets(node: Node) -> list[int]:
    if node.kind in (b"stco", b"co64"):
        size = 4 if node.kind == b"stco" else 8
        return [node.number(8 + size * one, size) for one in range(node.number(4))]
    if node.kind == b"saio" and b"traf" not in node.path:
        skip, size = 8 * (node.number(3, 1) & 1), 8 if node.number(0, 1) else 4
        return [node.number(8 + skip + size * one, size) for one in range(node.number(4 + skip))]
    if node.kind == b"tfhd" and node.number(3, 1) & 1:
        return [node.number(8, 8)]
    if node.kind == b"tfra":
        size, lengths = 8 if node.number(0, 1) else 4, node.number(8)
        step = 2 * size + 3 + (lengths >> 4 & 3) + (lengths >> 2 & 3) + (lengths & 3)
        return [node.number(16 + size + step * one, size) for one in range(node.number(12))]
    if node.kind == b"sidx":
        size = 8 if node.number(0, 1) else 4
        return [node.end + node.number(12 + size, size)]
    return list(_items(node)) if node.kind == b"iloc" else []


def _items(node: Node) -> Iterator[int]:
    version, first, second = node.number(0, 1), node.number(4, 1), node.number(5, 1)
    wide = 4 if version == 2 else 2
    at = 6 + wide
    for _ in range(node.number(6, wide)):
        at += wide
        method = node.number(at, 2) & 15 if version else 0
        at += 2 if version else 0
        reference, base = node.number(at, 2), node.number(at + 2, second >> 4)
        count = node.number(at + 2 + (second >> 4), 2)
        at += 4 + (second >> 4)
        for _ in range(count):
            at += second & 15 if version else 0
            if method == 0 and reference == 0:
                yield base + node.number(at, first >> 4)
            at += (first >> 4) + (first & 15)


# --- films ------------------------------------------------------------------------------------------------------------

MARKS = 24


@dataclass(frozen=True)
class Film:
    """What a film built by hand has.

    Attributes:
        is_head: whether moov stands before the data.
        wide: whether chunk offsets have 64 bits.
        long: whether mdat has a 64-bit size; `open`, whether its size is 0.
        free: bytes of a box free after moov, 0 for none.
        aux: version of a box saio, None for none.
        items: version of a box iloc in a meta of the file, None for none.
        item_base: whether items have a base.
        fragments: how many; each has a base offset where `based`.
        access: version of the boxes tfra.
        index: where a sidx stands: "before" or "after" moov, or "".
        udta: user data.
    """

    is_head: bool = True
    wide: bool = False
    long: bool = False
    open: bool = False
    free: int = 0
    aux: int | None = None
    items: int | None = None
    item_base: bool = False
    fragments: int = 0
    based: bool = True
    access: int = 0
    index: str = ""
    udta: bytes = b""

    def build(self) -> bytes:
        """The file; its offsets are right in the second round."""
        raw = b""
        for _ in range(2):
            raw = self._round({mark: max(0, raw.find(mark)) for mark in marks()}, raw)
        return raw

    def _round(self, at: dict[bytes, int], last: bytes) -> bytes:
        moofs = [node.start for node in nodes(last) if node.kind == b"moof"] or [0] * self.fragments
        mdat = box(b"mdat", b"".join(marks()[:16]), is_long=self.long)
        moov = box(b"moov", full(b"mvhd", bytes(96)), self._track(at), box(b"udta", self.udta) if self.udta else b"")
        free = box(b"free", bytes(self.free - 8)) if self.free else b""
        index = full(b"sidx", u32(1), u32(1000), u32(0), u32(0), u16(0), u16(0)) if self.index else b""
        if self.index and moofs[0]:
            end = next(node.end for node in nodes(last) if node.kind == b"sidx")
            index = index[:-8] + u32(moofs[0] - end) + bytes(4)
        metadata = moov + free + self._file_meta(at)
        metadata = index + metadata if self.index == "before" else metadata + index
        parts = [box(b"ftyp", b"isom", u32(512), b"isom"), *((metadata, mdat) if self.is_head else (mdat, metadata))]
        parts += [self._fragment(number, at) for number in range(self.fragments)]
        if self.fragments:
            parts.append(box(b"mfra", self._access(moofs), full(b"mfro", u32(0))))
        if self.open:
            parts.append(bytes(4) + b"mdat" + marks()[-1])
        return b"".join(parts)

    def _track(self, at: dict[bytes, int]) -> bytes:
        where = [at[mark] for mark in marks()[:8]]
        chunks = full(b"co64", u32(8), *map(u64, where)) if self.wide else full(b"stco", u32(8), *map(u32, where))
        aux = b""
        if self.aux is not None:
            number = u64 if self.aux else u32
            aux = full(
                b"saio", bytes(8), u32(2), number(at[marks()[8]]), number(at[marks()[9]]), version=self.aux, flags=1
            )
        reference = full(b"dref", u32(1), full(b"url ", flags=1))
        minf = box(b"minf", box(b"dinf", reference), box(b"stbl", chunks, aux))
        return box(b"trak", full(b"tkhd", bytes(80)), box(b"mdia", minf))

    def _file_meta(self, at: dict[bytes, int]) -> bytes:
        if self.items is None:
            return b""
        one, two = at[marks()[10]], at[marks()[11]]
        base = one if self.item_base else 0
        extents = u16(2) + u32(max(0, one - base)) + u32(8) + u32(max(0, two - base)) + u32(8)
        number = u32 if self.items == 2 else u16
        method = u16(0) if self.items else b""
        entry = number(7) + method + u16(0) + u32(base) + extents
        inside = number(8) + u16(1) + u16(0) + u32(0) + u16(1) + u32(0) + u32(4) if self.items else b""
        count = number(2 if self.items else 1)
        iloc = full(b"iloc", bytes((0x44, 0x40)), count, entry, inside, version=self.items)
        return full(b"meta", handler(b"null"), iloc, box(b"idat", b"idle"))

    def _fragment(self, number: int, at: dict[bytes, int]) -> bytes:
        mark = marks()[16 + number]
        flags = 1 if self.based else 0x020000
        header = full(b"tfhd", u32(1), u64(at[mark]) if self.based else b"", flags=flags)
        aux = full(b"saio", u32(1), u32(4))
        moof = box(b"moof", full(b"mfhd", u32(number)), box(b"traf", header, aux, full(b"trun", u32(0))))
        return moof + box(b"mdat", mark)

    def _access(self, moofs: list[int]) -> bytes:
        number = u64 if self.access else u32
        entries = (number(1000 * at) + number(start) + b"\1\1\1" for at, start in enumerate(moofs))
        return full(b"tfra", u32(1), u32(0), u32(len(moofs)), *entries, version=self.access)


def marks() -> list[bytes]:
    """The media data: distinct marks of eight bytes."""
    return [b"@mark%02d@" % number for number in range(MARKS)]
