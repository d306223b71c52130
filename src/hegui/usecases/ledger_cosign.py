"""Be a witness of other logs: whom to trust, and the one step of deciding, remembering and answering.

Knows that two decisions about one origin must not overlap, and that what is remembered is stored before the cosignature
leaves: both happen inside one transaction of the state.
Rules: C2SP tlog-witness; docs/ledger.md, "Being a witness".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hegui.kernel.merkle import MerkleError
from hegui.ledger.checkpoint import Checkpoint
from hegui.ledger.keys import KeyKind, LedgerKeyError, SignerKey, VerifierKey
from hegui.ledger.note import Note
from hegui.ledger.tree import LedgerDamage, ReadFile, TileTree
from hegui.ledger.witness import Cosigned, Head, Refusal, Request, RequestError, decide
from hegui.usecases.ledger_ports import LedgerError, PrivateFiles

__all__ = ["CosignAnswer", "Held", "WitnessHome", "WitnessState", "cosign", "cosign_file", "distrust_log", "make_witness_key",
           "trust_log", "witness_key"]  # fmt: skip


class Held(Protocol):
    """What a witness remembers, while nobody else can change it."""

    @property
    def logs(self) -> Mapping[str, Sequence[VerifierKey]]:
        """Origin → the keys believed for it."""

    @property
    def heads(self) -> Mapping[str, Head]:
        """Origin → what was last cosigned."""

    def trust(self, origin: str, key: VerifierKey) -> None:
        """Believe a key for an origin."""

    def distrust(self, key: VerifierKey) -> bool:
        """Believe a key no longer; whether it was believed."""

    def remember(self, origin: str, head: Head) -> None:
        """Store what is cosigned."""


class WitnessState(Protocol):
    """The memory of a witness."""

    def held(self) -> AbstractContextManager[Held]:
        """One transaction, alone among processes; durable when it is left."""


@dataclass(frozen=True)
class WitnessHome:
    """Where a witness keeps its key and its memory."""

    safe: PrivateFiles
    key_file: str
    state: WitnessState
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class CosignAnswer:
    """What is answered: an HTTP status and the body of tlog-witness; `reason` is for people."""

    status: int
    body: bytes
    reason: str = ""
    origin: str = ""
    size: int = 0


def make_witness_key(home: WitnessHome, name: str) -> VerifierKey:
    """The witness's key, made under this name where there is none. Raises LedgerError (LED119) for another name."""
    fresh = SignerKey(name, KeyKind.WITNESS, secrets.token_bytes(32)).secret().encode() + b"\n"
    home.safe.create(home.key_file, fresh)
    key = witness_key(home)
    if key.name != name:
        problem = f"the key is there already, and its name is {key.name}"
        raise LedgerError("LED119", home.safe.where(home.key_file), problem, "Use that name.")
    return key.verifier


def witness_key(home: WitnessHome) -> SignerKey:
    """The witness's key. Raises LedgerError (LED119) where there is none."""
    data = home.safe.read(home.key_file)
    where = home.safe.where(home.key_file)
    if data is None:
        raise LedgerError("LED119", where, "there is no witness's key", "Make one: hegui ledger witness init NAME")
    try:
        key = SignerKey.parse(data.decode("utf-8", "replace").strip())
    except LedgerKeyError as error:
        raise LedgerError("LED107", where, error.problem, "Restore it from its backup.") from None
    if key.kind is not KeyKind.WITNESS:
        raise LedgerError("LED107", where, "it is a log's key", "A witness has a key of its own, of type 0x04.")
    return key


def trust_log(home: WitnessHome, vkey: str, origin: str | None = None) -> str:
    """Cosign the log of this key from now on; its origin."""
    key = VerifierKey.parse(vkey)
    if key.kind is not KeyKind.LOG:
        raise LedgerError("LED109", key.name, "it is a witness's key", "Ask for the log's key, of type 0x01.")
    with home.state.held() as held:
        held.trust(origin or key.name, key)
    return origin or key.name


def distrust_log(home: WitnessHome, vkey: str) -> VerifierKey:
    """Believe a key no longer, after a rotation or a theft; what is remembered of its log stays."""
    key = VerifierKey.parse(vkey)
    with home.state.held() as held:
        if not held.distrust(key):
            raise LedgerError(
                "LED109", key.name, "this key is not trusted", "Spell it as it was given to: witness trust"
            )
    return key


def cosign(home: WitnessHome, signer: SignerKey, body: bytes) -> CosignAnswer:
    """Answer one add-checkpoint request."""
    try:
        request = Request.decode(body)
    except RequestError as error:
        return CosignAnswer(Refusal.MALFORMED.status, b"malformed\n", error.problem)
    with home.state.held() as held:
        decided = decide(request, held.logs, held.heads, signer, at=int(home.clock().timestamp()))
        if isinstance(decided, Cosigned):
            held.remember(decided.origin, decided.head)
    if isinstance(decided, Cosigned):
        return CosignAnswer(200, decided.signature.line().encode(), "", decided.origin, decided.head.size)
    reason = decided.reason
    said = f"{decided.head.size}\n" if reason.status == 409 else f"{reason.value[1]}\n"
    return CosignAnswer(reason.status, said.encode(), reason.value[1], "", decided.head.size)


def cosign_file(home: WitnessHome, data: bytes, read: ReadFile | None) -> CosignAnswer:
    """Answer a request that came as a file; or a bare checkpoint, with the proof read from a copy of its log.

    Without a copy a bare checkpoint is cosigned only where nothing of its log, or this very size, is remembered.
    """
    signer = witness_key(home)
    if data.startswith(b"old "):
        return cosign(home, signer, data)
    new = Checkpoint.parse(Note.parse(data).text)  # judged by `cosign`; here only to build the request
    with home.state.held() as held:
        old = held.heads.get(new.origin, Head()).size
    proof: list[bytes] = []
    if read is not None:
        try:
            proof = TileTree(read, new.size).consistency(old, new.size)
        except (MerkleError, LedgerDamage) as error:
            raise LedgerError("LED118", "checkpoint", error.problem, "Name a complete copy with --folder.") from None
    elif old not in (0, new.size):
        problem = f"size {old} is remembered, and there is no proof that the log only grew from it"
        raise LedgerError(
            "LED118", "checkpoint", problem, "Name a copy of the log with --folder, or take its request file."
        )
    return cosign(home, signer, Request(old, tuple(proof), data).encode())
