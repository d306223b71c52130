"""Any bytes give a reading or an error of ours: every picture format, cut, changed and enlarged at random."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hegui.kernel.gif import sub_blocks
from hegui.kernel.jpeg import APP1, COM, segment_bytes
from hegui.kernel.png import chunk_bytes
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import gif, jpeg, png, tiff
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from hegui.label.reading import Reading
from tests.label.pictures import LABEL, LABELLED_PACKET, OTHER, carrier, written
from tests.label.test_jpeg import PLAIN as JPEG
from tests.label.test_jpeg import exif, several, with_segment
from tests.label.test_png import with_chunk
from tests.label.test_tiff import little

LABELLED: list[tuple[str, Codec, bytes]] = [
    (name, codec, written(codec, carrier(name)))
    for name, codec in (
        ("photo.png", png), ("photo-16bit.png", png), ("anim.apng.png", png),
        ("photo.jpg", jpeg), ("photo-progressive.jpg", jpeg), ("photo-cmyk.jpg", jpeg), ("photo-exif-orient6.jpg", jpeg),
        ("anim.gif", gif), ("photo.tif", tiff), ("multi-bigtiff.tif", tiff),
    )
]  # fmt: skip
EXIF_BLOCK = exif(LABEL.wrapped().encode())[10:]
TEXT = LABEL.wrapped().encode()
XMP_SEGMENT = segment_bytes(APP1, b"http://ns.adobe.com/xap/1.0/\0" + LABELLED_PACKET)
PROFILE = b"Raw profile type APP1\0\nAPP1\n 99\n" + (b"Exif\0\0" + EXIF_BLOCK).hex().encode()
GIF_COMMENT = b"\x21\xfe" + sub_blocks(TEXT)
COMMENT_ENTRY = struct.pack("<HHHIII", 1, 0x9286, 7, len(TEXT), 44, 0)
RICH: list[tuple[str, Codec, bytes]] = [
    ("png with EXIF", png, with_chunk(b"eXIf", EXIF_BLOCK)),
    ("png with a text", png, with_chunk(b"tEXt", b"AIGC\0" + TEXT)),
    ("png with a profile", png, with_chunk(b"tEXt", PROFILE)),
    ("jpeg with EXIF", jpeg, with_segment(exif(TEXT))),
    ("jpeg of two pictures", jpeg, several(JPEG, JPEG, before=XMP_SEGMENT)),
    ("jpeg with a comment", jpeg, with_segment(segment_bytes(COM, b"AIGC" + TEXT))),
    ("gif with a comment", gif, carrier("anim.gif").replace(b"\x21\xff", GIF_COMMENT + b"\x21\xff", 1)),
    ("tiff with a description", tiff, little((0x010E, 2, len(TEXT), 26), tail=TEXT)),
    ("tiff with a packet", tiff, little((700, 1, len(LABELLED_PACKET), 26), tail=LABELLED_PACKET)),
    ("tiff with an EXIF directory", tiff, little((0x8769, 4, 1, 26), tail=COMMENT_ENTRY + TEXT)),
]
ALL = LABELLED + RICH
every_file = pytest.mark.parametrize(("codec", "data"), [one[1:] for one in ALL], ids=[one[0] for one in ALL])
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answers(codec: Codec, data: bytes) -> Reading | None:
    """The reading, if there is one; that writing and taking out answer too is checked."""
    reading = None
    with suppress(MalformedError, LabelError):
        reading = codec.read(Source.of(data))
        for one in reading.candidates:
            assert 0 <= one.offset <= one.offset + one.size <= len(data)
    for label in (LABEL, OTHER):
        with suppress(MalformedError, LabelError):
            after = apply(data, codec.write(Source.of(data), label))
            assert len(after) <= len(data) + 80_000
            codec.read(Source.of(after))
    with suppress(MalformedError, LabelError):
        apply(data, codec.bare(Source.of(data)))
    return reading


@every_file
@quick
@given(st.data())
def test_a_file_cut_anywhere_gives_an_answer(codec: Codec, data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data)))
    answers(codec, data[:cut])


@every_file
@quick
@given(st.data())
def test_a_file_with_changed_bytes_gives_an_answer(codec: Codec, data: bytes, draw: st.DataObject) -> None:
    """Half of the changes fall near a place that matters: the head, the label, the tail."""
    changed = bytearray(data)
    starts = (0, max(0, data.find(b"AIGC") - 150), max(0, len(data) - 200))
    near = sorted({at for start in starts for at in range(start, min(len(data), start + 200))})
    for _ in range(draw.draw(st.integers(1, 8))):
        at = draw.draw(st.sampled_from(near) | st.integers(0, len(data) - 1))
        changed[at] = draw.draw(st.sampled_from([0, 1, 0x7F, 0xFF]) | st.integers(0, 255))
    answers(codec, bytes(changed))


@every_file
@quick
@given(st.data())
def test_a_file_with_bytes_more_or_less_gives_an_answer(codec: Codec, data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data)))
    drop = draw.draw(st.integers(0, 40))
    answers(codec, data[:at] + draw.draw(st.binary(max_size=40)) + data[at + drop :])


@pytest.mark.parametrize("codec", [png, jpeg, gif, tiff])
@quick
@given(body=st.binary(max_size=400))
def test_any_bytes_after_a_right_head_give_an_answer(codec: Codec, body: bytes) -> None:
    heads = {
        png: b"\x89PNG\r\n\x1a\n" + chunk_bytes(b"IHDR", bytes(13)),
        jpeg: b"\xff\xd8\xff\xe0\0\2",
        gif: b"GIF89a" + bytes(7),
        tiff: b"II*\0\x08\0\0\0",
    }
    answers(codec, heads[codec] + body)


MANY = 60_000
HUGE = {
    "png of empty chunks": (png, carrier("photo.png")[:33] + chunk_bytes(b"tEXt", b"a\0") * MANY),
    "png of empty names": (png, carrier("photo.png")[:33] + chunk_bytes(b"IDAT", b"") * MANY),
    "jpeg of empty segments": (jpeg, b"\xff\xd8" + segment_bytes(COM, b"") * MANY),
    "jpeg of names": (jpeg, b"\xff\xd8" + segment_bytes(COM, b"AIGC{" * 12_000) * 20),
    "jpeg with names after it": (jpeg, JPEG + b'AIGC{"a":' * MANY),
    "jpeg of scans": (jpeg, b"\xff\xd8" + segment_bytes(0xDA, b"") * MANY),
    "gif of empty blocks": (gif, b"GIF89a" + bytes(7) + b"\x21\xfe\0" * MANY),
    "gif of small sub-blocks": (gif, b"GIF89a" + bytes(7) + b"\x21\xfe" + b"\1a" * MANY),
    "tiff of overlapping directories": (tiff, b"II*\0\x08\0\0\0" + b"\x0c\0\0\0" * MANY),
    "tiff of EXIF directories": (tiff, little(*((0x8769, 4, 1, 8) for _ in range(5_000)))),
    "tiff of large directories": (tiff, b"II*\0\x08\0\0\0" + b"\xff\xff" * MANY * 2),
    "tiff of packets": (tiff, little(*((700, 7, 100_000, 8) for _ in range(9_000)))),
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_numbers_without_end_give_an_answer_within_the_budget(name: str) -> None:
    codec, data = HUGE[name]
    with suppress(MalformedError):
        assert len(codec.read(Source.of(data)).gaps) < 5
