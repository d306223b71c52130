"""Kleene's tables, by truth: a formula is UNKNOWN exactly when its completions disagree, for formulas that name each part once."""

from __future__ import annotations

from itertools import product

import pytest

from hegui.kernel.logic import Verdict, all_of, any_of, negation, verdict

H, F, U = Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN
COMPLETIONS = {H: [True], F: [False], U: [True, False]}


def settled(truths: set[bool]) -> Verdict:
    return verdict(truths.pop() if len(truths) == 1 else None)


@pytest.mark.parametrize(("left", "right"), list(product(Verdict, repeat=2)))
def test_a_pair_is_joined_as_its_completions_agree(left: Verdict, right: Verdict) -> None:
    pairs = list(product(COMPLETIONS[left], COMPLETIONS[right]))
    assert all_of([left, right]) is settled({a and b for a, b in pairs})
    assert any_of([left, right]) is settled({a or b for a, b in pairs})


def test_nothing_joined_holds_for_all_and_fails_for_any() -> None:
    assert (all_of([]), any_of([])) == (H, F)


def test_negation_turns_what_is_known_only() -> None:
    assert [negation(value) for value in (H, F, U)] == [F, H, U]


def test_no_answer_is_unknown_and_never_false() -> None:
    assert [verdict(True), verdict(False), verdict(None)] == [H, F, U]
