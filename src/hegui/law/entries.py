"""Read values out of a parsed file, gathering every fault with its file and line.

Knows the shapes that data files are made of: texts, days, numbers, wordings in two languages, lists of entries. A faulty
value joins the faults and something harmless stands in for it, so that one run lists all faults of all files.
Whoever reads an entry asks for its members by name and calls `done`: members nobody asked for are faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, TypeVar

from hegui.errors import FileFaults
from hegui.law.words import Words
from hegui.law.yaml_lines import line_of

__all__ = ["Entry", "Faults", "shown"]

T = TypeVar("T", bound=str)
V = TypeVar("V")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_DAY = date(1970, 1, 1)
_ABSENT = object()


class Faults:
    """What is wrong in the files read so far."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, place: str, problem: str) -> None:
        """`place` is file:line, or as near as is known."""
        self.found.append((place, problem))

    def raise_if_any(self, code: str, where: str, remedy: str) -> None:
        """Raises FileFaults with all of them, in the order of the files."""
        if self.found:
            raise FileFaults(code, where, self.found, remedy)


class Entry:
    """One mapping of a file. `place` is where it begins: file:line."""

    def __init__(self, raw: Any, file: str, line: int | None, faults: Faults) -> None:
        self.file = file
        self.line = line_of(raw) or line
        self.faults = faults
        self._asked: set[str] = set()
        self._raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            self.fault(None, f"{shown(raw)} is not a mapping of names to values")

    @property
    def place(self) -> str:
        return self._place(None)

    def fault(self, key: str | None, problem: str) -> None:
        """Something is wrong with the member `key`, or with the entry itself."""
        self.faults.add(self._place(key), f"{key} — {problem}" if key else problem)

    def has(self, key: str) -> bool:
        """Whether the member is there and not null."""
        return self._raw.get(key) is not None

    def value(self, key: str) -> Any:
        """The member as it was parsed, None when it is absent."""
        self._asked.add(key)
        return self._raw.get(key)

    def text(self, key: str) -> str:
        """A text that is not empty."""
        found = self._needed(key)
        if found is _ABSENT:
            return ""
        if not isinstance(found, str) or not found.strip():
            self.fault(key, f"{shown(found)} is not a text")
            return ""
        return found

    def text_or(self, key: str, otherwise: str) -> str:
        """A text, or `otherwise` when the member is absent or null."""
        return self.text(key) if self.has(key) else self._skip(key, otherwise)

    def text_or_none(self, key: str) -> str | None:
        """A text, or None when the member is absent or null."""
        return self.text(key) if self.has(key) else self._skip(key, None)

    def matching(self, key: str, pattern: re.Pattern[str], form: str) -> str:
        """A text of the given form; `form` says it in words."""
        found = self.text(key)
        if found and not pattern.fullmatch(found):
            self.fault(key, f"{shown(found)} is not {form}")
        return found

    def one_of(self, key: str, allowed: Iterable[T], otherwise: T | None = None) -> T:
        """One of the allowed words; `otherwise` stands for an absent member."""
        words = tuple(allowed)
        if otherwise is not None and not self.has(key):
            return self._skip(key, otherwise)
        found = self.text(key)
        if found not in words:
            if found:
                self.fault(key, f"{shown(found)} is none of {', '.join(words)}")
            return words[0]
        return words[words.index(found)]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; absent is empty."""
        found = self.value(key)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
            self.fault(key, f"{shown(found)} is not a list of texts")
            return ()
        return tuple(found)

    def words(self, key: str) -> Words:
        """A wording in Chinese and English."""
        return self.entry(key, lambda e: Words(e.text("zh"), e.text("en"))) or Words("", "")

    def words_or_none(self, key: str) -> Words | None:
        """A wording in one language at least, or None when the member is absent."""
        return self.entry(key, _either) if self.has(key) else self._skip(key, None)

    def day(self, key: str) -> date:
        """A civil day, YYYY-MM-DD."""
        found = self._needed(key)
        return _NO_DAY if found is _ABSENT else self._day(key, found)

    def day_or_none(self, key: str) -> date | None:
        """A civil day, or None when the member is absent or null."""
        return self.day(key) if self.has(key) else self._skip(key, None)

    def whole(self, key: str, least: int = 0) -> int:
        """A whole number, at least `least`."""
        found = self._needed(key)
        if found is _ABSENT:
            return least
        if type(found) is not int or found < least:
            self.fault(key, f"{shown(found)} is not a whole number from {least}")
            return least
        return found

    def whole_or_none(self, key: str, least: int = 0) -> int | None:
        """A whole number, or None when the member is absent or null."""
        return self.whole(key, least) if self.has(key) else self._skip(key, None)

    def flag(self, key: str, otherwise: bool = False) -> bool:
        """true or false; absent is `otherwise`."""
        found = self.value(key)
        if found is None:
            return otherwise
        if not isinstance(found, bool):
            self.fault(key, f"{shown(found)} is neither true nor false")
            return otherwise
        return found

    def entry(self, key: str, read: Callable[[Entry], V]) -> V | None:
        """The mapping under `key` as `read` makes it; None when it is absent, which is a fault."""
        found = self._needed(key)
        return None if found is _ABSENT else self._read(found, line_of(self._raw, key), read)

    def entry_or_none(self, key: str, read: Callable[[Entry], V]) -> V | None:
        """The mapping under `key` as `read` makes it, or None when it is absent or null."""
        return self.entry(key, read) if self.has(key) else self._skip(key, None)

    def entries(self, key: str, read: Callable[[Entry], V]) -> tuple[V, ...]:
        """Each mapping of the list under `key` as `read` makes it; absent is empty."""
        found = self.value(key)
        if found is None:
            return ()
        if not isinstance(found, list):
            self.fault(key, f"{shown(found)} is not a list")
            return ()
        return tuple(self._read(one, line_of(found, number), read) for number, one in enumerate(found))

    def named(self, key: str, read: Callable[[str, Entry], V]) -> tuple[V, ...]:
        """Each mapping of the mapping under `key`, with its name, as `read` makes it; absent is empty."""
        found = self.value(key)
        if found is None:
            return ()
        if not isinstance(found, dict):
            self.fault(key, f"{shown(found)} is not a mapping")
            return ()
        return tuple(
            self._read(one, line_of(found, name), lambda e, name=name: read(name, e))  # type: ignore[misc]
            for name, one in found.items()
        )

    def mixed(self, key: str, short: str) -> Iterator[tuple[str, Entry]]:
        """The members of the mapping under `key`, each with its name; what is no mapping itself counts as its member `short`."""
        found = self.value(key)
        if found is not None and not isinstance(found, dict):
            self.fault(key, f"{shown(found)} is not a mapping of names to values")
        for name, raw in (found if isinstance(found, dict) else {}).items():
            inner = Entry(raw if isinstance(raw, dict) else {short: raw}, self.file, line_of(found, name), self.faults)
            yield str(name), inner
            inner.done()

    def done(self) -> None:
        """Nothing else may be here."""
        for key in self._raw:
            if key not in self._asked:
                self.fault(key, "there is no such member")

    def _read(self, raw: Any, line: int | None, read: Callable[[Entry], V]) -> V:
        inner = Entry(raw, self.file, line, self.faults)
        value = read(inner)
        if isinstance(raw, dict):
            inner.done()
        return value

    def _needed(self, key: str) -> Any:
        found = self.value(key)
        if found is None:
            self.fault(None, f"{key} is missing")
            return _ABSENT
        return found

    def _skip(self, key: str, otherwise: V) -> V:
        self._asked.add(key)
        return otherwise

    def _day(self, key: str, found: Any) -> date:
        if isinstance(found, str) and _DAY.fullmatch(found):
            try:
                return date.fromisoformat(found)
            except ValueError:
                pass
        self.fault(key, f"{shown(found)} is not a day of the calendar, YYYY-MM-DD")
        return _NO_DAY

    def _place(self, key: str | None) -> str:
        line = line_of(self._raw, key) if key is not None else None
        line = line or self.line
        return f"{self.file}:{line}" if line else self.file


def _either(entry: Entry) -> Words:
    found = Words(entry.text_or("zh", ""), entry.text_or("en", ""))
    if not found:
        entry.fault(None, "neither zh nor en is given")
    return found


def shown(value: Any) -> str:
    """A value as its author wrote it, cut to 60 characters."""
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= 60 else text[:57] + "…"
