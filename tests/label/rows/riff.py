"""WAV, WebP, AVI, Matroska and FLV."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from hegui.label import avi, flv, matroska, wav, webp
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
    tags = output("mkvextract", path, "tags", "-").decode()
    (text,) = re.findall("<Name>AIGC</Name>\\s*<String>(.*?)</String>", tags)
    return html.unescape(text)


def is_played(path: Path) -> None:
    assert output("ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-", stdin=b"") == b""


def exiv2(path: Path) -> str:
    return output("exiv2", "-K", "Xmp.TC260.AIGC", "-Pv", path).decode().rstrip("\n")


def pixels(path: Path) -> object:
    """Every frame as it is decoded, and how long it is shown."""
    with Image.open(path) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append((image.mode, image.size, image.info.get("duration"), image.tobytes()))
        return frames


def is_webp(path: Path) -> None:
    """webpinfo finds no fault, and the picture is told to hold XMP."""
    told = output("webpinfo", path).decode()
    assert "No error detected" in told
    assert "XMP: 1" in told


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
    Row(
        "clip.flv",
        flv,
        packets,
        {"exiftool": exiftool("-AIGC"), "ffprobe": ffprobe, "mediainfo": mediainfo},
        (is_played,),
    ),
    *(
        Row(name, webp, pixels, {"exiftool": exiftool("-XMP:AIGC"), "exiv2": exiv2}, (is_webp,))
        for name in ("photo.webp", "photo-lossless.webp", "anim.webp")
    ),
)
