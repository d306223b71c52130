"""Take a text chunk of PNG apart and put it together again: tEXt, zTXt and iTXt, plain, compressed, or a raw profile in hex.

Knows keywords and encodings; knows no meaning of a text. Takes compressed texts out within a bound, so that a few bytes
cannot become many. A chunk is put together as it was: the same kind, head and compression.
Rules: PNG specification, third edition, 11.3.3; "Raw profile type" is how ImageMagick stores EXIF and XMP.
"""

from __future__ import annotations

import re
import zlib
from binascii import hexlify, unhexlify
from dataclasses import dataclass

from hegui.kernel.png import chunk_bytes
from hegui.kernel.source import MalformedError, TooMuchError
from hegui.label.field_text import decoded

__all__ = ["KINDS", "XMP_KEYWORD", "PngText", "fresh_xmp", "keyword_of", "taken_apart"]

KINDS = (b"tEXt", b"zTXt", b"iTXt")
XMP_KEYWORD = "XML:com.adobe.xmp"
_XMP_HEAD = XMP_KEYWORD.encode() + b"\0\0\0\0\0"
_PROFILE = re.compile(rb"\s*([A-Za-z0-9]{1,20})\s+(\d{1,9})\s+([0-9A-Fa-f\s]*)\s*")
_LINE = 72


@dataclass(frozen=True, slots=True)
class PngText:
    """A text chunk.

    Attributes:
        kind: tEXt, zTXt or iTXt.
        keyword: what it is called.
        head: all that stands before the text.
        is_compressed: whether the text is.
        data: the text, taken out.
        profile: the name of a raw profile whose bytes `data` are; "" where the text is one.
    """

    kind: bytes
    keyword: str
    head: bytes
    is_compressed: bool
    data: bytes
    profile: str = ""

    @property
    def text(self) -> str:
        """The data as text: UTF-8, which writers also put into the chunks meant for Latin-1, and what a label may be in."""
        try:
            plain = self.data.decode("utf-8")
        except UnicodeDecodeError:
            plain = ""
        if plain and not plain.startswith(("{\0", "\0{")):
            return plain
        text, findings = decoded(self.data)
        return self.data.decode("latin-1") if findings or "{" not in text[:64] else text

    def chunk(self, data: bytes) -> bytes:
        """The chunk with other data. An XMP packet always goes in as XMP wants it: uncompressed."""
        if self.kind == b"iTXt" and self.keyword == XMP_KEYWORD:
            return (
                chunk_bytes(b"iTXt", _XMP_HEAD + data) if self.is_compressed else chunk_bytes(b"iTXt", self.head + data)
            )
        if self.profile:
            digits = hexlify(data)
            lines = b"\n".join(digits[at : at + _LINE] for at in range(0, len(digits), _LINE))
            data = b"\n%b\n%8d\n%b\n" % (self.profile.encode(), len(data), lines)
        return chunk_bytes(self.kind, self.head + (zlib.compress(data) if self.is_compressed else data))


def fresh_xmp(packet: bytes) -> bytes:
    """A chunk for a packet of XMP."""
    return chunk_bytes(b"iTXt", _XMP_HEAD + packet)


def keyword_of(head: bytes) -> str:
    """The keyword, from the first 80 bytes of the data."""
    return head[:80].partition(b"\0")[0].decode("latin-1")


def taken_apart(kind: bytes, data: bytes, limit: int) -> PngText:
    """A text chunk's data, the text taken out up to `limit` bytes. Raises MalformedError, TooMuchError."""
    keyword = keyword_of(data)
    at = len(keyword) + 1
    is_compressed = kind == b"zTXt"
    if kind == b"zTXt":
        at += 1
    elif kind == b"iTXt":
        is_compressed = data[at : at + 1] == b"\1"
        language = data.find(b"\0", at + 2)
        at = data.find(b"\0", language + 1) + 1
        if language < 0 or at <= 0:
            raise MalformedError("a text chunk has no text", 0)
    text = _inflated(data[at:], limit) if is_compressed else data[at:]
    if keyword.startswith("Raw profile type ") and (match := _PROFILE.fullmatch(text)) is not None:
        return PngText(kind, keyword, data[:at], is_compressed, _bytes_of(match[3]), match[1].decode())
    return PngText(kind, keyword, data[:at], is_compressed, text)


def _inflated(data: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, limit)
    except zlib.error as error:
        raise MalformedError("a compressed text is damaged", 0) from error
    if unpacker.unconsumed_tail:
        raise TooMuchError("a compressed text is larger than is read", 0)
    if not text and not unpacker.eof:
        raise MalformedError("a compressed text is damaged", 0)
    return text


def _bytes_of(digits: bytes) -> bytes:
    digits = b"".join(digits.split())
    return unhexlify(digits[: len(digits) // 2 * 2])
