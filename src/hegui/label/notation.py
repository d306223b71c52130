"""What every notation of a label comes down to: the members of an object in their order, and what is odd about the notation.

Knows the shapes that the readers of notations share; knows no notation and no key. Members keep a key that stands twice, since
which of the two counts nobody can say.
Rules: none; this is our own.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from hegui.label.findings import Finding

__all__ = ["MAX_DEPTH", "Members", "Notation", "as_text", "unescaped"]

MAX_DEPTH = 64
"""Objects and lists within each other that are still read; a label has two."""

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v",
            "_": "\xa0", "N": "\x85", "L": "\u2028", "P": "\u2029", "\n": ""}  # fmt: skip
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Members(tuple[tuple[str, Any], ...]):
    """The members of an object in their order, with those whose key stands twice."""

    __slots__ = ()


class Notation(NamedTuple):
    """What a text holds, and how its notation departs from Annex E."""

    members: Members
    findings: tuple[Finding, ...] = ()


def as_text(value: object) -> str:
    """A value as text: compact JSON for what nests, nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    """Objects as mappings again; a key that stands twice keeps its last value. Nests as deep as MAX_DEPTH."""
    if isinstance(value, Members):
        return {key: _plain(one) for key, one in value}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def unescaped(text: str) -> str:
    r"""The text that escapes with a backslash stand for, in JSON, Python and YAML alike.

    >>> unescaped(r"a\n\u4e2d\x41\'")
    "a\n中A'"
    """
    if "\\" not in text:
        return text
    return _PAIR.sub(_joined, _ESCAPE.sub(_escape, text))


def _escape(found: re.Match[str]) -> str:
    number = found[1] or found[2] or found[3]
    if number is None:
        return _ESCAPED.get(found[4], found[4])
    code = int(number, 16)
    return chr(code) if code < 0x110000 else "\ufffd"


def _joined(found: re.Match[str]) -> str:
    return found[0].encode("utf-16-be", "surrogatepass").decode("utf-16-be")
