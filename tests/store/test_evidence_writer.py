"""What is written for a batch of exchanges: rows, findings, ledger entries and the spool's position; over each database."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Row, select

from hegui.ledger.entry import SALT_SIZE, Entry, commit
from hegui.store import Store
from hegui.store.evidence_writer import EvidenceWriter
from hegui.store.recorder import DatabaseAway, RecordRefused
from hegui.store.tables import ledger_waiting
from hegui.usecases.exchange_entry import RECORD, record_of
from hegui.usecases.ports import Exchange
from hegui.usecases.retention_ports import KeptPart
from hegui.usecases.take_content import TakenOver
from tests.store.samples import a_finding, an_exchange, written

SPOOL = "0123456789abcdef"


@pytest.fixture
def writer(store: Store) -> EvidenceWriter:
    return EvidenceWriter(store.database, os.urandom)


def entries(store: Store) -> list[Row[Any]]:
    with store.database.reading() as connection:
        return list(connection.execute(select(ledger_waiting).order_by(ledger_waiting.c.number)))


def test_a_batch_is_written_with_its_position_and_an_entry_for_each(store: Store, writer: EvidenceWriter) -> None:
    assert writer.position(SPOOL) == 0
    batch = [an_exchange(number) for number in range(300)]
    writer.write(SPOOL, 299, batch[:299])
    writer.write(SPOOL, 300, batch[299:])
    assert written(store) == batch
    assert (writer.position(SPOOL), writer.position("another")) == (300, 0)
    found = entries(store)
    assert [row.subject for row in found] == [exchange.id for exchange in batch]
    assert {row.leaf_index for row in found} == {None}
    assert {len(row.salt) for row in found} == {SALT_SIZE}
    assert len({bytes(row.salt) for row in found}) == 300


def test_what_is_read_back_is_what_the_entry_binds(store: Store, writer: EvidenceWriter) -> None:
    batch = [an_exchange(0), an_exchange(1, model="𠀀 \u2028\u3000é\t", user=None, usage=None, findings=(), error=None)]
    writer.write(SPOOL, 2, batch)
    for exchange, row in zip(written(store), entries(store), strict=True):
        (commitment,) = Entry.decode(bytes(row.entry)).payloads
        assert commitment.name == RECORD
        assert commitment.holds_for(record_of(exchange), bytes(row.salt))


def test_a_position_is_forgotten_when_its_spool_has_gone(store: Store, writer: EvidenceWriter) -> None:
    writer.write(SPOOL, 7, [])
    writer.release(SPOOL)
    writer.release(SPOOL)
    assert writer.position(SPOOL) == 0


def test_an_exchange_under_a_known_id_spoils_the_batch_and_changes_nothing(
    store: Store, writer: EvidenceWriter
) -> None:
    writer.write(SPOOL, 1, [an_exchange(1)])
    for again in (an_exchange(1), an_exchange(1, model="another")):
        with pytest.raises(RecordRefused):
            writer.write(SPOOL, 4, [an_exchange(0), again, an_exchange(2)])
    assert written(store) == [an_exchange(1)]
    assert writer.position(SPOOL) == 1
    assert len(entries(store)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "m\0x", "upstream_id": "\0", "findings": (a_finding(term_id="t\0"),)},
        {"model": "𠀀\U0010ffff" * 2000, "outcome": "o" * 500, "decision": "d" * 99, "id": "i" * 256},
        {"model": "100 %s %(x)s ? :y {z} $1 '\" \\"},
        {"prompt_characters": 2**53 - 1},
    ],
)
def test_no_text_and_no_number_that_an_entry_takes_loses_a_record(
    store: Store, writer: EvidenceWriter, changes: dict[str, Any]
) -> None:
    exchange = an_exchange(**changes)
    writer.write(SPOOL, 1, [exchange])
    (found,) = written(store)
    said, kept = repr(exchange), repr(found)
    assert kept == said.replace("\\x00", "�")  # PostgreSQL holds no NUL in a text
    (row,) = entries(store)
    assert Entry.decode(bytes(row.entry)).payloads[0].holds_for(record_of(found), bytes(row.salt))


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt_characters": 2**53},
        {"id": "i" * 257},
        {"application_id": ""},
        {"model": {"not": "text"}},
        {"model": "secret\ud800"},
        {"findings": (a_finding(1.5),)},
    ],
)
def test_what_no_entry_or_no_table_takes_is_refused_whole_and_not_quoted(
    store: Store, writer: EvidenceWriter, changes: dict[str, Any]
) -> None:
    with pytest.raises(RecordRefused) as caught:
        writer.write(SPOOL, 2, [an_exchange(0), an_exchange(1, **changes)])
    assert "secret" not in repr(caught.value)
    assert (written(store), entries(store), writer.position(SPOOL)) == ([], [], 0)


def test_a_number_beyond_its_column_is_refused(postgres_store: Store) -> None:
    writer = EvidenceWriter(postgres_store.database, os.urandom)
    with pytest.raises(RecordRefused, match="^NumericValueOutOfRange$"):
        writer.write(SPOOL, 1, [an_exchange(status=2**40)])
    assert writer.position(SPOOL) == 0


@pytest.mark.parametrize("size", [1, 2, 127, 128, 129, 512])
def test_a_batch_of_any_size_keeps_its_order_and_its_findings(store: Store, writer: EvidenceWriter, size: int) -> None:
    batch = [an_exchange(number, findings=(a_finding(number),) * (number % 4)) for number in range(size)]
    writer.write(SPOOL, size, batch)
    assert written(store) == batch
    assert [row.subject for row in entries(store)] == [exchange.id for exchange in batch]


def test_a_failure_in_between_leaves_nothing_and_says_that_the_database_is_away(
    store: Store, writer: EvidenceWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the inserts fails: rows, findings and entries come with the position or not at all."""
    error = store.database.engine.dialect.loaded_dbapi.OperationalError

    def failing(_insert: Callable[..., None]) -> Callable[..., None]:
        def fail(*_: object) -> None:
            raise error("the connection is lost")

        return fail

    for part in ("_exchanges", "_findings", "_parts", "_entries"):
        with monkeypatch.context() as patch:
            patch.setattr(getattr(writer, part), "insert", failing(getattr(writer, part).insert), raising=False)
            with pytest.raises(DatabaseAway, match="OperationalError"):
                writer.write(SPOOL, 1, [an_exchange()])
        assert (written(store), entries(store), writer.position(SPOOL)) == ([], [], 0)
    batch: list[Exchange] = [an_exchange()]
    writer.write(SPOOL, 1, batch)
    assert written(store) == batch


