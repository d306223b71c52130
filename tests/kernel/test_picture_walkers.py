"""The walkers of PNG, JPEG, GIF and TIFF: where blocks begin and end, and what is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.gif import blocks, sub_blocks, unblocked
from hegui.kernel.jpeg import APP1, COM, EOI, SOS, segment_bytes, segments
from hegui.kernel.png import SIGNATURE, chunk_bytes, chunks
from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import apply
from hegui.kernel.tiff import chain, directory, dropped, entry_bytes, ifd_bytes, layout, value

IHDR = chunk_bytes(b"IHDR", bytes(13))


def test_chunks_of_a_png_follow_each_other_up_to_iend() -> None:
    data = SIGNATURE + IHDR + chunk_bytes(b"IDAT", b"xy") + chunk_bytes(b"IEND", b"") + b"tail"
    found = list(chunks(Source.of(data)))
    assert [(one.kind, one.at, one.end) for one in found] == [(b"IHDR", 8, 33), (b"IDAT", 33, 47), (b"IEND", 47, 59)]
    assert data[found[1].data_at :][: found[1].size] == b"xy"


@pytest.mark.parametrize("tail", [b"", b"\0\0\0\5IDAT", b"\xff\xff\xff\xffIDAT", b"\0\0\0\0ID\0T\0\0\0\0"])
def test_a_chunk_that_is_none_is_refused(tail: bytes) -> None:
    with pytest.raises(MalformedError):
        list(chunks(Source.of(SIGNATURE + IHDR + tail)))


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_coded_data_of_a_jpeg_are_passed_over(first: bytes, second: bytes) -> None:
    scans = [one.replace(b"\xff", b"\xff\x00") + b"\xff\xd0\xff\xff" for one in (first, second)]
    head = b"\xff\xd8" + segment_bytes(COM, b"c") + segment_bytes(SOS, b"")
    data = head + scans[0] + b"\xff\xfe\0\2" + segment_bytes(SOS, b"") + scans[1] + b"\xff\xd9" + first
    found = [one.marker for one in segments(Source.of(data))]
    assert found == [COM, SOS, COM, SOS, EOI]
    assert list(segments(Source.of(data)))[-1].end == len(data) - len(first)


def test_a_marker_on_the_edge_of_a_piece_is_seen() -> None:
    head = b"\xff\xd8" + segment_bytes(SOS, b"")
    for length in ((1 << 20) - 1, 1 << 20):
        data = head + bytes(length) + b"\xff\xd9"
        assert list(segments(Source.of(data)))[-1].at == len(data) - 2
    with pytest.raises(TruncatedError):
        list(segments(Source.of(head + bytes(100) + b"\xff")))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\0\0\0\0", b"\xff\xd8\xff\xe1\0\1", b"\xff\xd8\xff\xd8\0\2", b"\xff\xd8\xff\x01\0\2"]
)
def test_a_segment_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        list(segments(Source.of(data)))


def test_segments_and_scans_are_counted() -> None:
    for marker in (APP1, SOS):
        with pytest.raises(TooMuchError):
            list(segments(Source.of(b"\xff\xd8" + segment_bytes(marker, b"") * 100_001)))


@given(st.binary(max_size=1_000))
def test_sub_blocks_hold_what_was_put_in(data: bytes) -> None:
    packed = sub_blocks(data)
    assert unblocked(packed) == data
    gif = b"GIF89a" + bytes(4) + b"\x80\0\0" + bytes(6) + b"\x21\xfe" + packed + b"\x3b"
    comment, trailer = blocks(Source.of(gif))
    assert gif[comment.data_at : comment.end] == packed
    assert trailer.end == len(gif)


def tiff(order: str, is_big: bool, *entries: tuple[int, int, int, int]) -> bytes:
    """A file with one directory after the header."""
    mark = {"<": b"II", ">": b"MM"}[order]
    head = struct.pack(order + "HHHQ", 43, 8, 0, 16) if is_big else struct.pack(order + "HI", 42, 8)
    count, form, end = ("Q", "HHQQ", "Q") if is_big else ("H", "HHII", "I")
    packed = b"".join(struct.pack(order + form, *entry) for entry in entries)
    return mark + head + struct.pack(order + count, len(entries)) + packed + struct.pack(order + end, 0)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_big", [False, True])
def test_a_directory_gains_and_loses_an_entry(order: str, is_big: bool) -> None:
    data = tiff(order, is_big, (256, 3, 1, 7), (700, 7, 5, 0), (34665, 4, 1, 9))
    source = Source.of(data)
    form = layout(source)
    (ifd,) = chain(source, form)
    added = entry_bytes(form, 306, 2, 20, 4)
    source = Source.of(data + ifd_bytes(ifd, added) + ifd_bytes(ifd, entry_bytes(form, 700, 7, 9, 3)))
    longer = directory(source, form, len(data))
    assert [entry.tag for entry in longer.entries(range(65_536))] == [256, 306, 700, 34665]
    again = directory(source, form, longer.next_at + form.word)
    assert [(entry.count, entry.value_at, entry.size) for entry in again.entries((700,))] == [(9, 3, 9)]
    (entry,) = ifd.entries((700,))
    assert value(source, entry, 5) == (data[:5] if not is_big else data[entry.value_at :][:5])
    with pytest.raises(TooMuchError):
        value(source, entry, 4)
    shorter = apply(data, [dropped(Source.of(data), ifd, entry)])
    assert len(shorter) == len(data)
    (left,) = chain(Source.of(shorter), form)
    assert [entry.tag for entry in left.entries(range(65_536))] == [256, 34665]


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0+\0\x08\0\0", SIGNATURE + IHDR, b"\xff\xd8", b"GIF89a"]),
)
def test_any_bytes_are_walked_or_malformed(data: bytes, head: bytes) -> None:
    source = Source.of(head + data)
    for walk in (chunks, segments, blocks, lambda source: chain(source, layout(source))):
        try:
            list(walk(source))
        except MalformedError:
            continue
