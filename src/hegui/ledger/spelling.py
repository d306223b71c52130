"""Read numbers, base64 and instants in their one spelling, so that two readers never differ about the same bytes.

Knows characters; knows no format built of them. Every reader here returns None for any other spelling: who calls knows
what the text was meant to be and says so.
Rules: RFC 4648 §4 with padding and zero trailing bits (§3.5); ASCII decimals without leading zeros, below 2**63.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime

from hegui.kernel.merkle import HASH_SIZE, MAX_SIZE

__all__ = ["read_base64", "read_decimal", "read_hash", "read_hex", "read_instant", "write_base64", "write_instant"]

_DECIMAL = re.compile("0|[1-9][0-9]{0,18}")
_HEX = re.compile("(?:[0-9a-f]{2})*")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def read_decimal(text: str) -> int | None:
    """A number from 0 to 2**63 − 1.

    >>> read_decimal("10"), read_decimal("010"), read_decimal("9223372036854775808")
    (10, None, None)
    """
    if not _DECIMAL.fullmatch(text):
        return None
    number = int(text)
    return number if number <= MAX_SIZE else None


def read_base64(text: str) -> bytes | None:
    """The bytes; None where a decoder that looks away would have to.

    >>> read_base64("AA=="), read_base64("AB=="), read_base64("AA")
    (b'\\x00', None, None)
    """
    try:
        data = b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        return None
    return data if write_base64(data) == text else None


def write_base64(data: bytes) -> str:
    """RFC 4648 §4, padded, in one line."""
    return b64encode(data).decode("ascii")


def read_hash(text: str) -> bytes | None:
    """32 bytes from base64."""
    data = read_base64(text)
    return data if data is not None and len(data) == HASH_SIZE else None


def read_hex(text: str) -> bytes | None:
    """The bytes of lower-case hexadecimal."""
    return bytes.fromhex(text) if _HEX.fullmatch(text) else None


def read_instant(text: str) -> datetime | None:
    """An instant spelled `YYYY-MM-DDThh:mm:ss.sssZ`; None also where the calendar has no such day or second."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if write_instant(instant) == text else None  # 24:00 is the next day to some versions of Python


def write_instant(instant: datetime) -> str:
    """The millisecond an instant falls in, UTC; what is finer is dropped.

    >>> write_instant(datetime(2026, 1, 15, 8, 30, 0, 999_999, tzinfo=UTC))
    '2026-01-15T08:30:00.999Z'
    """
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
