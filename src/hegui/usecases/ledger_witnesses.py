"""The log's side of witnessing: whom it asks, what it asks, and what it does with the answers.

Knows the witnesses of this log and the largest size each has cosigned. Knows no socket: `ask` carries a request to a place
and brings the answer. A cosignature is believed only by the witness's key; anything else an answer holds is left out.
Rules: C2SP tlog-witness (add-checkpoint, the client's side); docs/ledger.md, "Witnesses".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace

from hegui.errors import HeguiError, NotFoundError
from hegui.ledger.checkpoint import Checkpoint, Opened
from hegui.ledger.keys import KeyKind, VerifierKey
from hegui.ledger.note import Note, NoteError, Signature
from hegui.ledger.spelling import read_decimal
from hegui.ledger.tree import TileTree
from hegui.ledger.witness import Request
from hegui.usecases.ledger_log import Writing, read_log, writing
from hegui.usecases.ledger_ports import LedgerError, LedgerHome

__all__ = ["REASONS", "Answer", "Ask", "KnownWitness", "Outcome", "add_witness", "append_entries", "known_witnesses",
           "publish_note", "remove_witness", "request_cosignatures"]  # fmt: skip

_STATE, _LOCK = "ledger-witnesses.json", "ledger-witnesses.lock"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an HTTP status and its body; 202 where a witness without a network has not signed yet."""

    status: int
    body: bytes


Ask = Callable[[str, bytes], Answer]
"""(URL prefix or file, body of add-checkpoint) → answer. Raises HeguiError where nothing comes back."""


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """A witness this log asks.

    Attributes:
        where: its URL prefix (`/add-checkpoint` is added), or a file through which it is asked.
        size: the largest size it is known to have cosigned; `at` when it says it did, seconds since 1970 UTC.
    """

    name: str
    vkey: str
    where: str
    size: int = 0
    at: int | None = None

    @property
    def key(self) -> VerifierKey:
        """Its key."""
        return VerifierKey.parse(self.vkey)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What asking one witness brought: a signature, or the reason why there is none.

    Attributes:
        reason: empty, or one of REASONS; faces word it.
        detail: the size it has seen, the status it answered with, or why it could not be reached.
    """

    witness: KnownWitness
    signature: Signature | None
    reason: str = ""
    detail: str = ""


REASONS = {
    202: "waiting",
    400: "malformed",
    403: "key_unknown",
    404: "log_unknown",
    409: "another_tree",
    422: "bad_proof",
}
"""Status → reason; besides these "seen_more", "unreachable", "no_signature" and, for any other status, "status"."""


def known_witnesses(home: LedgerHome) -> tuple[KnownWitness, ...]:
    """The witnesses of this log, in the order in which they were added. Raises LedgerError (LED107)."""
    data = home.state.read(_STATE)
    try:
        return tuple(KnownWitness(**row) for row in json.loads(data)) if data else ()
    except (ValueError, TypeError):
        remedy = "Restore it from its backup, or remove it and add the witnesses again."
        raise LedgerError("LED107", home.state.where(_STATE), "it is not a list of witnesses", remedy) from None


def add_witness(home: LedgerHome, name: str, vkey: str, where: str) -> KnownWitness:
    """Add a witness. Raises LedgerKeyError for a text that is no key, LedgerError (LED109) for a log's or a known one."""
    key = VerifierKey.parse(vkey)
    added = KnownWitness(name, str(key), where)
    with home.state.exclusive(_LOCK):
        known = known_witnesses(home)
        if key.kind is not KeyKind.WITNESS:
            raise LedgerError("LED109", name, "it is a log's key", "Ask for the witness's key, of type 0x04.")
        if any(one.name == name or one.key.public == key.public for one in known):
            remedy = "Choose another name, or see: hegui ledger witness list"
            raise LedgerError("LED109", name, "a witness of this name or with this key is there", remedy)
        _store(home, [*known, added])
    return added


def remove_witness(home: LedgerHome, name: str) -> KnownWitness:
    """Ask a witness no longer; what it has signed stays. Raises NotFoundError (LED109)."""
    with home.state.exclusive(_LOCK):
        known = known_witnesses(home)
        found = next((one for one in known if one.name == name), None)
        if found is None:
            raise NotFoundError("LED109", name, "no witness has this name", "See: hegui ledger witness list")
        _store(home, [one for one in known if one is not found])
    return found


def request_cosignatures(home: LedgerHome, ask: Ask) -> list[Outcome]:
    """Ask every witness to cosign the published checkpoint, and publish what they signed."""
    opened = read_log(home).opened
    outcomes = _ask_all(home, opened.note, opened.checkpoint, ask)
    signatures = [outcome.signature for outcome in outcomes if outcome.signature is not None]
    if signatures:
        with writing(home) as held:
            now = held.log.published()
            if now.note.text == opened.note.text:  # else it has grown meanwhile, and the next request is for the larger
                held.log.publish(now.note.plus(*signatures))
    return outcomes


