"""Put the mark into a workbook: in the footer of every sheet, and in a text box beside its data.

Knows footers, drawings and the used range; changes no cell, inserts no row and adds no sheet, since programs read cells by
their place. The text box stands in the first row to the right of the used range: it floats over the cells and belongs to
none.
Rules: GB 45438-2025 5.1; ISO/IEC 29500-1 18.3.1.46 (headers and footers) and 20.5 (drawings). Both places are our proposal.
"""

from __future__ import annotations

import re

from hegui.kernel.splice import Splice
from hegui.kernel.xml_scan import Element
from hegui.label.explicit.faults import no_document
from hegui.label.explicit.office import Office, attribute, before, inside, namespace, prefix, text_of, within
from hegui.label.explicit.pptx import drawing_namespace, shape_text, wide
from hegui.label.explicit.rules import number
from hegui.label.explicit.text_mark import TextMark
from hegui.label.zip_package import Part

__all__ = ["mark_xlsx"]

_MOST = 255
"""Characters of a header or footer that Excel takes."""
_BEHIND_DRAWING = (
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
_BEHIND_FOOTER = (
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", *_BEHIND_DRAWING,
)  # fmt: skip
_ORDER = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
_SECTION = re.compile(r"&&|&([LCR])")
_ROW = 12_700 * 20


def mark_xlsx(office: Office, mark: TextMark) -> int:
    """Put the mark on the sheets; how many there are. Raises LabelError (LBL113), MalformedError."""
    sheets = [one for one in office.relations(office.main) if one.kind in ("worksheet", "chartsheet")]
    if not sheets:
        raise no_document(office.where, "it has no sheet")
    for relation in sheets:
        sheet = office.part(relation.target)
        root = sheet.elements[-1]
        if root.tag.local not in ("worksheet", "chartsheet"):
            raise no_document(office.where, "it is of a kind that is not handled")
        _footers(office, sheet, root, mark)
        if root.tag.local == "worksheet":
            _text_box(office, relation.target, sheet, root, mark)
    return len(sheets)


def _footers(office: Office, sheet: Part, root: Element, mark: TextMark) -> None:
    holder = next((one for one in sheet.elements if one.tag.local == "headerFooter" and within(one, root)), None)
    lead = prefix(root)
    if holder is None:
        body = b"<%bheaderFooter><%boddFooter>%b</%boddFooter></%bheaderFooter>" % (
            lead, lead, text_of(_added("", mark, office.where)), lead, lead)  # fmt: skip
        office.put(sheet, _placed(sheet, root, body, _BEHIND_FOOTER))
        return
    names = ["oddFooter"]
    names += ["evenFooter"] if attribute(holder, "differentOddEven") in ("1", "true") else []
    names += ["firstFooter"] if attribute(holder, "differentFirst") in ("1", "true") else []
    children = [one for one in sheet.elements if within(one, holder)]
    fresh: list[tuple[str, bytes]] = []
    for name in names:
        child = next((one for one in children if one.tag.local == name), None)
        if child is None:
            fresh.append((name, b"<%b%b>%b</%b%b>" % (
                lead, name.encode(), text_of(_added("", mark, office.where)), lead, name.encode())))  # fmt: skip
        elif _escaped(mark) not in child.text:
            text = text_of(_added(child.text, mark, office.where))
            if child.tag.is_empty:
                office.put(sheet, inside(sheet, child, text))
            else:
                office.put(sheet, Splice(child.tag.end, child.close - child.tag.end, text))
    _put_in_order(office, sheet, holder, children, fresh)


def _put_in_order(
    office: Office, sheet: Part, holder: Element, children: list[Element], fresh: list[tuple[str, bytes]]
) -> None:
    """New footers among those that are there, in the order the schema has."""
    last: list[bytes] = []
    for name, body in fresh:
        later = [one for one in children if one.tag.local in _ORDER[_ORDER.index(name) + 1 :]]
        if later:
            office.put(sheet, before(later[0], body))
        else:
            last.append(body)
    if last:
        office.put(sheet, inside(sheet, holder, b"".join(last)))


def _escaped(mark: TextMark) -> str:
    return mark.text.replace("&", "&&")


def _added(text: str, mark: TextMark, where: str) -> str:
    """A footer with the mark in its middle section, below what stands there."""
    middle, end = False, len(text)
    for match in _SECTION.finditer(text):
        if middle and match[1]:
            end = match.start()
            break
        middle = middle or match[1] == "C"
    line = _escaped(mark)
    if text and not _SECTION.search(text):
        middle = True  # without a code everything stands in the middle
    new = f"{text[:end]}\n{line}{text[end:]}" if middle else f"{text}&C{line}"
    if len(new) > _MOST:
        raise no_document(where, "the footer of a sheet has no room")
    return new


def _placed(sheet: Part, root: Element, body: bytes, followers: tuple[str, ...]) -> Splice:
    """Before the first of the children that must follow, else last."""
    later = [one for one in sheet.elements if within(one, root) and one.tag.local in followers]
    return before(min(later, key=lambda one: one.tag.start), body) if later else inside(sheet, root, body)


def _text_box(office: Office, name: str, sheet: Part, root: Element, mark: TextMark) -> None:
    """A text box in the sheet's drawing, or in a new one."""
    spreadsheet = namespace(root)
    is_strict = spreadsheet.startswith("http://purl.oclc.org/")
    space = "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing" if is_strict else (
        "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing")  # fmt: skip
    reference = next((one for one in sheet.elements if one.tag.local == "drawing" and within(one, root)), None)
    target = next(
        (one.target for one in office.relations(name) if reference and one.identity == attribute(reference, "id")), ""
    )
    if target:
        drawing = office.part(target)
        if not any(one.tag.local == "t" and one.text == mark.text for one in drawing.elements):
            box = _anchor(mark, _beside(sheet), space, _free(drawing))
            office.put(drawing, inside(drawing, drawing.elements[-1], box))
        return
    body = b'<xdr:wsDr xmlns:xdr="%b">%b</xdr:wsDr>' % (space.encode(), _anchor(mark, _beside(sheet), space, 2))
    identity = office.add(name, "xl/drawings/drawingAigc{}.xml", "drawing", _DRAWING, body)
    line = b'<%bdrawing xmlns:r="%b" r:id="%b"/>' % (prefix(root), office.dialect().encode(), identity.encode())
    office.put(sheet, _placed(sheet, root, line, _BEHIND_DRAWING))


def _free(drawing: Part) -> int:
    ids = (attribute(one, "id") for one in drawing.elements if one.tag.local == "cNvPr")
    return 1 + max((int(one) for one in ids if one.isascii() and one.isdigit() and len(one) < 10), default=1)


def _beside(sheet: Part) -> int:
    """The column to the right of the used range, from 0."""
    ranges = [attribute(one, "ref") for one in sheet.elements if one.tag.local == "dimension"]
    cells = (
        ranges[0].split(":")[-1:] if ranges else [attribute(one, "r") for one in sheet.elements if one.tag.local == "c"]
    )
    return min(16_000, max((_column(cell) for cell in cells), default=0) + 1)


def _column(cell: str) -> int:
    """The number of a column by its letters, from 0; -1 for none.

    >>> _column("AB12")
    27
    """
    found = 0
    for letter in cell[:3]:
        if not "A" <= letter <= "Z":
            break
        found = found * 26 + ord(letter) - 64
    return found - 1


def _anchor(mark: TextMark, column: int, space: str, identity: int) -> bytes:
    drawing = drawing_namespace(space)
    width, height = wide(mark), max(_ROW, int(number("slide.points") * 12_700 * 1.6))
    return (
        b'<xdr:oneCellAnchor xmlns:xdr="%b" xmlns:a="%b"><xdr:from><xdr:col>%d</xdr:col><xdr:colOff>36000</xdr:colOff>'
        b'<xdr:row>0</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx="%d" cy="%d"/>'
        b'<xdr:sp macro="" textlink=""><xdr:nvSpPr>'
        b'<xdr:cNvPr id="%d" name="AIGC"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>%b</xdr:sp><xdr:clientData/></xdr:oneCellAnchor>'
    ) % (
        space.encode(),
        drawing.encode(),
        column,
        width,
        height,
        identity,
        shape_text(mark, (0, 0, width, height), "xdr"),
    )
