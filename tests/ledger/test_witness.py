"""The witness: it cosigns growth, and refuses everything else with the reason C2SP tlog-witness gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.merkle import EMPTY_ROOT
from hegui.ledger.checkpoint import Checkpoint, open_checkpoint
from hegui.ledger.keys import KeyKind, LedgerKeyError, SignerKey, VerifierKey
from hegui.ledger.note import Note
from hegui.ledger.witness import Cosigned, Head, Refusal, Refused, Request, RequestError, decide
from tests.ledger.logs import ENTRIES, LOG, NOW, OTHER_LOG, WITNESS, new_log

LOGS = {LOG.name: [LOG.verifier]}
FULL, _ = new_log(ENTRIES[:300])
TREE = FULL.tree()
FORK, _ = new_log([*ENTRIES[:4], ENTRIES[0], *ENTRIES[5:300]])


def note(size: int, root: bytes | None = None, signer: SignerKey = LOG, origin: str = LOG.name) -> bytes:
    return Note.sign(Checkpoint(origin, size, TREE.root(size) if root is None else root).text(), signer).encode()


def request(old: int, new: int) -> Request:
    return Request(old, tuple(TREE.consistency(old, new)), note(new))


def head(size: int) -> Head:
    return Head(size, TREE.root(size))


def asked(
    request: Request, remembered: Head | None, logs: dict[str, list[VerifierKey]] | None = None
) -> Cosigned | Refused:
    known = {} if remembered is None else {LOG.name: remembered}
    return decide(request, LOGS if logs is None else logs, known, WITNESS, at=NOW)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=5).map(sorted))
def test_a_log_that_only_grows_is_cosigned_at_every_step(sizes: list[int]) -> None:
    remembered: dict[str, Head] = {}
    for size in sizes:
        old = remembered.get(LOG.name, Head()).size
        answer = decide(request(old, size), LOGS, remembered, WITNESS, at=NOW)
        assert isinstance(answer, Cosigned)
        assert (answer.origin, answer.head) == (LOG.name, head(size))
        remembered[answer.origin] = answer.head
        signed = Note.parse(note(size)).plus(answer.signature)
        opened = open_checkpoint(signed.encode(), LOG.verifier, witnesses=[WITNESS.verifier], quorum=1)
        assert opened.witnesses[0].at == NOW


@pytest.mark.parametrize(
    ("request_", "remembered", "reason", "status"),
    [
        (replace(request(3, 9), checkpoint=b"no note"), head(3), Refusal.MALFORMED, 400),
        (replace(request(3, 9), checkpoint=note(9, origin="log.example/other")), head(3), Refusal.UNKNOWN_ORIGIN, 404),
        (replace(request(3, 9), checkpoint=note(9, signer=OTHER_LOG)), head(3), Refusal.NOT_SIGNED, 403),
        (replace(request(3, 9), checkpoint=note(9).replace(b"\n9\n", b"\n8\n")), head(3), Refusal.NOT_SIGNED, 403),
        (replace(request(9, 9), checkpoint=note(3)), head(9), Refusal.OLD_SIZE_TOO_LARGE, 400),
        (request(3, 9), head(5), Refusal.STALE, 409),
        (request(3, 9), None, Refusal.STALE, 409),
        (request(0, 9), head(3), Refusal.STALE, 409),
        (request(3, 5), head(9), Refusal.STALE, 409),
        (replace(request(9, 9), checkpoint=note(9, FORK.tree().root(9))), head(9), Refusal.WRONG_ROOT, 409),
        (replace(request(9, 9), proof=(bytes(32),)), head(9), Refusal.BAD_PROOF, 422),
        (replace(request(0, 9), proof=(bytes(32),)), None, Refusal.BAD_PROOF, 422),
        (replace(request(3, 9), proof=()), head(3), Refusal.BAD_PROOF, 422),
        (request(7, 9), Head(7, FORK.tree().root(7)), Refusal.BAD_PROOF, 422),
        (
            Request(7, tuple(FORK.tree().consistency(7, 200)), note(200, FORK.tree().root(200))),
            head(7),
            Refusal.BAD_PROOF,
            422,
        ),
    ],
)
def test_everything_else_is_refused_with_its_reason(
    request_: Request, remembered: Head | None, reason: Refusal, status: int
) -> None:
    answer = asked(request_, remembered)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.reason.status) == (reason, status)
    if reason is Refusal.STALE:
        assert answer.head == (remembered or Head(0, EMPTY_ROOT))


def test_a_signed_note_that_is_no_checkpoint_is_malformed() -> None:
    text = f"{LOG.name}\nnine\nroot\n"
    answer = asked(replace(request(0, 9), checkpoint=Note.sign(text, LOG).encode()), None)
    assert answer == Refused(Refusal.MALFORMED)


def test_a_log_may_change_its_key_while_both_are_believed() -> None:
    logs = {LOG.name: [OTHER_LOG.verifier, LOG.verifier]}
    assert isinstance(asked(request(3, 9), head(3), logs), Cosigned)
    both = Note.sign(Checkpoint(LOG.name, 9, TREE.root(9)).text(), LOG, OTHER_LOG).encode()
    assert isinstance(asked(replace(request(3, 9), checkpoint=both), head(3), logs), Cosigned)
    assert asked(request(3, 9), head(3), {LOG.name: []}) == Refused(Refusal.UNKNOWN_ORIGIN)


def test_only_a_witness_key_decides() -> None:
    with pytest.raises(LedgerKeyError):
        decide(request(0, 3), LOGS, {}, SignerKey("w", KeyKind.LOG, bytes(32)), at=NOW)


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple),
    st.binary(max_size=100),
)
def test_requests_are_read_as_written(old: int, proof: tuple[bytes, ...], checkpoint: bytes) -> None:
    made = Request(old, proof, checkpoint)
    assert Request.decode(made.encode()) == made


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"old 3\n",
        b"old 03\n\n",
        b"old -1\n\n",
        b"new 3\n\n",
        b"old 3\nQQ==\n\n",
        b"old 3\n" + b"A" * 44 + b"\n\n",
        b"\xff\n\n",
    ],
)
def test_other_requests_are_refused(data: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        Request.decode(data)
    assert caught.value.code == "LED095"
