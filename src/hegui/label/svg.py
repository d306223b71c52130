"""SVG: the label in XMP, as the RDF of a `<metadata>` element directly behind the root start tag.

Knows metadata, RDF and the label in both; refuses compressed files (svgz), which are read and not written, and files that use
entities of their own. An RDF that stands gets one Description more, a metadata element without RDF gets one.
Rules: TC260-PG-20259A (namespace and property); SVG 2 chapter 5.11 for the element; the place is our proposal.
"""

from __future__ import annotations

import re
import zlib

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import xmp
from hegui.label.aigc import AigcLabel
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.standing import rewritten, standing
from hegui.label.text_faults import is_compressed
from hegui.label.xml_label import Form, bare_label, changed_label, fresh_property, read_labels, require_written
from hegui.label.xml_text import LIMIT, inserted, read_markup, root_name
from hegui.label.xmp_places import RDF

__all__ = [
    "CLAUSE",
    "EXTENSIONS",
    "IS_REVERSIBLE",
    "MEDIA_TYPES",
    "NAME",
    "PLACE",
    "bare",
    "read",
    "score",
    "write",
]

NAME = "svg"
EXTENSIONS = (".svg", ".svgz")
MEDIA_TYPES = ("image/svg+xml",)
PLACE = "XMP in the metadata element behind the root start tag"
CLAUSE = "our proposal; property of TC260-PG-20259A"
IS_REVERSIBLE = True

_NAMES = ("metadata", "RDF")
_GZIP = b"\x1f\x8b"
_GENERATOR = re.compile(rb"<!--\s{0,9}(?:Generator:|Created with)\s{0,9}((?:(?!-->)[^\r\n]){1,200})")
_MANIFEST = re.compile(rb"<(?:c2pa:manifest\b|(?:[\w.-]{1,40}:)?manifest[^>]{0,300}c2pa)")


def score(name: str, head: bytes) -> int:
    """The root element is svg, also where the file is compressed."""
    if head.startswith(_GZIP):
        return score(name, _unpacked(head, 4096)) if name.lower().endswith(".svgz") else 0
    return 95 if root_name(head)[1] == "svg" else 0


def read(source: Source) -> Reading:
    """The property AIGC wherever it stands, and what XMP and comments say of the maker."""
    if source.up_to(0, 2) == _GZIP:
        return _read_packed(source)
    markup = read_markup(source, _NAMES)
    candidates, traces, gaps = read_labels(markup, NAME)
    return Reading(candidates, (*traces, *_traces(markup.body)), gaps)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The property in the RDF. Raises LabelError (LBL005, LBL006, LBL083-LBL085), MalformedError."""
    if source.up_to(0, 2) == _GZIP:
        raise is_compressed(NAME)
    markup = read_markup(source, _NAMES)
    root = markup.require_root(NAME)
    candidates, _, _ = read_labels(markup, NAME)
    one = standing(Reading(candidates), NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    if one is not None:
        require_written(one, NAME)
        return (changed_label(markup, text),)
    rdf = next((element for element in reversed(markup.elements) if element.tag.name == f"{RDF}RDF"), None)
    if rdf is not None and (rdf.tag.is_empty or rdf.close == rdf.tag.end):
        return (markup.splice(inserted(markup.body, rdf, _description(text))),)
    if rdf is not None:
        return (changed_label(markup, text),)
    metadata = (one for one in markup.elements if one.tag.parent is root.tag and one.tag.local == "metadata")
    if (around := next(metadata, None)) is not None:
        return (markup.splice(inserted(markup.body, around, _rdf(text))),)
    name = f"{root.tag.prefix}:metadata" if root.tag.prefix else "metadata"
    put = f"<{name}>".encode() + _rdf(text) + f"</{name}>".encode()
    return (markup.splice(inserted(markup.body, root, put)),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the property, and without the elements that came with it."""
    if source.up_to(0, 2) == _GZIP:
        raise is_compressed(NAME)
    markup = read_markup(source, _NAMES)
    markup.require_root(NAME)
    candidates, _, _ = read_labels(markup, NAME)
    one = standing(Reading(candidates), NAME)
    if one is None:
        return ()
    require_written(one, NAME)
    return (bare_label(markup, (Form(_rdf, ("metadata",)), Form(_description, ()))),)


def _rdf(text: str) -> bytes:
    """The RDF of a fresh packet, without what wraps it in other formats."""
    packet = xmp.written(None, text)
    return packet[packet.index(b"<rdf:RDF") : packet.index(b"</rdf:RDF>") + len(b"</rdf:RDF>")]


def _description(text: str) -> bytes:
    """The Description that goes into an RDF without any; it declares all its names."""
    about = f'rdf:about="" xmlns:rdf="{RDF[1:-1]}"'
    return f"<rdf:Description {about}>".encode() + fresh_property(text) + b"</rdf:Description>"


def _traces(body: bytes) -> tuple[Trace, ...]:
    found = [Trace("generator", "svg comment", match[1].decode("utf-8", "replace").strip())
             for match in [_GENERATOR.search(body, 0, 4096)] if match]  # fmt: skip
    if _MANIFEST.search(body, 0, 1 << 20):
        found.append(Trace("c2pa", "svg metadata", "c2pa:manifest"))
    return tuple(found)


def _unpacked(data: bytes, most: int) -> bytes:
    """At most so many bytes of what gzip holds. Raises MalformedError where it is no gzip."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, most)
    except zlib.error:
        return b""


def _read_packed(source: Source) -> Reading:
    """The labels in a compressed file; each is placed on the whole of it."""
    data = _unpacked(source.up_to(0, LIMIT), LIMIT + 1)
    if not data or len(data) > LIMIT:
        return Reading(gaps=(Gap("svgz", "too large" if data else "malformed"),))
    try:
        inner = read(Source.of(data)) if not data.startswith(_GZIP) else Reading(gaps=(Gap("svgz", "malformed"),))
    except MalformedError:
        return Reading(gaps=(Gap("svgz", "malformed"),))
    found = tuple(
        Candidate(f"svgz {one.place}", 0, source.size, one.text, one.is_standard, one.findings)
        for one in inner.candidates
    )
    return Reading(found, inner.traces, inner.gaps)
