"""A log in a folder: the files are those of the format, whole or absent, and synced before the next one is begun."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hegui.errors import InputError
from hegui.ledger.log import TileLog
from hegui.store.tile_folder import TileFolder
from tests.ledger.logs import ENTRIES, LOG, new_log


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("durable", [True, False])
def test_a_folder_holds_what_memory_holds_but_for_partial_files_outgrown(tmp_path: Path, durable: bool) -> None:
    folder = tmp_path / "deep" / "log"
    log = TileLog(TileFolder(folder, durable=durable), LOG)
    in_memory, tiles = new_log()
    log.create()
    for start in range(0, 700, 100):
        log.append(ENTRIES[start : start + 100])
        in_memory.append(ENTRIES[start : start + 100])
    found = files(folder)
    outgrown = {path for path in tiles.files if path.partition(".p/")[0] in tiles.files and ".p/" in path}
    assert outgrown
    assert found == {path: data for path, data in tiles.files.items() if path not in outgrown}
    assert log.published() == in_memory.published()


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path)
    assert folder.read("checkpoint") is None
    folder.write("tile/0/000", b"x")
    assert folder.read("tile/0/000.p/5") is None
    assert folder.read("tile/0/000/001") is None


def test_a_partial_file_may_be_written_again_after_its_full_one(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path)
    folder.write("tile/0/000.p/5", b"x")
    folder.write("tile/0/000", b"xy")
    folder.write("tile/0/000.p/5", b"x")
    assert folder.read("tile/0/000.p/5") == b"x"


@pytest.mark.parametrize(
    "path", ["", "../checkpoint", "/etc/passwd", "tile/../../x", "tile//0", ".hidden", "tile/0/000\n"]
)
def test_paths_that_lead_elsewhere_are_refused(tmp_path: Path, path: str) -> None:
    folder = TileFolder(tmp_path)
    for attempt in (lambda: folder.read(path), lambda: folder.write(path, b"")):
        with pytest.raises(InputError) as caught:
            attempt()
        assert caught.value.code == "LED096"


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = TileFolder(tmp_path)
    folder.write_checkpoint(b"old", over=None)

    def fail(_descriptor: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        folder.write_checkpoint(b"new", over=b"old")
    assert files(tmp_path) == {"checkpoint": b"old"}


def test_file_then_name_then_every_new_folder_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order a loss of power leaves either nothing or the whole file."""
    done: list[str] = []
    sync, rename = os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        sync(descriptor)
        done.append(
            Path(os.readlink(f"/proc/self/fd/{descriptor}")).relative_to(tmp_path).as_posix().split(".")[0] or "."
        )

    def note_rename(draft: Path, place: Path) -> Path:
        done.append(f"rename {place.relative_to(tmp_path).as_posix()}")
        return rename(draft, place)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_rename)
    folder = TileFolder(tmp_path / "log")
    folder.write("tile/0/000", b"x")
    assert done == [".", "log", "log/tile", "log/tile/0/", "rename log/tile/0/000", "log/tile/0"]
    done.clear()
    folder.write("tile/0/001", b"x")
    assert done == ["log/tile/0/", "rename log/tile/0/001", "log/tile/0"]
