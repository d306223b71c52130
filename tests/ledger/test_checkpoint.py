"""Keys, notes and checkpoints: one spelling of each, and trust only where a known key signed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import HeguiError
from hegui.kernel.merkle import EMPTY_ROOT
from hegui.ledger.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from hegui.ledger.keys import KeyKind, LedgerKeyError, SignerKey, VerifierKey
from hegui.ledger.note import MAX_SIGNATURES, Note, NoteError, Signature
from hegui.ledger.spelling import read_base64, read_decimal, write_base64
from tests.ledger.logs import LOG, NOW, OTHER_LOG, SECOND_WITNESS, WITNESS

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1, max_size=20)
KEYS = st.builds(SignerKey, NAMES, st.sampled_from(KeyKind), st.binary(min_size=32, max_size=32))
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1).map(
    lambda lines: "".join(line + "\n" for line in lines)
)
CHECKPOINT = Checkpoint(LOG.name, 3, b"\x07" * 32)
NOTE = Note.sign(CHECKPOINT.text(), LOG)


@given(KEYS)
def test_key_strings_are_read_as_written(key: SignerKey) -> None:
    assert SignerKey.parse(key.secret()) == key
    assert VerifierKey.parse(str(key.verifier)) == key.verifier
    assert key.secret() not in repr(key)
    assert repr(key.seed) not in repr(key)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "LED030"),
        ("log.example+8d7cf54d", "LED030"),
        (str(LOG.verifier).replace("8d7cf54d", "8D7CF54D"), "LED030"),
        (str(LOG.verifier).replace("8d7cf54d", "8d7cf54"), "LED030"),
        (str(LOG.verifier).replace("8d7cf54d", "8d7cf54e"), "LED031"),
        (str(LOG.verifier).replace("log.example", "log.examples"), "LED031"),
        (str(LOG.verifier).replace("log.example", "log example"), "LED030"),
        (str(LOG.verifier) + "\n", "LED030"),
        (str(LOG.verifier)[:-1], "LED030"),
        (str(LOG.verifier) + "AAAA", "LED030"),
        ("log.example/hegui+8d7cf54d+" + base64.b64encode(b"\x06" + bytes(32)).decode(), "LED032"),
        ("log.example/hegui+8d7cf54d+", "LED030"),
        (str(LOG.verifier).partition("+")[2], "LED030"),
    ],
)
def test_strings_that_are_no_verifier_key_are_refused(text: str, code: str) -> None:
    with pytest.raises(LedgerKeyError) as caught:
        VerifierKey.parse(text)
    assert caught.value.code == code


def test_a_verifier_key_is_not_taken_for_a_signer_key_and_no_error_shows_a_seed() -> None:
    with pytest.raises(LedgerKeyError):
        SignerKey.parse(str(LOG.verifier))
    with pytest.raises(LedgerKeyError) as caught:
        VerifierKey.parse(LOG.secret())
    assert write_base64(b"\x01" + LOG.seed) not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\u2028b", "a\u3000b", "a\x01b"])
def test_names_that_would_break_a_line_are_refused(name: str) -> None:
    with pytest.raises(LedgerKeyError):
        SignerKey(name, KeyKind.LOG, bytes(32))


@given(TEXTS, st.lists(KEYS, min_size=1, max_size=3, unique_by=lambda key: key.name))
def test_notes_are_read_as_written_and_open_for_their_signers(text: str, signers: list[SignerKey]) -> None:
    logs = [SignerKey(key.name, KeyKind.LOG, key.seed) for key in signers]
    note = Note.sign(text, *logs)
    times = [note.cosign(WITNESS, at=at) for at in (NOW, NOW + 1, NOW - 1)]
    note = Note(note.text, (*note.signatures, *times))
    assert Note.parse(note.encode()) == note
    found = note.signed_by([*(key.verifier for key in logs), WITNESS.verifier, OTHER_LOG.verifier])
    assert [signed.key for signed in found] == [*(key.verifier for key in logs), WITNESS.verifier]
    assert found[-1].at == NOW + 1


@given(st.data())
def test_one_changed_byte_is_never_a_note_of_the_log(data: st.DataObject) -> None:
    note = bytearray(NOTE.encode())
    at = data.draw(st.integers(0, len(note) - 1))
    note[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(HeguiError) as caught:
        open_checkpoint(bytes(note), LOG.verifier)
    assert caught.value.code in {"LED040", "LED041", "LED050", "LED052"}


@given(st.binary(max_size=200) | st.text("—ab+ \n=0", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        note = Note.parse(data)
    except NoteError:
        return
    assert note.encode() == data


GOOD_LINE = NOTE.signatures[0].line()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "text\n",
        "text\n\n",
        "\n" + GOOD_LINE,
        "text\n" + GOOD_LINE,
        "text\n\n" + GOOD_LINE[:-1],
        "text\n\n" + GOOD_LINE + "\n",
        "text\n\n" + GOOD_LINE + "more\n",
        "text\n\n-" + GOOD_LINE[1:],
        "text\n\n" + GOOD_LINE.replace(" ", "  "),
        "text\n\n" + GOOD_LINE.replace("=\n", "\n"),
        "te\txt\n\n" + GOOD_LINE,
        "text\r\n\r\n" + GOOD_LINE,
        "text\n\n— name AAAAAA==\n",
        "text\n\n— na+me AAAAAAA=\n",
        "text\n\n" + "— name AAAAAAA=\n" * (MAX_SIGNATURES + 1),
        "text\n" * 60_000 + "\n" + GOOD_LINE,
    ],
)
def test_what_is_no_note_is_refused(data: str) -> None:
    with pytest.raises(NoteError) as caught:
        Note.parse(data.encode())
    assert caught.value.code == "LED040"


def test_signatures_of_strangers_are_kept_and_not_judged() -> None:
    stranger = Signature("stranger.example", b"abcd", b"no signature")
    note = NOTE.plus(stranger, Signature(LOG.name, b"abcd", b"another key of that name"))
    opened = open_checkpoint(note.encode(), LOG.verifier, witnesses=[WITNESS.verifier])
    assert opened.note == note
    assert opened.is_self_attested


def test_a_later_cosignature_takes_the_place_of_the_one_before() -> None:
    first, second = (NOTE.cosign(WITNESS, at=at) for at in (NOW, NOW + 1))
    assert NOTE.plus(first).plus(second).signatures == (*NOTE.signatures, second)


def test_a_wrong_signature_of_a_known_witness_spoils_the_note() -> None:
    cosigned = NOTE.cosign(WITNESS, at=NOW)
    wrong = Signature(cosigned.name, cosigned.key_id, (NOW + 1).to_bytes(8, "big") + cosigned.value[8:])
    open_checkpoint(NOTE.plus(wrong).encode(), LOG.verifier)
    for value in (wrong.value, cosigned.value[:-1], cosigned.value[8:], b"\xff" * 72):
        note = NOTE.plus(Signature(cosigned.name, cosigned.key_id, value))
        with pytest.raises(NoteError) as caught:
            open_checkpoint(note.encode(), LOG.verifier, witnesses=[WITNESS.verifier])
        assert caught.value.code == "LED041"


def test_a_witness_and_a_log_do_not_stand_in_for_each_other() -> None:
    """The same Ed25519 key in both uses: the signed bytes differ, so neither signature passes for the other."""
    as_log = SignerKey("both.example", KeyKind.LOG, WITNESS.seed)
    as_witness = SignerKey("both.example", KeyKind.WITNESS, WITNESS.seed)
    text = CHECKPOINT.text().encode()
    assert not as_witness.verifier.accepts(text, as_log.sign(text))
    assert not as_log.verifier.accepts(text, as_witness.sign(text, at=NOW))
    assert not as_log.verifier.accepts(text, as_witness.sign(text, at=NOW)[8:])
    for log, witnesses in ((WITNESS.verifier, []), (LOG.verifier, [OTHER_LOG.verifier])):
        with pytest.raises(CheckpointError) as caught:
            open_checkpoint(NOTE.encode(), log, witnesses=witnesses)
        assert caught.value.code == "LED054"


@pytest.mark.parametrize("at", [None, -1, 2**63])
def test_a_witness_signs_only_with_a_time(at: int | None) -> None:
    with pytest.raises(LedgerKeyError) as caught:
        WITNESS.sign(b"text\n", at=at)
    assert caught.value.code == "LED033"


def test_too_few_witnesses_are_refused_and_one_key_counts_once() -> None:
    renamed = SignerKey("witness.example/w1b", KeyKind.WITNESS, WITNESS.seed)
    note = NOTE.plus(NOTE.cosign(WITNESS, at=NOW), NOTE.cosign(renamed, at=NOW))
    known = [WITNESS.verifier, SECOND_WITNESS.verifier, renamed.verifier]
    opened = open_checkpoint(note.encode(), LOG.verifier, witnesses=known, quorum=1)
    assert (len(opened.witnesses), opened.is_self_attested) == (1, False)
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(note.encode(), LOG.verifier, witnesses=known, quorum=2)
    assert caught.value.code == "LED053"


@pytest.mark.parametrize(
    ("signer", "origin", "code"),
    [
        (OTHER_LOG, None, "LED052"),
        (WITNESS, None, "LED052"),
        (LOG, "log.example/other", "LED051"),
        (LOG, "", "LED051"),
    ],
)
def test_another_key_or_origin_is_refused(signer: SignerKey, origin: str | None, code: str) -> None:
    value = signer.sign(CHECKPOINT.text().encode(), at=NOW)
    note = Note(CHECKPOINT.text(), (Signature(signer.name, signer.verifier.key_id, value),))
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(note.encode(), LOG.verifier, origin=origin)
    assert caught.value.code == code


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(NAMES, max_size=3).map(tuple))
def test_checkpoints_are_read_as_written(size: int, root: bytes, extensions: tuple[str, ...]) -> None:
    checkpoint = Checkpoint(LOG.name, size, root, extensions)
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


ROOT = write_base64(b"\x07" * 32)


@pytest.mark.parametrize(
    "text",
    [
        f"log\n3\n{ROOT}",
        "log\n3\n",
        f"\n3\n{ROOT}\n",
        f"log\n03\n{ROOT}\n",
        f"log\n+3\n{ROOT}\n",
        f"log\n٣\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n",
        f"log\n9223372036854775808\n{ROOT}\n",
        f"log\n{'9' * 5000}\n{ROOT}\n",
        f"log\n3\n{ROOT[:-1]}\n",
        f"log\n3\n{ROOT.replace('BwcHBwc=', 'BwcHBwd=')}\n",
        f"log\n3\n {ROOT}\n",
        f"log\n3\n{ROOT}\n\n",
        f"log\n0\n{ROOT}\n",
        f"log\n3\n{write_base64(bytes(31))}\n",
    ],
)
def test_a_note_of_the_log_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError) as caught:
        Checkpoint.parse(text)
    assert caught.value.code == "LED050"


def test_the_empty_log() -> None:
    assert Checkpoint.parse(Checkpoint("log", 0, EMPTY_ROOT).text()).size == 0


@given(st.binary(max_size=50))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = write_base64(data)
    assert read_base64(text) == data
    for other in (text + "\n", text + "=", " " + text, text.replace("=", ""), text.replace("+", "-")):
        assert other == text or read_base64(other) is None


@given(st.text("0123456789+-_ .e", max_size=22))
def test_decimals_have_one_spelling(text: str) -> None:
    number = read_decimal(text)
    assert number is None or str(number) == text
