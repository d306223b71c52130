"""Put the mark into a Word document: a line in the footer of every section, on first and even pages too.

Knows sections and which footers they show; changes no paragraph of the text. A footer that is there gets one more line; the
first section gets the footers it lacks, and those after it take them over, as Word does.
Rules: GB 45438-2025 5.1; ISO/IEC 29500-1 17.6 and 17.10 (sections, headers and footers). The footer is our proposal.
"""

from __future__ import annotations

from hegui.kernel.xml_scan import Element
from hegui.label.explicit.office import Office, attribute, inside, namespace, text_of, within
from hegui.label.explicit.rules import number
from hegui.label.explicit.text_mark import TextMark
from hegui.label.zip_package import Part

__all__ = ["mark_docx"]

_FOOTER = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_OFF = ("0", "false", "off")


def mark_docx(office: Office, mark: TextMark) -> int:
    """Put the mark into the footers; how many there are. Raises LabelError (LBL113), MalformedError."""
    document = office.part(office.main)
    root = document.elements[-1]
    main = namespace(root)
    sections = [one for one in document.elements if _is_section(one)]
    shown = _variants(office, sections)
    references = [one for one in document.elements if one.tag.local == "footerReference"]
    targets = {one.identity: one.target for one in office.relations(office.main) if one.kind == "footer"}
    named = {targets[attribute(one, "id")] for one in references if attribute(one, "id") in targets}
    for target in sorted(named):
        footer = office.part(target)
        if not any(one.tag.local == "t" and one.text == mark.text for one in footer.elements):
            office.put(footer, inside(footer, footer.elements[-1], _paragraph(mark, main)))
    first = sections[0] if sections else None
    has = {attribute(one, "type", "default") for one in references if first and within(one, first)}
    lacks = [variant for variant in shown if variant not in has]
    if lacks:
        _refer(office, document, first, lacks, mark, main)
    return len(named) + len(lacks)


def _is_section(element: Element) -> bool:
    """Properties of a section that are in force, not those before a change that is tracked."""
    parent = element.tag.parent
    return element.tag.local == "sectPr" and parent is not None and parent.local in ("body", "pPr")


def _variants(office: Office, sections: list[Element]) -> list[str]:
    """The kinds of footer that some page shows."""
    shown = ["default"]
    document = office.part(office.main)
    titles = [one for one in document.elements if one.tag.local == "titlePg" and _is_on(one)]
    if any(within(title, section) for title in titles for section in sections):
        shown.append("first")
    for relation in office.relations(office.main):
        settings = office.find(relation.target) if relation.kind == "settings" else None
        if settings and any(one.tag.local == "evenAndOddHeaders" and _is_on(one) for one in settings.elements):
            shown.append("even")
    return list(dict.fromkeys(shown))


def _is_on(element: Element) -> bool:
    return attribute(element, "val", "1") not in _OFF


def _refer(office: Office, document: Part, first: Element | None, lacks: list[str], mark: TextMark, main: str) -> None:
    """A footer of our own for each kind that the first section lacks."""
    body = b'<w:ftr xmlns:w="%b">%b</w:ftr>' % (main.encode(), _paragraph(mark, main))
    folder = office.main.rpartition("/")[0]
    lines = b""
    for variant in lacks:
        identity = office.add(office.main, f"{folder}/footerAigc{{}}.xml".lstrip("/"), "footer", _FOOTER, body)
        lines += b'<w:footerReference xmlns:w="%b" xmlns:r="%b" w:type="%b" r:id="%b"/>' % (
            main.encode(), office.dialect().encode(), variant.encode(), identity.encode())  # fmt: skip
    if first is not None:
        office.put(document, inside(document, first, lines, is_first=True))
        return
    holder = next(one for one in document.elements if one.tag.local == "body")
    office.put(document, inside(document, holder, b'<w:sectPr xmlns:w="%b">%b</w:sectPr>' % (main.encode(), lines)))


def _paragraph(mark: TextMark, main: str) -> bytes:
    """A centred line in the colour of text; sizes are in half points."""
    return (
        b'<w:p xmlns:w="%b"><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:rFonts w:hint="eastAsia"/>'
        b'<w:color w:val="auto"/><w:sz w:val="%d"/></w:rPr><w:t>%b</w:t></w:r></w:p>'
    ) % (main.encode(), int(2 * number("document.points")), text_of(mark.text))
