"""Labelled files on their way to the client, in a folder, for as long as their addresses are good.

Knows names, ages and files; knows no label and no HTTP. A name holds 128 random bits and is the only key to its file. Files
that are too old are gone for readers at once, and from the disk when `sweep` is next called.
Rules: Interim Measures article 11 (no more is kept, and for no longer, than is needed).
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hegui.errors import InternalError
from hegui.store.atomic_folder import AtomicFolder

__all__ = ["MediaFolder"]

NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,5}")
SWEEP_SECONDS = 60.0
"""Between two looks at the whole folder, however often `sweep` is called."""


class MediaFolder:
    """The files.

    Args:
        root: the folder; made with the first file, its owner's alone.
        keep_seconds: how long a file may be fetched.
        clock: seconds since the epoch, as the file system counts them.
    """

    def __init__(self, root: Path, keep_seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._folder = AtomicFolder(root, durable=False, private=True)
        self._keep, self._clock = keep_seconds, clock
        self._swept = 0.0

    def put(self, extension: str, data: bytes) -> str:
        """As the port says."""
        name = secrets.token_hex(16) + extension
        try:
            self._folder.replace(self._folder.root / name, data)
        except OSError as error:
            raise InternalError("LBL129", str(self._folder.root), f"cannot be written to: {error.strerror}",
                                "See that the disk has room and that hegui may write there.") from None  # fmt: skip
        return name

    def get(self, name: str) -> bytes | None:
        """As the port says."""
        if not NAME.fullmatch(name):
            return None
        place = self._folder.root / name
        with suppress(OSError):
            if place.stat().st_mtime + self._keep > self._clock():
                return self._folder.read(place)
        return None

    def sweep(self) -> None:
        """As the port says; drafts that a dead process left go too."""
        now = self._clock()
        if now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        with suppress(OSError):
            for place in self._folder.root.iterdir():
                with suppress(OSError):  # another worker was quicker
                    if place.stat().st_mtime + self._keep <= now:
                        place.unlink()
