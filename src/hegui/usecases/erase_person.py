"""Erase what is kept of a person, end to end: nothing on its way any more, the key gone, and the ledger told.

Knows the order; how a key is destroyed and what must stay is in `erase_user` and `vault.erasure`. The ledger is told of keys,
whose ids are random: that a key was erased says nothing of whose it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from hegui.ledger.entry import Entry
from hegui.usecases.erase_user import Erasure, erase_user
from hegui.usecases.ports import ExchangeFilter, Exchanges
from hegui.usecases.vault_ports import Vault
from hegui.vault.part import Place, blob_name
from hegui.vault.retention import Item, Kind, RetentionLaw

__all__ = ["CONTENT_PARTS", "erase_person"]

CONTENT_PARTS: dict[str, Kind] = {"prompt": "prompt", "answer": "answer"}
"""Part of an exchange → the kind of its retention."""


def erase_person(
    vault: Vault, exchanges: Exchanges, law: RetentionLaw, user: str, note: Callable[[Sequence[Entry]], None]
) -> Erasure:
    """Erase the content of a user, by pseudonym. What waited in a spool must have been moved on before.

    Args:
        note: lets entries wait for their places in the ledger, each once, however often it is handed in.
    Raises as `erase_user`. Whoever died halfway runs it again.
    """
    erasure = erase_user(vault, user, _items(vault, exchanges, user), law)
    note([_entry(key.id, key.erased_at) for key in erasure.keys if key.erased_at is not None])
    return erasure


def _items(vault: Vault, exchanges: Exchanges, user: str) -> Iterator[Item]:
    """Every record of the user, and the content that is there of it."""
    key = vault.keys.live(user)
    names = set() if key is None else set(vault.blobs.list(key.id))
    for recorded in exchanges.walk(ExchangeFilter(user=user)):
        exchange = recorded.exchange
        yield Item(exchange.id, "exchange_record", exchange.started_at)
        for part, kind in CONTENT_PARTS.items():
            if key is not None and blob_name(key.id, Place(exchange.id, part)) in names:
                yield Item(exchange.id, kind, exchange.started_at, part)


def _entry(key_id: str, at: datetime) -> Entry:
    return Entry("subject_key.erased", key_id, "operator", at.replace(microsecond=at.microsecond // 1000 * 1000))
