"""Matroska beyond the contract: files of several muxers, live files, indexes, check sums, and where the label finds room."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from hegui.kernel.ebml import encoded, size_field, void_header
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import growth
from hegui.label import matroska
from hegui.label.faults import LabelError
from tests.label.contract import CARRIERS, output, require
from tests.label.media import LABEL, LONGER, bared, candidates, labels_in, written
from tests.label.rows.riff import ffprobe, is_played, mediainfo, mkvextract, packets

CLIP, WEBM = CARRIERS / "clip.mkv", CARRIERS / "clip.webm"

# --- files as muxers write them -----------------------------------------------------------------------------------------

MUXED = {
    "mkvmerge": ("mkvmerge", "-q", "-o", "{out}", CLIP),
    "mkvmerge without tags": ("mkvmerge", "-q", "--disable-track-statistics-tags", "--no-global-tags", "-T", "-o", "{out}", CLIP),
    "mkvmerge without a SeekHead": ("mkvmerge", "-q", "--engage", "no_meta_seek", "-o", "{out}", CLIP),
    "mkvmerge to WebM": ("mkvmerge", "-q", "-w", "-o", "{out}", WEBM),
    "ffmpeg with Cues in front": ("ffmpeg", "-v", "error", "-i", CLIP, "-c", "copy", "-reserve_index_space", "900", "{out}"),
    "ffmpeg without check sums": ("ffmpeg", "-v", "error", "-i", CLIP, "-c", "copy", "-write_crc32", "0", "{out}"),
    "ffmpeg live": ("ffmpeg", "-v", "error", "-i", CLIP, "-c", "copy", "-live", "1", "{out}"),
    "ffmpeg into a pipe": ("ffmpeg", "-v", "error", "-i", CLIP, "-c", "copy", "-f", "matroska", "pipe:1"),
    "ffmpeg, sound alone": ("ffmpeg", "-v", "error", "-i", WEBM, "-c", "copy", "-vn", "{out}"),
}  # fmt: skip


@pytest.mark.parametrize("command", MUXED.values(), ids=MUXED)
def test_what_muxers_write_is_labelled_and_looks_the_same_to_players(
    command: tuple[str | Path, ...], tmp_path: Path
) -> None:
    before, after = tmp_path / "before.mkv", tmp_path / "after.mkv"
    out = output(*(before if word == "{out}" else word for word in command))
    if out and not before.exists():
        before.write_bytes(out)
    data = before.read_bytes()
    labelled = written(matroska, data)
    after.write_bytes(labelled)
    assert [judge(after) for judge in (ffprobe, mkvextract, mediainfo)] == [LABEL.text()] * 3
    assert packets(after) == packets(before)
    is_played(after)
    assert bared(matroska, labelled) == data
    longer = written(matroska, labelled, LONGER)
    assert labels_in(matroska, longer) == [LONGER]
    assert bared(matroska, longer) == data


def test_mkvpropedit_changes_a_labelled_file_and_keeps_the_label(tmp_path: Path) -> None:
    require("mkvpropedit")
    path = tmp_path / "clip.mkv"
    path.write_bytes(written(matroska, CLIP.read_bytes()))
    output("mkvpropedit", "-q", path, "--edit", "info", "--set", "title=a title that is new")
    assert ffprobe(path) == mkvextract(path) == LABEL.text()
    path.write_bytes(written(matroska, path.read_bytes(), LONGER))
    assert ffprobe(path) == mkvextract(path) == LONGER.text()


def test_a_label_that_ffmpeg_wrote_is_updated_among_its_tags(tmp_path: Path) -> None:
    path = tmp_path / "theirs.mkv"
    output("ffmpeg", "-v", "error", "-i", CLIP, "-c", "copy", "-metadata", f"AIGC={LABEL.text()}", path)
    data = path.read_bytes()
    assert labels_in(matroska, data) == [LABEL]
    assert candidates(matroska, data)[0].is_standard
    path.write_bytes(written(matroska, data, LONGER))
    assert ffprobe(path) == mkvextract(path) == LONGER.text()
    assert path.read_bytes().count(b"DURATION") == data.count(b"DURATION")


# --- files built by hand ------------------------------------------------------------------------------------------------

HEADER = encoded(0x1A45DFA3, encoded(0x4282, b"matroska"))
SEGMENT, SEEK_HEAD, TAGS, CUES, CLUSTER, INFO, TRACKS = (
    0x18538067,
    0x114D9B74,
    0x1254C367,
    0x1C53BB6B,
    0x1F43B675,
    0x1549A966,
    0x1654AE6B,
)
PICTURES = encoded(CLUSTER, encoded(0xE7, b"\0"), encoded(0xA3, b"\x81\0\0\x80" + bytes(200)))
POINTS = encoded(CUES, encoded(0xBB, encoded(0xB3, b"\0")))
UNKNOWN = b"\x01" + b"\xff" * 7
LIVE_CLUSTER = b"\x1f\x43\xb6\x75" + UNKNOWN + encoded(0xE7, b"\0") + encoded(0xA3, b"\x81\0\0\x80" + bytes(20))


def simple(name: str, value: str) -> bytes:
    return encoded(0x67C8, encoded(0x45A3, name.encode()), encoded(0x4487, value.encode()))


def tag(*simples: bytes) -> bytes:
    return encoded(0x7373, encoded(0x63C0), *simples)


TITLE = tag(simple("TITLE", "a title"))


def void(total: int, width: int = 0, filled: bytes = b"\0") -> bytes:
    header = void_header(total, width)
    return header + filled * (total - len(header))


def checked(ident: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return encoded(ident, encoded(0xBF, zlib.crc32(body).to_bytes(4, "little")), body)


def seek(ident: int, position: int, width: int = 2) -> bytes:
    return encoded(0x4DBB, encoded(0x53AB, ident.to_bytes(4, "big")), encoded(0x53AC, position.to_bytes(width, "big")))


def file(*parts: bytes, live: bool = False, width: int = 8, tail: bytes = b"") -> bytes:
    body = b"".join(parts)
    return HEADER + b"\x18\x53\x80\x67" + (UNKNOWN if live else size_field(len(body), width)) + body + tail


def positions(data: bytes) -> list[int]:
    """Where clusters stand, counted from the segment's data."""
    start = data.index(b"\x18\x53\x80\x67") + 12
    return [at - start for at in range(len(data)) if data.startswith(b"\x1f\x43\xb6\x75", at)]


