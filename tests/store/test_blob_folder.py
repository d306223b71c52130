"""Blobs in a folder: the contract of all stores, and what is a folder's own: modes, drafts, syncing, failing disks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hegui.errors import InternalError
from hegui.store.blob_folder import BlobFolder
from tests.store.blob_contract import A, BlobContract


@pytest.fixture(params=[True, False], ids=["durable", "not durable"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "deep" / "blobs", durable=request.param)


class TestContract(BlobContract):
    pass


def test_files_are_their_owners_alone_and_empty_groups_go(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path / "blobs")
    blobs.put(f"{A}/x", b"x")
    file = tmp_path / "blobs" / "aa" / "aa" / A / "x"
    assert file.stat().st_mode & 0o777 == 0o600
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in list(file.parents)[:4])
    blobs.delete(f"{A}/x")
    assert not file.parent.exists()


def test_a_write_that_fails_leaves_the_old_blob_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = BlobFolder(tmp_path)
    blobs.put(f"{A}/x", b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InternalError, match=r"VLT016 .*no space"):
        blobs.put(f"{A}/x", b"new")
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"old"]


def test_drafts_of_a_writer_that_died_are_not_blobs(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    blobs.put(f"{A}/x", b"x")
    (tmp_path / "aa" / "aa" / A / ".y.1.2").write_bytes(b"half")
    assert list(blobs.list()) == list(blobs.list(A)) == [f"{A}/x"]
    blobs.delete(f"{A}/x")
    assert list(blobs.list()) == []


def test_a_deletion_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = BlobFolder(tmp_path)
    blobs.put(f"{A}/x", b"x")
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    blobs.delete(f"{A}/x")
    assert synced == [str(tmp_path / "aa" / "aa" / A)]


def test_what_stands_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "aa").write_bytes(b"")
    blobs = BlobFolder(tmp_path)
    with pytest.raises(InternalError, match="VLT016"):
        blobs.put(f"{A}/x", b"x")
