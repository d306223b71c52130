"""Verify the ledger from its files: every entry, every tile, every hand-over of its key, the signed root.

Knows that a verified beginning need not be read again: its root is remembered, and the tiles must still lead to it. Works
in one pass with one bundle and a few tiles in memory; an interrupted run goes on where it was.
Rules: docs/ledger-format.md §2 to §6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from hegui.errors import InputError
from hegui.kernel.merkle import Frontier, leaf_hash
from hegui.ledger import canonical
from hegui.ledger.checkpoint import Checkpoint
from hegui.ledger.entry import Entry, EntryError
from hegui.ledger.note import Note
from hegui.ledger.rotation import check_hand_over, hand_over_path
from hegui.ledger.second import SecondHistory, Verdict, judge, statement_entry, statement_path
from hegui.ledger.tiles import TILE_HEIGHT, TILE_WIDTH
from hegui.ledger.tree import LedgerDamage
from hegui.usecases.ledger_log import ReadLog, read_log
from hegui.usecases.ledger_ports import LedgerError, LedgerHome, Progress, silent
from hegui.usecases.ledger_second import read_second
from hegui.usecases.ledger_witnesses import known_witnesses

__all__ = ["Verified", "verify_log"]

_STATE = "ledger-verified.json"
_SAVE_EVERY = 1 << 16


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found to hold: entries [start, size) were read, those before only by the root remembered of them.

    Attributes:
        sm2: what can be said of the second signature, None where the log states no SM2 key; never "wrong".
    """

    origin: str
    size: int
    root: str
    start: int
    self_attested: bool
    witnesses: tuple[str, ...]
    sm2: Verdict | None


def verify_log(home: LedgerHome, *, start: int | None = None, progress: Progress = silent) -> Verified:
    """Verify, from where the last run ended or from the entry `start` on; `start=0` reads everything again.

    Raises:
        LedgerDamage: LED080, LED081, LED112 files are missing, or not those of the root; the message names the place.
        LedgerError: LED113 `start` is beyond the log; LED114 the log is smaller than, or another than, one verified before.
        LedgerError: LED142 the second signature, by SM2, is wrong.
        NoteError, CheckpointError: the checkpoint cannot be believed.
    """
    log = read_log(home, tuple(witness.key for witness in known_witnesses(home)))
    size = log.checkpoint.size
    memory = _remembered(home, log)
    second = read_second(home, log.history, log.origin)
    verdict = _second_verdict(log, second)
    if start is not None and not 0 <= start <= size:
        raise LedgerError("LED113", "ledger", f"there is no entry {start} in a log of {size}", "Choose a smaller one.")
    first = min(memory.size, size) if start is None else start
    if first:  # else the entries are read first, which names the place of a damage
        _require_remembered(home, log, memory)
    known, frontier = memory.size, log.tree.frontier(first)
    for grown in _read(log, frontier, progress):
        frontier = grown
        if frontier.size % _SAVE_EVERY == 0 and first <= known < frontier.size:
            _require_remembered(home, log, memory)
            known = frontier.size
            _remember(home, log, frontier)
    if frontier.root() != log.checkpoint.root:
        _damage("ledger", "the entries do not give the signed root")
    _require_remembered(home, log, memory)
    _check_rotations(home, log)
    _check_statements(home, log, second)
    if first <= known:  # else there is a gap that nobody has read
        _remember(home, log, frontier)
    names = tuple(found.key.name for found in log.opened.witnesses)
    return Verified(log.origin, size, frontier.root().hex(), first, log.opened.is_self_attested, names, verdict)


def _read(log: ReadLog, frontier: Frontier, progress: Progress) -> Iterator[Frontier]:
    """Grow the frontier bundle by bundle, comparing every hash with its tile; yields it after each."""
    tree, size = log.tree, log.checkpoint.size
    while frontier.size < size:
        bundle, skipped = divmod(frontier.size, TILE_WIDTH)
        entries = tree.bundle(bundle)[skipped:]
        for index, data in enumerate(entries, frontier.size):
            _check_entry(index, data)
        frontier, made = frontier.extend(map(leaf_hash, entries))
        for node in made:
            if node.level % TILE_HEIGHT == 0 and tree.node(node.level, node.number) != node.value:
                place = f"tile {node.level // TILE_HEIGHT}, hash {node.number}"
                _damage(place, "the tile is not that of the entries")
        progress(frontier.size, size)
        yield frontier


