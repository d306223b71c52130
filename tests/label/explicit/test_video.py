"""A mark on video: its opening shows it, and everything else is packet for packet what it was."""

from __future__ import annotations

import shutil
from pathlib import Path
from struct import pack

import pytest

pytest.importorskip("PIL", reason="marks on video need Pillow")

from hegui.kernel.logic import Verdict
from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.explicit import recoded
from hegui.label.explicit.mark import Place
from hegui.label.explicit.video import mark_video
from hegui.label.explicit.video_check import check_video
from hegui.label.explicit.video_mark import MarkedVideo, VideoMark
from hegui.label.explicit.video_proof import Proof, prove_video
from hegui.label.faults import LabelError
from hegui.label.formats import open_label, plan
from hegui.label.standing import labels
from tests.label.explicit.films import CARRIERS, applied, decoded, film, packets, probe
from tests.label.explicit.judges import need, run
from tests.label.media import LABEL

WHOLE = VideoMark(may_reencode=True)
H264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "12", "-c:a", "aac")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "12", "-c:a", "libopus")
FILMS = {
    "film.mp4": H264,
    "film.mov": (*H264, "-movflags", "+faststart"),
    "film.mkv": H264,
    "baseline.mp4": (*H264, "-profile:v", "baseline", "-pix_fmt", "yuv420p"),
    "film.webm": VP9,
}


def marked(path: Path, folder: Path, mark: VideoMark | None = None) -> tuple[Path, MarkedVideo, Proof]:
    """The file with its mark, what was done, and what ffmpeg finds changed."""
    done = mark_video(path, mark)
    out = applied(path, done.splices, folder)
    return out, done, prove_video(path, out, done)


def structure(path: Path) -> dict[str, object]:
    """What ffprobe tells, without what new frames may change."""
    found = probe(path)
    for key in ("size", "bit_rate"):
        found["format"].pop(key, None)
    for stream in found["streams"]:
        for key in ("bit_rate", "refs", "extradata_size", "has_b_frames"):
            stream.pop(key, None)
    return found


@pytest.mark.parametrize("name", FILMS)
def test_only_the_first_frames_are_made_anew(name: str, tmp_path: Path) -> None:
    path = film(name, *FILMS[name])
    out, done, proof = marked(path, tmp_path)
    assert done.frames == 72
    assert 36 <= done.encoded <= 48
    assert done.seconds == pytest.approx(3.0, abs=0.01)
    assert (proof.new, proof.same) == (done.encoded, proof.packets - done.encoded)
    old, new = decoded(path), decoded(out)
    assert [time for time, _ in new] == [time for time, _ in old]
    assert new[done.encoded :] == old[done.encoded :]
    assert all(one != other for one, other in zip(new[: done.encoded], old, strict=False))
    assert structure(out) == structure(path)
    assert check_video(out, stamp=done.stamp).verdict is Verdict.HOLDS


def test_a_keyframe_past_which_others_look_is_no_place_to_go_on(tmp_path: Path) -> None:
    path = film("open.mp4", *H264, "-x264-params", "open-gop=1:keyint=12:bframes=3")
    with pytest.raises(LabelError, match="LBL134"):
        mark_video(path)
    out, done, _ = marked(path, tmp_path, WHOLE)
    assert done.encoded == 72
    assert [time for time, _ in decoded(out)] == [time for time, _ in decoded(path)]


def test_all_sound_is_the_same_and_in_step(tmp_path: Path) -> None:
    path = film("film.mp4", *H264)
    out, _, _ = marked(path, tmp_path)
    assert packets(out, "-map", "0:a") == packets(path, "-map", "0:a")
    times = [[packet[1:3] for packet in packets(one, "-map", "0:v")] for one in (path, out)]
    assert [one for one, _ in times[0]] == [one for one, _ in times[1]]
    assert sorted(one for _, one in times[0]) == sorted(one for _, one in times[1])


@pytest.mark.parametrize("name", ["clip.mkv", "clip.webm"])
def test_without_a_keyframe_to_go_on_from_all_is_made_anew_if_that_is_allowed(name: str, tmp_path: Path) -> None:
    need("ffmpeg", "ffprobe")
    path = CARRIERS / name
    with pytest.raises(LabelError, match="LBL134"):
        mark_video(path)
    out, done, proof = marked(path, tmp_path, WHOLE)
    assert done.encoded == done.frames == proof.new == 36
    assert [time for time, _ in decoded(out)] == [time for time, _ in decoded(path)]
    assert check_video(out, stamp=done.stamp).verdict is Verdict.HOLDS
    assert structure(out)["format"] == structure(path)["format"]


