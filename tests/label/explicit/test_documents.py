"""Marks in documents: seen on every page by other programs, twice as once, and no text, shape or cell changed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.explicit.documents import mark_document
from hegui.label.explicit.text_mark import TextMark
from hegui.label.explicit.xlsx import _added, _column
from hegui.label.faults import LabelError
from hegui.label.policy import DEFAULT_TEXT
from tests.label.explicit.judges import CARRIERS, need, run

ZH = DEFAULT_TEXT["zh"]
OFFICE = ("report.docx", "slides.pptx", "sheet.xlsx")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def marked(data: bytes, name: str = "", text: str = ZH) -> bytes:
    return apply(data, mark_document(Source.of(data), name, TextMark(text)).splices)


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rezipped(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    found = parts(data)
    change(found)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in found.items():
            archive.writestr(name, body)
    return out.getvalue()


def sections(found: dict[str, bytes]) -> None:
    """Four sections of two pages: the first with a footer of its own, the second with a first page, the fourth with both kinds."""
    page = "<w:p><w:r><w:t>页</w:t></w:r></w:p><w:p><w:r><w:br w:type='page'/></w:r></w:p><w:p><w:r><w:t>页</w:t></w:r></w:p>"
    own = "<w:footerReference w:type='default' r:id='rIdOwn'/>"
    kinds = [own, "<w:titlePg/>", "", "<w:titlePg/>"]
    body = "".join(f"{page}<w:p><w:pPr><w:sectPr>{kind}</w:sectPr></w:pPr></w:p>" for kind in kinds[:3])
    found["word/document.xml"] = (
        f"<w:document xmlns:w='{W}' xmlns:r='{R}'><w:body>{body}{page}<w:sectPr>{kinds[3]}</w:sectPr></w:body></w:document>"
    ).encode()
    found["word/own.xml"] = f"<w:ftr xmlns:w='{W}'><w:p><w:r><w:t>OWN</w:t></w:r></w:p></w:ftr>".encode()
    relation = f"<Relationship Id='rIdOwn' Type='{R}/footer' Target='own.xml'/></Relationships>".encode()
    found["word/_rels/document.xml.rels"] = found["word/_rels/document.xml.rels"].replace(b"</Relationships>", relation)
    content_type = b"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
    kind = b"<Override PartName='/word/own.xml' ContentType='" + content_type + b"'/>"
    found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(b"</Types>", kind + b"</Types>")
    settings_ = found["word/settings.xml"]
    at = settings_.index(b">", settings_.index(b"<w:settings")) + 1
    found["word/settings.xml"] = settings_[:at] + b"<w:evenAndOddHeaders/>" + settings_[at:]


def no_sections(found: dict[str, bytes]) -> None:
    found["word/document.xml"] = (
        f"<w:document xmlns:w='{W}'><w:body><w:p><w:r><w:t>x</w:t></w:r></w:p></w:body></w:document>".encode()
    )


def footed(found: dict[str, bytes]) -> None:
    """A sheet with footers of its own on odd and even pages."""
    name = "xl/worksheets/sheet1.xml"
    there = b"<oddFooter>&amp;LLeft&amp;CPage &amp;P</oddFooter><evenFooter/>"
    footer = b'<headerFooter differentFirst="0" differentOddEven="1">' + there + b"</headerFooter>"
    found[name] = found[name].replace(b"</worksheet>", footer + b"</worksheet>")


MADE: dict[str, Callable[[], bytes]] = {
    "report.docx": lambda: carrier("report.docx"),
    "slides.pptx": lambda: carrier("slides.pptx"),
    "sheet.xlsx": lambda: carrier("sheet.xlsx"),
    "sections.docx": lambda: rezipped(carrier("report.docx"), sections),
    "none.docx": lambda: rezipped(carrier("report.docx"), no_sections),
    "footed.xlsx": lambda: rezipped(carrier("sheet.xlsx"), footed),
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The words on each page of every marked document, as LibreOffice prints it."""
    need("soffice", "pdftotext")
    folder = tmp_path_factory.mktemp("printed")
    for name, make in MADE.items():
        (folder / name).write_bytes(marked(make(), name))
    files = [str(folder / name) for name in MADE]
    home = f"-env:UserInstallation=file://{folder}/home"
    for ending in ("docx", "pptx", "xlsx"):
        some = [file for file in files if file.endswith(ending)]
        run("soffice", home, "--headless", "--convert-to", "pdf", "--outdir", folder / ending, *some)
    return {name: words(folder / name.rsplit(".", 1)[1] / Path(name).with_suffix(".pdf")) for name in MADE}


