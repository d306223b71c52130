"""The names things are given: exchanges by time and chance, end users by a keyed pseudonym.

Knows no clock and no source of chance: callers hand in the instant and the random bytes. Reads nothing back
out of a name. Works on 130 bits written as 26 characters of Crockford's base32, whose alphabet is in ASCII
order, so that text sorts as the number does.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache

__all__ = ["ALPHABET", "RANDOM_BYTES", "RandomBytes", "new_exchange_id", "pseudonym"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

RANDOM_BYTES = 10
"""Random bytes in an exchange's id: 80 bits."""

_PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)


_RANDOM_SHIFTS = tuple(range(70, -10, -10))


@lru_cache(maxsize=16)
def _spell_instant(now_ms: int) -> str:
    """The first ten characters of an id: requests of one millisecond share them."""
    return "".join([_PAIRS[now_ms >> shift & 1023] for shift in range(40, -10, -10)])


def _spell(number: int) -> str:
    """130 bits as 26 characters, ten bits at a time."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -10, -10)])


class RandomBytes:
    """Random bytes, asked for by the page: a system call for each id cost more than spelling it. Not to be forked.

    Args:
        source: gives that many bytes, such as `os.urandom`.
    """

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self._source = source
        self._page = b""
        self._used = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes; none is given twice."""
        begin, self._used = self._used, self._used + count
        if self._used > len(self._page):
            self._page = self._source(max(count, 4096))
            begin, self._used = 0, count
        return self._page[begin : self._used]


def new_exchange_id(now_ms: int, random_bytes: bytes) -> str:
    """An id of 26 characters that sorts by time and cannot be guessed.

    Args:
        now_ms: milliseconds since 1970 UTC, below 2**48 (the year 10889).
        random_bytes: exactly 10 bytes from a cryptographic source.

    >>> new_exchange_id(1_700_000_000_000, bytes(10))
    '01HF7YAT000000000000000000'
    """
    if len(random_bytes) != RANDOM_BYTES or not 0 <= now_ms < 1 << 48:
        raise ValueError(f"an id needs {RANDOM_BYTES} random bytes and 48 bits of milliseconds")
    number = int.from_bytes(random_bytes, "big")
    pairs = _PAIRS
    return _spell_instant(now_ms) + "".join([pairs[number >> shift & 1023] for shift in _RANDOM_SHIFTS])


def pseudonym(secret: bytes, application_id: str, user: str) -> str:
    """The name under which an end user is written down: same person, application and secret, same name.

    HMAC-SHA256 over application and user, cut to 130 bits. Without the secret nobody can tell who it is,
    nor that two applications have a user in common. The application's id holds no NUL, so the NUL between
    is unambiguous.

    >>> pseudonym(bytes(32), "app-1", "alice")
    'u-AKESSMKDRA3HKD7JRB9NSKFCY3'
    """
    message = f"{application_id}\0{user}".encode(errors="surrogatepass")
    digest = hmac.digest(secret, message, hashlib.sha256)
    return "u-" + _spell(int.from_bytes(digest[:17], "big") >> 6)
