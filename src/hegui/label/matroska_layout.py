"""Changes to the parts of a Matroska segment that move no cluster.

Knows blocks, each a stretch of the file, and the entries of the SeekHead that say where they stand; knows no label.
Works by taking room from a Void, from the end of the segment, or, where nothing in the file says where anything stands, from
between two blocks; what is given back goes where it came from. What comes out are splices.
Rules: RFC 9559 (positions count from the segment's data; Tags and SeekHead may stand anywhere in it), RFC 8794 for Void.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hegui.kernel import ebml
from hegui.kernel.ebml import VOID, Element
from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.matroska_segment import SEEK, SEEK_HEAD, SEEK_ID, SEEK_POSITION, Segment, entries

__all__ = ["Block", "Plan"]

_LONGEST_SEEK_HEAD = 1 << 16


@dataclass(slots=True, eq=False)
class Block:
    """A stretch of the file and what is to stand there.

    Attributes:
        ident: the element in it.
        start: where the stretch begins.
        room: its bytes in the file as it was.
        data: what is to stand there, of a Void its header; None leaves it as it is.
        width: bytes of the size field of a Void, which a changed one keeps.
        cleared: parts of a Void that are to be zeros.
    """

    ident: int
    start: int
    room: int
    data: bytes | None = None
    width: int = 0
    cleared: list[tuple[int, int]] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Where the stretch ends."""
        return self.start + self.room

    def stretch(self, start: int, end: int) -> None:
        """Let a Void cover this stretch; what is new in it is cleared."""
        if start < self.start:
            self.cleared.append((start, self.start + 1 + self.width))
        if end > self.end:
            self.cleared.append((self.end, end))
        self.start, self.room = start, end - start
        self.data = ebml.void_header(self.room, self.width)
        self.width = len(self.data) - 1

    def splices(self) -> Iterator[Splice]:
        """What to change in the file for this block."""
        if self.data is None:
            return
        if self.ident != VOID:
            yield Splice(self.start, self.room, self.data)
            return
        yield Splice(self.start, len(self.data), self.data)
        at = self.start + len(self.data)
        for start, end in sorted(self.cleared):
            start, end = max(start, at), min(end, self.end)
            if start < end:
                yield Splice(start, end - start, bytes(end - start))
                at = end


