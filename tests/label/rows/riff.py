"""WAV, WebP, AVI, Matroska and FLV."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from hegui.label import wav
from tests.label.contract import Row, digest_of, output

__all__ = ["ROWS", "packets"]


def packets(path: Path) -> str:
    """The hash of every packet and its times."""
    return digest_of("ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-")


def exiftool(tag: str) -> object:
    """A judge: what exiftool shows of this tag, without the pad byte that it takes for a part of a RIFF chunk."""
    return lambda path: output("exiftool", "-u", "-b", tag, path).decode().removesuffix("\0")


def is_played(path: Path) -> None:
    assert output("ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-", stdin=b"") == b""


ROWS: tuple[Row, ...] = tuple(
    Row(name, wav, packets, {"exiftool": exiftool("-Unknown_AIGC")}, (is_played,))
    for name in ("speech.wav", "speech-24bit-listinfo.wav")
)
