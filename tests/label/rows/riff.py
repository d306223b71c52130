"""WAV, WebP, AVI, Matroska and FLV."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hegui.label import avi, wav
from tests.label.contract import Row, digest_of, output

__all__ = ["ROWS", "packets"]


def packets(path: Path) -> str:
    """The hash of every packet and its times."""
    return digest_of("ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-")


def exiftool(*tags: str) -> Callable[[Path], str]:
    """A judge: what exiftool shows of this tag, without the pad byte that it takes for a part of a RIFF chunk."""
    return lambda path: output("exiftool", "-u", "-b", *tags, path).decode().removesuffix("\0")


def ffprobe(path: Path) -> str:
    return (
        output("ffprobe", "-v", "error", "-show_entries", "format_tags=AIGC", "-of", "csv=p=0:escape=none", path)
        .decode()
        .rstrip("\n")
    )


def mediainfo(path: Path) -> str:
    report = json.loads(output("mediainfo", "--Output=JSON", path))
    return str(report["media"]["track"][0]["extra"]["AIGC"])


def is_played(path: Path) -> None:
    assert output("ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-", stdin=b"") == b""


ROWS: tuple[Row, ...] = (
    *(
        Row(name, wav, packets, {"exiftool": exiftool("-Unknown_AIGC")}, (is_played,))
        for name in ("speech.wav", "speech-24bit-listinfo.wav")
    ),
    Row(
        "clip.avi",
        avi,
        packets,
        {"exiftool": exiftool("-Unknown_AIGC"), "ffprobe": ffprobe, "mediainfo": mediainfo},
        (is_played,),
    ),
)
