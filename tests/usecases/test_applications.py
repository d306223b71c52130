"""Adding applications and rotating keys, over a real store."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hegui.errors import FileFaults, InputError, NotFoundError
from hegui.label.policy import LabelPolicy
from hegui.store import Store, open_store
from hegui.usecases.applications import NewApplication, add_application, hash_key, list_applications, rotate_key
from tests.store.samples import NOON

WANTED = NewApplication("demo", "http://127.0.0.1:8000/v1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/x.sqlite3", clock=lambda: NOON)
    yield store
    store.close()


def test_a_key_is_shown_once_and_only_its_hash_is_kept(store: Store) -> None:
    application, key = add_application(store.applications, WANTED, now=NOON)
    assert re.fullmatch(r"hg-[A-Za-z0-9_-]{43}", key)
    ((kept, owner),) = store.applications.live_keys()
    assert owner == application == store.applications.named("demo")
    assert kept.sha256 == hash_key(key) == hashlib.sha256(key.encode()).digest()
    assert key not in repr(kept)


def test_a_trailing_slash_is_left_out(store: Store) -> None:
    wanted = replace(WANTED, upstream="https://model.example/v1//")
    assert add_application(store.applications, wanted, now=NOON)[0].upstream == "https://model.example/v1"


def test_keys_differ(store: Store) -> None:
    keys = {add_application(store.applications, replace(WANTED, name=name), now=NOON)[1] for name in "abcdef"}
    assert len(keys) == 6
    assert [one.name for one in list_applications(store.applications)] == list("abcdef")


def test_rotation_gives_a_new_key_and_ends_the_old_after_its_grace(store: Store) -> None:
    application, old = add_application(store.applications, WANTED, now=NOON)
    rotated, new = rotate_key(store.applications, "demo", now=NOON, grace_seconds=60)
    assert rotated == application
    ends = {key.sha256: key.revoked_at for key, _ in store.applications.live_keys()}
    assert ends == {hash_key(old): NOON + timedelta(seconds=60), hash_key(new): None}


def test_rotation_without_grace_ends_the_old_key_at_once(store: Store) -> None:
    add_application(store.applications, WANTED, now=NOON)
    _, new = rotate_key(store.applications, "demo", now=NOON)
    assert [key.sha256 for key, _ in store.applications.live_keys()] == [hash_key(new)]


@pytest.mark.parametrize("grace", [-1, 366 * 86_400 + 1])
def test_a_grace_out_of_bounds_is_refused(store: Store, grace: int) -> None:
    add_application(store.applications, WANTED, now=NOON)
    with pytest.raises(InputError, match="APP004"):
        rotate_key(store.applications, "demo", now=NOON, grace_seconds=grace)


def test_nobodys_key_cannot_be_rotated(store: Store) -> None:
    with pytest.raises(NotFoundError, match="APP002"):
        rotate_key(store.applications, "nobody", now=NOON)


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (replace(WANTED, name=""), ["name"]),
        (replace(WANTED, name="x" * 65), ["name"]),
        (replace(WANTED, name=" x"), ["name"]),
        (replace(WANTED, name="a\nb"), ["name"]),
        (replace(WANTED, upstream="model.example/v1"), ["upstream"]),
        (replace(WANTED, upstream="ftp://model.example"), ["upstream"]),
        (replace(WANTED, upstream="http://"), ["upstream"]),
        (replace(WANTED, upstream="http://h:99999/v1"), ["upstream"]),
        (replace(WANTED, upstream="http://h:0/v1"), ["upstream"]),
        (replace(WANTED, upstream="http://[::1/v1"), ["upstream"]),
        (replace(WANTED, upstream="http://user:secret@h/v1"), ["upstream"]),
        (replace(WANTED, upstream="http://h/v1?key=secret"), ["upstream"]),
        (replace(WANTED, upstream="http://h/v1\r\nX: y"), ["upstream"]),
        (replace(WANTED, upstream_key_env="sk-12345"), ["upstream_key_env"]),
        (replace(WANTED, upstream_key_env="HEGUI_KEY"), ["upstream_key_env"]),
        (replace(WANTED, models=("a", "a", " ")), ["models[1]", "models[2]"]),
        (replace(WANTED, stated_users="\ud800", stated_uses="\udfff"), ["stated_users", "stated_uses"]),
        (replace(WANTED, policy=""), ["policy"]),
        (replace(WANTED, label=LabelPolicy("middle", "fr")), ["label.explicit", "label.language"]),  # type: ignore[arg-type]
        (replace(WANTED, label=LabelPolicy(text="由人工智能提供")), ["label.text"]),
        (replace(WANTED, label=LabelPolicy(text="hello")), ["label.text", "label.text"]),
        (replace(WANTED, name="", upstream="", policy=" "), ["name", "upstream", "policy"]),
    ],
)
def test_all_faults_are_collected_and_nothing_is_stored(
    store: Store, wanted: NewApplication, places: list[str]
) -> None:
    with pytest.raises(FileFaults, match="APP003") as caught:
        add_application(store.applications, wanted, now=NOON)
    assert [place for place, _ in caught.value.faults] == places
    assert "secret" not in str(caught.value)
    assert list_applications(store.applications) == []


@pytest.mark.parametrize("upstream", ["http://[::1]:8000/v1", "https://模型.example/v1", "http://h", "HTTPS://H/v1"])
def test_unusual_addresses_are_taken(store: Store, upstream: str) -> None:
    assert add_application(store.applications, replace(WANTED, upstream=upstream), now=NOON)[0].upstream == upstream
