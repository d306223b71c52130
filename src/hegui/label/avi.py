"""The label in an AVI file: the chunk AIGC of the list INFO, ended by a zero as all texts there are.

Knows RIFF of the form AVI, also in several forms (OpenDML). Refuses to move the picture data: indexes count bytes from the start
of the file or of that data. In front of the data room is taken from a JUNK that follows and holds zeros alone, and is given back
to it; behind the data, and where no further form follows, the file may grow.
Rules: TC260-PG-20257A, the child chunk AIGC of LIST/INFO; OpenDML AVI File Format Extensions 1.02 for the indexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from hegui.kernel import riff
from hegui.kernel.riff import Chunk
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.reading import Reading
from hegui.label.riff_places import Survey, require_room, stripped, survey, updated
from hegui.label.standing import rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "avi"
EXTENSIONS = (".avi", ".divx")
MEDIA_TYPES = ("video/x-msvideo", "video/avi", "video/msvideo", "video/vnd.avi")
PLACE = "LIST/INFO chunk AIGC"
CLAUSE = "TC260-PG-20257A"
IS_REVERSIBLE = True

_STANDARD = ((b"AVI ", b"INFO", b"AIGC"),)
_MAY_MOVE = (b"idx1", b"JUNK", b"LIST")
"""Chunks behind the data that nothing points to."""


def score(name: str, head: bytes) -> int:
    """The form AVI."""
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return 100
    return 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """The chunk, and the other places."""
    return survey(source, NAME, b"AVI ", _STANDARD).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The chunk in its place, in a list that stands, or in one of its own.

    Raises:
        LabelError: LBL005; LBL040, the form is full; LBL041, nothing may move and no JUNK is free.
        MalformedError: the file is damaged.
    """
    layout = _layout(source)
    one = standing(layout.seen.reading, NAME)
    text = rewritten(one, label)
    if text is None:
        return ()
    chunk = layout.seen.place_of(one)
    if chunk is not None:
        return _updated(layout, chunk, text)
    new = riff.encoded(b"AIGC", text.encode("ascii") + b"\0")
    return next(chain(_in_a_list(layout, new), _in_a_new_list(layout, new)))


def bare(source: Source) -> tuple[Splice, ...]:
    """The chunk taken out, its room given back to JUNK in front of the data. Raises as `write` does."""
    layout = _layout(source)
    one = standing(layout.seen.reading, NAME)
    chunk = layout.seen.place_of(one) if one else None
    return () if chunk is None else _taken_out(layout, chunk)


class _Layout(NamedTuple):
    """A whole file.

    Attributes:
        source: the file.
        seen: its chunks.
        top: the chunks in the first form, by where they start.
        free: from here on chunks may change their length: behind the data, where nothing is pointed to.
    """

    source: Source
    seen: Survey
    top: dict[int, Chunk]
    free: int


def _layout(source: Source) -> _Layout:
    """Raises MalformedError for a file that is not whole."""
    seen = survey(source, NAME, b"AVI ", _STANDARD)
    if seen.fault is not None:
        raise seen.fault
    top = {chunk.start: chunk for chunk in seen.top}
    free = source.size
    for chunk in reversed(top.values()):
        if chunk.kind == b"movi" or chunk.name not in _MAY_MOVE:
            break
        free = chunk.start
    if not any(chunk.kind == b"movi" for chunk in top.values()):
        raise MalformedError("there is no list movi", seen.form.start)
    is_one_form = sum(not chunk.parents for chunk in seen.chunks) == 1
    return _Layout(source, seen, top, free if is_one_form else source.size + 1)


class _Change(NamedTuple):
    """Chunks that take the place of others within `holders`, the form first."""

    at: int
    drop: int
    put: bytes
    holders: tuple[Chunk, ...]

    @property
    def by(self) -> int:
        """Bytes by which the file would grow."""
        return len(self.put) - self.drop

    @property
    def outer(self) -> int:
        """Where the chunk of the form starts that holds the place."""
        return self.holders[1].start if self.holders[1:] else self.at


