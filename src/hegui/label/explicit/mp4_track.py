"""One track of an MP4 or QuickTime file, sample by sample: where each stands, how long it is, when it is decoded and shown.

Knows the tables of a film that is not in fragments; knows no codec and reads no media data. Every count is held against the size of
its table before it is believed, so that what a hostile file claims costs nothing; tracks of other shapes are refused with a reason.
Rules: ISO/IEC 14496-12 8.4 to 8.7 (mdhd, hdlr, stsd, stts, ctts, stss, stsc, stsz, stco), 8.6.6 (elst).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import NamedTuple

from hegui.kernel.isobmff import Box, Path, Walker
from hegui.kernel.source import MalformedError, Source
from hegui.label.faults import LabelError

__all__ = ["Entry", "Film", "Run", "Track", "film_of", "numbers", "track_of"]

MOST_SAMPLES = 1 << 21
_PARENTS = frozenset((b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"mvex", b"tref"))
_ONCE = (b"stsd", b"stts", b"stsc", b"stsz")

Refusal = Callable[[str, str], LabelError]
"""Makes the error for a file, by its name and the reason."""


class Run(NamedTuple):
    """A row of stsc: from which chunk on, how many samples a chunk has, of which description."""

    first: int
    samples: int
    description: int


class Entry(NamedTuple):
    """The sample description: its box, and the boxes in it."""

    box: Box
    inner: tuple[Box, ...]

    def named(self, kind: bytes) -> Box | None:
        """The first box of this type in it."""
        return next((one for one in self.inner if one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Film:
    """The boxes of a film.

    Attributes:
        tops: those of the file.
        boxes: every box of moov that matters, with those around it.
        tracks: its tracks, each as the boxes around its tables.
    """

    tops: tuple[Box, ...]
    boxes: tuple[Path, ...]
    tracks: tuple[Path, ...]

    def within(self, around: Path, kind: bytes) -> list[Path]:
        """The boxes of a type somewhere in a box."""
        return [path for path in self.boxes if path[-1].kind == kind and path[: len(around)] == around]


@dataclass(frozen=True, slots=True)
class Track:
    """A track.

    Attributes:
        path: its box and moov.
        stbl: the path of stbl.
        tables: the boxes in it, by type.
        scale: units of time in a second.
        entry: its sample description.
        sizes, offsets: of each sample, in bytes.
        decoded, shown: when, in units of time.
        syncs: which samples are keyframes, from 0; all where the track says none.
        start: the time at which the edit list begins to show the track.
        runs: the rows of stsc.
        chunks: how many chunks there are.
        of_chunk: the chunk of each sample, from 0.
    """

    path: Path
    stbl: Path
    tables: dict[bytes, Box]
    scale: int
    entry: Entry
    sizes: array[int]
    offsets: array[int]
    decoded: array[int]
    shown: array[int]
    syncs: frozenset[int]
    start: int
    runs: tuple[Run, ...]
    chunks: int
    of_chunk: array[int]


def film_of(source: Source, where: str, refusal: Refusal) -> Film:
    """The boxes. Raises MalformedError; the refusal for fragments and for several films."""
    walker = Walker(source)
    boxes = tuple(path for path in walker.tree(_PARENTS))
    tops = tuple(path[0] for path in boxes if len(path) == 1)
    kinds = [box.kind for box in tops]
    if b"moof" in kinds or any(path[-1].kind == b"mvex" for path in boxes):
        raise refusal(where, "it is in fragments")
    if kinds.count(b"moov") != 1:
        raise MalformedError("there is not one box moov", 0)
    tracks = tuple(path for path in boxes if len(path) == 2 and path[-1].kind == b"trak")
    return Film(tops, tuple(path for path in boxes if len(path) > 1), tracks)


def track_of(source: Source, film: Film, handler: bytes, where: str, refusal: Refusal) -> Track:
    """The only track of a kind, such as `vide`. Raises MalformedError; the refusal where it is of a shape that is not handled."""
    found = [track for track in film.tracks if _handler(source, film, track) == handler]
    if len(found) != 1:
        raise refusal(where, "it has no track of that kind, or several")
    path = found[0]
    stbl = _one(film, path, b"stbl")
    tables: dict[bytes, Box] = {}
    for box in (one[-1] for one in film.boxes if one[:-1] == stbl):
        if box.kind in tables:
            raise refusal(where, "a table of its samples stands twice")
        tables[box.kind] = box
    if any(kind not in tables for kind in _ONCE) or (b"stco" in tables) == (b"co64" in tables):
        raise refusal(where, "a table of its samples is missing, or of a kind that is not handled")
    sizes = _sizes(source, tables[b"stsz"])
    count = len(sizes)
    runs, starts = _runs(source, tables[b"stsc"]), _chunks(source, tables)
    offsets, of_chunk = _offsets(sizes, runs, starts, tables[b"stsc"].start)
    decoded = _decoded(source, tables[b"stts"], count)
    shown = _shown(source, tables.get(b"ctts"), decoded)
    syncs = _syncs(source, tables.get(b"stss"), count)
    return Track(
        path, stbl, tables, _scale(source, film, path), _entry(source, tables[b"stsd"], handler, where, refusal), sizes, offsets,
        decoded, shown, syncs, _start(source, film, path, where, refusal), runs, len(starts), of_chunk,
    )  # fmt: skip


def numbers(data: bytes, width: int = 4) -> array[int]:
    """Big-endian numbers of 4 or 8 bytes."""
    found = array("I" if width == 4 else "Q", data)
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _one(film: Film, around: Path, kind: bytes) -> Path:
    found = film.within(around, kind)
    if len(found) != 1:
        raise MalformedError(f"a track has not one box {kind.decode('ascii')}", around[-1].start)
    return found[0]


def _handler(source: Source, film: Film, path: Path) -> bytes:
    return next((source.at(one[-1].body + 8, 4) for one in film.within(path, b"hdlr") if one[-2].kind == b"mdia"), b"")


def _scale(source: Source, film: Film, path: Path) -> int:
    box = _one(film, path, b"mdhd")[-1]
    head = _body(source, box, 0, 24)
    scale = int.from_bytes(head[20:24] if head[0] else head[12:16])
    if not scale:
        raise MalformedError("a track has no unit of time", box.start)
    return scale


def _body(source: Source, box: Box, at: int, size: int) -> bytes:
    """Bytes of a box's body, which must hold them."""
    if at + size > box.end - box.body:
        raise MalformedError("a table is shorter than it says", box.start)
    return source.at(box.body + at, size)


