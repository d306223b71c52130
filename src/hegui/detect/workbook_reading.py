"""The rows of the one sheet of an Excel workbook, as texts (关键词表).

Knows sheets, cells and merged ranges; knows no column of a lexicon. Nothing is passed over: a formula, an error, a second or hidden
sheet that holds something is a fault with its place, for a term that nobody sees must not be lost, or be loaded, in silence.
A range merged downwards in one column, as first-level classes are, stands for its value in every row; others are faults.
Rules: ISO/IEC 29500-1 §18.3 (worksheets), §22.9.2.19 (escaped characters); the bounds are ours.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hegui.detect.workbook_parts import Parts, is_workbook, parse, unreadable

__all__ = ["MAX_CELL", "MAX_COLUMNS", "MAX_ROWS", "is_workbook", "read_sheet"]

MAX_ROWS, MAX_COLUMNS, MAX_CELL = 200_000, 64, 32_767
"""Rows that hold something and columns, count; characters of a cell, which is Excel's own bound."""
MAX_STRINGS, MAX_SHEETS, MAX_FAULTS = 2_000_000, 32, 100

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")

Row = tuple[int, list[str]]


def read_sheet(content: bytes, where: str) -> Iterator[Row]:
    """The rows of the visible sheet that hold something, each with its number.

    Raises:
        FileFaults: LEX003, with everything that cannot be read as a text.
    """
    parts = Parts(content, where)
    sheets = list(_sheets(parts))
    strings = _Strings(parts).found
    read = [(sheet, _Sheet(parts, sheet, strings)) for sheet in sheets]
    shown = [found for sheet, found in read if not sheet.hidden and found.rows]
    faults = [
        (f"sheet {sheet.name}", "is hidden and holds cells; show it, or delete it")
        for sheet, found in read
        if sheet.hidden and found.rows
    ]
    if len(shown) > 1:
        faults.append(("", f"{len(shown)} sheets hold cells; keep one to a workbook"))
    elif shown:
        faults += shown[0].faults
    if faults:
        raise unreadable(where, faults)
    yield from shown[0].rows if shown else ()


class _Named(NamedTuple):
    name: str
    part: str
    hidden: bool


