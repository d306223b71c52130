"""Parse YAML into plain values that remember their lines.

Knows a small YAML: mappings, lists, strings, integers, decimals, true, false and null. Refuses duplicate keys, anchors and
tags, and takes no word for anything but itself: 2023-08-15 stays a string until somebody asks for a day, and so do `on`
and `no`, which YAML 1.1 would turn into truth values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

__all__ = ["LinedList", "LinedMap", "YamlFault", "line_of", "parse_yaml"]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_MAX_DEPTH = 60
"""Nested deeper, a file is not one of ours."""
_MAX_NUMBER = 18
"""Characters of a number; what is longer stays a string."""


class YamlFault(ValueError):
    """Not YAML as we read it; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem


class LinedMap(dict[str, Any]):
    """A mapping; `lines` holds the line of every key, `line` its own."""

    lines: dict[str, int]
    line: int


class LinedList(list[Any]):
    """A list; `lines` holds the line of every item, `line` its own."""

    lines: list[int]
    line: int


def parse_yaml(text: str) -> Any:
    """The one document in `text`. Raises YamlFault.

    Reads the events one by one and builds nothing for what it refuses, so that time and memory are linear in the text.
    """
    try:
        events = _Events(text)
        found = _value(events, next(events), 0) if isinstance(events.coming, yaml.NodeEvent) else None
        events.expect_end()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlFault(mark.line + 1 if mark else 1, error.problem or "not YAML") from None
    except yaml.YAMLError as error:
        raise YamlFault(1, str(error).splitlines()[0]) from None
    return found


def line_of(value: Any, key: str | int | None = None) -> int | None:
    """The line of a parsed value, or of what it holds under `key`; None for a value that came from elsewhere."""
    if key is None:
        return getattr(value, "line", None)
    lines = getattr(value, "lines", None)
    if lines is None:
        return None
    try:
        return int(lines[key])
    except (KeyError, IndexError):
        return getattr(value, "line", None)


class _Events(Iterator[Any]):
    """The events of one document, without those that only open and close it."""

    def __init__(self, text: str) -> None:
        loader = _Loader(text)
        self._all = (event for event in iter(loader.get_event, None) if not isinstance(event, yaml.StreamStartEvent))
        self._next = next(self._all)
        if isinstance(self._next, yaml.DocumentStartEvent):
            self._next = next(self._all)

    @property
    def coming(self) -> Any:
        return self._next

    def __next__(self) -> Any:
        event, self._next = self._next, next(self._all)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlFault(event.start_mark.line + 1, "anchors and aliases (& and *) are not read here")
        if getattr(event, "tag", None):
            raise YamlFault(event.start_mark.line + 1, f"tags (!) are not read here: {event.tag[:40]}")
        return event

    def until(self, end: type[yaml.Event]) -> Iterator[Any]:
        """The events up to the one that closes a mapping or a list."""
        while not isinstance(self._next, end):
            yield next(self)
        next(self)

    def expect_end(self) -> None:
        if isinstance(self._next, yaml.DocumentEndEvent):
            self._next = next(self._all)
        if not isinstance(self._next, yaml.StreamEndEvent):
            raise YamlFault(self._next.start_mark.line + 1, "a second document begins here")


def _value(events: _Events, event: Any, depth: int) -> Any:
    line = event.start_mark.line + 1
    if depth > _MAX_DEPTH:
        raise YamlFault(line, "nested too deeply")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    return _list(events, line, depth) if isinstance(event, yaml.SequenceStartEvent) else _map(events, line, depth)


def _list(events: _Events, line: int, depth: int) -> LinedList:
    found = LinedList()
    found.line, found.lines = line, []
    for item in events.until(yaml.SequenceEndEvent):
        found.lines.append(item.start_mark.line + 1)
        found.append(_value(events, item, depth + 1))
    return found


def _map(events: _Events, line: int, depth: int) -> LinedMap:
    found = LinedMap()
    found.line, found.lines = line, {}
    for key in events.until(yaml.MappingEndEvent):
        key_line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarEvent):
            raise YamlFault(key_line, "a key is not a word")
        if key.value in found:
            raise YamlFault(key_line, f"the key {key.value[:60]!r} comes twice")
        found[key.value] = _value(events, next(events), depth + 1)
        found.lines[key.value] = key_line
    return found


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if event.style:  # quoted or a block: always a string
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _MAX_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    return float(text) if _DECIMAL.fullmatch(text) else text
