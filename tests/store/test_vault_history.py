"""Any history of keeping, erasing and rotating: what was kept is read, what was erased is not, not even from a backup."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.store import open_store
from hegui.store.blob_folder import BlobFolder
from hegui.usecases.erase_user import erase_user
from hegui.usecases.keep_content import keep_content, read_content
from hegui.usecases.rotate_master import rotate_master
from hegui.usecases.vault_ports import Vault
from hegui.vault.faults import KeyErased
from hegui.vault.keys import MasterKeys
from hegui.vault.retention_files import retention_law
from tests.store.samples import NOON

USERS = st.sampled_from(["u-1", "u-2", None])
STEPS = st.one_of(
    st.tuples(st.just("keep"), USERS, st.binary(max_size=2000)),
    st.tuples(st.just("erase"), st.sampled_from(["u-1", "u-2"]), st.just(b"")),
    st.tuples(st.just("rotate"), st.none(), st.just(b"")),
)


@contextmanager
def a_vault() -> Iterator[Vault]:
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/db")) as store:
        blobs = BlobFolder(Path(folder) / "blobs", durable=False)
        yield Vault(store.subject_keys, blobs, MasterKeys([os.urandom(32)]), os.urandom, lambda: NOON)


@settings(max_examples=25)
@given(st.lists(STEPS, max_size=12))
def test_reading_is_what_the_history_says(steps: list[tuple[str, str | None, bytes]]) -> None:
    kept: dict[tuple[str | None, str], bytes | None] = {}
    backup: dict[str, bytes] = {}
    master = os.urandom(32)
    numbers = itertools.count()
    with a_vault() as vault:
        vault = Vault(vault.keys, vault.blobs, MasterKeys([master]), vault.random, vault.clock)
        for what, user, content in steps:
            if what == "keep":
                record = f"r{next(numbers)}"
                keep_content(vault, user, record, {"prompt": content})
                kept[user, record] = content
                backup |= {name: vault.blobs.get(name) or b"" for name in vault.blobs.list()}
            elif what == "erase" and user is not None:
                erase_user(vault, user, [], retention_law())
                kept |= {place: None for place in kept if place[0] == user}
            else:
                new = os.urandom(32)
                assert rotate_master(vault.keys, MasterKeys([new, master])).left == 0
                master = new
                vault = Vault(vault.keys, vault.blobs, MasterKeys([master]), vault.random, vault.clock)
        for name, data in backup.items():
            vault.blobs.put(name, data)
        for (user, record), expected in kept.items():
            if expected is None:
                with pytest.raises(KeyErased, match="VLT010"):
                    read_content(vault, user, record, "prompt")
            else:
                assert read_content(vault, user, record, "prompt").content == expected
