"""Read a lexicon from CSV, JSON Lines or an Excel workbook, with every fault listed, and the package's starter list.

Knows how each format gives rows; what the cells mean, `lexicon_rows` knows. Knows no store.
A CSV or a sheet has a header line; only the term and its risk are needed. The format is told by the first bytes, not by the name.
Rules: RFC 4180 for CSV, where a quote before = + - @ is the guard that `lexicon_writing` puts there and is taken off again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import zip_longest
from typing import Any

from hegui.detect.lexicon import Lexicon
from hegui.detect.lexicon_rows import NAMES, RowReader
from hegui.detect.workbook_reading import is_workbook, read_sheet
from hegui.errors import FileFaults
from hegui.kernel.collector import collector_paused

__all__ = ["MAX_FILE", "read_lexicon", "starter_lexicon"]

MAX_FILE = 128 * 1024 * 1024
"""Bytes of a list's file, count: a hundred times a large one."""

_REMEDY = "Mend the file, then run: hegui lexicon check FILE"
_GUARDED = re.compile("'+[=+\\-@\t\r]")


def starter_lexicon() -> Lexicon:
    """The list that ships with hegui: a few terms of trade in drugs, weapons, fraud and the like, of our own writing."""
    return read_lexicon(files("hegui.detect").joinpath("data/starter.csv").read_bytes(), "starter.csv")


def read_lexicon(content: bytes, where: str) -> Lexicon:
    """The lexicon in a file's bytes: an Excel workbook, or CSV or JSON Lines in UTF-8.

    Raises:
        FileFaults: LEX001 with every fault and its line.
    """
    if len(content) > MAX_FILE:
        faults = [("", f"the file is larger than {MAX_FILE // 1024 // 1024} MiB, which no list is")]
        raise FileFaults("LEX001", where, faults, _REMEDY)
    if is_workbook(content):
        reader = RowReader("row")
        rows = _sheet_rows(reader, content, where)
    else:
        reader = RowReader()
        text = _text(content, where)
        rows = _json_rows(reader, text) if text.lstrip().startswith("{") else _csv_rows(reader, text)
    with collector_paused():
        terms = [term for at, row in rows if (term := reader.term(at, row)) is not None]
    if not terms and not reader.faults:
        reader.fault(1, "the file holds no term")
    if reader.faults:
        raise FileFaults("LEX001", where, reader.faults, _REMEDY)
    return Lexicon(tuple(terms))


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults = [(f"byte {error.start}", "not UTF-8")]
        raise FileFaults("LEX001", where, faults, "Save the file as UTF-8, then load it again.") from None


Rows = Iterator[tuple[int, Mapping[str, Any]]]


def _sheet_rows(reader: RowReader, content: bytes, where: str) -> Rows:
    sheet = read_sheet(content, where)
    header_at, header = next(sheet, (1, []))
    while header and not header[-1]:
        header.pop()
    columns = reader.columns(header, header_at)
    for at, cells in sheet if columns else ():
        if any(cells[len(columns) :]):
            reader.fault(at, f"{len(cells)} cells under {len(columns)} columns")
        elif any(cells):
            yield at, dict(zip_longest(columns, cells[: len(columns)], fillvalue=""))


def _csv_rows(reader: RowReader, text: str) -> Rows:
    rows = csv.reader(io.StringIO(text))
    try:
        columns = reader.columns([_unguarded(name) for name in next(rows, [])])
        for row in rows if columns else ():
            if not any(row):
                continue
            if len(row) > len(columns):
                reader.fault(rows.line_num, f"{len(row)} cells under {len(columns)} columns")
                continue
            if "'" in row[0] or any("'" in cell for cell in row):
                row = list(map(_unguarded, row))
            yield rows.line_num, dict(zip(columns, row, strict=False))
    except csv.Error:
        reader.fault(rows.line_num + 1, "a cell is too long, or a quotation mark is not closed")


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _json_rows(reader: RowReader, text: str) -> Rows:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            reader.fault(number, "not a JSON object")
            continue
        unknown = [name for name in row if name not in NAMES]
        if unknown:
            reader.fault(number, f"unknown members {', '.join(unknown)}")
            continue
        yield number, {NAMES[name]: value for name, value in row.items()}
