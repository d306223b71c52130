"""The label in ID3 tags, for every format that may have one in front: MP3, ADTS, FLAC.

Knows in which frames and items labels and other traces have been seen; knows no sound. Reads every tag in front and behind;
writes a TXXX frame whose description is AIGC, in Latin-1, since the label is ASCII: ffprobe, exiftool and MediaInfo read
that in all three versions, and it cannot look like a frame of sound.
Rules: PG-202510A (MP3: ID3v2 TXXX, description AIGC, the inner object); for other formats this is our proposal.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel import id3_edit, tail_tags
from hegui.kernel.id3 import Frame, Tag, size_of_head, walk
from hegui.kernel.id3_text import comment, object_head, plain_text, private, user_text
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.kernel.tail_tags import Ape, Tail
from hegui.label import xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.hints import is_named, is_spelt, sign_in
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.scattered_tags import scattered
from hegui.label.standing import Standing, rewritten, standing

__all__ = ["Tags", "bare", "front", "read", "rebuilt", "tags_of", "write"]

FRAMES = frozenset({"TXXX", "COMM", "PRIV", "GEOB", "TSSE", "TENC"})
MAX_TAGS = 16
_C2PA = ("application/x-c2pa-manifest-store", "application/c2pa", "c2pa")


class Tags(NamedTuple):
    """The ID3v2 tags in front, where they end and whether there are more, and what hangs at the end of the file."""

    front: tuple[Tag, ...]
    start: int
    has_more: bool
    tail: Tail
    behind: tuple[Tag, ...]


class _Found(NamedTuple):
    candidates: list[Candidate]
    traces: list[Trace]
    gaps: list[Gap]


def front(source: Source) -> tuple[Tag, ...]:
    """The ID3v2 tags in front, one behind the other."""
    tags: list[Tag] = []
    at = 0
    while len(tags) < MAX_TAGS and (tag := walk(source, at, FRAMES)) is not None:
        tags.append(tag)
        at = tag.end
    return tuple(tags)


def tags_of(source: Source) -> Tags:
    """All tags of the file."""
    tags, tail = front(source), tail_tags.find(source)
    behind = (walk(source, at, FRAMES) for at in tail.id3)
    start = tags[-1].end if tags else 0
    has_more = size_of_head(source.up_to(start, 10)) is not None
    return Tags(tags, start, has_more, tail, tuple(tag for tag in behind if tag is not None))


def read(tags: Tags, *, is_standard: bool) -> Reading:
    """What the tags hold; `is_standard` where TXXX is the place for the format."""
    found = _Found([], [], [])
    for tag in tags.front:
        _read_tag(tag, "ID3v2", found, is_standard=is_standard and tag.version != 2)
    for ape in tags.tail.apes:
        _read_ape(ape, found)
    for tag in tags.behind:
        _read_tag(tag, "ID3v2 at the end", found, is_standard=False)
    if tags.has_more:
        found.gaps.append(Gap("ID3v2 tag", "too large"))
    return Reading(tuple(found.candidates), tuple(found.traces), tuple(found.gaps))


def write(source: Source, tags: Tags, reading: Reading, label: AigcLabel, where: str) -> tuple[Splice, ...]:
    """The label put into the first tag, or into a new one; or into the frame where one stands."""
    one = standing(reading, where)
    text = rewritten(one, label)
    if text is None:
        return ()
    body = b"\0AIGC\0" + text.encode("ascii")
    if one is not None:
        tag, frame = _place(tags, one, where)
        return id3_edit.replaced(source, _editable(tag, where), frame, "TXXX", body)
    for tag in tags.front:
        _editable(tag, where)
    if tags.front and tags.front[0].frames:
        return id3_edit.inserted(source, tags.front[0], "TXXX", body)
    return (Splice(0, 0, id3_edit.fresh("TXXX", body)),)


def bare(tags: Tags, reading: Reading, where: str) -> tuple[Splice, ...]:
    """The tags as they were before `write`."""
    one = standing(reading, where)
    if one is None:
        return ()
    tag, frame = _place(tags, one, where)
    return id3_edit.removed(_editable(tag, where), frame)


def rebuilt(tags: Tags, reading: Reading, where: str) -> tuple[Splice, ...]:
    """The file as one vendor hashes it: the tag without the label's frame and with ten bytes of padding, then the sound.

    Of the content hash (PG-202511A) the guide says that it is taken of the file before labelling. That vendor makes its tag
    anew with ten zeros behind the frames, whatever padding was there; its two files that were examined hash so.
    """
    one = standing(reading, where)
    if one is None:
        return ()
    tag, frame = _place(tags, one, where)
    return id3_edit.trimmed(_editable(tag, where), frame, 10)


def _place(tags: Tags, one: Standing, where: str) -> tuple[Tag, Frame]:
    for tag in tags.front:
        for frame in tag.frames:
            if frame.at == one.candidate.offset and frame.name == "TXXX" and not frame.problem:
                return tag, frame
    raise cannot_edit(where, one.candidate.place)


def _editable(tag: Tag, where: str) -> Tag:
    if tag.problem == "unknown version":
        raise LabelError("LBL050", where, f"its ID3 tag is of version 2.{tag.version}, or is compressed as a whole",
                         "Write the tag again as ID3v2.3 or ID3v2.4, and label then.")  # fmt: skip
    if tag.has_checksum:
        raise LabelError("LBL051", where, "its ID3 tag has a checksum over its frames",
                         "Write the tag again without a checksum, and label then.")  # fmt: skip
    if tag.problem:
        raise MalformedError(f"the ID3 tag is {tag.problem}", tag.frames_end or tag.at)
    return tag


def _read_tag(tag: Tag, place: str, found: _Found, *, is_standard: bool) -> None:
    if tag.problem:
        found.gaps.append(Gap(f"{place} tag", tag.problem))
    for frame in tag.frames:
        if frame.problem and frame.name != "GEOB":
            found.gaps.append(Gap(f"{place} {frame.name}", frame.problem))
        if frame.data:
            _read_frame(frame, f"{place} {frame.name}", found, is_standard=is_standard)
    named = (user_text(frame.data) for frame in tag.frames if frame.name == "TXXX" and frame.data)
    found.candidates.extend(scattered(named, f"{place} TXXX frames", tag.at, tag.end - tag.at))


def _read_frame(frame: Frame, place: str, found: _Found, *, is_standard: bool) -> None:
    match frame.name:
        case "TSSE" | "TENC":
            found.traces.append(Trace("generator", place, plain_text(frame.data)[:200]))
        case "GEOB":
            (media_type, description), data = object_head(frame.data)
            if media_type in _C2PA or description in _C2PA:
                found.traces.append(Trace("c2pa", place, media_type[:200]))
            else:
                _text(frame, place, description, data.decode("utf-8", "replace"), found)
        case "PRIV":
            owner, data = private(frame.data)
            if owner == "XMP":
                _packet(frame, place, data, found)
                return
            _text(frame, place, owner, data.decode("utf-8", "replace"), found)
        case "COMM":
            _text(frame, place, *comment(frame.data), found)
        case "TXXX":
            name, text = user_text(frame.data)
            if is_named(name):
                found.candidates.append(
                    Candidate(f"{place} {name[:40]}", frame.at, frame.size, text, is_standard and name == "AIGC")
                )
            else:
                _text(frame, place, name, text, found)


def _packet(frame: Frame, place: str, packet: bytes, found: _Found) -> None:
    """An XMP packet, which Adobe's programs put into a PRIV frame."""
    reading = xmp.find(packet)
    found.candidates.extend(
        Candidate(f"{place} XMP", frame.at, frame.size, label.text, False, label.findings) for label in reading.labels
    )
    found.traces.extend(reading.traces)
    found.gaps.extend(reading.gaps)


def _text(frame: Frame, place: str, name: str, text: str, found: _Found) -> None:
    """A text in a place that is not for labels."""
    if is_named(name) or is_spelt(text):
        found.candidates.append(Candidate(f"{place} {name[:40]}".rstrip(), frame.at, frame.size, text, False))
    elif (kind := sign_in(text)) is not None:
        found.traces.append(Trace(kind, place, text[:200]))


def _read_ape(ape: Ape, found: _Found) -> None:
    if ape.problem:
        found.gaps.append(Gap("APEv2 tag", ape.problem))
    for item in ape.items:
        if is_named(item.key) or is_spelt(item.text):
            found.candidates.append(Candidate(f"APEv2 {item.key[:40]}", item.at, item.size, item.text, False))
        elif (kind := sign_in(item.text)) is not None:
            found.traces.append(Trace(kind, f"APEv2 {item.key[:40]}", item.text[:200]))
