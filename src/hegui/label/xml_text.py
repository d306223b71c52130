"""Put something small into an XML text, directly behind a start tag, and take it out again to the byte.

Knows elements and their places; knows no vocabulary. Refuses entities: a document type is looked over, and a text that uses
what it declares is not read. Works on the text in UTF-8, whatever the file is in, and on its first mebibyte where it is too
long. Whether an element was empty before can be seen from the line feeds around what was put in: none before it in an element
that had content, one before it in `<a></a>`, one on either side in `<a/>`.
Rules: none; this is our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import Splice
from hegui.kernel.xml_scan import Element, Encoded, Tag, encoded, scan
from hegui.label.text_faults import has_entities, too_long

__all__ = ["LIMIT", "Markup", "inserted", "read_markup", "removed", "root_name", "wrapped"]

LIMIT = 24 << 20
"""Bytes of a text that is read whole."""
HEAD = 1 << 20
MAX_ELEMENTS = 50_000
"""Elements that are looked at; what follows is searched for the word AIGC."""
MOST = 1000
"""Elements of the names asked for."""
MENTION = re.compile(rb"[Aa]\0{0,3}[Ii]\0{0,3}[Gg]\0{0,3}[Cc]")

_QUOTED = rb"\"[^\"]*+\"|'[^']*+'"
_DECLARATION = re.compile(rb"\s*+<\?xml\s[^>]*+>")
_PROLOG = re.compile(rb"(?:\s++|<\?[^>]*+>|<!--(?:(?!-->)[\s\S])*+-->)*+")
_DOCTYPE = re.compile(
    rb"<!DOCTYPE(?:[^\[\]>\"']|"
    + _QUOTED
    + rb")*+(?P<subset>\[(?:<!--(?:(?!-->)[\s\S])*+-->|"
    + _QUOTED
    + rb"|[^\]\"'])*+\]\s*+)?>"
)
_ROOT = re.compile(rb"<((?:[^\s/>:]++:)?)([^\s/>]++)")


class Markup(NamedTuple):
    """A text as it was read.

    Attributes:
        text: the file in UTF-8.
        body: the same without declaration and document type, which are blanks; of a text too long, the part that was read, closed.
        root: the outermost element.
        elements: those that were asked for, the inner ones first.
        damage: why it is no XML; None where it is.
        mentions: whether the word AIGC stands in the body.
        mentions_beyond: whether it stands in the part that was not read.
    """

    text: Encoded
    body: bytes
    root: Element | None
    elements: tuple[Element, ...]
    damage: MalformedError | None
    mentions: bool
    mentions_beyond: bool

    def splice(self, change: Splice) -> Splice:
        """A change of the body as a change of the file."""
        at = self.text.place(change.at)
        return Splice(
            at, self.text.place(change.at + change.drop) - at, self.text.back(change.put)[len(self.text.mark) :]
        )

    def around(self, start: int, end: int) -> Element | None:
        """The innermost of the elements around these bytes."""
        return next((one for one in self.elements if one.tag.end <= start and end <= one.close), self.root)

    def require_root(self, where: str) -> Element:
        """The outermost element of a text that can be changed. Raises MalformedError, LabelError (LBL083, LBL084)."""
        if self.mentions_beyond:
            raise too_long(where)
        if self.damage is not None:
            raise has_entities(where) if "entity" in str(self.damage) else self.damage
        if self.root is None:
            raise MalformedError("there is no element", 0)
        return self.root


@dataclass(slots=True)
class _Seen:
    """What a walk has seen: elements of these names, the outermost tag, and where the last element directly in it ended."""

    names: Sequence[str]
    found: list[Element] = field(default_factory=list)
    root: Element | None = None
    tag: Tag | None = None
    end: int = 0

    def see(self, element: Element) -> None:
        self.tag = self.tag or _outermost(element.tag)
        if element.tag.parent is None:
            self.root = element
        elif element.tag.parent.parent is None:
            self.end = element.end
        if element.tag.local in self.names and len(self.found) < MOST:
            self.found.append(element)


def root_name(head: bytes) -> tuple[str, str]:
    """Prefix and local name of the first element in the first bytes of a file, empty where there is none.

    >>> root_name(b'<?xml version="1.0"?><!-- a --><s:svg xmlns:s="x">')
    ('s', 'svg')
    """
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    at = _after_doctype(plain)
    match = _ROOT.match(plain, at)
    return ("", "") if match is None else (match[1][:-1].decode("latin-1"), match[2].decode("latin-1"))


def read_markup(source: Source, names: Sequence[str]) -> Markup:
    """The text of a file, and the elements with these local names. Raises MalformedError for an unknown encoding."""
    is_long = source.size > LIMIT
    data = source.up_to(0, HEAD if is_long else LIMIT)
    text = encoded(data[: len(data) & ~3] if is_long else data)
    body = _blanked(text.body)
    seen, damage = _Seen(names), None
    try:
        scan(body, seen.see, max_elements=MAX_ELEMENTS)
    except MalformedError as error:
        damage = error
    if is_long or isinstance(damage, TooMuchError):
        return _shortened(source, text, body, seen)
    return Markup(text, body, seen.root, tuple(seen.found), damage, bool(MENTION.search(body)), False)


def _shortened(source: Source, text: Encoded, body: bytes, seen: _Seen) -> Markup:
    """The elements that are whole, with the end tag of the outermost; a label is written and found among them."""
    tag = seen.tag or _opening(body)
    if tag is None:
        raise TooMuchError("the start tag is too long", 0)
    cut = max(seen.end, tag.end)
    beyond = MENTION.search(body, cut) or _mentions(source, len(body) if source.size > LIMIT else source.size)
    closed = body[:cut] + b"</" + _name(body, tag) + b">"
    root = Element(tag, cut, len(closed), "")
    return Markup(text, closed, root, tuple(seen.found), None, bool(MENTION.search(closed)), bool(beyond))


def inserted(body: bytes, element: Element, put: bytes) -> Splice:
    """`put` behind a start tag; an element without content is told apart by line feeds."""
    tag = element.tag
    if tag.is_empty:
        slash = body.rindex(b"/", tag.start, tag.end)
        return Splice(slash, tag.end - slash, b">\n" + put + b"\n</" + _name(body, tag) + b">")
    return Splice(tag.end, 0, b"\n" + put if element.close == tag.end else put)


def removed(body: bytes, element: Element, start: int, end: int) -> Splice:
    """What `inserted` put into the element, taken out."""
    tag = element.tag
    before, after = body[tag.end : start], body[end : element.close]
    if (before, after) == (b"\n", b"\n"):
        return Splice(tag.end - 1, element.end - tag.end + 1, b"/>")
    if (before, after) == (b"\n", b""):
        return Splice(tag.end, end - tag.end, b"")
    return Splice(start, end - start, b"")


def wrapped(markup: Markup, start: int, end: int, names: Sequence[str]) -> tuple[int, int]:
    """The elements of these names that hold these bytes and nothing else, from the innermost on: they came with them."""
    for name in names:
        around = markup.around(start, end)
        if around is None or around.tag.local != name or (around.tag.end, around.close) != (start, end):
            break
        start, end = around.tag.start, around.end
    return start, end


def _outermost(tag: Tag) -> Tag:
    while tag.parent is not None:
        tag = tag.parent
    return tag


def _opening(body: bytes) -> Tag | None:
    """The outermost tag of a text none of whose elements was read to its end."""
    seen: list[Tag] = []
    stop = body.find(b">", _after_doctype(body)) + 1
    with suppress(MalformedError):  # it is: the end is missing
        scan(body[:stop] + b"<a/>", lambda element: seen.append(_outermost(element.tag)))
    return seen[0] if seen and seen[0].end == stop else None


def _name(body: bytes, tag: Tag) -> bytes:
    """The name of an element as it is written, with its prefix."""
    match = _ROOT.match(body, tag.start)
    assert match is not None  # it is a start tag
    return match[1] + match[2]


def _after_doctype(body: bytes) -> int:
    at = _end(_PROLOG, body, 0)
    return _end(_PROLOG, body, _end(_DOCTYPE, body, at))


def _end(pattern: re.Pattern[bytes], body: bytes, at: int) -> int:
    match = pattern.match(body, at)
    return match.end() if match else at


def _blanked(body: bytes) -> bytes:
    """The text with blanks for the XML declaration and the document type, so that every other byte keeps its place."""
    declared = _end(_DECLARATION, body, 0)
    body = b" " * declared + body[declared:]
    at = _end(_PROLOG, body, 0)
    end = _end(_DOCTYPE, body, at)
    return body[:at] + b" " * (end - at) + body[end:] if end > at else body


def _mentions(source: Source, start: int) -> bool:
    kept = b""
    for piece in source.pieces(max(0, start - 16), source.size):
        if MENTION.search(kept + piece):
            return True
        kept = piece[-16:]
    return False
