"""JPEG: EXIF, several pictures in one file, glued labels, extended XMP, and segments that are full."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest

from hegui.kernel.jpeg import APP1, APP2, APP11, COM, segment_bytes, segments
from hegui.kernel.source import MalformedError, Source
from hegui.label import jpeg
from hegui.label.faults import LabelError
from tests.label.contract import output
from tests.label.pictures import (
    LABEL,
    LABELLED_PACKET,
    OTHER,
    PACKET,
    bare,
    carrier,
    exiv2_label,
    found,
    read,
    the_label,
    updated,
    written,
)
from tests.label.rows.images import coefficients, exiftool, exiv2, jpeginfo

PLAIN = carrier("photo.jpg")
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
XMP = segment_bytes(APP1, XMP_HEAD + PACKET)


def with_segment(segment: bytes, to: bytes = PLAIN, *, after: int = 1) -> bytes:
    """The file with a segment more after the first `after` ones."""
    at = [one.end for one in segments(Source.of(to))][after - 1]
    return to[:at] + segment + to[at:]


def markers(data: bytes) -> list[tuple[int, bytes]]:
    return [(one.marker, data[one.at + 4 : one.at + 8]) for one in segments(Source.of(data))]


def test_the_label_stands_after_app0_and_exif_and_before_the_rest() -> None:
    after = written(jpeg, carrier("photo-exif-orient6.jpg"))
    assert [(marker, head[:4]) for marker, head in markers(after)[:4]] == [
        (0xE0, b"JFIF"), (0xE1, b"Exif"), (0xE1, b"http"), (0xE2, b"ICC_"),
    ]  # fmt: skip


def test_a_packet_of_others_gets_the_label_and_keeps_its_place() -> None:
    data = with_segment(XMP, after=3)
    after = written(jpeg, data)
    assert [marker for marker, _ in markers(after)] == [marker for marker, _ in markers(data)]
    assert b'dc:format="keep me"' in after
    assert bare(jpeg, updated(jpeg, after)) == data


def test_the_label_of_another_program_is_updated_and_it_reads_ours(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(carrier("photo-exif-orient6.jpg"))
    exiv2_label(path, LABEL.text())
    before = coefficients(path)
    path.write_bytes(updated(jpeg, path.read_bytes()))
    assert exiv2(path) == exiftool(path) == OTHER.text()
    assert coefficients(path) == before
    jpeginfo(path)


# --- EXIF --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "order", "is_standard"),
    [
        ("UserComment", "II", True),
        ("UserComment", "MM", True),
        ("ImageDescription", "MM", False),
        ("XPComment", "II", False),
    ],
)
def test_a_label_in_exif_is_updated_and_its_neighbours_stay(
    tag: str, order: str, is_standard: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(PLAIN)
    output("exiftool", "-q", "-overwrite_original", f"-ExifByteOrder={order}", f"-{tag}={LABEL.wrapped()}", "-Model=M",
           "-GPSLatitude=39", "-GPSLatitudeRef=N", f"-ThumbnailImage<={path}", path)  # fmt: skip
    whole = ("-EXIF:all", "-b", "-s")
    before = output("exiftool", *whole, path)
    assert len(before) > len(PLAIN)
    data = path.read_bytes()
    assert the_label(jpeg, data).candidate.place == f"exif {tag}"
    assert the_label(jpeg, data).candidate.is_standard is is_standard
    path.write_bytes(updated(jpeg, data))
    assert output("exiftool", *whole, path) == before.replace(LABEL.wrapped().encode(), OTHER.wrapped().encode())
    path.write_bytes(written(jpeg, path.read_bytes(), LABEL))
    assert output("exiftool", *whole, path).replace(b"\0", b"") == before.replace(b"\0", b"")
    path.write_bytes(bare(jpeg, path.read_bytes()))
    assert output("exiftool", *whole, path) == before.replace(LABEL.wrapped().encode(), b"")
    assert LABEL.producer.encode() not in path.read_bytes()


def test_exif_that_is_there_for_the_label_alone_goes_whole(tmp_path: Path) -> None:
    """The content hash of one producer was measured over the file without that segment (PG-202511A)."""
    path = tmp_path / "a.jpg"
    path.write_bytes(PLAIN)
    output("exiftool", "-q", "-overwrite_original", f"-UserComment={LABEL.wrapped()}", path)
    assert bare(jpeg, path.read_bytes()) == PLAIN


def exif(comment: bytes, kind: int = 7) -> bytes:
    """A block with a UserComment alone."""
    ifd0 = struct.pack("<HHHIII", 1, 0x8769, 4, 1, 26, 0)
    inner = struct.pack("<HHHIII", 1, 0x9286, kind, len(comment), 44, 0)
    return segment_bytes(APP1, b"Exif\0\0II*\0\x08\0\0\0" + ifd0 + inner + comment)


@pytest.mark.parametrize(
    ("prefix", "codec", "kinds"),
    [
        (b"ASCII\0\0\0", "ascii", []),
        (b"UNICODE\0", "utf-16-le", []),
        (b"UNICODE\0", "utf-16-be", []),
        (b"UNICODE\0", "utf-8", []),
        (b"UNICODE\0\xff\xfe", "utf-16-le", []),
        (bytes(8), "utf-8", []),
        (b"JIS\0\0\0\0\0", "iso2022_jp", []),
        (b"", "utf-8", ["exif.charset"]),
    ],
)
def test_every_encoding_of_a_user_comment_is_read_and_kept(prefix: bytes, codec: str, kinds: list[str]) -> None:
    data = with_segment(exif(prefix + LABEL.wrapped().encode(codec)))
    assert [one.kind for one in the_label(jpeg, data).candidate.findings] == kinds
    after = updated(jpeg, data)
    assert prefix[:8] + OTHER.wrapped().encode(codec) in after.replace(b"\xff\xfe{", b"{")


def test_ordinary_comments_in_exif_are_nothing_or_traces() -> None:
    assert read(jpeg, with_segment(exif(b"ASCII\0\0\0about AIGC"))).candidates == ()
    reading = read(jpeg, with_segment(exif(b"ASCII\0\0\0a cat\nSteps: 20, Sampler: Euler a")))
    assert [(trace.kind, trace.place) for trace in reading.traces] == [("parameters", "exif UserComment")]


def test_a_comment_of_another_field_type_is_not_edited() -> None:
    text = LABEL.wrapped().encode().ljust(400)
    data = with_segment(exif(text, kind=4).replace(struct.pack("<I", 400), struct.pack("<I", 100)))
    assert the_label(jpeg, data).spelt.label == LABEL
    with pytest.raises(LabelError) as raised:
        jpeg.write(Source.of(data), OTHER)
    assert raised.value.code == "LBL006"


# --- several pictures in one file ------------------------------------------------------------------------------------


def several(first: bytes, second: bytes, *, order: str = "<", before: bytes = b"", after: bytes = b"") -> bytes:
    """Two pictures with an index, as phones write gain maps and stereo cameras their pairs; XMP before or after it."""
    head = {"<": b"II", ">": b"MM"}[order]
    index = head + struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", 3)
    index += struct.pack(order + "HHI4s", 0xB000, 7, 4, b"0100")
    index += struct.pack(order + "HHII", 0xB001, 4, 1, 2) + struct.pack(order + "HHII", 0xB002, 7, 32, 50)
    length = len(first) + len(before) + len(after) + 4 + 4 + len(index) + 4 + 32
    at = 2 + len(before) + 8
    entries = struct.pack(order + "IIIHHIIIHH", 0x20030000, length, 0, 0, 0, 0, len(second), length - at, 0, 0)
    segment = segment_bytes(APP2, b"MPF\0" + index + bytes(4) + entries)
    data = first[:2] + before + segment + after + first[2:]
    assert len(data) == length
    return data + second


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packet", ["none", "before", "after"])
def test_the_second_picture_is_found_where_the_index_says(order: str, packet: str, tmp_path: Path) -> None:
    second = carrier("photo-progressive.jpg")
    xmp = {} if packet == "none" else {packet: XMP}
    data = several(PLAIN, second, order=order, **xmp)
    path = tmp_path / "a.mpo"
    for content in (data, written(jpeg, data), updated(jpeg, written(jpeg, data))):
        at = content.index(b"MPF\0") + 4
        size, _, _, _, second_size, offset = struct.unpack_from(order + "IIIIII", content, at + 54)
        assert content[at + offset :][:second_size] == second
        assert size == len(content) - len(second)
    path.write_bytes(content)
    assert output("exiftool", "-b", "-MPImage2", path) == second
    assert the_label(jpeg, content).spelt.label == OTHER
    assert bare(jpeg, content) == data


def test_an_index_that_cannot_be_read_is_not_written_over() -> None:
    data = several(PLAIN, PLAIN).replace(
        struct.pack("<HHII", 0xB002, 7, 32, 50), struct.pack("<HHII", 0xB002, 7, 32, 9999)
    )
    assert read(jpeg, data).gaps == ()
    with pytest.raises(LabelError) as raised:
        jpeg.write(Source.of(data), LABEL)
    assert raised.value.code == "LBL022"


def test_a_label_in_the_second_picture_counts() -> None:
    data = several(PLAIN, written(jpeg, PLAIN))
    assert [one.candidate.place for one in found(jpeg, data)] == ["jpeg after EOI"]


# --- other places ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("marker", [0xE3, 0xED, APP11, COM])
@pytest.mark.parametrize("around", [(b"", b""), (b"vendor\0", b"\0"), (b"\xff\x00AIGC AIGC{", b"rest")])
def test_a_glued_label_is_updated_where_it_stands(marker: int, around: tuple[bytes, bytes]) -> None:
    head, tail = around
    glued = head + b"AIGC" + LABEL.text().encode() + tail
    data = with_segment(segment_bytes(marker, glued))
    one = the_label(jpeg, data)
    assert (one.candidate.text, one.candidate.is_standard) == (LABEL.text(), False)
    assert [finding.kind for finding in one.candidate.findings] == ["jpeg.glued"]
    assert head + b"AIGC" + OTHER.text().encode() + tail in updated(jpeg, data)
    if not head:
        assert bare(jpeg, data) == PLAIN
    assert written(jpeg, data) == data


def test_a_comment_that_is_a_label_is_updated_and_goes_whole() -> None:
    data = with_segment(segment_bytes(COM, LABEL.wrapped().encode()))
    assert segment_bytes(COM, OTHER.wrapped().encode()) in updated(jpeg, data)
    assert bare(jpeg, data) == PLAIN


def test_extended_xmp_is_put_together_and_not_edited() -> None:
    packet = LABELLED_PACKET.ljust(100_000)
    digest = hashlib.md5(packet).hexdigest().upper().encode()  # noqa: S324 - the XMP specification has it so
    head = b"http://ns.adobe.com/xmp/extension/\0" + digest + struct.pack(">I", len(packet))
    data = PLAIN
    for start in (60_000, 0):  # each goes before the one that is there
        piece = packet[start : start + 60_000]
        data = with_segment(segment_bytes(APP1, head + struct.pack(">I", start) + piece), data)
    one = the_label(jpeg, data)
    assert one.candidate.place == "jpeg extended XMP"
    with pytest.raises(LabelError) as raised:
        jpeg.write(Source.of(data), OTHER)
    assert raised.value.code == "LBL006"
    assert read(jpeg, data.replace(digest, b"0" * 32, 1)).gaps != ()


@pytest.mark.parametrize("size", [65_400, 65_502])
def test_a_segment_that_is_full_takes_no_label(size: int) -> None:
    data = with_segment(segment_bytes(APP1, XMP_HEAD + PACKET.replace(b"keep me", b"k" * (size - len(PACKET) + 7))))
    with pytest.raises(LabelError) as raised:
        jpeg.write(Source.of(data), LABEL)
    assert raised.value.code == "LBL021"


def test_a_c2pa_manifest_is_a_trace() -> None:
    box = b"JP\0\1\0\0\0\1" + struct.pack(">I", 60) + b"jumb" + struct.pack(">I", 28) + b"jumdc2pa"
    reading = read(jpeg, with_segment(segment_bytes(APP11, box)))
    assert [trace.kind for trace in reading.traces] == ["c2pa"]


def test_what_follows_the_picture_is_looked_through() -> None:
    for tail in (LABELLED_PACKET, b"x" * 100 + b"AIGC: " + LABEL.text().encode()):
        assert the_label(jpeg, PLAIN + tail).candidate.place == "jpeg after EOI"
    data = PLAIN + bytes(3 << 20)
    assert read(jpeg, data).gaps == ()
    assert bare(jpeg, written(jpeg, data)) == data


def test_a_file_that_is_cut_is_read_as_far_as_it_goes_and_not_written() -> None:
    data = written(jpeg, PLAIN)[:-1000]
    assert the_label(jpeg, data).spelt.label == LABEL
    assert [gap.reason for gap in read(jpeg, data).gaps] == ["truncated"]
    with pytest.raises(MalformedError):
        jpeg.write(Source.of(data), LABEL)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\x10", b"\xff\xd8\xff\xe1\0\0", b"\x89PNG"]
)
def test_what_has_no_segment_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        jpeg.read(Source.of(data))


def test_fill_bytes_before_a_marker_are_passed_over() -> None:
    data = PLAIN[:20] + b"\xff\xff\xff" + PLAIN[20:]
    assert the_label(jpeg, written(jpeg, data)).spelt.label == LABEL
