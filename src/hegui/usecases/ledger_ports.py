"""What the use cases of the ledger need from the outside: its public files, its secrets, what one machine remembers.

Knows names and bytes. Implementations live in `store/` and are handed over by `compose`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hegui.crypto.sm2 import Sm2Signer
from hegui.errors import InputError
from hegui.ledger.log import Tiles

__all__ = ["LedgerError", "LedgerFiles", "LedgerHome", "PrivateFiles", "Progress", "silent"]

Progress = Callable[[int, int], None]
"""(done, of all), called now and then by long work."""


def silent(_done: int, _of: int) -> None:
    """The progress nobody watches."""


class LedgerError(InputError):
    """Something a person may ask of the ledger, and that cannot be done as things stand."""


class LedgerFiles(Tiles, Protocol):
    """The public files of a log: tiles, checkpoint, and the few beside them that may change."""

    def create(self, path: str, data: bytes) -> bytes:
        """Make a file where there is none; what is there afterwards, whoever made it."""

    def replace(self, path: str, data: bytes) -> None:
        """Make or replace a file, for every reader at once."""


class PrivateFiles(Protocol):
    """Small files for nobody else's eyes (mode 0600), each complete or not there."""

    def read(self, name: str) -> bytes | None:
        """The file, None where there is none."""

    def create(self, name: str, data: bytes) -> bytes:
        """Make the file unless it is there; what is there afterwards, whoever made it."""

    def replace(self, name: str, data: bytes) -> None:
        """Make or replace the file."""

    def remove(self, name: str) -> None:
        """Remove the file where it is."""

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """Hold a lock among processes. Raises LedgerError (LED106) when it is not free within some seconds."""

    def where(self, name: str) -> str:
        """The place, to be named to people."""


@dataclass(frozen=True)
class LedgerHome:
    """Where a log lives, and what this machine knows of it.

    Attributes:
        files: its public files.
        safe: the folder of its key; `key_file` is the key's name there.
        state: what this machine remembers: verified sizes, witnesses.
        origin: the origin asked for in the settings, None where none is.
        public_url: where outsiders read the log.
        witnesses_required: cosignatures a checkpoint needs before it is published.
        sm2: who signs checkpoints by SM2 besides the log's key, None where nobody is set.
        turn: while it is entered, no sequencer of another machine writes; where one machine alone writes, the lock beside
            the key is enough, and this does nothing. Raises LedgerError (LED106) when it is not free within some seconds.
    """

    files: LedgerFiles
    safe: PrivateFiles
    key_file: str
    state: PrivateFiles
    origin: str | None
    public_url: str | None
    witnesses_required: int
    clock: Callable[[], datetime]
    sm2: Sm2Signer | None = None
    turn: Callable[[], AbstractContextManager[object]] = nullcontext
