"""The ledger's key where the operator keeps it, for several machines that write one log.

Knows which of the small private files beside a key are the operator's (the key, and the one to come) and which are this
machine's (the lock, and what is remembered). Never writes a key: the operator does, in front of or behind the others.
Works on lines: the first is the key in force, the second the one to come. After a hand-over both may stay until every
machine was started with the new one alone.
Rules: docs/ledger.md, "Several machines".
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property

from hegui.ledger.keys import SignerKey
from hegui.store.ledger_files import PrivateFolder
from hegui.store.secret_sources import SecretSource
from hegui.usecases.ledger_ports import LedgerError

__all__ = ["SourcedKey", "key_source"]

KEY = "ledger-key"
"""The key's name here; nothing of this name is on the disk."""
_COMING = f"{KEY}.next"
_MAKE = "Make it: (umask 077; hegui ledger key make NAME > FILE), and give every machine the same."


def key_source(words: str) -> SecretSource:
    """What `ledger.key_source` names; its reading raises InputError LED127 and LED128."""
    return SecretSource("ledger.key_source", words, _MAKE, "LED127", "LED128")


class SourcedKey:
    """Implements `ledger_ports.PrivateFiles`; the key is fetched when it is first asked for, and once."""

    def __init__(self, source: SecretSource, local: PrivateFolder, environ: Mapping[str, str] = os.environ) -> None:
        self._source, self._local, self._environ = source, local, environ
        self._in_force = 0  # which line; a hand-over that is done moves on

    def read(self, name: str) -> bytes | None:
        """The file, None where there is none. Raises InputError (LED127, LED128), LedgerError (LED107)."""
        if name == KEY:
            return self._lines[self._in_force]
        if name == _COMING:
            return next(iter(self._lines[self._in_force + 1 :]), None)
        return self._local.read(name)

    def create(self, name: str, data: bytes) -> bytes:
        """What is there, else the file that is made. Raises LedgerError (LED129) for a key that is not there."""
        found = self.read(name)
        if found is None and name == _COMING:
            key = SignerKey.parse(data.decode().strip())
            problem = "it holds no key to come"
            remedy = f"Add a second line to it on every machine: hegui ledger key make {key.name}"
            raise LedgerError("LED129", self._source.where, problem, remedy)
        return self._local.create(name, data) if found is None else found

    def replace(self, name: str, data: bytes) -> None:
        """Make or replace a file; a key is there already, or LedgerError (LED129) is raised."""
        if name != KEY:
            self._local.replace(name, data)
        elif data.strip() in self._lines:
            self._in_force = self._lines.index(data.strip())
        else:
            raise LedgerError("LED129", self._source.where, "it does not hold the key", "Restore it.")

    def remove(self, name: str) -> None:
        """Remove a file; a key is the operator's to remove."""
        if name not in (KEY, _COMING):
            self._local.remove(name)

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """Hold a lock among the processes of this machine."""
        return self._local.exclusive(name)

    def where(self, name: str) -> str:
        """The place, to be named to people."""
        return self._source.where if name in (KEY, _COMING) else self._local.where(name)

    @cached_property
    def _lines(self) -> tuple[bytes, ...]:
        text = self._source.read(self._environ)
        lines = tuple(line.strip().encode() for line in text.splitlines() if line.strip())
        if not 1 <= len(set(lines)) == len(lines) <= 2:
            problem = f"it holds {len(lines)} lines instead of the key and, perhaps, another one, the key to come"
            raise LedgerError("LED107", self._source.where, problem, "Keep one key per line there.")
        return lines
