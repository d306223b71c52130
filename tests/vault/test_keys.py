"""Subject keys under master keys: bound to id and subject, wrapped anew without being changed, and the master keys' text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import FileFaults
from hegui.vault.faults import VaultDamage, VaultError
from hegui.vault.keys import MasterKeys, master_id, new_key
from tests.vault.samples import KEY, MASTERS, NEW, OLD, ROTATING

BYTES_32 = st.binary(min_size=32, max_size=32)


@given(BYTES_32, BYTES_32, st.binary(min_size=48, max_size=48))
def test_a_key_comes_back_before_and_after_rotation(old: bytes, new: bytes, random: bytes) -> None:
    key = new_key("u-1", random)
    stored = MasterKeys([old]).wrap(key)
    both = MasterKeys([new, old])
    anew = both.rewrap(stored)
    assert MasterKeys([old]).unwrap(stored) == both.unwrap(stored) == both.unwrap(anew) == key
    assert MasterKeys([new]).unwrap(anew) == key
    assert both.rewrap(anew) is anew


@given(st.integers(0, 72 * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    stored = MASTERS.wrap(KEY)
    altered = bytearray(stored.wrapped)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VaultDamage, match="VLT005"):
        MASTERS.unwrap(replace(stored, wrapped=bytes(altered)))


@pytest.mark.parametrize("wrapped", [b"", b"x", bytes(72), bytes(71), bytes(80), bytes(24)])
def test_what_is_no_wrapped_key_is_refused(wrapped: bytes) -> None:
    with pytest.raises(VaultDamage, match="VLT005"):
        MASTERS.unwrap(replace(MASTERS.wrap(KEY), wrapped=wrapped))


def test_a_row_under_another_name_is_refused() -> None:
    stored = MASTERS.wrap(KEY)
    other = MASTERS.wrap(new_key("u-2", bytes(48)))
    for swapped in (
        replace(stored, subject="u-2"),
        replace(stored, id=other.id),
        replace(stored, wrapped=other.wrapped),
    ):
        with pytest.raises(VaultDamage, match="VLT005"):
            MASTERS.unwrap(swapped)


def test_a_master_key_that_is_not_at_hand_is_named() -> None:
    with pytest.raises(VaultError, match=f"VLT006 key {KEY.id} .*{master_id(NEW)}"):
        MASTERS.unwrap(ROTATING.wrap(KEY))


def test_the_text_of_the_master_keys() -> None:
    text = f"# in use since May\n{NEW.hex().upper()}\n\n  {OLD.hex()}  \n"
    assert MasterKeys.parse(text, "keys").ids == ROTATING.ids == (master_id(NEW), master_id(OLD))


def test_all_faults_of_the_text_come_at_once_and_quote_no_key() -> None:
    text = f"{OLD.hex()[:-2]}\n{NEW.hex()}\n{NEW.hex()}\n{'00' * 32}\nnot a key\n"
    with pytest.raises(FileFaults) as caught:
        MasterKeys.parse(text, "keys")
    assert (caught.value.code, caught.value.where) == ("VLT007", "keys")
    assert caught.value.faults == (
        ("line 1", "is not 64 hexadecimal digits (62 characters)"),
        ("line 3", "is the key of line 2 again"),
        ("line 4", "is no random key"),
        ("line 5", "is not 64 hexadecimal digits (9 characters)"),
    )
    assert OLD.hex()[:8] not in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing\n\n"])
def test_a_text_without_a_key_is_refused(text: str) -> None:
    with pytest.raises(FileFaults, match="there is no key"):
        MasterKeys.parse(text, "keys")


def test_master_keys_show_in_no_text() -> None:
    assert repr(ROTATING) == f"MasterKeys({master_id(NEW)}, {master_id(OLD)})"
