"""What can go wrong with sealed content and its keys; the codes are listed in docs/vault-format.md §6."""

from __future__ import annotations

from hegui.errors import HeguiError, InputError, NotFoundError

__all__ = ["KeyErased", "VaultDamage", "VaultError"]


class VaultError(InputError):
    """Something that cannot be sealed, or a key that is not at hand."""


class VaultDamage(HeguiError):
    """Stored bytes that are not the ones that were sealed, or not those of this place."""


class KeyErased(NotFoundError):
    """There is no key that opens this: it was erased, or never made."""
