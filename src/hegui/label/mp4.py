"""The label in MP4, QuickTime and M4A: the key AIGC in the tags of moov.udta.meta.

Knows the family by its first box, and which files of it cannot take a label: segments without moov, a compressed moov.
Refuses to read media data, whatever their size; they move by whole boxes, and the tables that point at them are mended.
Works on the survey of mp4_places, with the edits of mp4_edits, through bmff_offsets.
Rules: TC260-PG-20257A (video) and TC260-PG-202510A (sound): moov.udta.meta, `keys` AIGC, `ilst` the inner object.
"""

from __future__ import annotations

from typing import NamedTuple

from hegui.kernel.isobmff import Box
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.bmff_offsets import mended
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.heif_brands import is_heif
from hegui.label.mp4_edits import added, changed, taken_out
from hegui.label.mp4_places import CLAUSE, Slot, Survey, survey
from hegui.label.reading import Gap, Reading
from hegui.label.standing import Standing, rewritten, standing

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "mp4"
EXTENSIONS = (".mp4", ".m4v", ".mov", ".qt", ".m4a", ".m4b", ".3gp", ".3g2", ".f4v")
MEDIA_TYPES = ("video/mp4", "audio/mp4", "video/quicktime", "video/x-m4v", "audio/x-m4a", "video/3gpp", "audio/3gpp")
PLACE = "moov.udta.meta, handler mdta, key AIGC"
IS_REVERSIBLE = True
"""But for files in which 32-bit chunk tables had to become 64-bit ones (an offset passed 4 GiB): those stay wide."""

_FIRST = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof", b"sidx")
"""Boxes with which a file without ftyp begins."""
_OTHERS = (b"crx ", b"jp2 ", b"jpx ", b"mjp2", b"jxl ")
"""Brands of kin that have their metadata elsewhere."""


def score(name: str, head: bytes) -> int:
    """The box ftyp with a brand that is no picture's; without it, another box the family begins with."""
    if head[4:8] == b"ftyp":
        return 0 if is_heif(head) or head[8:12] in _OTHERS else 95
    if head[4:8] in _FIRST and (head[:4] in (bytes(4), b"\0\0\0\1") or int.from_bytes(head[:4]) >= 8):
        return 60
    return 5 if name.lower().endswith(EXTENSIONS) else 0


def read(source: Source) -> Reading:
    """The tags, and the other places. Raises MalformedError where there is no box at all."""
    seen = survey(source)
    reading = seen.reading
    if seen.fault is not None and seen.first is None:
        raise seen.fault
    has_moov = any(top.kind == b"moov" for top in seen.tops)
    return reading if has_moov else Reading(reading.candidates, reading.traces, (*reading.gaps, Gap("moov", "missing")))


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The label where one stands, else in the tags.

    Raises:
        LabelError: LBL005, LBL006; LBL030, LBL031: media data cannot move; LBL032, LBL033: moov is compressed, or not there.
        MalformedError: the file is damaged.
    """
    file = _whole(source)
    text = rewritten(file.one, label)
    if text is None:
        return ()
    edits = added(file.seen, file.moov, text) if file.slot is None else changed(file.seen, file.slot, text)
    return mended(source, edits, NAME)


def bare(source: Source) -> tuple[Splice, ...]:
    """The file without the label; as it was, where hegui wrote it. Raises as `write` does."""
    file = _whole(source)
    if file.one is None or file.slot is None:
        return ()
    return mended(source, taken_out(file.seen, file.slot), NAME)


class _File(NamedTuple):
    """A whole file: what was seen, its moov, its label, and where that or a text in its place stands."""

    seen: Survey
    moov: Box
    one: Standing | None
    slot: Slot | None


def _whole(source: Source) -> _File:
    """Raises LabelError, MalformedError."""
    seen = survey(source)
    if seen.fault is not None:
        raise seen.fault
    one = standing(seen.reading, NAME)
    moovs = [top for top in seen.tops if top.kind == b"moov"]
    if not moovs:
        raise LabelError("LBL033", NAME, "it has no box moov, where the label belongs: it is a segment of a stream",
                         "Label the segment that opens the stream, or the joined file.")  # fmt: skip
    if len(moovs) > 1:
        raise MalformedError("there is more than one box moov", moovs[1].start)
    if Gap("moov", "compressed") in seen.gaps:
        raise LabelError("LBL032", NAME, "its box moov is compressed",
                         "Write the file again without compressing its header, then label it.")  # fmt: skip
    return _File(seen, moovs[0], one, _slot(seen, one))


def _slot(seen: Survey, one: Standing | None) -> Slot | None:
    """Where the label stands; without one, the guide's place where it holds another text."""
    if one is not None:
        slot = next((slot for slot in seen.slots if slot.candidate is one.candidate), None)
        if slot is None:
            raise cannot_edit(NAME, one.candidate.place)
        return slot
    return next((slot for slot in seen.slots if slot.candidate.is_standard), None)
