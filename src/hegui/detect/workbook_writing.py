"""Write rows of texts as an Excel workbook of one sheet.

Knows the few parts a workbook needs; knows no column of a lexicon. Every cell is a text, so none is a formula, and one that begins
like a formula carries the mark by which Excel keeps it a text when it is edited. Equal rows give equal bytes.
Rules: ISO/IEC 29500-1 §18.3 (worksheets), §18.8.45 (quotePrefix), §22.9.2.19 (escaped characters).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

__all__ = ["workbook"]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""With which a cell would begin a formula."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 0 is plain text (format 49, @); style 1 is that with the mark of a quoted text; style 2 the header.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
        '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
        '<xf numFmtId="49" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
        '<xf numFmtId="49" fontId="1" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
_INSTANT = (1980, 1, 1, 0, 0, 0)
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def workbook(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook whose one sheet, named `title`, holds the header and the rows."""
    sheet = io.StringIO()
    sheet.write(
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
    )
    _write_row(sheet, 1, header, style=2)
    for number, row in enumerate(rows, 2):
        _write_row(sheet, number, row)
    sheet.write("</sheetData></worksheet>")
    book = (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(title)} sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    parts = {name: _HEAD + text for name, text in _PARTS.items()}
    parts |= {"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet.getvalue()}
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _INSTANT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return found.getvalue()


def _write_row(sheet: io.StringIO, number: int, cells: Sequence[str], style: int = 0) -> None:
    sheet.write(f'<row r="{number}">')
    for column, cell in enumerate(cells):
        if cell:
            kept = style or int(cell.startswith(FORMULA_SIGNS))
            text = escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", cell))
            sheet.write(
                f'<c r="{chr(65 + column)}{number}" s="{kept}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
            )
    sheet.write("</row>")
