"""The SM2 keys of the ledger: those the log states, and whether the key at hand is the one stated.

A key is never taken up or dropped silently: settings that differ from what the log states stop the writer.
Rules: docs/ledger-format.md §7.
"""

from __future__ import annotations

from hegui.crypto.sm2 import Sm2Signer
from hegui.ledger.note import Note
from hegui.ledger.rotation import KeyHistory
from hegui.ledger.second import (
    SECOND_KEYS_PATH,
    SecondHistory,
    SecondKey,
    Verdict,
    check_statement,
    judge,
    second_line,
    statement_path,
)
from hegui.usecases.ledger_ports import LedgerError, LedgerHome

__all__ = ["read_second", "require_stated", "resigned"]


def read_second(home: LedgerHome, keys: KeyHistory, origin: str) -> SecondHistory:
    """The SM2 keys of the log, every statement checked. Raises RotationError (LED100), LedgerError (LED105)."""
    table = home.files.read(SECOND_KEYS_PATH)
    history = SecondHistory() if table is None else SecondHistory.parse(table)
    for term in history.terms:
        path = statement_path(term.from_size)
        note = home.files.read(path)
        if note is None:
            problem = f"the note {path} is missing, by which a key was stated"
            raise LedgerError("LED105", SECOND_KEYS_PATH, problem, "Restore it from a copy of the log.")
        signed = {(one.name, one.key_id) for one in Note.parse(note).signatures}
        within = keys.of_size(term.from_size)
        log = next((key for key in within if (key.name, key.key_id) in signed), within[0])
        check_statement(note, log, term, origin=origin)
    return history


def require_stated(home: LedgerHome, history: SecondHistory) -> Sm2Signer | None:
    """Who signs besides the log's key. Raises LedgerError (LED140) where it is not the key the log states."""
    key = history.current
    if home.sm2 is None:
        if key is None:
            return None
        problem = f"the log states the SM2 key {key.key_id.hex()}, and none is set"
        remedy = "Set ledger.sm2_key to it again; or, to sign with SM2 no longer: hegui ledger key sm2 --end"
        raise LedgerError("LED140", "ledger.sm2_key", problem, remedy)
    if key is None or home.sm2.public != key.public:
        stated = key.key_id.hex() if key is not None else "-"
        problem = f"the SM2 key that is set is not the one the log states ({stated})"
        remedy = "To have it sign from here on: hegui ledger key sm2. Else set ledger.sm2_key back."
        raise LedgerError("LED140", "ledger.sm2_key", problem, remedy)
    return home.sm2


def resigned(note: Note, name: str, before: SecondHistory, second: Sm2Signer | None) -> Note:
    """The note with the SM2 signature of the key in force, and without those of the keys before."""
    key = SecondKey(name, second.public) if second is not None else None
    old = {(term.key.name, term.key.key_id) for term in before.terms if term.key is not None and term.key != key}
    bare = Note(note.text, tuple(one for one in note.signatures if (one.name, one.key_id) not in old))
    if second is None or key is None or judge(bare, key) is Verdict.HOLDS:
        return bare
    return bare.plus(second_line(note.text, name, second))
