"""The walker of AMF0."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.amf0 import ARRAY, END, LIST, MOST_VALUES, NUMBER, OBJECT, STRING, name, string, values
from hegui.kernel.source import MalformedError, TooMuchError, TruncatedError

ENDED = b"\0\0\x09"
ONE = b"\0\x3f\xf0\0\0\0\0\0\0"


def seen(data: bytes) -> list[tuple[int, tuple[bytes, ...]]]:
    return [(value.kind, value.path) for value in values(data)]


def test_every_value_has_the_path_that_leads_to_it() -> None:
    inner = b"\x03" + name(b"times") + b"\x0a\0\0\0\2" + ONE + ONE + ENDED
    data = string(b"onMetaData") + b"\x08\0\0\0\2" + name(b"width") + ONE + name(b"keyframes") + inner + ENDED
    assert seen(data) == [
        (STRING, ()),
        (ARRAY, ()),
        (NUMBER, (b"width",)),
        (OBJECT, (b"keyframes",)),
        (LIST, (b"keyframes", b"times")),
        (NUMBER, (b"keyframes", b"times", b"")),
        (NUMBER, (b"keyframes", b"times", b"")),
        (END, (b"keyframes", b"times")),
        (END, (b"keyframes",)),
        (END, ()),
    ]


def test_an_object_that_is_not_ended_ends_with_the_data() -> None:
    data = b"\x08\0\0\0\1" + name(b"a") + b"\x05"
    assert [value.start for value in values(data) if value.kind == END] == [len(data)]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("boolean", b"\x01\x01"), ("null", b"\x05"), ("undefined", b"\x06"), ("reference", b"\x07\0\1"),
        ("date", b"\x0b" + bytes(10)), ("unsupported", b"\x0d"), ("long text", b"\x0c\0\0\0\3abc"),
        ("XML", b"\x0f\0\0\0\4<a/>"), ("typed", b"\x10\0\1C" + ENDED),
    ],
)  # fmt: skip
def test_a_value_of_any_type_is_stepped_over(kind: str, data: bytes) -> None:
    assert [value.path for value in values(data + ONE)][-1] == (), kind
    assert list(values(data + ONE))[-1].kind == NUMBER, kind


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x11\x05", MalformedError), (b"\x04", MalformedError), (b"\x00\x01", TruncatedError), (b"\x02\0\x05abc", TruncatedError),
        (b"\x0c\xff\xff\xff\xffabc", TruncatedError), (b"\x0a\xff\xff\xff\xff\x05", TruncatedError), (b"\x0a\0\0", TruncatedError),
        (b"\x03\0", TruncatedError), (b"\x03\0\1a", TruncatedError), (b"\x0a\0\0\0\1" * 40, TooMuchError),
        (b"\x05" * (MOST_VALUES + 1), TooMuchError),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_told(data: bytes, error: type[MalformedError]) -> None:
    with pytest.raises(error):
        list(values(data))


def test_a_text_of_64_kibibytes_is_a_long_one() -> None:
    assert string(b"x" * 65_535)[:1] == b"\x02"
    assert string(b"x" * 65_536)[:5] == b"\x0c\0\1\0\0"


@given(st.binary(max_size=80))
def test_any_bytes_are_walked_or_told(data: bytes) -> None:
    with suppress(MalformedError):
        assert all(0 <= value.key <= value.start <= value.end <= len(data) for value in values(data))
