"""Prove that an entry is in the ledger, found by its index or by what it speaks of.

Knows indices and subjects; the proof is checked before it is handed out.
"""

from __future__ import annotations

from dataclasses import dataclass

from hegui.errors import NotFoundError
from hegui.kernel.merkle import MerkleError, leaf_hash
from hegui.kernel.merkle_proof import check_inclusion
from hegui.ledger import canonical
from hegui.ledger.entry import Entry
from hegui.ledger.proof import ProofFile
from hegui.ledger.tiles import TILE_WIDTH
from hegui.ledger.tree import LedgerDamage
from hegui.usecases.ledger_log import ReadLog, read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome, Progress, silent

__all__ = ["Proven", "find_subject", "only_one", "prove_entry", "prove_in"]


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry, and the file that shows it to be in the log."""

    index: int
    size: int
    vkey: str
    entry: bytes
    proof: bytes


def prove_entry(home: LedgerHome, index: int) -> Proven:
    """The proof under the published checkpoint. Raises NotFoundError (LED115) where there is no such entry."""
    return prove_in(read_log(home), index)


def prove_in(log: ReadLog, index: int) -> Proven:
    """The same, for who proves many entries under one checkpoint."""
    checkpoint = log.checkpoint
    if not 0 <= index < checkpoint.size:
        problem = f"there is no entry {index} in a log of {checkpoint.size}"
        raise NotFoundError("LED115", "ledger", problem, "Entries are counted from 0; see: hegui ledger status")
    entry, hashes = log.tree.entry(index), log.tree.inclusion(index)
    try:
        check_inclusion(leaf_hash(entry), index, checkpoint.size, hashes, checkpoint.root)
    except MerkleError:
        problem = "the tiles do not lead from the entry to the signed root"
        raise LedgerDamage("LED083", f"entry {index}", problem, "Find the place with: hegui ledger verify") from None
    return Proven(
        index, checkpoint.size, str(log.key), entry, ProofFile(index, tuple(hashes), log.opened.note.encode()).encode()
    )


def find_subject(home: LedgerHome, subject: str, *, progress: Progress = silent) -> list[int]:
    """The indices of the entries that speak of this subject, ascending; reads every bundle.

    Raises NotFoundError (LED115) where there is none.
    """
    log = read_log(home)
    size = log.checkpoint.size
    wanted = b'"subject":' + canonical.encode(subject)
    found = []
    for bundle in range((size + TILE_WIDTH - 1) // TILE_WIDTH):
        for index, data in enumerate(log.tree.bundle(bundle), bundle * TILE_WIDTH):
            if wanted in data and _subject(data) == subject:
                found.append(index)
        progress(min(size, (bundle + 1) * TILE_WIDTH), size)
    if not found:
        raise NotFoundError("LED115", "ledger", "no entry speaks of this subject", "Spell it as the record's id is.")
    return found


def only_one(found: list[int]) -> int:
    """The one index. Raises LedgerError (LED116) where there are several."""
    if len(found) > 1:
        problem = (
            f"{len(found)} entries speak of it: {', '.join(map(str, found[:20]))}{' …' if len(found) > 20 else ''}"
        )
        raise LedgerError("LED116", "ledger", problem, "Choose one: hegui ledger prove INDEX")
    return found[0]


def _subject(data: bytes) -> str | None:
    try:
        return Entry.decode(data).subject
    except ValueError:
        return None
