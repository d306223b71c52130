"""The video track of a Matroska or WebM file, frame by frame: which block holds each, and when it is shown.

Knows Tracks, Clusters, SimpleBlocks and BlockGroups; knows no codec and reads no frame. Live files, laced or encoded blocks, and
blocks with additions (alpha, dynamic colours) are refused with a reason.
Rules: RFC 9559 5.1.3, 5.1.4, 10 (blocks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hegui.kernel import ebml
from hegui.kernel.ebml import Element
from hegui.kernel.source import MalformedError, Source
from hegui.label.explicit.media_faults import cannot_video
from hegui.label.matroska_segment import INFO, Segment, segments

__all__ = ["GROUP", "SIMPLE", "Block", "MatroskaTrack", "block_head", "track_of"]

TRACKS, CLUSTER = 0x1654AE6B, 0x1F43B675
_ENTRY, _NUMBER, _KIND, _CODEC, _PRIVATE, _ENCODINGS = 0xAE, 0xD7, 0x83, 0x86, 0x63A2, 0x6D80
_SCALE = 0x2AD7B1
TIME, SIMPLE, GROUP, BLOCK, REFERENCE, ADDITIONS = 0xE7, 0xA3, 0xA0, 0xA1, 0xFB, 0x75A1
MOST_BLOCKS = 1 << 21
_MOST_PRIVATE = 1 << 20


class Block(NamedTuple):
    """A frame.

    Attributes:
        element: the SimpleBlock, or the Block in a BlockGroup.
        head: bytes before the frame: track, time and flags.
        cluster: number of its cluster.
        time: when it is shown.
        is_key: whether it is a keyframe.
    """

    element: Element
    head: int
    cluster: int
    time: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class MatroskaTrack:
    """The track.

    Attributes:
        segment: the segment, which is the only one.
        number: of the track.
        codec: its id, such as V_MPEG4/ISO/AVC.
        private: the element that holds its configuration, with those around it; None where it has none.
        scale: nanoseconds of a unit of time.
        clusters: all of them.
        times: of each cluster.
        blocks: its frames in file order.
    """

    segment: Segment
    number: int
    codec: str
    private: Element | None
    scale: int
    clusters: tuple[Element, ...]
    times: tuple[int, ...]
    blocks: tuple[Block, ...]


def track_of(source: Source, where: str) -> MatroskaTrack:
    """The only video track. Raises MalformedError, LabelError (LBL135)."""
    parts = segments(source)
    segment = parts[0]
    if segment.fault is not None:
        raise segment.fault
    if len(parts) != 1 or segment.element.size is None or segment.has_check_sum:
        raise cannot_video(where, "it is live, has several segments, or a check sum over all of it")
    number, codec, private = _entry(source, segment, where)
    clusters, times, blocks = _blocks(source, segment, number, where)
    return MatroskaTrack(segment, number, codec, private, _scale(source, segment), clusters, times, blocks)


def block_head(source: Source, block: Element) -> tuple[int, int, int, int]:
    """Of a block: its track, its time in the cluster, its flags, and how many bytes these take."""
    raw = source.up_to(block.body, min(12, block.size or 0))
    width = 9 - raw[0].bit_length() if raw and raw[0] else 9
    if width > 8 or len(raw) < width + 3:
        raise MalformedError("a block is shorter than its header", block.start)
    track = int.from_bytes(raw[:width]) - (1 << 7 * width)
    return track, int.from_bytes(raw[width : width + 2], signed=True), raw[width + 2], width + 3


def _entry(source: Source, segment: Segment, where: str) -> tuple[int, str, Element | None]:
    found = [one for one in ebml.walk(source, segment.element.body, segment.clusters_at) if one.ident == TRACKS]
    if len(found) != 1 or found[0].total > _MOST_PRIVATE * 4:
        raise cannot_video(where, "its tracks are not described in one place before the frames")
    entries: list[dict[int, Element]] = []
    for one in ebml.nested(source, found[0], (_ENTRY,)):
        if one.ident == _ENTRY:
            entries.append({})
        elif entries:
            entries[-1][one.ident] = one
    videos = [entry for entry in entries if _KIND in entry and _number(source, entry[_KIND]) == 1]
    if len(videos) != 1 or _NUMBER not in videos[0] or _CODEC not in videos[0]:
        raise cannot_video(where, "it has no video track, or several")
    if _ENCODINGS in videos[0]:
        raise cannot_video(where, "its frames are compressed or encrypted once more")
    codec = (
        source.at(videos[0][_CODEC].body, min(videos[0][_CODEC].size or 0, 64)).decode("ascii", "replace").rstrip("\0")
    )
    return _number(source, videos[0][_NUMBER]), codec, videos[0].get(_PRIVATE)


def _number(source: Source, element: Element) -> int:
    return int.from_bytes(source.at(element.body, min(element.size or 0, 8)))


def _scale(source: Source, segment: Segment) -> int:
    for info in segment.all(INFO):
        for one in ebml.nested(source, info, ()):
            if one.ident == _SCALE:
                return max(1, _number(source, one))
    return 1_000_000


def _blocks(
    source: Source, segment: Segment, number: int, where: str
) -> tuple[tuple[Element, ...], tuple[int, ...], tuple[Block, ...]]:
    clusters: list[Element] = []
    times: list[int] = []
    blocks: list[Block] = []
    for cluster in ebml.walk(source, segment.clusters_at, segment.end):
        if cluster.ident != CLUSTER:
            continue
        time = group = None
        for one in ebml.nested(source, cluster, (GROUP,)):
            if one.ident == TIME:
                time = _number(source, one)
            elif one.ident == GROUP:
                group = len(blocks)
            elif one.ident in (SIMPLE, BLOCK):
                track, offset, flags, head = block_head(source, one)
                if track != number:
                    continue
                if time is None or flags & 6 or len(blocks) == MOST_BLOCKS:
                    raise cannot_video(where, "its frames are laced, or stand before the time of their cluster")
                is_key = bool(flags & 0x80) if one.ident == SIMPLE else True
                blocks.append(Block(one, head, len(clusters), time + offset, is_key))
            elif group is not None and group < len(blocks) and one.ident == REFERENCE:
                blocks[group] = blocks[group]._replace(is_key=False)
            elif one.ident == ADDITIONS and group is not None and group < len(blocks):
                raise cannot_video(where, "its frames have additions, such as alpha")
        clusters.append(cluster)
        times.append(time or 0)
    if not blocks:
        raise MalformedError("there are no frames", segment.clusters_at)
    return tuple(clusters), tuple(times), tuple(blocks)
