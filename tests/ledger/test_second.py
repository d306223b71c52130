"""The second signature, by SM2: what openssl and a reference from the standard's text say of it, and who passes it over."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.crypto import sm2
from hegui.crypto.sm2 import Sm2Error, Sm2PublicKey, from_der, to_der, verifies
from hegui.crypto.sm2_signers import CommandSigner, FileSigner, open_signer
from hegui.ledger.checkpoint import open_checkpoint
from hegui.ledger.keys import LedgerKeyError, VerifierKey
from hegui.ledger.log import TileLog
from hegui.ledger.note import Note, Signature
from hegui.ledger.second import (
    SecondHistory,
    SecondKey,
    SecondTerm,
    Verdict,
    check_statement,
    judge,
    second_line,
    state_second,
)
from tests.ledger.logs import ENTRIES, LOG, OTHER_LOG, MemoryTiles
from tests.support import sm2_reference as reference

SECRET = int.from_bytes(b"\x05" * 32, "big")
K = int.from_bytes(b"\x06" * 32, "big")
raw_signatures = st.tuples(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1)).map(
    lambda pair: b"".join(number.to_bytes(32, "big") for number in pair)
)


class ReferenceSigner:
    """Signs as the standard's text says, without openssl."""

    def __init__(self, secret: int = SECRET) -> None:
        self.secret = secret
        self.public = Sm2PublicKey(reference.public_of(secret))

    def sign(self, message: bytes) -> bytes:
        return reference.sign(self.secret, message, K)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A private key as the manual makes one."""
    file = tmp_path / "ledger-sm2.pem"
    made = "umask 077; openssl genpkey -algorithm SM2 -out " + str(file)
    subprocess.run(["sh", "-c", made], check=True, capture_output=True)
    return file


def signed_note(signer: object = None) -> tuple[Note, SecondKey]:
    tiles = MemoryTiles()
    second = signer or ReferenceSigner()
    log = TileLog(tiles, LOG, second=second)  # type: ignore[arg-type]
    log.create()
    log.append(ENTRIES[:5])
    return log.published().note, SecondKey(LOG.name, second.public)  # type: ignore[attr-defined]


# --- the primitive ----------------------------------------------------------------------------------------------------


def test_the_reference_gives_the_standards_example() -> None:
    """GB/T 32918.5 annex A."""
    secret = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
    k = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
    assert reference.sign(secret, b"message digest", k) == sm2._EXAMPLE
    assert reference.public_of(secret) == sm2._EXAMPLE_KEY.point


def test_openssl_and_the_reference_accept_each_others_signatures(key_file: Path) -> None:
    signer, other = FileSigner(key_file), ReferenceSigner()
    for message in (b"", "合规\n".encode(), b"\0" * 70_000):
        assert reference.verifies(signer.public.point, message, signer.sign(message))
        assert verifies(other.public, message, other.sign(message))


@pytest.mark.parametrize("change", [0, 31, 32, 63])
def test_a_changed_signature_message_or_key_is_refused(change: int) -> None:
    signer = ReferenceSigner()
    good = signer.sign(b"text")
    bad = good[:change] + bytes([good[change] ^ 1]) + good[change + 1 :]
    assert not verifies(signer.public, b"text", bad)
    assert not verifies(signer.public, b"texts", good)
    assert not verifies(ReferenceSigner(7).public, b"text", good)


@pytest.mark.parametrize(
    "signature",
    [b"", bytes(64), bytes(63), reference.N.to_bytes(32, "big") * 2, b"\xff" * 64, bytes(31) + b"\1" + bytes(32)],
)
def test_signatures_out_of_range_are_refused(signature: bytes) -> None:
    assert not verifies(ReferenceSigner().public, b"text", signature)


@given(raw_signatures)
def test_the_two_forms_of_a_signature_are_one(raw: bytes) -> None:
    assert from_der(to_der(raw)) == raw


@given(st.binary(max_size=80))
@settings(max_examples=300)
def test_other_bytes_are_not_read_as_der(data: bytes) -> None:
    raw = from_der(data)
    assert raw is None or to_der(raw) == data


@pytest.mark.parametrize(
    "point",
    [b"", bytes(65), b"\x04" + bytes(64), b"\x02" + bytes(64), reference.public_of(5)[:-1] + b"\0", b"\x04" * 65],
)
def test_what_is_no_point_is_refused(point: bytes) -> None:
    with pytest.raises(Sm2Error, match="SIG001"):
        Sm2PublicKey(point)


def test_pem_is_what_openssl_writes(key_file: Path) -> None:
    done = subprocess.run(
        ["openssl", "pkey", "-in", str(key_file), "-pubout"], capture_output=True, text=True, check=True
    )
    key = Sm2PublicKey.from_pem(done.stdout)
    assert key.pem() == done.stdout
    assert key == FileSigner(key_file).public


@pytest.mark.parametrize("curve", ["P-256", "SM2-compressed"])
def test_keys_of_another_kind_are_refused(tmp_path: Path, curve: str) -> None:
    kind = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"] if curve == "P-256" else ["-algorithm", "SM2"]
    file = tmp_path / "key"
    subprocess.run(["openssl", "genpkey", *kind, "-out", str(file)], check=True, capture_output=True)
    form = ["-conv_form", "compressed"] if curve != "P-256" else []
    command = ["openssl", "ec", "-in", str(file), "-pubout", *form]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    with pytest.raises(Sm2Error, match="SIG001"):
        Sm2PublicKey.from_pem(done.stdout)


def test_without_openssl_nothing_is_called_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note, key = signed_note()
    monkeypatch.setenv("PATH", str(tmp_path))
    sm2._require_sm2.cache_clear()
    with pytest.raises(Sm2Error, match="SIG002"):
        verifies(key.public, b"x", bytes(64))
    assert judge(note, key) is Verdict.NOT_CHECKED


def test_an_openssl_without_sm2_makes_nothing_look_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\necho unknown option >&2\nexit 1\n")
    program.chmod(0o755)
    note, key = signed_note()
    monkeypatch.setenv("PATH", str(tmp_path))
    sm2._require_sm2.cache_clear()
    assert judge(note, key) is Verdict.NOT_CHECKED


# --- who signs --------------------------------------------------------------------------------------------------------


def test_a_key_others_may_read_is_not_used(key_file: Path) -> None:
    key_file.chmod(0o640)
    with pytest.raises(Sm2Error, match=r"SIG003.*mode 0640"):
        _ = FileSigner(key_file).public


@pytest.mark.parametrize("content", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_without_a_key_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "key.pem"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(Sm2Error, match="SIG003"):
        FileSigner(file).sign(b"text")


def test_a_program_signs_in_either_form(tmp_path: Path, key_file: Path) -> None:
    public = tmp_path / "public.pem"
    public.write_text(FileSigner(key_file).public.pem())
    sign = f"openssl pkeyutl -sign -inkey {key_file} -rawin -digest sm3 -pkeyopt distid:1234567812345678"
    signer = open_signer(f"command:{sign}", public)
    assert reference.verifies(signer.public.point, b"text", signer.sign(b"text"))
    raw = tmp_path / "raw"
    raw.write_bytes(ReferenceSigner().sign(b"text"))
    public.write_text(ReferenceSigner().public.pem())
    assert CommandSigner(f"cat {raw}", public).sign(b"text") == raw.read_bytes()


@pytest.mark.parametrize("words", ["false", "true", "head -c 64 /dev/zero", "./not-there", "'", "cat", "yes"])
def test_a_program_that_signs_wrongly_is_not_believed(tmp_path: Path, words: str) -> None:
    public = tmp_path / "public.pem"
    public.write_text(ReferenceSigner().public.pem())
    words = words if words != "yes" else "head -c 100000 /dev/urandom"
    with pytest.raises(Sm2Error, match="SIG004"):
        CommandSigner(words, public).sign(b"text")


def test_a_device_that_hashes_something_else_is_not_believed(tmp_path: Path, key_file: Path) -> None:
    """As devices do that are handed SM3 of the text alone, or sign under another user id."""
    public = tmp_path / "public.pem"
    public.write_text(FileSigner(key_file).public.pem())
    sign = f"openssl pkeyutl -sign -inkey {key_file} -rawin -digest sm3 -pkeyopt distid:another"
    with pytest.raises(Sm2Error, match="SIG004"):
        open_signer(f"command:{sign}", public).sign(b"text")


def test_a_program_needs_its_public_key() -> None:
    with pytest.raises(Sm2Error, match="SIG003"):
        open_signer("command:sign", None)


# --- notes ------------------------------------------------------------------------------------------------------------


def test_readers_who_do_not_know_it_pass_it_over() -> None:
    note, key = signed_note()
    assert len(note.signatures) == 2
    assert open_checkpoint(note.encode(), LOG.verifier).checkpoint.size == 5
    with pytest.raises(LedgerKeyError, match="LED032"):
        VerifierKey.parse(str(key))


def test_verdicts() -> None:
    note, key = signed_note()
    other = SecondKey(LOG.name, ReferenceSigner(9).public)
    wrong = Signature(key.name, key.key_id, ReferenceSigner().sign(b"another text"))
    short = Signature(key.name, key.key_id, b"x")
    assert judge(note, key) is Verdict.HOLDS
    assert judge(note, other) is Verdict.MISSING
    assert judge(note.plus(wrong), key) is Verdict.WRONG
    assert judge(note.plus(short), key) is Verdict.WRONG
    assert judge(Note(note.text, (*note.signatures, wrong)), key) is Verdict.WRONG


@pytest.mark.parametrize(
    "change",
    ["", "x", "log.example/hegui+00000000", "drop the last", "another name", "an Ed25519 key", "off the curve"],
)
def test_other_strings_are_no_key(change: str) -> None:
    text = str(SecondKey(LOG.name, ReferenceSigner().public))
    assert str(SecondKey.parse(text)) == text
    changed = {
        "drop the last": text[:-1],
        "another name": text.replace("log.", "lag."),
        "an Ed25519 key": str(LOG.verifier),
        "off the curve": text[:-4] + "AA==",
        "log.example/hegui+00000000": "log.example/hegui+00000000+" + text.split("+", 2)[2],
    }.get(change, change)
    with pytest.raises((LedgerKeyError, Sm2Error), match=r"LED034|SIG001"):
        SecondKey.parse(changed)


def test_a_statement_needs_both_signatures() -> None:
    note, key = signed_note()
    opened = open_checkpoint(note.encode(), LOG.verifier).checkpoint
    good = state_second(opened, LOG, ReferenceSigner())
    term = SecondTerm(5, key)
    assert check_statement(good.encode(), LOG.verifier, term, origin=LOG.name).size == 5
    bare = Note(good.text, good.signatures[:1])
    foreign = Note.sign(good.text, OTHER_LOG).plus(*good.signatures[1:])
    wrong = good.plus(second_line("another\n", LOG.name, ReferenceSigner()))
    for bad, asked in [
        (bare, term),
        (foreign, term),
        (wrong, term),
        (good, SecondTerm(5, None)),
        (good, SecondTerm(6, key)),
    ]:
        with pytest.raises(ValueError, match=r"LED100|LED052"):
            check_statement(bad.encode(), LOG.verifier, asked, origin=LOG.name)


def test_the_table_is_read_as_written() -> None:
    key = SecondKey(LOG.name, ReferenceSigner().public)
    history = SecondHistory().stated(3, key).stated(9, None).stated(12, key)
    assert SecondHistory.parse(history.encode()) == history
    assert [history.of_size(size) for size in (2, 3, 8, 9, 12)] == [None, key, key, None, key]


@pytest.mark.parametrize("rest", [b"", b"\n5\n", b"\n5 -\n5 -\n", b"\n9 -\n5 -\n", b"\n5 -", b"\n05 -\n", b"\xff\n"])
def test_other_tables_are_refused(rest: bytes) -> None:
    table = b"hegui.ledger/sm2-keys@v1" + rest
    with pytest.raises(ValueError, match="LED100"):
        SecondHistory.parse(table)
