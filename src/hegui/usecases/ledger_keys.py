"""The key of the ledger: show it, prepare the next one, hand over to it.

Knows the order in which a rotation is written, such that it can stop anywhere and be taken up again:

1. The next key is made and kept beside the one in force.
2. The entry `key.rotated` is appended and published under the old key.
3. The hand-over note, signed by both keys, is written; then the table of keys. From here on the new key is in force.
4. The checkpoint is signed by the new key instead of the old one, and the new key takes the old one's place.

Rules: docs/ledger-format.md §6.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from hegui.ledger.entry import Entry
from hegui.ledger.keys import KeyKind, SignerKey, VerifierKey, is_key_name
from hegui.ledger.rotation import KEYS_PATH, KeyHistory, hand_over, hand_over_path, rotation_entry
from hegui.usecases.ledger_log import MAX_ORIGIN, Writing, next_key, open_signer, read_log, settle, writing
from hegui.usecases.ledger_ports import LedgerError, LedgerHome
from hegui.usecases.ledger_witnesses import Ask, publish_note

__all__ = ["Rotated", "new_key", "prepare_key", "rotate_key", "show_keys"]


@dataclass(frozen=True, slots=True)
class Rotated:
    """A hand-over that is done."""

    old: VerifierKey
    new: VerifierKey
    size: int


def show_keys(home: LedgerHome) -> tuple[VerifierKey, KeyHistory | None]:
    """The key in force, made on first use, and the history of the log where there is one."""
    try:
        history = read_log(home).history
    except LedgerError as error:
        if error.code != "LED102":
            raise
        return open_signer(home).verifier, None
    return history.current, history


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
        if not _is_recorded(held, new.verifier):
            at = home.clock()
            entry = rotation_entry(old, new.verifier, at.replace(microsecond=at.microsecond // 1000 * 1000))
            publish_note(home, held, held.log.grow([entry.encode()]), ask)
        checkpoint = held.log.published().checkpoint
        note = hand_over(checkpoint, held.signer, new)
        home.files.replace(hand_over_path(checkpoint.size), note.encode())
        home.files.replace(KEYS_PATH, held.history.rotated(checkpoint.size, new.verifier).encode())
        settle(home, old, new)
    return Rotated(old, new.verifier, checkpoint.size)


def _is_recorded(held: Writing, new: VerifierKey) -> bool:
    """Whether the last entry published is this hand-over, as it is where a rotation died after it."""
    tree = held.log.tree()
    if not tree.size:
        return False
    last = tree.entry(tree.size - 1)
    old = held.signer.verifier
    try:
        entry = Entry.decode(last)
    except ValueError:
        return False
    return (entry.type, entry.actor, entry.subject) == ("key.rotated", str(old), str(new))
