"""Ids sort by time and are unique; pseudonyms are stable and tell nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.usecases.identifiers import ALPHABET, RandomBytes, new_exchange_id, pseudonym

MOMENT = st.integers(0, 2**48 - 1)
CHANCE = st.binary(min_size=10, max_size=10)


@given(MOMENT, CHANCE, MOMENT, CHANCE)
def test_ids_sort_as_instant_and_chance_do(one: int, chance: bytes, other: int, another: bytes) -> None:
    first, second = new_exchange_id(one, chance), new_exchange_id(other, another)
    assert (first < second) == ((one, chance) < (other, another))
    assert re.fullmatch(f"[{ALPHABET}]{{26}}", first)


def test_the_published_example_of_ulid_holds() -> None:
    assert new_exchange_id(1_469_918_176_385, bytes(10))[:10] == "01ARYZ6S41"


@pytest.mark.parametrize(("now_ms", "chance"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9)), (0, bytes(11))])
def test_an_id_is_not_made_of_too_little(now_ms: int, chance: bytes) -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        new_exchange_id(now_ms, chance)


def test_a_pseudonym_is_stable() -> None:
    assert pseudonym(bytes(32), "app-1", "alice") == "u-AKESSMKDRA3HKD7JRB9NSKFCY3"


@given(st.text(), st.text())
def test_users_applications_and_secrets_are_told_apart(user: str, other: str) -> None:
    names = {
        pseudonym(bytes(32), "app-1", user),
        pseudonym(bytes(32), "app-2", user),
        pseudonym(b"x" * 32, "app-1", user),
    }
    names.add(pseudonym(bytes(32), "app-1", other))
    assert len(names) == (3 if user == other else 4)
    assert all(re.fullmatch(f"u-[{ALPHABET}]{{26}}", name) for name in names)


def test_a_user_that_is_no_valid_unicode_has_a_pseudonym_too() -> None:
    assert pseudonym(bytes(32), "app-1", "\ud800") != pseudonym(bytes(32), "app-1", "?")


@given(st.lists(st.integers(1, 5000), max_size=12))
def test_random_bytes_are_handed_out_once_and_whole(counts: list[int]) -> None:
    given_out, asked = [], []

    def source(count: int) -> bytes:
        asked.append(bytes([len(asked) % 256]) * count)
        return asked[-1]

    chance = RandomBytes(source)
    for count in counts:
        given_out.append(chance.take(count))
        assert len(given_out[-1]) == count
    assert sum(map(len, given_out)) <= sum(map(len, asked))
