"""Sealed parts: what was written comes back, and anything else is refused with our error and nothing more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from hegui.vault import part
from hegui.vault.faults import VaultDamage, VaultError
from hegui.vault.keys import new_key
from hegui.vault.part import RANDOM_SIZE, SALT_SIZE, Opened, Place, blob_name, key_id_of, open_part, seal
from tests.vault.samples import CONTENT, KEY, PLACE, RANDOM

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
PLACES = st.builds(Place, NAMES, NAMES)
RANDOMS = st.binary(min_size=RANDOM_SIZE, max_size=RANDOM_SIZE)
KEYS = st.builds(new_key, NAMES, st.binary(min_size=48, max_size=48))
CONTENTS = st.binary(max_size=2000)


@given(KEYS, PLACES, CONTENTS, RANDOMS)
def test_reading_gives_back_what_was_written(key: part.SubjectKey, place: Place, content: bytes, random: bytes) -> None:
    sealed = seal(key, place, content, random)
    assert open_part(key, place, sealed) == Opened(content, random[:SALT_SIZE])
    assert key_id_of(sealed) == key.id


@given(st.integers(0, 580 * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    sealed = bytearray(seal(KEY, PLACE, CONTENT, RANDOM))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VaultDamage) as caught:
        open_part(KEY, PLACE, bytes(sealed))
    assert caught.value.code == ("VLT004" if bit < 20 * 8 else "VLT003")


@given(CONTENTS, st.integers(0, 3000), st.binary(max_size=40))
def test_cut_and_lengthened_parts_are_refused(content: bytes, end: int, more: bytes) -> None:
    sealed = seal(KEY, PLACE, content, RANDOM)
    altered = sealed[:end] + more
    if altered == sealed:
        return
    with pytest.raises(VaultDamage):
        open_part(KEY, PLACE, altered)


@given(PLACES, PLACES, KEYS)
def test_a_part_opens_nowhere_else_and_under_no_other_key(here: Place, there: Place, other: part.SubjectKey) -> None:
    sealed = seal(KEY, here, CONTENT, RANDOM)
    wrong = [(replace(KEY, subject="u-other"), here), (replace(other, id=KEY.id), here), (other, here)]
    if there != here:
        wrong.append((KEY, there))
    for key, place in wrong:
        with pytest.raises(VaultDamage):
            open_part(key, place, sealed)


@pytest.mark.parametrize(("one", "two"), [(("ab", "c"), ("a", "bc")), (("a", "b"), ("b", "a"))])
def test_names_that_run_together_alike_are_told_apart(one: tuple[str, str], two: tuple[str, str]) -> None:
    assert blob_name(KEY.id, Place(*one)) != blob_name(KEY.id, Place(*two))
    with pytest.raises(VaultDamage, match="VLT003"):
        open_part(KEY, Place(*two), seal(KEY, Place(*one), CONTENT, RANDOM))


@pytest.mark.parametrize(
    "plain",
    [
        bytes(32) + (2**63).to_bytes(8, "big") + bytes(472),
        bytes(32) + (473).to_bytes(8, "big") + bytes(472),
        bytes(32) + (1).to_bytes(8, "big") + bytes(472 + 32),
        bytes(32) + (1).to_bytes(8, "big") + b"a" + bytes(470) + b"\x01",
        bytes(32) + (600).to_bytes(8, "big") + bytes(601),
    ],
    ids=["length beyond", "length one beyond", "too much padding", "padding not zero", "too little padding"],
)
def test_a_plaintext_that_we_would_not_write_is_refused(plain: bytes) -> None:
    """Such bytes come only from who holds the key; a reader that took them would open a way to hide things in them."""
    head = seal(KEY, PLACE, CONTENT, RANDOM)[:52]
    cipher, nonce = part._cipher(KEY, head[20:])
    forged = head + AESGCM.encrypt(cipher, nonce, plain, part._bound(head, KEY, PLACE))
    with pytest.raises(VaultDamage, match="VLT003"):
        open_part(KEY, PLACE, forged)


def test_the_largest_part_is_taken_and_one_byte_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "MAX_CONTENT", 1000)
    assert open_part(KEY, PLACE, seal(KEY, PLACE, bytes(1000), RANDOM)).content == bytes(1000)
    with pytest.raises(VaultError, match="VLT002"):
        seal(KEY, PLACE, bytes(1001), RANDOM)


@pytest.mark.parametrize("name", ["", "a b", "ü", "a\n", "x" * 257])
def test_names_that_cannot_be_are_refused(name: str) -> None:
    for make in (lambda: Place(name, "answer"), lambda: Place("r", name), lambda: new_key(name, bytes(48))):
        with pytest.raises(VaultError, match="VLT001"):
            make()


def test_content_and_keys_show_in_no_text() -> None:
    opened = open_part(KEY, PLACE, seal(KEY, PLACE, CONTENT, RANDOM))
    assert repr(opened) == "Opened()"
    assert KEY.key.hex() not in repr(KEY)
    assert repr(KEY.key) not in repr(KEY)