def pointed(data: bytes) -> bytes:
    """The id that stands where the last SeekHead entry for Tags points to."""
    at = data.rindex(bytes.fromhex("53ab841254c367")) + 7
    size = data[at + 2] & 0x7F
    start = data.index(b"\x18\x53\x80\x67") + 12
    place = start + int.from_bytes(data[at + 3 : at + 3 + size], "big")
    return data[place : place + 4]


INDEX = encoded(SEEK_HEAD, seek(CUES, 0x400))
TITLED = encoded(TAGS, TITLE)
TO_TITLED = encoded(SEEK_HEAD, seek(TAGS, 100, 1), seek(CUES, 0x400))
ROOMS = [
    ("a Void in front", file(INDEX, void(400), PICTURES, POINTS)),
    ("a Void whose size takes eight bytes", file(INDEX, void(600, 8), PICTURES, POINTS)),
    ("a Void apart from the SeekHead", file(INDEX, encoded(INFO), void(400), PICTURES, POINTS)),
    ("a Void with room for an entry alone", file(INDEX, void(60), PICTURES, POINTS)),
    ("no Cues and no SeekHead", file(encoded(INFO), PICTURES)),
    ("no Cues and a Void before the cluster", file(encoded(INFO), void(40), PICTURES)),
    ("a SeekHead that points to the front alone", file(encoded(SEEK_HEAD, seek(INFO, 20)), encoded(INFO), PICTURES)),
    ("Tags at the end", file(void(30), encoded(SEEK_HEAD, seek(TAGS, 50 + len(PICTURES + POINTS))), PICTURES, POINTS, TITLED)),
    ("Tags and a Void behind them", file(INDEX, TITLED, void(500), PICTURES, POINTS)),
    ("Tags with a check sum", file(INDEX, checked(TAGS, TITLE), void(500), PICTURES, POINTS)),
    ("Tags behind a Void", file(INDEX, void(500), TITLED, PICTURES, POINTS)),
    ("Tags that must move", file(TO_TITLED, void(100 - len(TO_TITLED)), TITLED, PICTURES, POINTS)),
    ("Tags that must move, and a SeekHead with a check sum",
     file(checked(SEEK_HEAD, seek(TAGS, 100, 1)), void(100 - 25), TITLED, PICTURES, POINTS)),
    ("Tags that must move to a place of more digits",
     file(encoded(SEEK_HEAD, seek(TAGS, 100, 1)), void(100 - 19), TITLED, PICTURES * 300, POINTS)),
    ("a segment size of two bytes", file(void(30), encoded(INFO), PICTURES, width=2)),
    ("a segment size that gets too short", file(encoded(INFO), PICTURES * 77, bytes.fromhex("ec80"), width=2)),
    ("bytes behind the segment", file(encoded(INFO), PICTURES, tail=b"\xec\x80" * 8)),
    ("live", file(encoded(INFO), encoded(TRACKS), LIVE_CLUSTER, LIVE_CLUSTER, live=True)),
    ("live with Tags in front", file(encoded(INFO), TITLED, LIVE_CLUSTER, live=True)),
    ("live with a Void in front", file(encoded(INFO), void(300), LIVE_CLUSTER, LIVE_CLUSTER, live=True)),
    ("live with Tags behind an open cluster", file(encoded(INFO), LIVE_CLUSTER, TITLED, live=True)),
    ("clusters of unknown size in a segment that has one", file(encoded(INFO), LIVE_CLUSTER, LIVE_CLUSTER)),
]  # fmt: skip


