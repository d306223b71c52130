"""Say how long and how much to put up with from a model server.

Knows numbers and their units. Knows no connection: whoever obeys a limit reads it here.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["UpstreamLimits"]


@dataclass(frozen=True, slots=True)
class UpstreamLimits:
    """How long and how much to put up with.

    Attributes:
        connect_seconds: name look-up, TCP and TLS handshake together.
        first_byte_seconds: from the written request to the end of the response head.
        idle_seconds: between two arrivals of the body; stands still while nobody reads.
        max_head_bytes: of the response head, and of any run of bytes that brings no body.
        max_idle_connections: kept open per origin, count.
        idle_keep_seconds: how long an unused connection is kept open.
    """

    connect_seconds: float = 10.0
    first_byte_seconds: float = 120.0
    idle_seconds: float = 60.0
    max_head_bytes: int = 65536
    max_idle_connections: int = 256
    idle_keep_seconds: float = 30.0
