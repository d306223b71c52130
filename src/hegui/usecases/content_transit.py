"""Content on its way from a gateway to the vault: sealed at once, under a key of its own record.

Knows the sealing; knows no spool and no database. A gateway must not wait for the database to give it a subject's key, and
what waits in its spool must not lie in the clear: so the content is sealed under a fresh key, which travels with it wrapped
under the master key, and whoever moves the record on opens it and hands it to the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hegui.vault.keys import NEW_KEY_BYTES, MasterKeys, WrappedKey, new_key
from hegui.vault.part import RANDOM_SIZE, Place, open_part, seal

__all__ = ["Transit", "open_transit", "seal_for_transit"]


@dataclass(frozen=True, slots=True)
class Transit:
    """The parts of a record, sealed, and the wrapped key that opens them."""

    key: WrappedKey
    parts: Mapping[str, bytes]


def seal_for_transit(
    masters: MasterKeys, record: str, parts: Mapping[str, bytes], random: Callable[[int], bytes]
) -> Transit:
    """Seal the parts of a record. Raises VaultError (VLT001, VLT002)."""
    key = new_key(f"t-{record}", random(NEW_KEY_BYTES))
    sealed = {part: seal(key, Place(record, part), content, random(RANDOM_SIZE)) for part, content in parts.items()}
    return Transit(masters.wrap(key), sealed)


def open_transit(masters: MasterKeys, record: str, transit: Transit) -> dict[str, bytes]:
    """The parts again. Raises VaultError (VLT006) where the master key is not at hand, VaultDamage for altered bytes."""
    key = masters.unwrap(transit.key)
    return {part: open_part(key, Place(record, part), sealed).content for part, sealed in transit.parts.items()}
