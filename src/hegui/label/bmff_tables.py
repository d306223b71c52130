"""The tables of an ISO base media file that count bytes from its start, and their bytes after a shift.

Knows stco, co64, saio, tfhd, tfra, sidx and iloc; knows no label. Each answers with splices of the same length, so that
a table costs no more than itself; one that has nothing to change answers with none. Offsets within a fragment count from its moof
and stay, and so does saio there.
Rules: ISO/IEC 14496-12 8.7.5 (stco, co64), 8.7.9 (saio), 8.8.7 (tfhd), 8.8.10 (tfra), 8.11.3 (iloc), 8.16.3 (sidx).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterator

from hegui.kernel.isobmff import Path, name_of
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.bmff_locations import TooNarrowError, read_locations
from hegui.label.bmff_shift import Edit, Shift

__all__ = ["TABLES", "patches", "widened", "widening"]

_CODES = {4: "I", 8: "Q"}


def patches(source: Source, path: Path, shift: Shift) -> Iterator[Splice]:
    """What changes in the table at the end of `path`. Raises TooNarrowError, MalformedError."""
    yield from TABLES[path[-1].kind](source, path, shift)


def widening(source: Source, path: Path) -> Edit:
    """The room that a table stco takes when it becomes co64."""
    table = path[-1]
    count, at = _count(source, path, 4)
    return Edit(table.start, table.size, bytes(16 + 8 * count + table.end - at - 4 * count), path[:-1])


def widened(source: Source, path: Path, shift: Shift) -> Splice:
    """A table stco as co64."""
    table = path[-1]
    count, at = _count(source, path, 4)
    values = _array(source.at(at, 4 * count), 4)
    new = _bytes(array("Q", map(shift.of, values)))
    rest = source.at(at + 4 * count, table.end - at - 4 * count)
    size = (16 + len(new) + len(rest)).to_bytes(4)
    return Splice(table.start, table.size, size + b"co64" + source.at(table.body, 8) + new + rest)


def _chunks(width: int) -> Callable[[Source, Path, Shift], Iterator[Splice]]:
    def change(source: Source, path: Path, shift: Shift) -> Iterator[Splice]:
        count, at = _count(source, path, width)
        yield from _moved(source, at, count, width, shift)

    return change


def _aux(source: Source, path: Path, shift: Shift) -> Iterator[Splice]:
    if any(box.kind == b"traf" for box in path):
        return
    version, *_, flags = _within(source, path, 0, 4)
    width = 8 if version else 4
    count, at = _count(source, path, width, skip=8 if flags & 1 else 0)
    yield from _moved(source, at, count, width, shift)


def _fragment_header(source: Source, path: Path, shift: Shift) -> Iterator[Splice]:
    if _within(source, path, 3, 1)[0] & 1:
        _within(source, path, 8, 8)
        yield from _moved(source, path[-1].body + 8, 1, 8, shift)


def _random_access(source: Source, path: Path, shift: Shift) -> Iterator[Splice]:
    head = _within(source, path, 0, 16)
    width = 8 if head[0] else 4
    sizes = head[11]
    step = 2 * width + (sizes >> 4 & 3) + (sizes >> 2 & 3) + (sizes & 3) + 3
    count = int.from_bytes(head[12:16])
    data = bytearray(_within(source, path, 16, count * step))
    is_changed = False
    for at in range(width, len(data), step):
        old = int.from_bytes(data[at : at + width])
        new = shift.of(old)
        if new != old:
            data[at : at + width] = _fitting(new, width)
            is_changed = True
    if is_changed:
        yield Splice(path[-1].body + 16, len(data), bytes(data))


def _segment_index(source: Source, path: Path, shift: Shift) -> Iterator[Splice]:
    """An index counts from its own end; it changes where something is put between it and what it points at."""
    width = 8 if _within(source, path, 0, 1)[0] else 4
    old = int.from_bytes(_within(source, path, 12 + width, width))
    end = path[-1].end
    new = shift.of(end + old) - shift.of(end)
    if new != old:
        yield Splice(path[-1].body + 12 + width, width, _fitting(new, width))


def _items(source: Source, path: Path, shift: Shift) -> Iterator[Splice]:
    table = path[-1]
    old = read_locations(source, table)
    new = old.moved(shift.of)
    if new != old:
        yield Splice(table.body, table.end - table.body, new.body())


TABLES: dict[bytes, Callable[[Source, Path, Shift], Iterator[Splice]]] = {
    b"stco": _chunks(4),
    b"co64": _chunks(8),
    b"saio": _aux,
    b"tfhd": _fragment_header,
    b"tfra": _random_access,
    b"sidx": _segment_index,
    b"iloc": _items,
}


def _within(source: Source, path: Path, at: int, size: int) -> bytes:
    """Bytes of the table. Raises MalformedError where it has not so many."""
    table = path[-1]
    if table.body + at + size > table.end:
        raise MalformedError(f"the table {name_of(table.kind)} is shorter than it says", table.start)
    return source.at(table.body + at, size)


def _count(source: Source, path: Path, width: int, *, skip: int = 0) -> tuple[int, int]:
    """How many entries of `width` bytes a table has, and where in the file they begin; none is read."""
    table = path[-1]
    count = int.from_bytes(_within(source, path, 4 + skip, 4))
    at = table.body + 8 + skip
    if at + count * width > table.end:
        raise MalformedError(f"the table {name_of(table.kind)} has fewer entries than it says", table.start)
    return count, at


def _moved(source: Source, at: int, count: int, width: int, shift: Shift) -> Iterator[Splice]:
    """Offsets that stand one after the other."""
    if not count:
        return
    values = _array(source.at(at, count * width), width)
    low, high = min(values), max(values)
    step = shift.alike(low, high)
    if step == 0:
        return
    try:
        move = shift.of if step is None else step.__add__
        yield Splice(at, count * width, _bytes(array(_CODES[width], map(move, values))))
    except OverflowError:
        raise TooNarrowError from None


def _array(data: bytes, width: int) -> array[int]:
    values = array(_CODES[width])
    values.frombytes(data)
    if sys.byteorder == "little":
        values.byteswap()
    return values


def _bytes(values: array[int]) -> bytes:
    if sys.byteorder == "little":
        values.byteswap()
    return values.tobytes()


def _fitting(value: int, width: int) -> bytes:
    try:
        return value.to_bytes(width)
    except OverflowError:
        raise TooNarrowError from None
