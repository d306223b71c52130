"""Find labels that stand in bytes without a structure: glued into a segment, or after the end of a picture.

Knows the shapes `AIGC{…}`, `{"AIGC":{…}}`, the inner object alone and the property of XMP; knows no format. A run of bytes counts
only where it spells a label. Works by the names AIGC and ContentProducer, in windows of bounded size, so that a tail of any
length takes no memory.
Rules: GB 45438-2025 Annex E a): the keyword holds AIGC; the glued shape is seen in files of one producer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel.source import Source, TooMuchError
from hegui.label import xmp
from hegui.label.field_text import decoded
from hegui.label.spellings import MAX_TEXT, parse

__all__ = ["Glued", "glued", "may_hold", "stray"]

_WINDOW = 2 * MAX_TEXT
_MOST = 64
_START = re.compile(
    rb"""(?:\{\s{0,20}"(?:AIGC|Label|ContentProducer)"\s{0,20}:|AIGC[\s\0]{0,20}[:=]?[\s\0]{0,20}(?=\{))"""
)
_NAMES = (b"AIGC", b"ContentProducer")


def may_hold(data: bytes) -> bool:
    """Whether one of the names stands in these bytes."""
    return any(name in data for name in _NAMES)


class Glued(NamedTuple):
    """A label glued into other bytes: the key AIGC from `start`, the value from `value` to `end`."""

    start: int
    value: int
    end: int
    text: str


def glued(data: bytes) -> Iterator[Glued]:
    """The labels glued into `data`.

    >>> next(glued(b'xxAIGC{"Label":"1","ProduceID":"7"}yy'))[:3]
    (2, 6, 35)
    """
    at = tried = 0
    while tried < _MOST and (match := _START.search(data, at)) is not None:
        tried += 1
        opening = data.index(b"{", match.start())
        text = data[opening : opening + MAX_TEXT].decode("latin-1")
        try:
            end = opening + json.JSONDecoder().raw_decode(text)[1]
        except (ValueError, RecursionError):
            at = match.end()
            continue
        found = decoded(data[opening:end])[0]
        if parse(found) is not None:
            yield Glued(match.start(), opening, end, found)
        at = end


def stray(source: Source, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """The labels in the bytes from `start` to `end`, glued or in XMP: offset, size and text of each.

    Raises:
        TooMuchError: the name AIGC stands there too often to look at every place.
    """
    done, windows = start, 0
    for at in _names(source, start, end):
        if at < done:
            continue
        windows += 1
        if windows > _MOST:
            raise TooMuchError("there are too many names to look at", at)
        head = max(done, at - 64)
        window = source.up_to(head, min(_WINDOW, end - head))
        yield from ((head + offset, size, text) for offset, size, text in _labels(window))
        done = head + len(window)


def _labels(window: bytes) -> Iterator[tuple[int, int, str]]:
    """Labels in a window; a packet of XMP begins or ends anywhere, so that it is looked through as a damaged one."""
    packets = [(label.start, label.end, label.text) for label in xmp.find(window).labels]
    yield from ((start, end - start, text) for start, end, text in packets)
    for one in glued(window):
        if not any(start <= one.value < end for start, end, _ in packets):
            yield one.value, one.end - one.value, one.text


def _names(source: Source, start: int, end: int) -> Iterator[int]:
    """Where one of the names stands."""
    at, carry = start, b""
    for piece in source.pieces(start, end):
        data = carry + piece
        hits = re.finditer(b"|".join(_NAMES), data)
        yield from (at - len(carry) + match.start() for match in hits if match.end() > len(carry))
        at += len(piece)
        carry = data[-14:]
