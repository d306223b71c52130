"""The label in MP4 and QuickTime: the layouts seen in the wild, what stays, and what moves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from hegui.kernel.source import Source, TooMuchError
from hegui.kernel.splice import apply
from hegui.label import mp4, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label import bmff_builder as build
from tests.label.contract import CARRIERS, output, require
from tests.label.rows.isobmff import by_exiftool, by_ffprobe, packets

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("00119144030008867405X220001", "p<1>&'2'", reserved='{"k":"v & <w>"}')
TEXT = LABEL.text()
CLIP = (CARRIERS / "clip.mp4").read_bytes()
TITLE = build.tag(b"\xa9nam", "a title")


def written(data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, mp4.write(Source.of(data), label))


def stripped(data: bytes) -> bytes:
    return apply(data, mp4.bare(Source.of(data)))


def read_labels(data: bytes) -> list[AigcLabel]:
    return [one.spelt.label for one in labels(mp4.read(Source.of(data)))]


def places(data: bytes) -> list[str]:
    return [candidate.place for candidate in mp4.read(Source.of(data)).candidates]


def remade(*, udta: bytes = b"", in_moov: bytes = b"", after: bytes = b"") -> bytes:
    """The clip, its moov at the end, with other user data, other boxes in moov, and boxes after it."""
    moov = next(node for node in build.nodes(CLIP) if node.path == (b"moov",))
    old = next(node for node in build.nodes(CLIP) if node.path == (b"moov", b"udta"))
    body = CLIP[moov.body : old.start] + (build.box(b"udta", udta) if udta else b"") + in_moov
    return CLIP[: moov.start] + build.box(b"moov", body) + after


LAYOUTS = {
    "moov.udta.meta mdta AIGC": remade(udta=build.keyed([("AIGC", TEXT)])),
    "moov.udta.meta mdta AIGC, after tags of iTunes": remade(udta=build.tagged(TITLE) + build.keyed([("AIGC", TEXT)])),
    "moov.udta.meta mdta AIGC, before tags of iTunes": remade(udta=build.keyed([("AIGC", TEXT)]) + build.tagged(TITLE)),
    "moov.meta mdta AIGC": remade(in_moov=build.keyed([("AIGC", TEXT)], version=False)),
    "moov.meta mdta AIGC, full box": remade(in_moov=build.keyed([("AIGC", TEXT)])),
    "moov.udta.meta mdir ----AIGC": remade(udta=build.tagged(TITLE, build.freeform("AIGC", TEXT))),
    "uuid XMP": remade(after=build.xmp_box(xmp.written(None, TEXT))),
    "moov.meta mdta without a key": remade(in_moov=build.keyless(TEXT)),
    "moov.meta mdta without a key, full box": remade(in_moov=build.keyless("else", TEXT, version=True)),
    "moov.udta.meta mdta without a key": remade(udta=build.keyless(TEXT, version=True)),
    "moov.meta without a handler AIGC": remade(in_moov=build.keyed([("AIGC", TEXT)], with_handler=False)),
    "moov.udta.meta mdta com.example.aigc": remade(udta=build.keyed([("x", "y"), ("com.example.aigc", TEXT)])),
    "moov.udta.meta mdta comment": remade(udta=build.keyed([("comment", LABEL.wrapped())])),
    "moov.udta.meta mdir ©cmt": remade(udta=build.tagged(build.tag(b"\xa9cmt", TEXT))),
    "moov.udta.XMP_": remade(udta=build.box(b"XMP_", xmp.written(None, TEXT))),
    "meta mdta AIGC": remade(after=build.keyed([("AIGC", TEXT)])),
}
ONLY_READ = {
    "moov.udta.AIGC": remade(udta=build.box(b"AIGC", TEXT.encode())),
    "moov.udta.AIGC, full box": remade(udta=build.full(b"AIGC", TEXT.encode(), b"\0")),
    "moov.udta.©cmt": remade(udta=build.spoken(b"\xa9cmt", TEXT)),
}
STANDARD = [name for name in LAYOUTS if name.startswith("moov.udta.meta mdta AIGC")]


@pytest.mark.parametrize("name", [*LAYOUTS, *ONLY_READ])
def test_every_layout_is_read_and_named(name: str) -> None:
    reading = mp4.read(Source.of((LAYOUTS | ONLY_READ)[name]))
    (candidate,) = reading.candidates
    assert [one.spelt.label for one in labels(reading)] == [LABEL]
    assert candidate.place == name.partition(",")[0]
    assert candidate.is_standard == (name in STANDARD)
    assert {finding.kind for finding in candidate.findings} == (set() if name in STANDARD else {"place.other"})
    assert reading.gaps == ()


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_label_is_changed_where_it_stands(name: str) -> None:
    data = LAYOUTS[name]
    changed = written(data, OTHER)
    assert read_labels(changed) == [OTHER]
    assert places(changed) == places(data)
    assert mp4.write(Source.of(changed), OTHER) == ()
    assert written(changed, LABEL) == data
    assert build.pointed(changed) == build.pointed(data)


@pytest.mark.parametrize("name", ONLY_READ)
def test_a_text_in_user_data_is_read_and_not_changed(name: str) -> None:
    with pytest.raises(LabelError, match=r"^LBL006"):
        mp4.write(Source.of(ONLY_READ[name]), OTHER)


@pytest.mark.parametrize("name", LAYOUTS)
def test_without_the_label_other_tags_stay(name: str) -> None:
    bare = stripped(LAYOUTS[name])
    assert mp4.read(Source.of(bare)).candidates == ()
    assert build.pointed(bare) == build.pointed(CLIP)
    assert (TITLE in bare) == (TITLE in LAYOUTS[name])
    assert (b"else" in bare) == (b"else" in LAYOUTS[name])


@pytest.mark.parametrize("name", [name for name in STANDARD if "iTunes" not in name])
def test_ffprobe_reads_what_was_changed_in_place(name: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(written(LAYOUTS[name], OTHER))
    assert by_ffprobe(path) == OTHER.text()


def test_two_labels_are_refused() -> None:
    data = remade(udta=build.keyed([("AIGC", TEXT)]), in_moov=build.keyed([("AIGC", TEXT)], version=False))
    with pytest.raises(LabelError, match=r"^LBL005"):
        mp4.write(Source.of(data), OTHER)


def test_a_key_that_holds_no_label_gets_one() -> None:
    data = remade(udta=build.keyed([("AIGC", "soon"), ("title", "t")]))
    assert written(data) == remade(udta=build.keyed([("AIGC", TEXT), ("title", "t")]))


def test_a_value_in_utf16_is_read_and_becomes_utf8() -> None:
    keys = build.full(b"keys", build.u32(1), build.box(b"mdta", b"AIGC"))
    item = build.box(build.u32(1), build.data(TEXT.encode("utf-16-be"), 2))
    data = remade(udta=build.full(b"meta", build.handler(b"mdta"), keys, build.box(b"ilst", item)))
    assert read_labels(data) == [LABEL]
    assert written(data, OTHER) == remade(udta=build.keyed([("AIGC", OTHER.text())]))


@pytest.mark.parametrize("kind", [13, 14, 27])
def test_a_cover_picture_is_no_text(kind: int) -> None:
    cover = build.box(b"covr", build.data(TEXT.encode(), kind))
    assert mp4.read(Source.of(remade(udta=build.tagged(cover)))).candidates == ()


# --- what was there ---------------------------------------------------------------------------------------------------

KEPT = {
    "no user data": remade(),
    "empty user data": CLIP[:0] + remade(udta=b"\0\0\0\0"),
    "user data with a terminator": remade(udta=build.spoken(b"\xa9swr", "Cutter 2") + bytes(4)),
    "tags of iTunes": remade(udta=build.tagged(TITLE, build.tag(b"\xa9too", "Lavf59.27.100"))),
    "an encoder alone, not as ffmpeg has it": remade(
        udta=build.tagged(build.tag(b"\xa9too", "X")) + build.box(b"free")
    ),
    "an encoder alone, as ffmpeg has it": CLIP,
    "keys": remade(udta=build.keyed([("title", "t"), ("encoder", "Lavf")])),
    "keys, and none in it": remade(udta=build.keyed([])),
    "keys that lie about their number": remade(
        udta=build.keyed([("title", "t")]).replace(b"keys" + bytes(7) + b"\1", b"keys" + bytes(7) + b"\2")
    ),
    "a meta with another handler": remade(
        udta=build.full(b"meta", build.handler(b"ID32"), build.box(b"ID32", bytes(9)))
    ),
    "padding at the end of moov": remade(in_moov=bytes(4)),
    "a free box after moov": remade(after=build.box(b"free", bytes(1000))),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_was_there_comes_back_byte_for_byte(name: str) -> None:
    data = KEPT[name]
    labelled = written(data)
    assert read_labels(labelled) == [LABEL]
    assert mp4.read(Source.of(labelled)).candidates[0].is_standard
    assert build.pointed(labelled) == build.pointed(data)
    assert stripped(labelled) == data
    again = written(written(labelled, OTHER), LABEL)
    assert again == labelled
    assert stripped(written(labelled, OTHER)) == data


def test_the_tags_of_others_are_the_same_bytes_as_before() -> None:
    tags = build.tagged(TITLE, build.tag(b"\xa9too", "Lavf59.27.100"))
    first, second = build.named(written(remade(udta=tags)), b"moov", b"udta", b"meta")
    assert first == tags
    assert b"AIGC" in second


def test_the_tag_of_the_encoder_is_carried_over() -> None:
    (meta,) = build.named(written(CLIP), b"moov", b"udta", b"meta")
    assert b"mdir" not in meta.replace(b"hegui mdir", b"")
    assert b"Lavf59.27.100" in meta
    assert b"encoder" in meta


def test_programs_and_c2pa_are_traces() -> None:
    data = remade(
        udta=build.keyed([("encoder", "Dreamer 3"), ("workflow", '{"nodes":[]}'), ("title", "本视频由AI生成")]),
        after=build.box(b"uuid", build.C2PA_UUID, bytes(21)),
    )
    traces = {trace.kind: (trace.place, trace.detail) for trace in mp4.read(Source.of(data)).traces}
    assert traces["generator"] == ("moov.udta.meta mdta encoder", "Dreamer 3")
    assert traces["parameters"][1] == '{"nodes":[]}'
    assert traces["explicit_text"][1] == "本视频由AI生成"
    assert traces["c2pa"][0] == "uuid"


def test_a_film_of_many_signed_fragments_is_labelled() -> None:
    signed = build.box(b"uuid", build.C2PA_UUID, bytes(21)) + build.box(b"moof") + build.box(b"mdat", b"x")
    data = remade(after=signed * 2000)
    assert read_labels(written(data)) == [LABEL]
    assert [trace.kind for trace in mp4.read(Source.of(data)).traces].count("c2pa") == 1


@pytest.mark.parametrize("size", [65_536, 300_000])
def test_a_key_with_a_text_too_long_for_a_label_is_not_doubled(size: int) -> None:
    data = remade(udta=build.keyed([("AIGC", "x" * size)]))
    if size < 100_000:
        assert read_labels(written(data)) == [LABEL]
        return
    assert [gap.reason for gap in mp4.read(Source.of(data)).gaps] == ["too large"]
    with pytest.raises(TooMuchError):
        mp4.write(Source.of(data), LABEL)


# --- files that ffmpeg makes ------------------------------------------------------------------------------------------


def ffmpeg(path: Path, *options: str, carrier: str = "clip.mp4") -> bytes:
    require("ffmpeg")
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(CARRIERS / carrier), "-c", "copy", *options, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path.read_bytes()


MADE = {
    "tags of iTunes": ("-metadata", "title=A title", "-metadata", "artist=某人", "-movflags", "+faststart"),
    "keys": ("-movflags", "use_metadata_tags+faststart", "-metadata", "title=A title", "-metadata", "mine=x"),
    "room before the data": ("-moov_size", "9000"),
    "fragments with base offsets": ("-movflags", "frag_keyframe+empty_moov"),
    "fragments with an index": ("-movflags", "dash+frag_keyframe+global_sidx"),
    "fragments and chunks": ("-movflags", "frag_keyframe"),
}


@pytest.mark.parametrize("name", MADE)
def test_what_ffmpeg_makes_keeps_packets_and_tags(name: str, tmp_path: Path) -> None:
    path = tmp_path / "made.mp4"
    data = ffmpeg(path, *MADE[name])
    before, tags = packets(path), tags_of(path)
    labelled = written(data)
    path.write_bytes(labelled)
    assert packets(path) == before
    assert by_ffprobe(path) == TEXT
    assert by_exiftool(path) == TEXT
    assert tags_of(path) == tags | {"AIGC": TEXT}
    assert stripped(labelled) == data


def test_nothing_moves_where_a_free_box_gives_the_room(tmp_path: Path) -> None:
    data = ffmpeg(tmp_path / "made.mp4", "-moov_size", "9000")
    splices = mp4.write(Source.of(data), LABEL)
    labelled = apply(data, splices)
    assert len(labelled) == len(data)
    assert sum(len(splice.put) for splice in splices) < 500
    mdat = data.index(b"mdat")
    assert labelled[mdat:] == data[mdat:]


def test_a_label_that_outgrows_the_free_box_gives_it_back(tmp_path: Path) -> None:
    data = remade(after=build.box(b"free", bytes(400)))
    labelled = written(data)
    assert len(labelled) == len(data)
    long = LABEL.propagated("p" * 500, "n")
    longer = written(labelled, long)
    assert longer.endswith(build.box(b"free", bytes(400)))
    assert read_labels(longer) == [long]
    assert stripped(longer) == data


def test_a_free_box_of_the_very_size_is_used_up_and_comes_back() -> None:
    grown = len(written(remade())) - len(remade())
    data = remade(after=build.box(b"free", bytes(grown - 8)))
    labelled = written(data)
    assert len(labelled) == len(data)
    assert b"free" not in {node.kind for node in build.nodes(labelled) if node.start > labelled.index(b"moov")}
    assert stripped(labelled) == data
    assert stripped(written(labelled, OTHER)) == data


def test_a_free_box_that_holds_something_is_left_alone() -> None:
    kept = build.box(b"free", b"something old" * 50)
    assert written(remade(after=kept)).endswith(kept)


def tags_of(path: Path) -> dict[str, str]:
    shown = json.loads(output("ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "json", path))
    return dict(shown["format"].get("tags", {}))
