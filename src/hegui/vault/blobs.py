"""What a blob may be called and how large it may be, wherever blobs are kept.

Knows names and sizes; knows no store. A name is `group/name`: the group is a subject key's id, so that everything under a
key can be listed and taken away without knowing which records it belongs to.
Rules: docs/vault-format.md §2.
"""

from __future__ import annotations

import re

from hegui.errors import InputError
from hegui.vault.faults import VaultError

__all__ = ["MAX_BLOB", "check_group", "check_name", "check_size", "is_name"]

MAX_BLOB = 72 << 20
"""Bytes: the largest sealed part (69,206,084) fits."""

_GROUP = re.compile(r"[a-z0-9]{4,64}")
_NAME = re.compile(r"[a-z0-9]{4,64}/[a-z0-9]{1,64}")


def is_name(name: str) -> bool:
    """Whether a blob may be called so."""
    return _NAME.fullmatch(name) is not None


def check_name(name: str) -> str:
    """The name. Raises InputError (VLT014) for what could lead elsewhere."""
    return name if is_name(name) else _refuse()


def check_group(group: str) -> str:
    """The group. Raises as `check_name`."""
    return group if _GROUP.fullmatch(group) else _refuse()


def check_size(name: str, data: bytes) -> None:
    """Raises VaultError (VLT015) beyond MAX_BLOB."""
    if len(data) > MAX_BLOB:
        problem = f"it has {len(data)} bytes; a blob has at most {MAX_BLOB}."
        raise VaultError("VLT015", f"blob {name}", problem, "Keep it as several parts.")


def _refuse() -> str:
    problem = "the name is not that of a blob."
    raise InputError("VLT014", "blobs", problem, "Use group/name, each of a-z and 0-9; the group has 4 to 64.")
