"""Carriers of sound: MP3, ADTS, FLAC, Ogg."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

from hegui.label import aac, flac, mp3, ogg
from hegui.label.codec import Codec
from tests.label.contract import Row, output

__all__ = ["ROWS", "by_exiftool", "by_ffprobe", "by_mediainfo", "payload"]


def payload(path: Path) -> tuple[list[bytes], str]:
    """The packets with their times, and the hash of the decoded samples.

    Behind the packets ffmpeg prints their side data; the comments of Ogg are among them, and are no payload.
    """
    packets = output("ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-f", "framemd5", "-")
    samples = output("ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-f", "s16le", "-")
    lines = [line.partition(b", S=")[0] for line in packets.splitlines() if not line.startswith(b"#")]
    return lines, hashlib.sha256(samples).hexdigest()


def by_ffprobe(path: Path, section: str = "format") -> str:
    shown = json.loads(output("ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", path))
    sound = next(stream for stream in shown["streams"] if stream["codec_type"] == "audio")
    tags = (shown["format"] if section == "format" else sound)["tags"]
    return str(tags["AIGC"])


def by_exiftool(path: Path, tag: str = "UserDefinedText") -> str:
    (shown,) = json.loads(output("exiftool", "-j", "-struct", f"-{tag}", path))
    return str(shown[tag]).removeprefix("(AIGC) ")


def by_mediainfo(path: Path) -> str:
    (general, *_) = json.loads(output("mediainfo", "--Output=JSON", path))["media"]["track"]
    return str(general["extra"]["AIGC"])


def decodes_quietly(path: Path) -> None:
    assert output("ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-") == b""


TAGGED: dict[str, Callable[[Path], str]] = {"ffprobe": by_ffprobe, "exiftool": by_exiftool, "mediainfo": by_mediainfo}


COMMENTED: dict[str, Callable[[Path], str]] = {
    "ffprobe": by_ffprobe,
    "exiftool": lambda path: by_exiftool(path, "Aigc"),
    "mediainfo": by_mediainfo,
}


def by_flac(path: Path) -> None:
    """The reference decoder finds nothing to complain of, and the samples have the hash that STREAMINFO says."""
    output("flac", "--test", "--silent", "--warnings-as-errors", path)


IN_STREAM = {**COMMENTED, "ffprobe": lambda path: by_ffprobe(path, "streams")}


def by_ogginfo(path: Path, program: str = "ogginfo") -> str:
    (line,) = re.findall(rb"^\tAIGC=(.*)$", output(program, path), re.MULTILINE)
    return str(line.decode())


def by_opusinfo(path: Path) -> str:
    return by_ogginfo(path, "opusinfo")


def by_ogg_tools(path: Path) -> None:
    """Numbers of pages, check sums and granule positions are right."""
    program = "opusinfo" if path.suffix == ".opus" else "ogginfo"
    assert b"WARNING" not in output(program, path)


def tagged(carrier: str, codec: Codec) -> Row:
    return Row(carrier, codec, payload, TAGGED, (decodes_quietly,))


ROWS = (
    tagged("speech.mp3", mp3),
    tagged("speech-id3v23-v1.mp3", mp3),
    tagged("speech.aac", aac),
    Row("speech.flac", flac, payload, COMMENTED, (decodes_quietly, by_flac)),
    Row("speech.ogg", ogg, payload, {**IN_STREAM, "ogginfo": by_ogginfo}, (decodes_quietly, by_ogg_tools)),
    Row("speech.opus", ogg, payload, {**IN_STREAM, "opusinfo": by_opusinfo}, (decodes_quietly, by_ogg_tools)),
)
