"""Write a value as the one JSON text that stands for it, and read only that text.

Knows strings, whole numbers, booleans, null, lists and dicts with string keys. Refuses fractions: their canonical spelling
is a page of rules of its own, and no entry needs one. Works on the value alone: nothing is normalised, rounded or dropped,
so that two values are equal exactly when their bytes are.
Rules: RFC 8785 §3.2; integers and names within RFC 7493 §2.2 and §2.3 (I-JSON).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import NoReturn

import orjson

from hegui.errors import InputError

__all__ = ["MAX_DEPTH", "MAX_INTEGER", "CanonicalError", "Value", "decode", "encode"]

Value = bool | int | str | Sequence["Value"] | Mapping[str, "Value"] | None
"""What can be written; a sequence is a list (or, when writing, a tuple), a mapping a dict."""

MAX_INTEGER = 2**53 - 1
"""Largest magnitude of an integer: beyond it readers with binary64 numbers see another one."""
MAX_DEPTH = 32
"""Lists and dicts within each other; RFC 8785 sets none, and a reader's stack must not be the limit."""

_PLAIN = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_Path = tuple[str | int, ...]
_REMEDY = "Hand in strings, integers, booleans, null, lists and dicts only; write a fraction as a string with its unit."


class CanonicalError(InputError):
    """A value that has no canonical form here, or bytes that are not the canonical form of a value."""


def encode(value: Value) -> bytes:
    r"""The canonical form, UTF-8 bytes.

    Raises:
        CanonicalError: LED010 a type that is not allowed (float, bytes, a name that is no string);
            LED011 an integer beyond ±(2**53 − 1); LED012 a lone surrogate; LED013 nesting deeper than MAX_DEPTH.
    Source:
        RFC 8785 §3.2.2 (literals, escapes), §3.2.3 (order of names), §3.2.4 (UTF-8).

    >>> encode({"b": [True, None], "a": "\x0f\n€"})
    b'{"a":"\\u000f\\n\xe2\x82\xac","b":[true,null]}'
    """
    if _is_plain(value, MAX_DEPTH):
        try:
            return orjson.dumps(value, option=_PLAIN)
        except TypeError:
            pass  # it says less of what is wrong
    return _write(value, ()).encode("utf-8")


def decode(data: bytes) -> Value:
    """The value whose canonical form `data` is; lists and dicts are fresh ones.

    Raises:
        CanonicalError: LED014 not JSON in UTF-8, or a name twice; LED015 JSON, but not in canonical form; else as `encode`.
    """
    try:
        value: Value = json.loads(
            data.decode("utf-8"), parse_float=_refuse_number, parse_constant=_refuse_number, object_pairs_hook=_unique
        )
    except CanonicalError:
        raise
    except (ValueError, RecursionError):
        raise CanonicalError("LED014", "entry", "the bytes are not JSON in UTF-8", "Fetch them again.") from None
    if encode(value) != data:
        remedy = "Fetch the very bytes that were recorded; JSON written anew by another program has another hash."
        raise CanonicalError("LED015", "entry", "the JSON is not in canonical form", remedy)
    return value


def _is_plain(value: object, depth: int) -> bool:
    """Whether another writer, ten times as fast, gives the same bytes: names of ASCII sort alike in bytes and in units."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return True
    if not depth:
        return False
    if isinstance(value, dict):
        for name, member in value.items():
            if type(name) is not str or not name.isascii() or not _is_plain(member, depth - 1):
                return False
        return True
    return isinstance(value, list | tuple) and all(_is_plain(item, depth - 1) for item in value)


def _write(value: Value, path: _Path) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value, path)
        case int():
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                problem = "the integer is beyond ±(2**53 − 1), where numbers of other readers have gaps"
                raise CanonicalError("LED011", _place(path), problem, "Write it as a string.")
            return int.__repr__(value)
        case list() | tuple():
            _descend(path)
            return "[" + ",".join([_write(item, (*path, at)) for at, item in enumerate(value)]) + "]"
        case dict():
            _descend(path)
            members = sorted((_sort_key(name, path), name) for name in value)
            return (
                "{"
                + ",".join([f"{_string(name, path)}:{_write(value[name], (*path, name))}" for _, name in members])
                + "}"
            )
    raise CanonicalError("LED010", _place(path), f"a {type(value).__name__} has no place in an entry", _REMEDY)


def _string(text: str, path: _Path) -> str:
    """RFC 8785 §3.2.2.2: two-character escapes where JSON has them, \\u00xx for other controls, all else as it is."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        problem = "a string holds half a surrogate pair, which is no character"
        raise CanonicalError("LED012", _place(path), problem, "Hand in whole characters.") from None
    return encode_basestring(text)


def _sort_key(name: object, path: _Path) -> bytes:
    """UTF-16 code units, big-endian, so that bytes sort as units do (RFC 8785 §3.2.3)."""
    if not isinstance(name, str):
        raise CanonicalError("LED010", _place(path), f"a {type(name).__name__} is the name of a member", _REMEDY)
    return name.encode("utf-16-be", "surrogatepass")


def _descend(path: _Path) -> None:
    if len(path) >= MAX_DEPTH:
        problem = f"lists and dicts are nested deeper than {MAX_DEPTH}"
        raise CanonicalError("LED013", "entry", problem, "Flatten the value, or record parts of it apart.")


def _place(path: _Path) -> str:
    """Where in the entry: `entry.payloads[0].name`."""
    return "entry" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _refuse_number(_text: str) -> NoReturn:
    raise CanonicalError("LED010", "entry", "a number is not a whole one", _REMEDY)


def _unique(members: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(members)
    if len(found) != len(members):
        raise CanonicalError("LED014", "entry", "a name stands twice in one object", "Fetch the bytes again.")
    return found
