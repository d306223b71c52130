"""Labels in electronic books (EPUB 2 and 3): a `meta` of the package document.

Knows the container file, the package document and its metadata; knows no chapter. No guide names a place in a book, so this is our
proposal: in EPUB 3 a property with a declared prefix, which every reading system may pass over, in EPUB 2 a `meta` with a name.
Works on the one part, the package document; `mimetype` stays the first member and unpacked, all others stay as they are.
Rules: our proposal, after TC260-PG-20258A; EPUB 3.3 (5.5.5 meta, D.1.4 prefix), OPF 2.0.1 2.2, OCF 3.3 (4.2.6 reserved files).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.kernel.xml_scan import Attribute, Element, Tag, escaped
from hegui.kernel.zip_editing import edited
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_write
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import parse
from hegui.label.standing import rewritten, standing
from hegui.label.zip_package import Package, Part, appended

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "epub"
EXTENSIONS = (".epub",)
MEDIA_TYPES = ("application/epub+zip",)
PLACE = "package document, meta tc260:AIGC"
CLAUSE = "our proposal"
IS_REVERSIBLE = False
"""The package document is packed anew; `bare` writes it unpacked, so that what it gives depends on the texts alone."""

_VOCABULARY = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_PROPERTY = "AIGC"
_PREFIX = "tc260"
_CONTAINER, _SIGNATURES = "META-INF/container.xml", "META-INF/signatures.xml"
_MIMETYPE = b"mimetypeapplication/epub+zip"
_MAX_DOCUMENTS = 8
_PAIR = re.compile(r"(\S+):\s+(\S+)")


class _Spot(NamedTuple):
    """A candidate, and where its value stands in the package document; the meta that holds nothing else, if it does.

    Attributes:
        candidate: what was found.
        part: the package document.
        start: where the value begins.
        end: where it ends.
        quote: the quote around it in an attribute, "" for an element's text.
        meta: the element to take out for `bare`, None where the value alone is ours.
    """

    candidate: Candidate
    part: Part
    start: int
    end: int
    quote: str
    meta: Element | None


class _Seen(NamedTuple):
    package: Package
    documents: tuple[Part, ...]
    spots: tuple[_Spot, ...]
    reading: Reading


def score(name: str, head: bytes) -> int:
    """An archive whose first member says it is a book; a book made carelessly is known by its name."""
    is_named = name.lower().endswith(EXTENSIONS)
    if head.startswith(b"PK\x03\x04"):
        if head[30:38] == b"mimetype" and _MIMETYPE[8:] in head[38:256]:
            return 100
        return 50 if is_named else 0
    return 5 if not head and is_named else 0


def read(source: Source) -> Reading:
    """The meta in every package document, and labels elsewhere in their metadata."""
    return _seen(source).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The meta where it stands, or a new one in the first package document. Raises LabelError, MalformedError."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    if one is None:
        part = seen.documents[0]
        body = _added(part, text)
    else:
        spot = next(spot for spot in seen.spots if spot.candidate is one.candidate)
        part, body = spot.part, spot.part.text.body
        body = body[: spot.start] + escaped(text, quote=spot.quote) + body[spot.end :]
    return _edited(seen, part, body)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the meta, and without the prefix that only it used. Raises as `write` does."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    if one is None:
        return ()
    spot = next(spot for spot in seen.spots if spot.candidate is one.candidate)
    body = spot.part.text.body
    if spot.meta is None:
        return _edited(seen, spot.part, body[: spot.start] + body[spot.end :], stores=True)
    body = body[: spot.meta.tag.start] + body[spot.meta.end :]
    return _edited(seen, spot.part, _undeclared(spot.part, body), stores=True)


def _edited(seen: _Seen, part: Part, body: bytes, *, stores: bool = False) -> tuple[Splice, ...]:
    _require_unsigned(seen.package, part.member.name)
    changes: dict[str, bytes | None] = {part.member.name: part.text.back(body)}
    return edited(seen.package.source, seen.package.archive, changes, stores=stores)


def _sound(source: Source) -> _Seen:
    seen = _seen(source)
    if seen.package.fault is not None:
        raise seen.package.fault
    if not seen.documents:
        raise cannot_write(NAME, "it is an archive without a package document")
    return seen


def _seen(source: Source) -> _Seen:
    package = Package(source)
    names: dict[str, None] = {}
    for container in package.parts(_CONTAINER):
        for element in container.elements:
            if element.tag.local == "rootfile" and (path := _value(element.tag, "full-path")):
                names[posixpath.normpath(unquote(path))] = None
    documents = tuple(part for name in list(names)[:_MAX_DOCUMENTS] for part in package.parts(name))
    if len(names) > _MAX_DOCUMENTS:
        package.gaps.append(Gap(_CONTAINER, "too large"))
    spots = tuple(spot for part in documents for spot in _spots(package, part))
    traces = (*package.manifests(), *(trace for part in documents for trace in _generators(part)))
    gaps = (*package.gaps, *package.oddities())
    return _Seen(package, documents, spots, Reading(tuple(spot.candidate for spot in spots), traces, gaps))


def _spots(package: Package, part: Part) -> Iterator[_Spot]:
    offset, size = package.place(part.member)
    prefixes = _prefixes(part.elements[-1])
    for element in part.elements:
        if element.tag.local == "meta":
            yield from _of_meta(element, part, prefixes, offset, size)
        elif "{" in element.text and _is_within_metadata(element) and parse(element.text) is not None:
            finding = Finding("place.other", "fault", "", element.tag.local[:60])
            place = f"{part.member.name[:60]} {element.tag.local[:60]}"
            candidate = Candidate(place, offset, size, element.text, False, (finding,))
            yield _Spot(candidate, part, element.tag.end, element.close, "", None)


def _of_meta(element: Element, part: Part, prefixes: dict[str, str], offset: int, size: int) -> Iterator[_Spot]:
    """EPUB 3 holds the value as text, EPUB 2 as the attribute `content`."""
    prefix, _, local = _value(element.tag, "property").rpartition(":")
    name = _value(element.tag, "name")
    content = next((one for one in element.tag.attributes if one.name == "content"), None)
    if local == _PROPERTY or (local and parse(element.text) is not None):
        is_ours = local == _PROPERTY and prefixes.get(prefix) == _VOCABULARY
        candidate = Candidate(f"OPF meta property {local[:60]}", offset, size, element.text, is_ours,
                              () if is_ours else (Finding("epub.property", "warning", "", local[:60]),))  # fmt: skip
        yield _Spot(candidate, part, element.tag.end, element.close, "", element)
    if content is not None and (name.upper() == _PROPERTY or parse(content.value) is not None):
        is_ours = name == _PROPERTY
        candidate = Candidate(f"OPF meta name {name[:60]}", offset, size, content.value, is_ours,
                              () if is_ours else (Finding("epub.property", "warning", "", name[:60]),))  # fmt: skip
        yield _Spot(candidate, part, content.start, content.end, _quote(part, content), element)


def _quote(part: Part, attribute: Attribute) -> str:
    return chr(part.text.body[attribute.end])


def _is_within_metadata(element: Element) -> bool:
    parent = element.tag.parent
    return parent is not None and parent.local in ("metadata", "dc-metadata", "x-metadata")


def _generators(part: Part) -> Iterator[Trace]:
    for element in part.elements:
        if element.tag.local == "meta" and _value(element.tag, "name").lower() == "generator":
            yield Trace("generator", "OPF meta generator", _value(element.tag, "content")[:200])


def _prefixes(package: Element) -> dict[str, str]:
    return dict(_PAIR.findall(_value(package.tag, "prefix")))


def _added(part: Part, text: str) -> bytes:
    """The package document with a meta at the end of its metadata."""
    root, body = part.elements[-1], part.text.body
    metadata = next((one for one in part.elements if one.tag.local == "metadata" and one.tag.parent is root.tag), None)
    if root.tag.local != "package" or metadata is None:
        raise _unsound(part)
    prefix = f"{metadata.tag.prefix}:".encode() if metadata.tag.prefix else b""
    if not _value(root.tag, "version").startswith("3"):
        value = escaped(text, quote='"')
        return appended(body, metadata, b'<%bmeta name="%b" content="%b"/>' % (prefix, _PROPERTY.encode(), value))
    name, declaration = _declaration(root)
    meta = b'<%bmeta property="%b:%b">%b</%bmeta>' % (prefix, name.encode(), _PROPERTY.encode(), escaped(text), prefix)
    at, addition = declaration
    body = appended(body, metadata, meta)
    return body[:at] + addition + body[at:]


def _declaration(root: Element) -> tuple[str, tuple[int, bytes]]:
    """The prefix to use, and what to put where so that it is declared."""
    declared = _prefixes(root)
    for prefix, vocabulary in declared.items():
        if vocabulary == _VOCABULARY:
            return prefix, (0, b"")
    name = next(
        name for name in (_PREFIX, *(f"{_PREFIX}-{n}" for n in range(len(declared) + 1))) if name not in declared
    )
    pair = f"{name}: {_VOCABULARY}".encode()
    old = next((one for one in root.tag.attributes if one.name == "prefix"), None)
    if old is not None:
        return name, (old.end, b" " + pair if old.value.strip() else pair)
    at = root.tag.end - (2 if root.tag.is_empty else 1)
    return name, (at, b' prefix="%b"' % pair)


def _undeclared(part: Part, body: bytes) -> bytes:
    """The text without the prefix of our vocabulary, where nothing uses it any more and it stands as `_added` puts it."""
    root = part.elements[-1]
    prefix = next((one for one in root.tag.attributes if one.name == "prefix"), None)
    names = [name for name, vocabulary in _prefixes(root).items() if vocabulary == _VOCABULARY]
    if prefix is None or len(names) != 1:
        return body
    pair = f"{names[0]}: {_VOCABULARY}".encode()
    rest = body[: prefix.start] + body[prefix.end :]
    value = body[prefix.start : prefix.end]
    if f"{names[0]}:".encode() in rest or not value.endswith(pair):
        return body
    if value == pair:
        return body[: prefix.whole] + body[prefix.end + 1 :]
    kept = value.removesuffix(pair)
    return body[: prefix.start] + kept.removesuffix(b" ") + body[prefix.end :]


def _require_unsigned(package: Package, name: str) -> None:
    """Raises LabelError (LBL004) where a signature covers the package document."""
    for part in package.parts(_SIGNATURES):
        for element in part.elements:
            signed = unquote(_value(element.tag, "URI")).partition("?")[0].lstrip("/")
            if element.tag.local == "Reference" and posixpath.normpath(signed).lower() == name.lower():
                raise cannot_write(NAME, "it has a digital signature, which the label would break")
    if package.fault is not None:
        raise package.fault


def _unsound(part: Part) -> LabelError | MalformedError:
    return MalformedError("the package document has no metadata", part.member.offset)


def _value(tag: Tag, name: str) -> str:
    return next((one.value for one in tag.attributes if one.name == name), "")
