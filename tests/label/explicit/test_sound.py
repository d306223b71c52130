"""A mark in coded sound: the frames, packets and samples that were there stay, lengths are right, the label is there once."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from hegui.kernel.logic import Verdict
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import ogg
from hegui.label.explicit import mp3_info
from hegui.label.explicit.frame_sound import put_mpeg
from hegui.label.explicit.ogg_sound import put as put_ogg
from hegui.label.explicit.sound import mark_sound
from hegui.label.explicit.sound_check import check_sound
from hegui.label.explicit.sound_mark import SoundMark, SoundPlace
from hegui.label.faults import LabelError
from hegui.label.formats import codec_of, open_label, plan
from hegui.label.standing import labels
from tests.label.explicit.films import CARRIERS, applied, packets, probe, samples, sound
from tests.label.explicit.judges import need, run
from tests.label.media import LABEL

PLACES: tuple[SoundPlace, ...] = ("head", "tail")
SECONDS = 1.8
CODED: list[tuple[str, SoundPlace]] = [
    *(
        (name, "head")
        for name in ("speech.mp3", "speech.aac", "speech.m4a", "speech.ogg", "speech.opus", "speech.flac")
    ),
    *((name, "tail") for name in ("speech-id3v23-v1.mp3", "speech.m4a", "speech.ogg")),
]


def labelled(name: str | Path, folder: Path) -> Path:
    """A carrier with a label in it."""
    path = CARRIERS / name
    data = path.read_bytes()
    _, splices = plan(Source.of(data), path.name, LABEL)
    out = folder / path.name
    out.write_bytes(apply(data, splices))
    return out


def marked(path: Path, folder: Path, mark: SoundMark) -> Path:
    return applied(path, mark_sound(path, mark).splices, folder)


def digests(path: Path) -> list[str]:
    return [packet[5] for packet in packets(path, "-map", "0:a:0")]


@pytest.mark.parametrize(("name", "place"), CODED)
def test_the_mark_is_heard_and_all_else_is_as_it_was(name: str, place: SoundPlace, tmp_path: Path) -> None:
    need("ffmpeg", "ffprobe")
    path = labelled(name, tmp_path)
    out = marked(path, tmp_path, SoundMark(place=place))
    seen = check_sound(out)
    assert (seen.verdict, seen.place) == (Verdict.HOLDS, place)
    assert seen.heard is not None
    assert seen.heard.unit == pytest.approx(0.12, rel=0.04)
    reading = open_label(Source.of(out.read_bytes()), out.name).reading
    assert [one.spelt.label for one in labels(reading)] == [LABEL]
    assert all(one.is_standard for one in reading.candidates) or name.endswith(".aac")
    assert mark_sound(out, SoundMark(place=place)).splices == ()
    if not name.endswith(".flac"):
        old, new = digests(path), digests(out)
        assert new[-len(old) :] == old if place == "head" else new[: len(old)] == old


@pytest.mark.parametrize(
    ("name", "place"), [("speech.mp3", "head"), ("speech.mp3", "tail"), ("speech.m4a", "tail"), ("speech.flac", "head")]
)
def test_players_are_told_the_new_length(name: str, place: SoundPlace, tmp_path: Path) -> None:
    old = probe(CARRIERS / name)
    new = probe(marked(CARRIERS / name, tmp_path, SoundMark(place=place)))
    assert float(new["format"]["duration"]) - float(old["format"]["duration"]) == pytest.approx(SECONDS, abs=0.06)
    assert new["format"].get("tags") == old["format"].get("tags")


MPEG = {
    "variable.mp3": ("-ac", "2", "-q:a", "4"),
    "plain.mp3": ("-b:a", "64k", "-write_xing", "0", "-id3v2_version", "0"),
    "low.mp3": ("-ar", "16000", "-b:a", "32k"),
    "lowest.mp3": ("-ar", "8000", "-b:a", "16k"),
    "layer.mp2": ("-ar", "44100", "-b:a", "96k"),
}


@pytest.mark.parametrize(("name", "place"), list(zip(MPEG, ("tail", "head", "head", "tail", "head"), strict=True)))
def test_mpeg_audio_of_every_version_keeps_its_frames(name: str, place: SoundPlace, tmp_path: Path) -> None:
    path = sound(name, *MPEG[name])
    out = marked(path, tmp_path, SoundMark(place=place))
    old, new = digests(path), digests(out)
    assert new[-len(old) :] == old if place == "head" else new[: len(old)] == old
    assert check_sound(out).place == place


def test_from_the_second_frame_on_the_old_samples_are_heard_again(tmp_path: Path) -> None:
    path = CARRIERS / "speech.mp3"
    out = marked(path, tmp_path, SoundMark())
    old, new = samples(path), samples(out)
    assert new.endswith(old[2 * 1152 :])


def info_of(path: Path) -> bytes:
    """The frame that only counts, from its header on."""
    data = path.read_bytes()
    at = re.search(rb"\xff[\xe0-\xff]..", data)
    assert at is not None
    return data[at.start() :]


@pytest.mark.parametrize("place", PLACES)
def test_the_counting_frame_counts_the_mark_and_its_check_sums_are_right(place: SoundPlace, tmp_path: Path) -> None:
    path = sound("variable.mp3", *MPEG["variable.mp3"])
    old, new = info_of(path), info_of(marked(path, tmp_path, SoundMark(place=place)))
    tag = new.index(b"Xing")
    count = len(digests(tmp_path / "marked-variable.mp3"))
    assert int.from_bytes(new[tag + 8 : tag + 12]) == count
    assert int.from_bytes(new[tag + 12 : tag + 16]) == len(new)
    table = new[tag + 16 : tag + 116]
    assert list(table) == sorted(table)
    size = len(old) - int.from_bytes(old[tag + 12 : tag + 16]) or mp3_size(new)
    assert size == mp3_size(new)
    lame = tag + 120
    assert int.from_bytes(new[lame + 28 : lame + 32]) == len(new)
    assert int.from_bytes(new[lame + 32 : lame + 34]) == mp3_info.checksum(new[size:])
    assert int.from_bytes(new[lame + 34 : lame + 36]) == mp3_info.checksum(new[: lame + 34])


def mp3_size(data: bytes) -> int:
    from hegui.label.mp3 import frame_size

    found = frame_size(data[:4])
    assert found is not None
    return found


def test_a_counting_frame_of_fraunhofer_becomes_one_of_xing(tmp_path: Path) -> None:
    data = sound("plain.mp3", *MPEG["plain.mp3"]).read_bytes()
    frame = bytearray(data[: mp3_size(data)])
    frame[4:] = bytes(len(frame) - 4)
    frame[36:54] = b"VBRI" + bytes(6) + (len(data)).to_bytes(4) + (70).to_bytes(4)
    path = tmp_path / "vbri.mp3"
    path.write_bytes(bytes(frame) + data)
    out = marked(path, tmp_path, SoundMark()).read_bytes()
    assert out.count(b"VBRI") == 0
    at = out.index(b"Xing")
    assert int.from_bytes(out[at + 8 : at + 12]) > 70


def test_chapters_keep_the_mark_from_the_front() -> None:
    data = sound("plain.mp3", *MPEG["plain.mp3"]).read_bytes()
    tag = b"CHAP" + (20).to_bytes(4) + bytes(2) + b"c\0" + bytes(18)
    data = b"ID3\x03\0\0" + bytes((0, 0, 0, len(tag))) + tag + data
    with pytest.raises(LabelError, match="LBL133"):
        put_mpeg(Source.of(data), SoundMark(), "x.mp3")
    assert put_mpeg(Source.of(data), SoundMark(place="tail"), "x.mp3")


@pytest.mark.parametrize(("name", "place"), [("speech.ogg", "head"), ("speech.opus", "head"), ("speech.opus", "tail")])
def test_a_chain_of_streams_is_whole_and_begins_with_the_tags(name: str, place: SoundPlace, tmp_path: Path) -> None:
    judge = "opusinfo" if name.endswith("opus") else "ogginfo"
    need(judge)
    path = labelled(name, tmp_path)
    out = marked(path, tmp_path, SoundMark(place=place))
    text = run(judge, out).decode()
    assert text.count("New logical stream") == 2
    assert "WARNING" not in text
    assert text.index("AIGC=") < text.index("ended")
    assert text.count("AIGC=") == 1
    assert probe(out)["streams"][0]["tags"]["AIGC"] == LABEL.text()


def test_flac_in_ogg_is_chained_with_flac_of_its_kind(tmp_path: Path) -> None:
    path = sound("flac.oga", "-c:a", "flac", "-f", "ogg", "-metadata", "title=t")
    out = marked(path, tmp_path, SoundMark())
    assert samples(out).endswith(samples(path))
    assert probe(out)["streams"][0]["tags"]["title"] == "t"


@pytest.mark.parametrize(("form", "place"), [(("s16", "s16le"), "tail"), (("s32", "s24le"), "head")])
def test_flac_gives_the_same_samples_and_keeps_its_blocks(
    form: tuple[str, str], place: SoundPlace, tmp_path: Path
) -> None:
    need("flac", "ffmpeg")
    path = sound(f"{form[0]}.flac", "-sample_fmt", form[0], "-ac", "2", "-metadata", "title=t")
    out = marked(path, tmp_path, SoundMark(place=place))
    run("flac", "-t", "-s", out)
    old, new = (samples(one, form[1], "-c:a", f"pcm_{form[1]}") for one in (path, out))
    assert new.endswith(old) if place == "head" else new.startswith(old)
    assert probe(out)["format"]["tags"] == probe(path)["format"]["tags"]


@pytest.mark.parametrize("place", ["head"])
def test_m4a_keeps_cover_and_tags_and_is_sound_to_other_readers(place: SoundPlace, tmp_path: Path) -> None:
    need("exiftool", "mediainfo")
    path = sound("tagged.m4a", "-c:a", "aac", "-metadata", "title=t", "-movflags", "+faststart", source="speech.flac")
    out = marked(path, tmp_path, SoundMark(place=place))
    assert probe(out)["format"]["tags"] == probe(path)["format"]["tags"]
    assert run("exiftool", "-validate", "-warning", "-a", "-s3", out).decode().strip() == "OK"
    told = run("mediainfo", "--Output=General;%Duration%", out).decode().strip()
    assert float(told) / 1000 == pytest.approx(float(probe(out)["format"]["duration"]), abs=0.01)


@pytest.mark.parametrize(("name", "language"), [("speech.mp3", "zh"), ("speech.wav", "en")])
def test_a_spoken_mark_is_known_again(name: str, language: str, tmp_path: Path) -> None:
    need("ffmpeg")
    mark = SoundMark("spoken", language=language)  # type: ignore[arg-type]  # parametrised
    seen = check_sound(marked(CARRIERS / name, tmp_path, mark))
    assert seen.heard is not None
    assert (seen.heard.kind, seen.heard.language, seen.place) == ("spoken", language, "head")
    assert seen.verdict is Verdict.HOLDS


def test_a_clip_of_ones_own_needs_both_elements_and_a_sound_file(tmp_path: Path) -> None:
    clip = CARRIERS / "speech.wav"
    with pytest.raises(LabelError, match="LBL101"):
        SoundMark("spoken", clip=clip, wording="本音频由人工智能朗读")
    mark = SoundMark("spoken", clip=clip, wording="本音频由人工智能生成")
    out = marked(CARRIERS / "speech-24bit-listinfo.wav", tmp_path, mark)
    assert check_sound(out).verdict is Verdict.UNKNOWN
    seen = check_sound(out, mark=mark)
    assert seen.heard is not None
    assert (seen.heard.language, seen.verdict) == ("own", Verdict.HOLDS)
    wrong = SoundMark("spoken", clip=CARRIERS / "speech.mp3", wording=mark.wording)
    with pytest.raises(LabelError, match="LBL138"):
        mark_sound(CARRIERS / "speech.wav", wrong)


@pytest.mark.parametrize("name", ["photo.png", "clip.webm", "clip.mp4"])
def test_what_is_no_sound_is_refused(name: str) -> None:
    need("ffmpeg")
    with pytest.raises(LabelError, match="LBL132"):
        mark_sound(CARRIERS / name)


def test_wav_needs_no_program_and_others_say_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert mark_sound(CARRIERS / "speech.wav").splices
    with pytest.raises(LabelError, match="LBL130"):
        mark_sound(CARRIERS / "speech.mp3")


@pytest.mark.parametrize("name", ["speech.mp3", "speech.ogg", "speech.flac", "speech.m4a"])
def test_a_file_cut_short_is_an_answer_or_our_error(name: str, tmp_path: Path) -> None:
    need("ffmpeg")
    data = (CARRIERS / name).read_bytes()
    for cut in (0, 40, len(data) // 2):
        path = tmp_path / name
        path.write_bytes(data[:cut])
        with suppress(LabelError):
            mark_sound(path)


@pytest.mark.parametrize("at", range(0, 4000, 197))
def test_damaged_ogg_is_an_answer_or_our_error(at: int) -> None:
    need("ffmpeg")
    data = bytearray((CARRIERS / "speech.opus").read_bytes())
    data[at] ^= 0xFF
    with suppress(LabelError, MalformedError):
        put_ogg(Source.of(bytes(data)), SoundMark(), "x.opus")


def test_the_codec_finds_the_label_of_a_chained_file_where_it_writes_it(tmp_path: Path) -> None:
    need("ffmpeg")
    out = marked(CARRIERS / "speech.ogg", tmp_path, SoundMark())
    data = out.read_bytes()
    changed = apply(data, ogg.write(Source.of(data), LABEL))
    assert codec_of(Source.of(changed), "x.ogg") is ogg
    assert len(labels(ogg.read(Source.of(changed)))) == 1
