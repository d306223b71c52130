"""Deleting what was kept long enough, over real stores: never too early, never untold, and from anywhere again."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hegui.errors import InputError, InternalError
from hegui.ledger.entry import Entry
from hegui.store import Store, open_store
from hegui.store.blob_folder import BlobFolder
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.tables import findings, ledger_entries
from hegui.usecases import expire as expiring
from hegui.usecases.erase_person import erase_person
from hegui.usecases.exchange_entry import record_of
from hegui.usecases.expire import EXPIRED, expire, plan_expiry
from hegui.usecases.keep_content import keep_content, read_content, take_into_custody
from hegui.usecases.note_overrides import OVERRIDDEN, RESTORED, note_overrides
from hegui.usecases.ports import Exchange
from hegui.usecases.retention_ports import RetentionHome
from hegui.usecases.retention_rounds import RetentionRounds
from hegui.usecases.take_content import TakenOver
from hegui.usecases.vault_ports import Vault
from hegui.vault.expiry import Rules
from hegui.vault.faults import KeyErased
from hegui.vault.part import Place, blob_name
from hegui.vault.periods import read_periods
from hegui.vault.retention import CONTENT_KINDS, KINDS, Kind
from hegui.vault.retention_files import retention_law
from tests.store.conftest import Clock
from tests.store.evidence import an_evidence_loop, assert_verified, open_log
from tests.store.samples import NOON, an_exchange, written
from tests.store.test_evidence_loop import wait_until
from tests.store.test_vault import Crash, Fuse, Fused
from tests.vault.samples import MASTERS

LAW = retention_law()
PARTS = {"prompt": "你好".encode(), "answer": b"hello", "attachment-1": b"\x89PNG"}
ON = datetime(2026, 7, 6, 4, 0, tzinfo=UTC)
"""The first day on which what was made at NOON is due."""


def rules(overrides: dict[Kind, str] | None = None, **periods: str) -> Rules:
    return Rules({kind: read_periods(periods.get(kind, "6 months")) for kind in KINDS}, LAW, overrides or {})


class World:
    """A store, a vault, a ledger, and the writer that fills them."""

    def __init__(self, store: Store, clock: Clock, folder: Path) -> None:
        self.store, self.clock, self.state = store, clock, folder / "state"
        blobs = BlobFolder(folder / "blobs", durable=False)
        self.vault = Vault(store.subject_keys, blobs, MASTERS, os.urandom, clock)
        self._writer, self._written = EvidenceWriter(store.database, os.urandom), 0

    def home(self, rules: Rules) -> RetentionHome:
        return RetentionHome(
            self.store.retention, self.store.subject_keys, self.vault.blobs, rules, os.urandom, self.clock
        )

    def keep(self, *batch: Exchange, parts: dict[str, bytes] | None = None) -> None:
        """Records with content, as what empties the spools keeps them, and published."""
        self._written += len(batch)
        kept = {} if parts == {} else {
            one.id: TakenOver(keep_content(self.vault, one.user, one.id, parts or PARTS)) for one in batch
        }  # fmt: skip
        self._writer.write("samples", self._written, batch, kept)
        self.publish()

    def publish(self) -> None:
        loop = an_evidence_loop(self.store, self.state)
        loop.stop()
        loop.run()
        assert loop.last_error is None

    def reads(self, one: Exchange, part: str = "prompt") -> bool:
        try:
            return read_content(self.vault, one.user, one.id, part).content == PARTS[part]
        except KeyErased:
            return False

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(one.document) for one in self.store.retention.statements(EXPIRED)]

    def logged(self, type_: str) -> list[Entry]:
        self.publish()
        tree = open_log(self.state / "ledger").tree()
        found = [Entry.decode(tree.entry(index)) for index in range(tree.size)]
        return [entry for entry in found if entry.type == type_]


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path: Path) -> World:
    return World(store, clock, tmp_path)


def batch(count: int, first: int = 0, **changes: Any) -> list[Exchange]:
    return [an_exchange(number, **changes) for number in range(first, first + count)]


def test_nothing_goes_on_the_last_day_and_all_on_the_next(world: World) -> None:
    kept = batch(3)
    world.keep(*kept)
    world.clock.now = ON - timedelta(days=1)
    assert expire(world.home(rules())).deleted == {}
    assert all(world.reads(one, part) for one in kept for part in PARTS)
    world.clock.now = ON
    seen: list[tuple[int, int]] = []
    planned = plan_expiry(world.home(rules()))
    done = expire(world.home(rules()), lambda *counts: seen.append(counts))
    assert done.deleted == planned.deleted == {"prompt": 3, "answer": 3, "attachment": 3, "exchange_record": 3}
    assert (done.on, done.through["prompt"]) == (date(2026, 7, 6), date(2026, 1, 5))
    assert seen == [(3, 12), (6, 12), (9, 12), (12, 12)]
    assert not any(world.reads(one, part) for one in kept for part in PARTS)
    assert list(world.vault.blobs.list()) == []
    assert written(world.store) == []
    with world.store.database.reading() as connection:
        assert connection.execute(select(findings)).all() == []
    assert expire(world.home(rules())).deleted == {}


def test_the_ledger_stays_whole_and_is_told_what_was_deleted(world: World) -> None:
    kept = batch(3)
    world.keep(*kept)
    world.keep(an_exchange(10**6, user="u-9"))
    world.clock.now = ON
    expire(world.home(rules()))
    entries = world.logged(EXPIRED)
    assert [entry.refs for entry in entries] == [(0, 1, 2)] * 4
    for entry, told in zip(entries, world.store.retention.statements(EXPIRED), strict=True):
        assert told.salt is not None
        assert entry.subject == told.subject
        assert entry.payloads[0].holds_for(told.document, told.salt)
    names = "".join(f"{one.id}\n" for one in sorted(kept, key=lambda one: one.id))
    assert world.told()[-1]["deleted"] == {
        "exchange_record": {
            "count": 3,
            "missing": 0,
            "sha256": sha256(names.encode()).hexdigest(),
            "made_through": "2026-01-05",
        }
    }
    said = b"".join(entry.encode() for entry in entries) + json.dumps(world.told()).encode()
    assert not any(one.id.encode() in said or b"u-1" in said for one in kept)
    assert_verified(world.state / "ledger")
    with world.store.database.reading() as connection:
        salts = {row.subject: row.salt for row in connection.execute(select(ledger_entries))}
    assert {salts[one.id] for one in kept} == {None}  # nobody opens the commitment any more
    assert salts[an_exchange(10**6).id]
    assert record_of(an_exchange(10**6, user="u-9")) == record_of(written(world.store)[0])


def test_content_may_go_before_its_record_and_a_record_stays_while_content_does(world: World) -> None:
    one, bare = an_exchange(0), an_exchange(1)
    world.keep(one)
    world.keep(bare, parts={})
    shorter = rules(prompt="1 months", answer="12 months")
    world.clock.now = ON - timedelta(days=60)
    assert expire(world.home(shorter)).deleted == {"prompt": 1}
    assert [world.reads(one, part) for part in PARTS] == [False, True, True]
    world.clock.now = ON
    assert plan_expiry(world.home(shorter)).deleted == {"attachment": 1, "exchange_record": 1}
    assert expire(world.home(shorter)).deleted == {"attachment": 1, "exchange_record": 1}
    assert written(world.store) == [one]
    assert [part.part for part in world.store.contents.of(one.id)] == ["answer"]


def test_a_period_below_the_minimum_without_a_reason_deletes_no_record_too_early(world: World) -> None:
    world.keep(an_exchange())
    world.clock.now = ON - timedelta(days=1)
    too_short = rules(exchange_record="1 months")
    assert expire(world.home(too_short)).deleted.get("exchange_record") is None
    reasoned = rules(
        {"exchange_record": "offshore"}, exchange_record="1 months", **dict.fromkeys(CONTENT_KINDS, "1 months")
    )
    assert expire(world.home(reasoned)).deleted["exchange_record"] == 1


def test_before_the_law_is_modelled_nothing_is_deleted(world: World) -> None:
    world.clock.now = datetime(1970, 1, 1, tzinfo=UTC)
    with pytest.raises(InputError, match="VLT013"):
        expire(world.home(rules()))


def test_what_waits_for_the_ledger_stays_until_it_is_published(world: World) -> None:
    one = an_exchange()
    kept = {one.id: TakenOver(keep_content(world.vault, one.user, one.id, PARTS))}
    EvidenceWriter(world.store.database, os.urandom).write("samples", 1, [one], kept)
    world.clock.now = ON
    done = expire(world.home(rules()))
    assert (done.deleted, done.held) == ({}, 3)
    assert world.reads(one)
    world.publish()
    assert expire(world.home(rules())).deleted["exchange_record"] == 1


def test_content_in_custody_stays_with_its_record_until_the_hold_ends(world: World) -> None:
    held, other = an_exchange(0), an_exchange(1)
    world.keep(held, other)
    assert take_into_custody(world.vault, held.user, held.id, "prompt")
    world.clock.now = ON
    done = expire(world.home(rules()))
    assert (done.held, done.deleted["exchange_record"]) == (3, 1)
    assert world.reads(held)
    assert written(world.store) == [held]
    world.store.subject_keys.erase(f"h-{held.id}", ON)
    assert expire(world.home(rules())).deleted["exchange_record"] == 1


def test_the_key_of_a_record_without_a_user_goes_with_its_last_content(world: World) -> None:
    one = an_exchange(user=None)
    world.keep(one)
    copies = {name: world.vault.blobs.get(name) or b"" for name in world.vault.blobs.list()}
    world.clock.now = ON
    assert expire(world.home(rules(answer="12 months"))).keys == 0
    assert world.reads(one, "answer")
    done = expire(world.home(rules()))
    (key,) = world.store.subject_keys.of(f"x-{one.id}")
    assert (done.keys, done.unswept, key.erased_at, key.swept_at) == (1, 0, ON, ON)
    assert [told["keys"] for told in world.told() if told["keys"]] == [[key.id]]
    for name, data in copies.items():  # as from a backup
        world.vault.blobs.put(name, data)
    assert not any(world.reads(one, part) for part in PARTS)


def test_content_that_is_not_where_it_should_be_is_told_as_missing(world: World) -> None:
    one, two = batch(2)
    world.keep(one, two, parts={"prompt": b"p"})
    key = world.store.subject_keys.live("u-1")
    assert key
    world.vault.blobs.delete(blob_name(key.id, Place(one.id, "prompt")))
    world.clock.now = ON
    assert expire(world.home(rules())).missing == 1
    assert [told["deleted"]["prompt"]["missing"] for told in world.told() if "prompt" in told["deleted"]] == [1]


def test_a_users_key_stays_for_what_comes_next(world: World) -> None:
    world.keep(*batch(2))
    world.clock.now = ON
    expire(world.home(rules()))
    assert world.store.subject_keys.live("u-1")
    late = an_exchange(0, id="9" * 26, started_at=ON, finished_at=ON)
    world.keep(late)
    assert world.reads(late)


def test_what_was_erased_is_not_told_as_deleted(world: World) -> None:
    one = an_exchange()
    world.keep(one)
    erase_person(world.vault, world.store.exchanges, world.store.contents, LAW, "u-1", world.store.add_entries)
    assert world.store.contents.of(one.id) == []
    world.publish()
    world.clock.now = ON
    assert expire(world.home(rules())).deleted == {"exchange_record": 1}


@pytest.mark.parametrize("after", [False, True], ids=["before a call", "after a call"])
def test_a_run_that_dies_anywhere_is_ended_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """Each number of calls gets a world of exchanges of its own; nothing is lost, doubled or untold on the way."""
    monkeypatch.setattr(expiring, "BATCH", 2)
    parts = {"prompt": PARTS["prompt"], "answer": PARTS["answer"]}
    for number in range(200):
        world.clock.now = NOON
        mine = [
            an_exchange(10 * number, user=f"u-{number}"),
            an_exchange(10 * number + 1, user=f"u-{number}"),
            an_exchange(10 * number + 2, user=None),
        ]
        world.keep(*mine, parts=parts)
        before = len(world.told())
        world.clock.now = ON
        home, fuse = world.home(rules()), Fuse(number, after)
        fused = {name: Fused(getattr(home, name), fuse) for name in ("retention", "keys", "blobs")}
        try:
            expire(replace(home, **fused))  # type: ignore[arg-type]
            died = False
        except Crash:
            died = True
            left, untold = set(written(world.store)), len(world.told()) - before
            for one in mine:  # a record is there while any content is; what is gone was told
                assert one in left or not any(world.reads(one, part) for part in parts)
            assert untold or len(left) == 3
        again = expire(home)
        assert again.unswept == 0
        assert written(world.store) == []
        assert list(world.vault.blobs.list()) == []
        assert world.store.subject_keys.unswept() == []
        counts: dict[str, int] = {}
        for told in world.told()[before:]:
            for kind, of in told["deleted"].items():
                counts[kind] = counts.get(kind, 0) + of["count"]
        assert counts == {"prompt": 3, "answer": 3, "exchange_record": 3}
        world.publish()
        if not died:
            break
    assert number > 20
    assert_verified(world.state / "ledger")


def test_two_that_delete_at_once_tell_each_thing_once(world: World, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "BATCH", 7)
    kept = batch(60)
    world.keep(*kept[:40], parts={"prompt": b"p"})
    world.keep(*[replace(one, user=None) for one in kept[40:]], parts={"prompt": b"p"})
    world.clock.now = ON
    failures: list[Exception] = []

    def work() -> None:
        with closing(open_store(url, clock=world.clock, busy_seconds=30)) as store:
            home = replace(world.home(rules()), retention=store.retention, keys=store.subject_keys)
            for _ in range(50):
                try:
                    expire(home)
                    break
                except InternalError as error:  # PostgreSQL may break a deadlock; the next run goes on
                    failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert {getattr(error, "code", error) for error in failures} <= {"STO004"}
    expire(world.home(rules()))
    counts = [of["count"] for told in world.told() for of in told["deleted"].values()]
    assert sum(counts) == 120
    assert written(world.store) == []


def a_minimum(provision: str, instrument: str, article: str) -> dict[str, Any]:
    return {"provision": provision, "months": 6, "instrument": instrument, "article": article, "confidence": "V"}


def test_an_override_is_told_once_for_each_change(world: World) -> None:
    offshore = rules({"log": "offshore"}, log="6 months, 3 months from 2026-02-01, 1 months from 2026-04-01")
    assert note_overrides(world.home(offshore)) == 0  # not in force yet
    world.clock.now = datetime(2026, 2, 1, 4, tzinfo=UTC)
    assert [note_overrides(world.home(offshore)) for _ in range(3)] == [1, 0, 0]
    world.clock.now = datetime(2026, 2, 20, 4, tzinfo=UTC)
    assert note_overrides(world.home(offshore)) == 0
    world.clock.now = datetime(2026, 4, 1, 4, tzinfo=UTC)
    assert [note_overrides(world.home(offshore)) for _ in range(2)] == [1, 0]
    assert [note_overrides(world.home(rules())) for _ in range(2)] == [1, 0]
    assert note_overrides(world.home(offshore)) == 1  # back again is a change
    told = list(world.store.retention.statements(OVERRIDDEN, RESTORED))
    assert [one.type for one in told] == [OVERRIDDEN, OVERRIDDEN, RESTORED, OVERRIDDEN]
    assert json.loads(told[0].document) == {
        "v": 1,
        "kind": "log",
        "months": 3,
        "minima": [
            a_minimum("CSL-23-1", "网络安全法（2025年修正）", "23"),
            a_minimum("AR-28-2", "互联网信息服务算法推荐管理规定", "28"),
            a_minimum("LM-9-1", "人工智能生成合成内容标识办法", "9"),
        ],
        "setting": "vault.keep.log",
        "since": "2026-02-01",
        "reason_setting": "vault.below_minimum.log",
        "reason": "offshore",
        "seen_on": "2026-02-01",
    }
    entries = [*world.logged(OVERRIDDEN), *world.logged(RESTORED)]
    by_subject = {one.subject: one for one in told}
    assert [one.index for one in world.store.retention.statements()] == [0, 1, 2, 3]
    for entry in entries:
        stated = by_subject[entry.subject]
        assert stated.salt is not None
        assert entry.payloads[0].holds_for(stated.document, stated.salt)


def test_two_processes_that_see_a_change_tell_it_once(world: World) -> None:
    home = world.home(rules({"log": "offshore"}, log="3 months"))

    class Late:
        """Looked before the other one wrote."""

        def statements(self, *_: str) -> Iterator[Any]:
            return iter(())

        def __getattr__(self, name: str) -> Any:
            return getattr(home.retention, name)

    late: Any = Late()
    assert note_overrides(home) == 1
    assert note_overrides(replace(home, retention=late)) == 0
    assert len(list(world.store.retention.statements())) == 1


def test_rounds_tell_delete_a_batch_a_step_and_wait_for_their_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "BATCH", 2)
    world.keep(*batch(3), parts={"prompt": b"p"})
    world.clock.now = ON
    home = world.home(rules({"log": "offshore"}, log="3 months"))
    one = RetentionRounds(home, world.store.retention_turn(world.clock), deletes=True)
    other = RetentionRounds(home, world.store.retention_turn(world.clock), deletes=True)
    assert [one.step(), other.step(), one.step()] == [2, 0, 1]
    assert len(list(world.store.retention.statements(OVERRIDDEN))) == 1
    one.close()
    assert [other.step() for _ in range(3)] == [2, 1, 0]
    assert written(world.store) == []


def test_a_round_that_may_not_delete_only_tells(world: World) -> None:
    world.keep(*batch(1))
    world.clock.now = ON
    home = world.home(rules({"log": "offshore"}, log="3 months"))
    assert RetentionRounds(home, world.store.retention_turn(world.clock), deletes=False).step() == 0
    assert len(list(world.store.retention.statements(OVERRIDDEN))) == 1
    assert written(world.store) == batch(1)


def test_the_loop_that_moves_evidence_deletes_beside_it(world: World, tmp_path: Path) -> None:
    world.keep(*batch(5))
    world.clock.now = ON
    rounds = RetentionRounds(world.home(rules()), world.store.retention_turn(world.clock), deletes=True)
    loop = an_evidence_loop(world.store, world.state, rounds=rounds, round_seconds=0.05)
    loop.start()
    try:
        wait_until(lambda: written(world.store) == [])
        later = an_exchange(9)
        EvidenceWriter(world.store.database, os.urandom).write("others", 1, [later])  # due too, in the next round
        wait_until(lambda: len(world.told()) == 5)
    finally:
        loop.stop()
    assert loop.last_error is None
    assert written(world.store) == []
    assert len(world.logged(EXPIRED)) == 5


def test_a_store_that_fails_holds_up_no_evidence(world: World, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def step(self) -> int:
            raise InternalError("VLT016", "objects", "the object store failed.", "Look at it.")

        def close(self) -> None:
            """Nothing was begun."""

    loop = an_evidence_loop(world.store, world.state, rounds=Broken(), round_seconds=0.05)
    loop.start()
    try:
        wait_until(lambda: loop.last_error is not None)
        world.keep(*batch(2))
        wait_until(lambda: len(written(world.store)) == 2)
    finally:
        loop.stop()
    assert "VLT016" in str(loop.last_error)
    assert [record.message for record in caplog.records if "REC004" in record.message] == [
        "REC004 what is due is not deleted: VLT016 objects: the object store failed."
    ]
