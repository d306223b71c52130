"""TIFF: packets of others, both byte orders, pages, EXIF fields, and directories that lead nowhere."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.tiff import chain, layout
from hegui.label import tiff
from hegui.label.faults import LabelError
from tests.label.contract import output
from tests.label.pictures import (
    LABEL,
    LABELLED_PACKET,
    OTHER,
    bare,
    carrier,
    exiftool_tags,
    exiv2_label,
    found,
    read,
    the_label,
    updated,
    written,
)
from tests.label.rows.images import exiftool, exiv2, pixels

PLAIN = carrier("photo.tif")
BIG = carrier("multi-bigtiff.tif")


def pages(data: bytes) -> list[list[int]]:
    source = Source.of(data)
    return [[entry.tag for entry in ifd.entries(range(65_536))] for ifd in chain(source, layout(source))]


def little(*entries: tuple[int, int, int, int], after: int = 0, tail: bytes = b"") -> bytes:
    """A file with one directory right after the header."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + packed + struct.pack("<I", after) + tail


@pytest.mark.parametrize("data", [PLAIN, BIG])
def test_the_directory_is_sorted_and_the_pages_after_it_stay(data: bytes) -> None:
    before, after = pages(data), pages(written(tiff, data))
    assert after == [sorted([*before[0], 700]), *before[1:]]


@pytest.mark.parametrize("data", [PLAIN, BIG])
def test_the_file_before_is_a_prefix_but_for_one_pointer(data: bytes) -> None:
    after = written(tiff, data)
    at = layout(Source.of(data))
    end = at.pointer_at + at.word
    assert after[: at.pointer_at] == data[: at.pointer_at]
    assert after[end : len(data)] == data[end:]
    assert len(after) - len(data) < 1_200
    assert len(written(tiff, after, OTHER)) - len(after) < 600


@pytest.mark.parametrize("size", range(len(PLAIN), len(PLAIN) + 5))
def test_every_length_of_a_file_is_aligned_and_comes_back(size: int) -> None:
    data = PLAIN.ljust(size, b"\1")
    after = written(tiff, data)
    assert layout(Source.of(after)).first % 4 == 0
    assert bare(tiff, updated(tiff, after)) == data


