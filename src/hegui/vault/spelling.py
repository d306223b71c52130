"""A name among the bytes that are authenticated: its length, then itself, so that no two lists of names look alike."""

from __future__ import annotations

__all__ = ["spell"]


def spell(name: str) -> bytes:
    """uint16 length, big-endian, and the name in UTF-8; at most 65,535 bytes.

    >>> spell("ab")
    b'\\x00\\x02ab'
    """
    data = name.encode()
    return len(data).to_bytes(2, "big") + data
