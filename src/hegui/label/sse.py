"""Event streams of models: the label as one more member `aigc` in the first and in the last event with an answer.

Knows the events of the OpenAI protocol; never changes `[DONE]`, comments, or any other event. The two copies are one label: a
reader of the stream learns it at once, and one that stores only the end has it too. They are told once, and changed together.
Refuses streams that are no answer of a model, and streams that were cut off, whose last event is not known.
Works event by event, and keeps only those that matter.
Rules: practice; the guides do not cover interfaces, so the place is our proposal. WHATWG HTML 9.2 for the framing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import Splice
from hegui.kernel.sse import EventTooLargeError, SseEvent, SseSplitter
from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit, no_place, several
from hegui.label.findings import Finding, seen
from hegui.label.json_body import KEY, is_answer, value_for
from hegui.label.json_members import Member, insertion, members, object_end, plain, removal
from hegui.label.reading import Candidate, Gap, Reading
from hegui.label.spellings import parse
from hegui.label.standing import rewritten, standing
from hegui.label.text_faults import occupied, require_whole
from hegui.label.text_file import MENTION, is_text, reveal

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

NAME = "sse"
EXTENSIONS = (".sse",)
MEDIA_TYPES = ("text/event-stream",)
PLACE = "the member aigc of the first and the last event"
CLAUSE = "our proposal"
IS_REVERSIBLE = True

LARGEST = 4 << 20
"""Bytes of one event."""
MOST = 1000
"""Events with the word AIGC in them that are looked at, and `MOST_BYTES` of them."""
MOST_BYTES = 16 << 20
MOST_LOOKS = 50_000
"""Events whose members are looked at to know whether they belong to an answer."""

_FIELD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:(?::[^\r\n]*+|(?:event|id|retry)(?::[^\r\n]*+)?)(?:\r\n|\n|\r)++|[\r\n]++)*+data:"
)
_MARKS = (b'"chat.completion.chunk"', b'"type":"response.', b'"type": "response.')
_OURS = re.compile(f'^"{KEY}"$')
_SHAPED = re.compile(rb"\"(?:object|type|choices|data)\"")
_MENTION = re.compile(rb"[Aa][Ii][Gg][Cc]")


class _Event(NamedTuple):
    """An event whose data are an object: where it stands, the text of its data, and where that begins in it."""

    at: int
    raw: bytes
    text: str
    inside: int

    def splice(self, start: int, end: int, put: str) -> Splice:
        """Put `put` in place of the characters from `start` to `end` of its text."""
        at = self.at + self.inside + _size(self.text[:start])
        return Splice(at, _size(self.text[start:end]), put.encode())


class _Copy(NamedTuple):
    """One member with the word AIGC in its name, and its event."""

    event: _Event
    member: Member
    shown: str


@dataclass(slots=True)
class _Walk:
    """What was seen of a stream."""

    first: tuple[int, SseEvent] | None = None
    last: tuple[int, SseEvent] | None = None
    copies: list[_Copy] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    cut_at: int = -1
    left: int = MOST_BYTES
    looks: int = MOST_LOOKS


def score(name: str, head: bytes) -> int:
    """Lines of an event stream, the first that counts with data."""
    if not is_text(head) or not _FIELD.match(head):
        return 0
    return 85 if re.search(rb"^data: ?\{", head, re.MULTILINE) else 60 if name.lower().endswith(EXTENSIONS) else 12


def read(source: Source) -> Reading:
    """The label of the first and the last event, told once; others where they differ."""
    return _reading(_walk(source))


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The member in the first and the last event. Raises LabelError (LBL003, LBL005, LBL006, LBL082, LBL083), MalformedError."""
    walk = _whole(source)
    one = standing(_reading(walk), NAME)
    if walk.first is None or walk.last is None:
        raise no_place(NAME, "an event stream that is no answer of a model")
    changed = rewritten(one, label)
    if changed is not None and any(copy.member.depth == 0 and parse(copy.shown) is not None for copy in walk.copies):
        raise cannot_edit(NAME, "an event of its own")
    text = changed if changed is not None else one.candidate.text if one is not None else label.text()
    splices: list[Splice] = []
    for copy in walk.copies:
        if changed is not None and parse(copy.shown) is not None:
            value = copy.member.value
            splices.append(copy.event.splice(*value, value_for(copy.event.text, value, text)))
    held = {copy.event.at for copy in walk.copies if parse(copy.shown) is not None}
    for at, event in dict((walk.first, walk.last)).items():
        if at not in held:
            splices.append(_added(_event(at, event), text))
    return tuple(splices)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the members and their commas. Raises LabelError (LBL005 for two in one event, LBL083), MalformedError."""
    walk = _whole(source)
    if standing(_reading(walk), NAME) is None:
        return ()
    copies = [copy for copy in walk.copies if parse(copy.shown) is not None]
    if len({copy.event.at for copy in copies}) < len(
        copies
    ):  # which of the commas between goes with which nobody can say
        raise several(NAME, len(copies))
    if any(copy.member.depth == 0 for copy in copies):
        raise cannot_edit(NAME, "an event of its own")
    return tuple(copy.event.splice(*removal(copy.event.text, copy.member), "") for copy in copies)


def _whole(source: Source) -> _Walk:
    """A walk to the end of a stream that has one. Raises LabelError (LBL083), TruncatedError, TooMuchError."""
    walk = _walk(source)
    if walk.cut_at >= 0:
        raise TruncatedError("the stream was cut off", walk.cut_at)
    if any(gap.place == "sse event" for gap in walk.gaps):
        raise TooMuchError("an event is too long", 0)
    require_whole(Reading(gaps=tuple(walk.gaps)), NAME)
    return walk


def _walk(source: Source) -> _Walk:
    walk = _Walk()
    try:
        for at, event in _events(source):
            _see(walk, at, event)
    except EventTooLargeError:
        walk.gaps.append(Gap("sse event", "too large"))
    return walk


def _events(source: Source) -> Iterator[tuple[int, SseEvent]]:
    splitter, at = SseSplitter(LARGEST), 0
    for piece in source.pieces(0, source.size):
        for event in splitter.feed(piece):
            yield at, event
            at += len(event.raw)
    if rest := splitter.finish():
        yield at, rest


def _see(walk: _Walk, at: int, event: SseEvent) -> None:
    data = event.data
    if data is None or data.strip() == b"[DONE]":
        return
    if not event.complete and data:
        walk.cut_at = at
        walk.gaps.append(Gap("sse last event", "truncated"))
    if event.complete and _has_shape(walk, data):
        walk.first = walk.first or (at, event)
        walk.last = (at, event)
    if _MENTION.search(event.other) and parse(data.decode("utf-8", "surrogateescape")) is not None:
        one = _event(at, event)
        if one.text and len(walk.copies) < MOST:
            walk.copies.append(_Copy(one, Member("event", 0, 0, (0, len(one.text))), reveal(one.text)))
        return
    if not _MENTION.search(data):
        return
    walk.left -= len(data)
    if len(walk.copies) >= MOST or walk.left < 0:
        _note(walk, Gap("sse events", "too large"))
        return
    one = _event(at, event)
    try:
        top = list(members(one.text, MENTION, depth=1))
        for member in top or members(one.text, MENTION):
            if one.text[member.value[0]] in '{"':
                walk.copies.append(_Copy(one, member, reveal(plain(one.text, member))))
    except TooMuchError:
        _note(walk, Gap("sse events", "too large"))


def _has_shape(walk: _Walk, data: bytes) -> bool:
    """Whether the event is one of an answer; nearly all say so in their first bytes, and so many others are looked into."""
    if any(mark in data[:200] for mark in _MARKS):
        return True
    if not _SHAPED.search(data):
        return False
    walk.looks -= 1
    if walk.looks < 0:
        _note(walk, Gap("sse events", "too large"))
        return False
    try:
        return is_answer(data.decode("utf-8", "surrogateescape"))
    except TooMuchError:
        return False


def _note(walk: _Walk, gap: Gap) -> None:
    if gap not in walk.gaps:
        walk.gaps.append(gap)


def _event(at: int, event: SseEvent) -> _Event:
    """The event as text; one whose data stand over several lines has none of its own."""
    data = event.data or b""
    inside = event.raw.find(data)
    text = data.decode("utf-8", "surrogateescape") if inside >= 0 else ""
    return _Event(at, event.raw, text, max(0, inside))


def _reading(walk: _Walk) -> Reading:
    """One candidate for all copies that say the same, in the order of the stream."""
    groups: dict[object, list[_Copy]] = {}
    for copy in walk.copies:
        spelt = parse(copy.shown)
        groups.setdefault(copy.shown if spelt is None else spelt.label, []).append(copy)
    ends = {end[0] for end in (walk.first, walk.last) if end is not None}
    return Reading(tuple(_candidate(copies, ends) for copies in groups.values()), (), tuple(walk.gaps))


def _candidate(copies: list[_Copy], ends: set[int]) -> Candidate:
    places = {copy.event.at for copy in copies}
    findings = []
    if places - ends:
        findings.append(Finding("place.middle_event", "warning", "", str(len(places - ends))))
    if ends - places:
        findings.append(Finding("place.one_event", "note", ""))
    first = copies[0]
    if first.member.name not in (KEY, "AIGC"):
        findings.append(Finding("key.other_name", "note", "", seen(first.member.name)))
    place = "sse first and last event" if places == ends else "sse events"
    is_standard = bool(places & ends)
    return Candidate(place, first.event.at, len(first.event.raw), first.shown, is_standard, tuple(findings))


def _added(event: _Event, text: str) -> Splice:
    if any(member.name == KEY for member in members(event.text, _OURS, depth=1)):
        raise occupied(NAME, "a member aigc")
    end = object_end(event.text)
    if not end:
        raise MalformedError("the data of the event are no object on one line", event.at)
    at, put = insertion(event.text, end, KEY, text)
    return event.splice(at, at, put)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
