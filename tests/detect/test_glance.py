"""What a glance at a text says, the closer look says too: nothing is found, and from where text may still become a finding."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.lexicon import Lexicon, Term, Variant
from hegui.detect.screen import LexiconStream, is_clean, scan
from hegui.kernel.fold import fold, self_folded

WORDS = ("冰毒", "heroin", "kill all", "三合会", "k粉", "bad", "走私")


class NoGlance:
    """Leaves everything to the closer look."""

    def holds_nothing(self, _: str) -> bool:
        return False

    def safe_until(self, _text: str, _before: str) -> None:
        return None


def compiled(variants: tuple[Variant, ...], *, glance: bool = True) -> CompiledLexicon:
    terms = (Term(f"t{at}", word, "A.1.h", variants=variants) for at, word in enumerate(WORDS))
    lexicon = CompiledLexicon(Lexicon(tuple(terms)))
    if not glance:
        lexicon.glance = NoGlance()  # type: ignore[assignment]
    return lexicon


CHOICES: tuple[tuple[Variant, ...], ...] = (("latin",), (), ("latin", "sound", "parts"))
PAIRS = [(compiled(variants), compiled(variants, glance=False)) for variants in CHOICES]
texts = st.lists(
    st.sampled_from([*WORDS, "h3r01n", "heroooin", "b4d", "!", "1", "|", "，", "\n", "，，，", "\u200b", "三", "一", "冰", "毒",
                     "的", "会", "hero", "ba", "I", "🅱", "㎏", "𠀀", "<", "丨", "\ud83d", " "]) | st.text(max_size=3), max_size=25
).map("".join)  # fmt: skip


@pytest.mark.parametrize(("glancing", "looking"), PAIRS, ids=[",".join(variants) or "none" for variants in CHOICES])
@given(text=texts, sizes=st.lists(st.integers(1, 3), min_size=1, max_size=5))
def test_a_glance_says_what_the_closer_look_says(
    glancing: CompiledLexicon, looking: CompiledLexicon, text: str, sizes: list[int]
) -> None:
    streams: list[Any] = [LexiconStream(glancing), LexiconStream(looking)]
    at = turn = 0
    while at < len(text):
        fragment = text[at : at + sizes[turn % len(sizes)]]
        at, turn = at + len(fragment), turn + 1
        one, other = (stream.feed(fragment) for stream in streams)
        assert one == other
    assert streams[0].feed("", final=True) == streams[1].feed("", final=True)
    assert is_clean(glancing, text) == (not scan(looking, text))


def test_characters_said_to_be_their_own_fold_are() -> None:
    spans = self_folded()
    assert len(spans) % 3 == 0
    held = [chr(code) for at in range(0, len(spans), 3) for code in range(ord(spans[at]), ord(spans[at + 2]) + 1)]
    assert len(held) > 10_000
    assert [c for c in held if fold(c) != c] == []
