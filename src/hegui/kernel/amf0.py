"""Walk the values of an AMF0 message, as Flash Video keeps its metadata.

Knows the types of AMF0 and where each value stands; knows no name of a field. Works without recursion and with bounds for count
and depth; an object that the data end within counts as ended there, as players take it.
Rules: Adobe AMF 0 specification (2007). AMF3 within AMF0 is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, TooMuchError, TruncatedError

__all__ = ["ARRAY", "END", "MOST_VALUES", "NUMBER", "OBJECT", "STRINGS", "Value", "name", "string", "values"]

NUMBER, STRING, OBJECT, ARRAY, END, LIST, LONG_STRING = 0, 2, 3, 8, 9, 10, 12
STRINGS = (STRING, LONG_STRING)
MOST_VALUES = 1 << 18
MOST_DEPTH = 16

_FIXED = {NUMBER: 9, 1: 2, 5: 1, 6: 1, 7: 3, 11: 11, 13: 1}
_TYPED, _XML = 16, 15


class Value(NamedTuple):
    """One value, or the end of one that holds others.

    Attributes:
        kind: its type; END where the value of this path ends.
        path: the names of the fields that lead to it; an item of a list has the name b"".
        key: where the name of its field begins; where it begins itself when it has none.
        start: where its type marker stands.
        end: where it ends; of a value that holds others, where the first of them begins.
    """

    kind: int
    path: tuple[bytes, ...]
    key: int
    start: int
    end: int


class _Level:
    """A value that holds others; `left` counts the items of a list, and is -1 for fields with names."""

    __slots__ = ("left", "path")

    def __init__(self, path: tuple[bytes, ...], left: int) -> None:
        self.path = path
        self.left = left


def values(data: bytes, at: int = 0) -> Iterator[Value]:
    """The values of the message from `at` on, in order; those within others after them.

    Raises:
        MalformedError: there is no such type. TruncatedError: the data end within a value. TooMuchError.
    """
    levels = [_Level((), -2)]
    for _ in range(MOST_VALUES):
        level = levels[-1]
        if at >= len(data) and level.left in (-1, -2):
            if level.left == -2:
                return
            yield Value(END, level.path, at, at, at)
            levels.pop()
            continue
        if level.left == 0:
            yield Value(END, level.path, at, at, at)
            levels.pop()
            continue
        key, path = at, level.path
        if level.left == -1:
            field, at = _short(data, at)
            if not field and data[at : at + 1] == bytes((END,)):
                yield Value(END, path, key, key, at + 1)
                levels.pop()
                at += 1
                continue
            path = (*path, field)
        elif level.left > 0:
            level.left -= 1
            path = (*path, b"")
        kind, end, left = _value(data, at)
        yield Value(kind, path, key, at, end)
        at = end
        if left is not None:
            if len(levels) == MOST_DEPTH:
                raise TooMuchError("values stand in values, deeper than a walk goes", at)
            levels.append(_Level(path, left))
    raise TooMuchError("more values than a walk goes over", at)


def _value(data: bytes, at: int) -> tuple[int, int, int | None]:
    """The type, where the value ends or its first part begins, and for a holder how its parts are counted."""
    if at >= len(data):
        raise TruncatedError("the data end before a value", at)
    kind, left = data[at], None
    if kind in _FIXED:
        end = at + _FIXED[kind]
    elif kind == STRING:
        end = _short(data, at + 1)[1]
    elif kind in (LONG_STRING, _XML):
        end = at + 5 + _u32(data, at + 1)
    elif kind == OBJECT:
        end, left = at + 1, -1
    elif kind == _TYPED:
        end, left = _short(data, at + 1)[1], -1
    elif kind == ARRAY:
        end, left = at + 5, -1
    elif kind == LIST:
        end, left = at + 5, _u32(data, at + 1)
    else:
        raise MalformedError("a value has a type that is not known", at)
    if end > len(data):
        raise TruncatedError("the data end within a value", at)
    return kind, end, left


def _u32(data: bytes, at: int) -> int:
    if at + 4 > len(data):
        raise TruncatedError("the data end within a length", at)
    return int.from_bytes(data[at : at + 4], "big")


def _short(data: bytes, at: int) -> tuple[bytes, int]:
    """A text with a length of two bytes, and where it ends."""
    start = at + 2
    end = start + int.from_bytes(data[at:start], "big")
    if start > len(data) or end > len(data):
        raise TruncatedError("the data end within a text", at)
    return data[start:end], end


def name(text: bytes) -> bytes:
    """The name of a field.

    >>> name(b"AIGC").hex()
    '000441494743'
    """
    return len(text).to_bytes(2, "big") + text


def string(text: bytes) -> bytes:
    """A text as a value, a long one where it must be."""
    if len(text) < 1 << 16:
        return bytes((STRING,)) + name(text)
    return bytes((LONG_STRING,)) + len(text).to_bytes(4, "big") + text
