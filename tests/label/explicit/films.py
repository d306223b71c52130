"""Small films and sounds for the tests, made once by ffmpeg, and what ffmpeg and ffprobe say of them as judges."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, pieces
from tests.label.contract import CARRIERS
from tests.label.explicit.judges import need, run

__all__ = ["CARRIERS", "applied", "decoded", "film", "packets", "probe", "samples", "sound"]

FILM = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=12:d={seconds}", "-f", "lavfi", "-i", "sine=440:d={seconds}")


@cache
def _folder() -> Path:
    return Path(mkdtemp(prefix="hegui-films-"))


@cache
def film(name: str, *options: str, seconds: int = 6) -> Path:
    """A film of 160 x 120 at 12 frames a second with a tone, coded with these options."""
    need("ffmpeg", "ffprobe")
    inputs = [part.format(seconds=seconds) for part in FILM]
    out = _folder() / name
    run("ffmpeg", "-nostdin", "-v", "error", "-y", *inputs, *options, "-shortest", out)
    return out


@cache
def sound(name: str, *options: str, source: str = "speech.wav") -> Path:
    """Speech, coded with these options."""
    need("ffmpeg", "ffprobe")
    out = _folder() / name
    run("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", CARRIERS / source, *options, out)
    return out


def applied(path: Path, splices: tuple[Splice, ...], folder: Path, name: str = "") -> Path:
    """The file with the splices applied, in a folder of the test's own."""
    out = folder / (name or f"marked-{path.name}")
    with path.open("rb") as file, out.open("wb") as target:
        for piece in pieces(Source(file), splices):
            target.write(piece)
    return out


def packets(path: Path, *maps: str) -> list[tuple[str, ...]]:
    """Every packet as it stands: stream, decoding and showing time, duration, size, digest."""
    need("ffmpeg")
    options = ("-copyts", "-i", path, *(maps or ("-map", "0")), "-c", "copy", "-avoid_negative_ts", "disabled")
    text = run("ffmpeg", "-nostdin", "-v", "error", *options, "-f", "framemd5", "-").decode()
    return [tuple(part.strip() for part in line.split(",")) for line in text.splitlines() if not line.startswith("#")]


def decoded(path: Path) -> list[tuple[str, ...]]:
    """Every frame of the video: when it is shown, and its digest. ffmpeg must have nothing to complain of."""
    need("ffmpeg")
    options = ["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]
    words = ["ffmpeg", "-nostdin", "-v", "warning", "-err_detect", "crccheck", "-copyts", "-i", str(path), *options]
    done = subprocess.run(words, capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    lines = (line.split(",") for line in done.stdout.decode().splitlines() if not line.startswith("#"))
    return [(line[2].strip(), line[5].strip()) for line in lines]


def samples(path: Path, form: str = "s16le", *options: str) -> bytes:
    """The decoded sound."""
    need("ffmpeg")
    return run("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:a:0", *options, "-f", form, "-")


def probe(path: Path) -> dict[str, Any]:
    """What ffprobe tells."""
    need("ffprobe")
    words = ("-show_format", "-show_streams", "-show_chapters", "-of", "json")
    found: dict[str, Any] = json.loads(run("ffprobe", "-v", "error", *words, path))
    found["format"].pop("filename")
    return found
