"""Read texts to replay from a file, or from every such file of a folder: lines of text, or JSON Lines, gzipped or not.

Knows what a row may hold: `text`, the body of a request, or an answer. Knows no policy. Reads a line at a time, and a fault
ends the reading with its place: a report over half a file would look like one over all of it.
Rules: none.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from hegui.errors import InputError
from hegui.moderate.policy import Direction
from hegui.moderate.wire import decode_json
from hegui.usecases.policy_replay import Placed
from hegui.usecases.replay_material import AnswerBytes, Material, PlainText, PromptBytes

__all__ = ["files_in", "texts_of"]

MOST_LINE = 64 << 20
"""Bytes of one line, count."""

_ROWS = (".jsonl", ".ndjson", ".json")
_LINES = (".txt",)
_REMEDY = "Mend the line, or take it out, and replay again."


def files_in(place: Path) -> tuple[tuple[Path, ...], int]:
    """The files to read, in the order of their names, and how many others of the folder are passed over.

    Raises InputError RPL002: the folder holds none.
    """
    if not place.is_dir():
        return (place,), 0
    files = sorted(file for file in place.rglob("*") if file.is_file())
    chosen = tuple(file for file in files if _suffix(file) in (*_ROWS, *_LINES))
    if not chosen:
        remedy = "Name a folder with files that end in .txt, .jsonl, .ndjson or .json, or in one of these and .gz."
        raise InputError("RPL002", str(place), "the folder holds no file of texts.", remedy)
    return chosen, len(files) - len(chosen)


def texts_of(file: Path, direction: Direction, name: str) -> Iterator[Placed]:
    """The texts of a file, each called `name:line` or by the `id` of its row; empty lines are none.

    Args:
        direction: of a text that does not say; the body of a request is a prompt, one with choices or output an answer.
    Raises:
        InputError: RPL001, with the line that is none; RPL003, the file cannot be read.
    """
    is_rows = _suffix(file) in _ROWS
    for number, line in _numbered(file):
        if not line.strip():
            continue
        place = f"{file}:{number}"
        if is_rows:
            row = _row(line, place)
            yield Placed(_id(row) or f"{name}:{number}", _material(row, line, direction, place))
        else:
            yield Placed(f"{name}:{number}", PlainText(_text(line, place), direction))


def _suffix(file: Path) -> str:
    return Path(file.stem if file.suffix == ".gz" else file.name).suffix.lower()


def _numbered(file: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        with _opened(file) as lines:
            while line := lines.readline(MOST_LINE + 1):
                number += 1
                if len(line) > MOST_LINE:
                    problem = f"a line of more than {MOST_LINE} bytes."
                    raise InputError("RPL001", f"{file}:{number}", problem, _REMEDY)
                yield number, line.rstrip(b"\r\n") if number > 1 else line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
    except (OSError, EOFError, zlib.error) as error:
        problem = f"the file cannot be read beyond line {number}: {error.__class__.__name__}."
        remedy = "Name a file that can be read; what ends in .gz must be gzip, and whole."
        raise InputError("RPL003", str(file), problem, remedy) from None


def _opened(file: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(file)) if file.suffix == ".gz" else file.open("rb")


def _text(line: bytes, place: str) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InputError("RPL001", place, f"byte {error.start + 1} of the line is not UTF-8.", _REMEDY) from None


def _row(line: bytes, place: str) -> dict[str, Any]:
    try:
        row = decode_json(line)
    except ValueError:
        row = None
    if type(row) is not dict:
        raise InputError("RPL001", place, "the line is not a JSON object in UTF-8.", _REMEDY)
    return row


def _id(row: dict[str, Any]) -> str:
    found = row.get("id")
    return str(found)[:100] if type(found) in (str, int) else ""


def _material(row: dict[str, Any], line: bytes, direction: Direction, place: str) -> Material:
    if type(row.get("text")) is str:
        said = row.get("direction", direction)
        if said not in ("prompt", "answer"):
            raise InputError("RPL001", place, "direction is neither prompt nor answer.", _REMEDY)
        return PlainText(row["text"], said)
    if any(row.get(name) is not None for name in ("messages", "prompt", "input")):
        return PromptBytes(line)
    if row.get("choices") is not None:
        return AnswerBytes(line)
    if row.get("output") is not None:
        return AnswerBytes(line, "responses")
    problem = "the row holds neither a text nor the body of a request or an answer."
    raise InputError("RPL001", place, problem, "Give it the member text, or messages as a request has them.")
