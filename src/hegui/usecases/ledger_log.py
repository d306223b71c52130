"""Open the ledger: to read it, or to write it with the key in force.

Knows where origin and key come from and that neither changes silently. Reading needs the public files only; where the key
is at hand it must be the one in force. Writing happens under a lock and settles a key rotation that died halfway.
Rules: docs/ledger.md, "Origin and key"; docs/ledger-format.md §6.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from hegui.ledger.checkpoint import Checkpoint, Opened, open_checkpoint
from hegui.ledger.keys import KeyKind, LedgerKeyError, SignerKey, VerifierKey, is_key_name
from hegui.ledger.log import LogError, TileLog
from hegui.ledger.note import Note
from hegui.ledger.rotation import KEYS_PATH, KeyHistory, KeyTerm, check_hand_over, hand_over_path
from hegui.ledger.second import SecondHistory
from hegui.ledger.tiles import CHECKPOINT_PATH
from hegui.ledger.tree import TileTree
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_second import read_second, require_stated

__all__ = ["MAX_ORIGIN", "ReadLog", "Writing", "lock_name", "next_key", "open_signer", "read_log", "writing"]


MAX_ORIGIN = 128
"""Characters of an origin we choose: with it a verifier key fits into an id of an entry."""


@dataclass(frozen=True)
class ReadLog:
    """A log as it is published; `key` signed its checkpoint, and is the one in force save in the midst of a rotation."""

    origin: str
    opened: Opened
    key: VerifierKey
    history: KeyHistory
    tree: TileTree

    @property
    def checkpoint(self) -> Checkpoint:
        """What is signed."""
        return self.opened.checkpoint


@dataclass(frozen=True)
class Writing:
    """A log whose lock is held."""

    log: TileLog
    signer: SignerKey
    history: KeyHistory
    second: SecondHistory


def read_log(home: LedgerHome, witnesses: tuple[VerifierKey, ...] = ()) -> ReadLog:
    """The published log, its checkpoint's signature checked by the key in force at its size.

    Raises:
        LedgerError: LED102 there is no log; LED104 the key at hand is not the log's.
    """
    data = home.files.read(CHECKPOINT_PATH)
    if data is None:
        remedy = "It begins with the first entry; to begin it now: hegui ledger init"
        raise LedgerError("LED102", "ledger", "there is no log yet", remedy)
    history = _history(home)
    _require_key_of(home, history)
    origin = Note.parse(data).text.partition("\n")[0]  # whether it is believed is judged by the signature below
    _require_origin(home, origin)
    opened, key = _open(data, history, origin, witnesses)
    return ReadLog(origin, opened, key, history, TileTree(home.files.read, opened.checkpoint.size))


@contextmanager
def writing(home: LedgerHome, *, restates: bool = False) -> Iterator[Writing]:
    """The log to write to, begun where there is none; nobody else writes until it is left.

    Args:
        restates: the SM2 key that is set may differ from the one stated, for this is to state it.

    Raises:
        LedgerError: LED101 the origin would change; LED103 the log's key is gone; LED104 it is another log's key;
            LED106 somebody else is writing; LED122 the log was begun and is gone: to begin anew would be a fork;
            LED140 the SM2 key that is set is not the one the log states.
    """
    with home.safe.exclusive(lock_name(home)):
        signer = _settled(home, open_signer(home))
        origin = _origin(home, signer)
        history = _history(home)
        second = read_second(home, history, origin)
        sm2 = None if restates else require_stated(home, second)
        log = TileLog(home.files, signer, origin=origin, second=sm2)
        if home.files.read(CHECKPOINT_PATH) is None:
            if home.safe.read(begun_name(home)) is not None:
                remedy = "Restore the folder from a copy. To begin another log, give it a folder and a key of its own."
                raise LedgerError("LED122", "ledger", "this key has signed a log, and its checkpoint is gone", remedy)
            _begin(home, log, signer)
        home.safe.create(begun_name(home), b"")
        yield Writing(log, signer, _history(home), second)


def _begin(home: LedgerHome, log: TileLog, signer: SignerKey) -> None:
    """Begin the log; another machine with the same key may do so at the same moment."""
    table = KeyHistory.parse(home.files.create(KEYS_PATH, KeyHistory((KeyTerm(0, signer.verifier),)).encode()))
    if table.current != signer.verifier:
        raise _other_key(home, table)
    try:
        log.create()
    except LogError as error:
        if error.code not in ("LED090", "LED094"):
            raise


def lock_name(home: LedgerHome) -> str:
    """The file beside the key that writers lock."""
    return f"{home.key_file}.lock"


def next_name(home: LedgerHome) -> str:
    """The file beside the key that holds the key to come."""
    return f"{home.key_file}.next"


def origin_name(home: LedgerHome) -> str:
    """The file beside the key that holds the origin."""
    return f"{home.key_file}.origin"


def begun_name(home: LedgerHome) -> str:
    """The file beside the key that says that a log was begun with it."""
    return f"{home.key_file}.begun"


def open_signer(home: LedgerHome) -> SignerKey:
    """The key that signs; made on first use, never where a log is there already (LED103)."""
    data = home.safe.read(home.key_file)
    if data is None:
        if home.files.read(CHECKPOINT_PATH) is not None:
            problem = "the log is there, the key that signs it is not"
            remedy = (
                "Restore the key from its backup, or set ledger.key to where it is; a new key would be another log."
            )
            raise LedgerError("LED103", home.safe.where(home.key_file), problem, remedy)
        name = home.safe.create(origin_name(home), _new_origin(home).encode()).decode().strip()
        data = home.safe.create(home.key_file, _new_key(name))
    signer = _parse(home, home.key_file, data)
    home.safe.create(origin_name(home), signer.name.encode() + b"\n")
    _origin(home, signer)
    return signer


def next_key(home: LedgerHome, signer: SignerKey) -> SignerKey:
    """The key to come, made on first use under the name of the one in force."""
    found = _parse(home, next_name(home), home.safe.create(next_name(home), _new_key(signer.name)))
    if found.verifier != signer.verifier:
        return found
    home.safe.remove(next_name(home))  # a rotation died after its last step but one
    return next_key(home, signer)


def settle(home: LedgerHome, old: VerifierKey, new: SignerKey) -> None:
    """The last steps of a rotation, which may be taken again: the checkpoint under the new key, the new key in place.

    The old signature is taken off the checkpoint, so that a writer who still holds the old key stops (LED052).
    """
    data = home.files.read(CHECKPOINT_PATH)
    note = Note.parse(data) if data is not None else None
    if note is not None and not note.signed_by([new.verifier]):
        note.signed_by([old])
        kept = [signature for signature in note.signatures if not signature.is_of(old)]
        fresh = Note.sign(note.text, new).plus(*kept)
        home.files.write_checkpoint(fresh.encode(), over=data)
    home.safe.replace(home.key_file, new.secret().encode() + b"\n")
    home.safe.remove(next_name(home))


def _settled(home: LedgerHome, signer: SignerKey) -> SignerKey:
    """The key in force, after a rotation that died halfway was brought to its end."""
    table = home.files.read(KEYS_PATH)
    if table is None:
        return signer
    history = KeyHistory.parse(table)
    if history.current == signer.verifier:
        return signer
    coming = home.safe.read(next_name(home))
    if coming is not None and len(history.terms) > 1 and history.terms[-2].key == signer.verifier:
        new = _parse(home, next_name(home), coming)
        if new.verifier == history.current:
            settle(home, signer.verifier, new)
            return new
    raise _other_key(home, history)


def _history(home: LedgerHome) -> KeyHistory:
    """The keys of the log, every hand-over checked; of a log without a table, the key at hand."""
    table = home.files.read(KEYS_PATH)
    if table is None:
        return KeyHistory((KeyTerm(0, open_signer(home).verifier),))
    history = KeyHistory.parse(table)
    stored = home.safe.read(origin_name(home))
    for before, after in pairwise(history.terms):
        note = home.files.read(hand_over_path(after.from_size))
        if note is None:
            problem = f"the note {hand_over_path(after.from_size)} is missing, by which a key handed over"
            raise LedgerError("LED105", "keys", problem, "Restore it from a copy of the log.")
        origin = stored.decode().strip() if stored else Note.parse(note).text.partition("\n")[0]
        checkpoint = check_hand_over(note, before.key, after.key, origin=origin)
        if checkpoint.size != after.from_size:
            problem = f"the note {hand_over_path(after.from_size)} hands over at another size"
            raise LedgerError("LED105", "keys", problem, "Restore it from a copy of the log.")
    return history


def _open(
    data: bytes, history: KeyHistory, origin: str, witnesses: tuple[VerifierKey, ...]
) -> tuple[Opened, VerifierKey]:
    """The checkpoint under whichever key of the history signed it, and only at the sizes that were that key's."""
    signed = {(signature.name, signature.key_id) for signature in Note.parse(data).signatures}
    keys = [term.key for term in reversed(history.terms)]
    key = next((key for key in keys if (key.name, key.key_id) in signed), history.current)
    opened = open_checkpoint(data, key, origin=origin, witnesses=witnesses)
    if key not in history.of_size(opened.checkpoint.size):
        problem = f"the checkpoint of size {opened.checkpoint.size} is signed by a key that was not in force then"
        raise LedgerError("LED105", "keys", problem, "Keep both files, and find out who has the old key.")
    return opened, key


