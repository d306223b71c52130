"""Decide whether to cosign a checkpoint: only if the log never takes back what this witness has seen.

Knows the request, the checks in their order, and the answers. Knows no network, disk or clock: what is remembered of a log
is handed in, what to remember from now on is handed back. Rule: between reading the remembered head and storing the new one
no other decision about the same origin may be taken, and the new head is stored before the cosignature leaves.
Rules: C2SP tlog-witness (add-checkpoint) and tlog-cosignature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from hegui.errors import InputError
from hegui.kernel.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE, MerkleError
from hegui.kernel.merkle_proof import check_consistency
from hegui.ledger.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from hegui.ledger.keys import KeyKind, LedgerKeyError, SignerKey, VerifierKey
from hegui.ledger.note import Note, NoteError, Signature
from hegui.ledger.proof import MAX_PROOF_HASHES
from hegui.ledger.spelling import read_decimal, read_hash, write_base64

__all__ = ["Cosigned", "Head", "Refusal", "Refused", "Request", "RequestError", "decide"]


class RequestError(InputError):
    """Bytes that are no add-checkpoint request."""


class Refusal(Enum):
    """Why a checkpoint is not cosigned; the value is the HTTP status of tlog-witness, with a word to tell two 409 apart."""

    MALFORMED = (400, "malformed")
    OLD_SIZE_TOO_LARGE = (400, "old size too large")
    NOT_SIGNED = (403, "not signed by the log")
    UNKNOWN_ORIGIN = (404, "unknown origin")
    STALE = (409, "another size is remembered")
    WRONG_ROOT = (409, "another root is remembered")
    BAD_PROOF = (422, "the consistency proof does not hold")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class Head:
    """What a witness remembers of a log: the largest size it cosigned and its root. Of a new one: nothing, the empty tree."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint and the proof that the log grew to it from `old_size`."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.old_size <= MAX_SIZE:
            _refuse("the old size is not below 2**63")
        if len(self.proof) > MAX_PROOF_HASHES or any(len(value) != HASH_SIZE for value in self.proof):
            _refuse(f"there are more than {MAX_PROOF_HASHES} hashes, or one is not {HASH_SIZE} bytes long")

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old_size}", *map(write_base64, self.proof), "", ""]
        return "\n".join(lines).encode("ascii") + self.checkpoint

    @classmethod
    def decode(cls, data: bytes) -> Request:
        """Read a body; the checkpoint is kept as bytes. Raises RequestError (LED095)."""
        head, border, checkpoint = data.partition(b"\n\n")
        if not border or not head.isascii():
            _refuse("there is no empty line before a checkpoint")
        first, *lines = head.decode("ascii").split("\n")
        old_size = read_decimal(first.removeprefix("old ")) if first.startswith("old ") else None
        hashes = [value for line in lines if (value := read_hash(line)) is not None]
        if old_size is None or len(hashes) != len(lines):
            _refuse("the first line is not an old size, or a line is no hash in base64")
        return cls(old_size, tuple(hashes), checkpoint)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Yes: the signature line to answer with, and the head to remember before it leaves."""

    origin: str
    signature: Signature
    head: Head


@dataclass(frozen=True, slots=True)
class Refused:
    """No: the reason, and what is remembered; where the reason is STALE the answer tells its size."""

    reason: Refusal
    head: Head = Head()


def decide(
    request: Request,
    logs: Mapping[str, Sequence[VerifierKey]],
    remembered: Mapping[str, Head],
    witness: SignerKey,
    *,
    at: int,
) -> Cosigned | Refused:
    """Cosign or refuse.

    Args:
        request: from the log, or from anyone who has its checkpoint.
        logs: origin → the keys believed for it; any one of them suffices.
        remembered: origin → the head last cosigned; an origin that is not in it is new.
        witness: the witness's key.
        at: now, seconds since 1970 UTC.
    Raises:
        LedgerKeyError: LED033 `witness` is not a witness's key.
    """
    if witness.kind is not KeyKind.WITNESS:
        raise LedgerKeyError("LED033", witness.name, "it is a log's key", "Hand in a key of type 0x04.")
    try:
        note = Note.parse(request.checkpoint)
    except NoteError:
        return Refused(Refusal.MALFORMED)
    origin = note.text.partition("\n")[0]  # not believed before the signature was checked; only used to find the keys
    if not logs.get(origin):
        return Refused(Refusal.UNKNOWN_ORIGIN)
    checkpoint = _open(request.checkpoint, origin, logs[origin])
    if isinstance(checkpoint, Refusal):
        return Refused(checkpoint)
    head = remembered.get(origin, Head())
    refusal = _judge(request, checkpoint, head)
    if refusal is not None:
        return Refused(refusal, head)
    return Cosigned(origin, note.cosign(witness, at=at), Head(checkpoint.size, checkpoint.root))


def _open(data: bytes, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | Refusal:
    """The checkpoint, if one of the keys signed it."""
    refusal = Refusal.NOT_SIGNED
    for key in keys:
        try:
            return open_checkpoint(data, key, origin=origin).checkpoint
        except NoteError:
            return Refusal.NOT_SIGNED  # a wrong signature of a known key spoils the note
        except CheckpointError as error:
            if error.code == "LED050":
                refusal = Refusal.MALFORMED
    return refusal


def _judge(request: Request, new: Checkpoint, old: Head) -> Refusal | None:
    """The checks that need the remembered head, in the order of tlog-witness."""
    if request.old_size > new.size:
        return Refusal.OLD_SIZE_TOO_LARGE
    if request.old_size != old.size:
        return Refusal.STALE
    if new.size == old.size and new.root != old.root:
        return Refusal.WRONG_ROOT
    try:
        check_consistency(old.size, old.root, new.size, new.root, request.proof)
    except MerkleError:
        return Refusal.BAD_PROOF
    return None


def _refuse(problem: str) -> NoReturn:
    raise RequestError("LED095", "request", problem, "Compare it with add-checkpoint in C2SP tlog-witness.")
