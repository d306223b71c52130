"""The texts of files and folders, one at a time: lines of .txt, objects of .jsonl, either of them gzipped.

Knows files; refuses to know what a text means. Works line by line, so that memory is bounded by the longest line, which is bounded
itself; a row without a text is counted and left out, a line that is no row is an error with its place.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from hegui.errors import InputError

__all__ = ["FIELDS", "MAX_LINE", "Document", "documents"]

MAX_LINE = 16 * 1024 * 1024
"""Bytes of one line, count."""

FIELDS = ("text", "content", "prompt", "query", "question", "input", "answer", "response", "output")
"""Members of an object that are taken for its text, the first that is there."""

_ENDINGS = (".txt", ".jsonl", ".txt.gz", ".jsonl.gz")
_REMEDY = (
    "Give .txt (a text a line) or .jsonl (an object a line; name its member for the text with --field), gzipped or not."
)


class Document(NamedTuple):
    """A text and where it stands; None where the row has no text."""

    place: str
    text: str | None


def documents(paths: Iterable[Path], field: str | None = None) -> Iterator[Document]:
    """Every text of the files, and of the files in the folders, by name.

    Raises:
        InputError: LEX008, a file that is none of the kinds, or cannot be read to its end.
    """
    for path in paths:
        found = sorted(one for one in path.rglob("*") if one.is_file() and _fits(one)) if path.is_dir() else [path]
        if not found:
            raise InputError("LEX008", str(path), "the folder holds no file that can be read.", _REMEDY)
        for file in found:
            if not _fits(file):
                raise InputError("LEX008", str(file), "the file is of another kind.", _REMEDY)
            yield from _rows(file, field)


def _fits(file: Path) -> bool:
    return file.name.endswith(_ENDINGS)


def _rows(file: Path, field: str | None) -> Iterator[Document]:
    is_lines = file.name.endswith((".txt", ".txt.gz"))
    number = 0
    try:
        with _opened(file) as lines:
            while line := lines.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    raise InputError("LEX008", f"{file}:{number}", "the line is too long to be a row.", _REMEDY)
                if line := line.strip():
                    place = f"{file}:{number}"
                    yield Document(place, _decoded(line, place) if is_lines else _text_of(line, place, field))
    except (OSError, EOFError, zlib.error):
        raise InputError("LEX008", f"{file}:{number + 1}", "the file cannot be read to its end.", _REMEDY) from None


def _opened(file: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(file, "rb")) if file.name.endswith(".gz") else file.open("rb")


def _decoded(line: bytes, place: str) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("LEX008", place, "the line is not UTF-8.", _REMEDY) from None


def _text_of(line: bytes, place: str, field: str | None) -> str | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise InputError("LEX008", place, "the line is not a JSON object in UTF-8.", _REMEDY)
    for name in (field,) if field is not None else FIELDS:
        if isinstance(found := row.get(name), str):
            return found
    return None
