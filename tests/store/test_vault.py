"""Keeping, reading, rotating and erasing over real stores; every step interrupted, and done again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hegui.errors import InternalError
from hegui.store import Store
from hegui.store.blob_folder import BlobFolder
from hegui.usecases import rotate_master as rotating
from hegui.usecases.erase_user import erase_user
from hegui.usecases.keep_content import custody_of, keep_content, read_content
from hegui.usecases.rotate_master import Rotation, rotate_master
from hegui.usecases.vault_ports import BlobStore, SubjectKeys, Vault
from hegui.vault.faults import KeyErased, VaultDamage, VaultError
from hegui.vault.keys import MasterKeys, WrappedKey
from hegui.vault.part import Place, blob_name
from hegui.vault.retention import Hold, Item
from hegui.vault.retention_files import retention_law
from tests.store.conftest import Clock
from tests.store.samples import NOON
from tests.support.patience import PATIENCE_SECONDS
from tests.vault.samples import MASTERS, NEW, OLD, ROTATING

LAW = retention_law()
PARTS = {"prompt": "你好".encode(), "answer": bytes(range(256)) * 40}


@pytest.fixture
def vault(store: Store, clock: Clock, tmp_path: Path) -> Vault:
    return Vault(store.subject_keys, BlobFolder(tmp_path / "blobs", durable=False), MASTERS, os.urandom, clock)


def items(*records: str) -> list[Item]:
    found = [Item(record, "exchange_record", NOON) for record in records]
    return found + [Item(record, kind, NOON, kind) for record in records for kind in ("prompt", "answer")]


class Crash(Exception):
    """The process dies here."""


@dataclass
class Fuse:
    """Lets so many calls through, then dies at each: after the call's effect, or before it."""

    left: int
    after: bool

    def through(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left < 0 and not self.after:
                raise Crash
            result = call(*args, **kwargs)
            if self.left < 0:
                raise Crash
            return result

        return guarded


class Fused:
    """A port whose every operation goes through a fuse."""

    def __init__(self, port: Any, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Any:
        return self._fuse.through(getattr(self._port, name))


def fused(vault: Vault, fuse: Fuse) -> Vault:
    keys: SubjectKeys = Fused(vault.keys, fuse)  # type: ignore[assignment]
    blobs: BlobStore = Fused(vault.blobs, fuse)  # type: ignore[assignment]
    return replace(vault, keys=keys, blobs=blobs)


def test_what_was_kept_is_read_and_fits_its_commitment(vault: Vault) -> None:
    commitments = keep_content(vault, "u-1", "r1", PARTS)
    keep_content(vault, "u-1", "r2", PARTS)
    assert [one.name for one in commitments] == ["prompt", "answer"]
    for commitment, content in zip(commitments, PARTS.values(), strict=True):
        opened = read_content(vault, "u-1", "r1", commitment.name)
        assert opened.content == content
        assert commitment.holds_for(opened.content, opened.salt)
    assert len(vault.keys.of("u-1")) == 1


def test_exchanges_without_a_user_have_a_key_each(vault: Vault) -> None:
    for record in ("r1", "r2"):
        keep_content(vault, None, record, PARTS)
    assert [len(vault.keys.of(f"x-{record}")) for record in ("r1", "r2")] == [1, 1]
    erase_user(vault, "x-r1", items("r1"), LAW)
    with pytest.raises(KeyErased, match="VLT010"):
        read_content(vault, None, "r1", "prompt")
    assert read_content(vault, None, "r2", "prompt").content == PARTS["prompt"]


def test_content_is_not_read_as_somebody_elses_or_from_another_place(vault: Vault) -> None:
    keep_content(vault, "u-1", "r1", PARTS)
    keep_content(vault, "u-2", "r2", PARTS)
    for user, record, part in (
        ("u-2", "r1", "prompt"),
        ("u-1", "r2", "prompt"),
        ("u-1", "r1", "attachment"),
        (None, "r1", "prompt"),
    ):
        with pytest.raises(KeyErased, match="VLT010"):
            read_content(vault, user, record, part)
    one, two = (vault.keys.live(user) for user in ("u-1", "u-2"))
    assert one
    assert two
    swapped = vault.blobs.get(blob_name(one.id, Place("r1", "answer"))) or b""
    for key, place in ((one, Place("r1", "prompt")), (two, Place("r2", "answer"))):
        vault.blobs.put(blob_name(key.id, place), swapped)
    for user, record, part in (("u-1", "r1", "prompt"), ("u-2", "r2", "answer")):
        with pytest.raises(VaultDamage):
            read_content(vault, user, record, part)


def test_a_key_erased_while_content_is_put_does_not_take_the_content_with_it(vault: Vault, clock: Clock) -> None:
    """The eraser strikes between sealing and storing: the blob under the dead key goes, and a new key takes over."""
    strikes = [True]

    class Struck(BlobFolder):
        def put(self, name: str, data: bytes) -> None:
            if strikes.pop() if strikes else False:
                erase_user(vault, "u-1", [], LAW)
            super().put(name, data)

    blobs = Struck(Path(vault.blobs._files.root), durable=False)  # type: ignore[attr-defined]
    keep_content(replace(vault, blobs=blobs), "u-1", "r1", {"prompt": b"x"})
    first, second = vault.keys.of("u-1")
    assert first.erased_at
    assert not second.erased_at
    assert list(vault.blobs.list(first.id)) == []
    assert read_content(vault, "u-1", "r1", "prompt").content == b"x"


def test_whoever_is_erased_again_and_again_is_told_so(vault: Vault) -> None:
    class Struck(BlobFolder):
        def put(self, name: str, data: bytes) -> None:
            erase_user(vault, "u-1", [], LAW)
            super().put(name, data)

    blobs = Struck(Path(vault.blobs._files.root), durable=False)  # type: ignore[attr-defined]
    with pytest.raises(InternalError, match="VLT019"):
        keep_content(replace(vault, blobs=blobs), "u-1", "r1", {"prompt": b"x"})
    assert list(vault.blobs.list()) == []


def test_two_processes_keep_content_of_one_user_under_one_key(
    url: str, store: Store, vault: Vault, tmp_path: Path
) -> None:
    program = (
        "import os, sys\n"
        "from datetime import datetime, UTC\n"
        "from pathlib import Path\n"
        "from hegui.store import open_store\n"
        "from hegui.store.blob_folder import BlobFolder\n"
        "from hegui.usecases.keep_content import keep_content\n"
        "from hegui.usecases.vault_ports import Vault\n"
        "from hegui.vault.keys import MasterKeys\n"
        "store = open_store(sys.argv[1], busy_seconds=30)\n"
        "blobs = BlobFolder(Path(sys.argv[2]), durable=False)\n"
        "vault = Vault(store.subject_keys, blobs, MasterKeys([bytes(range(32))]), os.urandom, lambda: datetime.now(UTC))\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for n in range(10): keep_content(vault, f'u-{n}', sys.argv[3] + str(n), {'prompt': sys.argv[3].encode()})\n"
        "store.close()\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, url, str(tmp_path / "blobs")]
    children = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in "ab"
    ]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=PATIENCE_SECONDS)
    assert [child.returncode for child in children] == [0, 0]
    for number in range(10):
        assert len(vault.keys.of(f"u-{number}")) == 1
        for name in "ab":
            assert read_content(vault, f"u-{number}", f"{name}{number}", "prompt").content == name.encode()


def test_rotation_touches_no_content_and_tells_how_far_it_is(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "PAGE", 2)
    for number in range(5):
        keep_content(vault, f"u-{number}", f"r{number}", PARTS)
    erase_user(vault, "u-4", items("r4"), LAW)
    before = {name: vault.blobs.get(name) for name in vault.blobs.list()}
    seen: list[tuple[int, int]] = []
    done = rotate_master(vault.keys, ROTATING, lambda *counts: seen.append(counts))
    assert done == Rotation(ROTATING.current, done=4, left=0, failed=())
    assert seen == [(2, 4), (4, 4)]
    assert rotate_master(vault.keys, ROTATING).done == 0
    assert {name: vault.blobs.get(name) for name in vault.blobs.list()} == before
    only_new = replace(vault, masters=MasterKeys([NEW]))
    for number in range(4):
        assert read_content(only_new, f"u-{number}", f"r{number}", "answer").content == PARTS["answer"]
    with pytest.raises(VaultError, match="VLT006"):
        read_content(replace(vault, masters=MasterKeys([OLD])), "u-0", "r0", "answer")


@pytest.mark.parametrize("after", [False, True], ids=["before a call", "after a call"])
def test_a_rotation_that_dies_anywhere_is_ended_by_the_next(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr(rotating, "PAGE", 2)
    masters = [bytes([number]) * 16 + os.urandom(16) for number in range(40)]
    now = MasterKeys([masters[0]])
    for number in range(5):
        keep_content(replace(vault, masters=now), f"u-{number}", f"r{number}", {"prompt": b"x"})
    deaths = 0
    for number in range(1, 40):
        now = MasterKeys([masters[number], masters[number - 1]])
        try:
            rotate_master(fused(vault, Fuse(number - 1, after)).keys, now)
        except Crash:
            deaths += 1
        else:
            break
        both = replace(vault, masters=now)  # halfway, everything is read with both keys at hand
        assert all(read_content(both, f"u-{n}", f"r{n}", "prompt").content == b"x" for n in range(5))
        assert rotate_master(vault.keys, now).left == 0
    assert deaths >= 8
    last = replace(vault, masters=MasterKeys([masters[number]]))
    assert all(read_content(last, f"u-{n}", f"r{n}", "prompt").content == b"x" for n in range(5))


def test_a_key_that_does_not_open_holds_no_rotation_up_and_is_named(vault: Vault) -> None:
    stranger = MasterKeys([os.urandom(32)])
    keep_content(replace(vault, masters=stranger), "u-1", "r1", PARTS)
    keep_content(vault, "u-2", "r2", PARTS)
    damaged = vault.keys.add(WrappedKey("ab" * 16, "u-3", MASTERS.current, bytes(72)), NOON)
    lost = vault.keys.live("u-1")
    assert lost
    done = rotate_master(vault.keys, ROTATING)
    assert (done.done, done.left) == (1, 2)
    assert done.failed == ((lost.id, "VLT006"), (damaged.id, "VLT005"))


def test_erasing_leaves_nothing_to_read_and_says_what_stays(vault: Vault, tmp_path: Path, clock: Clock) -> None:
    for record in ("r1", "r2"):
        keep_content(vault, "u-1", record, PARTS)
    keep_content(vault, "u-2", "r3", PARTS)
    copies = {name: vault.blobs.get(name) or b"" for name in vault.blobs.list()}
    key = vault.keys.live("u-1")
    assert key
    clock.now = NOON + timedelta(days=30)
    done = erase_user(vault, "u-1", items("r1", "r2"), LAW)
    assert (done.blobs, done.scrubbed, done.missing, done.damaged) == (4, True, (), ())
    assert {item.record for item in done.plan.unreadable} == {"r1", "r2"}
    assert len(done.plan.unreadable) == 4
    assert [(kept.item.kind, kept.reasons[0].provision) for kept in done.plan.kept] == [
        ("exchange_record", "CSL-23-1")
    ] * 2
    (proof,) = done.keys
    assert (proof.id, proof.erased_at, proof.swept_at) == (key.id, clock.now, clock.now)
    for name, data in copies.items():  # every blob put back, as from a backup
        vault.blobs.put(name, data)
    for record in ("r1", "r2"):
        for part in PARTS:
            with pytest.raises(KeyErased):
                read_content(vault, "u-1", record, part)
    assert read_content(vault, "u-2", "r3", "answer").content == PARTS["answer"]
    assert erase_user(vault, "u-1", items("r1", "r2"), LAW).keys == done.keys
    assert len(list(vault.blobs.list())) == 2


def test_a_user_who_comes_back_gets_a_new_key(vault: Vault) -> None:
    keep_content(vault, "u-1", "r1", PARTS)
    erase_user(vault, "u-1", items("r1"), LAW)
    keep_content(vault, "u-1", "r2", PARTS)
    assert read_content(vault, "u-1", "r2", "answer").content == PARTS["answer"]
    with pytest.raises(KeyErased):
        read_content(vault, "u-1", "r1", "answer")
    assert len(vault.keys.of("u-1")) == 2


def test_what_is_held_outlives_the_key_with_its_commitment(vault: Vault) -> None:
    commitments = keep_content(vault, "u-1", "r1", PARTS)
    keep_content(vault, "u-1", "r2", PARTS)
    hold = Hold("r1", "IM-14-4", "案件 c-7")
    done = erase_user(vault, "u-1", items("r1", "r2"), LAW, holds=[hold])
    assert {kept.item.part for kept in done.plan.custody} == {"prompt", "answer"}
    assert all(kept.through is None for kept in done.plan.custody)
    for commitment in commitments:
        opened = read_content(vault, "u-1", "r1", commitment.name)
        assert commitment.holds_for(opened.content, opened.salt)
    with pytest.raises(KeyErased):
        read_content(vault, "u-1", "r2", "prompt")
    erase_user(vault, custody_of("r1"), [], LAW)  # the hold has ended
    with pytest.raises(KeyErased):
        read_content(vault, "u-1", "r1", "prompt")
    assert list(vault.blobs.list()) == []


def test_what_should_be_held_and_is_not_there_or_damaged_is_named_and_stops_nothing(vault: Vault) -> None:
    keep_content(vault, "u-1", "r1", PARTS)
    key = vault.keys.live("u-1")
    assert key
    vault.blobs.put(blob_name(key.id, Place("r1", "answer")), bytes(580))
    vault.blobs.delete(blob_name(key.id, Place("r1", "prompt")))
    done = erase_user(vault, "u-1", items("r1"), LAW, holds=[Hold("r1", "IM-14-4", "c-7")])
    assert [item.part for item in done.missing] == ["prompt"]
    assert [(item.part, code) for item, code in done.damaged] == [("answer", "VLT004")]
    assert vault.keys.live("u-1") is None


@pytest.mark.parametrize("after", [False, True], ids=["before a call", "after a call"])
def test_an_erasure_that_dies_anywhere_is_ended_by_the_next(vault: Vault, after: bool) -> None:
    for number in range(200):
        user, records = f"u-{number}", (f"r1-{number}", f"r2-{number}")
        for record in records:
            keep_content(vault, user, record, {"prompt": b"p", "answer": b"a"})
        hold = Hold(records[0], "IM-14-4", "c-7")
        try:
            erase_user(fused(vault, Fuse(number, after)), user, items(*records), LAW, holds=[hold])
            died = False
        except Crash:
            died = True
            done = any(key.erased_at for key in vault.keys.of(user))
            assert done == (vault.keys.live(user) is None)
            if done:
                with pytest.raises(KeyErased):
                    read_content(vault, user, records[1], "prompt")
                for part, content in (("prompt", b"p"), ("answer", b"a")):
                    assert read_content(vault, user, records[0], part).content == content
        again = erase_user(vault, user, items(*records), LAW, holds=[hold])
        assert again.scrubbed
        assert again.missing == again.damaged == ()
        assert [key.id for key in vault.keys.unswept()] == []
        assert all(key.erased_at and not list(vault.blobs.list(key.id)) for key in vault.keys.of(user))
        for part, content in (("prompt", b"p"), ("answer", b"a")):
            assert read_content(vault, user, records[0], part).content == content
            with pytest.raises(KeyErased):
                read_content(vault, user, records[1], part)
        if not died:
            break
    assert number > 20


def test_an_erasure_that_a_reader_held_up_is_named_until_it_is_done(
    sqlite_store: Store, clock: Clock, tmp_path: Path
) -> None:
    keys = sqlite_store.subject_keys
    vault = Vault(keys, BlobFolder(tmp_path / "blobs", durable=False), MASTERS, os.urandom, clock)
    keep_content(vault, "u-1", "r1", PARTS)
    key = keys.live("u-1")
    assert key
    with sqlite_store.database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM subject_keys").all()
        assert not erase_user(vault, "u-1", items("r1"), LAW).scrubbed
    assert [one.id for one in keys.unswept()] == [key.id]
    assert erase_user(vault, "u-1", items("r1"), LAW).scrubbed
    assert keys.unswept() == []
    state = tmp_path / "state"
    assert not any(key.wrapped in (state / name).read_bytes() for name in ("hegui.sqlite3", "hegui.sqlite3-wal"))