def _sheets(parts: Parts) -> Iterator[_Named]:
    targets: dict[str, str] = {}
    named: list[tuple[str, str, bool]] = []

    def relation(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(element: str, attributes: Mapping[str, str]) -> None:
        if element == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            named.append((attributes.get("name", "")[:31], attributes.get("id", ""), hidden))
            if len(named) > MAX_SHEETS:
                raise parts.unreadable("xl/workbook.xml", f"names more than {MAX_SHEETS} sheets")

    parse(parts, "xl/_rels/workbook.xml.rels", relation)
    parse(parts, "xl/workbook.xml", sheet)
    for name, identity, hidden in named:
        part = posixpath.normpath(posixpath.join("/xl", targets.get(identity, ""))).lstrip("/")
        if not part.startswith("xl/chartsheets/"):
            yield _Named(name, part, hidden)


class _Strings:
    """The shared texts of a workbook, by number."""

    def __init__(self, parts: Parts) -> None:
        self.found: list[str] = []
        self._text: list[str] = []
        self._takes = self._phonetic = False
        self._parts = parts
        if parts.has("xl/sharedStrings.xml"):
            parse(parts, "xl/sharedStrings.xml", self._start, self._end, self._data)

    def _start(self, element: str, _: Mapping[str, str]) -> None:
        self._takes = element == "t" and not self._phonetic
        if element == "rPh":
            self._phonetic = True

    def _end(self, element: str) -> None:
        self._takes = False
        if element == "rPh":
            self._phonetic = False
        elif element == "si":
            self.found.append(_unescaped("".join(self._text)))
            self._text.clear()
            if len(self.found) > MAX_STRINGS:
                raise self._parts.unreadable("xl/sharedStrings.xml", f"holds more than {MAX_STRINGS:,} texts")

    def _data(self, text: str) -> None:
        if self._takes:
            self._text.append(text)


class _Sheet:
    """The rows of a sheet, and its faults."""

    def __init__(self, parts: Parts, sheet: _Named, strings: list[str]) -> None:
        self.rows: list[Row] = []
        self.faults: list[tuple[str, str]] = []
        self._parts, self._sheet, self._strings = parts, sheet, strings
        self._number, self._column, self._kind = 0, -1, ""
        self._cells: list[str] = []
        self._text: list[str] = []
        self._takes = self._formula = self._phonetic = False
        self._merged: list[str] = []
        parse(parts, sheet.part, self._start, self._end, self._data)
        self._fill_merged()

    def _start(self, element: str, attributes: Mapping[str, str]) -> None:
        if element == "row":
            number = attributes.get("r", "")
            self._number = (
                int(number) if number.isascii() and number.isdigit() and len(number) < 8 else self._number + 1
            )
            self._cells, self._column = [], -1
        elif element == "c":
            found = _PLACE.fullmatch(attributes.get("r", ""))
            self._column = _column(found[1]) if found else self._column + 1
            self._kind, self._formula = attributes.get("t", "n"), False
            self._text.clear()
        elif element == "f":
            self._formula = True
        elif element == "rPh":
            self._phonetic = True
        elif element == "mergeCell":
            self._merged.append(attributes.get("ref", ""))
            if len(self._merged) > MAX_ROWS:
                raise self._parts.unreadable(self._sheet.part, f"has more than {MAX_ROWS:,} merged ranges")
        self._takes = element in ("v", "t") and not self._phonetic

    def _end(self, element: str) -> None:
        self._takes = False
        if element == "rPh":
            self._phonetic = False
        elif element == "c":
            self._cell()
        elif element == "row" and any(self._cells):
            self.rows.append((self._number, self._cells))
            if len(self.rows) > MAX_ROWS:
                raise self._parts.unreadable(self._sheet.part, f"has more than {MAX_ROWS:,} rows")

    def _data(self, text: str) -> None:
        if self._takes:
            self._text.append(text)

    def _cell(self) -> None:
        text = "".join(self._text)
        if self._formula:
            self._fault("holds a formula; put its value there")
        elif self._kind == "e":
            self._fault("holds an error")
        elif self._kind == "s" and text:
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else MAX_STRINGS
            if number < len(self._strings):
                text = self._strings[number]
            else:
                self._fault("names a text that the workbook does not hold")
        elif self._kind in ("inlineStr", "str"):
            text = _unescaped(text)
        elif self._kind == "n":
            text = _number(text)
        if len(text) > MAX_CELL:
            self._fault(f"holds more than {MAX_CELL:,} characters")
        if not text:
            return
        if self._column >= MAX_COLUMNS:
            self._fault(f"stands beyond the {MAX_COLUMNS} columns that are read")
            return
        self._cells.extend([""] * (self._column + 1 - len(self._cells)))
        self._cells[self._column] = text

    def _fault(self, problem: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append((f"cell {_letters(self._column)}{self._number}", problem))
        if not any(self._cells):
            self._cells = ["?"]  # the sheet does hold something here

    def _fill_merged(self) -> None:
        spans = []
        for ref in self._merged:
            first, _, last = ref.partition(":")
            a, b = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
            if a is None or b is None or a[1] != b[1] or _column(a[1]) >= MAX_COLUMNS:
                if len(self.faults) < MAX_FAULTS:
                    self.faults.append((f"cells {ref[:20]}", "are merged; only cells one below the other may be"))
                continue
            spans.append((_column(a[1]), int(a[2]), int(b[2])))
        starts = {(column, top): bottom for column, top, bottom in spans}
        columns = {column for column, _, _ in spans}
        for column in columns:
            value, until = "", 0
            for number, cells in self.rows:
                if (bottom := starts.get((column, number))) is not None:
                    value, until = cells[column] if column < len(cells) else "", bottom
                elif number <= until and value:
                    cells.extend([""] * (column + 1 - len(cells)))
                    cells[column] = cells[column] or value


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _letters(column: int) -> str:
    letters, number = "", max(column, 0) + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _number(text: str) -> str:
    """A number as it is shown: 110, not 110.0 or 1.1E2."""
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else text


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
