"""The ledger's files on a disk: the public folder with what stands beside the tiles, and small private files.

Knows names, modes and locks; knows not what is in the files. Every file is complete or not there, for readers and after a
loss of power.
Rules: docs/ledger-format.md §3.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from hegui.errors import InputError
from hegui.ledger.tiles import CHECKPOINT_PATH
from hegui.store.files import create_once
from hegui.store.tile_folder import TileFolder
from hegui.usecases.ledger_ports import LedgerError

__all__ = ["LedgerFolder", "PackFolder", "PrivateFolder"]

LOCK_PATIENCE_SECONDS = 10.0


class LedgerFolder(TileFolder):
    """A folder as `usecases.ledger_ports.LedgerFiles`; it may be served by any web server as it is."""

    def create(self, path: str, data: bytes) -> bytes:
        """Make a file where there is none; what is there afterwards. Writers take turns by the lock beside the key."""
        found = self.read(path)
        if found is None:
            self._files.replace(self._place(path), data)
        return data if found is None else found

    def replace(self, path: str, data: bytes) -> None:
        """Make or replace a file, for every reader at once."""
        self._files.replace(self._place(path), data)

    def published(self) -> tuple[bytes, datetime] | None:
        """The checkpoint, and when it was written; None where there is none."""
        place = self._place(CHECKPOINT_PATH)
        data = self._files.read(place)
        return None if data is None else (data, datetime.fromtimestamp(place.stat().st_mtime, UTC))

    def open(self, path: str) -> BinaryIO | None:
        """The file, to be read piece by piece; None where there is none. Raises InputError (LED096) for other paths."""
        try:
            return self._place(path).open("rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None


class PrivateFolder:
    """A folder as `usecases.ledger_ports.PrivateFiles`, made when the first file is (0700)."""

    def __init__(self, folder: Path, *, patience_seconds: float = LOCK_PATIENCE_SECONDS) -> None:
        self._folder = folder
        self._patience = patience_seconds

    def read(self, name: str) -> bytes | None:
        """The file, None where there is none. Raises InputError (LED108) where it cannot be read."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(name, error) from None

    def create(self, name: str, data: bytes) -> bytes:
        """Make the file unless it is there; what is there afterwards, whoever made it."""
        try:
            create_once(self._folder / name, data)
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise self._unusable(name, error) from None

    def replace(self, name: str, data: bytes) -> None:
        """Make or replace the file."""
        draft = self._folder / f".{name}.{os.getpid()}.{secrets.token_hex(8)}"
        try:
            create_once(draft, data)
            draft.replace(self._folder / name)
            self._sync()
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise self._unusable(name, error) from None

    def remove(self, name: str) -> None:
        """Remove the file where it is."""
        (self._folder / name).unlink(missing_ok=True)
        self._sync()

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """Hold a lock among processes; the file stays, for to remove it would free a lock that is waited for."""
        self.create(name, b"")
        descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._lock(descriptor, name)
            yield
        finally:
            os.close(descriptor)

    def where(self, name: str) -> str:
        """The place, to be named to people."""
        return str(self._folder / name)

    def _lock(self, descriptor: int, name: str) -> None:
        give_up_at = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= give_up_at:
                    problem = "another process is writing to the ledger"
                    remedy = "Wait until it is done and try again; if it hangs, end it: its lock ends with it."
                    raise LedgerError("LED106", self.where(name), problem, remedy) from None
                time.sleep(0.02)

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _unusable(self, name: str, error: OSError) -> InputError:
        remedy = f"Let the user who runs hegui read and write {self._folder}."
        return InputError("LED108", self.where(name), f"cannot be used: {error.strerror}", remedy)


class PackFolder:
    """A folder as `usecases.ledger_export.PackFiles`: files for others, complete or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """The file, None where there is none."""
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def has(self, path: str) -> bool:
        """Whether the file is there; drafts have other names."""
        return (self._folder / path).is_file()

    def write(self, path: str, data: bytes) -> None:
        """Make or replace a file. Raises InputError (LED108) where it cannot be written."""
        place = self._folder / path
        draft = place.with_name(f".{place.name}.{os.getpid()}.{secrets.token_hex(8)}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("xb") as file:
                file.write(data)
            draft.replace(place)
        except OSError as error:
            draft.unlink(missing_ok=True)
            remedy = "Name a folder that can be written to."
            raise InputError("LED108", str(place), f"cannot be written: {error.strerror}", remedy) from None

    def is_empty(self) -> bool:
        """Whether nothing is there."""
        return not self._folder.exists() or not any(self._folder.iterdir())
