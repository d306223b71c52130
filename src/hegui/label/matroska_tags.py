"""The tags of a Matroska segment: find those that are a label, and give the element Tags with one changed, added or taken out.

Knows Tags, Tag, SimpleTag and its name and value, nested ones too; knows not where the element stands in the file.
Works on one element Tags in memory; whatever else stands in it, in whatever order and with check sums, stays.
Rules: RFC 9559 5.1.8; TC260-PG-20257A, the SimpleTag with the TagName AIGC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hegui.kernel import ebml
from hegui.kernel.ebml import Element
from hegui.kernel.source import Source, TooMuchError
from hegui.label.field_text import decoded
from hegui.label.findings import Finding
from hegui.label.hints import is_named, is_spelt, sign_in
from hegui.label.matroska_segment import TAGS
from hegui.label.reading import Candidate, Trace, TraceKind
from hegui.label.scattered_tags import scattered
from hegui.label.spellings import MAX_TEXT

__all__ = ["Found", "added", "found_in", "fresh", "rewritten_tags", "stripped"]

_TAG, _TARGETS, _SIMPLE = 0x7373, 0x63C0, 0x67C8
_NAME, _STRING, _BINARY = 0x45A3, 0x4487, 0x4485
_LONGEST_NAME = 1024
_MOST_TAGS = 16 << 20
_MOST_FOUND = 64
_TRACES: dict[str, TraceKind] = {
    "ENCODER": "generator", "ENCODED_BY": "generator", "SOFTWARE": "generator",
    "PROMPT": "parameters", "WORKFLOW": "parameters", "PARAMETERS": "parameters",
}  # fmt: skip


class Found(NamedTuple):
    """A candidate, and the value it stands in, which knows the elements around it; the first of those is Tags."""

    candidate: Candidate
    value: Element


@dataclass(slots=True)
class _Simple:
    """A SimpleTag that is being read."""

    element: Element
    name: str = ""
    value: Element | None = None


def found_in(source: Source, tags: Element) -> tuple[list[Found], list[Trace]]:
    """What may be a label in this element Tags, and signs of generation."""
    found: list[Found] = []
    traces: list[Trace] = []
    told: list[tuple[str, str]] = []
    for simple in _simple_tags(source, tags):
        value = simple.value
        if value is None or value.total > 4 * MAX_TEXT or len(found) >= _MOST_FOUND:
            continue
        text, findings = decoded(source.at(value.body, value.size or 0))
        if is_named(simple.name) or is_spelt(text):
            found.append(Found(_candidate(simple, value, text, findings), value))
            told.append((simple.name, text))
            continue
        told.append((simple.name, text))
        kind = _TRACES.get(simple.name.upper()) or sign_in(text)
        if kind and text and len(traces) < _MOST_FOUND:
            traces.append(Trace(kind, f"matroska tag {simple.name[:60]}", text[:200]))
    together = scattered(told, "matroska tags", tags.start, tags.total)
    return [*found, *(Found(one, tags) for one in together)], traces


def _candidate(simple: _Simple, value: Element, text: str, findings: tuple[Finding, ...]) -> Candidate:
    element = simple.element
    is_nested = sum(one.ident == _SIMPLE for one in value.parents) > 1
    is_standard = simple.name == "AIGC" and value.ident == _STRING and not is_nested
    return Candidate(f"matroska tag {simple.name[:60]}", element.start, element.total, text, is_standard, findings)


def _simple_tags(source: Source, tags: Element) -> Iterator[_Simple]:
    """Each SimpleTag once it has been read to its end."""
    waiting: list[_Simple] = []
    for one in ebml.nested(source, tags, (_TAG, _SIMPLE)):
        while waiting and waiting[-1].element.end <= one.start:
            yield waiting.pop()
        if one.ident == _SIMPLE:
            waiting.append(_Simple(one))
        elif waiting and one.parents[-1].start == waiting[-1].element.start:
            if one.ident == _NAME and one.total <= _LONGEST_NAME:
                waiting[-1].name = decoded(source.at(one.body, one.size or 0))[0]
            elif one.ident in (_STRING, _BINARY):
                waiting[-1].value = one
    yield from reversed(waiting)


def _tag(text: str) -> bytes:
    simple = ebml.encoded(_SIMPLE, ebml.encoded(_NAME, b"AIGC"), ebml.encoded(_STRING, text.encode("ascii")))
    return ebml.encoded(_TAG, ebml.encoded(_TARGETS), simple)


def fresh(text: str) -> bytes:
    """An element Tags with the label alone."""
    return ebml.encoded(TAGS, _tag(text))


def added(source: Source, tags: Element, text: str) -> bytes:
    """The element Tags with the label as its last Tag."""
    return ebml.changed(_data(source, tags), (tags,), tags.end, 0, _tag(text))


def rewritten_tags(source: Source, one: Found, text: str) -> bytes:
    """The element Tags with another text in the value that stands."""
    tags = one.value.parents[0]
    return ebml.changed(
        _data(source, tags), (*one.value.parents, one.value), one.value.body, one.value.size or 0, text.encode("ascii")
    )


def stripped(source: Source, one: Found) -> bytes | None:
    """The element Tags without the SimpleTag, and without the Tag that held nothing else; None where it holds nothing else."""
    tags, *_, simple = one.value.parents
    gone = simple
    for around in reversed(one.value.parents[:-1]):
        wanted = _SIMPLE if around.ident == _TAG else _TAG
        if around.ident == _SIMPLE or any(
            child.ident == wanted and child.start != gone.start for child in _children(source, around)
        ):
            return ebml.changed(_data(source, tags), gone.parents, gone.start, gone.total, b"")
        gone = around
    return None


def _children(source: Source, element: Element) -> Iterator[Element]:
    return ebml.nested(source, element, ())


def _data(source: Source, tags: Element) -> bytes:
    if tags.total > _MOST_TAGS:
        raise TooMuchError("more tags than are rewritten", tags.start)
    return source.at(tags.start, tags.total)
