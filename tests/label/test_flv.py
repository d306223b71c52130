"""Flash Video beyond the contract: what counts bytes of the file, files without metadata, and files cut short."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from hegui.kernel.amf0 import name, string
from hegui.kernel.source import MalformedError, Source
from hegui.label import flv, xmp
from hegui.label.faults import LabelError
from tests.label.contract import CARRIERS, output
from tests.label.media import LABEL, LONGER, bared, candidates, labels_in, written
from tests.label.rows.riff import exiftool, ffprobe, is_played, mediainfo, packets

CLIP = CARRIERS / "clip.flv"
HEADER = b"FLV\1\5\0\0\0\x09\0\0\0\0"
ENDED = b"\0\0\x09"


def tag(kind: int, data: bytes) -> bytes:
    head = bytes((kind,)) + len(data).to_bytes(3, "big") + bytes(7)
    return head + data + (11 + len(data)).to_bytes(4, "big")


def number(value: float) -> bytes:
    return b"\0" + struct.pack(">d", value)


def metadata(*fields: bytes, count: int | None = None, kind: int = 8, ended: bytes = ENDED) -> bytes:
    head = b"\x03" if kind == 3 else b"\x08" + (len(fields) if count is None else count).to_bytes(4, "big")
    return tag(18, string(b"onMetaData") + head + b"".join(fields) + ended)


VIDEO = tag(9, b"\x17\0\0\0\0" + bytes(300))
WIDTH = name(b"width") + number(160)

SHAPES = [
    ("fields in an array", metadata(WIDTH)),
    ("an array that says it is empty", metadata(WIDTH, count=0)),
    ("an array that says it is full", metadata(WIDTH, count=1 << 31)),
    ("fields in an object", metadata(WIDTH, kind=3)),
    ("an empty array", metadata()),
    ("an empty array that says it has one", metadata(count=1)),
    ("an empty object", metadata(kind=3)),
    ("an array without its end", metadata(WIDTH, ended=b"")),
    ("bytes behind the array", metadata(WIDTH, ended=ENDED + b"\0")),
    ("a sound first", tag(8, b"\xaf\0") + metadata(WIDTH)),
    ("no metadata", b""),
    ("other script data alone", tag(18, string(b"onCuePoint") + b"\x05")),
    ("metadata that are no fields", tag(18, string(b"onMetaData") + b"\x05")),
    ("a size behind the tag that is wrong", metadata(WIDTH)[:-4] + b"\0\0\0\7"),
    ("encrypted script data", tag(18 | 0x20, b"secret")),
]


@pytest.mark.parametrize("front", [shape[1] for shape in SHAPES], ids=[shape[0] for shape in SHAPES])
def test_the_label_joins_the_fields_or_comes_in_front_and_leaves_no_trace(front: bytes) -> None:
    data = HEADER + front + VIDEO * 2
    labelled = written(flv, data)
    assert labels_in(flv, labelled) == [LABEL]
    assert labelled.endswith(VIDEO * 2)
    assert bared(flv, labelled) == data
    longer = written(flv, labelled, LONGER)
    assert labels_in(flv, longer) == [LONGER]
    assert bared(flv, longer) == data


def test_what_counts_bytes_of_the_file_is_moved_by_as_much_as_the_data_grow() -> None:
    def made(front: int, size: float) -> bytes:
        times = name(b"times") + b"\x0a\0\0\0\2" + number(0) + number(900)
        places = name(b"filepositions") + b"\x0a\0\0\0\3" + number(13) + number(front) + number(front + len(VIDEO))
        frames = name(b"keyframes") + b"\x03" + places + times + ENDED
        return HEADER + metadata(name(b"filesize") + number(size), name(b"duration") + number(5000), frames) + VIDEO * 2

    front = len(made(0, 0)) - 2 * len(VIDEO)
    data = made(front, front + 2 * len(VIDEO))
    labelled = written(flv, data)
    by = len(labelled) - len(data)
    moved = made(front + by, front + by + 2 * len(VIDEO))
    assert [
        labelled.count(number(value)) for value in (13, front + by, front + by + len(VIDEO), len(labelled), 5000, 900)
    ] == [1] * 6
    assert labelled.count(number(front)) == labelled.count(number(len(data))) == 0
    assert len(moved) == len(data)
    assert bared(flv, labelled) == data


@pytest.mark.parametrize("options", [("-flvflags", "add_keyframe_index"), ("-flvflags", "no_metadata"), ()])
def test_players_find_the_label_and_the_key_frames_in_what_ffmpeg_writes(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    before, after = tmp_path / "before.flv", tmp_path / "after.flv"
    output("ffmpeg", "-v", "error", "-i", CLIP, "-c", "copy", *options, before)
    data = before.read_bytes()
    after.write_bytes(written(flv, data))
    assert [judge(after) for judge in (exiftool("-AIGC"), ffprobe, mediainfo)] == [LABEL.text()] * 3
    assert packets(after) == packets(before)
    is_played(after)
    assert bared(flv, after.read_bytes()) == data
    places = output("exiftool", "-b", "-KeyFramePositions", after).split()
    assert [after.read_bytes()[int(place)] & 0x1F for place in places] == [9] * len(places)
    assert len(places) == (3 if options == ("-flvflags", "add_keyframe_index") else 0)


def test_a_file_cut_short_is_labelled_all_the_same() -> None:
    data = CLIP.read_bytes()[:20_000]
    labelled = written(flv, data)
    assert labels_in(flv, labelled) == [LABEL]
    assert [gap.reason for gap in flv.read(Source.of(labelled)).gaps] == ["truncated"]
    assert bared(flv, labelled) == data


def test_a_label_of_others_is_updated_where_it_stands() -> None:
    theirs = name(b"AIGC") + b"\x0c" + len(LABEL.wrapped()).to_bytes(4, "big") + LABEL.wrapped().encode()
    data = HEADER + metadata(theirs, WIDTH) + VIDEO
    longer = written(flv, data, LONGER)
    assert [found.text for found in candidates(flv, longer)] == [LONGER.wrapped()]
    assert longer.index(b"AIGC") < longer.index(b"width")


@pytest.mark.parametrize("field", [name(b"comment"), name(b"aigc"), name(b"AIGCInfo")])
def test_a_label_under_another_name_is_read_and_is_not_where_it_should_be(field: bytes) -> None:
    data = HEADER + metadata(field + string(LABEL.text().encode())) + VIDEO
    assert labels_in(flv, data) == [LABEL]
    assert not candidates(flv, data)[0].is_standard
    assert labels_in(flv, written(flv, data, LONGER)) == [LONGER]


def test_a_label_in_xmp_is_read_and_not_written() -> None:
    live = name(b"liveXML") + string(xmp.written(None, LABEL.text()))
    data = HEADER + metadata(WIDTH) + tag(18, string(b"onXMPData") + b"\x08\0\0\0\1" + live + ENDED) + VIDEO
    assert labels_in(flv, data) == [LABEL]
    with pytest.raises(LabelError) as raised:
        flv.write(Source.of(data), LONGER)
    assert raised.value.code == "LBL006"


def test_script_data_that_are_full_take_no_label() -> None:
    filled = tag(
        18, string(b"onMetaData") + b"\x08\0\0\0\1" + name(b"x") + b"\x0c\0\xff\xff\x80" + bytes(0xFFFF80) + ENDED
    )
    with pytest.raises(LabelError) as raised:
        flv.write(Source.of(HEADER + filled + VIDEO), LABEL)
    assert raised.value.code == "LBL045"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"FLV",
        HEADER[:9],
        b"FLV\1\5\0\0\0\x05" + bytes(40),
        HEADER + tag(18, string(b"onMetaData") + b"\x03\0\1"),
        HEADER + VIDEO[:-9],
    ],
)
def test_a_damaged_front_is_not_labelled(data: bytes) -> None:
    with pytest.raises(MalformedError):
        flv.write(Source.of(data), LABEL)


def test_programs_are_told() -> None:
    fields = name(b"encoder") + string(b"Lavf60"), name(b"title") + string(b"made with Midjourney")
    assert [trace.detail for trace in flv.read(Source.of(HEADER + metadata(*fields) + VIDEO)).traces] == [
        "Lavf60",
        "made with Midjourney",
    ]
