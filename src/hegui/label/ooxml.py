"""Labels in office files (DOCX, XLSX, PPTX, with or without macros): the custom document property AIGC.

Knows where the property stands, where others have put a label (in other document properties, one for each key, in custom XML), and
when a signature forbids the change; knows no text of a document. A file with a password is a compound file: it is recognised, and
refused.
Works on the parts of the archive: one part changed or added, its relationship and content type added where it is new, every other
member kept packed as it is.
Rules: TC260-PG-20258A 6.1 (the inner object as a vt:lpwstr of docProps/custom.xml); ISO/IEC 29500-1 22.3 and 29500-2.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import orjson

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.kernel.xml_scan import Element, escaped
from hegui.kernel.zip_editing import edited
from hegui.kernel.zip_members import content
from hegui.label import compound_file, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit, cannot_write
from hegui.label.field_text import decoded
from hegui.label.findings import Finding
from hegui.label.hints import is_spelt
from hegui.label.ooxml_parts import (
    CUSTOM_PART,
    FMTID,
    PROPERTY,
    ROOT_RELATIONS,
    TYPES,
    Relation,
    covers,
    dialect,
    fresh,
    is_fresh,
    properties,
    registered,
    relations,
    typed,
    unregistered,
    untyped,
    with_property,
)
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import meant_key, parse
from hegui.label.standing import rewritten, standing
from hegui.label.stray import glued
from hegui.label.zip_package import Package, Part

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "ooxml"
EXTENSIONS = (
    ".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xlam",
    ".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm", ".ppam",
)  # fmt: skip
_VND = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = (
    f"{_VND}.wordprocessingml.document", f"{_VND}.wordprocessingml.template",
    f"{_VND}.spreadsheetml.sheet", f"{_VND}.spreadsheetml.template",
    f"{_VND}.presentationml.presentation", f"{_VND}.presentationml.template", f"{_VND}.presentationml.slideshow",
    "application/vnd.ms-word.document.macroenabled.12", "application/vnd.ms-excel.sheet.macroenabled.12",
    "application/vnd.ms-powerpoint.presentation.macroenabled.12",
)  # fmt: skip
PLACE = "docProps/custom.xml, property AIGC"
CLAUSE = "TC260-PG-20258A 6.1"
IS_REVERSIBLE = False
"""Content types and relationships are packed anew, and how they were packed before cannot be known. `bare` writes them unpacked, so
that what it gives depends on the texts alone: it is the same after any number of labels."""

_ZIP = b"PK\x03\x04"
_MEMBERS = (b"[Content_Types].xml", b"_rels/.rels", b"word/", b"xl/", b"ppt/", b"docProps/")
_SIGNATURES = "_xmlsignatures/"
_MAX_SIGNATURES = 32
_ITEM = re.compile(r"customxml/item[0-9]{1,6}\.xml|[\w/.-]{0,80}aigc[\w.-]{0,40}\.(?:json|xml|txt)")
_MAX_ITEMS = 32


class _Spot(NamedTuple):
    """A candidate, and the element whose text it is; one without an element is read and not written."""

    candidate: Candidate
    part: Part | None
    element: Element | None


class _Seen(NamedTuple):
    """A package as it was read."""

    package: Package
    relations: tuple[Relation, ...]
    spots: tuple[_Spot, ...]
    reading: Reading


def score(name: str, head: bytes) -> int:
    """An archive whose first members are those of an office file, or a compound file that is named like one."""
    is_named = name.lower().endswith(EXTENSIONS)
    if head.startswith(compound_file.MAGIC):
        return 60 if is_named else 10
    if head.startswith(_ZIP):
        first = head[30:].startswith(_MEMBERS)
        return 90 if first and is_named else 60 if first else 30 if is_named else 0
    return 5 if not head and is_named else 0


def read(source: Source) -> Reading:
    """The property, and labels elsewhere in the document properties."""
    if source.up_to(0, 8) == compound_file.MAGIC:
        return Reading(gaps=(Gap("file", compound_file.why_unreadable(source)[0]),))
    return _seen(source).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The property where it stands, or a new one. Raises LabelError (LBL004, LBL005), MalformedError."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    if one is None:
        changes = _added(seen, text)
    else:
        changes = _updated(next(spot for spot in seen.spots if spot.candidate is one.candidate), text)
    _require_unsigned(seen, changes)
    return edited(source, seen.package.archive, changes)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the property, and without the part where nothing else is in it. Raises as `write` does."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    if one is None:
        return ()
    spot = next(spot for spot in seen.spots if spot.candidate is one.candidate)
    return edited(source, seen.package.archive, _taken_out(seen, spot), stores=True)


def _sound(source: Source) -> _Seen:
    """The package, where a label can be put into it."""
    if source.up_to(0, 8) == compound_file.MAGIC:
        raise cannot_write(NAME, compound_file.why_unreadable(source)[1])
    seen = _seen(source)
    if seen.package.fault is not None:
        raise seen.package.fault
    if not any(relation.kind == "officedocument" for relation in seen.relations):
        raise _no_document()
    return seen


def _seen(source: Source) -> _Seen:
    package = Package(source)
    related = tuple(one for part in package.parts(ROOT_RELATIONS) for one in relations(part))
    custom = {one.target.lower(): one.target for one in related if one.kind == "customproperties"}
    unnamed = {} if CUSTOM_PART.lower() in custom else {CUSTOM_PART.lower(): CUSTOM_PART}
    spots: list[_Spot] = []
    traces = list(package.manifests())
    for target in (*custom.values(), *unnamed.values()):
        for part in package.parts(target):
            spots += _custom(package, part, is_registered=target.lower() in custom)
    others = {one.target: None for one in related if one.kind in ("coreproperties", "extendedproperties")}
    for target in list(others)[:4]:
        for part in package.parts(target):
            spots += _elsewhere(package, part)
            traces += _generators(part)
    spots += _stored(package)
    spots.sort(key=lambda spot: (spot.candidate.offset, spot.element.tag.start if spot.element is not None else 0))
    gaps = (*package.gaps, *package.oddities())
    return _Seen(package, related, tuple(spots), Reading(tuple(spot.candidate for spot in spots), tuple(traces), gaps))


def _custom(package: Package, part: Part, *, is_registered: bool) -> Iterator[_Spot]:
    offset, size = package.place(part.member)
    for one in properties(part.elements):
        if one.value is None or not (PROPERTY in one.name.upper() or parse(one.text) is not None):
            continue
        findings = [] if is_registered else [Finding("ooxml.unregistered", "fault", CLAUSE)]
        if PROPERTY not in one.name.upper():
            findings.append(Finding("place.other", "fault", CLAUSE, one.name[:60]))
        elif one.name != PROPERTY:
            findings.append(Finding("ooxml.property", "warning", CLAUSE, one.name[:60]))
        if one.kind != "lpwstr":
            findings.append(Finding("ooxml.kind", "warning", CLAUSE, one.kind[:60]))
        if one.fmtid.upper() != FMTID:
            findings.append(Finding("ooxml.fmtid", "warning", CLAUSE, one.fmtid[:60]))
        place = f"{CUSTOM_PART} property {one.name[:60]}"
        standard = is_registered and one.name == PROPERTY
        yield _Spot(Candidate(place, offset, size, one.text, standard, tuple(findings)), part, one.value)
    keys = {one.name: one.text for one in properties(part.elements) if meant_key(one.name) is not None}
    shown = orjson.dumps({"AIGC": keys}).decode() if len(keys) > 1 else ""
    if parse(shown) is not None:
        finding = Finding("place.scattered", "fault", CLAUSE)
        yield _Spot(Candidate(f"{CUSTOM_PART} properties", offset, size, shown, False, (finding,)), None, None)


def _stored(package: Package) -> Iterator[_Spot]:
    """Labels in custom XML, which programs of others keep in a document; it is looked through as a packet of XMP is."""
    items = (one for one in package.archive.members if _ITEM.fullmatch(one.name.lower()))
    for member in islice(items, _MAX_ITEMS):
        if member.size > xmp.MAX_PACKET:
            package.gaps.append(Gap(member.name[:100], "too large"))
            continue
        try:
            held = content(package.source, member)
            found = xmp.find(held).labels
        except MalformedError:  # what cannot be unpacked is told where it matters: no guide has a label here
            continue
        texts = [label.text for label in found if parse(label.text) is not None] or [decoded(held)[0]]
        for text in texts:
            if parse(text) is not None:
                finding = Finding("place.other", "fault", CLAUSE, member.name[:60])
                yield _Spot(Candidate(member.name[:60], *package.place(member), text, False, (finding,)), None, None)


def _elsewhere(package: Package, part: Part) -> Iterator[_Spot]:
    offset, size = package.place(part.member)
    for element in part.elements:
        if is_spelt(element.text):
            place = f"{part.member.name[:60]} {element.tag.local[:60]}"
            finding = Finding("place.other", "fault", CLAUSE, element.tag.local[:60])
            yield _Spot(Candidate(place, offset, size, element.text, False, (finding,)), part, element)
        elif PROPERTY in element.text:  # among other words, as in a list of keywords
            for one in islice(glued(element.text.encode("utf-8", "replace")), 1):
                place = f"{part.member.name[:60]} {element.tag.local[:60]}"
                finding = Finding("place.other", "fault", CLAUSE, element.tag.local[:60])
                yield _Spot(Candidate(place, offset, size, one.text, False, (finding,)), None, None)


def _generators(part: Part) -> Iterator[Trace]:
    for element in part.elements:
        if element.tag.local in ("Application", "creator") and element.text.strip():
            yield Trace("generator", f"{part.member.name[:60]} {element.tag.local}", element.text.strip()[:200])


def _updated(spot: _Spot, text: str) -> dict[str, bytes | None]:
    if spot.part is None or spot.element is None:
        raise cannot_edit(NAME, spot.candidate.place)
    body = spot.part.text.body
    changed = body[: spot.element.tag.end] + escaped(text) + body[spot.element.close :]
    return {spot.part.member.name: spot.part.text.back(changed)}


def _added(seen: _Seen, text: str) -> dict[str, bytes | None]:
    """A property in the part that is there, or a part with its relationship and content type."""
    package = seen.package
    root = _required(package, ROOT_RELATIONS)
    names = dialect(root)
    target = next((one.target for one in seen.relations if one.kind == "customproperties"), "")
    part = package.part(target or CUSTOM_PART)
    changes: dict[str, bytes | None] = {}
    if part is not None:
        changes[part.member.name] = part.text.back(with_property(part, text, names))
    else:
        changes[target or CUSTOM_PART] = fresh(text, names)
    if not target:
        changes[root.member.name] = root.text.back(registered(root, CUSTOM_PART, names.relation))
    types = _required(package, TYPES)
    if (body := typed(types, target or CUSTOM_PART)) is not None:
        changes[types.member.name] = types.text.back(body)
    return changes


def _taken_out(seen: _Seen, spot: _Spot) -> dict[str, bytes | None]:
    part, package = spot.part, seen.package
    if part is None or spot.element is None:
        raise cannot_edit(NAME, spot.candidate.place)
    body, root = part.text.body, _required(package, ROOT_RELATIONS)
    holder = next((one.element for one in properties(part.elements) if one.value is spot.element), None)
    if holder is None:
        return {part.member.name: part.text.back(body[: spot.element.tag.end] + body[spot.element.close :])}
    if not is_fresh(part, dialect(root)):
        return {part.member.name: part.text.back(body[: holder.tag.start] + body[holder.end :])}
    types = _required(package, TYPES)
    return {
        part.member.name: None,
        root.member.name: root.text.back(unregistered(root, part.member.name)),
        types.member.name: types.text.back(untyped(types, part.member.name)),
    }


def _required(package: Package, name: str) -> Part:
    part = package.part(name)
    if part is None:
        raise _no_document()
    return part


def _no_document() -> LabelError:
    return cannot_write(NAME, "it is a package without an office document")


def _require_unsigned(seen: _Seen, changes: dict[str, bytes | None]) -> None:
    """Raises LabelError (LBL004) where a digital signature would no longer hold."""
    package = seen.package
    origins = (posixpath.dirname(one.target).lower() for one in seen.relations if one.kind == "origin")
    folders = tuple({_SIGNATURES, *(f"{folder}/" if folder else "" for folder in origins)})
    names = [one.name for one in package.archive.members if one.name.lower().startswith(folders)]
    if not names:
        return
    if len(names) > _MAX_SIGNATURES:
        raise MalformedError("the document has more signatures than are looked at", 0)
    parts = [part for name in names if name.lower().endswith(".xml") for part in package.parts(name)]
    if package.fault is not None:
        raise package.fault
    if covers(parts, frozenset(name.lower() for name in changes)):
        raise cannot_write(NAME, "it has a digital signature, which the label would break")
