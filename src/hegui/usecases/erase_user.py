"""Erase a user's content by destroying their key (删除权), keep what the law wants kept, and hand back the proof.

Knows the order of the steps; what is erased and what is kept is decided by `vault.erasure`. The steps:

1. Content that must be kept is sealed anew under a key of its own.
2. The key is destroyed. From here nobody reads the rest, from whatever copy of it that is made later.
3. The destroyed key's bytes are driven out of the database's own files.
4. The blobs under every key the user ever had are deleted, and where step 3 came to its end the key is marked as swept.

Each step may be done again, and finds what the one before it left, so a run that died at any point is ended by the next one;
`vault.keys.unswept` names what still waits for that. What the caller writes into the ledger names keys and records, no person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hegui.usecases.keep_content import take_into_custody
from hegui.usecases.vault_ports import BlobStore, KeyRecord, Vault
from hegui.vault.erasure import ErasurePlan, plan_erasure
from hegui.vault.faults import VaultDamage
from hegui.vault.periods import civil_date
from hegui.vault.retention import Hold, Item, RetentionLaw

__all__ = ["Erasure", "erase_user", "sweep"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done, for the ledger and for the person who asked.

    Attributes:
        plan: what became unreadable, and what is kept because of which provision until when.
        keys: every key the user ever had, each with the instant it was destroyed; none where nothing was ever kept.
        blobs: how many were deleted by this run.
        scrubbed: whether the key's bytes are out of the database's own files; False while a reader holds them up: run again.
        missing: content to be kept that was not there.
        damaged: content to be kept that did not open, with the code; it was unreadable before.
    """

    plan: ErasurePlan
    keys: tuple[KeyRecord, ...]
    blobs: int
    scrubbed: bool
    missing: tuple[Item, ...]
    damaged: tuple[tuple[Item, str], ...]


def erase_user(
    vault: Vault, user: str, items: Iterable[Item], law: RetentionLaw, *, holds: Iterable[Hold] = ()
) -> Erasure:
    """Erase.

    Args:
        user: the pseudonym.
        items: what is kept about the user: records, and the parts of each, by name.
        holds: which records must stay whatever else is asked.
    Raises:
        InputError: VLT013, the law is not modelled for today; VLT006, content to be kept is under a master key not at hand.
        InternalError: VLT016, STO004, a store failed; run it again.
    """
    plan = plan_erasure(items, law, on=civil_date(vault.clock()), holds=holds)
    missing, damaged = _take_all_into_custody(vault, user, [kept.item for kept in plan.custody])
    vault.keys.erase(user, vault.clock())
    scrubbed = vault.keys.scrub()
    erased = [key for key in vault.keys.of(user) if key.erased_at]
    blobs = sum(sweep(vault.blobs, key.id) for key in erased)
    if scrubbed:
        vault.keys.mark_swept(*[key.id for key in erased], at=vault.clock())
    return Erasure(plan, tuple(vault.keys.of(user)), blobs, scrubbed, tuple(missing), tuple(damaged))


def _take_all_into_custody(vault: Vault, user: str, items: Iterable[Item]) -> tuple[list[Item], list[tuple[Item, str]]]:
    missing, damaged = [], []
    for item in items:
        try:
            if not take_into_custody(vault, user, item.record, item.part or item.kind):
                missing.append(item)
        except VaultDamage as error:
            damaged.append((item, error.code))
    return missing, damaged


def sweep(blobs: BlobStore, key_id: str) -> int:
    """Delete every blob under a destroyed key; how many. A blob that a writer puts later it takes away itself."""
    count = 0
    for name in blobs.list(key_id):
        blobs.delete(name)
        count += 1
    return count
