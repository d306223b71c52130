"""Keep a log in a folder, each file complete or not there (see `atomic_folder`).

Knows files; knows not what is in them. When a full tile is there, its partial ones are removed: it begins with their bytes.
Rules: docs/ledger-format.md §3; C2SP tlog-tiles, "Partial Tiles".
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from hegui.errors import InputError
from hegui.ledger.log import overtaken
from hegui.store.atomic_folder import AtomicFolder

__all__ = ["TileFolder", "check_path"]

_SAFE = re.compile(r"[a-z0-9]+(?:[./][a-z0-9]+)*")
_CHECKPOINT = "checkpoint"


class TileFolder:
    """A folder as `ledger.log.Tiles`.

    Args:
        folder: made when the first file is written. It may be served by any web server as it is.
        durable: whether a write returns only after the disk has it; False is for tests and for logs that can be made again.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._files = AtomicFolder(folder, durable=durable)

    def read(self, path: str) -> bytes | None:
        """The file, None where there is none."""
        return self._files.read(self._place(path))

    def write(self, path: str, data: bytes) -> None:
        """Make a file; one that is there is replaced by the same bytes."""
        place = self._place(path)
        self._files.replace(place, data)
        partial = place.with_name(f"{place.name}.p")
        if partial.is_dir():
            shutil.rmtree(partial)
            self._files.forget()

    def write_checkpoint(self, data: bytes, *, over: bytes | None) -> None:
        """Replace the checkpoint `over`, for every reader at once. Looked at before, not locked: writers of a folder take
        turns by the lock beside the key. Raises LogError (LED094)."""
        place = self._place(_CHECKPOINT)
        if self._files.read(place) != over:
            raise overtaken(str(place))
        self._files.replace(place, data)

    def _place(self, path: str) -> Path:
        return self._files.root / check_path(path)


def check_path(path: str) -> str:
    """The path. Raises InputError (LED096) for what could lead elsewhere."""
    if not _SAFE.fullmatch(path):
        raise InputError("LED096", "ledger folder", "the path is not one of a log", "Ask for tile/… or checkpoint.")
    return path
