"""Proof files: one spelling, and nothing in them is believed that the signatures do not cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import HeguiError
from hegui.ledger.proof import MAX_PROOF_BYTES, ProofFile, ProofFileError
from tests.ledger.logs import ENTRIES, LOG, new_log

TREE, _ = new_log(ENTRIES[:300])
GENUINE = TREE.prove(217)
DATA = GENUINE.encode()
HASH = st.binary(min_size=32, max_size=32)


@given(
    st.integers(0, 2**63 - 1), st.lists(HASH, max_size=63).map(tuple), st.binary(max_size=99), st.binary(max_size=99)
)
def test_files_are_read_as_written(index: int, hashes: tuple[bytes, ...], note: bytes, extra: bytes) -> None:
    proof = ProofFile(index, hashes, note, extra)
    assert ProofFile.decode(proof.encode()) == proof


@given(st.data())
def test_one_changed_byte_outside_the_extra_line_proves_nothing(data: st.DataObject) -> None:
    changed = bytearray(DATA)
    at = data.draw(st.integers(0, len(DATA) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(HeguiError):
        ProofFile.decode(bytes(changed)).verify(ENTRIES[217], LOG.verifier)


@given(st.binary(max_size=300) | st.integers(0, len(DATA)).map(lambda at: DATA[:at]))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        proof = ProofFile.decode(data)
    except ProofFileError:
        return
    assert proof.encode() == data


TEXT = DATA.decode()
FIRST_HASH = TEXT.split("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.replace("@v1", "@v2"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("index 217", "index 0217"),
        TEXT.replace("index 217", "index -217"),
        TEXT.replace("index 217", "index 9223372036854775808"),
        TEXT.replace("index 217", "index  217"),
        TEXT.replace("index 217", "index ٢"),
        TEXT.replace("index 217\n", ""),
        TEXT.replace("index 217", "extra \nindex 217"),
        TEXT.replace("index 217", "extra QQ\nindex 217"),
        TEXT.replace("index 217", "extra QR==\nindex 217"),
        TEXT.replace("index 217", "extra QQ==\nextra QQ==\nindex 217"),
        TEXT.replace("index 217", "index 217\nextra QQ=="),
        TEXT.replace(FIRST_HASH, FIRST_HASH[:-1]),
        TEXT.replace(FIRST_HASH, FIRST_HASH + " "),
        TEXT.replace(FIRST_HASH, "QQ=="),
        TEXT.replace(FIRST_HASH, (FIRST_HASH + "\n") * 60 + FIRST_HASH),
        "\ufeff" + TEXT,
        TEXT.partition("\n\n")[0],
        TEXT + "x" * MAX_PROOF_BYTES,
    ],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ProofFileError) as caught:
        ProofFile.decode(text.encode())
    assert caught.value.code == "LED070"


def test_extra_data_changes_nothing() -> None:
    proof = ProofFile(GENUINE.index, GENUINE.hashes, GENUINE.checkpoint, b"read me")
    assert ProofFile.decode(proof.encode()).verify(ENTRIES[217], LOG.verifier) == TREE.published()


@pytest.mark.parametrize(
    ("index", "hashes", "entry", "code"),
    [
        (217, GENUINE.hashes, ENTRIES[216], "LED004"),
        (216, GENUINE.hashes, ENTRIES[217], "LED004"),
        (299, GENUINE.hashes, ENTRIES[217], "LED003"),
        (300, GENUINE.hashes, ENTRIES[217], "LED001"),
        (2**63 - 1, GENUINE.hashes, ENTRIES[217], "LED001"),
        (217, GENUINE.hashes[:-1], ENTRIES[217], "LED003"),
        (217, (*GENUINE.hashes, bytes(32)), ENTRIES[217], "LED003"),
        (217, GENUINE.hashes[::-1], ENTRIES[217], "LED004"),
        (217, (), ENTRIES[217], "LED003"),
    ],
)
def test_a_proof_of_something_else_is_refused(index: int, hashes: tuple[bytes, ...], entry: bytes, code: str) -> None:
    with pytest.raises(HeguiError) as caught:
        ProofFile(index, hashes, GENUINE.checkpoint).verify(entry, LOG.verifier)
    assert caught.value.code == code
