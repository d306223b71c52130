"""Other frames in the place of the first ones of the video track in Matroska, and everything else as it was.

Knows blocks, and what counts bytes from the start of the segment: the SeekHead and the Cues. Clusters with new frames are written
anew with every other block as it was; whatever moved is pointed at anew, until nothing changes any more. Clusters that say
where they stand are refused.
Rules: RFC 9559 5.1.1 (SeekHead), 5.1.3 (Cluster), 5.1.5 (Cues); RFC 8794 for sizes and check sums.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from hegui.kernel import ebml
from hegui.kernel.ebml import Element
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.explicit.matroska_track import GROUP, SIMPLE, Block, MatroskaTrack
from hegui.label.explicit.media_faults import cannot_video
from hegui.label.explicit.mp4_frames import NewFrames
from hegui.label.matroska_segment import CUES, SEEK, SEEK_HEAD, SEEK_POSITION

__all__ = ["exchanged"]

_POINT, _PLACES, _CLUSTER_AT, _WITHIN = 0xBB, 0xB7, 0xF1, 0xF0
_POSITION, _BEFORE = 0xA7, 0xAB
_LONGEST = 64 << 20
_ROUNDS = 8
_MASTERS, _DEPTH = (SEEK, _POINT, _PLACES), 2


class _Moves:
    """Where things stand after parts were written anew."""

    def __init__(self, base: int) -> None:
        self.base = base
        self.parts: dict[int, tuple[int, bytes]] = {}
        self.within: dict[int, Callable[[int], int]] = {}
        self._starts: list[int] = []
        self._sums = [0]

    def put(self, element: Element, data: bytes) -> None:
        """Write an element anew."""
        self.parts[element.start] = (element.total, data)
        self._starts = sorted(self.parts)
        self._sums = [0, *accumulate(len(self.parts[at][1]) - self.parts[at][0] for at in self._starts)]

    def of(self, position: int) -> int:
        """The new position, counted from the start of the segment, of an element at this one."""
        return position + self._sums[bisect_right(self._starts, position + self.base - 1)]

    def splices(self) -> Iterator[Splice]:
        """The parts."""
        return (Splice(at, total, data) for at, (total, data) in self.parts.items())


def exchanged(source: Source, track: MatroskaTrack, new: NewFrames, where: str) -> tuple[Splice, ...]:
    """The splices. Raises LabelError (LBL135), MalformedError."""
    moves = _Moves(track.segment.element.body)
    if new.config is not None:
        moves.put(*_configured(source, track, new.config, where))
    count = len(new.data)
    times = sorted(block.time for block in track.blocks[:count])
    fresh = {
        block.element.start: (block, data, times[rank], place in new.syncs)
        for place, (block, data, rank) in enumerate(zip(track.blocks[:count], new.data, new.ranks, strict=True))
    }
    for number in sorted({block.cluster for block in track.blocks[:count]}):
        cluster = track.clusters[number]
        data, inner = _cluster(source, cluster, track.times[number], fresh, where)
        moves.put(cluster, data)
        moves.within[cluster.start - moves.base] = inner
    if any(_says_place(source, cluster) for cluster in track.clusters):
        raise cannot_video(where, "its clusters say where they stand, which would no longer be so")
    _repointed(source, track, moves)
    outer = track.segment.element
    by = sum(len(data) - total for total, data in moves.parts.values())
    size = ebml.resized((outer.size or 0) + by, outer)
    return (Splice(outer.body - outer.width, outer.width, size), *moves.splices())


def _configured(source: Source, track: MatroskaTrack, config: bytes, where: str) -> tuple[Element, bytes]:
    """The tracks with another configuration of this one."""
    old = track.private
    if old is None:
        raise cannot_video(where, "its configuration is missing")
    tracks = old.parents[0]
    data = source.at(tracks.start, tracks.total)
    return tracks, ebml.changed(data, (*old.parents, old), old.body, old.size or 0, config)


def _cluster(
    source: Source, cluster: Element, time: int, fresh: dict[int, tuple[Block, bytes, int, bool]], where: str
) -> tuple[bytes, Callable[[int], int]]:
    """A cluster with new frames, and where a block in it stands now, counted from where its data begin."""
    if cluster.total > _LONGEST:
        raise cannot_video(where, "its clusters are too large")
    whole = source.at(cluster.start, cluster.total)
    parts: list[bytes] = []
    old_at, new_at, at = [], [], 0
    for child in ebml.nested(source, cluster, ()):
        data = whole[child.start - cluster.start : child.end - cluster.start]
        inner = _block_of(source, child, fresh)
        if inner is not None:
            block, frame, shown, is_key = fresh[inner.start]
            if not -0x8000 <= shown - time < 0x8000 or (child.ident == GROUP and is_key != block.is_key):
                raise cannot_video(where, "its keyframes and times are laid out in a way that is not handled")
            head = bytearray(source.at(inner.body, block.head))
            head[-3:-1] = (shown - time).to_bytes(2, signed=True)
            if child.ident == SIMPLE:
                head[-1] = head[-1] & 0x7E | (0x80 if is_key else 0)
            holders = (child,) if child.ident == SIMPLE else (child, inner)
            data = ebml.changed(data, holders, inner.body, inner.size or 0, bytes(head) + frame)
        old_at.append(child.start - cluster.body)
        new_at.append(at)
        at += len(data)
        parts.append(data)
    body = b"".join(parts)
    new = ebml.changed(whole, (cluster,), cluster.body, cluster.size or 0, body)
    table = dict(zip(old_at, new_at, strict=True))
    return new, lambda place: table.get(place, place)


def _block_of(source: Source, child: Element, fresh: dict[int, tuple[Block, bytes, int, bool]]) -> Element | None:
    """The block in a child of a cluster whose frame is a new one."""
    if child.ident == SIMPLE:
        return child if child.start in fresh else None
    if child.ident != GROUP:
        return None
    return next((one for one in ebml.nested(source, child, ()) if one.start in fresh), None)


def _says_place(source: Source, cluster: Element) -> bool:
    """Whether a cluster names its position, or the size of the one before it, in its first elements."""
    for count, one in enumerate(ebml.nested(source, cluster, ())):
        if one.ident in (_POSITION, _BEFORE):
            return True
        if count > 4 or one.ident in (SIMPLE, GROUP):
            return False
    return False


def _repointed(source: Source, track: MatroskaTrack, moves: _Moves) -> None:
    """What points at moved elements, until it points right."""
    tables = [*track.segment.all(SEEK_HEAD), *track.segment.all(CUES)]
    for _ in range(_ROUNDS):
        before = {table.start: moves.parts.get(table.start) for table in tables}
        for table in tables:
            moves.put(table, _table(source, table, moves))
        if before == {table.start: moves.parts.get(table.start) for table in tables}:
            return
    raise MalformedError("its index does not come to rest", track.segment.element.start)


def _table(source: Source, table: Element, moves: _Moves) -> bytes:
    """A SeekHead or Cues with the new positions."""

    def changed(one: Element, beside: Sequence[Element]) -> bytes | None:
        if one.ident in (SEEK_POSITION, _CLUSTER_AT):
            return _number(moves.of(_value(source, one)), one)
        if one.ident == _WITHIN:
            cluster = next((_value(source, other) for other in beside if other.ident == _CLUSTER_AT), -1)
            inner = moves.within.get(cluster)
            return _number(inner(_value(source, one)), one) if inner else None
        return None

    return _remade(source, table, changed, _DEPTH)


def _remade(
    source: Source, outer: Element, changed: Callable[[Element, Sequence[Element]], bytes | None], depth: int
) -> bytes:
    """An element with other data in some of those within it, three levels deep at the most."""
    whole = source.at(outer.start, outer.total)
    children = list(ebml.nested(source, outer, ()))
    parts = []
    for child in children:
        old = whole[child.start - outer.start : child.end - outer.start]
        if depth and child.ident in _MASTERS:
            parts.append(_remade(source, child, changed, depth - 1))
            continue
        data = changed(child, children)
        parts.append(old if data is None else ebml.changed(old, (child,), child.body, child.size or 0, data))
    body = b"".join(parts)
    return ebml.changed(whole, (outer,), outer.body, outer.size or 0, body)


def _value(source: Source, element: Element) -> int:
    return int.from_bytes(source.at(element.body, min(element.size or 0, 8)))


def _number(value: int, old: Element) -> bytes:
    """A number in as many bytes as it had, or in as many more as it needs."""
    return value.to_bytes(max(old.size or 0, (value.bit_length() + 7) // 8))
