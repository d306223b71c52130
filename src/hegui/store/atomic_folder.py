"""Write files so that each is complete or not there, and still there after a loss of power.

Knows folders, drafts and syncing; knows not what is in a file. Works by writing a draft beside the place, syncing it,
renaming it to its place and syncing the folders up to the root; whoever reads sees the old file or the new one.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

__all__ = ["AtomicFolder"]

ATTEMPTS = 100
"""How often a folder that another process took away, being empty, is made again before we give up."""


class AtomicFolder:
    """A folder and all below it.

    Args:
        root: made when the first file is written.
        durable: whether a change returns only after the disk has it; False is for tests and for what can be made again.
        private: whether what is made is its owner's alone (files 0600, folders 0700); else the umask decides.
        prunes: whether a folder goes with its last file. Then a folder known to be there may have been made anew by another
            process that has not synced it yet, so every write syncs the folder's own name too.
    """

    def __init__(self, root: Path, *, durable: bool = True, private: bool = False, prunes: bool = False) -> None:
        self.root = root
        self._durable = durable
        self._prunes = prunes
        self._file_mode, self._folder_mode = (0o600, 0o700) if private else (0o666, 0o777)
        self._anchored = lru_cache(maxsize=256)(self._anchor)

    def read(self, place: Path) -> bytes | None:
        """The file, None where there is none."""
        try:
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def replace(self, place: Path, data: bytes) -> None:
        """Make a file, or replace it for every reader at once."""
        draft = place.with_name(f".{place.name}.{os.getpid()}.{secrets.token_hex(8)}")
        descriptor = self._begin(draft)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
            draft.replace(place)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        self._sync(place.parent)
        if self._prunes:
            self._sync(place.parent.parent)

    def remove(self, place: Path) -> None:
        """Take a file away; what is not there is passed over."""
        try:
            place.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return
        self._sync(place.parent)
        if not self._prunes:
            return
        try:
            place.parent.rmdir()
        except OSError:  # not empty, or gone already
            return
        self.forget()

    def forget(self) -> None:
        """Look at every folder again: one was taken away."""
        self._anchored.cache_clear()

    def _begin(self, draft: Path) -> int:
        for attempt in range(ATTEMPTS):
            try:
                self._anchored(draft.parent)
                return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, self._file_mode)
            except FileNotFoundError:  # another process found the folder empty and took it away
                self.forget()
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _anchor(self, folder: Path) -> None:
        """Make a folder and those above it, and sync its name; once each, for a writer before us may have died halfway."""
        if folder == self.root:
            folder.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)
        else:
            self._anchored(folder.parent)
            with suppress(FileExistsError):  # not exist_ok: it looks again, and may find it gone
                folder.mkdir(mode=self._folder_mode)
        self._sync(folder.parent)

    def _sync(self, folder: Path) -> None:
        if not self._durable:
            return
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # taken away with all that was in it
            return
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
