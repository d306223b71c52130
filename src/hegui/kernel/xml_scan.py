"""Say where the elements and attributes of an XML text stand, byte by byte, so that a change is a splice into the text.

Knows elements, attributes, namespaces and their places; knows no vocabulary, and builds no tree. Refuses what a text can
hide a bomb in: entity declarations, an internal subset, nesting and counts without end; nothing outside the text is loaded.
Works on UTF-8: `encoded` brings any other encoding there and back, and expat (of the standard library) finds the elements,
each of which is handed over when its end is reached. How to use it for a document:

    text = encoded(data)                                    # MalformedError for an unknown or a false encoding
    scan(text.body, lambda element: found.append(element) if element.tag.name == NAME else None)
    body = body[: tag.end] + addition + body[tag.end :]     # offsets count the bytes of text.body
    data = text.back(body)                                  # the same encoding and byte order mark

Rules: XML 1.0 and Namespaces in XML 1.0.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from hegui.kernel.source import MalformedError, TooMuchError

__all__ = ["Attribute", "DoctypeError", "Element", "Encoded", "Tag", "encoded", "escaped", "scan"]

MAX_DEPTH = 200
MAX_ELEMENTS = 400_000
_SEPARATOR = "\n"
_MARKS = (  # the longer first: the mark of UTF-16 starts that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_BARE = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_KNOWN = re.compile(
    r"us-ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|gb2312|gbk|gb18030|big5(-?hkscs)?|shift_jis|euc-(jp|kr)|koi8-[ru]",
    re.I,
)
_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""(\s+)([^\s=/>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class DoctypeError(MalformedError):
    """The text declares a document type, and with it perhaps entities; they are not expanded."""


class Attribute(NamedTuple):
    """One attribute.

    Attributes:
        name: "{namespace}local", or the bare local name where it has none.
        value: its value, entities undone.
        whole: where the space before it begins, so that cutting from there to `end` + 1 takes it out.
        start: where the value begins, after the quote.
        end: where the value ends, before the quote.
    """

    name: str
    value: str
    whole: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag, or an empty-element tag.

    Attributes:
        name: "{namespace}local", or the bare local name where it has none.
        prefix: its prefix, "" without one.
        start: where its "<" stands.
        end: the byte after its ">".
        is_empty: whether it is written `<name/>`.
        attributes: in the order of the text, declarations of namespaces left out.
        parent: the tag of the element around it.
        children: elements directly within, as far as they are read.
    """

    name: str
    prefix: str
    start: int
    end: int
    is_empty: bool
    attributes: tuple[Attribute, ...]
    parent: Tag | None
    children: list[str] = field(default_factory=list, compare=False)

    @property
    def local(self) -> str:
        """The name without its namespace."""
        return self.name.rpartition("}")[2]


@dataclass(frozen=True, slots=True)
class Element:
    """An element, whole.

    Attributes:
        tag: its start.
        close: where its end tag begins; `tag.end` for `<name/>`.
        end: the byte after its end tag.
        text: character data directly within, entities and CDATA undone.
    """

    tag: Tag
    close: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text brought to UTF-8.

    Attributes:
        body: the text in UTF-8, without a byte order mark.
        codec: the encoding it has in the file.
        mark: its byte order mark, b"" without one.
    """

    body: bytes
    codec: str
    mark: bytes

    def back(self, body: bytes) -> bytes:
        """A changed body in the encoding of the file."""
        return self.mark + self._there(body)

    def place(self, offset: int) -> int:
        """Where in the file the byte `offset` of the body stands."""
        return len(self.mark) + (offset if self.codec == "utf-8" else len(self._there(self.body[:offset])))

    def _there(self, body: bytes) -> bytes:
        return (
            body
            if self.codec == "utf-8"
            else body.decode("utf-8", "surrogatepass").encode(self.codec, _errors(self.codec))
        )


def encoded(data: bytes) -> Encoded:
    """`data` in UTF-8, by its mark, its first bytes or its declaration. Raises MalformedError.

    >>> encoded("<a/>".encode("utf-16")).body
    b'<a/>'
    """
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if data.startswith(mark)), (b"", ""))
    codec = codec or next((codec for head, codec in _BARE if data.startswith(head)), "") or _declared(data)
    body = data[len(mark) :]
    if codec == "utf-8":
        return Encoded(body, codec, mark)
    try:
        text = body.decode(codec, _errors(codec))
        if text.encode(codec, _errors(codec)) != body:
            raise MalformedError(f"the text is not {codec}", 0)
    except UnicodeError as error:
        raise MalformedError(f"the text is not {codec}", 0) from error
    return Encoded(text.encode("utf-8", "surrogatepass"), codec, mark)


def _errors(codec: str) -> str:
    return "surrogatepass" if codec.startswith("utf") else "strict"


def _declared(data: bytes) -> str:
    match = _DECLARED.match(data)
    name = match[1].decode("ascii").lower() if match else "utf-8"
    if name.startswith("utf"):
        return "utf-8"
    if not _KNOWN.fullmatch(name):
        raise MalformedError("the encoding of the text is not known", 0)
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise MalformedError("the encoding of the text is not known", 0) from error


def escaped(text: str, *, quote: str = "") -> bytes:
    """`text` as character data, or as an attribute's value within `quote`, in UTF-8.

    >>> escaped('a"<', quote='"')
    b'a&quot;&lt;'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if quote:
        text = text.replace(quote, "&quot;" if quote == '"' else "&#39;")
        text = text.replace("\t", "&#9;").replace("\n", "&#10;")
    return text.replace("\r", "&#13;").encode("utf-8")


