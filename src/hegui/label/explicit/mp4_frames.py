"""Other frames in the place of the first ones of a video track in MP4, and everything else as it was.

Knows the tables that tell of single samples: sizes, keyframes, times of showing, dependencies; knows no codec. The new frames stand
where the old ones stood, as many as these, decoded at the same times and shown at the same times; so durations, edit lists,
the other tracks and how they are interleaved do not change. What would tell something untrue of them is refused or put right.
Rules: ISO/IEC 14496-12 8.6 (stts, ctts, stss, sdtp), 8.7.3 (stsz), 8.5.2 (stsd).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from struct import pack

from hegui.kernel.isobmff import Box, box
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.bmff_offsets import mended
from hegui.label.bmff_shift import Edit
from hegui.label.explicit.media_faults import cannot_video
from hegui.label.explicit.mp4_track import Film, Track, numbers

__all__ = ["NewFrames", "exchanged"]

_REFUSED = (b"sbgp", b"subs", b"saiz", b"saio", b"senc", b"stdp", b"padb", b"stps", b"stsh")


@dataclass(frozen=True, slots=True)
class NewFrames:
    """Frames that take the place of the first ones, in the order in which they are decoded.

    Attributes:
        data: of each frame.
        ranks: the place of each in the order in which they are shown.
        syncs: which are keyframes, from 0.
        config: what decoders are set up with, where it changes; None where it stays.
    """

    data: Sequence[bytes]
    ranks: Sequence[int]
    syncs: frozenset[int]
    config: bytes | None


def exchanged(source: Source, film: Film, track: Track, new: NewFrames, kind: bytes, where: str) -> tuple[Splice, ...]:
    """The splices.

    Args:
        source: the file.
        film, track: what was read of it.
        new: the frames.
        kind: the type of the box that holds the configuration, such as avcC.
        where: the file's name, for messages.
    Raises:
        LabelError: LBL135; LBL030, LBL031. MalformedError.
    """
    refused = [name for name in _REFUSED if name in track.tables]
    if refused:
        raise cannot_video(
            where, f"its frames are described by a table that is not handled: {refused[0].decode('ascii')}"
        )
    edits = [*_data(film, track, new), *_sizes(track, new), *_syncs(track, new), *_shown(source, track, new, where)]
    if b"sdtp" in track.tables:
        edits.append(Edit(track.tables[b"sdtp"].body + 4, len(new.data), bytes(len(new.data))))
    if new.config is not None:
        old = track.entry.named(kind)
        if old is None:
            raise cannot_video(where, "its configuration is missing")
        around = (*track.stbl, track.tables[b"stsd"], track.entry.box)
        edits.append(Edit(old.start, old.size, box(kind, new.config), around))
    return mended(source, edits, where)


def _data(film: Film, track: Track, new: NewFrames) -> Iterator[Edit]:
    """The frames, a chunk at a time."""
    end = 0
    for _, run in groupby(range(len(new.data)), track.of_chunk.__getitem__):
        samples = list(run)
        at = track.offsets[samples[0]]
        size = sum(track.sizes[sample] for sample in samples)
        around = [top for top in film.tops if top.kind == b"mdat" and top.body <= at and at + size <= top.end]
        if not around or at < end:
            raise MalformedError("frames do not stand one behind the other in media data", at)
        end = at + size
        yield Edit(at, size, b"".join(new.data[sample] for sample in samples), (around[0],))


def _sizes(track: Track, new: NewFrames) -> Iterator[Edit]:
    table = track.tables[b"stsz"]
    fresh = [len(one) for one in new.data]
    if table.end - table.body >= 12 + 4 * len(track.sizes):
        yield Edit(table.body + 12, 4 * len(fresh), pack(f">{len(fresh)}I", *fresh))
    elif any(size != track.sizes[0] for size in fresh):
        whole = [*fresh, *track.sizes[len(fresh) :]]
        yield Edit(
            table.start, table.size, box(b"stsz", pack(f">III{len(whole)}I", 0, 0, len(whole), *whole)), track.stbl
        )


def _syncs(track: Track, new: NewFrames) -> Iterator[Edit]:
    """The table of keyframes."""
    count = len(new.data)
    syncs = new.syncs | {sample for sample in track.syncs if sample >= count}
    if syncs == track.syncs:
        return
    table = track.tables.get(b"stss")
    place = table or Box(b"stss", track.stbl[-1].end, 0, track.stbl[-1].end)
    rows = sorted(sample + 1 for sample in syncs)
    yield Edit(place.start, place.size, box(b"stss", pack(f">II{len(rows)}I", 0, len(rows), *rows)), track.stbl)


def _shown(source: Source, track: Track, new: NewFrames, where: str) -> Iterator[Edit]:
    """The table of how much later each frame is shown than decoded."""
    count, table = len(new.data), track.tables.get(b"ctts")
    times = sorted(track.shown[:count])
    offsets = [times[rank] - decoded for rank, decoded in zip(new.ranks, track.decoded, strict=False)]
    if table is None and not any(offsets):
        return
    least = min(0, *(shown - decoded for shown, decoded in zip(track.shown, track.decoded, strict=True)))
    if table is None or min(offsets) < least or max(offsets) >> 31:
        raise cannot_video(where, "its times leave no room for frames in another order")
    old = numbers(source.at(table.body + 8, (table.end - table.body - 8) // 8 * 8))
    rows = [(len(list(run)), offset & 0xFFFF_FFFF) for offset, run in groupby(offsets)]
    seen = 0
    for at in range(0, 2 * int.from_bytes(source.at(table.body + 4, 4)), 2):
        left = min(old[at], seen + old[at] - count)
        seen += old[at]
        if left > 0:
            rows.append((left, old[at + 1]))
    flat = [value for row in rows for value in row]
    head = source.at(table.body, 4)
    yield Edit(table.start, table.size, box(b"ctts", head, pack(f">I{len(flat)}I", len(rows), *flat)), track.stbl)
