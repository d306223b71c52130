"""A mark in an M4A file: packets of AAC in front of the others or behind them, and the tables that count them made right.

Knows the tables of a track of sound and its durations; touches no packet, tag or picture that is there. The packets are put in
beside the first or the last ones in the media data; offsets and sizes are mended as for a label. A file with chapters,
several tracks, or tags that count samples is refused, since these would tell something untrue.
Rules: GB 45438-2025 5.3; ISO/IEC 14496-12 8.2.2, 8.3.2, 8.4.2, 8.6, 8.7; ISO/IEC 14496-3 1.6.2.1 (AudioSpecificConfig).
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack
from typing import NamedTuple

from hegui.kernel.isobmff import Box, Path, box
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label import aac
from hegui.label.bmff_offsets import mended
from hegui.label.bmff_shift import Edit
from hegui.label.explicit.media_faults import cannot_sound, would_move
from hegui.label.explicit.mp4_track import Film, Run, Track, film_of, track_of
from hegui.label.explicit.prefix import coded
from hegui.label.explicit.sound_mark import SoundMark

__all__ = ["put"]

_HERTZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_FRAME = 1024
_KNOWN = (b"stsd", b"stts", b"stsc", b"stsz", b"stco", b"co64", b"sgpd", b"sbgp")
_MOST_USER_DATA = 1 << 26


class _New(NamedTuple):
    """What comes in: how many packets, and how long each takes in units of the track."""

    packets: int
    step: int


def put(source: Source, mark: SoundMark, where: str) -> tuple[Splice, ...]:
    """The splices. Raises LabelError (LBL030 to LBL033, LBL130 to LBL133), MalformedError."""
    film = film_of(source, where, cannot_sound)
    if len(film.tracks) != 1:
        raise cannot_sound(where, "it has other tracks than one of sound")
    track = track_of(source, film, b"soun", where, cannot_sound)
    _refuse(source, film, track, mark, where)
    rate, channels = _config(source, track, where)
    data = coded(mark, rate, channels, ("-c:a", "aac", "-b:a", f"{64 * channels}k", "-f", "adts"), where)
    packets = list(_packets(data))
    if track.scale * _FRAME % rate:
        raise cannot_sound(where, "its unit of time does not fit its rate")
    sizes = _New(len(packets), track.scale * _FRAME // rate)
    in_front = mark.place == "head"
    edits = [
        _data(source, film, track, packets, in_front=in_front), *_tables(source, track, packets, sizes, in_front=in_front),
        *_durations(source, film, track, sizes, where),
    ]  # fmt: skip
    return mended(source, edits, where)


def _refuse(source: Source, film: Film, track: Track, mark: SoundMark, where: str) -> None:
    """Raises LabelError (LBL132, LBL133) for what would tell something untrue."""
    strange = [kind for kind in track.tables if kind not in _KNOWN]
    uniform = int.from_bytes(source.at(track.tables[b"stsz"].body + 4, 4))
    if strange or uniform:
        raise cannot_sound(where, "its packets are described by a table that is not handled")
    moov = track.path[0]
    for one in (path[-1] for path in film.boxes if path[:-1] == (moov,) and path[-1].kind == b"udta"):
        if one.size > _MOST_USER_DATA:
            raise cannot_sound(where, "its tags are too large")
        tags = source.at(one.body, one.end - one.body)
        if b"iTunSMPB" in tags:
            raise cannot_sound(where, "a tag counts its samples (iTunSMPB)")
        if b"chpl" in tags and mark.place == "head":
            raise would_move(where, "chapter marks")


def _config(source: Source, track: Track, where: str) -> tuple[int, int]:
    """Rate and channels, where it is AAC LC in mono or stereo with frames of 1024 samples."""
    esds = track.entry.named(b"esds")
    data = source.at(esds.body, min(esds.end - esds.body, 4096)) if esds is not None else b""
    config = _specific(data)
    if len(config) >= 2 and config[0] >> 3 == 2:
        index, channels = (config[0] & 7) << 1 | config[1] >> 7, config[1] >> 3 & 15
        has_more = config[2:4] == b"\x56\xe5" and len(config) > 4 and config[4] & 0x80
        if index < len(_HERTZ) and channels in (1, 2) and not config[1] & 4 and not has_more:
            return _HERTZ[index], channels
    raise cannot_sound(where, "it is AAC of another profile or with other channels than LC in mono or stereo")


def _specific(data: bytes) -> bytes:
    """The AudioSpecificConfig: the descriptor 5 in descriptor 4 in descriptor 3."""
    at = 4
    for wanted, skip in ((3, 3), (4, 13), (5, 0)):
        if at >= len(data) or data[at] != wanted:
            return b""
        at, size = at + 1, 0
        for _ in range(4):
            if at >= len(data):
                return b""
            size = size << 7 | data[at] & 0x7F
            at += 1
            if not data[at - 1] & 0x80:
                break
        if wanted == 5:
            return data[at : at + size]
        at += skip
    return b""


def _packets(data: bytes) -> Iterator[bytes]:
    """The packets of ADTS without their headers."""
    at = 0
    while at < len(data):
        size = aac.frame_size(data[at : at + 7])
        if size is None or at + size > len(data):
            raise MalformedError("the coded mark is not whole", at)
        yield data[at + (7 if data[at + 1] & 1 else 9) : at + size]
        at += size


def _data(source: Source, film: Film, track: Track, packets: list[bytes], *, in_front: bool) -> Edit:
    """The packets in the media data. In front they take the place of the first one with it behind them, so that the chunk
    still begins where it did."""
    sample = 0 if in_front else len(track.sizes) - 1
    at, size = track.offsets[sample], track.sizes[sample]
    around = [top for top in film.tops if top.kind == b"mdat" and top.body <= at and at + size <= top.end]
    if not around or not size:
        raise MalformedError("packets do not stand in media data", at)
    parts = [*packets, source.at(at, size)] if in_front else [source.at(at, size), *packets]
    return Edit(at, size, b"".join(parts), (around[0],))


def _tables(source: Source, track: Track, packets: list[bytes], new: _New, *, in_front: bool) -> Iterator[Edit]:
    stsz, stts, old = track.tables[b"stsz"], track.tables[b"stts"], len(track.sizes)
    yield Edit(stsz.body + 8, 4, (old + new.packets).to_bytes(4))
    at = stsz.body + 12 + (0 if in_front else 4 * old)
    yield Edit(at, 0, pack(f">{new.packets}I", *map(len, packets)), (*track.stbl, stsz))
    rows = int.from_bytes(source.at(stts.body + 4, 4))
    yield Edit(stts.body + 4, 4, (rows + 1).to_bytes(4))
    yield Edit(
        stts.body + 8 + (0 if in_front else 8 * rows), 0, pack(">II", new.packets, new.step), (*track.stbl, stts)
    )
    yield _runs(track, new.packets, in_front=in_front)
    if b"sbgp" in track.tables:
        yield from _groups(source, track, new.packets, in_front=in_front)


def _runs(track: Track, count: int, *, in_front: bool) -> Edit:
    """How many packets each chunk has: more in the first or in the last."""
    runs, last = list(track.runs), track.chunks
    if in_front:
        first = runs[0]
        rest = [first._replace(first=2)] if last > 1 and (len(runs) == 1 or runs[1].first > 2) else []
        runs[:1] = [first._replace(samples=first.samples + count), *rest]
    else:
        runs = [run for run in runs if run.first <= last]
        final = Run(last, runs[-1].samples + count, runs[-1].description)
        runs = [*(runs[:-1] if runs[-1].first == last else runs), final]
    flat = [value for run in runs for value in run]
    stsc = track.tables[b"stsc"]
    return Edit(stsc.start, stsc.size, box(b"stsc", pack(f">II{len(flat)}I", 0, len(runs), *flat)), track.stbl)


def _groups(source: Source, track: Track, count: int, *, in_front: bool) -> Iterator[Edit]:
    """The group of the first or last packets, which is the same for all of AAC, takes the new ones in."""
    sbgp = track.tables[b"sbgp"]
    head = 12 if source.at(sbgp.body, 1)[0] else 8
    rows = int.from_bytes(source.at(sbgp.body + head, 4))
    at = sbgp.body + head + 4 + (0 if in_front else 8 * (rows - 1))
    if not rows or at + 8 > sbgp.end:
        raise MalformedError("a table of groups is shorter than it says", sbgp.start)
    yield Edit(at, 4, (int.from_bytes(source.at(at, 4)) + count).to_bytes(4))


def _durations(source: Source, film: Film, track: Track, new: _New, where: str) -> Iterator[Edit]:
    """The track, its media, its edit and the film take longer."""
    media = new.packets * new.step
    found = [
        _named(film, around, kind)
        for around, kind in ((track.path[:1], b"mvhd"), (track.path, b"mdhd"), (track.path, b"tkhd"))
    ]
    if [len(boxes) for boxes in found] != [1, 1, 1]:
        raise MalformedError("a box with durations is missing", track.path[-1].start)
    mvhd, mdhd, tkhd = (boxes[0] for boxes in found)
    scale = int.from_bytes(source.at(mvhd.body + (20 if source.at(mvhd.body, 1)[0] else 12), 4))
    longer = media * scale // track.scale
    yield _longer(source, mvhd, (24, 16), longer, where)
    yield _longer(source, mdhd, (24, 16), media, where)
    yield _longer(source, tkhd, (28, 20), longer, where)
    for elst in _named(film, track.path, b"elst"):
        width = 8 if source.at(elst.body, 1)[0] else 4
        for row in range(int.from_bytes(source.at(elst.body + 4, 4))):
            at = elst.body + 8 + row * (2 * width + 4)
            if int.from_bytes(source.at(at + width, width), signed=True) >= 0:
                yield Edit(at, width, _sum(source.at(at, width), longer, where))


def _named(film: Film, around: Path, kind: bytes) -> tuple[Box, ...]:
    return tuple(path[-1] for path in film.within(around, kind))


def _longer(source: Source, one: Box, places: tuple[int, int], by: int, where: str) -> Edit:
    """A box's duration, which stands elsewhere in version 1, and is wider."""
    is_wide = source.at(one.body, 1)[0] == 1
    at, width = one.body + places[0 if is_wide else 1], 8 if is_wide else 4
    return Edit(at, width, _sum(source.at(at, width), by, where))


def _sum(old: bytes, by: int, where: str) -> bytes:
    value = int.from_bytes(old) + by
    if value >= 1 << 8 * len(old):
        raise cannot_sound(where, "a field for its duration is full")
    return value.to_bytes(len(old))