def _check_entry(index: int, data: bytes) -> None:
    """Canonical, and of version 1 or of one that is not known here."""
    try:
        Entry.decode(data)
    except EntryError as error:
        if error.code != "LED022":
            _damage(f"entry {index}", error.problem)
        canonical.decode(data)
    except InputError as error:
        _damage(f"entry {index}", error.problem)


def _check_rotations(home: LedgerHome, log: ReadLog) -> None:
    """Each hand-over has the root of its size, and is the last entry of it."""
    for before, after in pairwise(log.history.terms):
        size = after.from_size
        if size > log.checkpoint.size:
            continue
        path = hand_over_path(size)
        signed = check_hand_over(home.files.read(path) or b"", before.key, after.key, origin=log.origin)
        entry = Entry.decode(log.tree.entry(size - 1))
        recorded = (entry.type, entry.actor, entry.subject)
        if log.tree.root(size) != signed.root or recorded != ("key.rotated", str(before.key), str(after.key)):
            _damage(path, "the hand-over is not recorded in the log")


def _second_verdict(log: ReadLog, second: SecondHistory) -> Verdict | None:
    key = second.of_size(log.checkpoint.size)
    if key is None:
        return None
    verdict = judge(log.opened.note, key)
    if verdict is Verdict.WRONG:
        problem = f"the SM2 signature of {key.name} with key id {key.key_id.hex()} is wrong"
        raise LedgerError("LED142", "checkpoint", problem, "Keep this copy; sign again: hegui ledger key sm2")
    return verdict


def _check_statements(home: LedgerHome, log: ReadLog, second: SecondHistory) -> None:
    """Each statement of an SM2 key has the root of its size, and is the last entry of it."""
    for term in second.terms:
        size = term.from_size
        if size > log.checkpoint.size:
            continue
        path = statement_path(size)
        signed = Checkpoint.parse(Note.parse(home.files.read(path) or b"").text)  # judged by read_second
        entry = Entry.decode(log.tree.entry(size - 1))
        expected = statement_entry(log.key, term.key, entry.at)
        if log.tree.root(size) != signed.root or (entry.type, entry.subject) != (expected.type, expected.subject):
            _damage(path, "the statement is not recorded in the log")


@dataclass(frozen=True, slots=True)
class _Memory:
    """How far the log was verified before, and the root of then."""

    size: int = 0
    root: str = ""


def _remembered(home: LedgerHome, log: ReadLog) -> _Memory:
    data = home.state.read(_STATE)
    try:
        found = json.loads(data) if data else None
        return _Memory(int(found["size"]), found["root"]) if found and found["origin"] == log.origin else _Memory()
    except (ValueError, TypeError, KeyError):
        remedy = "Remove it; the next run reads the whole log."
        raise LedgerError("LED107", home.state.where(_STATE), "it is not what verification remembers", remedy) from None


def _require_remembered(home: LedgerHome, log: ReadLog, memory: _Memory) -> None:
    """The log still begins with what was verified before. Raises LedgerError (LED114)."""
    if memory.size > log.checkpoint.size:
        now = log.checkpoint.size
        problem = f"size {memory.size} was verified before, now {now} is published: entries were taken back"
    elif memory.size and log.tree.root(memory.size).hex() != memory.root:
        problem = f"its first {memory.size} entries are not those that were verified before"
    else:
        return
    where = home.state.where(_STATE)
    remedy = f"Keep both, compare with a copy and the witnesses. If this is another log on purpose: remove {where}"
    raise LedgerError("LED114", "ledger", problem, remedy)


def _remember(home: LedgerHome, log: ReadLog, frontier: Frontier) -> None:
    value = {"origin": log.origin, "size": frontier.size, "root": frontier.root().hex()}
    home.state.replace(_STATE, json.dumps(value).encode() + b"\n")


def _damage(where: str, problem: str) -> NoReturn:
    raise LedgerDamage("LED112", where, problem, "Stop writing, keep the files, and compare them with a copy.")
