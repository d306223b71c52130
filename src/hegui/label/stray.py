"""Find labels that stand in bytes without a structure: glued into a segment, or after the end of a picture.

Knows the shapes `AIGC{…}`, `{"AIGC":{…}}`, the inner object alone, the property of XMP, and any other spelling where it is a text
between bytes that are none; knows no format. A run of bytes counts only where it spells a label. Works by the names AIGC and
ContentProducer, in windows of bounded size, so that a tail of any length takes no memory.
Rules: GB 45438-2025 Annex E a): the keyword holds AIGC; the glued shape is seen in files of one producer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from hegui.kernel.source import Source, TooMuchError
from hegui.label import xmp
from hegui.label.field_text import decoded
from hegui.label.notation_layers import objects
from hegui.label.spellings import MAX_TEXT, parse

__all__ = ["Glued", "glued", "may_hold", "runs", "stray"]

_WINDOW = 2 * MAX_TEXT
_MOST = 64
_MOST_RUNS = 16
"""Texts of a window that are looked at; more of them speak of labels."""
_START = re.compile(
    rb"""(?:\{\s{0,20}"(?:AIGC|Label|ContentProducer)"\s{0,20}:|AIGC[\s\0]{0,20}[:=]?[\s\0]{0,20}(?=\{))"""
)
_NAMES = (b"AIGC", b"ContentProducer")
_ALL_NAMES = (*_NAMES, b"aigc", b"Aigc", b"contentProducer", b"content_producer", b"contentproducer", b"CONTENTPRODUCER",
              b"content-producer", b"ProduceID", b"PropagateID", "生成合成服务提供者".encode(),
              b"A\0I\0G\0C", b"a\0i\0g\0c", b"C\0o\0n\0t\0e\0n\0t\0P\0r\0o\0d\0u\0c\0e",
              b"eyJBSUdDIj", b"eyJMYWJlbCI6")  # fmt: skip
"""Also in wide characters, and as an object begins in Base64."""
_NAMED = re.compile(b"|".join(_ALL_NAMES))
_FOLDED = (b"aigc", b"produce", "生成合成服务提供者".encode(), b"p\0r\0o\0d\0u\0c\0e", b"eyjbsuddij", b"eyjmywjlbci6")
"""What every label holds in small letters: media data are gone through for these alone."""
_LONGEST_NAME = max(map(len, _ALL_NAMES))
_RUN = re.compile(
    rb"(?P<le>(?:[\t\n\r -~]\0|[\0-\xff][\x4e-\x9f]){20,}+)|(?P<be>(?:\0[\t\n\r -~]|[\x4e-\x9f][\0-\xff]){20,}+)"
    rb"|[\t\n\r -~\x80-\xfe]++"
)
"""A text between bytes that are none."""
_SHORTEST = 30


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


def runs(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The texts between other bytes that spell a label in whatever way: where each begins and ends, and what it is.

    >>> next(runs(bytes(9) + b"Label=1; ContentProducer=P; ProduceID=7" + bytes(9)))[:2]
    (9, 48)
    """
    for run in islice(
        (one for one in _RUN.finditer(data) if len(one[0]) >= _SHORTEST and _is_named(one[0])), _MOST_RUNS
    ):
        wide = "utf-16-le" if run["le"] else "utf-16-be" if run["be"] else ""
        shown = run[0].decode(wide, "replace") if wide else _narrow(run[0])
        if parse(shown) is not None:
            yield run.start(), run.end(), _alone(shown)


def _alone(shown: str) -> str:
    """The object without the bytes around it that happen to be letters; the whole where it is in another notation."""
    alone = (shown[start:end] for start, end in objects(shown, deepest=1))
    return next((one for one in alone if parse(one) is not None), shown)


def _narrow(data: bytes) -> str:
    """UTF-8, but for bytes that were cut off or are none; GB 18030 where more than those are not."""
    text = data.decode("utf-8", "replace")
    return text if text.count("\ufffd") < 8 else data.decode("gb18030", "replace")


def _is_named(data: bytes) -> bool:
    return any(name in data for name in _ALL_NAMES)


def stray(source: Source, start: int, end: int, *, is_quoted: bool = True) -> Iterator[tuple[int, int, str]]:
    """The labels in the bytes from `start` to `end`, glued or in XMP: offset, size and text of each.

    Args:
        source: the file.
        start: the first byte.
        end: the byte behind the last.
        is_quoted: whether an object counts that stands in a longer text.
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
        head = max(done, at - 512)
        window = source.up_to(head, min(_WINDOW, end - head))
        yield from ((head + offset, size, text) for offset, size, text in _labels(window, is_quoted=is_quoted))
        done = head + len(window)


def _labels(window: bytes, *, is_quoted: bool) -> Iterator[tuple[int, int, str]]:
    """Labels in a window; a packet of XMP begins or ends anywhere, so that it is looked through as a damaged one."""
    found = [(label.start, label.end, label.text) for label in xmp.find(window).labels]
    objects = ((one.value, one.end, one.text) for one in (glued(window) if is_quoted else ()))
    for more in (objects, runs(window)):
        found += [one for one in more if not any(start < one[1] and one[0] < end for start, end, _ in found)]
    yield from ((start, end - start, text) for start, end, text in sorted(found))


def _names(source: Source, start: int, end: int) -> Iterator[int]:
    """Where one of the names stands."""
    at, carry = start, b""
    for piece in source.pieces(start, end):
        data = carry + piece
        small = data.lower()
        if any(name in small for name in _FOLDED):
            hits = _NAMED.finditer(data)
            yield from (at - len(carry) + match.start() for match in hits if match.end() > len(carry))
        at += len(piece)
        carry = data[1 - _LONGEST_NAME :]
