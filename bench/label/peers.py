"""Other programs that write a text into a file's metadata, or make the file again around its streams."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ExifTool", "changed_by_exiftool", "remuxed", "tagged_by_mkvpropedit"]

TEXT = '{"Label":"1","ContentProducer":"001191110102MAD55U9H0F10002","ProduceID":"01JC-7f3a"}'
TAGS = f"<Tags><Tag><Simple><Name>AIGC</Name><String>{TEXT}</String></Simple></Tag></Tags>"


class ExifTool:
    """exiftool that stays open, so that its start is not measured."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[ExifTool | None]:
        """None where it is not installed."""
        if shutil.which("exiftool") is None:
            yield None
            return
        command = ["exiftool", "-stay_open", "True", "-@", "-"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            tool = cls(process)
            tool._say("-ver\n-execute\n")
            yield tool
            assert process.stdin is not None
            process.stdin.write(b"-stay_open\nFalse\n")
            process.stdin.close()

    def read(self, path: Path) -> bytes:
        """All tags, as JSON."""
        return self._say(f"-json\n{path}\n-execute\n")

    def _say(self, words: str) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(words.encode())
        self._process.stdin.flush()
        found = b""
        while not found.rstrip().endswith(b"{ready}"):
            line = self._process.stdout.readline()
            if not line:
                raise OSError("exiftool ended")
            found += line
        return found


def changed_by_exiftool(source: Path, target: Path) -> None:
    """A description in XMP. Raises CalledProcessError where it writes no such format."""
    _run("exiftool", "-q", "-api", "LargeFileSupport=1", f"-XMP-dc:Description={TEXT}", "-o", str(target), str(source))


def remuxed(source: Path, target: Path) -> None:
    """Every stream copied into a new file with a tag AIGC."""
    _run("ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", str(source), "-map", "0", "-c", "copy",
         "-movflags", "use_metadata_tags", "-metadata", f"AIGC={TEXT}", str(target))  # fmt: skip


def tagged_by_mkvpropedit(target: Path) -> None:
    """A tag AIGC in a Matroska file, in place."""
    tags = target.with_name("tags.xml")
    tags.write_text(TAGS, encoding="utf-8")
    try:
        _run("mkvpropedit", str(target), "--tags", f"global:{tags}")
    finally:
        tags.unlink()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
