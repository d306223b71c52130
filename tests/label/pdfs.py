"""Small PDF files for tests, made by hand: any objects, with a table, a stream, both, or none of the cross-references."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

__all__ = ["OBJECTS", "append", "object_stream", "pdf", "stream"]

OBJECTS: dict[int, bytes] = {
    1: b"<</Type/Catalog/Pages 2 0 R>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>",
    4: b"<</Title(A title)/Producer(Maker \\(1.0\\))>>",
}


def stream(data: bytes, more: bytes = b"", *, packs: bool = False) -> bytes:
    """A stream object's body."""
    if packs:
        data, more = zlib.compress(data), more + b"/Filter/FlateDecode"
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (more, len(data), data)


def object_stream(objects: Mapping[int, bytes]) -> bytes:
    """The body of a stream of objects."""
    heads, bodies = [], b""
    for number, body in objects.items():
        heads.append(b"%d %d" % (number, len(bodies)))
        bodies += body + b" "
    head = b" ".join(heads) + b" "
    return stream(head + bodies, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head)), packs=True)


def pdf(
    objects: Mapping[int, bytes] = OBJECTS,
    trailer: bytes = b"/Root 1 0 R/Info 4 0 R",
    *,
    kind: str = "table",
    within: Mapping[int, bytes] | None = None,
    front: bytes = b"",
) -> bytes:
    """A file with one cross-reference section of a kind: "table", "stream" or "hybrid"; `within` lie in an object stream."""
    out = bytearray(front + b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    all_ = dict(objects)
    size = max([*all_, *(within or ())]) + 1
    if within:
        all_[size] = object_stream(within)
        size += 1
    places = {number: _put(out, number, body, len(front)) for number, body in all_.items()}
    container = size - 1
    indices = {number: index for index, number in enumerate(within or ())}
    if kind == "stream":
        _stream_section(out, size, places, container, indices, trailer, len(front))
        return bytes(out)
    hidden = b""
    if kind == "hybrid":
        hidden = b"/XRefStm %d" % (len(out) - len(front))
        _put(out, size, _rows(size + 1, {}, container, indices, b""), len(front))
    start = len(out) - len(front)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 %b \n" % (places.get(number, 0), b"n" if number in places else b"f")
    out += b"trailer\n<</Size %d%b%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, hidden, start)
    return bytes(out)


def append(data: bytes, objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    """The file with an update: a table that names the section before it."""
    out = bytearray(data)
    previous = int(data.rpartition(b"startxref")[2].split()[0])
    places = {number: _put(out, number, body, 0) for number, body in objects.items()}
    start = len(out)
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % pair for pair in places.items())
    out += b"trailer\n<</Prev %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (previous, trailer, start)
    return bytes(out)


def _put(out: bytearray, number: int, body: bytes, base: int) -> int:
    at = len(out) - base
    out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return at


def _rows(size: int, places: Mapping[int, int], container: int, indices: Mapping[int, int], trailer: bytes) -> bytes:
    rows = b""
    for number in range(size):
        kind, place, detail = 0, 0, 0
        if number in places:
            kind, place = 1, places[number]
        elif number in indices:
            kind, place, detail = 2, container, indices[number]
        rows += bytes([kind]) + place.to_bytes(4, "big") + bytes([detail])
    return stream(rows, b"/Type/XRef/W[1 4 1]/Size %d%b" % (size, trailer), packs=True)


def _stream_section(
    out: bytearray,
    size: int,
    places: dict[int, int],
    container: int,
    indices: dict[int, int],
    trailer: bytes,
    base: int,
) -> None:
    start = len(out) - base
    places[size] = start
    _put(out, size, _rows(size + 1, places, container, indices, trailer), base)
    out += b"startxref\n%d\n%%%%EOF\n" % start
