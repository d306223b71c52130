"""The contract of `stage_ports.PolicyStages`, and what staging writes through it."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from hegui.errors import InputError
from hegui.ledger.entry import Entry
from hegui.moderate.policy_files import read_policy
from hegui.store import Store
from hegui.store.tables import ledger_waiting
from hegui.usecases.policy_stages import promote, roll_back, stage, standing
from hegui.usecases.ports import ExchangeFilter
from hegui.usecases.stage_ports import PolicyStage
from tests.store.samples import NOON, an_exchange, write

TEXT = "name: neu\nversion: 1\n"
LABEL = read_policy(TEXT, "p").label


def put(store: Store, share: float | None = None, name: str = "default", reason: str = "试") -> PolicyStage:
    candidate = read_policy(TEXT, "p")
    return stage(store.stages, name, candidate, TEXT, share=share, reason=reason, now=NOON, random=bytes)


def back(store: Store, *, everything: bool = False) -> PolicyStage:
    return roll_back(store.stages, "default", everything=everything, reason="", now=NOON, random=bytes)[0]


def test_nothing_is_staged_at_first(store: Store) -> None:
    assert list(store.stages.history()) == []
    assert list(store.stages.trials(ExchangeFilter(), 3)) == []


def test_steps_stay_in_order_and_move_the_revision(store: Store) -> None:
    first = put(store)
    assert first == PolicyStage("default", "shadow", 0.0, LABEL, TEXT, "试", NOON, first.number)
    second = promote(store.stages, "default", share=0.25, reason="好", now=NOON, random=bytes)
    other = put(store, 1.0, "strict")
    third = back(store)
    assert list(store.stages.history()) == [first, second, other, third]
    assert list(store.stages.history("strict")) == [other]
    assert (second.mode, second.share, second.content, third.label) == ("share", 0.25, TEXT, LABEL)
    assert store.applications.revision() == 4


def test_each_step_waits_for_the_ledger_with_its_reason(store: Store) -> None:
    put(store, 0.5, reason="误报太多")
    back(store)
    with store.database.reading() as connection:
        rows = connection.execute(ledger_waiting.select().order_by(ledger_waiting.c.number)).all()
    entries = [Entry.decode(bytes(row.entry)) for row in rows]
    assert [(one.type, one.under.policy) for one in entries] == [
        ("policy.staged", LABEL),
        ("policy.rolled_back", LABEL),
    ]
    first, _ = store.retention.statements("policy.staged", "policy.rolled_back")
    said = json.loads(first.document)
    assert (said["reason"], said["share"], said["content"]) == ("误报太多", "0.5", TEXT)
    assert entries[0].payloads[0].holds_for(first.document, bytes(rows[0].salt))


def test_what_cannot_be_done_leaves_no_trace(store: Store) -> None:
    for share in (0.0, -1.0, 1.5, float("nan"), float("inf")):
        with pytest.raises(InputError, match="POL006"):
            put(store, share)
    for reason in ("a\0b", "\udc80", "x" * 2001):
        with pytest.raises(InputError, match="POL006"):
            put(store, reason=reason)
    with pytest.raises(InputError, match="POL007"):
        back(store)
    with pytest.raises(InputError, match="POL007"):
        promote(store.stages, "default", share=1, reason="", now=NOON, random=bytes)
    assert list(store.stages.history()) == []
    assert store.applications.revision() == 0


def test_of_many_who_take_back_at_once_as_many_succeed_as_there_is_to_take_back(store: Store) -> None:
    for share in (1.0, 1.0, 0.5):
        put(store, share)
    barrier, refused = Barrier(6), []

    def take_back() -> None:
        barrier.wait()
        try:
            back(store)
        except InputError as error:
            refused.append(error.code)

    threads = [Thread(target=take_back) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["POL007"] * 3
    assert standing(store.stages.history())["default"].in_force == ()


def test_trials_are_counted_by_what_was_and_would_have_been_decided(store: Store) -> None:
    decided = [("allow", "allow"), ("allow", "stop"), ("allow", "stop"), ("stop", "failed"), ("allow", "stop")]
    rows = [
        an_exchange(number, decision=before, shadow_policy=LABEL, shadow_decision=after)
        for number, (before, after) in enumerate(decided)
    ]
    write(
        store,
        *rows,
        an_exchange(9),
        an_exchange(10, application_id="app-2", shadow_policy="o@1:0", shadow_decision="flag"),
    )
    found = store.stages.trials(ExchangeFilter(application="app-1"), 2)
    assert [(one.policy, one.decision, one.shadow, one.count, one.examples) for one in found] == [
        (LABEL, "allow", "stop", 3, (rows[4].id, rows[2].id)),
        (LABEL, "allow", "allow", 1, (rows[0].id,)),
        (LABEL, "stop", "failed", 1, (rows[3].id,)),
    ]
    late = ExchangeFilter(since=NOON + timedelta(seconds=4), until=NOON + timedelta(seconds=10))
    assert [(one.count, one.examples) for one in store.stages.trials(late, 0)] == [(1, ())]
