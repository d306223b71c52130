"""The edge to ffmpeg and ffprobe, which are programs beside hegui and no part of it.

Knows how to start them so that a file can do no harm: no shell; names of files as `file:` and an absolute path, so that none is
an option or another protocol; the demuxer is named, so that a playlist in the clothes of a film opens nothing else; time,
threads and output have bounds; the environment is empty. What they say of an error is kept short, since it may quote the file.
Rules: none; this is our own. The bounds are parameters (data/explicit.yaml).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from hegui.label.explicit.media_faults import needs_ffmpeg, program_failed, too_long
from hegui.label.explicit.rules import number

__all__ = ["encoders", "ffmpeg", "folder", "given", "lines", "need_ffmpeg", "probed", "url"]

MOST_OUTPUT = 1 << 28
"""Bytes that a program may write to us."""


def need_ffmpeg() -> None:
    """Raises LabelError (LBL130) where one of the programs is missing."""
    for program in ("ffmpeg", "ffprobe"):
        if shutil.which(program) is None:
            raise needs_ffmpeg(program)


def url(path: Path) -> str:
    """A path as ffmpeg takes it, whatever it begins with.

    >>> url(Path("/tmp/-i.mp4"))
    'file:/tmp/-i.mp4'
    """
    return f"file:{os.path.abspath(path)}"


def given(path: Path, demuxer: str, *options: str) -> list[str]:
    """The words that name an input: its demuxer, what that may open, and options of its own."""
    return [
        "-protocol_whitelist", "file", "-format_whitelist", demuxer, "-f", demuxer.split(",")[0],
        "-max_pixels", str(int(number("picture.most_pixels"))), *options, "-i", url(path),
    ]  # fmt: skip


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of our own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hegui-") as name:
        yield Path(name)


def ffmpeg(
    words: Sequence[str], where: str, *, stdin: bytes = b"", whole: bool = False, most: int = MOST_OUTPUT
) -> bytes:
    """What ffmpeg writes to its standard output.

    Args:
        words: inputs, filters and outputs.
        where: the file's name, for messages.
        stdin: what it reads from `pipe:0`.
        whole: whether it encodes a whole file, and so may take longer.
        most: bytes it may write.
    Raises:
        LabelError: LBL130 missing, LBL131 failed, LBL137 wrote more than it may.
    """
    threads = str(int(number("program.threads")))
    head = [
        "ffmpeg",
        "-nostdin",
        "-hide_banner",
        "-v",
        "error",
        "-filter_threads",
        threads,
        "-filter_complex_threads",
        threads,
    ]
    return _run([*head, *words], where, stdin, number("program.whole_seconds" if whole else "program.seconds"), most)


def probed(path: Path, demuxer: str, where: str) -> dict[str, Any]:
    """Streams and format of a file, as ffprobe tells them. Raises LabelError (LBL130, LBL131)."""
    words = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", *given(path, demuxer)]
    try:
        found = json.loads(_run(words, where, b"", number("program.seconds"), 1 << 24))
    except ValueError:
        raise program_failed(where, "ffprobe", "it answers with no JSON") from None
    return found if isinstance(found, dict) else {}


def lines(words: Sequence[str], where: str) -> Iterator[str]:
    """What ffmpeg writes, line by line, kept on disk meanwhile. Raises as `ffmpeg`."""
    with folder() as place:
        out = place / "lines"
        ffmpeg([*words, url(out)], where)
        with out.open(encoding="ascii", errors="replace") as file:
            yield from file


@cache
def encoders() -> frozenset[str]:
    """The names of the encoders this ffmpeg has. Raises LabelError (LBL130, LBL131)."""
    text = ffmpeg(["-encoders"], "").decode("ascii", "replace")
    return frozenset(words[1] for line in text.splitlines() if len(words := line.split()) > 2)


def _run(words: Sequence[str], where: str, stdin: bytes, seconds: float, most: int) -> bytes:
    program = shutil.which(words[0])
    if program is None:
        raise needs_ffmpeg(words[0])
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        try:
            done = subprocess.run(
                [program, *words[1:]], input=stdin, stdout=out, stderr=complaints, timeout=seconds, check=False,
                env=environment, cwd="/",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise program_failed(where, words[0], "it took too long") from None
        except OSError as error:
            raise program_failed(where, words[0], type(error).__name__) from error
        if done.returncode:
            raise program_failed(where, words[0], f"it ended with {done.returncode}")
        if out.tell() > most:
            raise too_long(where, "a program wrote more than is taken")
        out.seek(0)
        return out.read()
