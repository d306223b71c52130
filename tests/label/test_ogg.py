"""Labels in the comments of Ogg: every codec, chained and multiplexed streams, large comments, and what stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from hegui.kernel import ogg_edit
from hegui.kernel.source import MalformedError, Source
from hegui.label import ogg
from hegui.label.faults import LabelError
from tests.label.audio_files import LABEL, LONG, OTHER, carrier, found, labelled, undone
from tests.label.contract import output
from tests.label.rows.audio import by_exiftool, by_ffprobe, by_ogg_tools, by_ogginfo, payload
from tests.support.ogg_pages import OPUS_HEAD, VORBIS_HEAD, checked, comments, opus, page, stream, vorbis

TEXT = LABEL.text()
ENTRY = b"AIGC=" + TEXT.encode()
PICTURE = b"METADATA_BLOCK_PICTURE=" + b"A" * 150_000
SOUND = [b"a" * 40, b"b" * 50]
FLAC_HEAD = b"\x7fFLAC\1\0\0\1fLaC\0\0\0\x22" + bytes(34)


def flac_in_ogg(*entries: bytes) -> bytes:
    body = comments(*entries)
    return stream(FLAC_HEAD, [b"\x84" + len(body).to_bytes(3, "big") + body], SOUND)


def multiplexed(*streams: bytes) -> bytes:
    """Streams with their first pages in front, as a multiplexed file has them; then one after the other."""
    firsts = [one[: one.index(b"OggS", 1)] for one in streams]
    return b"".join(firsts) + b"".join(one[len(first) :] for one, first in zip(streams, firsts, strict=True))


SKELETON = stream(b"fishead\0\3" + bytes(55), [b"fisbone\0" + bytes(60)], [], serial=90)
THEORA = stream(
    b"\x80theora\3\2\1" + bytes(32), [b"\x81theora" + comments(), b"\x82theora" + b"t" * 900], [b"f"], serial=80
)
STREAMS = {
    "Opus": opus(b"ENCODER=x"),
    "Opus without comments": opus(),
    "Opus with padding": opus(b"A=1", padding=bytes(512)),
    "Opus with padding that is to be kept": opus(b"A=1", padding=b"\1binary"),
    "Vorbis": vorbis(b"ENCODER=x"),
    "Vorbis with the setup on its own page": vorbis(b"A=1", counts=[1]),
    "FLAC": flac_in_ogg(b"A=1"),
    "Speex": stream(b"Speex   1.2" + bytes(69), [comments(b"A=1", vendor=b"Speex 1.2")], SOUND),
    "Theora alone": THEORA,
    "Theora and Vorbis": multiplexed(THEORA, vorbis(b"A=1")),
    "Skeleton and Vorbis": multiplexed(SKELETON, vorbis(b"A=1")),
    "two of sound": multiplexed(opus(b"A=1", serial=1), opus(b"B=1", serial=2)),
    "a chain": vorbis(b"A=1") + vorbis(b"B=1"),
    "a chain of two codecs": vorbis(b"A=1") + opus(b"B=1", serial=8),
    "a picture": opus(PICTURE),
    "a picture before others": vorbis(PICTURE, b"A=1"),
    "a picture, on small pages": vorbis(PICTURE, b"A=1", counts=[17] * 40),
    "pages that are full": opus(b"P=" + b"A" * (255 * 254 + 200)),
    "full pages and the setup on another": vorbis(b"P=" + b"A" * (255 * 254 + 200), counts=[255]),
}


def chosen(name: str) -> str:
    return "Ogg Theora comment AIGC" if name == "Theora alone" else f"Ogg {codec_of(name)} comment AIGC"


def codec_of(name: str) -> str:
    for codec in ("FLAC", "Speex"):
        if codec in name:
            return codec
    return "Opus" if b"OpusHead" in STREAMS[name][:100] else "Vorbis"


@pytest.mark.parametrize("name", STREAMS)
def test_a_label_goes_into_every_stream_and_comes_out_again(name: str) -> None:
    data = STREAMS[name]
    for label in (LABEL, LONG):
        made = labelled(ogg, data, label)
        (candidate,) = ogg.read(Source.of(made)).candidates
        assert candidate.place == chosen(name)
        assert found(ogg, made) == [label]
        assert undone(ogg, made) == data
        assert list(ogg.write(Source.of(made), label)) == []
        for other in (OTHER, LONG, LABEL):
            again = labelled(ogg, made, other)
            checked(again)
            assert found(ogg, again) == [other]
            assert undone(ogg, again) == data


@pytest.mark.parametrize("name", STREAMS)
def test_every_other_packet_stays(name: str) -> None:
    before = [packet for _, _, packet in checked(STREAMS[name])]
    after = [packet for _, _, packet in checked(labelled(ogg, STREAMS[name]))]
    assert len(before) == len(after)
    different = [(one, two) for one, two in zip(before, after, strict=True) if one != two]
    assert len(different) == 1
    ((one, two),) = different
    assert len(two) == len(one) + 4 + len(ENTRY)


def test_the_number_of_pages_stays_but_where_all_are_full() -> None:
    def grew(name: str) -> int:
        return labelled(ogg, STREAMS[name]).count(b"OggS\0") - STREAMS[name].count(b"OggS\0")

    assert [name for name in STREAMS if grew(name)] == ["pages that are full"]


def test_a_label_of_another_program_is_updated_in_its_stream() -> None:
    theirs = b"aigc=" + OTHER.text().encode()
    second = vorbis(b"A=1") + vorbis(theirs, b"B=1")
    assert labelled(ogg, second) == vorbis(b"A=1") + vorbis(ENTRY, b"B=1")
    assert labelled(ogg, opus(theirs, padding=bytes(200))) == opus(ENTRY, padding=bytes(200))


def test_labels_of_all_streams_count() -> None:
    for data in (
        opus(ENTRY, ENTRY),
        vorbis(ENTRY) + vorbis(ENTRY),
        multiplexed(THEORA, vorbis(ENTRY, b"aIGC=" + TEXT.encode())),
    ):
        assert found(ogg, data) == [LABEL, LABEL]
        with pytest.raises(LabelError) as error:
            ogg.write(Source.of(data), LABEL)
        assert error.value.code == "LBL005"


def test_a_label_under_another_name_is_read_and_not_written() -> None:
    data = opus(b"DESCRIPTION=" + TEXT.encode())
    assert found(ogg, data) == [LABEL]
    for change in (ogg.bare, lambda source: ogg.write(source, OTHER)):
        with pytest.raises(LabelError) as error:
            change(Source.of(data))
        assert error.value.code == "LBL006"


def test_other_signs_are_traces() -> None:
    data = opus(b"encoder=Lavc59", b"COMMENT=made by ElevenLabs", b"NOTE=\xe7\x94\xb1AI\xe7\x94\x9f\xe6\x88\x90")
    assert [one.kind for one in ogg.read(Source.of(data)).traces] == ["generator", "generator", "explicit_text"]


def with_wrong_sum(data: bytes) -> bytes:
    at = data.index(b"OpusTags")
    return data[: at + 12] + bytes((data[at + 12] ^ 1,)) + data[at + 13 :]


BODY = b"OpusTags" + comments(b"A=1")
HEAD = page([len(OPUS_HEAD)], OPUS_HEAD, number=0, flags=2)
GAPS = {
    "headers that are missing": (HEAD, ("Ogg Opus comment", "truncated")),
    "a list that ends early": (HEAD + page([len(BODY) - 2], BODY[:-2], number=1), ("Ogg Opus comment", "malformed")),
    "a packet of another kind": (HEAD + page([8], b"OpusTugs", number=1), ("Ogg Opus comment", "malformed")),
    "a list too long": (opus(*[b""] * 70_000), ("Ogg Opus comment", "too large")),
    "a block that holds no comments": (stream(FLAC_HEAD, [b"\x01\0\0\0"], SOUND), ("Ogg FLAC comment", "malformed")),
    "Vorbis without its setup": (
        page([len(VORBIS_HEAD)], VORBIS_HEAD, number=0, flags=2)
        + page([20], b"\3vorbis" + comments(vendor=b"x")[:5] + bytes(8), number=1), ("Ogg Vorbis comment", "truncated"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GAPS)
def test_what_was_not_examined_is_a_gap_and_nothing_is_written(name: str) -> None:
    data, gap = GAPS[name]
    assert [(one.place, one.reason) for one in ogg.read(Source.of(data)).gaps] == [gap]
    with pytest.raises(MalformedError):
        ogg.write(Source.of(data), LABEL)


def test_a_stream_of_another_codec_is_a_gap_and_takes_no_label() -> None:
    data = stream(b"BBCD" + bytes(20), [b"x"], SOUND)
    assert [one.reason for one in ogg.read(Source.of(data)).gaps] == ["unknown version"]
    with pytest.raises(LabelError) as error:
        ogg.write(Source.of(data), LABEL)
    assert error.value.code == "LBL053"


@pytest.mark.parametrize("data", [b"", b"OggS", b"fLaC", b"OggS\1" + bytes(40), b"x" + opus()])
def test_what_is_no_ogg_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        ogg.read(Source.of(data))


def test_a_header_page_with_a_wrong_check_sum_is_read_and_not_written() -> None:
    data = with_wrong_sum(opus(b"A=1"))
    assert ogg.read(Source.of(data)).candidates == ()
    with pytest.raises(MalformedError):
        ogg.write(Source.of(data), LABEL)


def test_sound_that_is_cut_is_a_gap_and_takes_a_label() -> None:
    data = opus(b"A=1")[:-20]
    assert [(one.place, one.reason) for one in ogg.read(Source.of(data)).gaps] == [("Ogg pages", "truncated")]
    made = labelled(ogg, data)
    assert found(ogg, made) == [LABEL]
    assert undone(ogg, made) == data


def test_too_many_pages_to_number_again_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ogg_edit, "MAX_RENUMBERED", 1)
    with pytest.raises(LabelError) as error:
        ogg.write(Source.of(STREAMS["pages that are full"]), LABEL)
    assert error.value.code == "LBL054"


def test_the_comments_of_flac_do_not_grow_past_what_its_block_holds() -> None:
    data = flac_in_ogg(b"P=" + b"A" * ((1 << 24) - 100))
    with pytest.raises(LabelError) as error:
        ogg.write(Source.of(data), LABEL)
    assert error.value.code == "LBL052"


def test_the_place_of_a_label_is_in_the_file_when_pages_part_it() -> None:
    made = labelled(ogg, STREAMS["a picture, on small pages"], LONG)
    (candidate,) = ogg.read(Source.of(made)).candidates
    block = made[candidate.offset : candidate.offset + candidate.size]
    assert block[4:9] == b"AIGC="
    assert block.endswith(b"}")


@pytest.mark.parametrize(("name", "size"), [("speech.ogg", 61_000), ("speech.opus", 64_500)])
def test_independent_programs_follow_a_page_that_was_added(name: str, size: int, tmp_path: Path) -> None:
    source, meta, path = tmp_path / name, tmp_path / "meta.txt", tmp_path / f"large-{name}"
    source.write_bytes(carrier(name))
    meta.write_text(f";FFMETADATA1\ncover={'A' * size}\n")
    output("ffmpeg", "-y", "-v", "error", "-i", source, "-f", "ffmetadata", "-i", meta, "-map_metadata:s:a", "1:g",
           "-map_metadata", "1", "-c", "copy", path)  # fmt: skip
    before, data = payload(path), path.read_bytes()
    made = labelled(ogg, data, LONG)
    assert made.count(b"OggS\0") == data.count(b"OggS\0") + 1
    path.write_bytes(made)
    assert by_ffprobe(path, "streams") == by_ogginfo(path) == LONG.text()
    by_ogg_tools(path)
    assert payload(path) == before
    assert undone(ogg, made) == data


@pytest.mark.parametrize(("name", "options"), [
    ("it.oga", ["-c:a", "flac"]), ("it.spx", ["-ar", "16000", "-c:a", "libspeex"]),
    ("it.ogv", ["-c:v", "libtheora", "-c:a", "libvorbis"]),
])  # fmt: skip
def test_files_that_ffmpeg_makes_of_other_codecs_keep_their_samples(
    name: str, options: list[str], tmp_path: Path
) -> None:
    source, path = tmp_path / ("in.mp4" if name == "it.ogv" else "in.wav"), tmp_path / name
    source.write_bytes(carrier("clip.mp4" if name == "it.ogv" else "speech.wav"))
    output("ffmpeg", "-y", "-v", "error", "-i", source, *options, "-f", "ogg", path)
    before, data = payload(path), path.read_bytes()
    path.write_bytes(labelled(ogg, data))
    assert payload(path) == before
    assert by_ffprobe(path, "streams") == TEXT
    if name != "it.spx":
        assert by_exiftool(path, "Aigc") == TEXT
    assert undone(ogg, path.read_bytes()) == data
