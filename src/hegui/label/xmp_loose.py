"""Find labels in a packet of XMP that is no well-formed XML: by the name AIGC and what follows it.

Knows how a property begins as an element and as an attribute, quotes that were not escaped within one, and tags that have the
keys of a label as attributes; knows no XML beyond that. A run of bytes counts only where it spells a label.
Works as a few bounded searches, each from front to back.
Rules: TC260-PG-20259A (the property); the damages are those seen in public files.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from hegui.label.spellings import MAX_TEXT, meant_key, parse

__all__ = ["Loose", "loosely"]

_MAX_KEPT = 64
_SHORTEST = 16
"""Characters without which there is no label: two keys with their values."""
_MAX_TRIED = 256
_MAX_MISSES = 16
"""Objects that never close: each costs a look at as much text as a label may have."""
_PROPERTY = re.compile(
    rb"""<(?:[\w.-]{1,40}:)?AIGC(?:\s[^<>]{0,400})?(?<!/)>(?:\s{0,99}<[A-Za-z][^<>]{0,200}>){0,3}|[\s:]AIGC\s{0,9}=\s{0,9}(?:"([^"<]*)"|'([^'<]*)')"""
)
_UNESCAPED = re.compile(rb"""[\s:]AIGC\s{0,9}=\s{0,9}"(?=\s{0,9}\{\s{0,9}")""")
_KEYED = re.compile(rb"(?<=[\s:])ContentProducer\s{0,9}=\s{0,9}[\"']")
_ATTRIBUTE = re.compile(rb"([\w.-]{1,40})\s{0,9}=\s{0,9}(?:\"([^\"<]*)\"|'([^'<]*)')")
_BRACKETS = re.compile(rb"\"(?:[^\"\\\\]|\\\\.)*+\"?|[{}]", re.DOTALL)


class Loose(NamedTuple):
    """A label: where its value stands, what it says, and what is odd beside the damage."""

    start: int
    end: int
    text: str
    kinds: tuple[str, ...] = ()


def loosely(body: bytes) -> Iterator[Loose]:
    """The labels in a text that is no XML, at most so many of each shape."""
    kept = 0
    searches = (_properties, _unescaped) if b"AIGC" in body else ()
    for search in (*searches, _scattered):
        for one in search(body):
            if len(one.text) >= _SHORTEST and parse(one.text) is not None:
                yield one
                kept += 1
                if kept >= _MAX_KEPT:
                    return


def _properties(body: bytes) -> Iterator[Loose]:
    """Whatever the name AIGC has as its value, up to the next tag or quote."""
    at = 0
    while (match := _PROPERTY.search(body, at)) is not None:
        start, end = match.end(), len(body)
        is_data = body.startswith(b"<![CDATA[", start)
        if match.lastindex is not None:
            start, end = match.span(match.lastindex)
        else:
            found = body.find(b"]]>" if is_data else b"<", start)
            end = len(body) if found < 0 else found + 3 * is_data
        at = max(end, match.end())
        if end - start <= 8 * MAX_TEXT:
            raw = body[start:end].decode("utf-8", "replace")
            yield Loose(start, end, raw[9:].removesuffix("]]>") if is_data else html.unescape(raw))


def _unescaped(body: bytes) -> Iterator[Loose]:
    """An object in double quotes, whose own quotes nobody escaped."""
    misses = 0
    for match in _UNESCAPED.finditer(body):
        if misses == _MAX_MISSES:
            return
        depth, misses = 0, misses + 1
        for token in _BRACKETS.finditer(body, match.end(), min(len(body), match.end() + MAX_TEXT)):
            depth += (token[0] == b"{") - (token[0] == b"}")
            if depth == 0 and token[0] == b"}":
                misses -= token.end() - match.end() < 4096
                yield Loose(match.end(), token.end(), body[match.end() : token.end()].decode("utf-8", "replace"))
                break


def _scattered(body: bytes) -> Iterator[Loose]:
    """A tag that has the keys as attributes."""
    for tried, match in enumerate(_KEYED.finditer(body)):
        if tried == _MAX_TRIED:
            return
        start = body.rfind(b"<", max(0, match.start() - MAX_TEXT), match.start())
        end = body.find(b">", match.start(), match.start() + MAX_TEXT)
        if start >= 0 and end >= 0:
            found = (
                (one[1].decode(), one[2] if one[2] is not None else one[3])
                for one in _ATTRIBUTE.finditer(body, start, end)
            )
            values = {name: html.unescape(value.decode("utf-8", "replace")) for name, value in found if meant_key(name)}
            yield Loose(start, end, orjson.dumps({"AIGC": values}).decode(), ("place.scattered",))
