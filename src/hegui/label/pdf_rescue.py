"""Find the objects of a PDF file whose cross-reference tables cannot be used: one bounded look through the whole file.

Knows `n g obj`, `trailer`, and the words that tell streams of objects and of cross-references; knows no object's meaning.
The last object of a number counts, as in a file that was updated; what lies in object streams is found by whoever opens them.
Rules: none; this is our own, as every reader has one. A file read in this way is not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile

from hegui.kernel.source import MalformedError, Source
from hegui.label.pdf_indirect import File
from hegui.label.pdf_objects import Dictionary
from hegui.label.pdf_xref import Entry

__all__ = ["Rescue", "rescued"]

MAX_SCANNED = 256 << 20
MAX_OBJECTS = 200_000
_MAX_KEPT, _MAX_STREAMS = 64, 1_000
_OVERLAP, _PEEK = 512, 256
_OBJECT, _TRAILER = re.compile(rb"obj(?![0-9A-Za-z])"), re.compile(rb"trailer(?![a-z])")
_BEFORE = re.compile(rb"(?<![0-9])(\d{1,10})[\0\t\n\f\r ]{1,16}(\d{1,5})[\0\t\n\f\r ]{1,16}$")
_REACH = 48
"""Bytes before the word `obj` in which the numbers of an object stand."""


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
    end = min(file.end, start + MAX_SCANNED)
    carry, at, left = b"", start, MAX_OBJECTS
    for piece in source.pieces(start, end):
        window = carry + piece
        first, at = at - len(carry) - start, at + len(piece)
        begin = min(_REACH, len(carry))
        limit = len(window) if at >= end else max(begin, len(window) - _OVERLAP)
        for match in _within(_TRAILER, window, begin, limit):
            trailers.append((first + match.end(), False))
            del trailers[:-_MAX_KEPT]
        for match in islice(_within(_OBJECT, window, begin, limit), left):
            left -= 1
            _note(found, trailers, window, match.start(), first)
        carry = window[max(0, limit - _REACH) :]
    found.trailer = _trailer(file, trailers)
    return found


def _within(pattern: re.Pattern[bytes], window: bytes, begin: int, limit: int) -> Iterator[re.Match[bytes]]:
    """The matches that begin in a part of the window; they may end behind it."""
    return takewhile(lambda match: match.start() < limit, pattern.finditer(window, begin))


def _note(found: Rescue, trailers: list[tuple[int, bool]], window: bytes, at: int, first: int) -> None:
    """Keep the object whose word `obj` stands at `at` of the window, which begins at `first` of the file."""
    match = _BEFORE.search(window, max(0, at - _REACH), at)
    if match is None:
        return
    number, offset = int(match[1]), first + match.start()
    found.entries[number] = Entry("offset", offset, int(match[2]))
    head = window[at : at + _PEEK]
    if b"/ObjStm" in head and len(found.object_streams) < _MAX_STREAMS:
        found.object_streams.append(number)
    elif b"/XRef" in head:
        trailers.append((offset, True))
        del trailers[:-_MAX_KEPT]


def _trailer(file: File, trailers: list[tuple[int, bool]]) -> Dictionary:
    for offset, is_stream in sorted(trailers, reverse=True):
        try:
            value = file.object(offset).found.value if is_stream else file.value(offset)[0]
        except MalformedError:
            continue
        if isinstance(value, Dictionary) and "Root" in value:
            return value
    return Dictionary()
