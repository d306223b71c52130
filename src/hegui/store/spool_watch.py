"""Count what waits in all spools of a machine.

Knows files; keeps a connection to each spool, because opening one costs more than asking it. A spool that was removed, or
cannot be read, counts as nothing: its own worker and the drain have noticed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hegui.store.spool import SpoolReader, spools_in

__all__ = ["SpoolWatch"]


class SpoolWatch:
    """A folder of spools, for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._readers: dict[Path, SpoolReader] = {}

    def depth(self) -> int:
        """Records that wait, count; what is being taken over may still count."""
        files = spools_in(self._folder)
        for gone in self._readers.keys() - set(files):
            self._readers.pop(gone).close()
        return sum(map(self._depth_of, files))

    def close(self) -> None:
        while self._readers:
            self._readers.popitem()[1].close()

    def _depth_of(self, file: Path) -> int:
        try:
            if file not in self._readers:
                self._readers[file] = SpoolReader(file)
            return self._readers[file].depth()
        except sqlite3.Error:
            if (reader := self._readers.pop(file, None)) is not None:
                reader.close()
            return 0
