"""Rows of the ISO base media family: MP4, QuickTime, M4A, HEIC, AVIF."""

from __future__ import annotations

import json
from pathlib import Path

from hegui.label import mp4
from tests.label.contract import CARRIERS, Row, output


def packets(path: Path) -> str:
    """Every packet with its times, and what the streams are: the lines of ffmpeg's framemd5 without the version of ffmpeg."""
    lines = output("ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-").decode()
    return "\n".join(line for line in lines.splitlines() if not line.startswith("#software"))


def by_ffprobe(path: Path) -> str:
    shown = json.loads(output("ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "json", path))
    return str(shown["format"]["tags"]["AIGC"])


def by_exiftool(path: Path) -> str:
    (shown,) = json.loads(output("exiftool", "-j", "-G", "-b", "-Keys:all", path))
    return next(
        (json.dumps(value) if isinstance(value, dict) else str(value))
        for key, value in shown.items()
        if key.rpartition(":")[2].lower() == "aigc"
    )


def by_mediainfo(path: Path) -> str:
    tracks = json.loads(output("mediainfo", "--Output=JSON", path))["media"]["track"]
    return str(tracks[0]["extra"]["AIGC"])


def ffmpeg_has_no_complaint(path: Path) -> None:
    assert output("ffmpeg", "-v", "warning", "-i", path, "-map", "0", "-c", "copy", "-f", "null", "-") == b""


def exiftool_finds_no_more_to_say_than_before(path: Path) -> None:
    assert exiftool_says(path) == exiftool_says(CARRIERS / path.name)


def exiftool_says(path: Path) -> dict[str, object]:
    (shown,) = json.loads(output("exiftool", "-j", "-validate", "-Warning", "-Error", path))
    del shown["SourceFile"]
    return dict(shown)


FILMS = ("clip.mp4", "clip-faststart.mp4", "clip-fragmented.mp4", "clip.mov", "speech.m4a")
JUDGES = {"ffprobe": by_ffprobe, "exiftool": by_exiftool, "mediainfo": by_mediainfo}

ROWS: tuple[Row, ...] = tuple(
    Row(name, mp4, packets, JUDGES, (ffmpeg_has_no_complaint, exiftool_finds_no_more_to_say_than_before))
    for name in FILMS
)
