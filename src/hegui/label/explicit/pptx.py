"""Put the mark on every slide of a presentation: white letters on a dark plate at the bottom right.

Knows slides and their shapes; changes none that is there. The plate is a shape of the slide itself, not of its master, so
that a slide taken elsewhere keeps it; being opaque it is legible on any ground.
Rules: GB 45438-2025 5.1; ISO/IEC 29500-1 19.3 (slides). Where the mark stands on a slide is our proposal.
"""

from __future__ import annotations

from hegui.kernel.xml_scan import Element
from hegui.label.explicit.faults import no_document
from hegui.label.explicit.office import Office, attribute, before, inside, namespace, text_of, within
from hegui.label.explicit.rules import number
from hegui.label.explicit.text_mark import TextMark
from hegui.label.zip_package import Part

__all__ = ["Box", "drawing_namespace", "mark_pptx", "shape_text", "wide"]

_POINT = 12_700
"""EMU of a point."""
_MARGIN = 8 * _POINT
_SLIDE = (12_192_000, 6_858_000)
Box = tuple[int, int, int, int]


def mark_pptx(office: Office, mark: TextMark) -> int:
    """Put the mark on the slides; how many there are. Raises LabelError (LBL113), MalformedError."""
    presentation = office.part(office.main)
    size = next((one for one in presentation.elements if one.tag.local == "sldSz"), None)
    slides = [one.target for one in office.relations(office.main) if one.kind == "slide"]
    if not slides:
        raise no_document(office.where, "it has no slide")
    for target in slides:
        slide = office.part(target)
        if not any(one.tag.local == "t" and one.text == mark.text for one in slide.elements):
            _draw(office, slide, mark, _extent(size))
    return len(slides)


def _extent(size: Element | None) -> tuple[int, int]:
    """Width and height of a slide in EMU."""
    if size is None:
        return _SLIDE
    numbers = [attribute(size, name) for name in ("cx", "cy")]
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in numbers):
        return _SLIDE
    return int(numbers[0]), int(numbers[1])


def _draw(office: Office, slide: Part, mark: TextMark, extent: tuple[int, int]) -> None:
    trees = [one for one in slide.elements if one.tag.local == "spTree"]
    if not trees:
        raise no_document(office.where, "a slide has no shapes")
    tree = trees[-1]
    main = namespace(tree)
    ids = (attribute(one, "id") for one in slide.elements if one.tag.local == "cNvPr")
    free = 1 + max((int(one) for one in ids if one.isascii() and one.isdigit() and len(one) < 10), default=1)
    width, height = wide(mark), int(number("slide.points") * _POINT * 1.6)
    box = (max(0, extent[0] - width - _MARGIN), max(0, extent[1] - height - _MARGIN), width, height)
    shape = (
        b'<p:sp xmlns:p="%b" xmlns:a="%b"><p:nvSpPr><p:cNvPr id="%d" name="AIGC"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        b"%b</p:sp>"
    ) % (main.encode(), drawing_namespace(main).encode(), free, shape_text(mark, box, "p"))
    rest = next((one for one in slide.elements if one.tag.local == "extLst" and within(one, tree)), None)
    office.put(slide, before(rest, shape) if rest else inside(slide, tree, shape))


def wide(mark: TextMark) -> int:
    """How wide the plate must be, in EMU: a Chinese character is as wide as it is high, others are about half."""
    ems = sum(1.0 if character > "\u2e7f" else 0.6 for character in mark.text) + 1.2
    return int(ems * number("slide.points") * _POINT)


def drawing_namespace(main: str) -> str:
    """The namespace of DrawingML that goes with this one: strict or transitional."""
    is_strict = main.startswith("http://purl.oclc.org/")
    return (
        "http://purl.oclc.org/ooxml/drawingml/main"
        if is_strict
        else "http://schemas.openxmlformats.org/drawingml/2006/main"
    )


def shape_text(mark: TextMark, box: Box, owner: str) -> bytes:
    """Place, plate and text of a shape, in elements of `owner`'s namespace."""
    left, top, width, height = box
    lead = owner.encode()
    return (
        b'<%b:spPr><a:xfrm><a:off x="%d" y="%d"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        b'<a:solidFill><a:srgbClr val="202020"/></a:solidFill><a:ln><a:noFill/></a:ln></%b:spPr>'
        b'<%b:txBody><a:bodyPr wrap="none" lIns="36000" tIns="18000" rIns="36000" bIns="18000" anchor="ctr"/><a:lstStyle/>'
        b'<a:p><a:pPr algn="ctr"/><a:r><a:rPr lang="%b" sz="%d"><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr>'
        b"<a:t>%b</a:t></a:r></a:p></%b:txBody>"
    ) % (lead, left, top, width, height, lead, lead, b"zh-CN" if mark.is_chinese else b"en-US", int(100 * number("slide.points")),
         text_of(mark.text), lead)  # fmt: skip
