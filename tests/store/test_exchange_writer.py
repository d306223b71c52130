"""What a writer of exchanges owes its recorder, over each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest
from hegui.store.exchange_writer import ExchangeWriter

from hegui.store import Store
from hegui.store.recorder import RecordRefused
from hegui.usecases.ports import Exchange, ExchangeFilter
from tests.store.samples import a_finding, a_lexicon, an_exchange


@pytest.fixture
def writer(store: Store) -> Iterator[ExchangeWriter]:
    writer = ExchangeWriter(store.database)
    yield writer
    writer.close()


def written(store: Store) -> list[Exchange]:
    return list(store.exchanges.list(ExchangeFilter(limit=100_000)))[::-1]


def test_a_batch_of_which_a_part_is_there_is_written_once(store: Store, writer: ExchangeWriter) -> None:
    batch = [an_exchange(number) for number in range(300)]
    writer.write(batch[40:90])
    writer.write(batch)
    writer.write(batch)
    assert written(store) == batch


def test_another_exchange_under_a_known_id_spoils_the_batch_and_changes_nothing(
    store: Store, writer: ExchangeWriter
) -> None:
    writer.write([an_exchange(1)])
    with pytest.raises(RecordRefused):
        writer.write([an_exchange(0), an_exchange(1, model="another"), an_exchange(2)])
    assert written(store) == [an_exchange(1)]


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "m\0x", "upstream_id": "\0", "findings": (a_finding(term_id="t\0"),)},
        {"model": "𠀀\U0010ffff" * 2000, "outcome": "o" * 500, "decision": "d" * 99, "id": "i" * 300},
        {"model": "100 %s %(x)s ? :y {z} $1 '\" \\"},
        {"prompt_characters": 2**63 - 1},
    ],
)
def test_no_text_and_no_number_loses_a_record_and_it_is_written_once(
    store: Store, writer: ExchangeWriter, changes: dict[str, Any]
) -> None:
    exchange = an_exchange(**changes)
    writer.write([exchange])
    writer.write([exchange])
    (found,) = written(store)
    said, kept = repr(exchange), repr(found)
    assert kept in (said, said.replace("\\x00", "�"))  # PostgreSQL holds no NUL in a text


@pytest.mark.parametrize("size", [1, 2, 127, 128, 129, 512])
def test_a_batch_of_any_size_keeps_its_order_and_its_findings(store: Store, writer: ExchangeWriter, size: int) -> None:
    batch = [an_exchange(number, findings=(a_finding(number),) * (number % 4)) for number in range(size)]
    writer.write(batch)
    assert written(store) == batch


def test_one_lexicon_put_in_force_by_many_at_once_is_one_row(store: Store) -> None:
    barrier = Barrier(6)

    def activate() -> None:
        barrier.wait()
        store.lexicons.activate(a_lexicon(1))

    threads = [Thread(target=activate) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(store.lexicons.history()) == [replace(a_lexicon(1), content=b"")]
    assert store.applications.revision() == 1
