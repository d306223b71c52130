"""The tags of a Flash Video file, and the fields of its script data.

Knows where the tags stand, which of them hold script data, and which fields of those are texts or count bytes of the file; knows
no label. Steps over audio and video by their headers; an edit moves what counts bytes by as much as the data grow.
Rules: Adobe Flash Video File Format 10.1, annex E.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Collection, Iterator
from typing import NamedTuple

from hegui.kernel import amf0
from hegui.kernel.amf0 import Value
from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import Splice

__all__ = ["LONGEST", "Script", "Tag", "edited", "first_tag", "fresh", "script_of", "script_tags"]

MOST_TAGS = 1 << 19
MOST_FIELDS = 4096
LONGEST = (1 << 24) - 1
"""Bytes of data that a tag can count."""
_SCRIPT = 18
_OFFSETS = ((b"filesize",), (b"lastkeyframelocation",), (b"keyframes", b"filepositions", b""))
"""Fields that count bytes of the file."""
_MOST_OFFSET = 1 << 52
"""Larger numbers are no offsets, and adding to them is not exact."""
_HEADER = 11
_LOOK = 32
"""Bytes of a tag that are read: its header, and a name if it has one."""


class Tag(NamedTuple):
    """A tag: its header, its data, and the size that follows them."""

    start: int
    size: int

    @property
    def body(self) -> int:
        """Where its data begin."""
        return self.start + _HEADER

    @property
    def end(self) -> int:
        """Where its data end."""
        return self.body + self.size

    @property
    def next(self) -> int:
        """Where the next tag stands."""
        return self.end + 4


class Script(NamedTuple):
    """Script data that were read.

    Attributes:
        tag: where they stand.
        data: as they are.
        name: what they are called: "onMetaData".
        root: the value with the fields, None where it is no such value.
        fields: its texts and numbers.
        end: the end of the root.
        positions: where in the data the numbers stand that are offsets of the file.
    """

    tag: Tag
    data: bytes
    name: bytes
    root: Value | None
    fields: tuple[Value, ...]
    end: Value | None
    positions: array[int]

    @property
    def counted(self) -> int:
        """How many fields an array says it has; 0 for an object."""
        if self.root is None or self.root.kind != amf0.ARRAY:
            return 0
        return int.from_bytes(self.data[self.root.start + 1 : self.root.start + 5], "big")

    @property
    def is_empty(self) -> bool:
        """Whether the root has no field."""
        return self.root is not None and self.end is not None and self.root.end == self.end.start

    def text(self, field: Value) -> bytes:
        """The text of a field."""
        head = 3 if field.kind == amf0.STRINGS[0] else 5
        return self.data[field.start + head : field.end]


def first_tag(source: Source) -> int:
    """Where the first tag stands. Raises MalformedError where this is no Flash Video."""
    head = source.up_to(0, 9)
    offset = int.from_bytes(head[5:9], "big")
    if head[:3] != b"FLV" or len(head) < 9 or offset < 9:
        raise MalformedError("there is no FLV header", 0)
    if offset + 4 > source.size:
        raise TruncatedError("the file ends before its first tag", 9)
    return offset + 4


def script_tags(source: Source, names: Collection[bytes]) -> Iterator[Tag]:
    """The tags with script data of these names that are not encrypted. Raises MalformedError where a tag is cut, TooMuchError."""
    at = first_tag(source)
    for _ in range(MOST_TAGS):
        if at >= source.size:
            return
        head = source.up_to(at, _LOOK)
        tag = Tag(at, int.from_bytes(head[1:4], "big"))
        if len(head) < _HEADER or tag.end > source.size:
            raise TruncatedError("a tag is longer than the file", at)
        if head[0] == _SCRIPT and any(head.startswith(amf0.string(name), _HEADER) for name in names):
            yield tag
        at = tag.next
    raise TooMuchError("more tags than a walk goes over", at)


def script_of(source: Source, tag: Tag) -> Script:
    """The fields of script data. Raises MalformedError."""
    data = source.at(tag.body, tag.size)
    found = amf0.values(data)
    first = next(found, None)
    name = data[first.start + 3 : first.end] if first is not None and first.kind == amf0.STRINGS[0] else b""
    root = end = None
    fields: list[Value] = []
    positions = array("L")
    for value in found:
        if root is None:
            root = value
        elif value.kind == amf0.END and not value.path:
            end = value
            break
        elif len(value.path) == 1 and value.kind in (*amf0.STRINGS, amf0.NUMBER) and len(fields) < MOST_FIELDS:
            fields.append(value)
        if value.kind == amf0.NUMBER and value.path in _OFFSETS:
            positions.append(value.start)
    is_holder = root is not None and root.kind in (amf0.OBJECT, amf0.ARRAY) and end is not None
    return Script(tag, data, name, root if is_holder else None, tuple(fields), end, positions)


def edited(source: Source, script: Script, at: int, drop: int, put: bytes, fields: int) -> tuple[Splice, ...]:
    """Put `put` in the place of `drop` bytes of the data.

    Args:
        source: the file.
        script: the data.
        at: offset in the data.
        drop: bytes taken out.
        put: bytes put in.
        fields: by how many the root has more fields then.
    """
    tag, by = script.tag, len(put) - drop
    data = bytearray(script.data)
    for position in script.positions:
        (value,) = struct.unpack_from(">d", data, position + 1)
        if tag.next <= value < _MOST_OFFSET and value.is_integer():
            struct.pack_into(">d", data, position + 1, value + by)
    if script.root is not None and script.root.kind == amf0.ARRAY:
        count = max(script.counted + fields, 0) if script.counted < 0xFFFFFFFF else script.counted
        data[script.root.start + 1 : script.root.start + 5] = count.to_bytes(4, "big")
    data[at : at + drop] = put
    splices = (Splice(tag.start + 1, 3, len(data).to_bytes(3, "big")), Splice(tag.body, tag.size, bytes(data)))
    behind = source.up_to(tag.end, 4)
    if len(behind) < 4:
        return splices
    return (*splices, Splice(tag.end, 4, (int.from_bytes(behind, "big") + by & 0xFFFFFFFF).to_bytes(4, "big")))


def fresh(fields: bytes) -> bytes:
    """A tag onMetaData with one field."""
    data = amf0.string(b"onMetaData") + bytes((amf0.ARRAY,)) + (1).to_bytes(4, "big") + fields + bytes((0, 0, amf0.END))
    head = bytes((_SCRIPT,)) + len(data).to_bytes(3, "big") + bytes(7)
    return head + data + (len(head) + len(data)).to_bytes(4, "big")
