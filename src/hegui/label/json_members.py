"""Where the members of a JSON text stand, so that one can be put in, changed or taken out and no other byte moves.

Knows objects, arrays, strings and how deep they are; builds no value and checks no grammar beyond what it needs for the places.
Works as one pass over strings and brackets, so that depth and size of the text cost time and no memory.
Rules: RFC 8259.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from hegui.kernel.source import TooMuchError

__all__ = ["Member", "added", "insertion", "members", "object_end", "plain", "removal"]

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|[{}\[\]\"]", re.DOTALL)
_COLON = re.compile(r"[ \t\r\n]*+:[ \t\r\n]*+")
_LITERAL = re.compile(r"[^,}\]\s\"{\[]{1,40}")
MOST = 1_000_000
"""Strings and brackets that are looked at in one pass."""
_BLANK = " \t\r\n"


class Member(NamedTuple):
    """A member of an object.

    Attributes:
        name: its name, as it is written.
        depth: 1 in the outermost object.
        start: where its name's quote stands.
        value: where its value stands.
    """

    name: str
    depth: int
    start: int
    value: tuple[int, int]


def members(text: str, wanted: re.Pattern[str], *, depth: int | None = None) -> Iterator[Member]:
    """The members whose name matches `wanted`, outside of each other; only those at one depth where that is asked for.

    Raises:
        TooMuchError: the text has more strings and brackets than are looked at.
    """
    level, within = 0, 0
    name, start, value = "", 0, 0  # of the member whose value has not ended
    for count, token in enumerate(_TOKEN.finditer(text)):
        if count == MOST:
            raise TooMuchError("the JSON has too many parts", token.start())
        mark = token.group()
        if mark in "{[":
            level += 1
        elif mark in "}]":
            level -= 1
            if level < 0:
                return  # more is closed than was opened
            if within > level:
                yield Member(name, level, start, (value, token.end()))
                within = 0
        elif mark == '"':
            return  # a string that does not end
        elif within or depth not in (None, level) or not wanted.search(mark):
            continue
        elif colon := _COLON.match(text, token.end()):
            name, start, value = mark[1:-1], token.start(), colon.end()
            if text[value : value + 1] in ("{", "["):
                within = level + 1
            elif end := _scalar_end(text, value):
                yield Member(name, level, start, (value, end))


def object_end(text: str) -> int:
    """Where the outermost object ends; 0 where the text is no object, does not end, or goes on behind it. Raises TooMuchError."""
    start = len(text) - len(text.lstrip(_BLANK))
    if text[start : start + 1] != "{":
        return 0
    end = _bracket_end(text, start)
    return end if end and not text[end:].strip(_BLANK) else 0


def insertion(text: str, end: int, name: str, value: str) -> tuple[int, str]:
    """Where a last member goes in the object that ends at `end`, and what is put there; blanks before the brace stay behind it.

    >>> insertion('{"a":1 }', 8, "b", "2")
    (6, ',"b":2')
    """
    at = len(text[: end - 1].rstrip(_BLANK))
    comma = "" if text[at - 1] == "{" else ","
    return at, f'{comma}"{name}":{value}'


def removal(text: str, member: Member) -> tuple[int, int]:
    """What to take out with a member: the comma before it, or else the one behind it."""
    start, end = member.start, member.value[1]
    before = len(text[:start].rstrip(_BLANK))
    if text[before - 1 : before] == ",":
        return before - 1, end
    behind = len(text) - len(text[end:].lstrip(_BLANK))
    return start, behind + 1 if text[behind : behind + 1] == "," else end


def added(body: bytes, name: str, value: str) -> bytes:
    """A JSON object in UTF-8 with one more member at its end, every other byte as it was.

    >>> added(b'{"a":1}', "b", "{}")
    b'{"a":1,"b":{}}'
    """
    head = body[: body.rindex(b"}")].rstrip()
    comma = b"" if head.endswith(b"{") else b","
    return b'%b%b"%b":%b%b' % (head, comma, name.encode(), value.encode(), body[len(head) :])


def plain(text: str, member: Member) -> str:
    """The value as a text: a string decoded, anything else as it is written."""
    value = text[slice(*member.value)]
    if not value.startswith('"'):
        return value
    try:
        found = orjson.loads(value.encode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        return value
    return found if isinstance(found, str) else value


def _scalar_end(text: str, start: int) -> int:
    """Where the string, number or word that begins at `start` ends; 0 where it does not."""
    if text[start : start + 1] == '"':
        token = _TOKEN.match(text, start)
        return token.end() if token and len(token.group()) > 1 else 0
    literal = _LITERAL.match(text, start)
    return literal.end() if literal else 0


def _bracket_end(text: str, start: int) -> int:
    """Where the object or array that begins at `start` ends; 0 where it does not. Raises TooMuchError."""
    level = 0
    for count, token in enumerate(_TOKEN.finditer(text, start)):
        if count == MOST:
            raise TooMuchError("the JSON has too many parts", token.start())
        mark = token.group()
        if mark == '"':
            return 0
        level += (mark in "{[") - (mark in "}]")
        if level <= 0:
            return token.end()
    return 0