def _require_key_of(home: LedgerHome, history: KeyHistory) -> None:
    """Where a key is at hand, it must be the one in force; or the one before, while a rotation is not settled."""
    data = home.safe.read(home.key_file)
    if data is None:
        return
    recent = {term.key for term in history.terms[-2:]} if home.safe.read(next_name(home)) else {history.current}
    if _parse(home, home.key_file, data).verifier not in recent:
        raise _other_key(home, history)


def _origin(home: LedgerHome, signer: SignerKey) -> str:
    stored = home.safe.read(origin_name(home))
    origin = stored.decode().strip() if stored is not None else signer.name
    _require_origin(home, origin)
    return origin


def _require_origin(home: LedgerHome, origin: str) -> None:
    """The origin asked for, the one kept beside the key, and the log's are one."""
    stored = home.safe.read(origin_name(home))
    kept = stored.decode().strip() if stored is not None else origin
    data = home.files.read(CHECKPOINT_PATH)
    published = Note.parse(data).text.partition("\n")[0] if data is not None else origin
    wanted = home.origin or origin
    if not wanted == kept == published == origin:
        problem = f"the log's origin is {published}, kept beside the key is {kept}, asked for is {wanted}"
        remedy = "A log keeps its origin: set ledger.origin back, or give a new log a folder and a key of its own."
        raise LedgerError("LED101", "ledger.origin", problem, remedy)


def _new_origin(home: LedgerHome) -> str:
    if home.origin:
        return home.origin
    address = (home.public_url or "").partition("://")[2]
    if is_key_name(address) and len(address) <= MAX_ORIGIN:
        return address
    return f"hegui.invalid/{secrets.token_hex(8)}"


def _new_key(name: str) -> bytes:
    return SignerKey(name, KeyKind.LOG, secrets.token_bytes(32)).secret().encode() + b"\n"


def _parse(home: LedgerHome, name: str, data: bytes) -> SignerKey:
    try:
        signer = SignerKey.parse(data.decode("utf-8", "replace").strip())
    except LedgerKeyError as error:
        raise LedgerError("LED107", home.safe.where(name), error.problem, "Restore it from its backup.") from None
    if signer.kind is not KeyKind.LOG:
        raise LedgerError("LED107", home.safe.where(name), "it is a witness's key", "Name the log's key.")
    return signer


def _other_key(home: LedgerHome, history: KeyHistory) -> LedgerError:
    problem = f"it is not the key in force, {history.current.name}+{history.current.key_id.hex()}"
    remedy = "Restore the newest key from its backup, or set ledger.key to where it is."
    return LedgerError("LED104", home.safe.where(home.key_file), problem, remedy)
