"""Keep the secret from which pseudonyms of end users are made.

Knows one file, `pseudonym.key` in the state folder, 32 random bytes, mode 0600. It is made once, complete
or not at all, also when two processes start at the same moment; it is never replaced, since a new secret
would give every end user a new name and cut the evidence in two.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from hegui.errors import InputError
from hegui.store.files import create_once

__all__ = ["SECRET_BYTES", "pseudonym_secret"]

SECRET_BYTES = 32
FILE = "pseudonym.key"


def pseudonym_secret(state_dir: Path) -> bytes:
    """The secret, 32 bytes; made when there is none.

    Raises:
        InputError: SEC001, the file is damaged; SEC002, it can be neither read nor made.
    """
    path = state_dir / FILE
    try:
        create_once(path, secrets.token_bytes(SECRET_BYTES))
        secret = path.read_bytes()
    except OSError as error:
        remedy = f"Let the user who runs hegui read and write {state_dir}."
        raise InputError("SEC002", str(path), f"cannot be used: {error.strerror}.", remedy) from None
    if len(secret) != SECRET_BYTES:
        problem = f"holds {len(secret)} bytes instead of {SECRET_BYTES}."
        raise InputError("SEC001", str(path), problem, "Restore it from a backup; without it users get new names.")
    return secret
