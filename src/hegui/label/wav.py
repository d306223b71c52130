"""The label in a WAV file: a RIFF chunk of its own, named AIGC.

Knows RIFF, RF64 and BW64 of the form WAVE, and LIST/INFO, XMP and ID3, where a label may stand too. Never reads a sample, and
leaves every other chunk as it is, those of a broadcast file too. Appends the chunk at the end and counts it in the size of the
form; where nothing may follow the last chunk (its size is left open, or its pad byte left out) it goes before `data`.
Rules: TC260-PG-202510A, the sub-chunk AIGC of RIFF; it names no position.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hegui.kernel import riff
from hegui.kernel.riff import Chunk
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice, apply
from hegui.label import id3_labels
from hegui.label.aigc import AigcLabel
from hegui.label.id3_labels import Tags
from hegui.label.reading import Gap, Reading
from hegui.label.riff_places import Survey, require_room, stripped, survey, updated
from hegui.label.standing import rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "wav"
EXTENSIONS = (".wav", ".wave", ".bwf", ".rf64")
MEDIA_TYPES = ("audio/wav", "audio/x-wav", "audio/vnd.wave", "audio/wave")
PLACE = "RIFF chunk AIGC"
CLAUSE = "TC260-PG-202510A"
IS_REVERSIBLE = True

_STANDARD = ((b"WAVE", b"AIGC"),)
_ID3 = (b"id3 ", b"ID3 ")
_LONGEST_ID3 = 16 << 20


def score(name: str, head: bytes) -> int:
    """The form WAVE in a RIFF of any width."""
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return 100
    return 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """The chunk, and the other places."""
    return _survey(source).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The chunk in its place, or at the end. Raises LabelError (LBL005, LBL006, LBL040), MalformedError."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    chunk = seen.place_of(one)
    if chunk is not None and chunk.name in _ID3:
        return _id3_changed(
            source, chunk, lambda body, tags, reading: id3_labels.write(body, tags, reading, label, NAME)
        )
    if chunk is None:
        return _added(seen, source, riff.encoded(b"AIGC", text.encode("ascii")))
    new = updated(chunk, text, source)
    require_room(chunk.parents, len(new) - chunk.total, NAME)
    return riff.changed(chunk.start, chunk.total, new, chunk.parents)


def bare(source: Source) -> tuple[Splice, ...]:
    """The chunk taken out. Raises as `write` does."""
    seen = _sound(source)
    one = standing(seen.reading, NAME)
    chunk = seen.place_of(one) if one else None
    if chunk is None:
        return ()
    if chunk.name in _ID3:
        return _id3_changed(source, chunk, lambda _, tags, reading: id3_labels.bare(tags, reading, NAME))
    return riff.changed(chunk.start, chunk.total, stripped(chunk, source), chunk.parents)


def _survey(source: Source) -> Survey:
    return survey(source, NAME, b"WAVE", _STANDARD, dict.fromkeys(_ID3, _id3))


def _sound(source: Source) -> Survey:
    """The file where it is whole. Raises MalformedError."""
    seen = _survey(source)
    if seen.fault is not None:
        raise seen.fault
    return seen


def _id3(source: Source, chunk: Chunk, place: str, _: bool) -> Reading:
    """The labels in a chunk that holds an ID3 tag; their offsets are those of the chunk."""
    if chunk.size > _LONGEST_ID3:
        return Reading(gaps=(Gap(place, "too large"),))
    tags = id3_labels.tags_of(Source.of(source.at(chunk.body, chunk.size)))
    found = id3_labels.read(tags, is_standard=False)
    return replace(
        found, candidates=tuple(replace(one, offset=chunk.start, size=8 + chunk.size) for one in found.candidates)
    )


def _id3_changed(
    source: Source, chunk: Chunk, change: Callable[[Source, Tags, Reading], tuple[Splice, ...]]
) -> tuple[Splice, ...]:
    body = source.at(chunk.body, chunk.size)
    tags = id3_labels.tags_of(Source.of(body))
    splices = change(Source.of(body), tags, id3_labels.read(tags, is_standard=False))
    new = riff.encoded(chunk.name, apply(body, splices))
    require_room(chunk.parents, len(new) - chunk.total, NAME)
    return riff.changed(chunk.start, chunk.total, new, chunk.parents)


def _added(seen: Survey, source: Source, data: bytes) -> tuple[Splice, ...]:
    """A new chunk at the end, or before the samples where nothing may follow the last chunk."""
    require_room((seen.form,), len(data), NAME)
    samples = next((chunk for chunk in seen.top if chunk.name == b"data" or chunk.kind == b"wavl"), None)
    if samples is None:
        raise MalformedError("there is no data chunk", seen.form.start)
    last = seen.top[-1]
    is_closed = seen.form.width and last.width and last.next == seen.form.end <= source.size
    return riff.changed(seen.form.end if is_closed else samples.start, 0, data, (seen.form,))
