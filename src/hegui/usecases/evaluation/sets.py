"""A folder of labelled sets, read one row at a time, as far as one was told to.

Knows where sets lie and that long work shows progress; refuses to know what a row means. A set is a folder NAME with
data.jsonl.gz; rows beyond the limit are not read, and a row without a text is an error with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from hegui.detect.rows import Row, read_objects, set_file
from hegui.errors import InputError

__all__ = ["Members", "Sets"]

Members = dict[str, Any]


def _is_wanted(_: Members) -> bool:
    return True


class Sets:
    """The sets of a folder.

    Args:
        limit: rows of each set that are looked at, count; None for all.
        say: called with the set and the number of each row.
    """

    def __init__(
        self, folder: Path, limit: int | None = None, say: Callable[[str, int], None] = lambda name, row: None
    ) -> None:
        self.folder, self.limit, self._say = folder, limit, say

    def has(self, name: str) -> bool:
        """Whether the folder holds the set."""
        return set_file(self.folder / name).is_file()

    def named(self, prefix: str) -> list[str]:
        """The sets whose names begin so, in order."""
        return sorted(path.name for path in self.folder.glob(prefix + "*") if self.has(path.name))

    def file(self, name: str, file: str) -> Path:
        """A file of a set that has another than data.jsonl.gz."""
        return self.folder / name / file

    def objects(self, name: str, wanted: Callable[[Members], bool] = _is_wanted) -> Iterator[Row]:
        """The rows of a set that are wanted, `limit` of them at most. Raises InputError DET402 and DET403."""
        count = 0
        for row in read_objects(self.folder / name):
            if not isinstance(row.members.get("text"), str):
                remedy = "Give each row a text and, where something is expected of it, the member expect."
                raise InputError("DET403", row.place, "the row has no text.", remedy)
            if not wanted(row.members):
                continue
            count += 1
            self._say(name, count)
            yield row
            if count == self.limit:
                return

    def rows(self, name: str, wanted: Callable[[Members], bool] = _is_wanted) -> Iterator[Members]:
        """The same, without their places."""
        return (row.members for row in self.objects(name, wanted))

    def missing(self, names: Iterable[str]) -> list[str]:
        """Which of the sets are not there."""
        return [name for name in names if not self.has(name)]
