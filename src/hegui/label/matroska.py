"""The label in a Matroska or WebM file: a SimpleTag named AIGC, in the element Tags of the segment.

Knows the parts of a segment beside the media; looks into no cluster, moves none, and refuses where that cannot be. The tag
joins the Tags that stand where these can grow, else they move: into a Void in front of the clusters, or to the end with an
entry in the SeekHead, without which players stop at the first cluster. A file without an index (live) has it put in front.
Rules: TC260-PG-20257A, Segment.Tags.Tag.SimpleTag with the TagName AIGC; RFC 9559.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hegui.kernel import ebml
from hegui.kernel.ebml import Element
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.field_text import decoded, gap_of
from hegui.label.matroska_layout import Block, Plan
from hegui.label.matroska_segment import INFO, TAGS, Segment, segments
from hegui.label.matroska_tags import Found, added, found_in, fresh, rewritten_tags, stripped
from hegui.label.reading import Gap, Reading, Trace
from hegui.label.standing import Standing, rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "matroska"
EXTENSIONS = (".mkv", ".webm", ".mka", ".mks", ".mk3d", ".weba")
MEDIA_TYPES = ("video/x-matroska", "video/matroska", "video/webm", "audio/x-matroska", "audio/matroska", "audio/webm")
PLACE = "Segment.Tags.Tag.SimpleTag AIGC"
CLAUSE = "TC260-PG-20257A"
IS_REVERSIBLE = True

_REMEDY = "Copy it into a new file without coding it anew: mkvmerge -o NEW OLD, or ffmpeg -i OLD -c copy NEW"
_MOST = 64
_PROGRAMS = {0x4D80: "MuxingApp", 0x5741: "WritingApp"}


def score(name: str, head: bytes) -> int:
    """The header of EBML, and in it the document type."""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return 100 if b"matroska" in head[:256] or b"webm" in head[:256] else 30
    return 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """The tags of every segment."""
    return _seen(source, segments(source)).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The tag in its place, among the tags that stand, or in Tags of its own.

    Raises:
        LabelError: LBL005; LBL006, it stands in a second segment; LBL042, LBL043, LBL044: no place can be had.
        MalformedError: the segment is damaged or cut.
    """
    segment, found, reading = _sound(source)
    one = standing(reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    place = _place(segment, found, one)
    for needs_zeros in (True, False):
        for plan in _ways(source, segment, place, text, needs_zeros):
            return plan.splices()
    raise _no_room(segment)


def bare(source: Source) -> tuple[Splice, ...]:
    """The tag taken out, and what made room for it given back. Raises as `write` does.

    The bytes are those before `write`, but for files that were odd: a Void that held something, a SeekHead that did not know
    of the Tags, a number in more bytes than it needs that later needs them all, or Tags between two Voids.
    """
    segment, found, reading = _sound(source)
    one = standing(reading, NAME)
    if one is None:
        return ()
    place = _place(segment, found, one)
    if one is None or place is None:
        return ()
    plan = Plan(source, segment)
    tags, data = place.value.parents[0], stripped(source, place)
    if data is None:
        plan.vacate(plan.of(tags))
        plan.repoint(TAGS, tags.start, None)
    elif not _shrunk(plan, tags, data):
        raise _no_room(segment)
    return plan.splices()


class _Seen(NamedTuple):
    """The candidates of all segments, the same for who asks, and the first fault in tags of the first segment."""

    found: tuple[Found, ...]
    reading: Reading
    fault: MalformedError | None


def _seen(source: Source, parts: tuple[Segment, ...]) -> _Seen:
    found: list[Found] = []
    traces: list[Trace] = []
    gaps: list[Gap] = []
    fault = parts[0].fault
    for segment in parts:
        for element in segment.kept:
            try:
                if element.ident == TAGS:
                    more, more_traces = found_in(source, element)
                    found += more
                    traces += more_traces
                elif element.ident == INFO:
                    traces += _programs(source, element)
            except MalformedError as error:
                gaps.append(gap_of(error, f"matroska element at byte {element.start}"))
                fault = fault or (error if element.ident == TAGS and segment is parts[0] else None)
        if segment.fault is not None:
            gaps.append(gap_of(segment.fault, f"matroska segment from byte {segment.fault.at}"))
    reading = Reading(tuple(one.candidate for one in found), tuple(traces[:_MOST]), tuple(gaps[:_MOST]))
    return _Seen(tuple(found), reading, fault)


def _programs(source: Source, info: Element) -> Iterator[Trace]:
    for one in ebml.nested(source, info, ()):
        if one.ident in _PROGRAMS:
            text, _ = decoded(source.at(one.body, min(one.size or 0, 200)))
            yield Trace("generator", f"matroska {_PROGRAMS[one.ident]}", text)


def _sound(source: Source) -> tuple[Segment, tuple[Found, ...], Reading]:
    """The first segment where it is whole and may be changed. Raises LabelError (LBL043), MalformedError."""
    parts = segments(source)
    seen = _seen(source, parts)
    if seen.fault is not None:
        raise seen.fault
    if parts[0].has_check_sum:
        raise LabelError("LBL043", NAME, "a check sum covers the whole segment, media and all",
                         "Copy it into a new file without coding it anew: mkvmerge -o NEW OLD")  # fmt: skip
    return parts[0], seen.found, seen.reading


def _place(segment: Segment, found: tuple[Found, ...], one: Standing | None) -> Found | None:
    """Where the label stands; without one, a tag of its name that holds something else. Raises LabelError (LBL006)."""
    if one is None:
        named = (each for each in found if each.candidate.is_standard and each.value.end <= segment.end)
        return next(named, None)
    place = next(each for each in found if each.candidate is one.candidate)
    if place.value.end > segment.end:
        raise cannot_edit(NAME, "a segment behind the first")
    if place.value.ident == TAGS:
        raise cannot_edit(NAME, one.candidate.place)
    return place


def _ways(source: Source, segment: Segment, place: Found | None, text: str, needs_zeros: bool) -> Iterator[Plan]:
    """The ways to put the label in, the best first."""
    standing_tags = (place.value.parents[0],) if place else segment.all(TAGS)
    for tags in standing_tags:
        plan = Plan(source, segment, needs_zeros=needs_zeros)
        block, data = plan.of(tags), _with_label(source, tags, place, text)
        if (
            (len(data) == block.room or not plan.is_lodged(block))
            and plan.settle(block, data)
            and _is_found(plan, tags, block)
        ):
            yield plan
    old = standing_tags[0] if standing_tags else None
    data = _with_label(source, old, place, text)
    is_alone = place is not None and stripped(source, place) is None
    for put in (Plan.occupy, Plan.append, Plan.insert):
        plan = Plan(source, segment, needs_zeros=needs_zeros)
        if old is not None and is_alone:
            plan.vacate(plan.of(old))
        elif old is not None:
            plan.hollow(plan.of(old), keep=put is not Plan.occupy)
        new = put(plan, TAGS, data)
        if new is not None and _is_found(plan, old, new):
            yield plan


def _with_label(source: Source, tags: Element | None, place: Found | None, text: str) -> bytes:
    """The element Tags as it is to be."""
    if place is not None:
        return rewritten_tags(source, place, text)
    return fresh(text) if tags is None else added(source, tags, text)


def _is_found(plan: Plan, old: Element | None, new: Block) -> bool:
    """Let the index say where Tags stand now. In front of the clusters they are found without it."""
    if old is not None and (old.start, TAGS) in plan.segment.pointed:
        return old.start == new.start or bool(plan.repoint(TAGS, old.start, new.start))
    is_in_front = new.start <= plan.segment.clusters_at
    return (is_in_front and old is not None) or plan.point(TAGS, new.start) or is_in_front


def _shrunk(plan: Plan, tags: Element, data: bytes) -> bool:
    """Put the Tags back to where they were, or leave them without the label where they are."""
    block = plan.of(tags)
    is_put_in_front = block.end == plan.segment.clusters_at and plan.segment.is_free(block.start)
    if plan.is_lodged(block) or plan.is_last(block) or is_put_in_front:
        hole = plan.restore(block, data)
        if hole is not None:
            return plan.repoint(TAGS, tags.start, hole.start) is not False
    if not plan.is_lodged(block):
        return plan.settle(block, data)
    plan.vacate(block)
    new = plan.occupy(TAGS, data)
    return new is not None and plan.repoint(TAGS, tags.start, new.start) is not False


def _no_room(segment: Segment) -> LabelError:
    if segment.element.size is None:
        return LabelError("LBL044", NAME, "it was written live, and its index would point to wrong places", _REMEDY)
    return LabelError(
        "LBL042", NAME, "its index has no room for one entry more, and no Void is in front of the clusters", _REMEDY
    )
