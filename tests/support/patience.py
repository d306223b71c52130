"""What keeps a busy machine out of a test's answer: one long patience, and ports that nothing else takes.

Knows how long anything is waited for before it counts as hung. Measures nothing: on a quiet machine no wait comes near the end.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress

__all__ = ["PATIENCE_SECONDS", "free_port", "wait_until"]

PATIENCE_SECONDS = 300.0
OWN_PORTS = range(20_000, 32_000)
"""Below the ports that Linux gives to connections that go out: none of those takes the port of a server that is started again."""


def free_port() -> int:
    """A port on which nobody listens."""
    while True:
        port = secrets.choice(OWN_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(holds: Callable[[], object], every: float = 0.02) -> None:
    """Wait until it holds; `every` is in seconds."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up_at, "it never came to be"
        time.sleep(every)
