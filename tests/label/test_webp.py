"""WebP beyond the contract: canvas and flags, EXIF, and packets that stand."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from hegui.kernel.riff import encoded, walk
from hegui.kernel.source import MalformedError, Source
from hegui.label import webp, xmp
from hegui.label.faults import LabelError
from tests.kernel.test_riff import form
from tests.label.contract import CARRIERS, output, require
from tests.label.media import LABEL, LONGER, bared, candidates, labels_in, written
from tests.label.rows.riff import exiv2, is_webp, pixels

PHOTO = (CARRIERS / "photo.webp").read_bytes()


def drawn(mode: str, size: tuple[int, int], **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 77).save(out, "WEBP", **options)
    return out.getvalue()


def extension(data: bytes) -> tuple[int, int, int]:
    """Flags, width and height of VP8X."""
    chunk = next(one for one in walk(Source.of(data)) if one.name == b"VP8X")
    body = data[chunk.body : chunk.end]
    return body[0], int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


PICTURES = {
    "lossy": (drawn("RGB", (63, 17)), (0x04, 63, 17)),
    "lossy of one pixel": (drawn("RGB", (1, 1)), (0x04, 1, 1)),
    "lossless": (drawn("RGB", (300, 2), lossless=True), (0x04, 300, 2)),
    "lossless with alpha": (drawn("RGBA", (9, 200), lossless=True), (0x14, 9, 200)),
    "lossy with alpha": (drawn("RGBA", (40, 40)), (0x14, 40, 40)),
    "the largest": (drawn("L", (16383, 1)), (0x04, 16383, 1)),
    "with a profile": (drawn("RGB", (20, 20), icc_profile=b"profile!"), (0x24, 20, 20)),
    "with EXIF": (drawn("RGB", (20, 20), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"), (0x0C, 20, 20)),
}


@pytest.mark.parametrize(("data", "expected"), PICTURES.values(), ids=PICTURES)
def test_the_extended_file_has_the_canvas_and_the_flags_of_its_picture(
    data: bytes, expected: tuple[int, int, int], tmp_path: Path
) -> None:
    labelled = written(webp, data)
    assert extension(labelled) == expected
    assert bared(webp, labelled) == data
    before, after = tmp_path / "before.webp", tmp_path / "after.webp"
    before.write_bytes(data)
    after.write_bytes(labelled)
    assert pixels(after) == pixels(before)
    is_webp(after)


def test_every_chunk_but_the_extension_stays_as_it_is() -> None:
    data = drawn("RGBA", (40, 40), icc_profile=b"profile!", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
    kept = [data[one.start : one.next] for one in walk(Source.of(data)) if one.parents and one.name != b"VP8X"]
    labelled = written(webp, data)
    assert [labelled[one.start : one.next] for one in walk(Source.of(labelled)) if one.parents][1:-1] == kept


def test_a_packet_that_stands_takes_the_label_in(tmp_path: Path) -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/webp"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    data = drawn("RGB", (20, 20), xmp=packet)
    labelled = written(webp, data)
    assert labelled.count(b"XMP ") == 1
    assert b'dc:format="image/webp"' in labelled
    assert bared(webp, labelled) == data
    path = tmp_path / "picture.webp"
    path.write_bytes(labelled)
    assert exiv2(path) == LABEL.text()


def test_a_label_in_exif_is_updated_there_and_nowhere_else(tmp_path: Path) -> None:
    require("exiftool")
    path = tmp_path / "picture.webp"
    path.write_bytes(PHOTO)
    subprocess.run(["exiftool", "-q", "-overwrite_original", f"-EXIF:UserComment={LABEL.wrapped()}", path], check=True)
    data = path.read_bytes()
    assert labels_in(webp, data) == [LABEL]
    assert candidates(webp, data)[0].is_standard
    path.write_bytes(written(webp, data, LONGER))
    assert labels_in(webp, path.read_bytes()) == [LONGER]
    assert output("exiftool", "-b", "-EXIF:UserComment", path).decode().rstrip("\0") == LONGER.wrapped()
    assert b"XMP " not in path.read_bytes()


def test_labels_in_exif_and_xmp_are_for_a_person_to_settle() -> None:
    packet = encoded(b"XMP ", xmp.written(None, LABEL.text()))
    data = written(webp, PHOTO)
    with pytest.raises(LabelError) as raised:
        webp.write(
            Source.of(data[:4] + (len(data) - 8 + len(packet)).to_bytes(4, "little") + data[8:] + packet), LONGER
        )
    assert raised.value.code == "LBL005"


def test_a_manifest_of_c2pa_is_told() -> None:
    data = form((CARRIERS / "anim.webp").read_bytes()[12:], encoded(b"C2PA", b"jumb"), kind=b"WEBP")
    assert [trace.kind for trace in webp.read(Source.of(data)).traces] == ["c2pa"]
    assert bared(webp, written(webp, data)) == data


@pytest.mark.parametrize(
    "data",
    [
        form(kind=b"WEBP"),
        form(encoded(b"VP8 ", b"no picture"), kind=b"WEBP"),
        form(encoded(b"VP8L", b"\x2e1234"), kind=b"WEBP"),
        form(encoded(b"VP8 ", bytes.fromhex("300100 9d012a 00000000")), kind=b"WEBP"),
        form(encoded(b"ANIM", bytes(6)), kind=b"WEBP"),
        PHOTO[:-20],
        form(b"VP8 " + PHOTO[16:], size=99, kind=b"WEBP"),
        form(b"VP8L\x05\0\0\0\x2f1234", kind=b"WEBP"),
    ],
)
def test_what_is_no_whole_picture_is_not_labelled(data: bytes) -> None:
    with pytest.raises(MalformedError):
        webp.write(Source.of(data), LABEL)
