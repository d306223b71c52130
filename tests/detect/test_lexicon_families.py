"""Each family of disguise can be looked for, and each folding left out, term by term."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.lexicon import Lexicon, Term, default_mode
from hegui.detect.screen import CompiledLexicon, is_clean, scan

TAGGED = "".join(chr(0xE0000 + ord(letter)) for letter in "heroin")


def found(text: str, term: str, variants: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[str]:
    made = Term("t", term, "A.1.h", mode=default_mode(term), variants=variants, without=without)  # type: ignore[arg-type]
    lexicon = CompiledLexicon(Lexicon((made,)))
    findings = scan(lexicon, text)
    assert is_clean(lexicon, text) == (not findings)
    return [f"{finding.grade}:{text[finding.start : finding.end]}" for finding in findings]


@pytest.mark.parametrize(
    ("term", "family", "text", "caught", "others"),
    [
        ("heroin", "leet", "h3roin heroooin", ["variant:h3roin"], ["repeats", "pinyin"]),
        ("heroin", "repeats", "h3roin heroooin", ["variant:heroooin"], ["leet", "sound"]),
        ("冰毒", "pinyin", "bingdu 兵毒 冰du", ["variant:bingdu", "variant:冰du"], ["homophones", "parts"]),
        ("冰毒", "homophones", "bingdu 兵毒 冰du", ["variant:兵毒"], ["pinyin", "latin"]),
        ("海洛因", "initials", "去买hly吧，海l因", ["variant:hly", "variant:海l因"], ["sound", "latin"]),
        ("海洛因", "reversed", "\u202e因洛海\u202c", ["variant:因洛海"], ["sound", "encoded"]),
        ("heroin", "rot13", "urebva", ["decoded:urebva"], ["base64", "latin"]),
        ("冰毒", "hex", "%E5%86%B0%E6%AF%92", ["decoded:E5%86%B0%E6%AF%92"], ["base64", "sound"]),
        ("冰毒", "hex", "E5 86 B0 E6 AF 92", ["decoded:E5 86 B0 E6 AF 92"], ["base64"]),
        ("heroin", "tags", f"buy {TAGGED}", [f"decoded:{TAGGED}"], ["latin", "hex"]),
    ],
)
def test_a_family_is_found_where_it_is_named_and_only_there(
    term: str, family: str, text: str, caught: list[str], others: list[str]
) -> None:
    assert found(text, term, (family,)) == caught
    assert found(text, term) == []
    assert set(found(text, term, tuple(others))).isdisjoint(caught)


@pytest.mark.parametrize(
    ("without", "text"),
    [
        ("gaps", "冰 毒"),
        ("gaps", "冰🙂毒"),
        ("invisible", "冰\u200b毒"),
        ("wrapped", "冰<b></b>毒"),
        ("wrapped", "\\u51b0毒"),
        ("wrapped", "&#20912;毒"),
        ("radicals", "冰⽏"),
    ],
)
def test_a_folding_is_seen_through_unless_the_term_does_without_it(without: str, text: str) -> None:
    term = "冰毋" if without == "radicals" else "冰毒"
    assert found(text, term)
    assert found(text, term, (), (without,)) == []
    assert found(term, term, (), (without,)) == [f"exact:{term}"]


@pytest.mark.parametrize(
    ("without", "text", "term"),
    [
        ("traditional", "嗎啡", "吗啡"),
        ("circled", "ⓗeroin", "heroin"),
        ("lookalikes", "hеroin", "heroin"),
        ("numerals", "一一〇", "110"),
    ],
)
def test_a_letter_for_another_is_seen_through_unless_the_term_does_without_it(
    without: str, text: str, term: str
) -> None:
    assert found(text, term)
    assert found(text, term, (), (without,)) == []


@pytest.mark.parametrize("text", [r"\xe5\x86\xb0\xe6\xaf\x92", "0xe5, 0x86, 0xb0, 0xe6, 0xaf, 0x92"])
def test_bytes_written_as_a_program_writes_them_are_hexadecimal_too(text: str) -> None:
    assert "decoded:" + text in found(text, "冰毒", ("hex",))


def test_what_the_terms_own_text_holds_is_never_left_out() -> None:
    assert found("bad word", "bad word", (), ("gaps",)) == ["exact:bad word"]


@pytest.mark.parametrize("text", ["hlyx", "ahly", "bd", "海l", "海洛y2"])
def test_initials_inside_other_letters_are_none(text: str) -> None:
    assert "variant:hly" not in found(text, "海洛因", ("initials",))
    assert found("bd", "冰毒", ("initials",)) == []


@given(before=st.text(max_size=9), after=st.text(max_size=9), urlsafe=st.booleans())
def test_base64_is_found_wherever_the_term_begins_in_it(before: str, after: str, urlsafe: bool) -> None:
    data = (before + "冰毒" + after).encode(errors="ignore")
    coded = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(data).decode()
    assert any(hit.startswith("decoded:") for hit in found(f"x {coded} y", "冰毒", ("base64",)))
    broken = "\n".join(coded[at : at + 3] for at in range(0, len(coded), 3))
    assert any(hit.startswith("decoded:") for hit in found(broken, "冰毒", ("encoded",)))


def test_short_terms_are_not_looked_for_in_codes() -> None:
    assert found("c2V4 736578 frk", "sex", ("encoded",)) == []
