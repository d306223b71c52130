"""An office file that is being marked: its parts, what they refer to, and what is put into them.

Knows relationships, content types and signatures; knows no Word, Excel or PowerPoint. Parts are changed by splices into their
text, new ones are added with their relationship and content type, and every other member of the archive is kept packed as it
is.
Rules: ISO/IEC 29500-2 (packages, signatures).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice, apply
from hegui.kernel.xml_scan import Element, escaped
from hegui.kernel.zip_editing import edited
from hegui.label.explicit.faults import no_document
from hegui.label.ooxml_parts import ROOT_RELATIONS, TYPES, covers
from hegui.label.zip_package import Package, Part

__all__ = ["Office", "Relation", "attribute", "before", "inside", "namespace", "prefix", "within"]

_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SIGNATURES = "_xmlsignatures/"
_MOST_SIGNATURES = 32
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Relation(NamedTuple):
    """What a part refers to: the id, the end of the type in lower case, and the part."""

    identity: str
    kind: str
    target: str


class Office:
    """One office file.

    Attributes:
        main: the name of the document, workbook or presentation part.
        where: the file's name, for messages.
    """

    def __init__(self, source: Source, where: str) -> None:
        self.source, self.where = source, where
        self.package = Package(source)
        self._parts: dict[str, Part] = {}
        self._splices: dict[str, list[Splice]] = {}
        self._added: dict[str, bytes] = {}
        self._fresh_ids: dict[str, int] = {}
        self._fresh_relations: dict[str, list[bytes]] = {}
        self._types: list[bytes] = []
        found = [one for one in self.relations("") if one.kind == "officedocument"]
        if not found:
            raise no_document(where, "it is a package without an office document")
        self.main = found[0].target

    def part(self, name: str) -> Part:
        """A part that must be there. Raises LabelError (LBL113), MalformedError."""
        found = self.find(name)
        if found is None:
            raise no_document(self.where, "a part it refers to is missing")
        return found

    def find(self, name: str) -> Part | None:
        """A part, None where there is none. Raises MalformedError."""
        key = name.lower()
        if key not in self._parts:
            found = self.package.part(name)
            if found is None:
                return None
            self._parts[key] = found
        return self._parts[key]

    def relations(self, name: str) -> list[Relation]:
        """What a part refers to within the package; the package itself has the name ""."""
        part = self.find(_relations_of(name))
        return list(_relations(part, posixpath.dirname(name))) if part else []

    def dialect(self) -> str:
        """The namespace of relationships: the transitional or the strict one."""
        part = self.part(ROOT_RELATIONS)
        return (
            _STRICT
            if any(value.startswith(_STRICT) for one in part.elements for value in _values(one))
            else _TRANSITIONAL
        )

    def put(self, part: Part, splice: Splice) -> None:
        """Change the text of a part."""
        self._splices.setdefault(part.member.name, []).append(splice)

    def add(self, owner: str, name: str, kind: str, content_type: str, body: bytes) -> str:
        """Add a part that `owner` refers to; the id it is referred to by.

        Args:
            owner: the part that refers.
            name: how the new part is to be called, with `{}` for a number that makes it new.
            kind: the end of the type of the relationship.
            content_type: of the part.
            body: its text.
        """
        number = next(n for n in range(1, 100_000) if not self._is_taken(name.format(n)))
        target = name.format(number)
        self._added[target] = _HEAD + body
        self._types.append(b'Override PartName="/%b" ContentType="%b"/>' % (target.encode(), content_type.encode()))
        return self._relate(owner, target, kind)

    def splices(self) -> tuple[Splice, ...]:
        """How the archive must change. Raises LabelError (LBL113) where a signature would break, MalformedError."""
        changes: dict[str, bytes | None] = dict(self._added)
        for owner, lines in self._fresh_relations.items():
            self._with_relations(owner, lines, changes)
        if self._types:
            types = self.part(TYPES)
            root = types.elements[-1]
            lead = b"<" + prefix(root)
            self.put(types, inside(types, root, b"".join(lead + line for line in self._types)))
        for name, splices in self._splices.items():
            part = self.part(name)
            changes[part.member.name] = part.text.back(apply(part.text.body, splices))
        if not changes:
            return ()
        self._require_unsigned(changes)
        return edited(self.source, self.package.archive, changes)

    def _is_taken(self, name: str) -> bool:
        return name in self._added or bool(self.package.archive.named(name))

    def _relate(self, owner: str, target: str, kind: str) -> str:
        if owner not in self._fresh_ids:
            numbers = (re.fullmatch(r"rId([0-9]{1,9})", one.identity) for one in self.relations(owner))
            self._fresh_ids[owner] = max((int(match[1]) for match in numbers if match), default=0)
        self._fresh_ids[owner] += 1
        identity = f"rId{self._fresh_ids[owner]}"
        line = b'Relationship Id="%b" Type="%b/%b" Target="/%b"/>' % (
            identity.encode(), self.dialect().encode(), kind.encode(), target.encode())  # fmt: skip
        self._fresh_relations.setdefault(owner, []).append(line)
        return identity

    def _with_relations(self, owner: str, lines: list[bytes], changes: dict[str, bytes | None]) -> None:
        part = self.find(_relations_of(owner))
        if part is None:
            body = b"".join(b"<" + line for line in lines)
            changes[_relations_of(owner)] = _HEAD + b'<Relationships xmlns="%b">%b</Relationships>' % (
                _RELATIONS.encode(),
                body,
            )
            return
        root = part.elements[-1]
        lead = b"<" + prefix(root)
        self.put(part, inside(part, root, b"".join(lead + line for line in lines)))

    def _require_unsigned(self, changes: dict[str, bytes | None]) -> None:
        names = [one.name for one in self.package.archive.members if one.name.lower().startswith(_SIGNATURES)]
        if len(names) > _MOST_SIGNATURES:
            raise MalformedError("the document has more signatures than are looked at", 0)
        parts = [part for name in names if name.lower().endswith(".xml") for part in self.package.parts(name)]
        if self.package.fault is not None:
            raise self.package.fault
        if covers(parts, frozenset(name.lower() for name in changes)):
            raise no_document(self.where, "it has a digital signature, which the mark would break")


def _relations_of(name: str) -> str:
    folder, base = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _relations(part: Part, folder: str) -> Iterator[Relation]:
    for element in part.elements:
        if element.tag.local != "Relationship" or attribute(element, "TargetMode") == "External":
            continue
        kind = attribute(element, "Type").rpartition("/")[2].lower().replace("-", "")
        target = posixpath.normpath(posixpath.join("/", folder, unquote(attribute(element, "Target")))).lstrip("/")
        yield Relation(attribute(element, "Id"), kind, target)


def attribute(element: Element, name: str, default: str = "") -> str:
    """The value of the attribute with this local name."""
    return next((one.value for one in element.tag.attributes if one.name.rpartition("}")[2] == name), default)


def _values(element: Element) -> list[str]:
    return [one.value for one in element.tag.attributes]


def namespace(element: Element) -> str:
    """The namespace of an element."""
    return element.tag.name.rpartition("}")[0].removeprefix("{")


def prefix(element: Element) -> bytes:
    """The prefix of an element with its colon; b"" without one."""
    return f"{element.tag.prefix}:".encode() if element.tag.prefix else b""


def within(element: Element, parent: Element) -> bool:
    """Whether an element stands directly in another."""
    return element.tag.parent is parent.tag


def inside(part: Part, element: Element, addition: bytes, *, is_first: bool = False) -> Splice:
    """Put `addition` into an element, as its last or its first content."""
    tag = element.tag
    if not tag.is_empty:
        at = tag.end if is_first else element.close
        return Splice(at, 0, addition)
    body = part.text.body
    name = body[tag.start + 1 : tag.end].split(None, 1)[0].removesuffix(b"/>")
    slash = body.rindex(b"/", tag.start, tag.end)
    return Splice(slash, tag.end - slash, b">" + addition + b"</" + name + b">")


def before(element: Element, addition: bytes) -> Splice:
    """Put `addition` in front of an element."""
    return Splice(element.tag.start, 0, addition)


def text_of(wording: str) -> bytes:
    """The wording as character data."""
    return escaped(wording)
