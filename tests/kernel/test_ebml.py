"""The walker of EBML and its builders."""

from __future__ import annotations

import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.ebml import (
    CRC_32,
    MOST_NESTED,
    VOID,
    changed,
    encoded,
    nested,
    resized,
    size_field,
    void_header,
    walk,
    width_of,
)
from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError

ROOT, LIST, LEAF = 0x18538067, 0x7373, 0x4487


def one(data: bytes, **options: object):  # type: ignore[no-untyped-def]
    return list(walk(Source.of(data), 0, len(data), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", range(1, 9))
@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_size_may_take_more_bytes_than_it_needs(width: int, size: int) -> None:
    (found,) = one(b"\x44\x87" + size_field(size, width) + bytes(size))
    assert (found.ident, found.size, found.width, found.total) == (LEAF, size, width, 2 + width + size)


@given(st.integers(0, (1 << 56) - 2))
def test_a_size_is_written_in_the_fewest_bytes_and_never_as_unknown(size: int) -> None:
    field = size_field(size)
    assert len(field) == width_of(size)
    assert field.lstrip(b"\0")[:1] != b""
    assert int.from_bytes(field, "big") != (1 << (7 * len(field) + 1)) - 1
    assert int.from_bytes(field, "big") - (1 << 7 * len(field)) == size


def test_an_element_of_unknown_size_is_gone_into() -> None:
    data = b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + encoded(LEAF, b"a") + encoded(LEAF, b"b")
    found = one(data, open_ended=(ROOT,))
    assert [(element.ident, element.size) for element in found] == [(ROOT, None), (LEAF, 1), (LEAF, 1)]
    with pytest.raises(MalformedError):
        one(data)


WRONG = [
    ("an id of five bytes", b"\x08\0\0\0\0\x80", MalformedError),
    ("an id of none", b"\0\x80\x80\x80", MalformedError),
    ("a size of nine bytes", b"\xec\0" + bytes(12), MalformedError),
    ("a header that ends", b"\x44\x87\x40", TruncatedError),
    ("half an id", b"\x44", TruncatedError),
    ("more data than the file has", b"\xec\x85abc", TruncatedError),
]


@pytest.mark.parametrize(("data", "error"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_no_element_is_told(data: bytes, error: type[MalformedError]) -> None:
    with pytest.raises(error):
        one(data)


def test_an_element_longer_than_what_holds_it_is_told() -> None:
    data = encoded(LIST, b"\x44\x87\x85ab") + b"cdefgh"
    (outer, *_) = walk(Source.of(data), 0, len(data) - 6)
    with pytest.raises(MalformedError):
        list(nested(Source.of(data), outer, ()))


def test_nested_elements_know_what_holds_them() -> None:
    data = encoded(ROOT, encoded(LIST, encoded(LEAF, b"a")), encoded(LEAF, b"b"), encoded(LIST))
    (root,) = one(data)
    found = list(nested(Source.of(data), root, (LIST,)))
    assert [(element.ident, [parent.ident for parent in element.parents]) for element in found] == [
        (LIST, [ROOT]),
        (LEAF, [ROOT, LIST]),
        (LEAF, [ROOT]),
        (LIST, [ROOT]),
    ]


def test_count_and_depth_are_bounded() -> None:
    with pytest.raises(TooMuchError):
        one(b"\xec\x80" * 11, most=10)
    assert len(one(b"\xec\x80" * 10, most=10)) == 10
    (wide,) = one(encoded(LIST, b"\xec\x80" * (MOST_NESTED + 1)))
    with pytest.raises(TooMuchError):
        list(nested(Source.of(encoded(LIST, b"\xec\x80" * (MOST_NESTED + 1))), wide, ()))
    deep = b""
    for _ in range(200):
        deep = encoded(LIST, deep)
    (outer,) = one(deep)
    with pytest.raises(TooMuchError):
        list(nested(Source.of(deep), outer, (LIST,)))


@given(st.integers(2, 100_000), st.integers(0, 8))
def test_a_void_covers_exactly_what_it_is_asked_to(total: int, width: int) -> None:
    header = void_header(total, width)
    (found,) = one(header + bytes(total - len(header)))
    assert (found.ident, found.total) == (VOID, total)
    if width and 1 + width <= total and total - 1 - width < (1 << 7 * width) - 1:
        assert found.width == width


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 8))
def test_a_change_and_its_reverse_give_the_same_bytes(before: bytes, after: bytes, width: int) -> None:
    """Sizes that were short stay short, those with room keep it, and check sums fit."""
    covered = encoded(LEAF, b"x") + encoded(LEAF, before)
    body = encoded(CRC_32, zlib.crc32(covered).to_bytes(4, "little")) + covered
    data = b"\x73\x73" + (size_field(len(body)) if width < 3 else size_field(len(body), width)) + body

    def swapped(data: bytes, old: bytes, new: bytes) -> bytes:
        (outer,) = one(data)
        _, _, value = nested(Source.of(data), outer, ())
        assert data[value.body : value.end] == old
        return changed(data, (outer, value), value.body, value.total - (value.body - value.start), new)

    other = swapped(data, before, after)
    (outer,) = one(other)
    checked, *_ = nested(Source.of(other), outer, ())
    assert other[checked.body : checked.end] == zlib.crc32(other[checked.end :]).to_bytes(4, "little")
    if width == 0 or outer.width == width or width_of(len(body)) == width_of(outer.size or 0):
        assert swapped(other, after, before) == data


def test_a_check_sum_that_was_wrong_is_not_made_right() -> None:
    data = encoded(LIST, encoded(CRC_32, b"1234"), encoded(LEAF, b"x"))
    (outer,) = one(data)
    other = changed(data, (outer,), outer.end, 0, encoded(LEAF, b"more"))
    (outer,) = one(other)
    assert other[5:9] != zlib.crc32(other[9:]).to_bytes(4, "little")
    assert changed(other, (outer,), len(data), 7, b"") == data


def test_a_field_that_is_too_short_gets_longer() -> None:
    (short,) = one(encoded(LIST, bytes(126)))
    (wide,) = one(b"\x73\x73" + size_field(126, 4) + bytes(126))
    assert (len(resized(127, short)), len(resized(127, wide))) == (2, 4)


@given(st.binary(max_size=60))
def test_any_bytes_are_walked_or_told(data: bytes) -> None:
    with suppress(MalformedError):
        for found in one(data, open_ended=(ROOT,)):
            if found.size:
                list(nested(Source.of(data), found, (LIST,)))
