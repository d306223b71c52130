"""Take the URL of a model server apart: where to connect, and what the first two lines of a request say.

Knows http and https. Refuses user names, spaces and line breaks: a credential belongs in a header.
Works once per URL, of which there are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from hegui.errors import InputError

__all__ = ["Target", "target_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A URL taken apart: where to connect, and what the first two lines of a request say.

    One object per URL, compared by identity: that is the quickest key for what is cached about it.
    """

    origin: str
    host: str
    port: int
    secure: bool
    authority: bytes
    path: bytes


@lru_cache(maxsize=1024)
def target_of(url: str) -> Target:
    """Take `url` apart. Raises InputError UPS009.

    >>> target_of("https://models.example/v1/models").origin
    'https://models.example:443'
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        name = parts.hostname or ""
        host = name if ":" in name else name.encode("idna").decode()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        usable = host and "@" not in parts.netloc and url.isprintable() and path.isascii() and " " not in path
    except (KeyError, ValueError):
        usable = False
    if not usable:
        raise InputError(
            "UPS009",
            "upstream URL",
            "is not an http:// or https:// URL without user name, spaces and line breaks.",
            "Write it like http://127.0.0.1:8000/v1 and give the credential as the upstream key.",
        )
    shown = f"[{host}]" if ":" in host else host
    authority = shown if parts.port is None else f"{shown}:{port}"
    origin = f"{parts.scheme}://{shown}:{port}"
    return Target(origin, host, port, parts.scheme == "https", authority.encode(), path.encode())
