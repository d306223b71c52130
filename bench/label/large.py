"""Large films and sound, made by ffmpeg: a few seconds of a test picture with noise, repeated without encoding it again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

__all__ = ["BUILDERS", "build"]

QUIET = ("ffmpeg", "-nostdin", "-loglevel", "error", "-y")


def build(name: str, path: Path, size: int) -> None:
    """A file of about `size` bytes. Raises CalledProcessError, FileNotFoundError."""
    BUILDERS[name](path, size)


def _film(*muxing: str) -> Callable[[Path, int], None]:
    def made(path: Path, size: int) -> None:
        clip = path.with_name("clip.nut")
        picture = "testsrc2=size=1280x720:rate=25,noise=alls=60:allf=t"
        _run("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine", "-t", "2", "-c:v", "mpeg4", "-q:v", "1",
             "-c:a", "aac", str(clip))  # fmt: skip
        times = max(1, round(size / clip.stat().st_size))
        _run("-stream_loop", str(times - 1), "-i", str(clip), "-c", "copy", "-fflags", "+genpts", *muxing, str(path))
        clip.unlink()

    return made


def _sound(path: Path, size: int) -> None:
    _run("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", str(size / 192_000), "-ac", "2", str(path))


def _run(*arguments: str) -> None:
    subprocess.run([*QUIET, *arguments], check=True)


BUILDERS: dict[str, Callable[[Path, int], None]] = {
    "moov-at-the-end.mp4": _film(),
    "moov-in-front.mp4": _film("-movflags", "+faststart"),
    "moov-in-front-with-room.mp4": _film("-moov_size", "400000"),
    "film.mkv": _film(),
    "sound.wav": _sound,
}
