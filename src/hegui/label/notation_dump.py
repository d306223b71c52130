"""Read the print of an object, as Python, JavaScript and YAML's flow style have it: `{'Label': '1', Extra: [None]}`.

Knows brackets, quotes of either kind or none, colons and equals signs; evaluates nothing. One pass from front to back with the
open brackets on a stack, so that nothing a file nests can overflow ours.
Rules: GB 45438-2025 Annex E b), which wants JSON, for what the notation departs from.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from hegui.label.findings import Finding
from hegui.label.notation import MAX_DEPTH, Members, Notation, unescaped

__all__ = ["read_dump"]

_SPACE = re.compile(r"\s*+")
_QUOTED = re.compile(r"[uU]?(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\")", re.DOTALL)
_KEY = re.compile(r"[A-Za-z_][\w.-]{0,79}+")
_BARE = re.compile(r"<[^<>{}]{0,200}>|[^\s,{}\[\]()][^,{}\[\]()\r\n]*+")
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_CONSTANTS = {"None": None, "null": None, "undefined": None, "True": True, "true": True, "False": False, "false": False}


def read_dump(text: str) -> Notation | None:
    """The object that is printed here, and nothing behind it; None for anything else.

    >>> read_dump("{'Label': '1', 'ReservedCode1': None}").members
    (('Label', '1'), ('ReservedCode1', None))
    """
    if not text.startswith("{"):
        return None
    found = _Pass(text).whole()
    finding = Finding("spelling.object_dump", "fault", "GB 45438-2025 Annex E b)")
    return Notation(found, (finding,)) if isinstance(found, Members) else None


class _Open(NamedTuple):
    """A bracket that is not closed yet."""

    closing: str
    inside: list[Any]
    key: str


class _Pass:
    """Where the reading stands; the methods return None where the text is no print of an object."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[_Open] = []

    def whole(self) -> object:
        """The outermost value, where only space follows it."""
        found: object = None
        is_whole = False
        while not is_whole:
            key = self._key() if self.open and self.open[-1].closing == "}" else ""
            if key is None or not self._value(key):
                return None
            while self.open and self._takes(self.open[-1].closing):
                found = self._close()
                is_whole = not self.open
                if not is_whole and not self._ends() and not self._takes(","):
                    return None
        return found if not self.text[self._next() :].strip("\0") else None

    def _key(self) -> str | None:
        quoted = _QUOTED.match(self.text, self._next())
        found = quoted or _KEY.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return _quoted(quoted) if quoted else found[0] if self._sees(":=") else None

    def _value(self, key: str) -> bool:
        """Take a value and the comma behind it, or open a bracket. A key's colon stands before it."""
        is_member = bool(self.open) and self.open[-1].closing == "}"
        if is_member and not self._takes(":") and not self._takes("="):
            return False
        if is_member:
            self._takes(">")  # Ruby's arrow
        here = self.text[self._next() : self.at + 1]
        if here in _CLOSING and len(self.open) < MAX_DEPTH:
            self.at += 1
            self.open.append(_Open(_CLOSING[here], [], key))
            return True
        quoted = _QUOTED.match(self.text, self.at)
        found = quoted or _BARE.match(self.text, self.at)
        if found is None or not self.open:
            return False
        self.at = found.end()
        bare = found[0].rstrip()
        self._put(key, _quoted(quoted) if quoted else _CONSTANTS.get(bare, bare))
        return self._ends() or self._takes(",")

    def _close(self) -> object:
        closing, inside, key = self.open.pop()
        value = Members(inside) if closing == "}" else inside
        if self.open:
            self._put(key, value)
        return value

    def _put(self, key: str, value: object) -> None:
        last = self.open[-1]
        last.inside.append((key, value) if last.closing == "}" else value)

    def _ends(self) -> bool:
        return self._sees(self.open[-1].closing)

    def _sees(self, characters: str) -> bool:
        return self.text[self._next() : self.at + 1] in tuple(characters)

    def _takes(self, character: str) -> bool:
        if not self._sees(character):
            return False
        self.at += 1
        return True

    def _next(self) -> int:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at


def _quoted(found: re.Match[str]) -> str:
    return unescaped(found[1] if found[1] is not None else found[2])
