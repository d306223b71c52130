"""Build Ogg files by RFC 3533, byte by byte, independently of the code under test but for the check sum.

`crc` is the sum as the specification says it; tests/kernel/test_ogg.py holds the fast one against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from hegui.kernel.ogg import checksum

__all__ = ["checked", "comments", "crc", "opus", "page", "stream", "vorbis"]

OPUS_HEAD = b"OpusHead\1\1\x38\1\x80\xbb\0\0\0\0\0"
VORBIS_HEAD = b"\1vorbis\0\0\0\0\1\x44\xac\0\0" + bytes(12) + b"\xb8\1"


@cache
def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


def crc(data: bytes) -> int:
    """The check sum as the specification says it, bit by bit in effect."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _table()[value >> 24 ^ byte]
    return value


def page(
    lacing: Sequence[int], body: bytes, *, number: int, flags: int = 0, granule: int = 0, serial: int = 7
) -> bytes:
    head = b"OggS\0" + bytes((flags,)) + (granule & (1 << 64) - 1).to_bytes(8, "little") + serial.to_bytes(4, "little")
    head += number.to_bytes(4, "little")
    rest = bytes((len(lacing),)) + bytes(lacing) + body
    return head + checksum(head + bytes(4) + rest).to_bytes(4, "little") + rest


def comments(*entries: bytes, vendor: bytes = b"libopus 1.4") -> bytes:
    body = b"".join(len(entry).to_bytes(4, "little") + entry for entry in entries)
    return len(vendor).to_bytes(4, "little") + vendor + len(entries).to_bytes(4, "little") + body


def stream(
    first: bytes, headers: Iterable[bytes], sound: Iterable[bytes], *, counts: Sequence[int] = (), serial: int = 7
) -> bytes:
    """A stream: the first packet on its page, the headers on pages of so many segments (255 where none is said), the sound."""
    out = [page([len(first)], first, number=0, flags=2, serial=serial)]
    lacing = [size for packet in headers for size in [*[255] * (len(packet) // 255), len(packet) % 255]]
    data, wanted, is_open = b"".join(headers), list(counts), False
    while lacing:
        count = wanted.pop(0) if wanted else 255
        part, lacing = lacing[:count], lacing[count:]
        body, data = data[: sum(part)], data[sum(part) :]
        granule = 0 if any(size < 255 for size in part) else -1
        out.append(page(part, body, number=len(out), flags=int(is_open), granule=granule, serial=serial))
        is_open = part[-1] == 255
    packets = list(sound)
    for number, packet in enumerate(packets):
        flags = 4 if number == len(packets) - 1 else 0
        out.append(page([len(packet)], packet, number=len(out), flags=flags, granule=960 * (number + 1), serial=serial))
    return b"".join(out)


def opus(*entries: bytes, padding: bytes = b"", counts: Sequence[int] = (), serial: int = 7) -> bytes:
    return stream(
        OPUS_HEAD, [b"OpusTags" + comments(*entries) + padding], [b"a" * 40, b"b" * 50], counts=counts, serial=serial
    )


def vorbis(*entries: bytes, counts: Sequence[int] = (), setup: int = 3000, serial: int = 7) -> bytes:
    headers = [b"\3vorbis" + comments(*entries) + b"\1", b"\5vorbis" + b"s" * setup]
    return stream(VORBIS_HEAD, headers, [b"a" * 40, b"b" * 50], counts=counts, serial=serial)


def checked(data: bytes) -> list[tuple[int, int, bytes]]:
    """The packets of each page that ends one, as (serial, page number, packet); fails where a check sum or number is wrong."""
    found, at, numbers, pending = [], 0, dict[int, int](), dict[int, bytes]()
    while at < len(data):
        assert data[at : at + 5] == b"OggS\0"
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        whole = data[at:end]
        assert int.from_bytes(whole[22:26], "little") == checksum(whole[:22] + bytes(4) + whole[26:])
        serial, number = (int.from_bytes(whole[start : start + 4], "little") for start in (14, 18))
        if whole[5] & 2:
            numbers[serial], pending[serial] = -1, b""
        assert number == numbers[serial] + 1
        assert bool(whole[5] & 1) == bool(pending[serial])
        numbers[serial] = number
        body = at + 27 + len(lacing)
        for size in lacing:
            pending[serial] += data[body : body + size]
            body += size
            if size < 255:
                found.append((serial, number, pending[serial]))
                pending[serial] = b""
        at = end
    assert not any(pending.values())
    return found
