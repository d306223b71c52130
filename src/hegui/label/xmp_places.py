"""Where in an XMP packet something stands that may be a label, and what else says that the content is generated.

Knows the property AIGC in element and attribute form, as an item or a structure, in foreign namespaces, its keys scattered
over attributes or elements, and packets that are no well-formed XML (`label.xmp_loose`). Refuses to expand entities: a packet
that declares a document type is looked through as text. Works on the packet in UTF-8, in one walk of its elements.
Rules: TC260-PG-20259A (namespace and property); the variants are those seen in public files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import orjson

from hegui.kernel.source import MalformedError
from hegui.kernel.xml_scan import DoctypeError, Element, Encoded, Tag, encoded, scan
from hegui.label.hints import is_spelt
from hegui.label.reading import Trace, TraceKind
from hegui.label.spellings import meant_key, parse
from hegui.label.xmp_loose import loosely

__all__ = ["NAMESPACE", "PROPERTY", "RDF", "Place", "Walk", "XmpForm", "walked"]

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
PROPERTY = "AIGC"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"

XmpForm = Literal["element", "attribute", "item", "structure", "loose"]
"""Element, attribute, an rdf:li within the element, keys as elements within it, or found in a damaged packet."""

_OURS = f"{{{NAMESPACE}}}{PROPERTY}"
_MAX_KEPT = 64
_MAX_TRIED = 512
"""Elements with keys of a label that are looked at."""
_TRACES: dict[str, TraceKind] = {
    "DigitalSourceType": "iptc_source_type", "CreatorTool": "generator", "softwareAgent": "generator",
    "Software": "generator", "Credit": "generator", "AISystemUsed": "generator", "AISystemVersionUsed": "generator",
    "AIPromptInformation": "parameters", "parameters": "parameters", "prompt": "parameters", "provenance": "c2pa",
}  # fmt: skip
_CLOUD = "XMPKVBASE64"
"""What the interface of one cloud calls the label, in Base64."""


@dataclass(frozen=True, slots=True)
class Place:
    """What may be a label, and where: offsets in the packet in UTF-8.

    Attributes:
        start: where the value begins, as it is written.
        end: where it ends.
        head: where the whole property begins, with the space before an attribute.
        tail: where the property ends.
        text: the value, escapes undone.
        form: how it is written.
        kinds: findings about it.
        around: the tag of the element that has the property.
    """

    start: int
    end: int
    head: int
    tail: int
    text: str
    form: XmpForm
    kinds: tuple[str, ...] = ()
    around: Tag | None = None


@dataclass(slots=True)
class Walk:
    """What was seen of a packet.

    Attributes:
        places: what may be a label.
        traces: other signs.
        rdf: the outermost rdf:RDF; None in a damaged packet.
        about: where the value of the first rdf:about stands.
        alone: Descriptions that hold one element AIGC and nothing else.
        damage: the finding that says why the packet was not read as XML; "" where it was.
        is_repeated: whether keys that stand apart say again what a property says, and would contradict another label in it.
    """

    places: list[Place] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    rdf: Element | None = None
    about: tuple[int, int] | None = None
    alone: list[Element] = field(default_factory=list)
    damage: str = ""
    is_repeated: bool = False
    _inner: list[Element] = field(default_factory=list)
    _keys: list[Element] = field(default_factory=list)
    _scattered: list[Place] = field(default_factory=list)
    _tried: int = 0

    def see(self, element: Element) -> None:
        """One element of the packet, after those within it."""
        tag = element.tag
        if tag.name == f"{RDF}RDF":
            self.rdf = element
        if tag.name == f"{RDF}Description" and tag.children == [_OURS] and len(self.alone) < _MAX_KEPT:
            self.alone.append(element)
        if len(self.places) < _MAX_KEPT:
            self._attributes(tag)
            self._element(element)
            self._scatter(element)
        if len(self.traces) < _MAX_KEPT:
            self._traces(element)

    def _attributes(self, tag: Tag) -> None:
        for one in tag.attributes:
            if one.name == f"{RDF}about":
                self.about = self.about or (one.start, one.end)
            elif (kinds := _kinds(one.name, one.value)) is not None:
                place = Place(one.start, one.end, one.whole, one.end + 1, one.value, "attribute", kinds, tag)
                self.places.append(place)

    def _element(self, element: Element) -> None:
        tag, parent = element.tag, element.tag.parent
        if _is_named(parent) or (parent is not None and tag.name == f"{RDF}li" and _is_named(parent.parent)):
            self._inner += [element] if len(self._inner) < _MAX_KEPT else []
        elif _is_named(tag):
            self.places += _named(element, self._inner)
            self._inner = []
        elif (kinds := _kinds(tag.name, element.text)) is not None:
            self.places.append(_place(element, element, "element", kinds))

    def _scatter(self, element: Element) -> None:
        """The keys of a label as attributes of this element, or as the elements in it."""
        tag = element.tag
        pairs = [(one.name.rpartition("}")[2], one.value, one.whole, one.end + 1) for one in tag.attributes]
        self._gather(tag, [one for one in pairs if meant_key(one[0]) is not None])
        within = [one for one in self._keys if one.tag.parent is tag]
        if within and not _is_named(tag):
            self._gather(tag, [(one.tag.local, one.text, one.tag.start, one.end) for one in within])
        if within:
            self._keys = [one for one in self._keys if one.tag.parent is not tag]
        if meant_key(tag.local) is not None and len(self._keys) < _MAX_KEPT:
            self._keys.append(element)

    def _gather(self, tag: Tag, pairs: list[tuple[str, str, int, int]]) -> None:
        """Keys that stand apart, put together, if they make a label: name, value, where each begins and ends."""
        if not 2 <= len(pairs) <= _MAX_KEPT or self._tried >= _MAX_TRIED:
            return
        self._tried += 1
        text = orjson.dumps({"AIGC": {name: value for name, value, *_ in pairs}}).decode()
        start, end = min(one[2] for one in pairs), max(one[3] for one in pairs)
        if parse(text) is not None and len(self._scattered) < _MAX_KEPT:
            self._scattered.append(Place(start, end, start, end, text, "structure", ("place.scattered",), tag))

    def settle(self) -> None:
        """Keep what is scattered, but for what a property says as well."""
        said = [spelt.label for spelt in (parse(place.text) for place in self.places) if spelt is not None]
        for place in self._scattered:
            spelt = parse(place.text)
            if spelt is None:
                continue
            if any(_repeats(spelt.label.keys(), label.keys()) for label in said):
                self.is_repeated = True
            else:
                self.places.append(place)

    def _traces(self, element: Element) -> None:
        pairs = [(one.name, one.value) for one in element.tag.attributes]
        resource = next((value for name, value in pairs if name == f"{RDF}resource"), "")
        for name, value in ((element.tag.name, element.text.strip() or resource), *pairs):
            local = name.rpartition("}")[2]
            kind = _TRACES.get(local)
            trace = Trace(kind, f"XMP {local}", value[:200]) if kind is not None and value else None
            if trace is not None and trace not in self.traces:
                self.traces.append(trace)


def _is_named(tag: Tag | None) -> bool:
    return tag is not None and tag.local == PROPERTY


def _place(element: Element, value: Element, form: XmpForm, kinds: tuple[str, ...]) -> Place:
    tag = element.tag
    return Place(value.tag.end, value.close, tag.start, element.end, value.text, form, kinds, tag.parent)


def _named(element: Element, inner: list[Element]) -> list[Place]:
    """The labels in an element AIGC: its text, the items of a list, or its own elements as keys."""
    kinds = _kinds(element.tag.name, "") or ()
    items = [one for one in inner if one.tag.name in (f"{RDF}li", f"{RDF}value")]
    if items:
        return [_place(element, one, "item", (*kinds, "xmp.structure")) for one in items]
    values = {one.tag.local: one.text for one in inner if meant_key(one.tag.local) is not None}
    if not values:
        return [_place(element, element, "element", kinds)]
    place = _place(element, element, "structure", (*kinds, "xmp.structure"))
    return [replace(place, text=orjson.dumps(values).decode())]


def _kinds(name: str, value: str) -> tuple[str, ...] | None:
    """The findings about a property that may hold a label; None where it holds none."""
    if name == _OURS:
        return ()
    if name.rpartition("}")[2] == PROPERTY:
        return ("xmp.namespace",)
    is_hinted = PROPERTY in name.upper() or name.upper().endswith(_CLOUD) or PROPERTY in value
    return ("xmp.property",) if is_spelt(value) or (is_hinted and parse(value) is not None) else None


def _repeats(values: dict[str, str], label: dict[str, str]) -> bool:
    """Whether each of the values that is not empty is the label's."""
    return all(not value or label[key] == value for key, value in values.items())


def walked(packet: bytes) -> tuple[Encoded, Walk]:
    """The packet in UTF-8 and what it holds; looked through as text where it is no XML."""
    walk = Walk()
    text = Encoded(packet, "utf-8", b"")
    try:
        text = encoded(packet)
        scan(text.body.rstrip(b"\0"), walk.see)  # some writers leave zeros after the packet
    except MalformedError as error:
        damage = "xmp.doctype" if isinstance(error, DoctypeError) else "xmp.damaged"
        places = [Place(one.start, one.end, one.start, one.end, one.text, "loose", (damage, *one.kinds))
                  for one in loosely(text.body)]  # fmt: skip
        walk = Walk(places, walk.traces, damage=damage)
    walk.settle()
    return text, walk
