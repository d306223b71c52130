"""Build small pictures of the HEIF family by hand, and look their items up, with code of its own."""

from __future__ import annotations

from dataclasses import dataclass

from tests.label.bmff_builder import Node, box, full, handler, nodes, u16, u32

XMP = b"application/rdf+xml"


@dataclass(frozen=True)
class Item:
    """An item of a picture.

    Attributes:
        kind: four letters.
        content: its bytes, in as many pieces.
        media_type: of a mime item.
        encoding: of its content.
        describes: the item that it describes; 0 for none.
        in_idat: whether it stands in the box idat.
        is_encrypted: whether it has an entry of the protection box.
    """

    kind: bytes
    content: tuple[bytes, ...]
    media_type: bytes = b""
    encoding: bytes = b""
    describes: int = 0
    in_idat: bool = False
    is_encrypted: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture; its first item is the picture itself, numbered from `first`.

    Attributes:
        items: in order.
        iloc: version of that box.
        iinf: version of that box.
        iref: version of that box; None where it is only there when something describes something.
        base: whether items have a base.
        open: whether mdat has the size 0.
        widths: of offset and length in iloc.
        first: number of the first item.
        brand: of the file.
        before: boxes between ftyp and meta.
    """

    items: tuple[Item, ...] = (Item(b"hvc1", (b"coded picture",)),)
    iloc: int = 0
    iinf: int = 0
    iref: int | None = None
    base: bool = False
    open: bool = False
    widths: tuple[int, int] = (4, 4)
    first: int = 1
    brand: bytes = b"heic"
    before: bytes = b""

    def build(self) -> bytes:
        """The file; its offsets are right in the second round."""
        raw = self._round(0)
        return self._round(next(node.body for node in nodes(raw) if node.kind == b"mdat"))

    def _round(self, data_at: int) -> bytes:
        numbers = dict(zip(range(self.first, self.first + len(self.items)), self.items, strict=True))
        wide = u32 if self.iloc == 2 else u16
        count = u32 if self.iinf else u16
        infos = full(b"iinf", count(len(numbers)), *map(_info, numbers, self.items), version=self.iinf)
        entries, data, idle = [], b"", b""
        for number, item in numbers.items():
            start = len(idle) if item.in_idat else data_at + len(data)
            entries.append(self._entry(wide(number), item, start))
            data, idle = (
                (data, idle + b"".join(item.content)) if item.in_idat else (data + b"".join(item.content), idle)
            )
        widths = bytes((self.widths[0] << 4 | self.widths[1], 0x40 if self.base else 0))
        iloc = full(b"iloc", widths, wide(len(numbers)), *entries, version=self.iloc)
        references = [
            box(b"cdsc", number_of(self.iref, number), u16(1), number_of(self.iref, item.describes))
            for number, item in numbers.items()
            if item.describes
        ]
        iref = full(b"iref", *references, version=self.iref or 0) if references or self.iref is not None else b""
        idat = box(b"idat", idle) if idle else b""
        meta = full(b"meta", handler(b"pict"), full(b"pitm", u16(self.first)), infos, iloc, iref, idat)
        mdat = u32(0) + b"mdat" + data if self.open else box(b"mdat", data)
        return box(b"ftyp", self.brand, u32(0), b"mif1", self.brand) + self.before + meta + mdat

    def _entry(self, number: bytes, item: Item, start: int) -> bytes:
        base = start if self.base else 0
        method = u16(1 if item.in_idat else 0) if self.iloc else b""
        entry = number + method + u16(0) + (u32(base) if self.base else b"") + u16(len(item.content))
        for piece in item.content:
            entry += (start - base).to_bytes(self.widths[0], "big")
            entry += len(piece).to_bytes(self.widths[1], "big") if self.widths[1] else b""
            start += len(piece)
        return entry


def number_of(version: int | None, number: int) -> bytes:
    return u32(number) if version else u16(number)


def _info(number: int, item: Item) -> bytes:
    head = u16(number) + u16(int(item.is_encrypted)) + item.kind + b"\0"
    mime = item.media_type + b"\0" + (item.encoding + b"\0" if item.encoding else b"") if item.media_type else b""
    return full(b"infe", head, mime, version=2)


def contents(raw: bytes) -> dict[int, bytes]:
    """What every item holds, by its number."""
    meta = next(node for node in nodes(raw) if node.path == (b"meta",))
    inside = {node.kind: node for node in nodes(raw) if node.path[:1] == (b"meta",) and len(node.path) == 2}
    assert meta.end <= len(raw)
    idat = inside.get(b"idat")
    return dict(_contents(inside[b"iloc"], idat.body if idat else 0))


def _contents(node: Node, idat: int) -> list[tuple[int, bytes]]:
    version, first, second = node.number(0, 1), node.number(4, 1), node.number(5, 1)
    offset, length, base, index = first >> 4, first & 15, second >> 4, second & 15 if version else 0
    wide = 4 if version == 2 else 2
    at, found = 6 + wide, []
    for _ in range(node.number(6, wide)):
        number, at = node.number(at, wide), at + wide
        method, at = (node.number(at, 2) & 15, at + 2) if version else (0, at)
        start, count, at = node.number(at + 2, base), node.number(at + 2 + base, 2), at + 4 + base
        content = b""
        for _ in range(count):
            at += index
            begin = start + node.number(at, offset) + (idat if method == 1 else 0)
            content += node.raw[begin : begin + node.number(at + offset, length)]
            at += offset + length
        found.append((number, content))
    assert node.body + at == node.end
    return found
