"""Change an ISO base media file and mend all that counts its bytes: sizes of boxes, and offsets of media data.

Knows where tables of offsets stand; knows no label. Takes edits with the boxes around them and gives splices: the edits,
the sizes, and the tables that point behind them. Where an offset would pass 4 GiB every stco becomes co64; other tables that
are too narrow, and media data in another file, are refused.
Rules: ISO/IEC 14496-12 4.2, 8.7.2 (dref), 8.7.5.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hegui.kernel.isobmff import Box, Path, Walker
from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.bmff_locations import TooNarrowError
from hegui.label.bmff_shift import Edit, Shift
from hegui.label.bmff_tables import TABLES, patches, widened, widening
from hegui.label.faults import LabelError

__all__ = ["mended", "too_narrow"]

_PARENTS = frozenset(
    (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"moof", b"traf", b"mfra", b"meta", b"meco")
)
_NO_DATA = (b"moov", b"free", b"skip")


def mended(source: Source, edits: Sequence[Edit], where: str, *, but: Collection[int] = ()) -> tuple[Splice, ...]:
    """The edits as splices, with all sizes and offsets that change by them.

    Args:
        source: the file as it is.
        edits: what changes in it; none overlap.
        where: what to call the file in an error.
        but: starts of tables that the caller has mended in an edit.
    Raises:
        LabelError: LBL030, an offset would not fit its table; LBL031, media data lie in another file.
        MalformedError: the file is damaged, or a table points into what is cut out.
    """
    tables = [path for path in _tables(source, Shift(edits), where) if path[-1].start not in but]
    kept = [Splice(edit.at, edit.drop, edit.put) for edit in edits]
    try:
        shift = Shift(edits)
        return (*kept, *_sizes(edits, where), *(patch for path in tables for patch in patches(source, path, shift)))
    except TooNarrowError:
        if but:
            raise too_narrow(where) from None
    wide = [path for path in tables if path[-1].kind == b"stco"]
    narrow = [path for path in tables if path[-1].kind != b"stco"]
    grown = [*edits, *(widening(source, path) for path in wide)]
    shift = Shift(grown)
    try:
        others = [patch for path in narrow for patch in patches(source, path, shift)]
    except TooNarrowError:
        raise too_narrow(where) from None
    return (*kept, *_sizes(grown, where), *others, *(widened(source, path, shift) for path in wide))


def too_narrow(where: str) -> LabelError:
    """The file has no room for larger numbers."""
    return LabelError("LBL030", where, "the label would move its media data farther than the file can count",
                      "Write the file again with 64-bit offsets, or with its metadata at the end; then label it.")  # fmt: skip


def _sizes(edits: Sequence[Edit], where: str) -> list[Splice]:
    """The size fields of the boxes around the edits."""
    grown: dict[Box, int] = {}
    for edit in edits:
        for box in edit.around:
            grown[box] = grown.get(box, 0) + edit.growth
    return [field for box, growth in grown.items() if growth for field in _size(box, box.size + growth, where)]


def _size(box: Box, size: int, where: str) -> list[Splice]:
    if box.is_open:
        return []
    if box.head - len(box.uuid) == 16:
        return [Splice(box.start + 8, 8, size.to_bytes(8))]
    if size >> 32:
        raise too_narrow(where)
    return [Splice(box.start, 4, size.to_bytes(4))]


def _tables(source: Source, shift: Shift, where: str) -> list[Path]:
    """The tables that may point at what moves; none where nothing moves but metadata."""
    start, end = shift.moving(source.size)
    moving = (box for box in Walker(source).tops() if box.end > start and box.start < end)
    if all(box.kind in _NO_DATA for box in moving):
        return []
    tables: list[Path] = []
    for path in Walker(source).tree(_PARENTS):
        box = path[-1]
        if box.kind in TABLES and not (box.kind == b"tfhd" and not source.at(box.body + 3, 1)[0] & 1):
            tables.append(path)
        elif box.kind == b"dref":
            _check_references(source, box, where)
    return tables


def _check_references(source: Source, dref: Box, where: str) -> None:
    """Media data must lie in this file: offsets into another one must not move."""
    for entry in Walker(source).between(dref.body + 8, dref.end):
        if not source.at(entry.body + 3, 1)[0] & 1:
            raise LabelError("LBL031", where, "media data of it lie in another file",
                             "Make one file that holds its own media data, then label that.")  # fmt: skip
