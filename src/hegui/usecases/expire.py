"""Delete what has been kept long enough (保存期限届满删除), and tell the ledger what was deleted.

Knows the order of the steps; what is due is decided by `vault.retention`. Works in batches, each of which may die at any
point and is found again by the next run, because what is still to do is what the database still lists:

1. The blobs of the batch are deleted.
2. In one transaction their lines go, or the records with their salts, and the entry about it begins to wait for its place.
3. In the end keys that were destroyed with the last content of their record are driven out of the database's files.

Content goes before its record, and a record stays while content of it is kept: whoever erases a user finds it by its record.
What waits for its place in the ledger stays until it has one; so does what is in custody, which is content somebody
holds. The entry names no person and no record: it refers to the entries of those records by their places.
Rules: PIPL Art. 19 and 47; vault/data/retention.yaml for the minima.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from hegui.ledger import canonical
from hegui.ledger.canonical import Value
from hegui.ledger.entry import SALT_SIZE, Entry, commit
from hegui.usecases.erase_user import sweep
from hegui.usecases.identifiers import RANDOM_BYTES, new_exchange_id
from hegui.usecases.keep_content import custody_of
from hegui.usecases.retention_ports import KeptPart, KeptRecord, RetentionHome, Statement, TakenAway
from hegui.vault.expiry import made_before
from hegui.vault.keys import subject_of
from hegui.vault.part import Place, blob_name
from hegui.vault.periods import civil_date
from hegui.vault.retention import CONTENT_KINDS, Item, Kind

__all__ = ["BATCH", "EXPIRED", "Expiry", "ExpiryRun", "expire", "plan_expiry"]

BATCH = 100
"""Parts or records in one transaction: a few milliseconds in which nobody else writes to a SQLite file."""

EXPIRED = "retention.expired"
"""The type of the entry."""

Progress = Callable[[int, int], None]
"""(done, of all), counts."""


@dataclass(slots=True)
class Expiry:
    """What a run did, or would do.

    Attributes:
        on: the day it went by, in Shanghai.
        through: kind → the day up to which what was made was due.
        deleted: kind → how many.
        held: how many were due and stayed, because of a hold or because they wait for a place in the ledger.
        missing: how many of the deleted parts were not there: a run that died had deleted them, or they are kept elsewhere.
        keys: destroyed with the last content of their record.
        entries: written into the ledger.
        unswept: keys whose bytes could not be driven out of the database's files yet; the next run tries again.
    """

    on: date
    through: dict[Kind, date]
    deleted: dict[Kind, int] = field(default_factory=dict)
    held: int = 0
    missing: int = 0
    keys: int = 0
    entries: int = 0
    unswept: int = 0

    def count(self, kinds: Sequence[Kind]) -> None:
        """Add to what was deleted."""
        for kind in kinds:
            self.deleted[kind] = self.deleted.get(kind, 0) + 1


@dataclass(frozen=True, slots=True)
class _Batch:
    """What of a page is due, and what stays."""

    parts: tuple[KeptPart, ...]
    records: tuple[KeptRecord, ...]
    held: int


class ExpiryRun:
    """One pass over what is due on the day it begins; `result` says how far it is.

    Raises InputError (VLT013): the law is not modelled for today.
    """

    def __init__(self, home: RetentionHome) -> None:
        self._home = home
        on = civil_date(home.clock())
        through = {kind: home.rules.due_through(kind, on) for kind in (*CONTENT_KINDS, "exchange_record")}
        self.result = Expiry(on, through)
        self._batches = _batches(home, self.result)

    def total(self) -> int:
        """How many parts and records are as old as that, held ones included."""
        return self._home.retention.count({kind: made_before(day) for kind, day in self.result.through.items()})

    def step(self) -> int:
        """Delete one batch; how many parts and records were looked at, 0 when there are none any more.

        Raises InternalError: STO004, VLT016, a store failed; what was begun is ended by the next run.
        """
        batch = next(self._batches, None)
        if batch is None:
            self._end()
            return 0
        self.result.held += batch.held
        if batch.parts or batch.records:
            self._take_away(batch)
        return len(batch.parts) + len(batch.records) + batch.held

    def _take_away(self, batch: _Batch) -> None:
        home, result = self._home, self.result
        missing, at = _delete_blobs(home, batch.parts), home.clock()

        def tell(taken: TakenAway) -> Statement:
            return _statement(home, result, taken, missing, at)

        taken = home.retention.take_away(batch.parts, batch.records, at, tell)
        result.count([part.kind for part in taken.parts] + ["exchange_record"] * len(taken.records))
        result.missing += sum(_place(part) in missing for part in taken.parts)
        result.keys += len(taken.keys)
        result.entries += bool(taken.parts or taken.records)

    def _end(self) -> None:
        """Destroyed keys: their bytes, and whatever blob is left under them."""
        keys = self._home.keys
        if not (unswept := keys.unswept()):
            return
        if not keys.scrub():
            self.result.unswept = len(unswept)
            return
        for key in unswept:
            sweep(self._home.blobs, key.id)
        keys.mark_swept(*[key.id for key in unswept], at=self._home.clock())


def expire(home: RetentionHome, progress: Progress = lambda done, of: None) -> Expiry:
    """Delete everything that is due today. Raises as `ExpiryRun`; whoever died halfway runs it again."""
    run = ExpiryRun(home)
    total, done = run.total(), 0
    while count := run.step():
        done += count
        progress(done, max(total, done))
    return run.result


def plan_expiry(home: RetentionHome) -> Expiry:
    """What `expire` would delete today; nothing is changed. A record whose content is all due counts too."""
    run = ExpiryRun(home)
    before = {kind: made_before(run.result.through[kind]) for kind in CONTENT_KINDS}
    for batch in _batches(home, run.result, apart_from=before):
        run.result.held += batch.held
        run.result.count([part.kind for part in batch.parts] + ["exchange_record"] * len(batch.records))
    return run.result


def _batches(
    home: RetentionHome, result: Expiry, *, apart_from: Mapping[Kind, datetime] | None = None
) -> Iterator[_Batch]:
    """All that is old enough, page by page, content before records; each page is read when it is asked for."""
    find = home.retention
    for kind in CONTENT_KINDS:
        before, last = made_before(result.through[kind]), None
        while parts := find.parts(kind, before, last and (last.made_at, last.record, last.part), BATCH):
            last = parts[-1]
            due = _due(home, result.on, [Item(one.record, one.kind, one.made_at, one.part) for one in parts])
            chosen = tuple(one for one in parts if (one.record, one.part) in due)
            yield _Batch(chosen, (), len(parts) - len(chosen))
    before, behind = made_before(result.through["exchange_record"]), None
    while records := find.records(before, behind and (behind.made_at, behind.record), BATCH, apart_from or {}):
        behind = records[-1]
        due = _due(home, result.on, [Item(one.record, "exchange_record", one.made_at) for one in records])
        taken = tuple(one for one in records if (one.record, None) in due)
        yield _Batch((), taken, len(records) - len(taken))


def _due(home: RetentionHome, on: date, items: Sequence[Item]) -> set[tuple[str, str | None]]:
    """Record and part of those that are due, and that neither custody nor the ledger's sequencer holds."""
    records = sorted({item.record for item in items})
    waiting = home.retention.waiting(records)
    in_custody = home.keys.live_ids([custody_of(record) for record in records])
    free = tuple(one for one in items if one.record not in waiting and custody_of(one.record) not in in_custody)
    return {(one.item.record, one.item.part) for one in home.rules.due(free, (), on=on).delete}


