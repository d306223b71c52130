"""The configuration of H.264 in MP4 and Matroska, and what a frame is made of.

Knows the record avcC, the numbers that parameter sets have, and the units of a frame; decodes no picture. Frames that were coded
elsewhere bring parameter sets of their own: these join the old ones under another number, so that both kinds of frames find
theirs and no frame that stays has to change.
Rules: ISO/IEC 14496-15 5.3.3.1 (avcC); ITU-T H.264 7.3 (units, ue(v)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hegui.kernel.source import MalformedError

__all__ = ["Avc", "is_closed", "joined", "relength", "units"]

IDR, SPS, PPS = 5, 7, 8
_WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134)
MOST_SETS = 31


@dataclass(frozen=True, slots=True)
class Avc:
    """The record.

    Attributes:
        profile, compatibility, level: of the stream.
        length: bytes of the size before each unit.
        sps, pps: the parameter sets.
        tail: what follows them.
    """

    profile: int
    compatibility: int
    level: int
    length: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    tail: bytes

    @classmethod
    def of(cls, data: bytes) -> Avc:
        """From its bytes. Raises MalformedError."""
        if len(data) < 7 or data[0] != 1:
            raise MalformedError("the configuration of H.264 is not what it must be", 0)
        sps, at = _sets(data, 6, data[5] & 31)
        if at >= len(data):
            raise MalformedError("the configuration of H.264 is cut", at)
        pps, at = _sets(data, at + 1, data[at])
        if not sps or not pps:
            raise MalformedError("the configuration of H.264 has no parameter sets", at)
        return cls(data[1], data[2], data[3], (data[4] & 3) + 1, sps, pps, data[at:])

    def record(self) -> bytes:
        """Its bytes."""
        head = bytes((1, self.profile, self.compatibility, self.level, 0xFC | self.length - 1))
        return head + _listed(self.sps, 0xE0) + _listed(self.pps, 0) + self.tail

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers that its parameter sets have."""
        found = {_golomb(_plain(one[4:24])) for one in self.sps if len(one) > 4}
        return frozenset(found | {_golomb(_plain(one[1:20])) for one in self.pps if len(one) > 1})

    def free_number(self) -> int | None:
        """A number that no set has; None where none is left."""
        return next((number for number in range(MOST_SETS + 1) if number not in self.numbers), None)


def joined(old: Avc, new: Avc) -> Avc | None:
    """The old record with the new sets behind its own; None where the two cannot stand in one."""
    if old.profile != new.profile or old.numbers & new.numbers or len(old.sps) + len(new.sps) > MOST_SETS:
        return None
    if old.profile in _WITH_CHROMA and old.tail[:3] and old.tail[:3] != new.tail[:3]:
        return None
    return replace(
        old, sps=old.sps + new.sps, pps=old.pps + new.pps, compatibility=old.compatibility & new.compatibility,
        level=max(old.level, new.level),
    )  # fmt: skip


def units(frame: bytes, length: int) -> Iterator[bytes]:
    """The units of a frame. Raises MalformedError where their sizes do not add up."""
    at = 0
    while at < len(frame):
        size = int.from_bytes(frame[at : at + length])
        if at + length > len(frame) or not 0 < size <= len(frame) - at - length:
            raise MalformedError("a frame of H.264 is not whole", at)
        yield frame[at + length : at + length + size]
        at += length + size


def is_closed(frame: bytes, length: int) -> bool:
    """Whether the frame is one that nothing after it looks past (IDR)."""
    return any(unit[0] & 31 == IDR for unit in units(frame, length))


def relength(frame: bytes, old: int, new: int) -> bytes:
    """The frame with sizes of another width. Raises MalformedError where a unit is too large for it."""
    if old == new:
        return frame
    parts = list(units(frame, old))
    if any(len(part) >> 8 * new for part in parts):
        raise MalformedError("a unit of H.264 is too large", 0)
    return b"".join(len(part).to_bytes(new) + part for part in parts)


def _sets(data: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    found = []
    for _ in range(count):
        size = int.from_bytes(data[at : at + 2])
        if at + 2 + size > len(data) or not size:
            raise MalformedError("the configuration of H.264 is cut", at)
        found.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    return tuple(found), at


def _listed(sets: tuple[bytes, ...], bits: int) -> bytes:
    return bytes((bits | len(sets),)) + b"".join(len(one).to_bytes(2) + one for one in sets)


def _plain(data: bytes) -> bytes:
    """The bytes without those that keep a start code from arising."""
    return data.replace(b"\0\0\3", b"\0\0")


def _golomb(data: bytes) -> int:
    """The number ue(v) at the start.

    >>> _golomb(b"\\x80"), _golomb(b"\\x40"), _golomb(b"\\x28")
    (0, 1, 4)
    """
    value = int.from_bytes(data[:8].ljust(8, b"\0"))
    zeros = 64 - value.bit_length()
    return (value >> 64 - 2 * zeros - 1) - 1 if zeros < 32 else 0
