"""Pictures and speech of the demonstration: plain colours and a tone, so that labels have something to stand in.

Knows two small formats, written by hand; knows no model: a picture's colour follows from its prompt, a tone's pitch from its text.
"""

from __future__ import annotations

import base64
import hashlib
import math
import struct
import zlib
from typing import Any

__all__ = ["pictures", "speech"]

SIDE = 256
"""Pixels of a picture's side."""
RATE = 16_000
"""Samples of speech a second."""


def pictures(prompt: str, count: int, created: int) -> dict[str, Any]:
    """An answer of /v1/images/generations: so many pictures in one colour each, in Base64."""
    rows = [{"b64_json": base64.b64encode(_png(f"{prompt}\n{number}")).decode("ascii")} for number in range(count)]
    return {"created": created, "data": rows}


def speech(text: str) -> bytes:
    """A tone in a WAV file, a twentieth of a second for each character and three seconds at the most."""
    pitch = 300 + hashlib.sha256(text.encode()).digest()[0]
    count = int(RATE * min(3.0, 0.05 * max(1, len(text))))
    samples = (int(8_000 * math.sin(2 * math.pi * pitch * at / RATE)) for at in range(count))
    data = b"".join(struct.pack("<h", sample) for sample in samples)
    form = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _png(seed: str) -> bytes:
    red, green, blue = hashlib.sha256(seed.encode()).digest()[:3]
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes((red, green, (blue + row // 4) & 255)) * SIDE for row in range(SIDE))
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
