"""Hold the answer of a model server while its body arrives, for one reader.

Knows the status, the headers and what nobody has read yet. Knows of its connection only what `Source` says.

1. What came before a fault is handed over first, then the fault is raised.
2. `abort()` closes the socket at once.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from hegui.errors import UpstreamError
from hegui.faces.gateway.upstream.faults import fault

__all__ = ["Source", "UpstreamResponse"]


class Source(Protocol):
    """Where the body comes from."""

    origin: str

    def resume(self) -> None:
        """All that came has been read: more may come."""

    def close(self) -> None:
        """Nothing more is wanted: drop the socket now."""


class UpstreamResponse:
    """An answer whose head has arrived; one reader takes the body piece by piece.

    Attributes:
        status: 200-599; interim answers (1xx) are skipped.
        headers: (name in lower case, value) in the order they came.
    """

    __slots__ = (
        "_connection",
        "_ended",
        "_error",
        "_origin",
        "_pieces",
        "_waiter",
        "headers",
        "status",
        "unread_bytes",
    )

    def __init__(self, connection: Source, status: int, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self.status = status
        self.headers = headers
        self.unread_bytes = 0
        self._origin = connection.origin
        self._connection: Source | None = connection
        self._pieces: list[bytes] = []
        self._ended = False
        self._error: UpstreamError | None = None
        self._waiter: asyncio.Future[None] | None = None

    def header(self, name: bytes) -> bytes | None:
        """The first header of this lower-case name."""
        for known, value in self.headers:
            if known == name:
                return value
        return None

    async def read(self) -> bytes:
        """All of the body that came since the last call, at least one byte; b"" at the end.

        Raises:
            UpstreamError: UPS004-UPS008; what came before the fault is handed over first, save for UPS007.
        """
        while (data := self.read_nowait()) is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return data

    def read_nowait(self) -> bytes | None:
        """What `read()` would give at once; None when it would have to wait."""
        pieces = self._pieces
        if pieces:
            data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            self._drop_unread()
            if self._connection is not None:
                self._connection.resume()
            return data
        if self._error is not None:
            raise self._error
        return b"" if self._ended else None

    def abort(self) -> None:
        """Close the connection at once and forget what was not read; a `read()` that needed it raises UPS007."""
        connection = self._connection
        if self._pieces or not self._ended:
            self._drop_unread()
            self.end(fault("UPS007", self._origin, "the answer was given up before its end."))
        if connection is not None:
            connection.close()

    def _drop_unread(self) -> None:
        self._pieces = []
        self.unread_bytes = 0

    # What the connection calls.

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.unread_bytes += len(piece)

    def wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def end(self, error: UpstreamError | None) -> None:
        """No more will come; whole if `error` is None. The connection is no longer ours to close."""
        self._connection = None
        self._ended = True
        self._error = error
        self.wake()
