"""An indirect object of a PDF file at a given place: its value, its extent, and the bytes of its stream as they lie.

Knows `n g obj`, `stream` and `endobj`; knows no cross-reference, and decrypts nothing. Takes a small window of the file, and a
larger one only where the value does not end in it, so that a look at an object costs little memory; no length is believed before
the file has been seen to hold it.
Rules: ISO 32000-1 7.3.8 and 7.3.10.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.label.pdf_filters import decoded
from hegui.label.pdf_objects import SPACE, Dictionary, ShortError, Value, integer, parse

__all__ = ["MAX_STREAM", "File", "Found", "Indirect"]

MAX_STREAM = 16 << 20
"""Bytes of a stream as it lies in the file; structure and metadata need less."""
MAX_UNPACKED = 64 << 20
"""Bytes that all streams of one file may unpack to."""
MAX_PARSED = 8 << 20
"""Bytes of values that are parsed of one file, all together: it is what takes time."""
_WINDOWS = (1 << 10, 1 << 14, 1 << 18, 1 << 22)
_HEAD = re.compile(SPACE + rb"(\d{1,10})[\0\t\n\f\r ]++(\d{1,5})[\0\t\n\f\r ]++obj(?![0-9A-Za-z])")
_BEHIND = re.compile(SPACE + rb"(?:stream(\r\n|\n|\r)|(endobj))?")
_AFTER_STREAM = re.compile(rb"[\0\t\n\f\r ]{0,16}endstream")


class Found(NamedTuple):
    """A value and where it was read.

    Attributes:
        value: of the object.
        generation: its generation number.
        offset: of the block in the file: the object, or the object stream that holds it.
        size: bytes of that block.
        stream: offset of its stream's first byte, None where it has none.
        within: number of the object stream that holds it, None where it stands by itself.
    """

    value: Value
    generation: int
    offset: int
    size: int
    stream: int | None = None
    within: int | None = None


class Indirect(NamedTuple):
    """An object with the number it gives itself."""

    number: int
    found: Found


class File:
    """The bytes of a PDF file up to `end`, by offsets that count from `base`.

    Attributes:
        end: offset of the first byte that does not count, from the front of the source.
        base: where `%PDF-` stands; offsets in the file count from there, or from 0.
    """

    def __init__(self, source: Source, end: int) -> None:
        self._source = source
        self.end = end
        self.base = 0
        self._left = MAX_UNPACKED
        self._unparsed = MAX_PARSED

    def up_to(self, offset: int, size: int) -> bytes:
        """At most `size` bytes, fewer at the end."""
        at = offset + self.base
        if at < 0:
            raise MalformedError("an offset is negative", 0)
        return self._source.up_to(at, min(size, max(0, self.end - at)))

    def at(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes. Raises TruncatedError."""
        if offset + self.base + size > self.end:
            raise TruncatedError("the file ends early", offset)
        return self._source.at(offset + self.base, size)

    @property
    def size(self) -> int:
        """Bytes, as offsets count them."""
        return self.end - self.base

    def value(self, offset: int) -> tuple[Value, int]:
        """The value at an offset, and where it ends."""
        for size in _WINDOWS:
            window = self.up_to(offset, size)
            self.parses(len(window))
            try:
                value, end = parse(window, 0, is_all=len(window) < size)
            except ShortError:
                if len(window) < size:
                    raise TruncatedError("the file ends early", offset) from None
            except MalformedError as error:
                raise type(error)(error.problem, offset + error.at) from None
            else:
                return value, offset + end
        raise TooMuchError("an object of the PDF is too large", offset)

    def parses(self, size: int) -> None:
        """Count bytes that are parsed. Raises TooMuchError."""
        self._unparsed -= size
        if self._unparsed < 0:
            raise TooMuchError("the file needs more values than are read", 0)

    def object(self, offset: int) -> Indirect:
        """The indirect object at an offset. Raises MalformedError."""
        head = self.up_to(offset, 256)
        match = _HEAD.match(head)
        if match is None:
            raise MalformedError("there is no object where one should be", offset)
        value, end = self.value(offset + match.end())
        behind = _BEHIND.match(self.up_to(end, 256))
        stream = None
        if behind is not None and behind[1] is not None and isinstance(value, Dictionary):
            stream = end + behind.end()
        elif behind is not None and behind[2] is not None:
            end += behind.end()
        return Indirect(int(match[1]), Found(value, int(match[2]), offset, end - offset, stream))

    def raw_stream(self, found: Found, length: Value) -> bytes:
        """The bytes of a stream, by its length, or by its end where the length is wrong. Raises MalformedError."""
        if found.stream is None:
            raise MalformedError("an object is no stream", found.offset)
        size = integer(length)
        if size is not None and 0 <= size <= MAX_STREAM and found.stream + size <= self.size:
            if _AFTER_STREAM.match(self.up_to(found.stream + size, 32)):
                return self.at(found.stream, size)
        elif size is not None and size > MAX_STREAM and found.stream + size <= self.size:
            raise TooMuchError("a stream of the PDF is too large", found.offset)
        for window in _WINDOWS[1:]:
            data = self.up_to(found.stream, window)
            if (at := data.find(b"endstream")) >= 0:
                return re.sub(rb"\r?\n?\Z", b"", data[:at])
            if len(data) < window:
                break
        raise MalformedError("a stream of the PDF has no end", found.offset)

    def unpacked(self, raw: bytes, header: Dictionary) -> bytes:
        """The bytes of a stream, its filters undone, as long as all of them together stay within bounds."""
        data = decoded(raw, header)
        self._left -= len(data)
        if self._left < 0:
            raise TooMuchError("the streams of the file unpack to more than they may", 0)
        return data
