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
"""Nested deeper, a file is not one of ours; the parser would run out of stack far later."""


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
    """The one document in `text`. Raises YamlFault."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlFault(mark.line + 1 if mark else 1, error.problem or "not YAML") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlFault(1, str(error).splitlines()[0] if str(error) else "nested too deeply") from None
    return None if node is None else _value(node, set(), 0)


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


def _value(node: yaml.Node, above: set[int], depth: int) -> Any:
    line = node.start_mark.line + 1
    if depth > _MAX_DEPTH or id(node) in above:
        raise YamlFault(line, "nested too deeply")
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    inside = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        found = LinedList(_value(item, inside, depth + 1) for item in node.value)
        found.line, found.lines = line, [item.start_mark.line + 1 for item in node.value]
        return found
    mapping = LinedMap()
    mapping.line, mapping.lines = line, {}
    for key, key_line, value in _members(node):
        if key in mapping:
            raise YamlFault(key_line, f"the key {key!r} comes twice")
        mapping[key] = _value(value, inside, depth + 1)
        mapping.lines[key] = key_line
    return mapping


def _members(node: yaml.Node) -> Iterator[tuple[str, int, yaml.Node]]:
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlFault(line, "a key is not a word")
        yield key.value, line, value


def _scalar(node: yaml.ScalarNode) -> Any:
    text = node.value
    if node.style:  # quoted or a block: always a string
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text) and len(text) < 19:
        return int(text.replace("_", ""))
    return float(text) if _DECIMAL.fullmatch(text) else text
