"""Where the objects of a PDF file lie: its chain of cross-reference tables and streams.

Knows both kinds, hybrid files, and the chain of `/Prev` with a guard against loops; knows no object but the cross-reference streams
themselves. Keeps the sections, not their entries: a number is looked up in the file, so that a table of millions takes no memory.
Rules: ISO 32000-1 7.5.4, 7.5.5 and 7.5.8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hegui.kernel.source import MalformedError, TooMuchError
from hegui.label.pdf_indirect import File
from hegui.label.pdf_objects import SPACE, Dictionary, integer

__all__ = ["Entry", "Section", "chain", "start_of"]

MAX_SECTIONS = 2_000
MAX_SPANS = 20_000
_TAIL = 2_048
_SPAN = re.compile(SPACE + rb"(\d{1,10})[\0\t\n\f\r ]++(\d{1,10})[\0\t\f ]*+(?:\r\n|\r|\n)[\0\t\n\f\r ]*+")
_TRAILER = re.compile(SPACE + rb"trailer(?![0-9A-Za-z])")
_TABLE = re.compile(SPACE + rb"xref(?![0-9A-Za-z])")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r\n]{2}")


class Entry(NamedTuple):
    """Where an object lies: at an offset, or at an index within an object stream; or nowhere."""

    kind: Literal["free", "offset", "within"]
    place: int
    detail: int
    """The generation; the index, for an object in an object stream."""


class _Span(NamedTuple):
    first: int
    length: int
    at: int
    """Offset of its first entry: in the file for a table, in the decoded rows for a stream."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    Attributes:
        offset: where it begins.
        trailer: its trailer dictionary, or the dictionary of its stream.
        spans: the runs of numbers it knows.
        rows: the decoded rows of a stream; None for a table.
        widths: of a row's fields.
        hidden: of a hybrid file: the stream for newer readers.
    """

    offset: int
    trailer: Dictionary
    spans: tuple[_Span, ...]
    rows: bytes | None = None
    widths: tuple[int, int, int] = (0, 0, 0)
    hidden: Section | None = None

    @property
    def is_stream(self) -> bool:
        """Whether it is a cross-reference stream."""
        return self.rows is not None

    def numbers(self) -> int:
        """One more than the greatest number it knows."""
        hidden = self.hidden.numbers() if self.hidden is not None else 0
        return max(hidden, *(span.first + span.length for span in self.spans if span.length), 0)

    def entry(self, file: File, number: int) -> Entry | None:
        """The entry of an object; None where the section has none. Raises MalformedError."""
        for span in self.spans:
            if 0 <= number - span.first < span.length:
                found = self._at(file, span, number - span.first)
                if found.kind == "free" and self.hidden is not None:
                    return self.hidden.entry(file, number) or found
                return found
        return self.hidden.entry(file, number) if self.hidden is not None else None

    def _at(self, file: File, span: _Span, index: int) -> Entry:
        if self.rows is None:
            match = _ENTRY.fullmatch(file.at(span.at + 20 * index, 20))
            if match is None:
                raise MalformedError("the cross-reference table is damaged", span.at + 20 * index)
            return Entry("offset" if match[3] == b"n" else "free", int(match[1]), int(match[2]))
        first, second, third = self.widths
        at = span.at + index * (first + second + third)
        row = self.rows[at : at + first + second + third]
        kind = int.from_bytes(row[:first], "big") if first else 1
        place, detail = int.from_bytes(row[first : first + second], "big"), int.from_bytes(row[first + second :], "big")
        return Entry("offset" if kind == 1 else "within" if kind == 2 else "free", place, detail)


def start_of(file: File) -> int:
    """Where the last section begins, as the end of the file says. Raises MalformedError."""
    tail = file.up_to(max(0, file.size - _TAIL), _TAIL)
    at = tail.rfind(b"startxref")
    match = re.compile(SPACE + rb"(\d{1,15})").match(tail, at + 9) if at >= 0 else None
    if match is None:
        raise MalformedError("the file does not say where its cross-reference table is", file.size)
    return int(match[1])


def chain(file: File) -> tuple[Section, ...]:
    """The sections, the newest first. Raises MalformedError where one cannot be read, or the chain is a loop."""
    at: int | None = start_of(file)
    sections: list[Section] = []
    seen: set[int] = set()
    spans = 0
    while at is not None:
        if at in seen:
            raise MalformedError("the cross-reference tables name each other in a circle", at)
        seen.add(at)
        section = _section(file, at, MAX_SPANS - spans)
        sections.append(section)
        spans += len(section.spans)
        if len(sections) > MAX_SECTIONS:
            raise TooMuchError("the file has too many cross-reference tables", at)
        previous = section.trailer.get("Prev")
        at = integer(previous)
        if previous is not None and (at is None or at < 0):
            raise MalformedError("the place of a cross-reference table is no number", section.offset)
    return tuple(sections)


def _section(file: File, at: int, most: int) -> Section:
    match = _TABLE.match(file.up_to(at, 64))
    if match is None:
        return _stream(file, at, most)
    spans, at_trailer = _table(file, at + match.end(), most)
    trailer, _ = file.value(at_trailer)
    if not isinstance(trailer, Dictionary):
        raise MalformedError("the trailer is no dictionary", at_trailer)
    hidden = integer(trailer.get("XRefStm"))
    return Section(at, trailer, spans, hidden=_stream(file, hidden, most) if hidden is not None else None)


def _table(file: File, at: int, most: int) -> tuple[tuple[_Span, ...], int]:
    """The spans of a table, and where its trailer's dictionary begins."""
    spans: list[_Span] = []
    while True:
        window = file.up_to(at, 64)
        if (match := _TRAILER.match(window)) is not None:
            return tuple(spans), at + match.end()
        match = _SPAN.match(window)
        if match is None:
            raise MalformedError("the cross-reference table is damaged", at)
        count, begin = int(match[2]), at + match.end()
        if count and begin + 20 * count > file.size:
            raise MalformedError("the cross-reference table ends behind the file", at)
        spans.append(_Span(int(match[1]), count, begin))
        if len(spans) > most:
            raise TooMuchError("the cross-reference tables have too many parts", at)
        at = begin + 20 * count


def _stream(file: File, at: int, most: int) -> Section:
    _, found = file.object(at)
    header = found.value
    if not isinstance(header, Dictionary) or header.get("Type") != "XRef":
        raise MalformedError("there is no cross-reference table where the file says", at)
    rows = file.unpacked(file.raw_stream(found, header.get("Length")), header)
    fields = header.get("W")
    widths = [integer(one) for one in fields] if isinstance(fields, list) else []
    index = header.get("Index", [0, header.get("Size")])
    numbers = [integer(one) for one in index] if isinstance(index, list) else []
    if len(widths) != 3 or not all(one is not None and 0 <= one <= 8 for one in widths) or len(numbers) % 2:
        raise MalformedError("the cross-reference stream is damaged", at)
    first, second, third = (one or 0 for one in widths)
    spans: list[_Span] = []
    row = begin = 0
    width = first + second + third
    for start, count in zip(numbers[::2], numbers[1::2], strict=True):
        if start is None or count is None or start < 0 or count < 0 or len(spans) >= most:
            raise MalformedError("the cross-reference stream is damaged", at)
        count = min(count, (len(rows) - begin) // width if width else 0)
        spans.append(_Span(start, count, begin))
        row += count
        begin = row * width
    return Section(at, header, tuple(spans), rows, (first, second, third))