def scan(
    body: bytes, seen: Callable[[Element], object], *, doctype: bool = False, max_elements: int = MAX_ELEMENTS
) -> None:
    """Hand every element of a well-formed text to `seen`, inner ones before those around them.

    Args:
        body: the text in UTF-8, whatever its declaration says.
        seen: called once per element, when its end is reached.
        doctype: whether a document type without an internal subset is let through, as older SVG and XHTML have it.
        max_elements: elements it may have.
    Raises:
        DoctypeError: a document type that is not let through, or a declaration of an entity.
        TooMuchError: elements nested too deep, or too many.
        MalformedError: not well-formed; what was seen before stays seen.
    """
    _Scan(body, seen, doctype, max_elements).run()


class _Scan:
    def __init__(self, body: bytes, seen: Callable[[Element], object], doctype: bool, max_elements: int) -> None:
        self.body = body
        self.seen = seen
        self.doctype = doctype
        self.left = max_elements
        self.open: list[tuple[Tag, list[str]]] = []
        self.parser = parser = expat.ParserCreate("utf-8", _SEPARATOR)
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity

    def run(self) -> None:
        try:
            self.parser.Parse(self.body, True)
        except expat.ExpatError as error:
            at = max(0, self.parser.ErrorByteIndex)
            raise MalformedError(f"the XML is not well-formed: {expat.ErrorString(error.code)}", at) from None

    def _start(self, name: str, attributes: list[str]) -> None:
        at = self.parser.CurrentByteIndex
        self.left -= 1
        if self.left < 0 or len(self.open) >= MAX_DEPTH:
            raise TooMuchError("the XML has too many elements, or nests them too deep", at)
        match = _TAG.match(self.body, at)
        if match is None:
            raise MalformedError("the XML is not well-formed", at)
        full, prefix = _name(name)
        parent = self.open[-1][0] if self.open else None
        placed = self._placed(match, attributes) if attributes else ()
        self.open.append((Tag(full, prefix, at, match.end(), bool(match[1]), placed, parent), []))

    def _placed(self, match: re.Match[bytes], attributes: list[str]) -> tuple[Attribute, ...]:
        """The attributes with their places; expat leaves declarations of namespaces out, and so do we."""
        found = (one for one in _ATTRIBUTE.finditer(self.body, match.start(), match.end()))
        own = [one for one in found if one[2] != b"xmlns" and not one[2].startswith(b"xmlns:")]
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        if len(own) != len(pairs):
            raise MalformedError("the XML is not well-formed", match.start())
        return tuple(
            Attribute(_name(name)[0], value, one.start(), *one.span(3 if one[3] is not None else 4))
            for one, (name, value) in zip(own, pairs, strict=True)
        )

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1][1].append(text)

    def _end(self, _name: str) -> None:
        at = self.parser.CurrentByteIndex
        tag, texts = self.open.pop()
        close = tag.end if tag.is_empty else at
        end = tag.end if tag.is_empty else self.body.index(b">", at) + 1
        if tag.parent is not None and len(tag.parent.children) < 8:
            tag.parent.children.append(tag.name)
        self.seen(Element(tag, close, end, "".join(texts)))

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_internal_subset: int) -> None:
        if not self.doctype or has_internal_subset:
            raise DoctypeError("a document type is declared", self.parser.CurrentByteIndex)

    def _entity(self, *_: object) -> None:
        raise DoctypeError("an entity is declared", self.parser.CurrentByteIndex)


def _name(name: str) -> tuple[str, str]:
    """What expat calls a name, as "{namespace}local" and the prefix."""
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return name, ""
    return "{" + parts[0] + "}" + parts[1], parts[2] if len(parts) > 2 else ""
