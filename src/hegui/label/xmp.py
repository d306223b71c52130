"""Find, write and take out the label in an XMP packet: the property AIGC of the namespace of TC260.

Knows the packet as bytes in any Unicode encoding; knows no file format, and judges nothing. An update is a cut into those
bytes, so that encoding, padding and every other property stay as they were. A label that is added is one Description of
its own before the end of rdf:RDF, and declares the names it uses; `without` knows it again and takes it out whole.
Rules: TC260-PG-20259A (namespace, property, the inner object as its value); ISO 16684-1 for the packet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from hegui.kernel.xml_scan import Encoded, escaped
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.findings import Finding, Kind
from hegui.label.reading import Gap, Trace
from hegui.label.spellings import parse
from hegui.label.xmp_places import NAMESPACE, PROPERTY, RDF, Place, Walk, XmpForm, walked

__all__ = ["MAX_PACKET", "NAMESPACE", "XmpForm", "XmpLabel", "XmpReading", "find", "without", "written"]

MAX_PACKET = 16 << 20
"""Bytes of a packet that is read; real ones of a few mebibytes exist."""

_GUIDE = "TC260-PG-20259A"
_HEAD = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
)
_TAIL = b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'


@dataclass(frozen=True, slots=True)
class XmpLabel:
    """A property that may be a label.

    Attributes:
        start: offset in the packet of its value as written, escapes and all.
        end: offset in the packet after that value.
        text: the value, entities and CDATA undone.
        form: how it is written.
        findings: deviations of the property.
        is_standard: whether namespace and name are those of the guide.
    """

    start: int
    end: int
    text: str
    form: XmpForm
    findings: tuple[Finding, ...] = ()
    is_standard: bool = True


@dataclass(frozen=True, slots=True)
class XmpReading:
    """All a packet says; `gaps` is empty where it is well-formed."""

    labels: tuple[XmpLabel, ...] = ()
    traces: tuple[Trace, ...] = ()
    gaps: tuple[Gap, ...] = ()


def find(packet: bytes) -> XmpReading:
    """Every label in a packet, in the order of the text, and other traces; never raises.

    >>> find(written(None, '{"Label":"1"}')).labels[0].text
    '{"Label":"1"}'
    """
    if len(packet) > MAX_PACKET:
        return XmpReading(gaps=(Gap("XMP", "too large"),))
    text, walk = walked(packet)
    labels = sorted((_label(text, place) for place in walk.places), key=lambda label: label.start)
    return XmpReading(tuple(labels), tuple(walk.traces), (Gap("XMP", "malformed"),) if walk.damage else ())


def _label(text: Encoded, place: Place) -> XmpLabel:
    findings = tuple(
        Finding(cast(Kind, kind), "warning" if kind in ("xmp.property", "xmp.structure") else "fault", _GUIDE)
        for kind in place.kinds
    )
    is_standard = not {"xmp.namespace", "xmp.property", "place.scattered"}.intersection(place.kinds)
    return XmpLabel(text.place(place.start), text.place(place.end), place.text, place.form, findings, is_standard)


def written(packet: bytes | None, text: str) -> bytes:
    """The packet with `text` as its label: updated where one stands, else added; None makes a minimal packet.

    Raises:
        LabelError: LBL020, the packet cannot take a label; LBL006, the label stands in a form that is only read.
    """
    if packet is None:
        return _HEAD + _description(b"rdf", b"", escaped(text)) + _TAIL
    source, walk, place = _looked(packet)
    if place is not None:
        if place.form in ("structure", "loose") or walk.is_repeated:
            raise cannot_edit("XMP", "a structure or a damaged packet of XMP")
        return source.back(source.body[: place.start] + _value(source.body, place, text) + source.body[place.end :])
    return source.back(_added(source.body, walk, text))


def without(packet: bytes) -> bytes | None:
    """The packet as it was before its label; None where it holds nothing but the label, as `written` makes it.

    Raises:
        LabelError: LBL020 or LBL006, as `written` does.
    """
    source, walk, place = _looked(packet)
    body = source.body
    if place is None:
        return packet
    if place.form == "loose" or walk.is_repeated or "place.scattered" in place.kinds:
        raise cannot_edit("XMP", "a structure or a damaged packet of XMP")
    value = body[place.start : place.end]
    if packet == _HEAD + _description(b"rdf", b"", value) + _TAIL:
        return None
    head, tail = place.head, place.tail
    for element in walk.alone:
        is_ours = body[element.tag.start : element.end] in _descriptions(body, walk, value)
        if element.tag is place.around and is_ours:
            head, tail = element.tag.start, element.end
    return source.back(body[:head] + body[tail:])


def _looked(packet: bytes) -> tuple[Encoded, Walk, Place | None]:
    """What stands in a packet, and the property to change: the one that spells a label, else one that should."""
    if len(packet) > MAX_PACKET:
        raise _unsound("it is too large")
    source, walk = walked(packet)
    spelt = [place for place in walk.places if parse(place.text) is not None]
    ours = [place for place in walk.places if not place.kinds]
    return source, walk, next(iter(spelt or ours), None)


def _value(body: bytes, place: Place, text: str) -> bytes:
    """The new value as the old one was written: within its quotes, as CDATA, or as text."""
    if place.form == "attribute":
        return escaped(text, quote=chr(body[place.end]))
    old = body[place.start : place.end]
    if old.startswith(b"<![CDATA[") and old.endswith(b"]]>") and "]]>" not in text:
        return b"<![CDATA[" + text.encode() + b"]]>"
    return escaped(text)


def _added(body: bytes, walk: Walk, text: str) -> bytes:
    """The packet with one more Description, at the end of rdf:RDF."""
    if walk.rdf is None:
        raise _unsound("it is damaged, or has no rdf:RDF")
    tag, close = walk.rdf.tag, walk.rdf.close
    addition = _description(tag.prefix.encode(), _about(body, walk), escaped(text))
    if not tag.is_empty:
        return body[:close] + addition + body[close:]
    name = body[tag.start + 1 : tag.end].split(None, 1)[0].removesuffix(b"/>")
    slash = body.rindex(b"/", tag.start, tag.end)
    return body[:slash] + b">" + addition + b"</" + name + b">" + body[tag.end :]


def _about(body: bytes, walk: Walk) -> bytes:
    """What the packet is about, as it is written there: all Descriptions of a packet say the same."""
    return body[slice(*walk.about)].replace(b'"', b"&quot;") if walk.about else b""


def _descriptions(body: bytes, walk: Walk, value: bytes) -> tuple[bytes, ...]:
    """The Descriptions that `written` may have added with this value."""
    prefix = walk.rdf.tag.prefix.encode() if walk.rdf else b"rdf"
    return tuple(_description(prefix, about, value) for about in (_about(body, walk), b""))


def _description(prefix: bytes, about: bytes, value: bytes) -> bytes:
    """A Description with the label alone; where RDF has no prefix it declares one."""
    declared = b"" if prefix else b' xmlns:rdf="' + RDF[1:-1].encode() + b'"'
    prefix = prefix or b"rdf"
    return b'<%b:Description%b %b:about="%b" xmlns:TC260="%b"><TC260:%b>%b</TC260:%b></%b:Description>' % (
        prefix, declared, prefix, about, NAMESPACE.encode(), PROPERTY.encode(), value, PROPERTY.encode(), prefix,
    )  # fmt: skip


def _unsound(problem: str) -> LabelError:
    return LabelError("LBL020", "XMP", f"the XMP packet cannot take a label: {problem}",
                      "Make the file again with a sound packet, or without one.")  # fmt: skip
