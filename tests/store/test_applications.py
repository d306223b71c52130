"""The contract of `ports.Applications`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from hegui.errors import InputError, NotFoundError
from hegui.store import Store, open_store
from tests.store.conftest import Clock
from tests.store.samples import NOON, a_key, an_application


def test_an_application_comes_back_as_it_went(store: Store) -> None:
    application = an_application()
    store.applications.add(application, a_key(application))
    assert store.applications.named("demo") == application
    assert list(store.applications.list()) == [application]


def test_a_taken_name_is_refused_and_nothing_changes(store: Store) -> None:
    application = an_application()
    store.applications.add(application, a_key(application))
    twin = replace(an_application(), id="app-twin")
    with pytest.raises(InputError, match="APP001 application demo"):
        store.applications.add(twin, replace(a_key(twin, 1), id="key-twin"))
    assert len(store.applications.live_keys()) == 1
    assert store.applications.revision() == 1


def test_an_unknown_name_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="APP002"):
        store.applications.named("nobody")


def test_every_change_moves_the_revision(store: Store) -> None:
    application = an_application()
    seen = [store.applications.revision()]
    store.applications.add(application, a_key(application))
    seen.append(store.applications.revision())
    store.applications.rotate_key(application.id, a_key(application, 1), revoke_others_at=NOON)
    seen.append(store.applications.revision())
    assert seen == sorted(set(seen))


def test_rotation_ends_the_other_keys_of_that_application_only(store: Store, clock: Clock) -> None:
    one, other = an_application("one"), an_application("other")
    store.applications.add(one, a_key(one))
    store.applications.add(other, a_key(other, 7))
    end = NOON + timedelta(hours=1)
    store.applications.rotate_key(one.id, a_key(one, 1), revoke_others_at=end)
    live = {key.id: (key.revoked_at, owner) for key, owner in store.applications.live_keys()}
    assert live == {"key-one-0": (end, one), "key-one-1": (None, one), "key-other-7": (None, other)}
    clock.now = end - timedelta(microseconds=1)
    assert len(store.applications.live_keys()) == 3
    clock.now = end
    assert len(store.applications.live_keys()) == 2


def test_a_later_rotation_never_prolongs_a_key(store: Store) -> None:
    application = an_application()
    soon, late = NOON + timedelta(minutes=1), NOON + timedelta(days=1)
    store.applications.add(application, a_key(application))
    store.applications.rotate_key(application.id, a_key(application, 1), revoke_others_at=soon)
    store.applications.rotate_key(application.id, a_key(application, 2), revoke_others_at=late)
    ends = {key.id: key.revoked_at for key, _ in store.applications.live_keys()}
    assert ends == {"key-demo-0": soon, "key-demo-1": late, "key-demo-2": None}


def test_a_key_for_nobody_is_refused(store: Store) -> None:
    with pytest.raises(NotFoundError, match="APP002"):
        store.applications.rotate_key("app-none", a_key(an_application("none")), revoke_others_at=NOON)
    assert store.applications.revision() == 0


def test_threads_may_share_the_store(url: str) -> None:
    store = open_store(url, busy_seconds=30)  # on a busy machine 39 others take their time

    def add(number: int) -> int:
        application = an_application(f"app{number}")
        store.applications.add(application, a_key(application, number))
        return len(store.applications.list())

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(add, range(40)))
    assert max(counts) == 40
    assert store.applications.revision() == 40
    store.close()
