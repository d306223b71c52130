"""Check digits that more than one part needs; tests/detect/personal has those that only detectors use."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel import check_digits
from hegui.kernel.check_digits import organisation_check, resident_id_check, social_credit_check

# Codes of organisations that stand in published labels, GB 32100-2015; positions 9 to 17 are the organisation code.
PUBLISHED = (
    "91110102MACQD9K640", "9144030008867405X2", "91110102MAD55U9H0F", "91440300708461136T", "91110108MA01KP2T5U",
    "91310104MACE0YX639", "91330101MA27WPYJ18", "91440101MA9Y9T4H7A", "91110108335469089C", "91110000802100433B",
    "91440300MA5G49LC9K", "91330110MADHPQQY7L", "91110108587659081E", "91330106MA2CFLDG4R",
)  # fmt: skip


def test_the_examples_of_the_docstrings_hold() -> None:
    found = doctest.testmod(check_digits)
    assert found.attempted >= 4
    assert not found.failed


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_pass_both_of_their_checks(code: str) -> None:
    assert social_credit_check(code[:17]) == code[17]
    assert organisation_check(code[8:16]) == code[16]


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.data())
def test_every_single_wrong_character_of_a_social_credit_code_shows(first17: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != first17[at]]))
    assert social_credit_check(first17[:at] + other + first17[at + 1 :]) != social_credit_check(first17)


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16))
def test_every_single_wrong_digit_of_an_identity_number_shows(first17: str, at: int) -> None:
    wrong = first17[:at] + str((int(first17[at]) + 1) % 10) + first17[at + 1 :]
    assert resident_id_check(wrong) != resident_id_check(first17)
