"""What a Matroska file is made of, one level deep: its segments, and in each the parts that are no media.

Knows which elements a segment holds and where its clusters begin; knows no label, and looks into no cluster but one whose size
was left open by a live writer. A damaged or cut segment is told as far as it goes, with the fault.
Rules: RFC 9559 and RFC 8794.
"""

from __future__ import annotations

from dataclasses import dataclass

from hegui.kernel import ebml
from hegui.kernel.ebml import CRC_32, VOID, Element
from hegui.kernel.source import MalformedError, Source, TooMuchError

__all__ = ["CUES", "HEADER", "INFO", "SEEK_HEAD", "TAGS", "Segment", "segments"]

HEADER = 0x1A45DFA3
SEGMENT = 0x18538067
SEEK_HEAD = 0x114D9B74
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
        has_check_sum: whether a CRC-32 covers all of it.
        fault: why the walk ended early; None where it did not.
    """

    element: Element
    kept: tuple[Element, ...]
    clusters_at: int
    end: int
    has_check_sum: bool
    fault: MalformedError | None

    def all(self, ident: int) -> tuple[Element, ...]:
        """Its elements of this kind."""
        return tuple(one for one in self.kept if one.ident == ident)

    @property
    def is_live(self) -> bool:
        """Whether its size was left unknown."""
        return self.element.size is None

    @property
    def is_indexed(self) -> bool:
        """Whether something in it says where other parts stand."""
        return any(one.ident == CUES or (one.ident == SEEK_HEAD and one.size) for one in self.kept)


def segments(source: Source) -> tuple[Segment, ...]:
    """The segments of a file, each with what was seen of it. Raises MalformedError where there is none."""
    found: list[Segment] = []
    at = 0
    while at < source.size and len(found) < 16:
        try:
            outer = next(ebml.walk(source, at, source.size, open_ended=(SEGMENT,)))
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
    limit = source.size if outer.size is None else outer.end
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
    except MalformedError as error:
        fault = error
    return Segment(outer, tuple(kept), clusters_at if has_clusters else end, end, has_check_sum, fault)
