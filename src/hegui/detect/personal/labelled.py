"""Read texts and labelled rows from files, and say what is wrong with them.

Knows the members of a row and UTF-8; files of rows are read by `detect.rows`. Rows need `text`; `spans` hold start, end (raw
characters) and type; `lang` is zh or en.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hegui.detect.rows import Row, read_objects
from hegui.errors import InputError

__all__ = ["checked", "read_rows", "read_text"]


def read_text(file: Path) -> str:
    """A whole file. Raises InputError PER001 where it is not UTF-8."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("PER001", str(file), "the file is not UTF-8.", "Convert it to UTF-8 and run again.") from error


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, or of data.jsonl.gz in a folder. Raises InputError DET402, and PER002 for a row of another kind."""
    return (checked(row) for row in read_objects(path))


def checked(row: Row) -> dict[str, Any]:
    """The members of a row of our kind. Raises InputError PER002."""
    return _row(row.members, row.place)


def _row(row: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(row.get("text"), str) or row.get("lang", "zh") not in ("zh", "en"):
        raise _fault(where, "the row is not an object with text, and lang zh or en.")
    spans = row.get("spans") or []
    if not isinstance(spans, list) or not all(_is_span(span, len(row["text"])) for span in spans):
        raise _fault(where, "spans is not a list of start, end and type within the text.")
    return row


def _is_span(span: Any, size: int) -> bool:
    if not isinstance(span, dict) or not isinstance(span.get("type"), str):
        return False
    start, end = span.get("start"), span.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= size


def _fault(where: str, problem: str) -> InputError:
    return InputError(
        "PER002",
        where,
        problem,
        "Give JSON Lines with text, lang and spans of start, end and type; see docs/personal.md.",
    )