def _rows(source: Source, box: Box, width: int) -> bytes:
    """The rows of a table that begins with their count."""
    count = int.from_bytes(_body(source, box, 4, 4))
    return _body(source, box, 8, count * width)


def _sizes(source: Source, box: Box) -> array[int]:
    same, count = (int.from_bytes(_body(source, box, at, 4)) for at in (4, 8))
    if not 0 < count <= MOST_SAMPLES:
        raise MalformedError("a track has no samples, or more than are read", box.start)
    return array("I", repeat(same, count)) if same else numbers(_body(source, box, 12, 4 * count))


def _runs(source: Source, box: Box) -> tuple[Run, ...]:
    flat = numbers(_rows(source, box, 12))
    runs = tuple(Run(*flat[at : at + 3]) for at in range(0, len(flat), 3))
    if not runs or runs[0].first != 1 or any(a.first >= b.first for a, b in pairwise(runs)):
        raise MalformedError("the table of chunks is not in order", box.start)
    return runs


def _chunks(source: Source, tables: dict[bytes, Box]) -> array[int]:
    width = 4 if b"stco" in tables else 8
    return numbers(_rows(source, tables[b"stco" if width == 4 else b"co64"], width), width)


def _offsets(sizes: array[int], runs: tuple[Run, ...], starts: array[int], at: int) -> tuple[array[int], array[int]]:
    """Where each sample stands, and in which chunk."""
    offsets, of_chunk, sample, row = array("Q"), array("I"), 0, 0
    for chunk, place in enumerate(starts):
        while row + 1 < len(runs) and runs[row + 1].first <= chunk + 1:
            row += 1
        for _ in range(min(runs[row].samples, len(sizes) - sample)):
            offsets.append(place)
            of_chunk.append(chunk)
            place += sizes[sample]
            sample += 1
    if sample != len(sizes):
        raise MalformedError("the chunks do not hold all samples", at)
    return offsets, of_chunk


def _decoded(source: Source, box: Box, count: int) -> array[int]:
    flat, times, now = numbers(_rows(source, box, 8)), array("q"), 0
    for at in range(0, len(flat), 2):
        run, step = min(flat[at], count - len(times)), flat[at + 1]
        times.extend(range(now, now + run * step, step) if step else repeat(now, run))
        now += run * step
    if len(times) != count:
        raise MalformedError("the table of times does not have all samples", box.start)
    return times


def _shown(source: Source, box: Box | None, decoded: array[int]) -> array[int]:
    if box is None:
        return decoded
    flat, shown, first = numbers(_rows(source, box, 8)), array("q", decoded), 0
    for at in range(0, len(flat), 2):
        offset = flat[at + 1] - (1 << 32 if flat[at + 1] >> 31 else 0)
        for sample in range(first, min(len(shown), first + flat[at])):
            shown[sample] += offset
        first += flat[at]
    return shown


def _syncs(source: Source, box: Box | None, count: int) -> frozenset[int]:
    if box is None:
        return frozenset(range(count))
    return frozenset(number - 1 for number in numbers(_rows(source, box, 4)) if 0 < number <= count)


def _entry(source: Source, box: Box, handler: bytes, where: str, refusal: Refusal) -> Entry:
    """The one sample description, and the boxes in it, behind the fields of pictures or of sound."""
    entries = list(Walker(source).between(box.body + 8, box.end))
    if len(entries) != 1 or int.from_bytes(_body(source, box, 4, 4)) != 1:
        raise refusal(where, "its samples are of several kinds")
    fields = 78 if handler == b"vide" else {0: 28, 1: 44}.get(int.from_bytes(_body(source, entries[0], 8, 2)), 64)
    _body(source, entries[0], 0, fields)
    return Entry(entries[0], tuple(Walker(source).between(entries[0].body + fields, entries[0].end)))


def _start(source: Source, film: Film, path: Path, where: str, refusal: Refusal) -> int:
    """The media time at which the track begins to be shown."""
    lists = film.within(path, b"elst")
    if not lists:
        return 0
    box = lists[0][-1]
    width = 20 if _body(source, box, 0, 1)[0] else 12
    rows = _rows(source, box, width)
    half = (width - 4) // 2
    times = [int.from_bytes(rows[at + half : at + 2 * half], signed=True) for at in range(0, len(rows), width)]
    real = [time for time in times if time >= 0]
    if len(lists) > 1 or len(real) != 1 or times[-1] < 0:
        raise refusal(where, "its edit list has several parts")
    return real[0]
