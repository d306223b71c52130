"""Write a lexicon: as the keyword sheet of a filing (备案关键词表), or whole, as CSV, JSON Lines or an Excel workbook.

Knows columns and formats; knows no store. The filing sheet holds the keyword and its two classes and nothing else, in the order
of the risks; the whole form is read back as the same list. In CSV, which spreadsheets take for formulas, a cell that begins with
= + - or @ gets a quote before it, which `lexicon_files` takes off again.
Rules: the columns of attachment 4 of the filing package (关键词, 一级分类, 二级分类) as practice has them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from hegui.detect.lexicon import Lexicon, Term, term_row
from hegui.detect.lexicon_rows import COLUMNS
from hegui.detect.risk_names import class_of
from hegui.detect.risks import risks
from hegui.detect.workbook_writing import workbook
from hegui.errors import InputError

__all__ = ["FORMS", "Form", "WrittenAs", "write_lexicon"]

Form = Literal["filing", "whole"]
WrittenAs = Literal["xlsx", "csv", "jsonl"]

FORMS: tuple[Form, ...] = get_args(Form)
FILING_COLUMNS = ("关键词", "一级分类", "二级分类")

_WHOLE_COLUMNS = tuple(column for column in COLUMNS if column != "class")
_LIKE_FORMULA = re.compile("'*[=+\\-@\t\r]")
_BOM = "\ufeff".encode()


def write_lexicon(lexicon: Lexicon, form: Form, written_as: WrittenAs, *, bom: bool = False) -> bytes:
    """The bytes of the file; `bom` puts the mark before a CSV by which Excel knows UTF-8.

    Raises:
        InputError: LEX004, a text of the list cannot be written in this format.
    """
    if written_as == "jsonl":
        if form == "filing":
            raise InputError("LEX004", "", "the filing sheet is a table.", "Name a file that ends in .xlsx or .csv")
        return lexicon.lines()
    header, rows = _filing(lexicon) if form == "filing" else _whole(lexicon)
    if written_as == "xlsx":
        return workbook("关键词", header, rows)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(header)
    table.writerows([_guarded(cell) for cell in row] for row in rows)
    return (_BOM if bom else b"") + text.getvalue().encode()


Table = tuple[Sequence[str], Iterable[Sequence[str]]]


def _filing(lexicon: Lexicon) -> Table:
    order = {risk: place for place, risk in enumerate(risks())}
    terms = sorted(lexicon.terms, key=lambda term: order[term.risk])
    return FILING_COLUMNS, [(term.text, class_of(term.risk).zh, risks()[term.risk].zh) for term in terms]


def _whole(lexicon: Lexicon) -> Table:
    return _WHOLE_COLUMNS, [_cells(term) for term in lexicon.terms]


def _cells(term: Term) -> list[str]:
    row = term_row(term)
    row["term"] = row.pop("text")
    return [_cell(term, row.get(column, "")) for column in _WHOLE_COLUMNS]


def _cell(term: Term, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return value
    for text in value:
        if "|" in text or text != text.strip() or not text:
            problem = f"the text {text[:60]!r} cannot stand in a list that is separated by |."
            raise InputError("LEX004", term.id, problem, "Name a file that ends in .jsonl")
    return "|".join(value)


def _guarded(cell: str) -> str:
    return "'" + cell if _LIKE_FORMULA.match(cell) else cell
