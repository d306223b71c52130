"""Rows of the ISO base media family: MP4, QuickTime, M4A, HEIC, AVIF."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hegui.label import heif, mp4
from tests.label.contract import CARRIERS, Row, digest_of, output


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


def pixels(path: Path) -> str:
    """The decoded picture by libheif, and by the AV1 decoder of ffmpeg where that can."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        output("heif-convert", path, picture)
        decoded = digest_of("ffmpeg", "-v", "error", "-i", picture, "-f", "rawvideo", "-")
    if path.suffix == ".avif":
        decoded += digest_of("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-")
    return decoded


def xmp_by_exiftool(path: Path) -> str:
    return output("exiftool", "-b", "-XMP-TC260:AIGC", path).decode()


def xmp_by_exiv2(path: Path) -> str:
    return output("exiv2", "-q", "-g", "Xmp.TC260.AIGC", "-Pv", path).decode().removesuffix("\n")


def libheif_finds_the_item(path: Path) -> None:
    assert b"XMP" in output("heif-info", path) or b"mime" in output("heif-info", path)


FILMS = ("clip.mp4", "clip-faststart.mp4", "clip-fragmented.mp4", "clip.mov", "speech.m4a")
JUDGES = {"ffprobe": by_ffprobe, "exiftool": by_exiftool, "mediainfo": by_mediainfo}
STILL = (libheif_finds_the_item, exiftool_finds_no_more_to_say_than_before)

ROWS: tuple[Row, ...] = (
    *(
        Row(name, mp4, packets, JUDGES, (ffmpeg_has_no_complaint, exiftool_finds_no_more_to_say_than_before))
        for name in FILMS
    ),
    Row("photo.heic", heif, pixels, {"exiftool": xmp_by_exiftool}, STILL),
    Row("photo.avif", heif, pixels, {"exiftool": xmp_by_exiftool, "exiv2": xmp_by_exiv2}, STILL),
)