def _delete_blobs(home: RetentionHome, parts: Sequence[KeptPart]) -> frozenset[Place]:
    """Those that were not there. Only what is under live keys: what is under a destroyed one is swept with it."""
    live = home.keys.live_ids(sorted({subject_of(part.user, part.record) for part in parts}))
    missing = set()
    for part in parts:
        key_id, place = live.get(subject_of(part.user, part.record)), _place(part)
        if key_id is None or not home.blobs.has(name := blob_name(key_id, place)):
            missing.add(place)
        else:
            home.blobs.delete(name)
    return frozenset(missing)


def _place(part: KeptPart) -> Place:
    return Place(part.record, part.part)


def _statement(
    home: RetentionHome, result: Expiry, taken: TakenAway, missing: frozenset[Place], at: datetime
) -> Statement:
    """What the ledger is told: how much of each kind, up to which day, and a digest of what it was."""
    names: dict[Kind, list[str]] = {}
    absent = Counter(part.kind for part in taken.parts if _place(part) in missing)
    for part in taken.parts:
        names.setdefault(part.kind, []).append(f"{part.record} {part.part}\n")
    for record in taken.records:
        names.setdefault("exchange_record", []).append(f"{record.record}\n")
    deleted: Mapping[str, Value] = {
        kind: {
            "count": len(listed),
            "missing": absent[kind],
            "sha256": sha256("".join(sorted(listed)).encode()).hexdigest(),
            "made_through": result.through[kind].isoformat(),
        }
        for kind, listed in names.items()
    }
    document: Mapping[str, Value] = {"v": 1, "on": result.on.isoformat(), "deleted": deleted, "keys": list(taken.keys)}
    encoded, salt = canonical.encode(document), home.random(SALT_SIZE)
    instant = at.replace(microsecond=at.microsecond // 1000 * 1000)
    subject = f"retention-{new_exchange_id(int(at.timestamp() * 1000), home.random(RANDOM_BYTES))}"
    entry = Entry(EXPIRED, subject, "system", instant, (commit("document", encoded, salt),), refs=taken.entries)
    return Statement(entry, encoded, salt)
