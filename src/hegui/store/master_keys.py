"""Fetch the master keys of the vault from where the operator keeps them.

Knows where such keys may be (see `secret_sources`); knows not what is in the text (see `vault.keys`).
"""

from __future__ import annotations

from collections.abc import Mapping

from hegui.store.secret_sources import SecretSource
from hegui.vault.keys import MasterKeys

__all__ = ["read_master_keys"]

_MAKE = "Make it: (umask 077; openssl rand -hex 32 > FILE), and keep a copy apart from the database's backups."


def read_master_keys(source: str, environ: Mapping[str, str]) -> MasterKeys:
    """The keys that `vault.master_key` names.

    Raises:
        FileFaults: VLT007, the text has faults.
        InputError: VLT008, it cannot be fetched; VLT009, others than the file's owner may read it.
    """
    found = SecretSource("vault.master_key", source, _MAKE, "VLT008", "VLT009")
    return MasterKeys.parse(found.read(environ), found.where)
