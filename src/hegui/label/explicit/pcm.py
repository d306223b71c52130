"""Samples of sound as bytes: every width and kind that WAV has, to and from values between -1 and 1.

Knows unsigned 8 bits, signed 16, 24 and 32, floats of 32 and 64, and the two laws of G.711; knows no container. A sample that
has fewer valid bits than its bytes holds them at the top, as WAV wants it. Works on arrays, without any library.
Rules: Multimedia Programming Interface (WAV: 8 bits are unsigned, others signed); ITU-T G.711.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

__all__ = ["Kind", "Samples"]

Kind = Literal["integer", "float", "alaw", "ulaw"]


@dataclass(frozen=True, slots=True)
class Samples:
    """How samples lie.

    Attributes:
        kind: what they are.
        width: bytes of one.
        bits: of these, how many are used, from the top.
        channels: samples of a frame.
        rate: frames a second.
    """

    kind: Kind
    width: int
    bits: int
    channels: int
    rate: int

    @property
    def frame(self) -> int:
        """Bytes of a frame."""
        return self.width * self.channels

    @property
    def is_known(self) -> bool:
        """Whether they are of a kind that is handled."""
        widths = {"integer": (1, 2, 3, 4), "float": (4, 8), "alaw": (1,), "ulaw": (1,)}
        return self.width in widths[self.kind] and 0 < self.bits <= 8 * self.width

    def packed(self, wave: Iterable[float]) -> bytes:
        """The wave in every channel, as bytes."""
        one = self._one(wave)
        if self.channels == 1:
            return one
        out = bytearray(len(one) * self.channels)
        for channel in range(self.channels):
            for byte in range(self.width):
                out[channel * self.width + byte :: self.frame] = one[byte :: self.width]
        return bytes(out)

    def mono(self, data: bytes) -> array[float]:
        """The first channel of whole frames."""
        count = len(data) // self.frame
        one = bytearray(count * self.width)
        for byte in range(self.width):
            one[byte :: self.width] = data[byte : count * self.frame : self.frame]
        return self._values(bytes(one))

    def _one(self, wave: Iterable[float]) -> bytes:
        """One channel."""
        if self.kind == "float":
            return _little(array("f" if self.width == 4 else "d", wave))
        if self.kind != "integer":
            table = _law(self.kind)
            return bytes(_coded(table, value) for value in wave)
        top, unused = (1 << self.bits - 1) - 1, 8 * self.width - self.bits
        whole = [max(-top, min(top, round(value * top))) << unused for value in wave]
        if self.width == 1:
            return bytes(value + 128 for value in whole)
        if self.width == 2:
            return _little(array("h", whole))
        wide = _little(array("i", [value << 8 for value in whole] if self.width == 3 else whole))
        if self.width == 4:
            return wide
        out = bytearray(3 * len(whole))
        for byte in range(3):
            out[byte::3] = wide[byte + 1 :: 4]
        return bytes(out)

    def _values(self, one: bytes) -> array[float]:
        if self.kind == "float":
            values = array("f" if self.width == 4 else "d", one)
            if sys.byteorder == "big":
                values.byteswap()
            return array("d", (value if -4 < value < 4 else 0.0 for value in values))
        if self.kind != "integer":
            table = [value / 32768 for value in _law(self.kind)]
            return array("d", (table[code] for code in one))
        if self.width == 1:
            return array("d", ((value - 128) / 128 for value in one))
        if self.width == 3:
            wide = bytearray(len(one) // 3 * 4)
            for byte in range(3):
                wide[byte + 1 :: 4] = one[byte::3]
            one = bytes(wide)
        whole = array("h" if self.width == 2 else "i", one)
        if sys.byteorder == "big":
            whole.byteswap()
        scale = 1 / (1 << 8 * whole.itemsize - 1)
        return array("d", (value * scale for value in whole))


def _little(values: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _coded(table: tuple[int, ...], value: float) -> int:
    """The code whose value is closest."""
    values, codes = _ordered(table)
    wanted = value * 32768
    at = min(max(bisect_left(values, wanted), 1), len(values) - 1)
    return codes[at if values[at] - wanted < wanted - values[at - 1] else at - 1]


@cache
def _ordered(table: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The values from low to high, and the code of each; of two codes for zero the higher, which is the usual one."""
    ordered = sorted({value: code for code, value in enumerate(table)}.items())
    return tuple(value for value, _ in ordered), tuple(code for _, code in ordered)


@cache
def _law(kind: Kind) -> tuple[int, ...]:
    """The values of the 256 codes, of 16 bits.

    >>> _law("ulaw")[0], _law("ulaw")[255], _law("alaw")[0x2A], _law("alaw")[0xD5]
    (-32124, 0, -32256, 8)
    """
    return tuple((_ulaw if kind == "ulaw" else _alaw)(code) for code in range(256))


def _ulaw(code: int) -> int:
    code ^= 0xFF
    value = ((code & 15) << 3) + 132 << (code >> 4 & 7)
    return 132 - value if code & 0x80 else value - 132


def _alaw(code: int) -> int:
    code ^= 0x55
    exponent, value = code >> 4 & 7, (code & 15) << 4
    value = value + 8 if not exponent else value + 264 << exponent - 1
    return value if code & 0x80 else -value
