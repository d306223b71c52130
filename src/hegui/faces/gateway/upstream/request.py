"""Write a request: the head, which is mostly the same as the last one, and the body.

Knows which headers frame a message; those are ours, and a caller's are dropped. Knows no connection.
Works with a bounded cache of heads. They hold credentials: the cache is never shown, and no error quotes a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from hegui.errors import InputError
from hegui.faces.gateway.upstream.target import Target

__all__ = ["written"]

_OURS = frozenset(
    b"accept-encoding connection content-length expect host keep-alive proxy-connection te trailer "
    b"transfer-encoding upgrade".split()
)
"""Request headers that frame the message; those of a caller are dropped."""


def written(method: str, target: Target, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Head and body, ready to write. Raises InputError UPS009 when a header would break the framing."""
    head = _head(method, target, tuple(headers))
    if body or method in ("POST", "PUT", "PATCH"):
        return head + b"content-length: %d\r\n\r\n" % len(body) + body
    return head + b"\r\n"


@lru_cache(maxsize=1024)
def _head(method: str, target: Target, headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """What does not depend on the body: the head up to its last header. One that is refused is not kept, and refused anew."""
    kept = [header for header in headers if header[0].lower() not in _OURS]
    head = b"%b %b HTTP/1.1\r\nhost: %b\r\naccept-encoding: identity\r\n%b" % (
        method.encode(),
        target.path,
        target.authority,
        b"".join([b"%b: %b\r\n" % header for header in kept]),
    )
    breaks = len(kept) + 3
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
        broken = [name.decode("latin-1") for name, value in kept if {0, 10, 13} & {*name, *value}]
        raise InputError(
            "UPS009",
            target.origin,
            f"a line break or NUL in the request header {', '.join(broken)!a}.",
            "Check the upstream key: a key read from a file often ends in a line break.",
        )
    return head
