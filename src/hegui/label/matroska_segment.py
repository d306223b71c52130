"""What a Matroska file is made of, one level deep: its segments, and in each the parts that are no media.

Knows which elements a segment holds and where its clusters begin; knows no label, and looks into no cluster but one whose size
was left open by a live writer. A damaged or cut segment is told as far as it goes, with the fault.
Rules: RFC 9559 and RFC 8794.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hegui.kernel import ebml
from hegui.kernel.ebml import CRC_32, VOID, Element
from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError

__all__ = [
    "CUES",
    "HEADER",
    "INFO",
    "SEEK",
    "SEEK_HEAD",
    "SEEK_ID",
    "SEEK_POSITION",
    "TAGS",
    "Segment",
    "entries",
    "segments",
]

HEADER = 0x1A45DFA3
SEGMENT = 0x18538067
SEEK_HEAD = 0x114D9B74
SEEK = 0x4DBB
SEEK_ID = 0x53AB
SEEK_POSITION = 0x53AC
INFO = 0x1549A966
CLUSTER = 0x1F43B675
CUES = 0x1C53BB6B
TAGS = 0x1254C367

_KEPT = (SEEK_HEAD, INFO, CUES, TAGS, VOID)
_MOST_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that was walked.

    Attributes:
        element: its header.
        kept: its SeekHeads, Infos, Cues, Tags and Voids, in file order.
        clusters_at: where the first cluster stands; `end` where there is none.
        end: where its last element ends, as far as the walk came.
        pointed: the offsets that entries of its SeekHeads name, each with the id that is to be found there.
        has_check_sum: whether a CRC-32 covers all of it.
        fault: why the walk ended early; None where it did not.
    """

    element: Element
    kept: tuple[Element, ...]
    clusters_at: int
    end: int
    pointed: frozenset[tuple[int, int]]
    has_check_sum: bool
    fault: MalformedError | None

    def is_free(self, at: int) -> bool:
        """Whether what stands behind this offset may move: there are no Cues, and no SeekHead points so far."""
        return not self.all(CUES) and all(offset <= at for offset, _ in self.pointed)

    def all(self, ident: int) -> tuple[Element, ...]:
        """Its elements of this kind."""
        return tuple(one for one in self.kept if one.ident == ident)


def segments(source: Source) -> tuple[Segment, ...]:
    """The segments of a file, each with what was seen of it. Raises MalformedError where there is none."""
    found: list[Segment] = []
    at = 0
    while at < source.size and len(found) < 16:
        try:
            outer = next(ebml.walk(source, at, source.size, open_ended=(SEGMENT,), maybe_cut=(SEGMENT,)))
        except MalformedError:
            if not found:
                raise
            break
        if outer.ident == SEGMENT:
            found.append(_segment(source, outer))
            at = source.size if found[-1].fault else max(found[-1].end, outer.end)
        else:
            at = outer.end
    if not found:
        raise MalformedError("there is no segment", 0)
    return tuple(found)


def _segment(source: Source, outer: Element) -> Segment:
    limit = source.size if outer.size is None else min(outer.end, source.size)
    kept: list[Element] = []
    clusters_at = end = outer.body
    fault: MalformedError | None = None
    has_clusters = has_check_sum = False
    try:
        for one in ebml.walk(source, outer.body, limit, open_ended=(CLUSTER,)):
            if one.ident in (HEADER, SEGMENT):
                break
            has_check_sum = has_check_sum or (one.ident == CRC_32 and one.start == outer.body)
            if one.ident == CLUSTER and not has_clusters:
                has_clusters, clusters_at = True, one.start
            if one.ident in _KEPT:
                kept.append(one)
            if len(kept) > _MOST_KEPT:
                raise TooMuchError("more metadata than is looked at", one.start)
            end = one.end
        if outer.size is not None and end != limit:
            raise MalformedError("a segment holds another", end)
        if outer.end > source.size:
            raise TruncatedError("a segment is longer than the file", outer.start)
    except MalformedError as error:
        fault = error
    clusters_at = clusters_at if has_clusters else end
    try:
        pointed = frozenset(
            entry.target(outer) for head in kept if head.ident == SEEK_HEAD for entry in entries(source, head)
        )
    except MalformedError as error:
        pointed, fault = frozenset(), fault or error
    return Segment(outer, tuple(kept), clusters_at, end, pointed, has_check_sum, fault)


class Entry(NamedTuple):
    """An entry of a SeekHead: the element, the field of its position, the id and the position."""

    seek: Element
    field: Element
    ident: int
    position: int

    def target(self, segment: Element) -> tuple[int, int]:
        """The offset in the file and the id."""
        return segment.body + self.position, self.ident


def entries(source: Source, head: Element) -> Iterator[Entry]:
    """The entries of a SeekHead. Raises MalformedError."""
    seek: Element | None = None
    ident = 0
    for one in ebml.nested(source, head, (SEEK,)):
        if one.ident == SEEK:
            seek, ident = one, 0
        elif one.ident == SEEK_ID and one.size == 4:
            ident = int.from_bytes(source.at(one.body, 4), "big")
        elif one.ident == SEEK_POSITION and seek is not None and one.total <= 12:
            yield Entry(seek, one, ident, int.from_bytes(source.at(one.body, one.size or 0), "big"))
