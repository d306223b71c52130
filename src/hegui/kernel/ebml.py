"""Walk the elements of an EBML file, and build elements anew: headers, sizes, Void and CRC-32.

Knows ids, sizes of one to eight bytes, unknown sizes and the check sums of masters; knows no document type, and never reads what
an element holds. An element of unknown size has no end of its own: the walk goes on inside, and by their ids the caller tells
its children from what follows it. Count and depth are bounded, nothing recurs.
Rules: RFC 8794.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError

__all__ = [
    "MOST_ELEMENTS",
    "Element",
    "changed",
    "encoded",
    "nested",
    "resized",
    "size_field",
    "walk",
    "width_of",
]

MOST_ELEMENTS = 1 << 19
"""Elements one walk goes over."""
MOST_NESTED = 1 << 16
"""Elements that are looked at within one."""
MOST_DEPTH = 16

CRC_32 = 0xBF
VOID = 0xEC


class Element(NamedTuple):
    """One element.

    Attributes:
        ident: its id with the marker bit.
        start: offset of its header.
        body: offset of its data.
        size: bytes of data; None where the size is unknown.
        width: bytes of the size field.
        parents: what holds it, outermost first, as far as the walk began outside.
    """

    ident: int
    start: int
    body: int
    size: int | None
    width: int
    parents: tuple[Element, ...] = ()

    @property
    def end(self) -> int:
        """Where its data ends; where they begin when the size is unknown."""
        return self.body + (self.size or 0)

    @property
    def total(self) -> int:
        """Bytes from its header to its end."""
        return self.end - self.start


def walk(
    source: Source,
    start: int,
    end: int,
    *,
    open_ended: Collection[int] = (),
    maybe_cut: Collection[int] = (),
    most: int = MOST_ELEMENTS,
) -> Iterator[Element]:
    """The elements from `start` to `end`, one level, and that inside the ones of unknown size.

    Args:
        source: the file.
        start: where the first header stands.
        end: where the last element ends.
        open_ended: ids whose size may be unknown.
        maybe_cut: ids whose data may end with the file, before their size.
        most: elements to go over.
    Raises:
        MalformedError: a header is none, or an element passes `end`. TruncatedError: it passes the file. TooMuchError.
    """
    at = start
    for _ in range(most):
        if at >= end:
            return
        found = _element(source, at)
        if found.ident not in maybe_cut:
            _require_whole(source, found, end)
        if found.size is None and found.ident not in open_ended:
            raise MalformedError("an element of this kind must have a size", at)
        yield found
        at = found.end
    if at < end:
        raise TooMuchError("more elements than a walk goes over", at)


def nested(source: Source, outer: Element, into: Collection[int], *, most: int = MOST_NESTED) -> Iterator[Element]:
    """What stands in `outer`, and in the elements of the ids `into`, in file order; each knows its parents, `outer` the first."""
    levels = [((*outer.parents, outer), outer.body)]
    for _ in range(most):
        while levels and levels[-1][1] >= levels[-1][0][-1].end:
            levels.pop()
        if not levels:
            return
        parents, at = levels[-1]
        found = _element(source, at)._replace(parents=parents)
        _require_whole(source, found, parents[-1].end)
        if found.size is None:
            raise MalformedError("an element of this kind must have a size", at)
        levels[-1] = (parents, found.end)
        yield found
        if found.ident in into:
            if len(parents) == MOST_DEPTH:
                raise TooMuchError("elements stand in elements, deeper than a walk goes", at)
            levels.append(((*parents, found), found.body))
    raise TooMuchError("more elements than a walk goes over", outer.start)


def _element(source: Source, at: int) -> Element:
    head = source.up_to(at, 12)
    id_width = 9 - head[0].bit_length() if head else 1
    width = 9 - head[id_width].bit_length() if id_width < len(head) else 1
    if id_width > 4 or width > 8:
        raise MalformedError("this is no header of an element", at)
    if id_width + width > len(head):
        raise TruncatedError("the file ends in the header of an element", at)
    value = int.from_bytes(head[id_width : id_width + width], "big") - (1 << 7 * width)
    body = at + id_width + width
    ident = int.from_bytes(head[:id_width], "big")
    if value == (1 << 7 * width) - 1:
        return Element(ident, at, body, None, width)
    return Element(ident, at, body, value, width)


def _require_whole(source: Source, element: Element, end: int) -> None:
    if element.end > source.size:
        raise TruncatedError("an element is longer than the file", element.start)
    if element.end > end:
        raise MalformedError("an element is longer than what holds it", element.start)


def width_of(size: int) -> int:
    """The fewest bytes that hold this size; all ones means unknown, and is left out."""
    return next(width for width in range(1, 9) if size < (1 << 7 * width) - 1)


def size_field(size: int, width: int = 0) -> bytes:
    """The size in `width` bytes, or in as many more as it needs.

    >>> size_field(126).hex(), size_field(127).hex(), size_field(1, 8).hex()
    ('fe', '407f', '0100000000000001')
    """
    width = max(width, width_of(size))
    return (size | 1 << 7 * width).to_bytes(width, "big")


def resized(size: int, old: Element) -> bytes:
    """The size field for an element whose size was another: short where it was short, with room where it had room."""
    is_short = old.size is not None and old.width == width_of(old.size)
    return size_field(size, 0 if is_short else old.width)


def encoded(ident: int, *bodies: bytes) -> bytes:
    """An element.

    >>> encoded(0x45A3, b"AIGC").hex()
    '45a38441494743'
    """
    body = b"".join(bodies)
    return ident.to_bytes((ident.bit_length() + 7) // 8, "big") + size_field(len(body)) + body


def void_header(total: int, width: int = 0) -> bytes:
    """The header of a Void of `total` bytes, at least two, its size in `width` bytes where that leaves room.

    >>> void_header(2).hex(), void_header(4, 8).hex(), len(void_header(129)), void_header(12, 8).hex()
    ('ec80', 'ec82', 3, 'ec0100000000000003')
    """
    if not width or total < 1 + width or total - 1 - width >= (1 << 7 * width) - 1:
        width = next(one for one in range(1, 9) if total - 1 - one < (1 << 7 * one) - 1)
    return VOID.to_bytes(1, "big") + size_field(total - 1 - width, width)


def changed(data: bytes, holders: Sequence[Element], at: int, drop: int, put: bytes) -> bytes:
    """The outermost holder with `put` in the place of `drop` bytes; sizes and check sums around are made right.

    Args:
        data: the outermost holder as it is.
        holders: what holds the place, outermost first; their offsets and `at` count from the same start.
        at: where to change; it may be the end of the innermost holder.
    """
    first = holders[0].start
    start, stop = at - first, at - first + drop
    for holder in reversed(holders):
        old = data[holder.body - first : holder.end - first]
        body = _checked(data[holder.body - first : start] + put + data[stop : holder.end - first], old)
        ident = data[holder.start - first : holder.body - first - holder.width]
        put = ident + resized(len(body), holder) + body
        start, stop = holder.start - first, holder.end - first
    return put


def _checked(body: bytes, old: bytes) -> bytes:
    """The data of a master with its check sum made right, where it begins with one; one that was wrong stays wrong."""
    if not (body[:2] == old[:2] == bytes((CRC_32, 0x84)) and len(body) >= 6 <= len(old)):
        return body
    said = int.from_bytes(old[2:6], "little") ^ zlib.crc32(old[6:]) ^ zlib.crc32(body[6:])
    return body[:2] + said.to_bytes(4, "little") + body[6:]
