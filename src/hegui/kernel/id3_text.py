"""The numbers and texts inside an ID3v2 tag: sizes of seven bits a byte, unsynchronisation, strings in four encodings.

Knows what a field of a frame means; knows no tag, file or label. Reads leniently, since tags of twenty years disagree: a string
without its end ends with the frame, an encoding nobody defined is Latin-1. A text that says Latin-1 and holds other bytes is
tried as UTF-8 and GB 18030 first, as Chinese writers have it.
Rules: ID3v2.3.0 and ID3v2.4.0 (structure and native frames), ID3v2.2.0; names of version 2.2 stand for those of 2.3.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "SYNCSAFE_LIMIT",
    "Named",
    "comment",
    "object_head",
    "plain_text",
    "private",
    "resynchronised",
    "syncsafe",
    "to_syncsafe",
    "unsynchronised",
    "user_text",
]

SYNCSAFE_LIMIT = 1 << 28
"""One more than the greatest number that four bytes of seven bits hold."""


class Named(NamedTuple):
    """A value with its name: description, owner or media type."""

    name: str
    value: str


def syncsafe(raw: bytes) -> int | None:
    """The number in bytes of seven bits; None where one has its eighth bit set."""
    number = 0
    for byte in raw:
        if byte & 0x80:
            return None
        number = number << 7 | byte
    return number


def to_syncsafe(number: int) -> bytes:
    """Four bytes of seven bits.

    >>> to_syncsafe(257).hex()
    '00000201'
    """
    if not 0 <= number < SYNCSAFE_LIMIT:
        raise ValueError("no number for four bytes of seven bits", number)
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def resynchronised(raw: bytes) -> bytes:
    """Unsynchronised bytes as they were: each FF 00 is FF."""
    return raw.replace(b"\xff\x00", b"\xff")


def unsynchronised(data: bytes) -> bytes:
    """No FF before E0 to FF, before 00 or at the end, where a decoder could see a frame of sound.

    >>> unsynchronised(bytes.fromhex("fffe41ff00")).hex()
    'ff00fe41ff0000'
    """
    out = bytearray()
    for at, byte in enumerate(data):
        out.append(byte)
        if byte == 0xFF and (at + 1 == len(data) or data[at + 1] >= 0xE0 or data[at + 1] == 0):
            out.append(0)
    return bytes(out)


def plain_text(data: bytes) -> str:
    """The text of a text frame such as TSSE."""
    return _decoded(data[0], data[1:]).strip("\0 ") if data else ""


def user_text(data: bytes) -> Named:
    """TXXX: description and text."""
    return _named(data[0], data[1:]) if data else Named("", "")


def comment(data: bytes) -> Named:
    """COMM: description and text; the language is passed over."""
    return _named(data[0], data[4:]) if len(data) > 4 else Named("", "")


def private(data: bytes) -> tuple[str, bytes]:
    """PRIV: owner and data."""
    owner, _, value = data.partition(b"\0")
    return owner.decode("latin-1"), value


def object_head(data: bytes) -> tuple[Named, bytes]:
    """GEOB: media type and description, and the object's data."""
    if not data:
        return Named("", ""), b""
    media_type, _, rest = data[1:].partition(b"\0")
    _, rest = _split(data[0], rest)
    description, rest = _split(data[0], rest)
    return Named(media_type.decode("latin-1"), _decoded(data[0], description)), rest


def _named(encoding: int, data: bytes) -> Named:
    name, value = _split(encoding, data)
    return Named(_decoded(encoding, name), _decoded(encoding, value).rstrip("\0"))


def _split(encoding: int, data: bytes) -> tuple[bytes, bytes]:
    """The string up to its end, and what follows that."""
    if encoding not in (1, 2):
        first, _, rest = data.partition(b"\0")
        return first, rest
    at = data.find(b"\0\0")
    while at % 2 and at != -1:
        at = data.find(b"\0\0", at + 1)
    return (data, b"") if at == -1 else (data[:at], data[at + 2 :])


def _decoded(encoding: int, raw: bytes) -> str:
    match encoding:
        case 1:
            codec = "utf-16-be" if raw[:2] == b"\xfe\xff" else "utf-16-le"
            return raw.decode(codec, "replace").removeprefix("\ufeff")
        case 2:
            return raw.decode("utf-16-be", "replace").removeprefix("\ufeff")
        case 3:
            return raw.decode("utf-8", "replace").removeprefix("\ufeff")
        case _:
            return _undeclared(raw)


def _undeclared(raw: bytes) -> str:
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
