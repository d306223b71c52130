"""The contract of `ports.Exchanges`: what was recorded comes back, filtered, newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hegui.errors import NotFoundError
from hegui.store import Store
from hegui.usecases.ports import Exchange, ExchangeFilter
from tests.store.samples import NOON, an_exchange, write

BARE: dict[str, Any] = dict.fromkeys(("user", "first_token_at", "usage", "upstream_id", "error"))


def numbers(store: Store, **wanted: Any) -> list[int]:
    return [int((found.started_at - NOON).total_seconds()) for found in store.exchanges.list(ExchangeFilter(**wanted))]


@pytest.mark.parametrize("exchange", [an_exchange(), an_exchange(streamed=False, findings=(), **BARE)])
def test_an_exchange_comes_back_as_it_went(store: Store, exchange: Exchange) -> None:
    write(store, exchange)
    assert store.exchanges.show(exchange.id) == exchange


def test_an_unknown_exchange_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="EXC001"):
        store.exchanges.show("0" * 26)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [3, 2, 1, 0]),
        ({"limit": 2}, [3, 2]),
        ({"application": "app-2"}, [1]),
        ({"user": "u-2"}, [2]),
        ({"decision": "stop"}, [3]),
        ({"outcome": "blocked_answer"}, [3]),
        ({"application": "app-2", "user": "u-2"}, []),
        ({"since": NOON + timedelta(seconds=1, microseconds=7)}, [3, 2, 1]),
        ({"until": NOON + timedelta(seconds=1, microseconds=7)}, [0]),
        ({"since": NOON + timedelta(seconds=1), "until": NOON + timedelta(seconds=2, microseconds=8)}, [2, 1]),
    ],
)
def test_filters_narrow_the_list(store: Store, wanted: dict[str, Any], found: list[int]) -> None:
    write(
        store,
        an_exchange(2, user="u-2"),
        an_exchange(0),
        an_exchange(3, decision="stop", outcome="blocked_answer"),
        an_exchange(1, application_id="app-2"),
    )
    assert numbers(store, **wanted) == found


def test_a_long_list_comes_page_by_page_without_gap_or_repetition(store: Store) -> None:
    batch = [an_exchange(number) for number in range(1203)]
    write(store, *batch)
    found = list(store.exchanges.list(ExchangeFilter(limit=1201)))
    assert found == batch[:1:-1]


def test_exchanges_of_one_instant_keep_the_order_of_their_ids(store: Store) -> None:
    batch = [an_exchange(number, started_at=NOON) for number in range(700)]
    write(store, *batch)
    assert [found.id for found in store.exchanges.list(ExchangeFilter(limit=9999))] == [one.id for one in batch[::-1]]


@pytest.mark.parametrize(
    "condition", ["", "WHERE application_id = 'x'", "WHERE user = 'x'", "WHERE decision = 'x' AND started_at > 5"]
)
def test_newest_first_needs_no_full_sort(sqlite_store: Store, condition: str) -> None:
    query = f"EXPLAIN QUERY PLAN SELECT * FROM exchanges {condition} ORDER BY started_at DESC, id DESC LIMIT 5"  # noqa: S608
    with sqlite_store.database.reading() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(query)))
    assert "USING INDEX ix_exchanges" in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan
