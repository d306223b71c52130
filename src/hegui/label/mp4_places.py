"""Every place of an MP4 or QuickTime file where a label has been seen.

Knows tags with keys (mdta), of iTunes (mdir, `----`) and without keys, in meta under udta, moov, a track or the file; texts in
user data and in boxes AIGC; XMP in a uuid box or in user data; C2PA. Refuses to judge, and reads neither tables nor media
data. Walks what can be walked: a damaged box is a gap, its neighbours are still read.
Rules: TC260-PG-20257A and TC260-PG-202510A name moov.udta.meta; the other places are those seen in public files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hegui.kernel.isobmff import MAX_DEPTH, Box, Path, Walker, name_of
from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.label import xmp
from hegui.label.field_text import decoded, gap_of
from hegui.label.findings import Finding
from hegui.label.hints import is_named, is_spelt, shows_text
from hegui.label.mp4_meta import Item, Meta, read_meta
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.scattered_tags import scattered
from hegui.label.spellings import MAX_TEXT
from hegui.label.spots import trace_kind

__all__ = ["C2PA", "CLAUSE", "XMP", "Form", "Slot", "Survey", "survey"]

CLAUSE = "TC260-PG-20257A, TC260-PG-202510A"
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")

Form = Literal["value", "xmp", "user"]
"""The value of a tag, a packet of XMP, a text in user data."""

_MAX_KEPT = 1000
"""Candidates, traces and gaps, and boxes of the file that hold metadata; a file that has more is looked at no further."""
_MAX_BOXES = 1 << 14
"""Boxes looked at within those."""
_INSIDE = {
    None: (b"moov", b"meta", b"uuid", b"udta", b"AIGC"),
    b"moov": (b"udta", b"meta", b"trak", b"uuid", b"AIGC"),
    b"trak": (b"udta", b"meta", b"uuid", b"AIGC"),
}
"""What is looked into, by what holds it; in user data that is everything."""
_PICTURES = (13, 14, 27)
_TOOLS = ("©too", "©swr", "©enc", "encoder", "software", "com.apple.quicktime.software")


class Slot(NamedTuple):
    """A candidate, and what must be known to change it.

    Attributes:
        candidate: what is read.
        form: how it stands.
        path: the box that holds the text, with those around it.
        start: where the text begins in the file.
        end: where it ends.
        meta: the meta of a tag.
        number: of its key, 0 without one.
    """

    candidate: Candidate
    form: Form
    path: Path
    start: int
    end: int
    meta: Meta | None = None
    number: int = 0


@dataclass(slots=True)
class Survey:
    """All that was seen.

    Attributes:
        walker: over the file.
        tops: the boxes of the file that hold metadata, and those after a moov.
        slots: candidates, in file order.
        metas: every meta with tags.
        first: the first box of the file.
        fault: why not all places could be looked at.
    """

    walker: Walker
    tops: list[Box] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    metas: list[Meta] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    first: Box | None = None
    fault: MalformedError | None = None
    tags: list[tuple[str, str]] = field(default_factory=list)

    @property
    def reading(self) -> Reading:
        """The same for who asks."""
        self.slots.sort(key=lambda slot: slot.candidate.offset)
        candidates = tuple(slot.candidate for slot in self.slots)
        if self.metas:
            meta = self.metas[0].path[-1]
            candidates += scattered(self.tags, f"{_place(self.metas[0].path)} keys", meta.start, meta.size)
        return Reading(candidates, tuple(dict.fromkeys(self.traces)), tuple(dict.fromkeys(self.gaps)))

    def see(self, path: Path) -> Iterator[Path]:
        """Look at one box, and say which boxes in it to look at."""
        one, parent = path[-1], path[-2].kind if path[1:] else None
        try:
            if len(path) > MAX_DEPTH:
                raise TooMuchError("boxes nest too deep", one.start)
            self._check_room(one)
            if one.kind in (b"moov", b"trak", b"udta"):
                yield from self._children(path)
            elif one.kind == b"meta":
                self._meta(path)
            elif one.kind == b"uuid":
                self._uuid(path)
            elif one.kind == b"XMP_":
                self._packet(path)
            elif parent == b"udta" or one.kind == b"AIGC":
                self._text(path)
        except MalformedError as fault:
            self._missed(fault, _place(path))

    def _missed(self, fault: MalformedError, place: str) -> None:
        """A part that was not looked at; nothing is written then, since a label may be in it."""
        gap = gap_of(fault, place)
        if gap not in self.gaps:
            self.gaps.append(gap)
        self.fault = self.fault or fault

    def _check_room(self, box: Box) -> None:
        if len(self.slots) + len(self.traces) + len(self.gaps) > _MAX_KEPT:
            raise TooMuchError("there are too many texts", box.start)

    def _children(self, path: Path) -> Iterator[Path]:
        kind = path[-1].kind
        for child in self.walker.within(path[-1]):
            if kind == b"udta" or child.kind in _INSIDE[kind]:
                yield (*path, child)
            elif child.kind == b"cmov":
                self.gaps.append(Gap("moov", "compressed"))

    def _meta(self, path: Path) -> None:
        meta = read_meta(self.walker, path)
        self.metas.append(meta)
        for item in meta.items(self.walker):
            self._check_room(item.path[-1])
            for data in item.values:
                self._value(meta, item, data)

    def _value(self, meta: Meta, item: Item, data: Box) -> None:
        is_kind = item.name == item.path[-1].kind
        name = name_of(item.name) if is_kind else decoded(item.name)[0]
        shown = f"----{name}" if item.path[-1].kind == b"----" else name or "without a key"
        handler = name_of(meta.handler) if meta.handler else "without a handler"
        place = f"{_place(meta.path)} {handler} {shown[:80]}"
        start, size = data.body + 8, data.end - data.body - 8
        kind = int.from_bytes(self.walker.source.at(data.body + 1, 3))
        if kind in _PICTURES and not is_named(name):
            return
        if size > 4 * MAX_TEXT:
            if is_named(name):
                self._missed(TooMuchError("a text is too large", start), place)
            return
        raw = self.walker.source.at(start, size)
        text, findings = (raw.decode("utf-16-be", "replace"), ()) if kind == 2 else decoded(raw)
        if is_named(name) or is_spelt(text):
            is_standard = meta.is_in_user_data and (meta.handler, name) == (b"mdta", "AIGC")
            candidate = _candidate(place, item.path[-1], text, findings, is_standard=is_standard)
            self.slots.append(Slot(candidate, "value", (*item.path, data), start, data.end, meta, item.number))
        else:
            self.tags.append((name, text))
            self._heard(place, name, text)

    def _uuid(self, path: Path) -> None:
        if path[-1].uuid == XMP:
            self._packet(path)
        elif path[-1].uuid == C2PA:
            self.traces.append(Trace("c2pa", _place(path), "a C2PA manifest"))

    def _packet(self, path: Path) -> None:
        one = path[-1]
        place = f"{_place(path)} XMP" if one.uuid else _place(path)
        if one.end - one.body > xmp.MAX_PACKET:
            raise TooMuchError("a packet of XMP is too large", one.start)
        seen = xmp.find(self.walker.source.at(one.body, one.end - one.body))
        self.traces += seen.traces
        self.gaps += seen.gaps
        for label in seen.labels:
            candidate = _candidate(place, one, label.text, label.findings, is_standard=False)
            self.slots.append(Slot(candidate, "xmp", path, one.body, one.end))

    def _text(self, path: Path) -> None:
        one = path[-1]
        if one.end - one.body > 4 * MAX_TEXT:
            return
        raw = self.walker.source.at(one.body, one.end - one.body)
        text, findings = decoded(_user_text(one.kind, raw))
        if is_named(name_of(one.kind)) or is_spelt(text):
            candidate = _candidate(_place(path), one, text, findings, is_standard=False)
            self.slots.append(Slot(candidate, "user", path, one.body, one.end))
        else:
            self._heard(_place(path), name_of(one.kind), text)

    def _heard(self, place: str, name: str, text: str) -> None:
        """Traces in the text of a tag."""
        text = text.strip()
        kind = "generator" if name.lower() in _TOOLS and text else trace_kind(name, text)
        if kind is None and shows_text(text):
            kind = "explicit_text"
        if kind is not None:
            self.traces.append(Trace(kind, place, text[:200]))


def survey(source: Source) -> Survey:
    """Look at every place of a file. Raises MalformedError where nothing of it can be walked."""
    seen = Survey(Walker(source, most=_MAX_BOXES))
    try:
        for one in Walker(source).tops():
            seen.first = seen.first or one
            is_after_moov = bool(seen.tops) and seen.tops[-1].kind == b"moov"
            if is_after_moov or _is_looked_into(one, seen):
                if len(seen.tops) >= _MAX_KEPT:
                    raise TooMuchError("too many boxes hold metadata", one.start)
                seen.tops.append(one)
    except MalformedError as fault:
        seen.fault = fault
        seen.gaps.append(gap_of(fault, "the boxes of the file"))
    waiting: list[Path] = [(one,) for one in reversed(seen.tops) if one.kind in _INSIDE[None]]
    while waiting:
        waiting += reversed(list(seen.see(waiting.pop())))
    return seen


def _is_looked_into(top: Box, seen: Survey) -> bool:
    """Whether a box of the file may hold a label, or is the first of C2PA: signed fragments have one each."""
    if top.kind != b"uuid":
        return top.kind in _INSIDE[None]
    return top.uuid == XMP or (top.uuid == C2PA and all(other.uuid != C2PA for other in seen.tops))


def _candidate(place: str, box: Box, text: str, findings: tuple[Finding, ...], *, is_standard: bool) -> Candidate:
    elsewhere = () if is_standard else (Finding("place.other", "warning", CLAUSE, place[:120]),)
    return Candidate(place, box.start, box.size, text, is_standard, (*findings, *elsewhere))


def _user_text(kind: bytes, raw: bytes) -> bytes:
    """The text in a box of user data: after length and language, after a version, or from the first brace on."""
    if kind[:1] == b"\xa9" and len(raw) >= 4:
        return raw[4 : 4 + int.from_bytes(raw[:2])]
    brace = raw.find(b"{", 0, 32)
    return raw[brace:] if brace >= 0 else raw


def _place(path: Path) -> str:
    return ".".join(name_of(box.kind) for box in path)