class Plan:
    """Changes of one segment that are not made yet. A way that could not be gone leaves a plan that is of no more use.

    Attributes:
        needs_zeros: take room only from a Void that holds zeros, so that it can be given back as it was.
        blocks: the parts in file order.
    """

    def __init__(self, source: Source, segment: Segment, *, needs_zeros: bool = False) -> None:
        self.source = source
        self.segment = segment
        self.needs_zeros = needs_zeros
        self.blocks = [Block(one.ident, one.start, one.total, None, one.width) for one in segment.kept]

    def of(self, element: Element) -> Block:
        """The block of an element."""
        return next(block for block in self.blocks if block.start == element.start)

    def splices(self) -> tuple[Splice, ...]:
        """The changes, and the size of the segment."""
        outer = self.segment.element
        splices = [splice for block in self.blocks for splice in block.splices()]
        by = sum(len(splice.put) - splice.drop for splice in splices)
        if by and outer.size is not None:
            splices.append(Splice(outer.body - outer.width, outer.width, ebml.resized(outer.size + by, outer)))
        return tuple(splices)

    def settle(self, block: Block, data: bytes) -> bool:
        """Put `data` where the block stands: the Void behind it, or the end of the segment, makes up for the difference."""
        by = len(data) - block.room
        behind = self._neighbour(block, 1)
        if by == 0 or self._may_grow(block):
            block.data = data
            return True
        if behind is not None:
            if not self._can_give(behind, behind.start, by):
                return False
            behind.stretch(behind.start + by, behind.end)
        elif by <= -2:
            rest = Block(0, block.start + len(data), -by)
            self.blocks.insert(self.blocks.index(block) + 1, rest)
            self.hollow(rest, keep=True)
        else:
            return False
        block.room, block.data = len(data), data
        return True

    def occupy(self, ident: int, data: bytes) -> Block | None:
        """A new block at the end of a Void in front of the clusters, so that every reader comes past it."""
        for index, one in enumerate(self.blocks):
            if (
                one.ident == VOID
                and one.end <= self.segment.clusters_at
                and self._can_give(one, one.end - len(data), len(data))
            ):
                one.stretch(one.start, one.end - len(data))
                self.blocks.insert(index + 1, Block(ident, one.end, len(data), data))
                return self.blocks[index + 1]
        return None

    def append(self, ident: int, data: bytes) -> Block | None:
        """A new block at the end of a segment that says its size."""
        if self.segment.element.size is None:
            return None
        self.blocks.append(Block(ident, self.segment.end, 0, data))
        return self.blocks[-1]

    def insert(self, ident: int, data: bytes) -> Block | None:
        """A new block in front of the clusters and of a Void there, where that makes nothing wrong."""
        at, index = self.segment.clusters_at, sum(one.start < self.segment.clusters_at for one in self.blocks)
        while index and self.blocks[index - 1].ident == VOID and self.blocks[index - 1].end == at:
            index, at = index - 1, self.blocks[index - 1].start
        if not self.segment.is_free(at - 1):
            return None
        self.blocks.insert(index, Block(ident, at, 0, data))
        return self.blocks[index]

    def vacate(self, block: Block) -> None:
        """Give the stretch of a block back: to a Void in front of it, to the end of the segment, or as a Void of its own."""
        if self._neighbour(block, -1) is None and self._may_grow(block):
            block.data = b""
        else:
            self.hollow(block, keep=False)

    def hollow(self, block: Block, *, keep: bool) -> None:
        """Make a Void of a block: one of its own, or, where it need not be told apart, one with that in front of it."""
        index, before = self.blocks.index(block), self._neighbour(block, -1)
        del self.blocks[index]
        if before is not None and not keep and block.start < self.segment.clusters_at:
            before.stretch(before.start, block.end)
        else:
            header = ebml.void_header(block.room)
            self.blocks.insert(
                index, Block(VOID, block.start, block.room, header, len(header) - 1, [(block.start, block.end)])
            )

    def restore(self, block: Block, data: bytes) -> Block | None:
        """Put `data` back into the one Void that is exactly as long, where it stood before it was moved, and vacate the block."""
        holes = [one for one in self.blocks if one.ident == VOID and one.room == len(data) and one.data is None]
        if len(holes) != 1:
            return None
        hole = holes[0]
        hole.ident, hole.data = block.ident, data
        self.vacate(block)
        return hole

    def repoint(self, ident: int, old: int, new: int | None) -> bool | None:
        """Let the entries for `ident` at `old` say `new`, or be gone; both are offsets in the file. None: there is no entry."""
        done = [
            self.settle(self.of(head), data)
            for head in self.segment.all(SEEK_HEAD)
            if (data := self._repointed(head, ident, old, new)) is not None
        ]
        return all(done) if done else None

    def point(self, ident: int, new: int) -> bool:
        """Add an entry to the SeekHead in front of the clusters."""
        head = next((one for one in self.segment.all(SEEK_HEAD) if one.start < self.segment.clusters_at), None)
        if head is None or head.total > _LONGEST_SEEK_HEAD or not self.segment.pointed:
            return False
        place = new - self.segment.element.body
        position = ebml.encoded(SEEK_POSITION, place.to_bytes(max(1, (place.bit_length() + 7) // 8), "big"))
        entry = ebml.encoded(SEEK, ebml.encoded(SEEK_ID, ident.to_bytes(4, "big")), position)
        data = self.source.at(head.start, head.total)
        return self.settle(self.of(head), ebml.changed(data, (head,), head.end, 0, entry))

    def is_lodged(self, block: Block) -> bool:
        """Whether the block stands behind a Void in front of the clusters, where `occupy` puts one, and has no other room."""
        has_room = self._neighbour(block, 1) is not None
        return not has_room and block.start < self.segment.clusters_at and self._neighbour(block, -1) is not None

    def is_last(self, block: Block) -> bool:
        """Whether the block ends the segment."""
        return block is self.blocks[-1] and block.end == self.segment.end

    def _neighbour(self, block: Block, step: int) -> Block | None:
        """The Void that stands directly behind (1) or in front (-1) of a block."""
        index = self.blocks.index(block) + step
        one = self.blocks[index] if 0 <= index < len(self.blocks) else None
        if one is None or one.ident != VOID or (one.start != block.end if step > 0 else one.end != block.start):
            return None
        return one

    def _may_grow(self, block: Block) -> bool:
        """Whether the block may change its length: nothing that is pointed to stands behind it."""
        is_closed = self.segment.element.size is not None
        return (is_closed and self.is_last(block)) or self.segment.is_free(block.start)

    def _can_give(self, void: Block, start: int, by: int) -> bool:
        """Whether a Void can do without `by` bytes from `start` on, and still be one with a size field as wide as now."""
        if void.room - by < 1 + void.width:
            return False
        if by <= 0 or not self.needs_zeros:
            return True
        head = 1 + void.width
        start, end = max(start, void.start + head), start + by + (head if start == void.start else 0)
        taken = bytearray(self.source.at(start, end - start))
        for cleared, stop in void.cleared:
            low, high = max(cleared, start), min(stop, end)
            if low < high:
                taken[low - start : high - start] = bytes(high - low)
        return not any(taken)

    def _repointed(self, head: Element, ident: int, old: int, new: int | None) -> bytes | None:
        """The SeekHead with its entry for `old` changed or taken out; None where it has none."""
        base = self.segment.element.body
        for entry in entries(self.source, head):
            if entry.target(self.segment.element) != (old, ident) or head.total > _LONGEST_SEEK_HEAD:
                continue
            data = self.source.at(head.start, head.total)
            if new is None:
                return ebml.changed(data, (head,), entry.seek.start, entry.seek.total, b"")
            field = entry.field
            put = _position(new - base, self.source.at(field.body, field.size or 0))
            return ebml.changed(data, (head, entry.seek, field), field.body, field.size or 0, put)
        return None


def _position(value: int, old: bytes) -> bytes:
    """The number in as many bytes as the old one has, where that was not the fewest; else in the fewest."""
    fewest = max(1, (value.bit_length() + 7) // 8)
    return value.to_bytes(fewest if old[:1] != b"\0" else max(fewest, len(old)), "big")
