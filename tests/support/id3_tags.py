"""Build ID3v2 tags by the specification, byte by byte, independently of the code under test."""

from __future__ import annotations

__all__ = ["frame", "safe", "stuffed", "tag", "txxx"]


def safe(number: int) -> bytes:
    return bytes((number >> 21 & 127, number >> 14 & 127, number >> 7 & 127, number & 127))


def stuffed(data: bytes) -> bytes:
    """The unsynchronisation scheme, in one pass from the end so that it differs from the code under test."""
    out = []
    following = 0
    for byte in reversed(data):
        if byte == 0xFF and (following == 0 or following >= 0xE0):
            out.append(0)
        out.append(byte)
        following = byte
    return bytes(reversed(out))


def frame(
    name: str, body: bytes, version: int = 3, flags: int = 0, size: int | None = None, *, plain: bool = False
) -> bytes:
    size = len(body) if size is None else size
    if version == 2:
        return name.encode() + size.to_bytes(3, "big") + body
    sized = safe(size) if version == 4 and not plain else size.to_bytes(4, "big")
    return name.encode() + sized + flags.to_bytes(2, "big") + body


def txxx(name: str, text: str, version: int = 3, encoding: int = 0) -> bytes:
    codec, end = {0: ("latin-1", b"\0"), 1: ("utf-16", b"\0\0"), 2: ("utf-16-be", b"\0\0"), 3: ("utf-8", b"\0")}[
        encoding
    ]
    body = bytes((encoding,)) + name.encode(codec) + end + text.encode(codec)
    return frame("TXX" if version == 2 else "TXXX", body, version)


def tag(*frames: bytes, version: int = 3, flags: int = 0, padding: int = 0, extended: bytes = b"") -> bytes:
    body = extended + b"".join(frames) + bytes(padding)
    if flags & 0x80 and version < 4:
        body = stuffed(body)
    rest = bytes((version, 0, flags)) + safe(len(body))
    return b"ID3" + rest + body + (b"3DI" + rest if flags & 0x10 and version == 4 else b"")
