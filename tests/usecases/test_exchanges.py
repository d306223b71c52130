"""Listing and showing exchanges, over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hegui.errors import FileFaults, NotFoundError
from hegui.store import Store, open_store
from hegui.usecases.exchanges import list_exchanges, show_exchange
from hegui.usecases.ports import ExchangeFilter
from tests.store.samples import NOON, a_key, an_application, an_exchange, write

DEMO = an_application("demo")
OF_DEMO = an_exchange(1, application_id=DEMO.id)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/x.sqlite3")
    store.applications.add(DEMO, a_key(DEMO))
    write(store, an_exchange(0), OF_DEMO)
    yield store
    store.close()


def test_an_application_is_asked_for_by_name(store: Store) -> None:
    found = list_exchanges(store.exchanges, store.applications, ExchangeFilter(application="demo"))
    assert list(found) == [OF_DEMO]


def test_an_unknown_application_is_an_error_not_an_empty_list(store: Store) -> None:
    with pytest.raises(NotFoundError, match="APP002"):
        list_exchanges(store.exchanges, store.applications, ExchangeFilter(application="nobody"))


def test_faults_of_a_filter_are_collected(store: Store) -> None:
    wanted = ExchangeFilter(limit=0, since=NOON, until=NOON)
    with pytest.raises(FileFaults, match="EXC002") as caught:
        list_exchanges(store.exchanges, store.applications, wanted)
    assert [place for place, _ in caught.value.faults] == ["limit", "until"]
    whole = ExchangeFilter(since=NOON, until=NOON + timedelta(days=1))
    assert len(list(list_exchanges(store.exchanges, store.applications, whole))) == 2


@pytest.mark.parametrize("spelt", [OF_DEMO.id, OF_DEMO.id.lower(), f" {OF_DEMO.id}\n"])
def test_an_id_may_be_spelt_small(store: Store, spelt: str) -> None:
    assert show_exchange(store.exchanges, spelt) == OF_DEMO


@pytest.mark.parametrize("spelt", ["", "x", "U" * 26, "0" * 26, "\ud800"])
def test_what_is_no_id_is_not_found(store: Store, spelt: str) -> None:
    with pytest.raises(NotFoundError, match="EXC001"):
        show_exchange(store.exchanges, spelt)
