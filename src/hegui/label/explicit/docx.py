"""Put the mark into a Word document: a line in the footer of every section, on first and even pages too.

Knows sections and which footers they show; changes no paragraph of the text. A footer that is there gets one more line; the
first section gets the footers it lacks, and those after it take them over, as Word does.
Rules: GB 45438-2025 5.1; ISO/IEC 29500-1 17.6 and 17.10 (sections, headers and footers). The footer is our proposal.
"""

from __future__ import annotations

from hegui.kernel.xml_scan import Element, escaped
from hegui.label.explicit.faults import no_document
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
    main = namespace(document.elements[-1])
    targets = {one.identity: one.target for one in office.relations(office.main) if one.kind == "footer"}
    references = [one for one in document.elements if one.tag.local == "footerReference"]
    named = {targets[attribute(one, "id")] for one in references if attribute(one, "id") in targets}
    for target in sorted(named):
        footer = office.part(target)
        if not any(one.tag.local == "t" and one.text == mark.text for one in footer.elements):
            office.put(footer, inside(footer, footer.elements[-1], _paragraph(mark, main)))
    return len(named) + _complete(office, document, references, mark, main)


def _complete(office: Office, document: Part, references: list[Element], mark: TextMark, main: str) -> int:
    """Give the sections the footers that their pages lack; how many are new."""
    body = b'<w:ftr xmlns:w="%b">%b</w:ftr>' % (main.encode(), _paragraph(mark, main))
    folder = office.main.rpartition("/")[0]
    usual = ["default", "even"] if _has_even(office) else ["default"]
    titles = [one for one in document.elements if one.tag.local == "titlePg" and _is_on(one)]
    current: dict[str, str] = {}
    new: list[str] = []
    for number_, section in enumerate(_sections(document)):
        own = {
            attribute(one, "type", "default"): attribute(one, "id")
            for one in references
            if section and within(one, section)
        }
        current |= own
        shown = usual if number_ == 0 else []
        if section and any(within(title, section) for title in titles):
            shown = [*shown, "first"]  # named in each section, since not every program hands it on over one without
        lines = b""
        for variant in shown:
            if variant in own:
                continue
            if variant not in current:
                current[variant] = office.add(
                    office.main, f"{folder}/footerAigc{{}}.xml".lstrip("/"), "footer", _FOOTER, body
                )
                new.append(variant)
            lines += b'<w:footerReference xmlns:w="%b" xmlns:r="%b" w:type="%b" r:id="%b"/>' % (
                main.encode(), office.dialect().encode(), variant.encode(), escaped(current[variant], quote='"'))  # fmt: skip
        if lines:
            _refer(office, document, section, lines, main)
    return len(new)


def _sections(document: Part) -> list[Element | None]:
    """The sections in order; one that is not written out stands as None."""
    found = [one for one in document.elements if _is_section(one)]
    return [*found] if found else [None]


def _is_section(element: Element) -> bool:
    """Properties of a section that are in force, not those before a change that is tracked."""
    parent = element.tag.parent
    return element.tag.local == "sectPr" and parent is not None and parent.local in ("body", "pPr")


def _has_even(office: Office) -> bool:
    """Whether even pages have footers of their own."""
    for relation in office.relations(office.main):
        settings = office.find(relation.target) if relation.kind == "settings" else None
        if settings and any(one.tag.local == "evenAndOddHeaders" and _is_on(one) for one in settings.elements):
            return True
    return False


def _is_on(element: Element) -> bool:
    return attribute(element, "val", "1") not in _OFF


def _refer(office: Office, document: Part, section: Element | None, lines: bytes, main: str) -> None:
    """References at the start of a section's properties, which is where they must stand."""
    if section is not None:
        office.put(document, inside(document, section, lines, is_first=True))
        return
    body = next((one for one in document.elements if one.tag.local == "body"), None)
    if body is None:
        raise no_document(office.where, "it has no text")
    office.put(document, inside(document, body, b'<w:sectPr xmlns:w="%b">%b</w:sectPr>' % (main.encode(), lines)))


def _paragraph(mark: TextMark, main: str) -> bytes:
    """A centred line in the colour of text; sizes are in half points."""
    return (
        b'<w:p xmlns:w="%b"><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:rFonts w:hint="eastAsia"/>'
        b'<w:color w:val="auto"/><w:sz w:val="%d"/></w:rPr><w:t>%b</w:t></w:r></w:p>'
    ) % (main.encode(), int(2 * number("document.points")), text_of(mark.text))
