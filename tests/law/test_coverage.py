"""How far the law that hegui holds was checked."""

from __future__ import annotations

from hegui.law.coverage import CONFIDENCES, DUTIES, STATES, coverage
from hegui.law.expression import Always
from tests.law.comparing import BOOK

FOUND = coverage(BOOK)


def test_every_provision_is_counted_once_by_instrument_confidence_and_state() -> None:
    assert FOUND.whole.total == len(BOOK.provisions)
    assert sum(count.total for _, count in FOUND.by_instrument) == len(BOOK.provisions)
    assert sum(map(FOUND.whole.of_confidence, CONFIDENCES)) == len(BOOK.provisions)
    assert sum(map(FOUND.whole.of_state, STATES)) == len(BOOK.provisions)
    assert len(FOUND.by_instrument) == len(BOOK.instruments)


def test_every_row_of_the_mission_is_there_and_none_is_empty() -> None:
    assert tuple(FOUND.by_duty) == DUTIES
    assert FOUND.empty_duties == ()


def test_what_was_never_checked_is_listed_by_id() -> None:
    assert len(FOUND.unchecked) == FOUND.whole.of_confidence("own_knowledge")
    assert {one.confidence for one in FOUND.unchecked} == {"own_knowledge"}


def test_unconditional_provisions_are_those_whose_condition_is_always() -> None:
    assert {one.id for one in FOUND.unconditional} == {p.id for p in BOOK.provisions.values() if p.when == Always(True)}
    assert "IM-1-1" in {one.id for one in FOUND.unconditional}
