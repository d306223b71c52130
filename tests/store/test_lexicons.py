"""The contract of `ports.Lexicons`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

from hegui.store import Store
from tests.store.samples import NOON, a_lexicon


def test_none_is_active_before_the_first(store: Store) -> None:
    assert store.lexicons.active() is None
    assert list(store.lexicons.history()) == []


def test_the_last_one_activated_is_in_force(store: Store) -> None:
    store.lexicons.activate(a_lexicon(1))
    store.lexicons.activate(a_lexicon(2))
    assert store.lexicons.active() == a_lexicon(2)
    assert list(store.lexicons.history()) == [a_lexicon(2, content=b""), a_lexicon(1, content=b"")]


def test_going_back_is_a_row_of_its_own(store: Store) -> None:
    again = replace(a_lexicon(1), loaded_at=NOON + timedelta(days=1), source="back")
    for version in (a_lexicon(1), a_lexicon(2), again):
        store.lexicons.activate(version)
    assert store.lexicons.active() == again
    assert [version.source for version in store.lexicons.history()] == ["back", "words-2.txt", "words-1.txt"]


def test_a_version_that_was_is_found_by_its_digest_as_it_was_last_loaded(store: Store) -> None:
    again = replace(a_lexicon(1), loaded_at=NOON + timedelta(days=1), source="back")
    for version in (a_lexicon(1), a_lexicon(2), again):
        store.lexicons.activate(version)
    assert store.lexicons.stored(a_lexicon(2).digest) == a_lexicon(2)
    assert store.lexicons.stored(a_lexicon(1).digest) == again
    assert store.lexicons.stored(a_lexicon(3).digest) is None


def test_activating_moves_the_revision_once(store: Store) -> None:
    store.lexicons.activate(a_lexicon(1))
    assert store.applications.revision() == 1
    store.lexicons.activate(a_lexicon(1, source="the same again"))
    assert store.applications.revision() == 1
    assert len(store.lexicons.history()) == 1


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
