"""The frame in front of an MP3 that holds no sound but counts: Xing, Info or VBRI, with what LAME adds.

Knows where its fields stand and how they change when frames come in front or behind; decodes nothing. The counts, the table by
which players seek, LAME's length and both its check sums are made right; the check sum over all the sound is worked out from
the old one and that of the new frames, without reading the file.
Rules: the descriptions of the Xing and LAME tags that players follow; no standard has them. CRC-16 of polynomial 8005, mirrored.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

__all__ = ["Added", "is_info", "updated"]

_FRAMES, _BYTES, _TOC, _QUALITY = 1, 2, 4, 8
LAME = 36
"""Bytes of what LAME adds."""


class Added(NamedTuple):
    """Frames that are added.

    Attributes:
        frames: how many.
        data: their bytes.
        in_front: whether they stand before the sound or behind it.
    """

    frames: int
    data: bytes
    in_front: bool


def is_info(frame: bytes) -> bool:
    """Whether a frame of layer 3 is one that only counts."""
    return frame[_place(frame) : _place(frame) + 4] in (b"Xing", b"Info") or frame[36:40] == b"VBRI"


def updated(frame: bytes, added: Added) -> bytes:
    """The frame after frames were added; as it is where it has no counts."""
    at = _place(frame)
    if frame[at : at + 4] not in (b"Xing", b"Info"):
        return _from_vbri(frame, at, added)
    out = bytearray(frame)
    flags, field = _number(frame, at + 4), at + 8
    frames = size = 0
    if flags & _FRAMES:
        frames = _number(frame, field)
        _set(out, field, frames + added.frames)
        field += 4
    if flags & _BYTES:
        size = _number(frame, field)
        _set(out, field, size + len(added.data))
        field += 4
    if flags & _TOC:
        if frames and size and len(frame) >= field + 100:
            out[field : field + 100] = _table(frame[field : field + 100], frames, size, added)
        field += 100
    field += 4 if flags & _QUALITY else 0
    if len(frame) >= field + LAME and frame[field : field + 4] in (b"LAME", b"Lavf", b"Lavc", b"GOGO", b"L3.9"):
        _lame(out, field, size, added)
    return bytes(out)


def _place(frame: bytes) -> int:
    """Where the tag stands: behind the side information, whose size version and channels tell."""
    is_first, is_mono = frame[1] & 8, frame[3] >> 6 == 3
    return 4 + (17 if is_mono else 32) if is_first else 4 + (9 if is_mono else 17)


def _table(old: bytes, frames: int, size: int, added: Added) -> bytes:
    """For each hundredth of the time, the share of the bytes in 256ths."""
    whole, total = frames + added.frames, size + len(added.data)
    first = added.frames if added.in_front else 0
    found = bytearray()
    for step in range(100):
        at = step / 100 * whole
        if added.in_front and at < first:
            place = at / added.frames * len(added.data)
        elif at - first < frames:
            share = (at - first) / frames * 100
            low = int(share)
            points = [*old, 256]
            place = (points[low] + (points[low + 1] - points[low]) * (share - low)) / 256 * size
            place += len(added.data) if added.in_front else 0
        else:
            place = size + (at - frames) / added.frames * len(added.data)
        found.append(min(255, int(256 * place / total)))
    return bytes(found)


def _lame(out: bytearray, at: int, size: int, added: Added) -> None:
    """Length and check sums of LAME's part. Behind the sound its last frame is no longer the last, so nothing of that is cut."""
    if not added.in_front:
        out[at + 22] &= 0xF0
        out[at + 23] = 0
    length = _number(out, at + 28)
    if length:
        _set(out, at + 28, length + len(added.data))
    sound = int.from_bytes(out[at + 32 : at + 34])
    music = (length or size) - len(out)
    if sound and music > 0:
        new = checksum(added.data)
        behind, before, count = (sound, new, music) if added.in_front else (new, sound, len(added.data))
        out[at + 32 : at + 34] = (_behind_zeros(before, count) ^ behind).to_bytes(2)
    out[at + 34 : at + 36] = checksum(bytes(out[: at + 34])).to_bytes(2)


def _from_vbri(frame: bytes, at: int, added: Added) -> bytes:
    """A Xing tag in the place of one of Fraunhofer's, whose table cannot be mended."""
    size, frames = _number(frame, 46), _number(frame, 50)
    out = bytearray(frame[:at].ljust(4, b"\0") + bytes(len(frame) - at))
    out[4:at] = bytes(at - 4)
    out[at : at + 16] = b"".join((
        b"Xing", (_FRAMES | _BYTES).to_bytes(4), (frames + added.frames & 0xFFFF_FFFF).to_bytes(4),
        (size + len(added.data) & 0xFFFF_FFFF).to_bytes(4),
    ))  # fmt: skip
    return bytes(out[: len(frame)])


def _number(data: bytes | bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + 4])


def _set(out: bytearray, at: int, value: int) -> None:
    if at + 4 <= len(out):
        out[at : at + 4] = (value & 0xFFFF_FFFF).to_bytes(4)


def checksum(data: bytes) -> int:
    """CRC-16, mirrored, beginning with zero.

    >>> hex(checksum(b"123456789"))
    '0xbb3d'
    """
    value, table = 0, _steps()
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 0xFF]
    return value


@cache
def _steps() -> tuple[int, ...]:
    found = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
        found.append(value)
    return tuple(found)


def _behind_zeros(value: int, count: int) -> int:
    """The check sum after `count` more zero bytes, by squaring the step as a matrix.

    >>> _behind_zeros(checksum(b"abc"), 1000) == checksum(b"abc" + bytes(1000))
    True
    """
    step = [(bit >> 8) ^ _steps()[bit & 0xFF] for bit in (1 << at for at in range(16))]
    while count:
        if count & 1:
            value = _times(step, value)
        step = [_times(step, row) for row in step]
        count >>= 1
    return value


def _times(matrix: list[int], value: int) -> int:
    found = 0
    for at in range(16):
        if value >> at & 1:
            found ^= matrix[at]
    return found
