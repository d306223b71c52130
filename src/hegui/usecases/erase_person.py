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
from hegui.usecases.retention_ports import Contents
from hegui.usecases.vault_ports import Vault
from hegui.vault.retention import Item, RetentionLaw

__all__ = ["erase_person"]


def erase_person(
    vault: Vault,
    exchanges: Exchanges,
    contents: Contents,
    law: RetentionLaw,
    user: str,
    note: Callable[[Sequence[Entry]], None],
) -> Erasure:
    """Erase the content of a user, by pseudonym. What waited in a spool must have been moved on before.

    Args:
        contents: what the vault keeps; the lines of what can be read no more go.
        note: lets entries wait for their places in the ledger, each once, however often it is handed in.
    Raises as `erase_user`. Whoever died halfway runs it again.
    """
    erasure = erase_user(vault, user, _items(exchanges, contents, user), law)
    note([_entry(key.id, key.erased_at) for key in erasure.keys if key.erased_at is not None])
    contents.forget([(item.record, item.part) for item in erasure.plan.unreadable if item.part is not None])
    return erasure


def _items(exchanges: Exchanges, contents: Contents, user: str) -> Iterator[Item]:
    """Every record of the user, and every part of its content."""
    for recorded in exchanges.walk(ExchangeFilter(user=user)):
        yield Item(recorded.exchange.id, "exchange_record", recorded.exchange.started_at)
    for one in contents.of_user(user):
        yield Item(one.record, one.kind, one.made_at, one.part)


def _entry(key_id: str, at: datetime) -> Entry:
    return Entry("subject_key.erased", key_id, "operator", at.replace(microsecond=at.microsecond // 1000 * 1000))
