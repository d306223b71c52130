"""The parts of an office file that a label touches: relationships, content types, custom properties, and what a signature covers.

Knows these three vocabularies, in the transitional and the strict spelling; knows no archive and no Word, Excel or PowerPoint.
Works on the text of a part and gives the changed text; what is added stands last and declares the names it uses.
Rules: ISO/IEC 29500-2 (relationships, content types, signatures), ISO/IEC 29500-1 15.2.12.2 and 22.3 (custom properties);
TC260-PG-20258A 6.1 for the property.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from hegui.kernel.xml_scan import Attribute, Element, Tag, escaped
from hegui.label.zip_package import Part, appended

__all__ = [
    "CUSTOM_PART",
    "FMTID",
    "PROPERTY",
    "ROOT_RELATIONS",
    "TYPES",
    "Dialect",
    "Property",
    "Relation",
    "covers",
    "dialect",
    "fresh",
    "is_fresh",
    "properties",
    "registered",
    "relations",
    "typed",
    "unregistered",
    "untyped",
    "with_property",
]

ROOT_RELATIONS, TYPES, CUSTOM_PART = "_rels/.rels", "[Content_Types].xml", "docProps/custom.xml"
PROPERTY = "AIGC"
FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_FIRST_PID = 2
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_STRICT = "http://purl.oclc.org/ooxml/"


class Dialect(NamedTuple):
    """The names that differ between transitional and strict files.

    Attributes:
        relation: type of the relationship to the custom properties.
        properties: namespace of the part.
        variants: namespace of the values.
    """

    relation: str
    properties: str
    variants: str


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"
TRANSITIONAL = Dialect(
    f"{_OFFICE}relationships/custom-properties", f"{_OFFICE}custom-properties", f"{_OFFICE}docPropsVTypes"
)
STRICT = Dialect(
    f"{_STRICT}officeDocument/relationships/customProperties",
    f"{_STRICT}officeDocument/customProperties",
    f"{_STRICT}officeDocument/docPropsVTypes",
)


class Relation(NamedTuple):
    """One relationship of the package: its id, the end of its type in lower case, and the part it names, without a first slash."""

    identity: str
    kind: str
    target: str
    element: Element


def relations(part: Part) -> list[Relation]:
    """The relationships within the package, in the order of the text."""
    found = []
    for element in part.elements:
        values = _values(element.tag)
        if element.tag.local != "Relationship" or values.get("TargetMode") == "External":
            continue
        kind = values.get("Type", "").rpartition("/")[2].lower().replace("-", "")
        target = posixpath.normpath(posixpath.join("/", unquote(values.get("Target", "")))).lstrip("/")
        found.append(Relation(values.get("Id", ""), kind, target, element))
    return found


def dialect(part: Part) -> Dialect:
    """Whether the relationships of the package are strict ones."""
    types = (_values(element.tag).get("Type", "") for element in part.elements)
    return STRICT if any(kind.startswith(_STRICT) for kind in types) else TRANSITIONAL


def registered(part: Part, target: str, kind: str) -> bytes:
    """The relationships with one more, of a free id."""
    taken = {_values(element.tag).get("Id", "") for element in part.elements}
    numbers = (int(match[1]) for match in (re.fullmatch(r"rId([0-9]{1,9})", one) for one in taken) if match)
    identity = f"rId{max(numbers, default=0) + 1}"
    root = part.elements[-1]
    return appended(part.text.body, root, b'<%bRelationship Id="%b" Type="%b" Target="%b"/>' % (
        _prefix(root), identity.encode(), kind.encode(), escaped(target, quote='"')))  # fmt: skip


def is_fresh(part: Part, names: Dialect) -> bool:
    """Whether the part holds nothing but the property AIGC, as `fresh` makes it."""
    found = list(properties(part.elements))
    return len(found) == 1 and part.text.back(part.text.body) == fresh(found[0].text, names)


def unregistered(part: Part, target: str) -> bytes:
    """The relationships without those to `target`."""
    return _without(part.text.body, [one.element for one in relations(part) if one.target.lower() == target.lower()])


def typed(part: Part, target: str) -> bytes | None:
    """The content types with that of the custom properties; None where it is there."""
    if any(_is_override(element, target) for element in part.elements):
        return None
    root = part.elements[-1]
    return appended(part.text.body, root, b'<%bOverride PartName="/%b" ContentType="%b"/>' % (
        _prefix(root), escaped(target, quote='"'), _CUSTOM_TYPE.encode()))  # fmt: skip


def untyped(part: Part, target: str) -> bytes:
    """The content types without that of `target`."""
    return _without(part.text.body, [element for element in part.elements if _is_override(element, target)])


def _is_override(element: Element, target: str) -> bool:
    named = _values(element.tag).get("PartName", "").lstrip("/").lower()
    return element.tag.local == "Override" and named == target.lower()


class Property(NamedTuple):
    """One custom property.

    Attributes:
        name: as it stands.
        fmtid: its format id.
        pid: its property id, 0 where it is no number.
        element: the property.
        value: the element within that holds the value, None where there is none.
        kind: the kind of its value: "lpwstr", "i4".
    """

    name: str
    fmtid: str
    pid: int
    element: Element
    value: Element | None
    kind: str

    @property
    def text(self) -> str:
        """Its value."""
        return self.value.text if self.value is not None else ""


def properties(elements: Sequence[Element]) -> Iterator[Property]:
    """The properties of a part, in the order of the text."""
    value: Element | None = None
    for element in elements:
        if element.tag.parent is not None and element.tag.parent.local == "property":
            value = value or element
        elif element.tag.local == "property":
            values = _values(element.tag)
            pid = values.get("pid", "")
            number = int(pid) if pid.isascii() and pid.isdigit() and len(pid) < 10 else 0
            kind = value.tag.local if value is not None else ""
            yield Property(values.get("name", ""), values.get("fmtid", ""), number, element, value, kind)
            value = None


def with_property(part: Part, text: str, names: Dialect) -> bytes:
    """The part with the property AIGC: in the one that has the name, else added with the next free id."""
    found = list(properties(part.elements))
    body = part.text.body
    variant = _variant(text, names, declares=True)
    for one in found:
        if one.name.upper() == PROPERTY:
            if one.value is None:
                return appended(body, one.element, variant)
            return body[: one.value.tag.start] + variant + body[one.value.end :]
    pid = max([_FIRST_PID - 1, *(one.pid for one in found)]) + 1
    root = part.elements[-1]
    return appended(body, root, _property(pid, variant, _prefix(root)))


def fresh(text: str, names: Dialect) -> bytes:
    """A part that holds the property AIGC alone."""
    return (
        _HEAD
        + b'<Properties xmlns="%b" xmlns:vt="%b">' % (names.properties.encode(), names.variants.encode())
        + _property(_FIRST_PID, _variant(text, names, declares=False), b"")
        + b"</Properties>"
    )


def _property(pid: int, variant: bytes, prefix: bytes) -> bytes:
    return b'<%bproperty fmtid="%b" pid="%d" name="%b">%b</%bproperty>' % (
        prefix, FMTID.encode(), pid, PROPERTY.encode(), variant, prefix)  # fmt: skip


def _variant(text: str, names: Dialect, *, declares: bool) -> bytes:
    declared = b' xmlns:vt="%b"' % names.variants.encode() if declares else b""
    return b"<vt:lpwstr%b>%b</vt:lpwstr>" % (declared, escaped(text))


def covers(signatures: Iterable[Part], changed: frozenset[str]) -> bool:
    """Whether a signature covers one of the parts to change, all in lower case.

    Relationships are signed by a transform that picks some of them by id or type: one more breaks none unless its type is picked.
    """
    return any(_covers(part, changed) for part in signatures)


def _covers(part: Part, changed: frozenset[str]) -> bool:
    picks = False
    for element in part.elements:
        values = _values(element.tag)
        if element.tag.local == "RelationshipReference":
            picks = True
        elif element.tag.local == "RelationshipsGroupReference":
            if values.get("SourceType", "").lower().replace("-", "").endswith("/customproperties"):
                return True
            picks = True
        elif element.tag.local == "Reference":
            signed = unquote(values.get("URI", "")).partition("?")[0].lstrip("/").lower()
            if signed in changed and not (signed == ROOT_RELATIONS and picks):
                return True
            picks = False
    return False


def _without(body: bytes, elements: Iterable[Element]) -> bytes:
    for element in sorted(elements, key=lambda one: -one.tag.start):
        body = body[: element.tag.start] + body[element.end :]
    return body


def _values(tag: Tag) -> dict[str, str]:
    return {_local(one): one.value for one in tag.attributes}


def _local(one: Attribute) -> str:
    return one.name.rpartition("}")[2]


def _prefix(element: Element) -> bytes:
    return f"{element.tag.prefix}:".encode() if element.tag.prefix else b""