def words(pdf: Path, *options: str) -> list[str]:
    return run("pdftotext", *options, pdf, "-").decode().split("\f")[:-1]


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("report.docx", 1),
        ("slides.pptx", 2),
        ("sheet.xlsx", 2),
        ("sections.docx", 8),
        ("none.docx", 1),
        ("footed.xlsx", 2),
    ],
)
def test_every_page_that_is_printed_bears_the_mark(name: str, pages: int, printed: dict[str, list[str]]) -> None:
    assert len(printed[name]) == pages
    assert all(ZH in page for page in printed[name])


def test_a_footer_that_was_there_keeps_its_words(printed: dict[str, list[str]]) -> None:
    assert "OWN" in printed["sections.docx"][0]
    assert "Left" in printed["footed.xlsx"][0]
    assert "Page 1" in printed["footed.xlsx"][0]


@pytest.mark.parametrize("name", MADE)
def test_marking_twice_is_marking_once(name: str) -> None:
    once = marked(MADE[name]())
    assert mark_document(Source.of(once), name).splices == ()


@pytest.mark.parametrize("name", OFFICE)
def test_parts_that_need_no_change_stay_packed_as_they_were(name: str) -> None:
    before, after = carrier(name), marked(carrier(name))
    with zipfile.ZipFile(BytesIO(after)) as archive:
        assert archive.testzip() is None
    old, new = parts(before), parts(after)
    same = [part for part in old if old[part] == new[part]]
    assert {part for part in old if part not in same} <= {
        part for part in old if re.search(r"rels$|Content_Types|document\.xml|slide\d|sheet\d|footer", part)
    }
    for part in same:
        with zipfile.ZipFile(BytesIO(before)) as one, zipfile.ZipFile(BytesIO(after)) as other:
            assert one.getinfo(part).compress_size == other.getinfo(part).compress_size


def test_no_cell_of_a_workbook_changes() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    old, new = (
        openpyxl.load_workbook(BytesIO(data)) for data in (carrier("sheet.xlsx"), marked(carrier("sheet.xlsx")))
    )
    assert old.sheetnames == new.sheetnames
    for name in old.sheetnames:
        cells = [[[cell.value for cell in row] for row in book[name].iter_rows()] for book in (old, new)]
        assert cells[0] == cells[1]
        assert ZH in new[name].oddFooter.center.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"&C{ZH}"),
        ("&LA", f"&LA&C{ZH}"),
        ("&CB", f"&CB\n{ZH}"),
        ("&CB&RX", f"&CB\n{ZH}&RX"),
        ("plain", f"plain\n{ZH}"),
        ("&LA&&CB", f"&LA&&CB&C{ZH}"),
    ],
)
def test_the_mark_goes_into_the_middle_of_a_footer(before: str, after: str) -> None:
    assert _added(before, TextMark(), "") == after


def test_a_footer_without_room_is_refused() -> None:
    with pytest.raises(LabelError, match="LBL113 .* no room"):
        _added("&L" + "x" * 250, TextMark(), "a.xlsx")


def test_columns_are_counted_as_letters_count() -> None:
    assert [_column(cell) for cell in ("A1", "Z9", "AA1", "XFD1", "1")] == [0, 25, 26, 16383, -1]


