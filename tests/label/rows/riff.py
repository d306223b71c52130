"""WAV, WebP, AVI, Matroska and FLV."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from hegui.label import avi, matroska, wav
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


def mkvextract(path: Path) -> str:
    tags = ElementTree.fromstring(output("mkvextract", path, "tags", "-"))
    (text,) = (one.findtext("String") for one in tags.iter("Simple") if one.findtext("Name") == "AIGC")
    return str(text)


def is_played(path: Path) -> None:
    assert output("ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-", stdin=b"") == b""


def is_matroska(path: Path) -> None:
    """mkvmerge finds nothing wrong, and as many tags as there were tracks' and one for the file."""
    found = json.loads(output("mkvmerge", "-J", path))
    assert (found["errors"], found["warnings"]) == ([], [])
    assert [one["num_entries"] for one in found["global_tags"]] == [2]


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
    *(
        Row(
            name,
            matroska,
            packets,
            {"ffprobe": ffprobe, "mediainfo": mediainfo, "mkvextract": mkvextract},
            (is_played, is_matroska),
        )
        for name in ("clip.mkv", "clip.webm")
    ),
)