@pytest.mark.parametrize("data", [room[1] for room in ROOMS], ids=[room[0] for room in ROOMS])
def test_the_label_finds_room_and_gives_it_back(data: bytes) -> None:
    labelled = written(matroska, data)
    assert labels_in(matroska, labelled) == [LABEL]
    assert matroska.write(Source.of(labelled), LABEL) == ()
    assert labelled.count(TITLE) == data.count(TITLE)
    assert bared(matroska, labelled) == data
    if POINTS in data:
        assert positions(labelled) == positions(data)
    if b"\x53\xab\x84\x12\x54\xc3\x67" in labelled:
        assert pointed(labelled) == b"\x12\x54\xc3\x67"
    longer = written(matroska, labelled, LONGER)
    assert labels_in(matroska, longer) == [LONGER]
    assert bared(matroska, longer) == data
    back = written(matroska, longer)
    assert labels_in(matroska, back) == [LABEL]
    assert bared(matroska, back) == data


def test_a_void_with_something_in_it_is_used_where_nothing_else_is_free() -> None:
    data = file(INDEX, void(400, filled=b"x"), PICTURES, POINTS)
    labelled = written(matroska, data)
    assert labels_in(matroska, labelled) == [LABEL]
    assert positions(labelled) == positions(data)
    assert len(bared(matroska, labelled)) == len(data)


REFUSED = [
    ("LBL042", file(INDEX, PICTURES, POINTS)),
    ("LBL042", file(INDEX, void(15), PICTURES, POINTS)),
    ("LBL042", file(PICTURES, POINTS)),
    ("LBL043", file(encoded(0xBF, b"1234"), encoded(INFO), PICTURES)),
    ("LBL044", file(INDEX, PICTURES, POINTS, live=True)),
    ("LBL044", file(INDEX, void(20), LIVE_CLUSTER, live=True)),
    ("LBL006", file(encoded(INFO), PICTURES, tail=file(encoded(TAGS, tag(simple("AIGC", LABEL.text()))), PICTURES))),
    ("LBL005", file(encoded(TAGS, tag(simple("AIGC", LABEL.text()), simple("AIGC", LABEL.text()))), PICTURES)),
]


@pytest.mark.parametrize(("code", "data"), REFUSED)
def test_what_cannot_take_a_label_is_refused_with_the_reason(code: str, data: bytes) -> None:
    with pytest.raises(LabelError) as raised:
        matroska.write(Source.of(data), LONGER)
    assert raised.value.code == code


