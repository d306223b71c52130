"""Make a file once: complete or not at all, its owner's alone, also when two processes race for it.

Knows folders and modes; knows no content. Works by writing a draft beside the place and linking it there: a
link never replaces what is there, and nobody ever sees half a file.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["create_once"]


def create_once(path: Path, content: bytes) -> None:
    """Make `path` (mode 0600) and its folder (0700) where missing; what is there is not opened and stays as it is.

    Not to open it matters for a SQLite file: closing any descriptor of it would drop the locks that this process
    holds on it elsewhere (POSIX advisory locks).
    """
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was quicker: its file is the one
        _sync_folder(path.parent)
    finally:
        draft.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
