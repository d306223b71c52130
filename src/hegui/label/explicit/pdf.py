"""Put the mark on every page of a PDF: a line on a white plate at the bottom right, upright as the page is shown.

Knows how a page is drawn on and how a font is embedded; changes no content that is there. Works behind the file as it was, by
an incremental update: each page draws one form more, with the bundled font in it, so that the words can be read, searched and
copied. A signed file is refused, since the mark would break the signature.
Rules: GB 45438-2025 5.1; ISO 32000-1 7.5.6, 8.10 (forms), 9.7 (composite fonts). Where the mark stands is our proposal.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.explicit.faults import lacks_glyphs, no_document
from hegui.label.explicit.font_file import bundled
from hegui.label.explicit.pdf_pages import Pages, Shape
from hegui.label.explicit.rules import number
from hegui.label.explicit.text_mark import TextMark
from hegui.label.pdf_document import Document
from hegui.label.pdf_objects import Dictionary, Name, Ref, Value, as_text, written
from hegui.label.pdf_update import Change, free_number, update

__all__ = ["mark_pdf"]

_NAME = "AIGCMark"
_MARGIN, _PADDING = 8.0, 3.0
"""Points from the edge of the page, and around the text."""
_DESCENT = 0.24
"""Of the size of the font: from the lower edge of the line to its base line."""
_LEAST = 4.0
"""Points below which text is not legible."""


def mark_pdf(source: Source, mark: TextMark, where: str) -> tuple[tuple[Splice, ...], int]:
    """The update, and how many pages there are. Raises LabelError (LBL102, LBL113), MalformedError."""
    missing = bundled().missing(mark.text)
    if missing:
        raise lacks_glyphs(missing)
    document = Document(source)
    _require_sound(document, where)
    pages = Pages(document)
    refs = pages.pages()
    if not refs:
        raise no_document(where, "it has no page")
    bare = [page for page in refs if not _bears(pages, page, mark)]
    if not bare:
        return (), len(refs)
    _require_sound(document, where)
    changes = _drawn(pages, bare, mark, where)
    _require_sound(document, where)  # which a look at the objects may have changed
    return (Splice(source.size, 0, update(document, changes, {})),), len(refs)


def _require_sound(document: Document, where: str) -> None:
    if document.fault is not None:
        raise document.fault
    if document.locked is not None:
        raise no_document(where, document.locked.problem)
    root = document.dictionary(document.trailer.get("Root"))
    flags = document.resolved(document.dictionary(root.get("AcroForm")).get("SigFlags"))
    if (isinstance(flags, int) and flags & 1) or document.dictionary(root.get("Perms")):
        raise no_document(where, "it has a digital signature, which the mark would break")


def _bears(pages: Pages, page: Ref, mark: TextMark) -> bool:
    """Whether the last thing a page draws is this very mark."""
    contents = pages.contents(page)
    last = contents[-1] if contents else None
    found = pages.found(last) if isinstance(last, Ref) else None
    if not isinstance(last, Ref) or found is None or found.size > 1000:
        return False
    drawn = pages.document.stream(last, found)
    forms = {key: value for key, value in pages.named(page).items() if key.startswith(_NAME)}
    for key, form in forms.items():
        if b"/%b Do" % key.encode("latin-1") in drawn and isinstance(form, Ref):
            header = pages.found(form)
            text = header.value.get("AIGC") if header is not None and isinstance(header.value, Dictionary) else None
            if isinstance(text, bytes):
                cipher = pages.document.cipher
                plain = cipher.string(text, form.number, form.generation) if cipher is not None else text
                return as_text(plain) == mark.text
    return False


class _Writer:
    """New objects, numbered from the first free one on."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.next = free_number(document)
        self.changes: list[Change] = []

    def ref(self) -> Ref:
        self.next += 1
        return Ref(self.next - 1, 0)

    def add(self, value: Dictionary) -> Ref:
        ref = self.ref()
        self.changes.append(Change(ref, written(value, self._sealed(ref))))
        return ref

    def stream(self, data: bytes, header: dict[str, Value] | None = None) -> Ref:
        ref = self.ref()
        packed = zlib.compress(data, 9)
        cipher = self.document.cipher
        if cipher is not None:
            packed = cipher.sealed_stream(packed, *ref)
        whole = Dictionary((header or {}).items())
        whole.update({"Filter": Name("FlateDecode"), "Length": len(packed)})
        body = written(whole, self._sealed(ref)) + b"\nstream\n" + packed + b"\nendstream"
        self.changes.append(Change(ref, body))
        return ref

    def _sealed(self, ref: Ref) -> Callable[[bytes], bytes]:
        cipher = self.document.cipher
        return (lambda string: cipher.sealed_string(string, *ref)) if cipher is not None else bytes


