"""Keep the secret from which pseudonyms of end users are made.

Knows one file, `pseudonym.key` in the state folder, 32 random bytes, mode 0600. It is made once, complete
or not at all, also when two processes start at the same moment; it is never replaced, since a new secret
would give every end user a new name and cut the evidence in two.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from hegui.errors import InputError

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
        if not path.exists():
            _make(path)
        secret = path.read_bytes()
    except OSError as error:
        remedy = f"Let the user who runs hegui read and write {state_dir}."
        raise InputError("SEC002", str(path), f"cannot be used: {error.strerror}.", remedy) from None
    if len(secret) != SECRET_BYTES:
        problem = f"holds {len(secret)} bytes instead of {SECRET_BYTES}."
        raise InputError("SEC001", str(path), problem, "Restore it from a backup; without it users get new names.")
    return secret


def _make(path: Path) -> None:
    """Write a file beside it and link it into place: a link never replaces what is there, and is never half made."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{os.getpid()}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was quicker: its secret is the one
        _sync_folder(path.parent)
    finally:
        draft.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