# --- PDF ------------------------------------------------------------------------------------------------------------------

PDFS = ("doc.pdf", "doc-objstm.pdf", "doc-encrypted.pdf")


@pytest.mark.parametrize("name", PDFS)
def test_every_page_of_a_pdf_bears_the_mark_and_keeps_its_words(name: str, tmp_path: Path) -> None:
    need("qpdf", "pdftotext")
    path = tmp_path / name
    path.write_bytes(marked(carrier(name)))
    assert path.read_bytes().startswith(carrier(name))
    run("qpdf", "--check", path)
    before, after = words(CARRIERS / name), words(path)
    assert len(after) == 3
    assert all(ZH in page for page in after)
    assert [page.replace(ZH, "").split() for page in after] == [page.split() for page in before]
    assert mark_document(Source.of(path.read_bytes()), name).splices == ()


@pytest.mark.parametrize("name", PDFS[:1])
def test_a_page_is_drawn_as_it_was_but_for_the_plate(name: str, tmp_path: Path) -> None:
    need("pdftoppm")
    (tmp_path / name).write_bytes(marked(carrier(name)))
    pictures = [
        run("pdftoppm", "-r", "40", "-f", "1", "-l", "1", "-gray", file) for file in (CARRIERS / name, tmp_path / name)
    ]
    head, size, _, old = pictures[0].split(b"\n", 3)
    new = pictures[1].split(b"\n", 3)[3]
    width, height = map(int, size.split())
    changed = [at for at in range(width * height) if old[at] != new[at]]
    assert head == b"P5"
    assert changed
    assert min(at // width for at in changed) > height * 0.95
    assert min(at % width for at in changed) > width * 0.7


def stream(data: str) -> str:
    return f"<</Length {len(data)}>>\nstream\n{data}\nendstream"


def pdf(pages: list[str], *, resources: str = "", shared: str = "", trailer: str = "", catalogue: str = "") -> bytes:
    """A file with these entries of its pages, written out by hand."""
    kids = " ".join(f"{10 + at} 0 R" for at in range(len(pages)))
    objects = {
        1: f"<</Type/Catalog/Pages 2 0 R{catalogue}>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]{shared}>>",
        3: stream("0.8 0 0 rg 0 0 9999 9999 re f q 1 0 0 1 0 0 cm"),
        4: stream("Q "),
        5: resources or "<<>>",
        6: "[3 0 R 4 0 R]",
        **{10 + at: f"<</Type/Page/Parent 2 0 R{page}>>" for at, page in enumerate(pages)},
    }
    out, places = b"%PDF-1.6\n", {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start, last = len(out), max(objects) + 1
    rows = "".join(f"{places[n]:010d} 00000 n\r\n" if n in places else "0000000000 00000 f\r\n" for n in range(1, last))
    out += f"xref\n0 {last}\n0000000000 65535 f\r\n{rows}trailer\n<</Size {last}/Root 1 0 R{trailer}>>\n".encode()
    out += f"startxref\n{start}\n%%EOF\n".encode()
    return out


BOX = "/MediaBox[0 0 400 300]"
SHAPES = [
    BOX, f"{BOX}/Rotate 90", f"{BOX}/Rotate 180", f"{BOX}/Rotate 270", f"{BOX}/Rotate -90", f"{BOX}/CropBox[50 60 350 260]",
    "/MediaBox[-100 -50 300.5 250]", f"{BOX}/Contents 3 0 R", f"{BOX}/Contents[3 0 R 4 0 R]", f"{BOX}/Contents 6 0 R",
    f"{BOX}/Resources 5 0 R", f"{BOX}/Resources<</XObject<<>>>>", f"{BOX}/UserUnit 2", "/MediaBox[0 0 90 40]",
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_mark_is_upright_at_the_bottom_right_of_any_page(shape: str, tmp_path: Path) -> None:
    need("qpdf", "pdftotext")
    path = tmp_path / "a.pdf"
    path.write_bytes(marked(pdf([shape, BOX])))
    run("qpdf", "--check", path)
    found = run("pdftotext", "-bbox", "-cropbox", "-l", "1", path, "-").decode()
    width, height = (float(one) for one in re.search(r'<page width="([\d.]+)" height="([\d.]+)"', found).groups())  # type: ignore[union-attr]
    boxes = [
        list(map(float, one))
        for one in re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', found)
    ]
    shown = re.sub(r"<[^>]*>|\s", "", found.split("<page", 1)[1].split(">", 1)[1])
    assert shown == ZH
    if re.search("Rotate -?(90|270)", shape):
        width, height = height, width  # pdftotext gives the page unturned, and the words turned
    unit = 2 if "UserUnit" in shape else 1
    left, top, right, bottom = (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
    assert right - left > 3 * (bottom - top)
    assert 0 < (width - right) * unit < 20
    assert 0 < (height - bottom) * unit < 20


def test_pages_that_share_resources_get_one_form() -> None:
    data = marked(
        pdf([BOX, BOX, f"{BOX}/Rotate 90"], shared="/Resources 5 0 R", resources="<</XObject<</AIGCMark0 3 0 R>>>>")
    )
    assert data.count(b"/Subtype /Form") == 2
    assert b"/AIGCMark1" in data
    assert mark_document(Source.of(data), "").splices == ()


def test_a_page_added_later_is_marked_alone(tmp_path: Path) -> None:
    need("qpdf")
    (tmp_path / "one.pdf").write_bytes(marked(pdf([BOX])))
    (tmp_path / "two.pdf").write_bytes(pdf([BOX]))
    run("qpdf", "--empty", "--pages", tmp_path / "one.pdf", tmp_path / "two.pdf", "--", tmp_path / "all.pdf")
    (tmp_path / "all.pdf").write_bytes(marked((tmp_path / "all.pdf").read_bytes()))
    assert [page.split() for page in words(tmp_path / "all.pdf")] == [[ZH], [ZH]]


REFUSED = [
    (pdf(["/MediaBox[0 0 30 20]"]), "too small"),
    (pdf([BOX], catalogue="/AcroForm<</SigFlags 3>>"), "digital signature"),
    (pdf([]), "no page"),
    (b"%PDF-1.4\nnothing", ""),
    (b"PK\x03\x04", ""),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old binary kind"),
    (b"text", "no document of a kind"),
]


@pytest.mark.parametrize(("data", "reason"), REFUSED)
def test_what_cannot_take_a_mark_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(LabelError, match=f"LBL113 .*{reason}"):
        mark_document(Source.of(data), "a")


def test_a_character_the_font_lacks_is_named() -> None:
    with pytest.raises(LabelError, match="LBL102 .* 龘"):
        marked(carrier("doc.pdf"), text="龘AI生成")


def test_a_signed_office_file_is_refused() -> None:
    def signed(found: dict[str, bytes]) -> None:
        found["_xmlsignatures/sig1.xml"] = b'<Signature><Reference URI="/word/document.xml?ContentType=x"/></Signature>'

    with pytest.raises(LabelError, match="LBL113 .* digital signature"):
        marked(rezipped(carrier("report.docx"), signed))


@settings(max_examples=120)
@given(st.sampled_from([*OFFICE, *PDFS]), st.data())
def test_any_cut_or_flipped_bytes_give_a_document_or_an_error_of_ours(name: str, data: st.DataObject) -> None:
    whole = bytearray(carrier(name))
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(0, len(whole)))]
    for at in data.draw(st.lists(st.integers(0, max(0, len(whole) - 1)), max_size=3)) if whole else ():
        whole[at] = data.draw(st.integers(0, 255))
    try:
        found = mark_document(Source.of(bytes(whole)), name)
    except LabelError:
        return
    assert found.places
