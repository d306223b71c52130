"""The walk over boxes: every form of header, what ends a list, and what is a fault."""

from __future__ import annotations

import struct

import pytest

from hegui.kernel.isobmff import Box, Walker, box, name_of
from hegui.kernel.source import MalformedError, Source, TruncatedError

UUID = bytes(range(16))
INNER = box(b"abcd", b"x")


def tops(data: bytes) -> list[Box]:
    return list(Walker(Source.of(data)).tops())


def kinds_within(data: bytes) -> list[bytes]:
    walker = Walker(Source.of(data))
    return [child.kind for one in walker.tops() for child in walker.within(one)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (box(b"free", b"abc"), Box(b"free", 0, 8, 11)),
        (struct.pack(">I4sQ", 1, b"mdat", 19) + b"abc", Box(b"mdat", 0, 16, 19)),
        (bytes(4) + b"mdatabc", Box(b"mdat", 0, 8, 11, is_open=True)),
        (box(b"uuid", UUID, b"abc"), Box(b"uuid", 0, 24, 27, UUID)),
        (struct.pack(">I4sQ", 1, b"uuid", 35) + UUID + b"abc", Box(b"uuid", 0, 32, 35, UUID)),
    ],
    ids=["32 bits", "64 bits", "to the end", "uuid", "uuid of 64 bits"],
)
def test_every_form_of_a_header_is_read(data: bytes, expected: Box) -> None:
    assert tops(data) == [expected]
    assert Source.of(data).at(expected.body, 3) == b"abc"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (struct.pack(">I4s", 7, b"free"), MalformedError),
        (struct.pack(">I4s", 9, b"free"), TruncatedError),
        (struct.pack(">I4sI", 1, b"mdat", 0), TruncatedError),
        (struct.pack(">I4sQ", 1, b"mdat", 15), MalformedError),
        (struct.pack(">I4sQ", 1, b"mdat", 1 << 63), TruncatedError),
        (box(b"uuid", bytes(15)), TruncatedError),
        (struct.pack(">I4s", 20, b"uuid") + UUID, MalformedError),
    ],
    ids=[
        "7 bytes",
        "past the end",
        "half a size",
        "64 bits, 15 bytes",
        "64 bits, past the end",
        "cut uuid",
        "short uuid",
    ],
)
def test_a_header_that_cannot_be_is_a_fault(data: bytes, error: type[MalformedError]) -> None:
    with pytest.raises(error):
        tops(data)


@pytest.mark.parametrize("tail", [b"", bytes(4), bytes(7), bytes(8), bytes(4) + b"abcd" + b"more"])
def test_a_zero_or_too_few_bytes_end_the_boxes_in_a_box(tail: bytes) -> None:
    assert kinds_within(box(b"udta", INNER, tail)) == [b"abcd"]


def test_a_box_within_another_may_not_pass_its_end() -> None:
    with pytest.raises(TruncatedError):
        kinds_within(box(b"udta", struct.pack(">I4s", 20, b"abcd")) + bytes(40))


@pytest.mark.parametrize("head", [b"", bytes(4)], ids=["QuickTime", "ISO"])
@pytest.mark.parametrize("first", [b"hdlr", b"keys", b"ilst"])
def test_a_meta_box_is_read_with_and_without_a_version(head: bytes, first: bytes) -> None:
    assert kinds_within(box(b"meta", head, box(first, b"1234"), INNER)) == [first, b"abcd"]


@pytest.mark.parametrize("size", range(8))
def test_a_meta_box_of_a_few_bytes_holds_nothing(size: int) -> None:
    assert kinds_within(box(b"meta", bytes(size))) == []


def test_the_tree_gives_every_box_with_those_around_it() -> None:
    data = box(b"moov", box(b"trak", INNER), box(b"trak")) + INNER
    paths = [tuple(one.kind for one in path) for path in Walker(Source.of(data)).tree((b"moov", b"trak"))]
    assert paths == [(b"moov",), (b"moov", b"trak"), (b"moov", b"trak", b"abcd"), (b"moov", b"trak"), (b"abcd",)]


@pytest.mark.parametrize(("kind", "name"), [(b"\xa9nam", "©nam"), (b"----", "----"), (b"\0\0\0\1", "0x00000001")])
def test_a_type_is_shown_so_that_people_can_read_it(kind: bytes, name: str) -> None:
    assert name_of(kind) == name
