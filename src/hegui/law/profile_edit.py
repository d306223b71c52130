"""Put answers into the text of a profile, and leave everything else as its author wrote it (画像文件的原样修改).

Knows where in the text each fact stands: comments, order, quotes and line ends survive, and so do the source and the note beside
an answer that was not known. Reads texts that `read_profile` has read; what it makes of an unusual one is for the caller to read
again and compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
import yaml

from hegui.law.profile import UNKNOWN, Profile

__all__ = ["Wanted", "begun_text", "put_in", "with_answers"]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLON = re.compile(r"\s*:")


@dataclass(frozen=True)
class Wanted:
    """What shall stand for a fact. value: as it is written in YAML; on: the day of the answer; None for what is not known."""

    value: str
    on: date | None

    @property
    def short(self) -> str:
        """The answer as one value."""
        return self.value if self.on is None else f"{{value: {self.value}, on: {self.on}}}"


@dataclass
class _Node:
    """A value in the text: from `start` up to `end`, where its last word ends; `column` is where its members stand."""

    start: int
    end: int
    column: int = 0
    is_flow: bool = True
    is_mapping: bool = False
    members: dict[str, tuple[int, _Node]] = field(default_factory=dict)
    """Key → where the key ends, and the value."""

    @property
    def is_empty(self) -> bool:
        return self.start == self.end


@dataclass(frozen=True)
class _Change:
    start: int
    end: int
    text: str


def begun_text(service: str) -> str:
    """A profile that says no more than the name of the service."""
    escaped = (one if one.isprintable() and one not in '"\\' else f"\\U{ord(one):08x}" for one in service)
    return f'service: "{"".join(escaped)}"\n' if service else ""


def put_in(text: str, begun: Profile, now: Profile) -> str:
    """`text`, which says `begun`, with what was answered since."""
    stated = {name: one for name, one in now.stated.items() if begun.stated.get(name) != one}
    answers = {name: Wanted(_value(one.value), one.on) for name, one in stated.items()}
    opened = {name: Wanted(UNKNOWN, None) for name in sorted(now.open - begun.open)}
    return with_answers(text, answers | opened)


def _value(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def with_answers(text: str, answers: Mapping[str, Wanted]) -> str:
    """The text with these answers under `facts`."""
    changes = sorted(_changes(text, answers), key=lambda change: change.start, reverse=True)
    for change in changes:
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _changes(text: str, answers: Mapping[str, Wanted]) -> Iterator[_Change]:
    if not answers:
        return
    line_end = "\r\n" if "\r\n" in text else "\n"
    whole = _tree(text)
    key_end, facts = whole.members.get("facts", (0, _Node(0, 0)))
    for name, (_, node) in facts.members.items():
        if name in answers:
            yield from _replaced(text, facts.members[name][0], node, answers[name], line_end)
    fresh = [f"{name}: {wanted.short}" for name, wanted in answers.items() if name not in facts.members]
    if not fresh:
        return
    if facts.is_mapping:
        yield _added(text, facts, fresh, line_end)
    elif "facts" not in whole.members:
        yield _begun(text, whole, fresh, line_end)
    elif facts.is_empty:
        yield _after_line(text, key_end, ["  " * (whole.column + 1) + one for one in fresh], line_end)
    else:
        yield _Change(facts.start, facts.end, f"{{{', '.join(fresh)}}}")


def _replaced(text: str, key_end: int, node: _Node, wanted: Wanted, line_end: str) -> Iterator[_Change]:
    """A new answer in the place of an old one; of a mapping only its members `value` and `on`."""
    if node.is_empty:
        at = _after_colon(text, key_end)
        yield _Change(at, at, f"{':' if at == key_end else ''} {wanted.short}")
        return
    if not node.is_mapping:
        yield _Change(node.start, node.end, wanted.short)
        return
    for name, said in (("value", wanted.value), ("on", str(wanted.on or "null"))):
        if name in node.members:
            yield _Change(node.members[name][1].start, node.members[name][1].end, said)
        elif name == "value":
            parted = ", " if node.is_flow else line_end + " " * node.column
            at = node.start + 1 if node.is_flow else node.start
            yield _Change(at, at, f"value: {said}{parted}")


def _added(text: str, facts: _Node, fresh: list[str], line_end: str) -> _Change:
    if not facts.is_flow:
        return _after_line(text, facts.end, [" " * facts.column + one for one in fresh], line_end)
    at, parted = (_last_word(text, facts), ", ") if facts.members else (facts.start + 1, "")
    return _Change(at, at, parted + ", ".join(fresh))


def _begun(text: str, whole: _Node, fresh: list[str], line_end: str) -> _Change:
    """A profile that states no fact yet."""
    if whole.is_mapping and whole.is_flow:
        return _added(text, whole, [f"facts: {{{', '.join(fresh)}}}"], line_end)
    indent = " " * whole.column
    lines = [f"{indent}facts:", *(f"{indent}  {one}" for one in fresh)]
    return _after_line(text, whole.end if whole.is_mapping else len(text), lines, line_end)


def _after_line(text: str, at: int, lines: list[str], line_end: str) -> _Change:
    """Lines of their own after the line in which `at` stands."""
    is_start = at == 0 or text[at - 1] == "\n"
    found = at if is_start else text.find("\n", at) + 1
    before = "" if found else line_end
    found = found if is_start or found else len(text)
    return _Change(found, found, ("" if is_start else before) + "".join(line + line_end for line in lines))


def _last_word(text: str, node: _Node) -> int:
    """Where the last member of a mapping in braces ends."""
    key_end, last = list(node.members.values())[-1]
    at = _after_colon(text, key_end) if last.is_empty else last.end
    return at + 1 if last.is_empty and text[at : at + 1].isspace() else at


def _after_colon(text: str, key_end: int) -> int:
    """Where the colon of a key ends; where the key does when it has none, as in {a, b}."""
    found = _COLON.match(text, key_end)
    return found.end() if found else key_end


def _tree(text: str) -> _Node:
    events: Iterator[Any] = iter(_Loader(text).get_event, None)
    first = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    return _Node(len(text), len(text)) if first is None else _node(first, events)


def _node(event: Any, events: Iterator[Any]) -> _Node:
    found = _Node(event.start_mark.index, event.end_mark.index, event.start_mark.column)
    if not isinstance(event, yaml.CollectionStartEvent):
        return found
    found.is_flow = bool(event.flow_style)
    found.is_mapping = isinstance(event, yaml.MappingStartEvent)
    inner: Any
    for inner in events:
        if isinstance(inner, yaml.CollectionEndEvent):
            break
        end = _member(found, inner, events) if found.is_mapping else _node(inner, events).end
        found.end = max(found.end, end)
    if found.is_flow:
        found.end = inner.end_mark.index
    return found


def _member(mapping: _Node, key: Any, events: Iterator[Any]) -> int:
    """Takes in one member of a mapping, whose keys are words; where its last word ends."""
    if not mapping.members:
        mapping.column = key.start_mark.column
    value = _node(next(events), events)
    mapping.members[str(key.value)] = key.end_mark.index, value
    return key.end_mark.index if value.is_empty else value.end
