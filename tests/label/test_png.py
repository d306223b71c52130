"""PNG: the places where others put a label, chunks that are damaged, and what is left alone."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from hegui.kernel.png import chunk_bytes, chunks
from hegui.kernel.source import MalformedError, Source
from hegui.label import jpeg, png
from hegui.label.faults import LabelError
from tests.label.contract import output
from tests.label.pictures import (
    LABEL,
    LABELLED_PACKET,
    OTHER,
    PACKET,
    bare,
    carrier,
    exiftool_tags,
    exiv2_label,
    found,
    read,
    the_label,
    updated,
    written,
)  # fmt: skip
from tests.label.rows.images import exiftool, exiv2, pngcheck

PLAIN = carrier("photo.png")
WRAPPED = LABEL.wrapped().encode()
ITXT_XMP = b"XML:com.adobe.xmp\0"


def with_chunk(kind: bytes, data: bytes, *, before: bytes = b"IDAT", to: bytes = PLAIN) -> bytes:
    at = next(chunk.at for chunk in chunks(Source.of(to)) if chunk.kind == before)
    return to[:at] + chunk_bytes(kind, data) + to[at:]


def kinds(data: bytes) -> list[bytes]:
    return [chunk.kind for chunk in chunks(Source.of(data))]


ELSEWHERE = {
    "tEXt": (b"tEXt", b"AIGC\0" + WRAPPED),
    "tEXt of another name": (b"tEXt", b"Comment\0" + LABEL.text().encode()),
    "zTXt": (b"zTXt", b"AIGC\0\0" + zlib.compress(WRAPPED)),
    "iTXt": (b"iTXt", b"AIGC\0\0\0\0\0" + WRAPPED),
    "iTXt with language": (b"iTXt", "AIGC\0\0\0zh\0标识\0".encode() + WRAPPED),
    "iTXt compressed": (b"iTXt", b"AIGC\0\1\0\0\0" + zlib.compress(WRAPPED)),
    "raw profile": (b"tEXt", b"Raw profile type xmp\0\nxmp\n%8d\n%b\n" % (len(LABELLED_PACKET), LABELLED_PACKET.hex().encode())),
    "XMP in tEXt": (b"tEXt", ITXT_XMP + LABELLED_PACKET),
}  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_label_elsewhere_is_updated_where_it_stands(name: str, tmp_path: Path) -> None:
    data = with_chunk(*ELSEWHERE[name])
    one = the_label(png, data)
    assert not one.candidate.is_standard
    assert data[one.candidate.offset + 4 : one.candidate.offset + 8] == ELSEWHERE[name][0]
    after = updated(png, data)
    assert kinds(after) == kinds(data)
    (tmp_path / "a.png").write_bytes(after)
    pngcheck(tmp_path / "a.png")
    assert found(png, bare(png, after)) == []


@pytest.mark.parametrize("name", ["tEXt", "zTXt", "iTXt", "iTXt compressed"])
def test_a_chunk_of_a_label_alone_goes_whole(name: str) -> None:
    assert bare(png, with_chunk(*ELSEWHERE[name])) == PLAIN


def test_line_feeds_within_the_text_are_read() -> None:
    text = LABEL.text().replace(",", ",\n").encode()
    assert the_label(png, with_chunk(b"tEXt", b"AIGC\0" + text)).spelt.label == LABEL


def test_a_compressed_packet_is_read_and_written_uncompressed() -> None:
    data = with_chunk(b"iTXt", ITXT_XMP + b"\1\0\0\0" + zlib.compress(LABELLED_PACKET))
    assert not the_label(png, data).candidate.is_standard
    after = written(png, data, OTHER)
    assert the_label(png, after).candidate.is_standard
    assert b'dc:format="keep me"' in after


@pytest.mark.parametrize("before", [b"IDAT", b"IEND"])
def test_a_packet_of_others_gets_the_label_and_keeps_its_place(before: bytes) -> None:
    data = with_chunk(b"iTXt", ITXT_XMP + b"\0\0\0\0" + PACKET, before=before)
    after = written(png, data)
    assert kinds(after) == kinds(data)
    assert b'dc:format="keep me"' in after
    assert bare(png, updated(png, after)) == data


def test_the_label_of_another_program_is_updated_and_it_reads_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PLAIN)
    exiv2_label(path, LABEL.text())
    path.write_bytes(updated(png, path.read_bytes()))
    assert exiv2(path) == exiftool(path) == OTHER.text()
    pngcheck(path)


def test_exif_in_a_png_is_read_and_updated(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PLAIN)
    output("exiftool", "-q", "-overwrite_original", f"-EXIF:UserComment={LABEL.wrapped()}", "-EXIF:Make=Keep", path)
    data = path.read_bytes()
    assert b"eXIf" in kinds(data)
    assert the_label(png, data).candidate.place == "exif UserComment"
    path.write_bytes(updated(png, data))
    pngcheck(path)
    assert exiftool_tags(path, "-EXIF:UserComment", "-EXIF:Make") == [OTHER.wrapped(), "Keep"]
    path.write_bytes(bare(png, path.read_bytes()))
    assert exiftool_tags(path, "-EXIF:UserComment", "-EXIF:Make") == ["Keep"]


def test_imagemagick_makes_two_labels_of_the_one_in_a_jpeg(tmp_path: Path) -> None:
    """A raw profile, and a text chunk TC260:AIGC besides: equal, and still one too many (GB 45438-2025 6.1 c)."""
    (tmp_path / "a.jpg").write_bytes(written(jpeg, carrier("photo.jpg")))
    output("convert", tmp_path / "a.jpg", tmp_path / "a.png")
    standing = found(png, (tmp_path / "a.png").read_bytes())
    places = {one.candidate.place for one in standing}
    assert places == {"png zTXt Raw profile type xmp", "png zTXt TC260:AIGC"}
    assert {one.spelt.label for one in standing} == {LABEL}


def test_two_labels_are_told_and_not_touched() -> None:
    data = with_chunk(b"tEXt", b"AIGC\0" + WRAPPED, to=written(png, PLAIN))
    assert len(found(png, data)) == 2
    for ask in (png.write, lambda source, _: png.bare(source)):
        with pytest.raises(LabelError) as raised:
            ask(Source.of(data), OTHER)
        assert raised.value.code == "LBL005"


@pytest.mark.parametrize(
    ("kind", "data", "trace"),
    [
        (b"tEXt", b"parameters\0a cat\nSteps: 20, Sampler: Euler", "parameters"),
        (b"iTXt", b"workflow\0\0\0\0\0{}", "parameters"),
        (b"tEXt", b'Comment\0{"inputs":{},"class_type":"KSampler"}', "parameters"),
        (b"tEXt", b"Software\0NovelAI", "generator"),
        (b"caBX", b"\0\0\0\0jumb", "c2pa"),
        (b"tEXt", b"prompt\0" + b"x" * 400_000, "parameters"),
    ],
)
def test_traces_of_generation_are_told(kind: bytes, data: bytes, trace: str) -> None:
    reading = read(png, with_chunk(kind, data))
    assert [one.kind for one in reading.traces] == [trace]
    assert reading.candidates == reading.gaps == ()


def test_ordinary_texts_are_nothing() -> None:
    reading = read(png, with_chunk(b"tEXt", b"Title\0about AIGC and ContentProducer"))
    assert reading.candidates == reading.traces == reading.gaps == ()


def test_a_broken_label_is_a_candidate_that_spells_nothing() -> None:
    reading = read(png, with_chunk(b"tEXt", b"AIGC\0" + WRAPPED[:-25]))
    assert len(reading.candidates) == 1
    assert found(png, with_chunk(b"tEXt", b"AIGC\0" + WRAPPED[:-25])) == []


def test_a_wrong_sum_is_a_finding() -> None:
    data = with_chunk(b"tEXt", b"AIGC\0" + WRAPPED)
    at = data.index(WRAPPED) + len(WRAPPED)
    damaged = data[:at] + bytes(4) + data[at + 4 :]
    assert [one.kind for one in the_label(png, damaged).candidate.findings] == ["png.crc"]


@pytest.mark.parametrize(
    ("kind", "head"),
    [(b"zTXt", b"AIGC\0\0"), (b"iTXt", ITXT_XMP + b"\1\0\0\0"), (b"zTXt", b"Raw profile type xmp\0\0")],
)
def test_a_text_that_grows_without_end_is_a_gap(kind: bytes, head: bytes) -> None:
    bomb = zlib.compress(bytes(1 << 26), 9)
    reading = read(png, with_chunk(kind, head + bomb))
    assert [gap.reason for gap in reading.gaps] == ["too large"]


@pytest.mark.parametrize("data", [b"AIGC\0\0not zlib", b"AIGC"])
def test_a_damaged_text_is_a_gap_and_no_fault_of_the_file(data: bytes) -> None:
    file = with_chunk(b"zTXt", data)
    assert [gap.reason for gap in read(png, file).gaps] == ["malformed"]
    assert the_label(png, written(png, file)).spelt.label == LABEL


def test_a_file_that_is_cut_is_read_as_far_as_it_goes_and_not_written() -> None:
    data = written(png, PLAIN)[:-100]
    assert the_label(png, data).spelt.label == LABEL
    assert [gap.reason for gap in read(png, data).gaps] == ["truncated"]
    with pytest.raises(MalformedError):
        png.write(Source.of(data), LABEL)


@pytest.mark.parametrize("data", [b"", b"GIF89a", PLAIN[:8], PLAIN[:30], PLAIN[:8] + PLAIN[33:]])
def test_what_has_no_header_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        png.read(Source.of(data))


@pytest.mark.parametrize("tail", [LABELLED_PACKET, b"junk AIGC" + LABEL.text().encode() + b"junk"])
@pytest.mark.parametrize("between", [0, (1 << 20) - 2])
def test_a_label_after_the_end_is_read_and_not_written(tail: bytes, between: int) -> None:
    data = PLAIN + bytes(between) + tail
    one = the_label(png, data)
    assert (one.spelt.label, one.candidate.place, one.candidate.is_standard) == (LABEL, "png after IEND", False)
    assert LABEL.producer.encode() in data[one.candidate.offset : one.candidate.offset + one.candidate.size]
    with pytest.raises(LabelError) as raised:
        png.write(Source.of(data), OTHER)
    assert raised.value.code == "LBL006"
