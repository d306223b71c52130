"""Take over content that waited in a spool: open what sealed it on its way, keep it under its subject's key, or drop it.

Knows that a spool may have waited while its subject was erased, on this machine or on another: such content is dropped,
unopened where the erasure is known before, and the ledger is told. The record itself stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from hegui.ledger.entry import Commitment, Entry
from hegui.usecases.content_transit import Transit, open_transit
from hegui.usecases.keep_content import is_erased, keep_content
from hegui.usecases.ports import Exchange
from hegui.usecases.vault_ports import Vault
from hegui.vault.faults import KeyErased

__all__ = ["TakenOver", "take_content"]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of the content of a record.

    Attributes:
        commitments: to what is kept, for the record's entry.
        entries: what the ledger is told besides.
    """

    commitments: tuple[Commitment, ...] = ()
    entries: tuple[Entry, ...] = ()


def take_content(vault: Vault, exchange: Exchange, transit: Transit) -> TakenOver:
    """Keep the content, or drop it where its user was erased since the exchange began.

    Raises:
        VaultError: VLT006; VaultDamage: VLT003 to VLT005; InternalError: VLT016, VLT019, STO004.
    """
    if is_erased(vault, exchange.user, exchange.id, exchange.started_at):
        return _dropped(vault, exchange)
    parts = open_transit(vault.masters, exchange.id, transit)
    try:
        return TakenOver(keep_content(vault, exchange.user, exchange.id, parts, made_at=exchange.started_at))
    except KeyErased:  # meanwhile
        return _dropped(vault, exchange)


def _dropped(vault: Vault, exchange: Exchange) -> TakenOver:
    """A subject of its own: the exchange's id is that of the entry of its record, which there is one of."""
    at = vault.clock()
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return TakenOver(entries=(Entry("content.dropped", f"{exchange.id}/content", "system", at),))
