"""The label in HEIC and AVIF: packets that are there, items of every form, and what moves."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import heif, mp4, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label import bmff_builder as build
from tests.label.contract import CARRIERS, output
from tests.label.heif_builder import XMP, Item, Picture, contents
from tests.label.rows.isobmff import pixels, xmp_by_exiftool

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("00119144030008867405X220001", "p<1>&'2'", reserved='{"k":"v & <w>"}')
PACKET = xmp.written(None, "x").replace(b"</rdf:RDF>", b'<rdf:Description rdf:about="" a:b="c" xmlns:a="d"/></rdf:RDF>')
OLD = xmp.without(PACKET) or b""
CODED = Item(b"hvc1", (b"coded picture",))
TILE = Item(b"hvc1", (b"tile one", b"and two"))


def packet(content: bytes = OLD, **fields: object) -> Item:
    return replace(Item(b"mime", (content,), XMP, describes=1), **fields)  # type: ignore[arg-type]


def exif_block(comment: str) -> bytes:
    """An Exif item: an offset, then a TIFF whose Exif directory has a UserComment."""
    value = b"ASCII\0\0\0" + comment.encode()
    tiff = b"MM\0*" + build.u32(8)
    tiff += (
        build.u16(2)
        + struct.pack(">HHI", 0x010F, 2, 4)
        + b"Cam\0"
        + struct.pack(">HHII", 0x8769, 4, 1, 38)
        + build.u32(0)
    )
    tiff += build.u16(1) + struct.pack(">HHII", 0x9286, 7, len(value), 56) + build.u32(0)
    return build.u32(6) + b"Exif\0\0" + tiff + value


def written(data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, heif.write(Source.of(data), label))


def stripped(data: bytes) -> bytes:
    return apply(data, heif.bare(Source.of(data)))


def read_labels(data: bytes) -> list[AigcLabel]:
    return [one.spelt.label for one in labels(heif.read(Source.of(data)))]


pictures = st.builds(
    Picture,
    items=st.sampled_from(
        (
            (CODED,),
            (CODED, TILE, replace(TILE, describes=1)),
            (CODED, packet(), TILE),
            (CODED, TILE, packet(describes=0)),
            (CODED, Item(b"Exif", (exif_block("hello"),), describes=1)),
        )
    ),
    iloc=st.sampled_from((0, 1, 2)),
    iinf=st.sampled_from((0, 1)),
    iref=st.sampled_from((None, 0, 1)),
    base=st.booleans(),
    open=st.booleans(),
    widths=st.sampled_from(((4, 4), (8, 8), (8, 4))),
    first=st.sampled_from((1, 300)),
    brand=st.sampled_from((b"heic", b"avif")),
    before=st.sampled_from((b"", build.box(b"free", bytes(9)))),
)


@given(pictures)
def test_every_item_keeps_its_content_and_comes_back(picture: Picture) -> None:
    items = tuple(replace(one, describes=picture.first) if one.describes else one for one in picture.items)
    picture = replace(picture, items=items)
    has_references = any(item.describes for item in items)  # an empty iref is none that any program writes
    data = (picture if has_references else replace(picture, iref=None)).build()
    before = contents(data)
    labelled = written(data)
    longer = written(labelled, OTHER)
    assert read_labels(labelled) == [LABEL]
    assert read_labels(longer) == [OTHER]
    for after in (contents(labelled), contents(longer)):
        assert {number for number in after if after[number] != before.get(number)} == {_label_item(picture)}
    assert stripped(labelled) == stripped(longer) == data


def _label_item(picture: Picture) -> int:
    mine = [number for number, item in enumerate(picture.items, picture.first) if item.media_type == XMP]
    return mine[0] if mine else picture.first + len(picture.items)


@given(st.lists(st.sampled_from((CODED, TILE, Item(b"grid", (b"8 bytes!",), in_idat=True))), max_size=3), st.booleans())
def test_a_packet_in_idat_is_changed_there(others: list[Item], is_first: bool) -> None:
    mine = packet(in_idat=True)
    items = (CODED, mine, *others) if is_first else (CODED, *others, mine)
    data = Picture(items, iloc=1).build()
    labelled = written(data)
    number = items.index(mine) + 1
    assert read_labels(labelled) == [LABEL]
    assert {key: value for key, value in contents(labelled).items() if key != number} == {
        key: value for key, value in contents(data).items() if key != number
    }
    assert len(build.named(labelled, b"mdat")) == 1
    assert stripped(labelled) == data


def test_a_label_in_exif_is_read_and_changed_there() -> None:
    data = Picture((CODED, Item(b"Exif", (exif_block(LABEL.wrapped()),), describes=1), TILE)).build()
    reading = heif.read(Source.of(data))
    assert read_labels(data) == [LABEL]
    assert [candidate.place for candidate in reading.candidates] == ["exif UserComment"]
    changed = written(data, OTHER)
    assert read_labels(changed) == [OTHER]
    assert OTHER.wrapped().encode() in contents(changed)[2]
    assert [contents(changed)[number] for number in (1, 3)] == [contents(data)[number] for number in (1, 3)]


def test_the_data_of_a_new_packet_stand_before_those_of_the_picture() -> None:
    labelled = written((CARRIERS / "photo.heic").read_bytes())
    assert labelled.index(LABEL.text().encode()) < 1500


def test_a_packet_of_a_thumbnail_is_not_the_place() -> None:
    theirs = packet(xmp.written(None, LABEL.text()), describes=2)
    data = Picture((CODED, TILE, theirs)).build()
    (candidate,) = heif.read(Source.of(data)).candidates
    assert not candidate.is_standard
    unlabelled = Picture((CODED, TILE, packet(describes=2))).build()
    labelled = written(unlabelled)
    assert heif.read(Source.of(labelled)).candidates[0].is_standard
    assert contents(labelled)[3] == OLD


@pytest.mark.parametrize("place", ["uuid XMP", "moov.udta.meta mdta AIGC"])
def test_a_label_in_a_place_of_films_is_read_and_changed_there(place: str) -> None:
    extra = {
        "uuid XMP": build.xmp_box(xmp.written(None, LABEL.text())),
        "moov.udta.meta mdta AIGC": build.box(b"moov", build.box(b"udta", build.keyed([("AIGC", LABEL.text())]))),
    }[place]
    data = Picture(before=extra).build()
    assert [candidate.place for candidate in heif.read(Source.of(data)).candidates] == [place]
    changed = written(data, OTHER)
    assert read_labels(changed) == [OTHER]
    assert contents(changed) == contents(data)
    assert read_labels(stripped(data)) == []


REFUSED = {
    "compressed": (Picture((CODED, packet(encoding=b"deflate"))), "LBL006"),
    "encrypted": (Picture((CODED, packet(is_encrypted=True))), "LBL006"),
    "in two pieces": (Picture((CODED, Item(b"mime", (OLD[:50], OLD[50:]), XMP, describes=1))), "LBL006"),
    "narrow": (Picture(widths=(4, 0)), "LBL030"),
    "nothing but numbers too high": (Picture(first=0xFFFF), "LBL030"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_pictures_that_cannot_take_a_label_say_why(name: str) -> None:
    picture, code = REFUSED[name]
    with pytest.raises(LabelError, match=rf"^{code}"):
        heif.write(Source.of(picture.build()), LABEL)


@pytest.mark.parametrize("name", ["compressed", "encrypted"])
def test_a_packet_that_cannot_be_read_is_a_gap(name: str) -> None:
    assert [gap.reason for gap in heif.read(Source.of(REFUSED[name][0].build())).gaps] == [name]


def test_a_packet_that_shares_its_bytes_is_not_changed() -> None:
    data = Picture((CODED, packet(), packet(describes=0, media_type=b"text/plain"))).build()
    start = data.index(OLD)
    data = data.replace(build.u32(data.index(OLD, start + 1)), build.u32(start))
    with pytest.raises(LabelError, match="shares its bytes"):
        heif.write(Source.of(data), LABEL)


@pytest.mark.parametrize("kind", [b"mini", b"free"])
def test_a_picture_without_a_meta_box_is_refused(kind: bytes) -> None:
    data = build.box(b"ftyp", b"mif3", build.u32(0), b"avif") + build.box(kind, bytes(20))
    assert [gap.reason for gap in heif.read(Source.of(data)).gaps] == ["missing"]
    with pytest.raises(LabelError, match=r"^LBL034"):
        heif.write(Source.of(data), LABEL)


def test_a_meta_box_of_something_else_is_refused() -> None:
    data = Picture().build().replace(b"pict", b"mp7t")
    assert [gap.reason for gap in heif.read(Source.of(data)).gaps] == ["unknown version"]
    with pytest.raises(LabelError, match=r"^LBL034"):
        heif.write(Source.of(data), LABEL)


def test_an_item_outside_the_file_is_a_gap_and_no_place() -> None:
    data = Picture((CODED, packet())).build()
    data = data.replace(build.u32(data.index(OLD)), build.u32(len(data) + 5))
    assert [gap.reason for gap in heif.read(Source.of(data)).gaps] == ["malformed"]
    with pytest.raises((LabelError, MalformedError)):
        heif.write(Source.of(data), LABEL)


@pytest.mark.parametrize("name", ["photo.heic", "photo.avif"])
def test_exiftool_reads_an_updated_packet(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(written(written((CARRIERS / name).read_bytes()), OTHER))
    assert xmp_by_exiftool(path) == OTHER.text()


@pytest.mark.parametrize(
    ("brands", "is_picture"),
    [
        ("heic", True), ("avif mif1 miaf", True), ("mif1 heic", True), ("zzzz mif1 heic", True), ("avis msf1 iso8", True),
        ("isom mp41", False), ("qt  ", False), ("M4A  isom", False), ("mp42 mif1", False), ("zzzz isom", False),
        ("crx  isom", False),
    ],
)  # fmt: skip
def test_brands_tell_pictures_from_films(brands: str, is_picture: bool) -> None:
    major, *others = (brands[at : at + 5].ljust(5)[:4].encode() for at in range(0, len(brands), 5))
    head = build.box(b"ftyp", major, bytes(4), *others)
    assert (heif.score("", head) > 10) == is_picture
    assert (mp4.score("", head) > 10) == (not is_picture and major != b"crx ")


# --- files that others make -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["photo.heic", "photo.avif"])
def test_metadata_that_exiftool_wrote_stay_and_what_it_writes_later_keeps_the_label(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    output("exiftool", "-q", "-o", path, "-XMP-dc:Title=题", "-EXIF:Artist=A", CARRIERS / name)
    data = path.read_bytes()
    path.write_bytes(written(data))
    assert output("exiftool", "-b", "-XMP-dc:Title", "-Artist", path).decode() == "题A"
    assert xmp_by_exiftool(path) == LABEL.text()
    assert pixels(path) == pixels(CARRIERS / name)
    assert stripped(path.read_bytes()) == data
    output("exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject=s", path)
    assert read_labels(path.read_bytes()) == [LABEL]


@pytest.mark.parametrize("codec", ["heic", "avif"])
def test_a_picture_with_a_thumbnail_keeps_all_its_pictures(codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"made.{codec}"
    output("heif-enc", *(["-A"] if codec == "avif" else []), "-t", "64", "-o", path, CARRIERS / "photo.png")
    data, before = path.read_bytes(), (pixels(path), output("heif-info", path).partition(b"metadata")[0])
    path.write_bytes(written(data))
    assert (pixels(path), output("heif-info", path).partition(b"metadata")[0]) == before
    assert xmp_by_exiftool(path) == LABEL.text()
    assert stripped(path.read_bytes()) == data