def _updated(layout: _Layout, chunk: Chunk, text: str) -> tuple[Splice, ...]:
    """The label in its chunk; where there is no room for it, that is taken out and another put elsewhere."""
    new = updated(chunk, text, layout.source)
    change = _Change(chunk.start, chunk.total, new, chunk.parents)
    if change.by < 0 and change.outer < layout.free:
        change = change._replace(put=_filled(chunk, new))
    grown = _changed(layout, change)
    if grown is not None:
        return grown
    new = riff.encoded(b"AIGC", text.encode("ascii") + b"\0")
    return _taken_out(layout, chunk) + next(_in_a_new_list(layout, new))


def _filled(chunk: Chunk, new: bytes) -> bytes:
    """A shorter chunk, with zeros up to the length of the old one."""
    return riff.encoded(chunk.name, new[8:].ljust(chunk.size, b"\0"))


def _taken_out(layout: _Layout, chunk: Chunk) -> tuple[Splice, ...]:
    new = stripped(chunk, layout.source)
    holder = chunk.parents[-1]
    if not new and holder.kind == b"INFO" and holder.size - 4 == chunk.total:
        chunk = holder
    change = _Change(chunk.start, chunk.total, new, chunk.parents)
    if new and change.outer < layout.free:
        change = change._replace(put=_filled(chunk, new))
    return _changed(layout, change) or ()


def _in_a_list(layout: _Layout, new: bytes) -> Iterator[tuple[Splice, ...]]:
    """The ways to add a chunk to a list INFO that stands and is not empty."""
    for one in layout.top.values():
        if one.kind == b"INFO" and one.size > 4 and not one.size & 1:
            grown = _changed(layout, _Change(one.end, 0, new, (layout.seen.form, one)))
            if grown is not None:
                yield grown


def _in_a_new_list(layout: _Layout, new: bytes) -> Iterator[tuple[Splice, ...]]:
    """The ways to add a list INFO: in the place of a JUNK in front of the data, or at the end. Raises LabelError."""
    put = riff.encoded(b"LIST", b"INFO" + new)
    for junk in layout.top.values():
        if junk.start < layout.free and _has_room(layout.source, junk, len(put)):
            yield (Splice(junk.start, 0, put), *_resized_junk(junk, len(put)))
    form, last = layout.seen.form, layout.seen.top[-1]
    if layout.free <= layout.source.size and last.width and last.next == form.end <= layout.source.size:
        require_room((form,), len(put), NAME)
        yield riff.changed(form.end, 0, put, (form,))
    raise LabelError("LBL041", NAME, "an index counts its bytes from the start, and no free place is in front of the pictures",
                     "Copy it into a new file without coding it anew: ffmpeg -i OLD -c copy NEW.avi")  # fmt: skip


def _changed(layout: _Layout, change: _Change) -> tuple[Splice, ...] | None:
    """The splices of a change; None where it would move what must not move."""
    if not change.by:
        return (Splice(change.at, change.drop, change.put),)
    if change.outer >= layout.free:
        require_room(change.holders, change.by, NAME)
        return riff.changed(*change)
    end = layout.top[change.outer].next
    following = layout.top.get(end)
    inner = riff.changed(change.at, change.drop, change.put, change.holders[1:])
    if following is not None and _has_room(layout.source, following, change.by):
        return (*inner, *_resized_junk(following, change.by))
    if change.by <= -8:
        return (*inner, Splice(end, 0, riff.encoded(b"JUNK", bytes(-change.by - 8))))
    return None


def _has_room(source: Source, junk: Chunk, by: int) -> bool:
    """Whether this is a JUNK that can give `by` bytes, all of them zeros so that they can be had back."""
    if junk.name != b"JUNK" or not junk.width or junk.size < by:
        return False
    return by <= 0 or not any(source.at(junk.body, by))


def _resized_junk(junk: Chunk, by: int) -> tuple[Splice, ...]:
    """A JUNK that begins `by` bytes later; its end stays."""
    head = b"JUNK" + (junk.size - by).to_bytes(4, "little")
    return (Splice(junk.start, 8 + max(by, 0), head + bytes(max(-by, 0))),)
