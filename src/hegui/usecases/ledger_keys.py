"""The keys of the ledger: show them, prepare the next one, hand over to it, state the SM2 key.

Knows the order in which a rotation is written, such that it can stop anywhere and be taken up again:

1. The next key is made and kept beside the one in force.
2. The entry `key.rotated` is appended and published under the old key.
3. The hand-over note, signed by both keys, is written; then the table of keys. From here on the new key is in force.
4. The checkpoint is signed by the new key instead of the old one, and the new key takes the old one's place.

An SM2 key is stated in the same order, under the log's key: entry, note, table, checkpoint.
Rules: docs/ledger-format.md §6 and §7.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from hegui.crypto.sm2 import Sm2Signer
from hegui.ledger.entry import Entry
from hegui.ledger.keys import KeyKind, SignerKey, VerifierKey, is_key_name
from hegui.ledger.rotation import KEYS_PATH, KeyHistory, hand_over, hand_over_path, rotation_entry
from hegui.ledger.second import (
    SECOND_KEYS_PATH,
    SecondHistory,
    SecondKey,
    second_line,
    state_second,
    statement_entry,
    statement_path,
)
from hegui.usecases.ledger_log import MAX_ORIGIN, Writing, next_key, open_signer, read_log, settle, writing
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_second import read_second, resigned
from hegui.usecases.ledger_witnesses import Ask, publish_note

__all__ = [
    "Rotated", "Stated", "new_key", "prepare_key", "rotate_key", "show_keys", "show_second_keys", "state_sm2_key",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rotated:
    """A hand-over that is done."""

    old: VerifierKey
    new: VerifierKey
    size: int


@dataclass(frozen=True, slots=True)
class Stated:
    """An SM2 key that is stated; None where the log signs by SM2 no longer. `is_new` where it was not before."""

    key: SecondKey | None
    size: int
    is_new: bool


def show_keys(home: LedgerHome) -> tuple[VerifierKey, KeyHistory | None]:
    """The key in force, made on first use, and the history of the log where there is one."""
    try:
        history = read_log(home).history
    except LedgerError as error:
        if error.code != "LED102":
            raise
        return open_signer(home).verifier, None
    return history.current, history


def show_second_keys(home: LedgerHome) -> SecondHistory:
    """The SM2 keys the log has stated; none where there is no log."""
    try:
        log = read_log(home)
    except LedgerError as error:
        if error.code != "LED102":
            raise
        return SecondHistory()
    return read_second(home, log.history, log.origin)


def new_key(name: str) -> SignerKey:
    """A key that nobody has yet, to be kept by the operator. Raises LedgerError (LED109) for what is no name of a key."""
    if not is_key_name(name) or len(name) > MAX_ORIGIN:
        problem = f"a name has 1 to {MAX_ORIGIN} characters, no white space and no plus sign"
        raise LedgerError("LED109", name, problem, "Name it as the log is to be called, such as example.com/log.")
    return SignerKey(name, KeyKind.LOG, secrets.token_bytes(32))


def prepare_key(home: LedgerHome) -> VerifierKey:
    """Make the key to come, so that witnesses can be told before it signs."""
    with writing(home) as held:
        return next_key(home, held.signer).verifier


def rotate_key(home: LedgerHome, ask: Ask) -> Rotated:
    """Hand over to the key to come. Raises LedgerError (LED110) where the witnesses that are needed do not sign."""
    with home.turn(), writing(home) as held:
        new = next_key(home, held.signer)
        old = held.signer.verifier
        _record(home, held, rotation_entry(old, new.verifier, _now(home)), ask)
        checkpoint = held.log.published().checkpoint
        note = hand_over(checkpoint, held.signer, new)
        if home.sm2 is not None:
            note = note.plus(second_line(note.text, new.name, home.sm2))
        home.files.replace(hand_over_path(checkpoint.size), note.encode())
        home.files.replace(KEYS_PATH, held.history.rotated(checkpoint.size, new.verifier).encode())
        settle(home, old, new)
    return Rotated(old, new.verifier, checkpoint.size)


def state_sm2_key(home: LedgerHome, ask: Ask, *, ends: bool = False) -> Stated:
    """State the SM2 key that is set, or with `ends` that there is none from here on.

    Raises:
        LedgerError: LED141 no key is set; LED110 the witnesses that are needed do not sign.
        Sm2Error: the key cannot be used.
    """
    if home.sm2 is None and not ends:
        remedy = "Set ledger.sm2_key; docs/ledger.md, SM2, says how to make one."
        raise LedgerError("LED141", "ledger.sm2_key", "no SM2 key is set", remedy)
    second = None if ends else home.sm2
    with home.turn(), writing(home, restates=True) as held:
        key = SecondKey(held.signer.name, second.public) if second is not None else None
        published = held.log.published()
        if key == held.second.current:
            _sign_again(home, held, second)
            return Stated(key, published.checkpoint.size, False)
        _record(home, held, statement_entry(held.signer.verifier, key, _now(home)), ask)
        checkpoint = held.log.published().checkpoint
        note = state_second(checkpoint, held.signer, second)
        home.files.replace(statement_path(checkpoint.size), note.encode())
        home.files.replace(SECOND_KEYS_PATH, held.second.stated(checkpoint.size, key).encode())
        _sign_again(home, held, second)
    return Stated(key, checkpoint.size, True)


def _sign_again(home: LedgerHome, held: Writing, second: Sm2Signer | None) -> None:
    """The published checkpoint with the SM2 signature of the key in force, and of no other."""
    note = held.log.published().note
    fresh = resigned(note, held.signer.name, held.second, second)
    if fresh != note:
        home.files.write_checkpoint(fresh.encode(), over=note.encode())


def _record(home: LedgerHome, held: Writing, entry: Entry, ask: Ask) -> None:
    """Append the entry and publish it, unless it is the last one already, as where a run died after it."""
    if not _is_last(held, entry):
        publish_note(home, held, held.log.grow([entry.encode()]), ask)


def _is_last(held: Writing, expected: Entry) -> bool:
    tree = held.log.tree()
    if not tree.size:
        return False
    try:
        entry = Entry.decode(tree.entry(tree.size - 1))
    except ValueError:
        return False
    return (entry.type, entry.actor, entry.subject) == (expected.type, expected.actor, expected.subject)


def _now(home: LedgerHome) -> datetime:
    at = home.clock()
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
