"""Walk the pages of an Ogg file: its logical streams, chained and multiplexed, and the headers of each.

Knows pages, their check sums and how packets run over them; knows no codec but by the number of header packets that the caller
says. Takes the header pages of each stream; of all others it reads the page header alone, so that a long file costs little.
Where the pages stop being pages the walk says so and ends.
Rules: RFC 3533 (pages, lacing, the check sum of polynomial 04c11db7); the bounds are ours.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hegui.kernel.source import Source

__all__ = ["MAX_PACKET", "MAX_PAGES", "NO_GRANULE", "Page", "Stream", "Walk", "checksum", "page_at", "pages", "walk"]

HEAD = 27
MAX_PAGES = 1 << 19
MAX_STREAMS = 4096
MAX_PACKET = 24 << 20
"""Bytes that the header packets of one stream may take; pictures stand in them."""
NO_GRANULE = b"\xff" * 8
CONTINUED, FIRST, LAST = 1, 2, 4

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Page(NamedTuple):
    """One page.

    Attributes:
        at: offset in the file.
        flags: CONTINUED, FIRST and LAST.
        granule: the position, eight bytes as they stand.
        serial: number of the logical stream.
        sequence: number of the page in its stream.
        stored: the check sum that stands in it.
        lacing: sizes of its segments, a byte each.
    """

    at: int
    flags: int
    granule: bytes
    serial: int
    sequence: int
    stored: int
    lacing: bytes

    @property
    def body(self) -> int:
        """Where its data begin."""
        return self.at + HEAD + len(self.lacing)

    @property
    def end(self) -> int:
        """Where the next page begins."""
        return self.body + sum(self.lacing)


@dataclass(slots=True)
class Stream:
    """One logical stream, as far as its headers go.

    Attributes:
        serial: its number; a chained file may use one twice.
        first: the first packet, which says the codec.
        wanted: how many header packets there are behind it.
        link: which of the chained parts it belongs to, from 0.
        pages: those of the header packets behind the first, whole.
        data: what stands in these pages.
        starts: where in `data` each page's part begins.
        ends: where in `data` each of these packets ends.
        problem: "" or why they are not all there: "truncated", "malformed", "too large".
    """

    serial: int
    first: bytes
    wanted: int
    link: int
    pages: list[Page] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    problem: str = "truncated"

    @property
    def is_complete(self) -> bool:
        """Whether all header packets are there."""
        return len(self.ends) >= self.wanted

    @property
    def packet(self) -> bytes:
        """The first of these packets, as far as it is there."""
        return bytes(self.data[: self.ends[0]] if self.ends else self.data)

    def offset(self, at: int) -> int:
        """Where in the file the byte `at` of `data` stands."""
        number = bisect_right(self.starts, at) - 1
        return self.pages[number].body + at - self.starts[number]

    def take(self, page: Page, body: bytes) -> None:
        """The next page of the headers."""
        if bool(page.flags & CONTINUED) != bool(self.pages and self.pages[-1].lacing[-1:] == b"\xff"):
            self.problem = "malformed"
        self.pages.append(page)
        at = len(self.data)
        self.starts.append(at)
        self.data += body
        for size in page.lacing:
            at += size
            if size < 255:
                self.ends.append(at)
        if self.is_complete and self.problem == "truncated":
            self.problem = ""


class Walk(NamedTuple):
    """The streams in file order, where the pages end, and why the walk stopped there: "" at the end of the file."""

    streams: tuple[Stream, ...]
    end: int
    problem: str


def page_at(source: Source, at: int) -> Page | None:
    """The page whose header begins at `at`; None where none does, or the file ends within it."""
    raw = source.up_to(at, HEAD)
    if len(raw) < HEAD or raw[:5] != b"OggS\0":
        return None
    lacing = source.up_to(at + HEAD, raw[26])
    serial, sequence, stored = (int.from_bytes(raw[start : start + 4], "little") for start in (14, 18, 22))
    page = Page(at, raw[5], raw[6:14], serial, sequence, stored, lacing)
    return page if len(lacing) == raw[26] and page.end <= source.size else None


def pages(source: Source, at: int) -> Iterator[Page]:
    """The pages from `at` on, until there is none."""
    page = page_at(source, at)
    while page is not None:
        yield page
        page = page_at(source, page.end)


def walk(source: Source, wanted: Callable[[bytes], int]) -> Walk:
    """The streams of the file.

    Args:
        source: the file; its first page begins it.
        wanted: by the first packet of a stream, how many header packets follow it; 0 where its codec is not known.
    """
    streams, open_streams, link, end, in_heads = list[Stream](), dict[int, Stream](), -1, 0, False
    for number, page in enumerate(pages(source, 0)):
        if number == MAX_PAGES or len(streams) == MAX_STREAMS:
            return Walk(tuple(streams), end, "too large")
        end = page.end
        if page.flags & FIRST:
            link, in_heads = link + (not in_heads), True
            stream = _opened(source, page, wanted, link)
            streams.append(stream)
            open_streams[page.serial] = stream
            continue
        in_heads = False
        known = open_streams.get(page.serial)
        if known is None or known.is_complete or known.problem in ("malformed", "too large"):
            continue
        if len(known.data) + page.end - page.body > MAX_PACKET:
            known.problem = "too large"
            continue
        known.take(page, source.at(page.body, page.end - page.body))
    return Walk(tuple(streams), end, "" if end == source.size else "truncated" if _is_cut(source, end) else "malformed")


def checksum(page: bytes) -> int:
    """The check sum over a page whose own field of it is zeros.

    The sum runs over the bits of a byte from the high one down, zlib's from the low one up: mirrored bytes give it mirrored.
    """
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


def _opened(source: Source, page: Page, wanted: Callable[[bytes], int], link: int) -> Stream:
    first = source.at(page.body, page.end - page.body)
    stream = Stream(page.serial, first, wanted(first), link)
    if not stream.wanted:
        stream.problem = ""
    elif len(page.lacing.lstrip(b"\xff")) != 1:
        stream.problem = "malformed"
    return stream


def _is_cut(source: Source, at: int) -> bool:
    """Whether a page begins there and the file ends within it."""
    return source.up_to(at, 5) == b"OggS\0"[: source.size - at]
