"""Content numbers lead to their record, and nobody without the key makes or guesses one."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.label import content_number
from hegui.label.aigc import AigcLabel
from hegui.label.checks import check
from hegui.label.content_number import ContentNumber, record_of, verified
from hegui.label.faults import LabelError
from hegui.usecases.identifiers import new_exchange_id

KEY, OLD_KEY, OTHER_KEY = b"k" * 32, b"o" * 32, b"x" * 32
ids = st.builds(new_exchange_id, st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
numbers = st.builds(ContentNumber, ids, st.integers(0, 999_999), st.booleans())
EXCHANGE = new_exchange_id(1_700_000_000_000, b"0123456789")


@given(numbers)
def test_a_number_leads_back_to_its_record(number: ContentNumber) -> None:
    spelt = number.spelt(KEY)
    assert record_of(spelt) == number
    assert verified(spelt, (KEY,)) == number
    assert verified(f" {spelt.lower()}\n", (KEY,)) == number


@given(numbers)
def test_a_number_keeps_the_characters_of_annex_e(number: ContentNumber) -> None:
    spelt = number.spelt(KEY)
    assert len(spelt) <= 52
    assert re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", spelt)
    label = AigcLabel.first("001191110102MAD55U9H0F10002", spelt)
    assert check(label, strict=True, first_write=True) == ()


def test_several_files_of_one_exchange_differ_and_lead_to_it() -> None:
    spelt = [ContentNumber(EXCHANGE, index).spelt(KEY) for index in range(50)]
    assert len(set(spelt)) == len({one[-16:] for one in spelt}) == 50
    assert {verified(one, (KEY,)).id for one in spelt} == {EXCHANGE}


def test_a_file_without_an_exchange_is_told_apart() -> None:
    number = ContentNumber(EXCHANGE, 3, is_of_exchange=False)
    assert number.spelt(KEY).startswith("F" + EXCHANGE)
    assert verified(number.spelt(KEY), (KEY,)) == number
    assert number.spelt(KEY)[1:] != ContentNumber(EXCHANGE, 3).spelt(KEY)
    with pytest.raises(LabelError):
        verified(number.spelt(KEY)[1:], (KEY,))


def test_answers_that_have_the_bare_id_for_a_number_are_found_and_not_proven() -> None:
    assert record_of(EXCHANGE) == ContentNumber(EXCHANGE)
    with pytest.raises(LabelError) as caught:
        verified(EXCHANGE, (KEY,))
    assert caught.value.code == "LBL091"


@given(numbers, st.data())
def test_a_neighbour_cannot_be_made_from_a_number(number: ContentNumber, data: st.DataObject) -> None:
    """Whoever knows a number changes any character of it, or the index, and is refused."""
    spelt = number.spelt(KEY)
    at = data.draw(st.integers(0, len(spelt) - 1))
    sign = data.draw(st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ-F"))
    changed = spelt[:at] + sign + spelt[at + 1 :]
    other = f"{number._head.rpartition('-')[0]}-{(number.index + 1) % 1_000_000}-{spelt[-16:]}"
    for wrong in {changed, other} - {spelt}:
        with pytest.raises(LabelError) as caught:
            verified(wrong, (KEY,))
        assert caught.value.code == "LBL091"


def test_keys_may_change() -> None:
    spelt = ContentNumber(EXCHANGE).spelt(OLD_KEY)
    assert verified(spelt, (KEY, OLD_KEY)).id == EXCHANGE
    with pytest.raises(LabelError):
        verified(spelt, (KEY, OTHER_KEY))
    with pytest.raises(LabelError):
        verified(spelt, ())


def test_a_short_key_is_refused() -> None:
    for key in (b"", b"k" * 15):
        with pytest.raises(LabelError) as caught:
            ContentNumber(EXCHANGE).spelt(key)
        assert caught.value.code == "LBL092"


@given(st.text(max_size=60))
def test_numbers_of_others_lead_nowhere(text: str) -> None:
    assert record_of(text) is None
    with pytest.raises(LabelError):
        verified(text, (KEY,))


@pytest.mark.parametrize(
    "wrong", ["", EXCHANGE[1:], "F" + EXCHANGE, EXCHANGE + "-0-" + "0" * 16, "8" + EXCHANGE[1:], EXCHANGE[:-1] + "U"]
)
def test_an_id_of_another_form_is_a_fault_of_ours(wrong: str) -> None:
    with pytest.raises(ValueError, match="26 characters"):
        ContentNumber(wrong)


def test_the_examples_of_the_docstrings_hold() -> None:
    assert not doctest.testmod(content_number).failed
