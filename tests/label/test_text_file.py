"""The encoding of a text file: every byte comes back, and every character has its place."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label import text_file
from hegui.label.faults import LabelError
from hegui.label.text_file import is_text, lines, read_text, reveal, xml_encoding
from tests.label.contract import CARRIERS

SAMPLE = "春天的早晨，{小镇}。\r\nline 𠮷 two\n"


@pytest.mark.parametrize(
    ("data", "declared", "encoding"),
    [
        (SAMPLE.encode(), "", "utf-8"),
        (SAMPLE.encode("utf-8-sig"), "gbk", "utf-8"),
        (SAMPLE.encode("gb18030"), "", "gb18030"),
        (SAMPLE.replace("𠮷", "").encode("gbk"), "GB2312", "gb18030"),
        (codecs.BOM_UTF16_LE + SAMPLE.encode("utf-16-le"), "utf-8", "utf-16-le"),
        (codecs.BOM_UTF16_BE + SAMPLE.encode("utf-16-be"), "", "utf-16-be"),
        (("<a b='c'>" + SAMPLE).encode("utf-16-le"), "", "utf-16-le"),
        (("<a b='c'>" + SAMPLE).encode("utf-16-be"), "", "utf-16-be"),
        ("許功蓋".encode("big5"), "Big5", "big5hkscs"),
        (b"caf\xe9 ol\xe9", "iso-8859-1", "latin-1"),
        (b"plain", "windows-1252", "latin-1"),
        (b"plain", "no-such-thing", "utf-8"),
        (b"", "", "utf-8"),
    ],
)
def test_the_encoding_is_known_by_mark_pattern_declaration_and_content(
    data: bytes, declared: str, encoding: str
) -> None:
    text = read_text(Source.of(data), "x", lambda _: declared)
    assert text.encoding == encoding
    assert apply(data, [text.splice(0, len(text.text), text.text)]) == data


def test_the_carrier_in_gb_18030_says_the_same_as_the_one_in_utf_8() -> None:
    one, other = (
        read_text(Source.of((CARRIERS / name).read_bytes()), "x") for name in ("plain.txt", "plain-gb18030.txt")
    )
    assert one.text.startswith(other.text.splitlines()[0])
    assert (one.encoding, other.encoding) == ("utf-8", "gb18030")


@pytest.mark.parametrize("data", [codecs.BOM_UTF32_LE + b"a\0\0\0", codecs.BOM_UTF32_BE])
def test_utf_32_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(LabelError, match=r"LBL080.*UTF-32"):
        read_text(Source.of(data), "x")
    assert not is_text(data)


@given(st.binary(max_size=80), st.sampled_from(["", "gbk", "big5", "latin1", "utf-16", "shift_jis"]), st.data())
def test_any_bytes_come_back_whatever_is_declared_and_every_place_is_right(
    data: bytes, declared: str, draw: st.DataObject
) -> None:
    try:
        text = read_text(Source.of(data), "x", lambda _: declared)
    except LabelError:
        return
    places = draw.draw(st.lists(st.integers(0, len(text.text)), max_size=4))
    for place in places:
        before, after = data[: text.at(place)], data[text.at(place) :]
        assert before.endswith(text.encode(text.text[:place]))
        assert after.startswith(text.encode(text.text[place:]))
    reveal(text.text).encode()


@given(st.text(st.sampled_from("a\r\n\x0b\u2028\x85"), max_size=30))
def test_lines_break_at_line_feeds_and_carriage_returns_alone(text: str) -> None:
    found = list(lines(text))
    assert "".join(text[line.start : line.next] for line in found) == text
    assert not any(set("\r\n") & set(text[line.start : line.end]) for line in found)
    assert len(found) == len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - text.endswith(
        ("\r", "\n")
    ) - (not text)


def test_a_text_cut_at_the_limit_in_the_middle_of_a_character_is_still_its_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for limit in range(20, 28):
        monkeypatch.setattr(text_file, "LIMIT", limit)
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            data = ("<a b='c'>" + "早𠮷" * 20).encode(encoding)
            text = read_text(Source.of(data), "x")
            assert (text.encoding, text.is_whole) == (encoding, False)
            assert data.startswith(text.encode(text.text))
            assert len(text.text) > 9


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("at", [0, 1_048_570, 1_048_572, 1_048_573, 1_048_576, 2_000_000])
def test_a_mention_beyond_the_limit_is_seen_wherever_the_pieces_are_cut(
    encoding: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "LIMIT", 1000)
    data = (
        ("x" * 1000).encode(encoding)
        + b"yy" * (at // 2)
        + "aIgC".encode(encoding.removesuffix("-be") + "-be" * encoding.endswith("be"))
    )
    assert read_text(Source.of(data), "x").mentions_beyond
    assert not read_text(Source.of(data.replace(b"C", b"D")), "x").mentions_beyond


def test_what_an_xml_declaration_says_is_read_only_at_the_start() -> None:
    assert xml_encoding(b"<?xml version='1.0' encoding='GB2312'?>") == "GB2312"
    assert xml_encoding(b"<a/><?xml version='1.0' encoding='GB2312'?>") == ""


@pytest.mark.parametrize(
    ("head", "expected"),
    [(b"text\r\n\x1b[0m", True), (b"", True), ("早".encode("gb18030"), True), (b"\x89PNG\r\n\x1a\n\0\0\0\r", False),
     (b"GIF89a\x10\x00", False), ("<a b=1>".encode("utf-16-le"), True), (b"\1\0\2\0", False), (b"\xff\xfea\0", True)]
)  # fmt: skip
def test_text_is_told_from_other_files(head: bytes, expected: bool) -> None:
    assert is_text(head) is expected