@pytest.mark.parametrize("name", ["film.mkv"])
def test_the_label_stays_where_it_is_and_a_second_mark_changes_nothing(name: str, tmp_path: Path) -> None:
    data = film(name, *FILMS[name]).read_bytes()
    path = tmp_path / name
    path.write_bytes(apply(data, plan(Source.of(data), name, LABEL)[1]))
    out, _, _ = marked(path, tmp_path)
    seen = open_label(Source.of(out.read_bytes()), name).reading
    assert [one.spelt.label for one in labels(seen)] == [LABEL]
    again = mark_video(out)
    assert (again.splices, again.encoded, again.stamp.text) == ((), 0, "人工智能生成")


MATRICES = {90: (0, 1, -1, 0)}


@pytest.mark.parametrize("turn", MATRICES)
def test_the_mark_stands_upright_on_a_film_that_is_turned(turn: int, tmp_path: Path) -> None:
    data = film("film.mp4", *H264).read_bytes()
    a, b, c, d = (number * 65536 for number in MATRICES[turn])
    upright, turned = (
        pack(">9i", w, x, 0, y, z, 0, 0, 0, 1 << 30) for w, x, y, z in ((65536, 0, 0, 65536), (a, b, c, d))
    )
    at = data.index(upright, data.index(b"tkhd"))
    path = tmp_path / "turned.mp4"
    path.write_bytes(data[:at] + turned + data[at + 36 :])
    out, done, _ = marked(path, tmp_path)
    assert done.stamp.box.right <= 120
    assert done.stamp.box.bottom <= 160
    assert check_video(out, stamp=done.stamp).verdict is Verdict.HOLDS
    assert check_video(out).frames[0][1].text == done.stamp.text
    assert structure(out) == structure(path)


@pytest.mark.parametrize("place", ["bottom"])
def test_a_film_with_wide_pixels_has_letters_that_are_not_stretched(place: Place, tmp_path: Path) -> None:
    path = film("wide.mp4", *H264, "-vf", "scale=640:480,setsar=4/3", seconds=4)
    out, done, _ = marked(path, tmp_path, VideoMark(place=place, seconds=2))
    seen = check_video(out, stamp=done.stamp)
    assert seen.verdict is Verdict.HOLDS
    assert seen.frames[0][1].likeness == pytest.approx(1, abs=0.08)


def test_wide_pixels_that_are_too_few_for_letters_are_refused() -> None:
    with pytest.raises(LabelError, match="LBL135"):
        mark_video(film("few.mp4", *H264, "-vf", "setsar=3/2"))


@pytest.mark.parametrize("form", ["yuv420p10le", "yuvj420p"])
def test_pixels_of_other_kinds_stay_of_their_kind(form: str, tmp_path: Path) -> None:
    path = film(f"{form}.mp4", *H264, "-pix_fmt", form)
    out, done, _ = marked(path, tmp_path)
    assert done.encoded == 36
    assert structure(out) == structure(path)
    assert check_video(out, stamp=done.stamp).verdict is Verdict.HOLDS


def test_hevc_is_made_anew_as_a_whole(tmp_path: Path) -> None:
    options = (
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=error:keyint=12",
        "-tag:v",
        "hvc1",
        "-c:a",
        "aac",
    )
    path = film("hevc.mp4", *options)
    with pytest.raises(LabelError, match="LBL134"):
        mark_video(path)
    out, done, _ = marked(path, tmp_path, WHOLE)
    assert done.encoded == done.frames == 72
    assert len(decoded(out)) == 72
    assert check_video(out, stamp=done.stamp).verdict is Verdict.HOLDS


def test_a_film_whose_start_is_cut_by_its_edit_list_shows_the_mark_from_where_it_begins(tmp_path: Path) -> None:
    whole = film("film.mp4", *H264)
    path = tmp_path / "cut.mp4"
    run("ffmpeg", "-nostdin", "-v", "error", "-ss", "0.5", "-i", whole, "-c", "copy", path)
    out, done, _ = marked(path, tmp_path)
    assert done.seconds >= 3
    assert structure(out) == structure(path)
    assert check_video(out, stamp=done.stamp).verdict is Verdict.HOLDS


def test_uneven_times_stay_as_they_are(tmp_path: Path) -> None:
    path = film("uneven.mp4", *H264, "-vf", "setpts='(N+mod(N,3)*0.4)/12/TB'", "-fps_mode", "passthrough")
    out, _, _ = marked(path, tmp_path)
    assert [time for time, _ in decoded(out)] == [time for time, _ in decoded(path)]


