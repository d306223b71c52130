"""Read a text the way its numbers are meant: full-width digits as digits, invisible characters as not there.

Knows characters and where each stood; knows no number. One character in gives one or none out, whatever stands beside it, so
a stream cut anywhere reads like the whole. More than MAX_RUN invisible characters in a row separate what they stand between.
Rules: Unicode East Asian Width (UAX #11) for full-width forms, general categories Mn, Me and Cf (UAX #44) for the invisible.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import NamedTuple

__all__ = ["BREAK", "MAX_RUN", "NOT_PLAIN", "Reading", "read", "read_value"]

BREAK = "\x02"
"""Stands where too many invisible characters stood; no number contains it. A raw U+0002 reads as a space."""

MAX_RUN = 64
"""Invisible characters in a row, count, that a number may contain in one place."""

_PLAIN = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_PLAIN |= {ord(c): "-" for c in "‐‑‒–—―−－﹣"} | {ord(c): " " for c in "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\x02"}
_PLAIN |= {ord("＠"): "@", ord("．"): ".", ord("＋"): "+", ord("＿"): "_", ord("％"): "%", ord("﹫"): "@"}
_TABLE: dict[int, str] = {code: chr(to) if isinstance(to, int) else str(to) for code, to in _PLAIN.items()}


def _invisible() -> str:
    """The characters nobody sees, as the inside of a character class. Ranges, so that the class stays small."""
    codes = [c for c in range(0x80, 0x10000) if unicodedata.category(chr(c)) in ("Mn", "Me", "Cf")]
    codes += range(
        0xE0000, 0xE01F0
    )  # tags and variation selectors; other marks beyond U+FFFF stand in historic scripts
    codes += [c for c in range(0x20) if c not in (2, 9, 10, 11, 12, 13)] + [0x7F, *range(0x80, 0xA0)]
    codes = sorted(set(codes) - {0x85})
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_INVISIBLE = _invisible()
_INVISIBLE_ONE = re.compile(f"[{_INVISIBLE}]")
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
_FOREIGN_ONES = re.escape("".join(map(chr, _TABLE)))
_FOREIGN = re.compile(f"[{_FOREIGN_ONES}]")
NOT_PLAIN = _FOREIGN_ONES + _INVISIBLE
"""The inside of a character class: what is read as something else, or not at all."""


def _plain(found: re.Match[str]) -> str:
    return _TABLE[ord(found[0])]


class Reading(NamedTuple):
    """Text as it is meant.

    Attributes:
        text: what is searched.
        starts: raw offset of each character of it, then the raw length; None when character i is raw character i.
        run: invisible characters at the very end, count; handed to the reading of what follows.
    """

    text: str
    starts: list[int] | None
    run: int

    def raw_start(self, at: int) -> int:
        """Raw offset at which character number `at` begins; the raw length for the number after the last."""
        return at if self.starts is None else self.starts[at]

    def raw_end(self, at: int) -> int:
        """Raw offset just after character number `at - 1`."""
        return at if self.starts is None else self.starts[at - 1] + 1

    def boundary(self, raw: int) -> int:
        """Number of the first character at or after a raw offset."""
        return raw if self.starts is None else bisect_left(self.starts, raw)


def read(text: str, run: int = 0) -> Reading:
    """The text as it is meant; `run` invisible characters stood right before it.

    >>> read("１３８\u200b0").text
    '1380'
    """
    plain = _FOREIGN.sub(_plain, text)
    if _INVISIBLE_ONE.search(plain) is None:
        return Reading(plain, None, 0 if text else run)
    pieces: list[str] = []
    starts: list[int] = []
    position = 0
    for found in _INVISIBLE_RUN.finditer(plain):
        pieces.append(plain[position : found.start()])
        starts.extend(range(position, found.start()))
        before = run if found.start() == 0 else 0
        position = found.end()
        length = before + position - found.start()
        if before <= MAX_RUN < length:
            pieces.append(BREAK)
            starts.append(found.start() + MAX_RUN - before)
        last_run = length if position == len(plain) else 0
    pieces.append(plain[position:])
    starts.extend(range(position, len(plain)))
    starts.append(len(plain))
    return Reading("".join(pieces), starts, min(last_run, MAX_RUN + 1))


def read_value(value: str) -> str:
    """One value as it is meant, for validating it.

    >>> read_value("１３８-0000")
    '138-0000'
    """
    return _INVISIBLE_RUN.sub("", value.translate(_TABLE))