def _drawn(pages: Pages, bare: list[Ref], mark: TextMark, where: str) -> list[Change]:
    """Each page draws a form more; pages of one shape share it."""
    new = _Writer(pages.document)
    font = _font(new, mark)
    shapes = {page: pages.shape(page) for page in bare}
    start = new.stream(b"q\n")
    forms: dict[Shape, tuple[str, Ref, Ref]] = {}
    taken = {key for page in bare for key in pages.named(page)}
    for page, shape in shapes.items():
        if shape not in forms:
            name = next(
                name for name in (f"{_NAME}{at}" for at in range(len(taken) + len(forms) + 1)) if name not in taken
            )
            taken.add(name)
            form, matrix = _form(new, font, shape, mark, where)
            end = new.stream(b"\nQ\nq\n%b cm\n/%b Do\nQ\n" % (_numbers(matrix), name.encode()))
            forms[shape] = (name, form, end)
        name, form, end = forms[shape]
        pages.drawables(page)[name] = form
        whole: list[Value] = [start, *pages.contents(page), end]
        pages.changing(page)["Contents"] = whole
    return [*new.changes, *pages.changes()]


def _form(new: _Writer, font: Ref, shape: Shape, mark: TextMark, where: str) -> tuple[Ref, tuple[float, ...]]:
    """A plate with its words, and the matrix that puts it at the bottom right of a page of this shape as it is shown."""
    glyphs, widths = bundled().glyphs(), bundled().widths()
    numbers = [glyphs[ord(character)] for character in mark.text]
    ems = sum(widths[glyph] for glyph in numbers) / 1000
    across, down = shape.right - shape.left, shape.top - shape.bottom
    if shape.turned in (90, 270):
        across, down = down, across
    point = 1 / shape.unit
    size = min(number("document.points") * point, (across - 2 * (_MARGIN + _PADDING) * point) / ems, down / 3)
    if size < _LEAST * point:
        raise no_document(where, "a page is too small for a legible mark")
    width, height = ems * size + 2 * _PADDING * point, size * 1.2 + 2 * _PADDING * point
    codes = b"".join(b"%04X" % glyph for glyph in numbers)
    start = (_PADDING * point, _PADDING * point + _DESCENT * size)
    content = b"q 1 g 0 0 %b re f Q\nBT 0 g /F %b Tf %b Td <%b> Tj ET\n" % (
        _numbers((width, height)), _numbers((size,)), _numbers(start), codes)  # fmt: skip
    header: dict[str, Value] = {
        "Type": Name("XObject"),
        "Subtype": Name("Form"),
        "BBox": [0, 0, *map(_whole, (width, height))],
        "Resources": Dictionary([("Font", Dictionary([("F", font)]))]),
        "AIGC": b"\xfe\xff" + mark.text.encode("utf-16-be"),
    }
    return new.stream(content, header), _matrix(shape, width, height, _MARGIN * point)


def _matrix(shape: Shape, width: float, height: float, margin: float) -> tuple[float, ...]:
    match shape.turned:
        case 90:
            return (0, 1, -1, 0, shape.right - margin, shape.top - margin - width)
        case 180:
            return (-1, 0, 0, -1, shape.left + margin + width, shape.top - margin)
        case 270:
            return (0, -1, 1, 0, shape.left + margin, shape.bottom + margin + width)
    return (1, 0, 0, 1, shape.right - margin - width, shape.bottom + margin)


def _whole(value: float) -> int:
    return int(value) + 1


def _numbers(values: tuple[float, ...]) -> bytes:
    return b" ".join(f"{value:.3f}".rstrip("0").rstrip(".").encode() for value in values)


def _font(new: _Writer, mark: TextMark) -> Ref:
    """The bundled font, embedded, with the words of the mark for who copies them."""
    font = bundled()
    glyphs, widths = font.glyphs(), font.widths()
    used = {glyphs[ord(character)]: character for character in mark.text}
    name = Name("HEGUIA+HeguiLabel-Regular")
    file = new.stream(font.table("CFF "), {"Subtype": Name("CIDFontType0C")})
    descriptor = new.add(Dictionary((
        ("Type", Name("FontDescriptor")), ("FontName", name), ("Flags", 4), ("FontBBox", [-200, -300, 1200, 1100]),
        ("ItalicAngle", 0), ("Ascent", 880), ("Descent", -120), ("CapHeight", 733), ("StemV", 80), ("FontFile3", file),
    )))  # fmt: skip
    listed: list[Value] = []
    for glyph in sorted(used):
        listed += [glyph, [round(widths[glyph])]]
    system = Dictionary((("Registry", b"Adobe"), ("Ordering", b"Identity"), ("Supplement", 0)))
    descendant = new.add(Dictionary((
        ("Type", Name("Font")), ("Subtype", Name("CIDFontType0")), ("BaseFont", name), ("CIDSystemInfo", system),
        ("FontDescriptor", descriptor), ("DW", 1000), ("W", listed),
    )))  # fmt: skip
    return new.add(Dictionary((
        ("Type", Name("Font")), ("Subtype", Name("Type0")), ("BaseFont", name), ("Encoding", Name("Identity-H")),
        ("DescendantFonts", [descendant]), ("ToUnicode", new.stream(_to_unicode(used))),
    )))  # fmt: skip


def _to_unicode(used: dict[int, str]) -> bytes:
    rows = [
        b"<%04X> <%b>" % (glyph, character.encode("utf-16-be").hex().upper().encode())
        for glyph, character in sorted(used.items())
    ]
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n%d beginbfchar\n%b\nendbfchar\nendcmap\n"
        b"CMapName currentdict /CMap defineresource pop end end\n"
    ) % (len(rows), b"\n".join(rows))
