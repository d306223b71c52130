"""Read the rows of a labelled set, one at a time, and say which of them is none.

Knows JSON Lines, plain or gzipped, in a file or as data.jsonl.gz in a folder; refuses to know what a row means.
Works line by line, so that memory is bounded by the longest line, which is itself bounded by MAX_LINE.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from hegui.errors import InputError

__all__ = ["MAX_LINE", "Row", "read_objects", "set_file"]

MAX_LINE = 64 * 1024 * 1024
"""Bytes of one line, count; a longer one is no row but a mistake, or a bomb in a gzip file."""

_REMEDY = "Give JSON Lines in UTF-8, gzipped or not: one object a line."


class Row(NamedTuple):
    """An object, and where it stands: file and line."""

    place: str
    members: dict[str, Any]


def set_file(path: Path) -> Path:
    """The file of a set that was named by its folder or by itself."""
    return path / "data.jsonl.gz" if path.is_dir() else path


def read_objects(path: Path) -> Iterator[Row]:
    """Every object of a file, or of data.jsonl.gz in a folder, in order. Raises InputError DET402."""
    file, number = set_file(path), 0
    if not file.is_file():
        raise InputError("DET402", str(file), "there is no such file.", _REMEDY)
    try:
        with _open(file) as lines:
            while line := lines.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise _fault(f"{file}:{number}", "the line is too long to be a row.")
                if line.strip():
                    yield Row(f"{file}:{number}", _object(line, f"{file}:{number}"))
    except (OSError, EOFError, zlib.error) as error:
        raise _fault(f"{file}:{number + 1}", "the file cannot be read to its end.") from error


def _open(file: Path) -> BinaryIO:
    with file.open("rb") as peeked:
        is_packed = peeked.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(file, "rb")) if is_packed else file.open("rb")


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise _fault(place, "the line is not a JSON object in UTF-8.")
    return row


def _fault(place: str, problem: str) -> InputError:
    return InputError("DET402", place, problem, _REMEDY)
