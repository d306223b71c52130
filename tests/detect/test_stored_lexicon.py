"""A list as the store keeps it: read back as it was, quickly, and only if nobody has changed it."""

from __future__ import annotations

from datetime import date

import pytest

from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.screen import CompiledLexicon, scan
from hegui.errors import InternalError

LEXICON = Lexicon(
    (
        Term("t1", "冰毒", "A.1.h", exceptions=("反冰毒",), variants=("latin", "sound")),
        Term("t2", 'a "quoted"\u2028 word', "A.1.f", severity="low", mode="exact", variants=()),
    )
)


def test_a_stored_list_is_read_back_as_it_was() -> None:
    found = Lexicon.from_lines(LEXICON.lines(), LEXICON.digest)
    assert found == LEXICON
    assert found.__dict__["digest"] == LEXICON.digest
    assert found.lines() == LEXICON.lines()


def test_a_list_without_what_came_later_keeps_its_digest() -> None:
    line = '{"exceptions":[],"id":"t","mode":"folded","risk":"A.1.h","severity":"high","text":"冰毒","variants":["latin"]}\n'
    assert Lexicon((Term("t", "冰毒", "A.1.h"),)).lines() == line.encode()


def test_what_a_term_states_besides_is_kept() -> None:
    term = Term(
        "t",
        "冰毒",
        "A.1.h",
        without=("gaps",),
        owner="内容安全部",
        reason="专项",
        review_by=date(2026, 12, 1),
        hits=("卖冰毒",),
        passes=("冰与毒",),
    )
    found = Lexicon((term,))
    assert Lexicon.from_lines(found.lines(), found.digest) == found


def test_a_stored_list_that_was_changed_is_refused() -> None:
    with pytest.raises(InternalError, match="LEX002"):
        Lexicon.from_lines(LEXICON.lines().replace("冰毒".encode(), "冰糖".encode()), LEXICON.digest)


def test_a_stored_term_of_which_folding_leaves_nothing_is_never_found() -> None:
    lexicon = CompiledLexicon(Lexicon((Term("t1", "…", "A.1.h"), Term("t2", "冰毒", "A.1.h"))))
    assert [finding.term_id for finding in scan(lexicon, "好…冰毒")] == ["t2"]
    assert not scan(lexicon, "好…")
