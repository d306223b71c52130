"""Keep a log in a folder: every file complete or not there, and still there after a loss of power.

Knows files; knows not what is in them. Works by writing a draft, syncing it, renaming it to its place and syncing the
folders up to the log's own. When a full tile is there, its partial ones are removed: it begins with their bytes.
Rules: docs/ledger-format.md §3; C2SP tlog-tiles, "Partial Tiles".
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from functools import lru_cache
from pathlib import Path

from hegui.errors import InputError

__all__ = ["TileFolder"]

_SAFE = re.compile(r"[a-z0-9]+(?:[./][a-z0-9]+)*")
_CHECKPOINT = "checkpoint"


class TileFolder:
    """A folder as `ledger.log.Tiles`.

    Args:
        folder: made when the first file is written. It may be served by any web server as it is.
        durable: whether a write returns only after the disk has it; False is for tests and for logs that can be made again.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self._durable = durable
        self._anchored = lru_cache(maxsize=256)(self._anchor)

    def read(self, path: str) -> bytes | None:
        """The file, None where there is none."""
        try:
            return self._place(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, path: str, data: bytes) -> None:
        """Make a file; one that is there is replaced by the same bytes."""
        place = self._place(path)
        self._replace(place, data)
        partial = place.with_name(f"{place.name}.p")
        if partial.is_dir():
            shutil.rmtree(partial)
            self._anchored.cache_clear()

    def write_checkpoint(self, data: bytes) -> None:
        """Replace the checkpoint, for every reader at once."""
        self._replace(self._place(_CHECKPOINT), data)

    def _place(self, path: str) -> Path:
        if not _SAFE.fullmatch(path):
            raise InputError("LED096", "ledger folder", "the path is not one of a log", "Ask for tile/… or checkpoint.")
        return self._folder / path

    def _replace(self, place: Path, data: bytes) -> None:
        self._anchored(place.parent)
        draft = place.with_name(f".{place.name}.{os.getpid()}.{secrets.token_hex(8)}")
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
            draft.replace(place)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        self._sync(place.parent)

    def _anchor(self, folder: Path) -> None:
        """Make a folder and those above it, and sync its name; once each, for a writer before us may have died halfway."""
        if folder == self._folder:
            folder.mkdir(parents=True, exist_ok=True)
        else:
            self._anchored(folder.parent)
            folder.mkdir(exist_ok=True)
        self._sync(folder.parent)

    def _sync(self, folder: Path) -> None:
        if not self._durable:
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
