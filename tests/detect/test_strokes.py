"""Characters taken apart, also into bare strokes: found however the text is cut, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.lexicon import MAX_TERM, Lexicon, Term
from hegui.detect.screen import CompiledLexicon, LexiconStream, is_clean, scan
from hegui.detect.spelling import MAX_PAIRS, MAX_RESPELLINGS, respell, splits


def listed(*words: str) -> CompiledLexicon:
    return CompiledLexicon(Lexicon(tuple(Term(f"t{n}", w, "A.1.h", variants=("parts",)) for n, w in enumerate(words))))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("弓弩", "买㇆一㇉弩吗"),
        ("弓弩", "买㇆ 一·㇉ 弩吗"),
        ("暴力", "这是暴丿㇆"),
        ("暴力", "这是暴丿㇆。好"),
        ("书架", "㇆㇆丨丶架子"),
        ("窃听器", "卖窃听口口大口口的"),
        ("窃听器材", "穴切口斤器材"),
        ("旧货", "丨日货市场"),
    ],
)
def test_a_word_is_found_in_its_parts(word: str, text: str) -> None:
    lexicon = listed(word)
    found = {(f.start, f.end, f.grade) for f in scan(lexicon, text)}
    assert {grade for _, _, grade in found} == {"variant"}
    stream = LexiconStream(lexicon)
    steps = [stream.feed(character) for character in text] + [stream.feed("", final=True)]
    assert {(f.start, f.end, f.grade) for step in steps for f in step.findings} == found


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("旧货", "日货很多"),
        ("人渣", "豆渣和油渣"),
        ("人兽", "猛兽出没"),
        ("弓弩", "一弩在手"),
        ("暴力", "暴雨将至，丿㇆"),
        ("监听", "监考的人在听"),
    ],
)
def test_a_split_without_its_strokes_is_another_word(word: str, text: str) -> None:
    assert scan(listed(word), text) == ()
    assert is_clean(listed(word), text)


WORDS = st.lists(st.sampled_from(["弓弩", "暴力", "力", "母", "旧货", "监听器", "人", "一人"]), min_size=1, max_size=4)
TEXTS = st.text(alphabet="弓弩暴力母旧日货监听器口大人一丨丶丿亅㇆㇉乀 。\u200b", max_size=30)


@given(WORDS, TEXTS, st.data())
def test_the_findings_do_not_depend_on_the_cuts(words: list[str], text: str, data: st.DataObject) -> None:
    lexicon = listed(*words)
    whole = {(f.term_id, f.start, f.end) for f in scan(lexicon, text)}
    assert is_clean(lexicon, text) == (not whole)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    stream, found, safe = LexiconStream(lexicon), set(), 0
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        step = stream.feed(text[start:end])
        assert all(f.start >= safe for f in step.findings), "a part of a finding was let go"
        found |= {(f.term_id, f.start, f.end) for f in step.findings}
        safe = step.safe
    found |= {(f.term_id, f.start, f.end) for f in stream.feed("", final=True).findings}
    assert found == whole


def test_a_long_term_is_taken_apart_within_bounds() -> None:
    rich = max(splits(), key=lambda character: len(splits()[character]))
    found = respell(rich * MAX_TERM)
    assert MAX_TERM <= len(found) <= 4 * MAX_TERM + MAX_PAIRS + MAX_RESPELLINGS
    assert found[0].count(rich) == MAX_TERM - 1


def test_every_choice_of_two_characters_is_tried() -> None:
    word = "考试答案作弊器"
    found = set(respell(word))
    usual = {character: splits()[character][0] for character in word if character in splits()}
    for first in usual:
        for second in usual:
            assert "".join(usual[c] if c in (first, second) else c for c in word) in found


def test_parts_of_common_words_are_known() -> None:
    assert splits()["弓"] == ("㇆一㇉",)
    assert "口口大口口" in splits()["器"]
