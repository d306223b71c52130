"""Walk the boxes of an ISO base media file: MP4, QuickTime, HEIF and their kin.

Knows headers of boxes (32 and 64-bit sizes, size 0 to the end, uuid) and which boxes hold boxes; knows nothing of what a
label is, and never reads the data of media. A walk is a loop over an explicit stack that counts every box it sees, so that
neither depth nor number is the file's to choose; each size is checked against the box around it before anything is read.
Rules: ISO/IEC 14496-12 4.2 (boxes) and 8.11.1 (meta); QuickTime File Format (meta without version, zero after user data).
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError

__all__ = ["MAX_BOXES", "MAX_DEPTH", "Box", "Path", "Walker", "box", "name_of"]

MAX_BOXES = 1 << 20
"""Boxes one walk may see; a film of ten hours in fragments of one second has less than half of that."""
MAX_DEPTH = 16

_IN_META = (b"hdlr", b"keys", b"ilst", b"mhdr", b"ctry", b"lang")


class Box(NamedTuple):
    """One box, as its header says.

    Attributes:
        kind: its type, four bytes.
        start: byte offset of the header in the file.
        head: bytes of the header: 8, 16 with a 64-bit size, 16 more with a uuid.
        end: byte offset after it.
        uuid: the sixteen bytes of its extended type; empty but for the type uuid.
        is_open: whether its size field is 0, so that it reaches to the end of the file.
    """

    kind: bytes
    start: int
    head: int
    end: int
    uuid: bytes = b""
    is_open: bool = False

    @property
    def body(self) -> int:
        """Byte offset after the header."""
        return self.start + self.head

    @property
    def size(self) -> int:
        """Bytes from header to end."""
        return self.end - self.start


Path = tuple[Box, ...]
"""A box with those around it, the outermost first."""


def box(kind: bytes, *parts: bytes) -> bytes:
    """The bytes of a box with a 32-bit size.

    >>> box(b"free", b"abc")
    b'\\x00\\x00\\x00\\x0bfreeabc'
    """
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def name_of(kind: bytes) -> str:
    """The type of a box for people: letters as they are, others as numbers.

    >>> name_of(b"\\xa9too"), name_of(bytes(4))
    ('©too', '0x00000000')
    """
    text = kind.decode("latin-1")
    return text if all(character.isalnum() or character in " -_.©" for character in text) else f"0x{kind.hex()}"


class Walker:
    """Walks over one source, which together see a bounded number of boxes."""

    __slots__ = ("_left", "source")

    def __init__(self, source: Source, *, most: int = MAX_BOXES) -> None:
        self.source = source
        self._left = most

    def tops(self) -> Iterator[Box]:
        """The boxes of the file itself. Raises MalformedError at the first that is none."""
        return self.between(0, self.source.size, at_top=True)

    def within(self, parent: Box) -> Iterator[Box]:
        """The boxes in a box; a size of 0 ends them, as it does in the user data of QuickTime."""
        return self.between(self.first_child(parent), parent.end)

    def between(self, start: int, end: int, *, at_top: bool = False) -> Iterator[Box]:
        """The boxes that stand in a stretch of the file, one after the other; fewer than eight bytes after them are nothing."""
        at = start
        while end - at >= 8:
            one = self._header(at, end, at_top=at_top)
            if one is None:
                return
            yield one
            at = one.end

    def tree(self, parents: Collection[bytes]) -> Iterator[Path]:
        """Every box of the file with those around it, in file order; only `parents` are looked into.

        Raises:
            TooMuchError: boxes nest deeper than MAX_DEPTH, or there are too many.
        """
        path: list[Box] = []
        open_lists = [self.tops()]
        while open_lists:
            one = next(open_lists[-1], None)
            if one is None:
                open_lists.pop()
                del path[-1:]
                continue
            yield (*path, one)
            if one.kind not in parents:
                continue
            if len(open_lists) >= MAX_DEPTH:
                raise TooMuchError("boxes nest too deep", one.start)
            path.append(one)
            open_lists.append(self.within(one))

    def first_child(self, parent: Box) -> int:
        """Where the boxes in a box begin: after its header, and after version and flags where it has them."""
        if parent.kind != b"meta" or parent.end - parent.body < 8:
            return parent.body
        is_bare = self.source.at(parent.body + 4, 4) in _IN_META
        return parent.body if is_bare else parent.body + 4

    def _header(self, at: int, end: int, *, at_top: bool) -> Box | None:
        if not self._left:
            raise TooMuchError("there are too many boxes", at)
        self._left -= 1
        size, kind = struct.unpack(">I4s", self.source.at(at, 8))
        head, is_open = 8, False
        if size == 1:
            size, head = int.from_bytes(self._more(at, 8, end, 8)), 16
        elif size == 0:
            if not at_top:
                return None
            size, is_open = end - at, True
        uuid = b""
        if kind == b"uuid":
            uuid, head = self._more(at, head, end, 16), head + 16
        if size < head:
            raise MalformedError(f"the box {name_of(kind)} is shorter than its header", at)
        if size > end - at:
            raise TruncatedError(f"the box {name_of(kind)} is longer than what holds it", at)
        return Box(kind, at, head, at + size, uuid, is_open)

    def _more(self, at: int, head: int, end: int, count: int) -> bytes:
        if at + head + count > end:
            raise TruncatedError("the header of a box is cut", at)
        return self.source.at(at + head, count)
