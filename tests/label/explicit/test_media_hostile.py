"""Damaged and hostile videos: an answer or our error, whatever a table claims; and programs that are kept on a short lead."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label.explicit import ffmpeg as edge
from hegui.label.explicit import matroska_frames, matroska_track, mp4_frames, mp4_track
from hegui.label.explicit.avc import Avc, is_closed, joined, relength, units
from hegui.label.explicit.m4a_sound import put as put_m4a
from hegui.label.explicit.media_faults import cannot_video
from hegui.label.explicit.mp4_frames import NewFrames
from hegui.label.explicit.sound_mark import SoundMark
from hegui.label.explicit.timeline import Timeline, cut
from hegui.label.explicit.video import mark_video
from hegui.label.faults import LabelError
from tests.label.explicit.films import CARRIERS
from tests.label.explicit.judges import need

CLIP = (CARRIERS / "clip.mp4").read_bytes()
MKV = (CARRIERS / "clip.mkv").read_bytes()
NEW = NewFrames([b"frame"] * 12, range(12), frozenset({0}), None)


def of_mp4(data: bytes) -> bytes:
    source = Source.of(data)
    film = mp4_track.film_of(source, "x", cannot_video)
    track = mp4_track.track_of(source, film, b"vide", "x", cannot_video)
    new = NewFrames(NEW.data[: len(track.sizes)], range(12), NEW.syncs, b"\x01" * 30)
    return apply(data, mp4_frames.exchanged(source, film, track, new, b"avcC", "x"))


def of_matroska(data: bytes) -> bytes:
    source = Source.of(data)
    track = matroska_track.track_of(source, "x")
    new = NewFrames(NEW.data[: len(track.blocks)], range(12), NEW.syncs, b"\x01" * 30)
    return apply(data, matroska_frames.exchanged(source, track, new, "x"))


CONTAINERS = {"mp4": (CLIP, of_mp4), "mkv": (MKV, of_matroska)}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_frames_exchanged_by_hand_are_read_back(kind: str) -> None:
    data, exchange = CONTAINERS[kind]
    out = exchange(data)
    assert out.count(b"frame" * 1) >= 12
    if kind == "mkv":
        track = matroska_track.track_of(Source.of(out), "x")
        assert [block.element.size for block in track.blocks[:12]] == [9] * 12
        assert len(track.blocks) == 36
    else:
        film = mp4_track.film_of(Source.of(out), "x", cannot_video)
        again = mp4_track.track_of(Source.of(out), film, b"vide", "x", cannot_video)
        assert list(again.sizes[:12]) == [5] * 12
        assert [out[at : at + 5] for at in again.offsets[:12]] == [b"frame"] * 12


@pytest.mark.parametrize("kind", CONTAINERS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_flipped_bytes_are_an_answer_or_our_error(kind: str, data: st.DataObject) -> None:
    whole, exchange = CONTAINERS[kind]
    spoilt = bytearray(whole)
    first = whole.index(b"moov") if kind == "mp4" else 0
    last = len(whole) if kind == "mp4" else 3000
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(first, last - 1))] = data.draw(st.integers(0, 255))
    with suppress(LabelError, MalformedError):
        exchange(bytes(spoilt))


@pytest.mark.parametrize("kind", CONTAINERS)
@pytest.mark.parametrize("part", range(20))
def test_a_file_cut_short_is_an_answer_or_our_error(kind: str, part: int) -> None:
    whole, exchange = CONTAINERS[kind]
    with suppress(LabelError, MalformedError):
        exchange(whole[: len(whole) * part // 20])


@pytest.mark.parametrize("table", [b"stsz", b"stts", b"ctts", b"stsc", b"stco", b"stss", b"elst"])
def test_a_count_that_is_not_there_costs_nothing(table: bytes) -> None:
    spoilt = bytearray(CLIP)
    at = CLIP.index(table) + (12 if table == b"stsz" else 8)
    spoilt[at : at + 4] = b"\x7f\xff\xff\xff"
    with pytest.raises(MalformedError):
        of_mp4(bytes(spoilt))


@pytest.mark.parametrize("at", range(0, 2500, 61))
def test_damaged_m4a_is_an_answer_or_our_error(at: int) -> None:
    need("ffmpeg")
    data = bytearray((CARRIERS / "speech.m4a").read_bytes())
    data[data.index(b"moov") + at % 1300] ^= 0x81
    with suppress(LabelError, MalformedError):
        put_m4a(Source.of(bytes(data)), SoundMark(), "x.m4a")


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv"])
def test_a_damaged_video_is_refused_as_a_whole(name: str, tmp_path: Path) -> None:
    need("ffmpeg", "ffprobe")
    path = tmp_path / name
    path.write_bytes((CARRIERS / name).read_bytes()[:9000])
    with pytest.raises(LabelError):
        mark_video(path)


# the record of H.264

AVC = Avc.of(CLIP[CLIP.index(b"avcC") + 4 :][: int.from_bytes(CLIP[CLIP.index(b"avcC") - 4 : CLIP.index(b"avcC")]) - 8])


def test_the_record_of_h264_reads_and_writes_itself() -> None:
    assert Avc.of(AVC.record()) == AVC
    assert AVC.numbers == {0}
    assert AVC.free_number() == 1
    assert joined(AVC, AVC) is None


@given(st.binary(max_size=80))
def test_any_bytes_are_a_record_or_a_fault(data: bytes) -> None:
    with suppress(MalformedError):
        record = Avc.of(data)
        assert record.free_number() != 0 or 0 not in record.numbers
        assert Avc.of(record.record()).sps == record.sps


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.sampled_from([1, 2, 4]))
def test_units_keep_their_bytes_whatever_the_width_of_their_sizes(parts: list[bytes], width: int) -> None:
    frame = b"".join(len(part).to_bytes(4) + part for part in parts)
    assert list(units(relength(frame, 4, width), width)) == parts
    assert is_closed(frame, 4) == any(part[0] & 31 == 5 for part in parts)


# where to go on

TIMES = st.integers(1, 40).flatmap(lambda count: st.permutations(range(count)))


@given(TIMES, st.frozensets(st.integers(0, 39)), st.floats(0, 5), st.booleans())
def test_no_frame_that_stays_is_shown_before_one_that_is_made_anew(
    shown: list[int], syncs: frozenset[int], seconds: float, is_closed: bool
) -> None:
    line = Timeline(shown, frozenset(one for one in syncs if one < len(shown)), 10, 0)
    found = cut(line, seconds, lambda _: is_closed)
    assert found.marked <= found.count <= len(shown)
    old, new = shown[found.count :], shown[: found.count]
    assert not old or max(new, default=-1) < min(old)
    assert found.count == len(shown) or (found.count in line.syncs and is_closed)
    assert all(time >= seconds * 10 for time in sorted(new)[found.marked :])
    assert len(found.keys) == sum(sync < found.count for sync in line.syncs)


# the edge to ffmpeg


def test_a_name_is_never_an_option_or_another_protocol() -> None:
    assert edge.url(Path("-i.mp4")) == f"file:{os.getcwd()}/-i.mp4"
    words = edge.given(Path("http:x"), "mov,mp4")
    assert words[:6] == ["-protocol_whitelist", "file", "-format_whitelist", "mov,mp4", "-f", "mov"]
    assert words[-1].startswith("file:/")


@pytest.mark.parametrize("name", ["-i.mp4", "a%d.mp4", "a b'[0].mp4", "pipe:0.mp4", "名.mp4"])
def test_any_name_can_be_marked(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("ffmpeg", "ffprobe")
    (tmp_path / name).write_bytes(CLIP)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LabelError, match="LBL134"):
        mark_video(Path(name))


def test_a_playlist_in_the_clothes_of_a_film_opens_nothing(tmp_path: Path) -> None:
    need("ffmpeg", "ffprobe")
    (tmp_path / "secret.mp4").write_bytes(CLIP)
    path = tmp_path / "x.mp4"
    path.write_bytes(b"#EXTM3U\n#EXTINF:3,\nfile:" + os.fsencode(tmp_path / "secret.mp4") + b"\n")
    with pytest.raises(LabelError, match="LBL131"):
        edge.probed(path, "mov,mp4,m4a,3gp,3g2,mj2", "x.mp4")
    with pytest.raises(LabelError):
        mark_video(path)


def test_a_program_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    need("ffmpeg")
    real = edge.number
    monkeypatch.setattr(edge, "number", lambda name: 0.2 if name == "program.seconds" else real(name))
    with pytest.raises(LabelError, match="LBL131"):
        edge.ffmpeg(["-re", "-f", "lavfi", "-i", "anullsrc", "-t", "60", "-f", "null", "-"], "x")


def test_a_program_that_writes_too_much_is_not_believed() -> None:
    need("ffmpeg")
    with pytest.raises(LabelError, match="LBL137"):
        edge.ffmpeg(["-f", "lavfi", "-i", "anullsrc", "-t", "1", "-f", "s16le", "pipe:1"], "x", most=1000)


def test_folders_of_ours_are_gone_afterwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need("ffmpeg")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(LabelError, match="LBL131"):
        list(edge.lines([*edge.given(CARRIERS / "plain.txt", "wav"), "-f", "framemd5"], "x"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", [lambda: edge.probed(CARRIERS / "clip.mp4", "mov,mp4,m4a,3gp,3g2,mj2", "x")])
def test_no_shell_and_no_environment_are_handed_on(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    need("ffmpeg", "ffprobe")
    monkeypatch.setenv("FFREPORT", "file=/nonexistent/x.log")
    calls: list[dict[str, object]] = []
    real = subprocess.run

    def run(*words: object, **options: object) -> object:
        calls.append(options)
        return real(*words, **options)  # type: ignore[call-overload]  # handed on as it came

    monkeypatch.setattr(subprocess, "run", run)
    act()
    assert calls
    assert all("shell" not in call and set(call["env"]) == {"PATH", "LC_ALL"} for call in calls)  # type: ignore[call-overload]
