"""A store in a fresh place, with a clock that stands still until moved: `store` is a contract's, once over each kind of
database; `sqlite_store` and `postgres_store` are for what one kind alone does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from hegui.store import Store, open_store
from tests.store.samples import NOON


class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state/hegui.sqlite3"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database, of each kind in turn."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    with closing(open_store(url, clock=clock, busy_seconds=0.2)) as store:
        yield store


@pytest.fixture
def sqlite_store(sqlite_url: str, clock: Clock) -> Iterator[Store]:
    with closing(open_store(sqlite_url, clock=clock, busy_seconds=0.2)) as store:
        yield store


@pytest.fixture
def postgres_store(postgres_url: str, clock: Clock) -> Iterator[Store]:
    with closing(open_store(postgres_url, clock=clock, busy_seconds=0.2)) as store:
        yield store
