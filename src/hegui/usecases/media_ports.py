"""Where files that the gateway labelled wait to be fetched: the port its store must offer."""

from __future__ import annotations

from typing import Protocol

__all__ = ["MediaStore"]


class MediaStore(Protocol):
    """Keeps files for a while under names nobody can guess."""

    def put(self, extension: str, data: bytes) -> str:
        """Keep a file; the name it can be fetched by, `<32 hex digits><extension>`. Raises InternalError LBL129."""

    def get(self, name: str) -> bytes | None:
        """The file; None when there is none of this name, or no longer."""

    def sweep(self) -> None:
        """Let files go whose time is over; call it often."""