@pytest.mark.parametrize("order", ["lsb", "msb"])
@pytest.mark.parametrize("kind", ["tiff", "tiff64"])
def test_both_byte_orders_and_sizes_do(order: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(output("convert", "rose:", "wizard:[64x48]", "-define", f"tiff:endian={order}", f"{kind}:-"))
    data, before = path.read_bytes(), pixels(path)
    path.write_bytes(updated(tiff, written(tiff, data)))
    assert (pixels(path), exiftool(path)) == (before, OTHER.text())
    assert bare(tiff, path.read_bytes()) == data


def test_a_packet_of_others_gets_the_label_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    path.write_bytes(PLAIN)
    output("exiftool", "-q", "-overwrite_original", "-XMP-dc:Format=keep me", path)
    data = path.read_bytes()
    after = updated(tiff, written(tiff, data))
    assert pages(after) == pages(data)
    path.write_bytes(after)
    assert exiftool_tags(path, "-XMP-dc:Format") == ["keep me"]
    assert exiv2(path) == exiftool(path) == OTHER.text()
    assert bare(tiff, after) == data


@pytest.mark.parametrize("text", [OTHER.text(), LABEL.text()])
def test_the_label_of_another_program_is_updated_and_wiped_where_it_was(text: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    path.write_bytes(PLAIN)
    exiv2_label(path, text)
    before = pixels(path)
    data = path.read_bytes()
    assert [one.kind for one in the_label(tiff, data).candidate.findings] == ["tiff.type"]
    label = LABEL if text == OTHER.text() else OTHER
    after = written(tiff, data, label)
    assert after.count(b"ContentProducer") == 1
    path.write_bytes(after)
    assert exiv2(path) == exiftool(path) == label.text()
    assert pixels(path) == before
    assert found(tiff, bare(tiff, after)) == []
    assert b"ContentProducer" not in bare(tiff, after)


@pytest.mark.parametrize("tag", ["ImageDescription", "UserComment"])
def test_a_label_in_a_field_is_updated_and_its_neighbours_stay(tag: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(PLAIN)
    output("exiftool", "-q", "-overwrite_original", f"-EXIF:{tag}={LABEL.wrapped()}", "-EXIF:Artist=Keep", path)
    before = pixels(path)
    one = the_label(tiff, path.read_bytes())
    assert (one.candidate.place, one.candidate.is_standard) == (f"exif {tag}", False)
    path.write_bytes(updated(tiff, path.read_bytes()))
    assert exiftool_tags(path, f"-EXIF:{tag}", "-EXIF:Artist") == [OTHER.wrapped(), "Keep"]
    path.write_bytes(bare(tiff, path.read_bytes()))
    assert exiftool_tags(path, f"-EXIF:{tag}", "-EXIF:Artist") == ["Keep"]
    assert pixels(path) == before


def test_what_names_a_program_is_a_trace() -> None:
    data = little((0x0131, 2, 12, 26), tail=b"Dreamshop 1\0")
    assert [(one.kind, one.place, one.detail) for one in read(tiff, data).traces] == [
        ("generator", "exif Software", "Dreamshop 1")
    ]
    assert [one.kind for one in read(tiff, little((0xCD41, 7, 4, 1))).traces] == ["c2pa"]


def test_a_label_in_a_later_page_counts() -> None:
    second = struct.pack("<HHHIII", 1, 700, 7, len(LABELLED_PACKET), 26 + 18, 0)
    data = little((256, 4, 1, 1), after=26, tail=second + LABELLED_PACKET)
    one = the_label(tiff, data)
    assert (one.candidate.place, one.candidate.is_standard) == ("tiff IFD1 tag 700 XMP", False)
    assert found(tiff, bare(tiff, updated(tiff, data))) == []


BROKEN = {
    "a chain that goes round": little((256, 4, 1, 1), after=8),
    "a chain that leaves the file": little((256, 4, 1, 1), after=1 << 31),
    "a chain into the middle": little((256, 4, 1, 1), after=3),
    "a value that is too large": little((700, 7, 1 << 30, 26)),
    "a value that leaves the file": little((700, 7, 1_000, 26)),
    "a directory of EXIF that leaves the file": little((0x8769, 4, 1, 1 << 30)),
    "a field that leaves the file": little((0x010E, 2, 1_000, 1 << 30)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_leads_nowhere_is_a_gap(name: str) -> None:
    assert len(read(tiff, BROKEN[name]).gaps) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        b"II*\0\0\0\0\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0+\0\x08\0\0" + b"\xff" * 8,
        b"II*\0\x08\0\0\0\xff\xff" + bytes(99),
    ],
)  # fmt: skip
def test_what_has_no_directory_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        tiff.read(Source.of(data))


@pytest.mark.parametrize("tag", [700, 0x010E])
def test_a_label_that_overlaps_its_own_directory_is_not_edited(tag: int) -> None:
    text = LABELLED_PACKET if tag == 700 else LABEL.wrapped().encode()
    data = b"II*\0" + struct.pack("<I", 8 + len(text)) + text
    data += struct.pack("<HHHIII", 1, tag, 7, len(text) + 10, 8, 0)
    assert the_label(tiff, data).spelt.label == LABEL
    for ask in (lambda source: tiff.write(source, OTHER), tiff.bare):
        with pytest.raises((MalformedError, LabelError)):
            ask(Source.of(data))


def test_a_file_of_four_gigabytes_takes_no_label(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(PLAIN)
    with path.open("r+b") as file:
        file.truncate((1 << 32) - 10)
        with pytest.raises(LabelError) as raised:
            tiff.write(Source(file), LABEL)
    assert raised.value.code == "LBL023"
