"""The property AIGC of TC260's namespace in an XML text, through the reader and the writer of XMP packets.

Knows how a property found in a whole text becomes a candidate, and how a change of it becomes a splice; also labels in comments,
which are read and not written. Knows no vocabulary. Works by handing the text, as UTF-8 and without its document type, to
`label.xmp`, and by looking at the comments in which the word AIGC stands.
Rules: TC260-PG-20259A (namespace and property).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hegui.kernel.splice import Splice
from hegui.kernel.xml_scan import escaped
from hegui.label import xmp
from hegui.label.faults import cannot_edit
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Trace
from hegui.label.spellings import MAX_TEXT, parse
from hegui.label.standing import Standing
from hegui.label.stray_text import seems, unkeyed
from hegui.label.xml_text import MENTION, Markup, removed, wrapped
from hegui.label.xmp_places import NAMESPACE, PROPERTY

__all__ = ["Form", "bare_label", "changed_label", "fresh_property", "read_labels", "require_written"]

MOST_COMMENTS = 1000
"""Mentions of the word AIGC that are looked at for a comment around them."""


def read_labels(markup: Markup, name: str) -> tuple[tuple[Candidate, ...], tuple[Trace, ...], tuple[Gap, ...]]:
    """The candidates, traces and gaps of a text; nothing is sought in one without RDF and without the word AIGC."""
    gaps: tuple[Gap, ...] = ()
    if markup.mentions_beyond or markup.damage is not None:
        gaps = (Gap(f"{name} text", "too large" if markup.mentions_beyond else "malformed"),)
    if not markup.mentions and b"RDF" not in markup.body:
        return (), (), gaps
    reading = xmp.find(markup.body)
    place, file = f"{name} XMP", markup.text
    found = []
    for label in reading.labels:
        at = file.place(label.start)
        size = file.place(label.end) - at
        found.append(Candidate(place, at, size, label.text, label.is_standard, label.findings))
    found += _comments(markup, name)
    return tuple(found), reading.traces, gaps


def _comments(markup: Markup, name: str) -> Iterator[Candidate]:
    """Comments that are a label, or its ruins."""
    at = 0
    for _ in range(MOST_COMMENTS):
        mention = MENTION.search(markup.body, at)
        if mention is None:
            return
        start = markup.body.rfind(b"<!--", max(at, mention.start() - MAX_TEXT), mention.start())
        end = markup.body.find(b"-->", mention.end(), mention.end() + MAX_TEXT)
        at = mention.end()
        if start < 0 or end < 0 or b"-->" in markup.body[start : mention.start()]:
            continue
        at = end
        shown = markup.body[start + 4 : end].decode("utf-8", "replace").strip()
        if seems(shown):
            place, begin = f"{name} comment", markup.text.place(start)
            finding = Finding("place.comment", "fault", "", name)
            yield Candidate(place, begin, markup.text.place(end + 3) - begin, unkeyed(shown), False, (finding,))


def require_written(one: Standing, name: str) -> None:
    """That the label stands where one is written. Raises LabelError (LBL006)."""
    if one.candidate.place == f"{name} comment":
        raise cannot_edit(name, one.candidate.place)


def changed_label(markup: Markup, text: str) -> Splice:
    """The label in the text changed, or one Description more in its RDF. Raises LabelError (LBL006, LBL020)."""
    return markup.splice(_difference(markup.body, xmp.written(markup.body, text)))


def fresh_property(text: str) -> bytes:
    """The property as an element that declares its namespace, outside RDF."""
    name = f"TC260:{PROPERTY}"
    return f'<{name} xmlns:TC260="{NAMESPACE}">'.encode() + escaped(text) + f"</{name}>".encode()


class Form(NamedTuple):
    """What is written where there was no label: an element for a label's text, and the names of those that come around it."""

    element: Callable[[str], bytes]
    names: tuple[str, ...]


def bare_label(markup: Markup, forms: Sequence[Form]) -> Splice:
    """The label taken out; in one of these forms also what came around it and holds nothing else."""
    body = markup.body
    label = next(one for one in xmp.find(body).labels if parse(one.text) is not None)
    for form in forms:
        head, _, tail = form.element("\0").partition(b"\0")
        start, end = label.start - len(head), label.end + len(tail)
        if start >= 0 and body[start : label.start] == head and body[label.end : end] == tail:
            start, end = wrapped(markup, start, end, form.names)
            around = markup.around(start, end)
            assert around is not None  # a text with a label has an outermost element
            return markup.splice(removed(body, around, start, end))
    return markup.splice(_difference(body, xmp.without(body) or b""))


def _difference(old: bytes, new: bytes) -> Splice:
    """The one splice that makes `new` of `old`."""
    most = min(len(old), len(new))
    start = _longest(most, lambda size: old[:size] == new[:size])
    end = _longest(most - start, lambda size: old[len(old) - size :] == new[len(new) - size :])
    return Splice(start, len(old) - end - start, new[start : len(new) - end])


def _longest(most: int, holds: Callable[[int], bool]) -> int:
    """The greatest number up to `most` that holds, where every smaller one does."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if holds(middle) else (least, middle - 1)
    return least
