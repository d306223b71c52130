"""Put other bytes into the header packets of an Ogg stream, and leave the pages of sound where they are in their sequence.

Knows how to lay packets over pages; knows no codec. Only the header pages are laid anew, as many as there are: the one with
the change takes more, up to 255 segments. Where all are full a page is added, and then every later page of the stream gets
another number and check sum: eight bytes each, worked out from its length alone. Undoing takes the added page away again.
Rules: RFC 3533, 6 (lacing, continued packets, sequence numbers, granule positions); the bound is ours.
"""

from __future__ import annotations

from hegui.kernel.ogg import CONTINUED, LAST, MAX_PAGES, NO_GRANULE, Page, Stream, checksum, pages
from hegui.kernel.source import Source, TooMuchError
from hegui.kernel.splice import Splice

__all__ = ["MAX_RENUMBERED", "is_intact", "rewritten"]

MAX_RENUMBERED = 250_000
"""Pages that get another number, at most: a splice each. A day of sound has fewer."""
FULL = 255
PARTED = 254


def is_intact(source: Source, stream: Stream) -> bool:
    """Whether the header pages have the numbers and the check sums that they must have."""
    numbers = range(stream.pages[0].sequence, stream.pages[0].sequence + len(stream.pages))
    return [page.sequence for page in stream.pages] == list(numbers) and all(
        page == source.at(one.at, one.end - one.at)
        for one, page in zip(stream.pages, _as_they_stand(stream), strict=True)
    )


def rewritten(source: Source, stream: Stream, packet: bytes) -> tuple[Splice, ...]:
    """The first header packet behind the codec's own replaced by `packet`."""
    old, page = stream.ends[0], _page_of(stream, stream.ends[0])
    lacing = b"".join(one.lacing for one in stream.pages)
    segments = _segments(old)
    new = _lacing(len(packet)) + lacing[segments:]
    counts = _counts([len(one.lacing) for one in stream.pages], page, len(new) - len(lacing))
    made = _laid(stream, new, packet + bytes(stream.data[old:]), counts)
    stand = _as_they_stand(stream)
    changes = [
        Splice(one.at, one.end - one.at, page)
        for one, page, before in zip(stream.pages, made, stand, strict=False)
        if page != before
    ]
    last = stream.pages[-1]
    if len(made) > len(stream.pages):
        changes.append(Splice(last.end, 0, b"".join(made[len(stream.pages) :])))
    changes += [Splice(one.at, one.end - one.at, b"") for one in stream.pages[len(made) :]]
    return (*changes, *_renumbered(source, last, len(made) - len(stream.pages)))


def _segments(size: int) -> int:
    return size // FULL + 1


def _lacing(size: int) -> bytes:
    return b"\xff" * (size // FULL) + bytes((size % FULL,))


def _as_they_stand(stream: Stream) -> list[bytes]:
    """The header pages with the check sums they must have."""
    found, at = list[bytes](), 0
    for page in stream.pages:
        size = page.end - page.body
        found.append(_bytes(page, bytes(stream.data[at : at + size])))
        at += size
    return found


def _page_of(stream: Stream, end: int) -> int:
    """On which of the pages the packet ends that ends at `end`."""
    segments, count = _segments(end), 0
    for number, page in enumerate(stream.pages):
        count += len(page.lacing)
        if segments <= count:
            return number
    return len(stream.pages) - 1


def _counts(counts: list[int], at: int, more: int) -> list[int]:
    """How many segments each page takes, when so many more, or fewer, come on the page `at`.

    Pages that are full but for the last stay so. Others were ended on purpose: the page `at` takes what comes, and where it
    would be full is parted after 254, so that it is not taken for one of the full ones; such a parting is undone again. A
    page that someone ended after 254 segments cannot be told from a parting; then the packets are the same, the pages not.
    """
    if all(count == FULL for count in counts[:-1]):
        whole, rest = divmod(sum(counts) + more, FULL)
        return [FULL] * whole + ([rest] if rest else [])
    counts = counts.copy()
    for parted in (at - 1, at):
        if more < 0 and 0 <= parted < len(counts) - 1 and counts[parted] == PARTED:
            left = PARTED + counts[parted + 1] + more
            if left <= FULL:
                return [*counts[:parted], left, *counts[parted + 2 :]]
    counts[at] += more
    while counts[at] <= 0 and at:
        counts[at - 1 : at + 1] = [counts[at - 1] + counts[at]]
        at -= 1
    while counts[at] > PARTED and more > 0:
        counts[at : at + 1] = [PARTED, counts[at] - PARTED]
        at += 1
    return counts


def _laid(stream: Stream, lacing: bytes, data: bytes, counts: list[int]) -> list[bytes]:
    """The pages that hold the data, with so many segments each."""
    made, segment, at, is_open = list[bytes](), 0, 0, False
    first, last = stream.pages[0], stream.pages[-1]
    for number, count in enumerate(counts):
        part = lacing[segment : segment + count]
        size = sum(part)
        model = stream.pages[min(number, len(stream.pages) - 1)]
        flags = (CONTINUED if is_open else 0) | (last.flags & LAST if number == len(counts) - 1 else 0)
        ends = part.rstrip(b"\xff") != b""
        granule = model.granule if ends == (model.lacing.rstrip(b"\xff") != b"") else bytes(8) if ends else NO_GRANULE
        page = Page(0, flags, granule, first.serial, (first.sequence + number) & 0xFFFF_FFFF, 0, part)
        made.append(_bytes(page, data[at : at + size]))
        segment, at, is_open = segment + count, at + size, part.endswith(b"\xff")
    return made


def _bytes(page: Page, body: bytes) -> bytes:
    head = b"".join((
        b"OggS\0", bytes((page.flags,)), page.granule, page.serial.to_bytes(4, "little"),
        page.sequence.to_bytes(4, "little"),
    ))  # fmt: skip
    tail = bytes((len(page.lacing),)) + page.lacing + body
    return head + checksum(head + bytes(4) + tail).to_bytes(4, "little") + tail


def _renumbered(source: Source, last: Page, shift: int) -> list[Splice]:
    """Other numbers and check sums for the pages of the stream behind `last`, up to the next stream of that number."""
    changes = list[Splice]()
    if not shift:
        return changes
    for count, page in enumerate(pages(source, last.end)):
        if page.serial != last.serial:
            continue
        if page.flags & 2:
            break
        if len(changes) == MAX_RENUMBERED or count == MAX_PAGES:
            raise TooMuchError("more pages would need another number than may get one", page.at)
        sequence = (page.sequence + shift) & 0xFFFF_FFFF
        change = (page.sequence ^ sequence).to_bytes(4, "little") + bytes(page.end - page.at - 22)
        put = sequence.to_bytes(4, "little") + (page.stored ^ checksum(change)).to_bytes(4, "little")
        changes.append(Splice(page.at + 18, 8, put))
    return changes