def test_the_parts_of_content_come_with_their_record(store: Store, writer: EvidenceWriter) -> None:
    one, other = an_exchange(0), an_exchange(1, user=None)
    names = ("prompt", "attachment-1", "answer", "answer-cut")
    writer.write(SPOOL, 2, [one, other], {one.id: TakenOver(tuple(commit(name, b"", bytes(32)) for name in names))})
    assert store.contents.of(one.id) == [
        KeptPart(one.id, "prompt", "prompt", one.started_at, "u-1"),
        KeptPart(one.id, "attachment-1", "attachment", one.started_at, "u-1"),
        KeptPart(one.id, "answer", "answer", one.started_at, "u-1"),
        KeptPart(one.id, "answer-cut", "answer", one.started_at, "u-1"),
    ]
    assert store.contents.of(other.id) == []
    assert [part.part for part in store.contents.of_user("u-1")] == ["answer", "answer-cut", "attachment-1", "prompt"]
    store.contents.forget([(one.id, "prompt"), (one.id, "never kept")])
    assert [part.part for part in store.contents.of(one.id)] == ["attachment-1", "answer", "answer-cut"]


def test_all_parts_of_a_user_are_walked_page_by_page(store: Store, writer: EvidenceWriter) -> None:
    batch = [an_exchange(number // 3, id=f"{number:026d}") for number in range(700)]
    writer.write(SPOOL, 1, batch, {one.id: TakenOver((commit("prompt", b"", bytes(32)),)) for one in batch})
    assert [part.record for part in store.contents.of_user("u-1")] == [one.id for one in batch]
