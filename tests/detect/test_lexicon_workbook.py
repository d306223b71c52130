"""Lists as workbooks and tables: what is written is read back, others can read it, and hostile files are refused."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.families import FOLDINGS, VARIANTS
from hegui.detect.lexicon import Lexicon, Term, term_id
from hegui.detect.lexicon_files import read_lexicon, starter_lexicon
from hegui.detect.lexicon_writing import write_lexicon
from hegui.detect.workbook_reading import read_sheet
from hegui.detect.workbook_writing import workbook
from hegui.errors import FileFaults, InputError

NOTES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LISTED = NOTES.map(lambda text: text.replace("|", "").strip()).filter(bool)


@st.composite
def lexicons(draw: st.DrawFn) -> Lexicon:
    texts = draw(st.lists(NOTES.filter(bool), min_size=1, max_size=6, unique=True))
    return Lexicon(tuple(draw(terms(f"{number}", f"毒{text}")) for number, text in enumerate(texts)))


@st.composite
def terms(draw: st.DrawFn, identity: str, text: str) -> Term:
    return Term(
        identity,
        text,
        draw(st.sampled_from(["A.1.a", "A.2.i", "A.5.b"])),
        draw(st.sampled_from(["low", "medium", "high"])),
        "folded",
        (),
        tuple(draw(st.lists(st.sampled_from(VARIANTS), max_size=3))),
        tuple(draw(st.lists(st.sampled_from(FOLDINGS), max_size=3))),
        draw(NOTES),
        draw(NOTES),
        draw(st.none() | st.dates()),
        tuple(draw(st.lists(LISTED, max_size=2))),
        tuple(draw(st.lists(LISTED, max_size=2))),
    )


@given(lexicon=lexicons(), written_as=st.sampled_from(["csv", "xlsx", "jsonl"]), bom=st.booleans())
def test_the_whole_form_is_read_back_as_it_was(lexicon: Lexicon, written_as: str, bom: bool) -> None:
    assert read_lexicon(write_lexicon(lexicon, "whole", written_as, bom=bom), "x") == lexicon  # type: ignore[arg-type]


def test_the_filing_sheet_reads_elsewhere_and_here() -> None:
    starter = starter_lexicon()
    content = write_lexicon(starter, "filing", "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[1]] == ["关键词", "一级分类", "二级分类"]
    assert sheet.max_row == len(starter.terms) + 1
    back = read_lexicon(content, "x")
    assert {(term.text, term.risk) for term in back.terms} == {(term.text, term.risk) for term in starter.terms}
    assert content == write_lexicon(starter, "filing", "xlsx")


def test_a_workbook_written_elsewhere_is_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["关键词", "一级分类", "二级分类"])
    sheet.append([4197, "A.2", "地域歧视"])
    sheet.append(["冰毒_x0041_", "A.1", "h"])
    sheet.append([None, None, None])
    sheet.append(["制毒", None, "其他法律、行政法规禁止的内容"])
    sheet.merge_cells("B3:B5")
    target = io.BytesIO()
    book.save(target)
    found = read_lexicon(target.getvalue(), "x")
    assert [(term.text, term.risk) for term in found.terms][::2] == [("4197", "A.2.d"), ("制毒", "A.1.h")]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_term_never_becomes_a_formula(sign: str) -> None:
    text = f'{sign}HYPERLINK("http://毒")'
    lexicon = Lexicon((Term(term_id(text), text, "A.1.h", mode="exact"),))
    (_, row) = csv.reader(io.StringIO(write_lexicon(lexicon, "filing", "csv").decode()))
    assert row[0] == f"'{text}"
    book = openpyxl.load_workbook(io.BytesIO(write_lexicon(lexicon, "filing", "xlsx")))
    cell = book.active["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True) or cell.data_type == "inlineStr"
    for written_as in ("csv", "xlsx"):
        (term,) = read_lexicon(write_lexicon(lexicon, "filing", written_as), "x").terms  # type: ignore[arg-type]
        assert term.text == text


def test_a_text_with_a_bar_needs_json_lines() -> None:
    lexicon = Lexicon((Term("t", "冰毒", "A.1.h", hits=("卖|冰毒",)),))
    with pytest.raises(InputError, match="LEX004"):
        write_lexicon(lexicon, "whole", "csv")
    assert read_lexicon(write_lexicon(lexicon, "whole", "jsonl"), "x") == lexicon


GOOD = workbook("关键词", ["关键词", "一级分类", "二级分类"], [["冰毒", "A.1", "h"]])
SHEET = "xl/worksheets/sheet1.xml"


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return target.getvalue()


def sheet_with(cells: bytes) -> bytes:
    return changed(SHEET, lambda text: text.replace(b"</sheetData>", cells + b"</sheetData>"))


def a_second_sheet(state: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book.create_sheet("其他").append(["冰毒"])
    book.worksheets[1].sheet_state = state
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
END, MERGED = b"</sheetData>", b'<mergeCells><mergeCell ref="A2:B2"/></mergeCells>'
HOSTILE = {
    "a formula": (lambda: sheet_with(b'<row r="3"><c r="A3"><f>1+1</f><v>2</v></c></row>'), "cell A3", "holds a formula"),
    "an error": (lambda: sheet_with(b'<row r="3"><c r="A3" t="e"><v>#N/A</v></c></row>'), "cell A3", "holds an error"),
    "merged across": (lambda: changed(SHEET, lambda text: text.replace(END, END + MERGED)), "cells A2:B2", "are merged"),
    "a far column": (lambda: sheet_with(b'<row r="3"><c r="XFD3" t="str"><v>x</v></c></row>'), "cell XFD3", "stands beyond"),
    "a missing text": (lambda: sheet_with(b'<row r="3"><c r="A3" t="s"><v>9</v></c></row>'), "cell A3", "does not hold"),
    "a hidden sheet": (lambda: a_second_sheet("hidden"), "sheet 其他", "is hidden"),
    "two sheets": (lambda: a_second_sheet("visible"), "", "2 sheets hold cells"),
    "a bomb of entities": (
        lambda: changed(SHEET, lambda text: text.replace(b"?>\n", b"?>\n" + BOMB, 1)), SHEET, "has a document type",
    ),
    "a bomb of zeros": (lambda: changed(SHEET, lambda text: text + b" " * (97 << 20)), SHEET, "unpacks to more than"),
    "nested": (lambda: sheet_with(b"<a>" * 90 + b"</a>" * 90), SHEET, "elements inside one another"),
    "not XML": (lambda: changed(SHEET, lambda text: text[:-5]), SHEET, "is not well-formed"),
    "too many rows": (
        lambda: sheet_with(b'<row><c t="str"><v>x</v></c></row>' * 200_001), SHEET, "has more than 200,000 rows",
    ),
    "no sheet": (
        lambda: changed("xl/_rels/workbook.xml.rels", lambda text: text.replace(b"sheet1", b"other")),
        "xl/worksheets/other.xml",
        "lacks",
    ),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0" + bytes(512), "", "the old kind"),
    "no archive": (lambda: b"PK\x03\x04" + bytes(512), "", "the archive is damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_with_its_place(name: str) -> None:
    make, place, said = HOSTILE[name]
    with pytest.raises(FileFaults, match="LEX003") as caught:
        read_lexicon(make(), "words.xlsx")
    assert any(place == where and said in problem for where, problem in caught.value.faults), caught.value.faults


@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_workbook_gives_our_error_or_a_list(at: int, byte: int, cut: bool) -> None:
    damaged = GOOD[:at] if cut else GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]
    try:
        read_lexicon(damaged, "words.xlsx")
    except FileFaults:
        return  # LEX001 or LEX003: anything else fails the test


def test_rows_of_an_unmappable_class_are_told_by_row() -> None:
    rows = [["冰毒", "A.1", "h"], ["赌场", "别的", "x"], ["枪支", "", "其他"]]
    with pytest.raises(FileFaults) as caught:
        read_lexicon(workbook("x", ["关键词", "一级分类", "二级分类"], rows), "words.xlsx")
    assert [place for place, _ in caught.value.faults] == ["row 3", "row 4"]


def test_numbers_and_escapes_are_read_as_they_are_shown() -> None:
    content = sheet_with(b'<row r="3"><c><v>110.0</v></c><c t="inlineStr"><is><t>a_x000A_b</t></is></c></row>')
    assert list(read_sheet(content, "x"))[-1] == (3, ["110", "a\nb"])


def test_a_row_of_defaults_holds_for_the_rows_after_it() -> None:
    content = (
        "term,risk,severity,variants,without,owner,review_by\n"
        "前面,A.1.h,,,,,\n*,,low,latin|encoded,gaps,内容部,2026-12-01\n冰毒,A.1.h,,,,,\n赌场,A.1.h,high,none,none,我,\n"
    ).encode()
    first, second, third = read_lexicon(content, "x").terms
    assert (first.severity, first.variants, first.owner) == ("high", (), "")
    assert (second.severity, second.variants, second.without) == ("low", ("latin", "encoded"), ("gaps",))
    assert (second.owner, second.review_by) == ("内容部", date(2026, 12, 1))
    assert (third.severity, third.variants, third.without, third.owner) == ("high", (), (), "我")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"term": "冰毒", "risk": "A.1.h", "review_by": "01.12.2026"}', "is not a day"),
        ('{"term": "冰毒", "risk": "A.1.h", "without": ["all"]}', "without 'all' is not one of"),
        ('{"term": "冰毒", "risk": "A.1.h", "owner": "%s"}' % ("x" * 501), "at most 500"),
        ('{"term": "冰毒", "risk": "A.1.h", "hits": ["%s"]}' % ("x" * 1001), "at most 1000"),
        ('{"term": "冰毒", "risk": "A.1.h", "hits": %s}' % (["x"] * 21), "at most 20"),
        ('{"term": "*", "hits": ["冰毒"]}', "cannot state it"),
    ],
)
def test_what_a_term_states_besides_is_checked(row: str, said: str) -> None:
    with pytest.raises(FileFaults) as caught:
        read_lexicon(row.replace("'", '"').encode(), "x")
    assert said in caught.value.problem
