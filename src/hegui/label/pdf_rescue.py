"""Find the objects of a PDF file whose cross-reference tables cannot be used: one bounded look through the whole file.

Knows `n g obj`, `trailer`, and the words that tell streams of objects and of cross-references; knows no object's meaning.
The last object of a number counts, as in a file that was updated; what lies in object streams is found by whoever opens them.
Rules: none; this is our own, as every reader has one. A file read in this way is not written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hegui.kernel.source import MalformedError, Source
from hegui.label.pdf_indirect import File
from hegui.label.pdf_objects import Dictionary
from hegui.label.pdf_xref import Entry

__all__ = ["Rescue", "rescued"]

MAX_SCANNED = 256 << 20
MAX_OBJECTS = 200_000
_MAX_KEPT = 64
_OVERLAP, _PEEK = 512, 256
_FOUND = re.compile(
    rb"(?<![0-9])(\d{1,10})[\0\t\n\f\r ]{1,16}(\d{1,5})[\0\t\n\f\r ]{1,16}obj(?![0-9A-Za-z])|(?<![a-z])trailer(?![a-z])"
)


@dataclass(slots=True)
class Rescue:
    """What was found.

    Attributes:
        entries: where the last object of each number lies.
        trailer: the last one that names a catalogue; empty where there is none.
        object_streams: numbers of the streams of objects, in file order.
    """

    entries: dict[int, Entry] = field(default_factory=dict)
    trailer: Dictionary = field(default_factory=Dictionary)
    object_streams: list[int] = field(default_factory=list)


def rescued(source: Source, file: File) -> Rescue:
    """All objects of the file, as far as the bounds go."""
    found = Rescue()
    trailers: list[tuple[int, bool]] = []
    start = file.base
    carry, at = b"", start
    end = min(file.end, start + MAX_SCANNED)
    for piece in source.pieces(start, end):
        window = carry + piece
        is_last = at + len(piece) >= end
        limit = len(window) if is_last else max(0, len(window) - _OVERLAP)
        first = at - len(carry)
        for match in _FOUND.finditer(window):
            if match.start() >= limit or len(found.entries) >= MAX_OBJECTS:
                break
            _note(found, trailers, match, window, first + match.start() - start)
        at += len(piece)
        carry = window[limit:]
    found.trailer = _trailer(file, trailers)
    return found


def _note(found: Rescue, trailers: list[tuple[int, bool]], match: re.Match[bytes], window: bytes, offset: int) -> None:
    if match[1] is None:
        trailers.append((offset + len(b"trailer"), False))
        del trailers[:-_MAX_KEPT]
        return
    number = int(match[1])
    found.entries[number] = Entry("offset", offset, int(match[2]))
    head = window[match.end() : match.end() + _PEEK]
    if b"/ObjStm" in head and len(found.object_streams) < 1000:
        found.object_streams.append(number)
    elif b"/XRef" in head:
        trailers.append((offset, True))
        del trailers[:-_MAX_KEPT]


def _trailer(file: File, trailers: list[tuple[int, bool]]) -> Dictionary:
    for offset, is_stream in reversed(trailers):
        try:
            value = file.object(offset).found.value if is_stream else file.value(offset)[0]
        except MalformedError:
            continue
        if isinstance(value, Dictionary) and "Root" in value:
            return value
    return Dictionary()
