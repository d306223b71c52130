"""Lists and texts that mean harm: long terms taken apart, terms with numerals, every family at once, however a text is cut."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.families import VARIANTS
from hegui.detect.lexicon import Lexicon, Mode, Term
from hegui.detect.lexicon_lint import lint
from hegui.detect.screen import CompiledLexicon, LexiconStream, is_clean, scan
from hegui.detect.spelling import MAX_PAIRS, initials, respell, splits

LEXICON = CompiledLexicon(
    Lexicon(
        (
            Term("a", "海洛因", "A.1.h", variants=VARIANTS),
            Term("b", "heroin", "A.1.h", mode="word", variants=VARIANTS),
            Term("c", "三唑仑", "A.1.h", variants=VARIANTS),
            Term(
                "d",
                "冰毒",
                "A.1.h",
                variants=VARIANTS,
                without=("gaps", "circled", "wrapped"),
                exceptions=("反冰毒",),
            ),
            Term("e", "balloon", "A.1.h", mode="word", variants=("leet",)),
            Term("f", "毛片", "A.1.h", variants=("homophones", "base64", "hex")),
        )
    )
)
PIECES = (
    "海洛因", "hly", "h洛因", "hai洛因", "因洛海", "heroin", "urebva", "h3r0in", "heroooin", "ball00n", "balloooon",
    "冰 毒", "冰毒", "反冰毒", "<b>", "冰<b>毒", "\\u51b0", "毒", "毛骗", "maopian", "mao", "片",
    base64.b64encode("x冰毒y".encode()).decode(), base64.b64encode(b"ab heroin").decode(),
    "e5 86 b0 e6 af 92", "%E5%86%B0%E6%AF%92", "&#27602;", " ", "a", "1", "\n", "=", ".", "\ud83d", "\udc0d", "ⓗ",
    "三唑仑", "szl", "3zuolun", "".join(chr(0xE0000 + ord(letter)) for letter in "heroin"), "\x00", "\u200b",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join), st.randoms(use_true_random=False))
def test_with_every_family_on_a_text_cut_anywhere_is_read_as_the_whole(text: str, random: object) -> None:
    draw = getattr(random, "randint")  # noqa: B009 - hypothesis gives a random.Random of its own class
    whole = scan(LEXICON, text)
    stream, found, at = LexiconStream(LEXICON), [], 0
    safe = 0
    while at < len(text):
        size = draw(1, 4)
        step = stream.feed(text[at : at + size])
        assert all(finding.start >= safe for finding in step.findings)
        safe, at = step.safe, at + size
        found += step.findings
    last = stream.feed("", final=True).findings
    assert all(finding.start >= safe for finding in last)
    assert {*found, *last} == set(whole)
    assert is_clean(LEXICON, text) == (not whole)


def test_a_long_term_whose_characters_all_come_apart_costs_no_more_than_a_short_one() -> None:
    most = max(splits(), key=lambda character: len(splits()[character]))
    spelled = respell(most * 64)
    assert len(spelled) <= 64 * 4 + MAX_PAIRS  # one apart in each way, two apart in the usual one
    assert most * 64 not in spelled


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        ("好", ["女子"]),
        ("一丁", []),
    ],
)
def test_few_ways_are_all_taken(term: str, wanted: list[str]) -> None:
    assert set(wanted) <= set(respell(term))
    assert term not in respell(term)


@pytest.mark.parametrize(("term", "letters"), [("海洛因", "hly"), ("三唑仑", "szl")])
def test_a_numeral_has_an_initial_as_any_character_has(term: str, letters: str) -> None:
    assert initials(term)[0] == (letters, False)
    lexicon = CompiledLexicon(Lexicon((Term("t", term, "A.1.h", variants=("initials",)),)))
    assert [finding.grade for finding in scan(lexicon, f"有{letters}出售")] == ["variant"]
    assert not scan(lexicon, f"x{letters} {letters}y")


@pytest.mark.parametrize("text", ["h洛因", "海l因", "s唑仑", "三z仑"])
def test_one_character_may_stand_as_its_initial(text: str) -> None:
    terms = (Term("a", "海洛因", "A.1.h", variants=("initials",)), Term("c", "三唑仑", "A.1.h", variants=("initials",)))
    assert scan(CompiledLexicon(Lexicon(terms)), text)


TEXTS = st.lists(st.sampled_from(("ab", "cd", "x", "毒", "冰", "1", " ")), min_size=1, max_size=4).map("".join)
MODES: list[Mode] = ["folded", "word", "exact"]


@given(st.lists(st.tuples(TEXTS, st.sampled_from(MODES)), min_size=2, max_size=4), TEXTS, TEXTS)
def test_where_a_term_held_to_be_useless_is_found_so_is_the_other(
    written: list[tuple[str, Mode]], before: str, after: str
) -> None:
    terms = [
        Term(str(i), text, "A.1.h", mode=mode, variants=()) for i, (text, mode) in enumerate(written) if text.strip()
    ]
    lexicon = Lexicon(tuple(terms))
    compiled, texts = CompiledLexicon(lexicon), {term.id: term.text for term in terms}
    for doubt in lint(lexicon)[0]:
        if doubt.kind in ("duplicate", "swallowed"):
            for text in (texts[doubt.term_id], before + texts[doubt.term_id] + after):
                found = {finding.term_id for finding in scan(compiled, text)}
                assert doubt.term_id not in found or doubt.other in found
