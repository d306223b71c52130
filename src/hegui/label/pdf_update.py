"""Change objects of a PDF file by an incremental update: the file as it was, and behind it what is new.

Knows objects, cross-reference sections of both kinds and trailers; knows no label. The section is of the kind that the file's last
one is, names it in `/Prev`, and keeps what its trailer says; nothing that stands is touched, which is what keeps signatures valid.
The same change to the same file gives the same bytes.
Rules: ISO 32000-1 7.5.6 (incremental updates), 7.5.4, 7.5.5 and 7.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, TooMuchError
from hegui.label.pdf_document import Document
from hegui.label.pdf_indirect import File
from hegui.label.pdf_objects import Dictionary, Name, Ref, Value, integer, written

__all__ = ["SEPARATOR", "Change", "free_number", "separator", "update"]

MAX_NUMBER = 8_388_607
"""The greatest object number that readers of PDF are known to take (ISO 32000-1 annex C)."""
SEPARATOR = b"\r"
_NOT_KEPT = frozenset((
    "Prev", "XRefStm", "Type", "Size", "Index", "W", "Length", "Filter", "DecodeParms", "F", "FFilter", "FDecodeParms", "DL",
))  # fmt: skip


class Change(NamedTuple):
    """An object to write: its reference, and everything between `obj` and `endobj`."""

    ref: Ref
    body: bytes


def free_number(document: Document) -> int:
    """The least number that the file has not used. Raises MalformedError, TooMuchError."""
    size = integer(document.trailer.get("Size"))
    if size is None or size < 1:
        raise MalformedError("the trailer does not say how many objects there are", document.sections[0].offset)
    number = max(size, *(section.numbers() for section in document.sections))
    if number > MAX_NUMBER:
        raise TooMuchError("the file has more objects than a PDF file may", document.sections[0].offset)
    return number


def separator(file: File) -> bytes:
    """What must stand between the file and the update. It is no line feed, so that an update can be told from what was before."""
    return b"" if file.up_to(max(0, file.size - 1), 1) == b"\n" else SEPARATOR


def update(document: Document, changes: list[Change], entries: dict[str, Value]) -> bytes:
    """The bytes to put behind the file.

    Args:
        document: with sound cross-reference sections.
        changes: the objects, new ones with numbers from `free_number` on.
        entries: what else the trailer is to say.
    """
    before = document.sections[0]
    number = free_number(document)
    out = bytearray(separator(document.file))
    places: dict[Ref, int] = {}
    for ref, body in sorted(changes):
        places[ref] = document.file.size + len(out)
        out += b"%d %d obj\n%b\nendobj\n" % (*ref, body)
    start = document.file.size + len(out)
    trailer = Dictionary((key, value) for key, value in before.trailer.items() if key not in _NOT_KEPT)
    trailer.update(entries)
    size = max(number, *(ref.number + 1 for ref, _ in changes))
    if before.is_stream:
        places[Ref(size, 0)] = start
        out += b"%d 0 obj\n%b\nendobj\n" % (size, _stream(places, trailer, size + 1, before.offset))
    else:
        out += _table(places)
        trailer.update({"Size": size, "Prev": before.offset})
        out += b"trailer\n" + written(trailer) + b"\n"
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def _runs(places: dict[Ref, int]) -> Iterator[list[Ref]]:
    """The objects in runs of numbers that follow each other."""
    run: list[Ref] = []
    for ref in sorted(places):
        if run and ref.number != run[-1].number + 1:
            yield run
            run = []
        run.append(ref)
    yield run


def _table(places: dict[Ref, int]) -> bytes:
    if max(places.values()) > 9_999_999_999:
        raise TooMuchError("the file is too large for a cross-reference table", 0)
    out = b"xref\n"
    for run in _runs(places):
        out += b"%d %d\n" % (run[0].number, len(run))
        out += b"".join(b"%010d %05d n\r\n" % (places[ref], ref.generation) for ref in run)
    return out


def _stream(places: dict[Ref, int], trailer: Dictionary, size: int, previous: int) -> bytes:
    width = max(4, (max(places.values()).bit_length() + 7) // 8)
    rows = b"".join(b"\1" + places[ref].to_bytes(width, "big") + ref.generation.to_bytes(2, "big")
                    for ref in sorted(places))  # fmt: skip
    index: list[Value] = []
    for run in _runs(places):
        index += [run[0].number, len(run)]
    header = Dictionary((("Type", Name("XRef")), ("Size", size), ("Index", index), ("W", [1, width, 2])))
    header.update(trailer)
    header.update({"Prev": previous, "Length": len(rows)})
    return written(header) + b"\nstream\n" + rows + b"\nendstream"