DAMAGED = [
    ("a cut segment", file(encoded(INFO), PICTURES)[:-9]),
    ("no segment", HEADER),
    ("tags longer than their element", file(encoded(TAGS, b"\x73\x73\x90\x67"), PICTURES)),
    ("a SeekHead of garbage", file(encoded(SEEK_HEAD, b"\0\0\0\0"), PICTURES)),
    ("Tags of unknown size", file(b"\x12\x54\xc3\x67" + UNKNOWN, PICTURES, live=True)),
    ("a segment within a segment", file(file(PICTURES)[len(HEADER) :], PICTURES)),
]


@pytest.mark.parametrize("data", [case[1] for case in DAMAGED], ids=[case[0] for case in DAMAGED])
def test_a_damaged_file_is_not_labelled(data: bytes) -> None:
    with pytest.raises(MalformedError):
        matroska.write(Source.of(data), LABEL)


def test_what_could_not_be_read_is_a_gap_and_the_rest_is_read() -> None:
    good = encoded(TAGS, tag(simple("AIGC", LABEL.text())))
    data = file(encoded(TAGS, b"\x73\x73\x90\x67"), good, PICTURES)[:-9]
    assert labels_in(matroska, data) == [LABEL]
    assert [gap.reason for gap in matroska.read(Source.of(data)).gaps] == ["malformed", "truncated"]


SPELT = [
    ("as binary", encoded(0x67C8, encoded(0x45A3, b"AIGC"), encoded(0x4485, LABEL.text().encode())), False),
    ("under another name", simple("COMMENT", LABEL.wrapped()), False),
    ("in lower case", simple("aigc", LABEL.text()), False),
    (
        "with the value first",
        encoded(0x67C8, encoded(0x4487, LABEL.text().encode() + b"\0\0"), encoded(0x45A3, b"AIGC\0")),
        True,
    ),
    ("in another tag", encoded(0x67C8, encoded(0x45A3, b"OF"), simple("AIGC", LABEL.text())), False),
]


@pytest.mark.parametrize(("spelt", "is_standard"), [case[1:] for case in SPELT], ids=[case[0] for case in SPELT])
def test_a_label_in_another_shape_is_read_and_updated_there(spelt: bytes, is_standard: bool) -> None:
    data = file(encoded(TAGS, tag(simple("TITLE", "x"), spelt)), PICTURES)
    (found,) = candidates(matroska, data)
    assert found.is_standard == is_standard
    longer = written(matroska, data, LONGER)
    assert labels_in(matroska, longer) == [LONGER]
    assert labels_in(matroska, bared(matroska, longer)) == []
    assert simple("TITLE", "x") in bared(matroska, longer)


def test_programs_and_prompts_are_told() -> None:
    info = encoded(INFO, encoded(0x4D80, b"libwebm"), encoded(0x5741, b"Chrome"))
    tags = encoded(
        TAGS,
        tag(simple("PROMPT", '{"3":{"class_type":"KSampler"}}'), simple("ARTIST", "nobody"), simple("ENCODER", "x264")),
    )
    reading = matroska.read(Source.of(file(info, tags, PICTURES)))
    assert [(trace.kind, trace.detail[:8]) for trace in reading.traces] == [
        ("generator", "libwebm"),
        ("generator", "Chrome"),
        ("parameters", '{"3":{"c'),
        ("generator", "x264"),
    ]


def test_five_gigabytes_are_labelled_without_reading_a_frame(tmp_path: Path) -> None:
    length = 5 << 30
    front = encoded(SEEK_HEAD, seek(CUES, 0x400)) + void(60) + encoded(INFO)
    cluster = b"\x1f\x43\xb6\x75" + size_field(length, 8)
    head = HEADER + b"\x18\x53\x80\x67" + size_field(len(front + cluster) + length + len(POINTS), 8) + front + cluster
    path = tmp_path / "long.mkv"
    with path.open("wb") as out:
        out.write(head)
        out.seek(length, 1)
        out.write(POINTS)
    size = len(head) + length + len(POINTS)
    with path.open("rb") as opened:
        splices = matroska.write(Source(opened, budget=8192), LABEL)
    with path.open("r+b") as opened:
        for splice in splices:
            assert splice.drop == len(splice.put) or splice.at == size
            opened.seek(splice.at)
            opened.write(splice.put)
    assert path.stat().st_size == size + growth(splices)
    with path.open("rb") as opened:
        assert [found.text for found in matroska.read(Source(opened, budget=8192)).candidates] == [LABEL.text()]