def test_what_mkvmerge_wrote_is_still_sound_to_it(tmp_path: Path) -> None:
    need("mkvmerge", "mkvinfo")
    whole, path = film("film.mp4", *H264), tmp_path / "merged.mkv"
    run("mkvmerge", "-q", "-o", path, whole)
    out, done, _ = marked(path, tmp_path)
    assert done.encoded == 36
    assert b'"warnings": []' in run("mkvmerge", "-J", out)
    frames = [line for line in run("mkvinfo", "-v", "-v", out).decode().splitlines() if "Cue cluster position" in line]
    clusters = {
        line.rsplit(" ", 1)[1]
        for line in run("mkvinfo", "-P", "-v", "-v", out).decode().splitlines()
        if "Cluster" in line and "|+" in line
    }
    assert len(frames) == len(clusters)


def test_the_index_of_matroska_leads_to_the_same_frames(tmp_path: Path) -> None:
    path = film("film.mkv", *H264)
    out, _, _ = marked(path, tmp_path)
    for second in ("3.5", "5"):
        shots = [
            run("ffmpeg", "-v", "error", "-ss", second, "-i", one, "-frames:v", "1", "-an", "-f", "framemd5", "-")
            for one in (path, out)
        ]
        assert shots[0].splitlines()[-1] == shots[1].splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("pieces.mp4", (*H264, "-movflags", "frag_keyframe+empty_moov")),
        ("bright.mp4", (*H264, "-vf", "setparams=color_trc=smpte2084", "-color_trc", "smpte2084")),
        ("lines.mp4", (*H264, "-flags", "+ildct+ilme", "-x264-params", "tff=1")),
        ("old.mp4", ("-c:v", "mpeg4", "-c:a", "aac")),
        ("clip.avi", ("-c:v", "mpeg4")),
    ],
)
def test_what_cannot_be_marked_is_refused_with_a_reason(name: str, options: tuple[str, ...]) -> None:
    with pytest.raises(LabelError, match="LBL135"):
        mark_video(film(name, *options), WHOLE)


def test_several_video_tracks_are_refused(tmp_path: Path) -> None:
    one, path = film("film.mp4", *H264), tmp_path / "two.mp4"
    run("ffmpeg", "-nostdin", "-v", "error", "-i", one, "-i", one, "-map", "0:v", "-map", "1:v", "-c", "copy", path)
    with pytest.raises(LabelError, match="LBL135"):
        mark_video(path)


@pytest.mark.parametrize("seconds", [0.0, 1.99, 601.0, float("nan")])
def test_a_mark_that_is_shown_too_briefly_cannot_be_made(seconds: float) -> None:
    with pytest.raises(LabelError, match="LBL139"):
        VideoMark(seconds=seconds)


def test_more_frames_than_are_taken_are_not_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    real = recoded.number
    monkeypatch.setattr(recoded, "number", lambda name: 10 if name == "video.most_encoded" else real(name))
    with pytest.raises(LabelError, match="LBL137"):
        mark_video(film("film.mp4", *H264))


def test_without_ffmpeg_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(LabelError, match="LBL130"):
        mark_video(CARRIERS / "clip.mp4")


def test_a_short_video_bears_the_mark_to_its_end_and_the_check_leaves_its_length_open(tmp_path: Path) -> None:
    path = film("short.mp4", *H264, seconds=1)
    out, done, _ = marked(path, tmp_path, WHOLE)
    assert done.seconds == pytest.approx(1, abs=0.01)
    assert done.notes == ("short",)
    seen = check_video(out, stamp=done.stamp)
    assert (seen.is_there, seen.is_long, seen.is_short) == (Verdict.HOLDS, Verdict.UNKNOWN, True)


def test_a_mark_that_goes_too_soon_fails(tmp_path: Path) -> None:
    """The plate is put on for two seconds, and the film is then played from its middle."""
    whole = film("film.mp4", *H264)
    out, done, _ = marked(whole, tmp_path, VideoMark(seconds=2))
    path = tmp_path / "later.mp4"
    run(
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-ss",
        "1",
        "-i",
        out,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-crf",
        "15",
        "-an",
        path,
    )
    seen = check_video(path, stamp=done.stamp)
    assert (seen.is_there, seen.is_long, seen.verdict) == (Verdict.HOLDS, Verdict.FAILS, Verdict.FAILS)


def test_a_video_without_our_plate_is_left_open(tmp_path: Path) -> None:
    need("ffmpeg", "ffprobe")
    seen = check_video(CARRIERS / "clip.mp4")
    assert seen.verdict is Verdict.UNKNOWN
    assert "is_there" in seen.unsettled


@pytest.mark.parametrize("ground", ["white"])
def test_the_mark_is_legible_on_every_ground(ground: str, tmp_path: Path) -> None:
    path = film(f"{ground}.mp4", *H264, "-vf", f"drawbox=color={ground}:t=fill,format=yuv420p")
    out, done, _ = marked(path, tmp_path)
    assert done.stamp.contrast >= 4.5
    assert check_video(out, stamp=done.stamp).is_legible is Verdict.HOLDS