def append_entries(home: LedgerHome, entries: Iterable[bytes], ask: Ask) -> Opened:
    """Append and publish, once as many witnesses have signed as the settings ask for. For the one writer of the log.

    Raises LedgerError (LED110) where too few did: the entries are written and not published; hand in the same again.
    """
    with writing(home) as held:
        return publish_note(home, held, held.log.grow(entries), ask)


def publish_note(home: LedgerHome, held: Writing, note: Note, ask: Ask) -> Opened:
    """Publish a checkpoint that has grown, with the cosignatures it needs."""
    if not home.witnesses_required:
        return held.log.publish(note)
    before = held.log.published()
    if note.text == before.note.text:
        note = before.note
    witnesses = {witness.key.public: witness for witness in known_witnesses(home)}
    signed = {found.key.public for found in note.signed_by(witness.key for witness in witnesses.values())}
    if len(signed) < home.witnesses_required:
        outcomes = _ask_all(home, note, Checkpoint.parse(note.text), ask)
        note = note.plus(*(outcome.signature for outcome in outcomes if outcome.signature is not None))
        signed |= {outcome.witness.key.public for outcome in outcomes if outcome.signature is not None}
        if len(signed) < home.witnesses_required:
            why = "; ".join(f"{one.witness.name}: {one.reason} {one.detail}" for one in outcomes if one.reason)
            problem = f"{len(signed)} of {home.witnesses_required} witnesses have signed ({why or 'none is known'})"
            remedy = "Mend or add witnesses (hegui ledger witness list), or lower ledger.witnesses_required."
            raise LedgerError("LED110", "ledger", problem, remedy)
    return held.log.publish(note)


def _ask_all(home: LedgerHome, note: Note, checkpoint: Checkpoint, ask: Ask) -> list[Outcome]:
    """Ask them at the same time, and remember what each has signed."""
    witnesses = known_witnesses(home)
    if not witnesses:
        return []
    own = Note(note.text, tuple(one for one in note.signatures if not any(one.is_of(w.key) for w in witnesses)))
    tree = TileTree(home.files.read, checkpoint.size)
    with ThreadPoolExecutor(max_workers=min(len(witnesses), 16)) as pool:
        outcomes = list(pool.map(lambda witness: _ask_one(tree, own, checkpoint, witness, ask), witnesses))
    _remember(home, outcomes)
    return outcomes


def _ask_one(tree: TileTree, note: Note, checkpoint: Checkpoint, witness: KnownWitness, ask: Ask) -> Outcome:
    old = witness.size
    for _ in range(2):
        if old > checkpoint.size:
            return Outcome(witness, None, "seen_more", str(old))
        body = Request(old, tuple(tree.consistency(old, checkpoint.size)), note.encode()).encode()
        try:
            answer = ask(witness.where, body)
        except HeguiError as error:
            return Outcome(witness, None, "unreachable", error.problem)
        if answer.status == 200:
            return _read_cosignature(note, checkpoint, witness, answer.body)
        seen = read_decimal(answer.body.decode("ascii", "replace").strip()) if answer.status == 409 else None
        if seen is None:
            break
        if seen == old:  # a file still holds the answer to the request before
            status = answer.status if witness.where.startswith(("http://", "https://")) else 202
            return _refused(replace(witness, size=old), status)
        old = seen
    return _refused(replace(witness, size=old), answer.status)


def _read_cosignature(note: Note, checkpoint: Checkpoint, witness: KnownWitness, body: bytes) -> Outcome:
    key = witness.key
    try:
        lines = body.decode("utf-8").split("\n")
        signatures = [one for line in lines if line and (one := Signature.parse(line)).is_of(key)]
        (signed,) = note.plus(*signatures).signed_by([key])
    except (NoteError, ValueError):
        return Outcome(witness, None, "no_signature")
    return Outcome(replace(witness, size=checkpoint.size, at=signed.at), signatures[-1])


def _refused(witness: KnownWitness, status: int) -> Outcome:
    return Outcome(witness, None, REASONS.get(status, "status"), str(status))


def _remember(home: LedgerHome, outcomes: Sequence[Outcome]) -> None:
    with home.state.exclusive(_LOCK):
        fresh = {outcome.witness.vkey: outcome.witness for outcome in outcomes}
        known = known_witnesses(home)
        merged = [replace(one, size=new.size, at=new.at) if (new := fresh.get(one.vkey)) else one for one in known]
        if merged != list(known):
            _store(home, merged)


def _store(home: LedgerHome, witnesses: Sequence[KnownWitness]) -> None:
    home.state.replace(_STATE, json.dumps([asdict(one) for one in witnesses], indent=1).encode() + b"\n")
