"""What a watermark says, and the secret it is said in: 32 bits that stand for a content's number, and a key of 32 bytes.

Knows how a number becomes 32 bits and how a key is read from its file; knows no picture. 32 bits name no content for sure: of
many numbers some share them; the ledger tells which of them were given out.
Rules: none; this is our own.
"""

from __future__ import annotations

import hashlib
import re
import stat
from pathlib import Path

from hegui.label.watermark.faults import bad_key, bad_payload

__all__ = ["KEY_SIZE", "payload_of", "read_key", "read_payload"]

KEY_SIZE = 32
_HEX = re.compile(rb"[0-9A-Fa-f]{64}")


def payload_of(number: str) -> int:
    """The 32 bits for a content's number: the first four bytes of its SHA-256.

    >>> f"{payload_of('01JC-7f3a'):08x}"
    '31a9eee8'
    """
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:4])


def read_payload(text: str) -> int:
    """From eight hexadecimal digits. Raises LabelError (LBL148)."""
    if not re.fullmatch(r"[0-9A-Fa-f]{8}", text):
        raise bad_payload(text)
    return int(text, 16)


def read_key(path: Path) -> bytes:
    """From a file of 32 bytes, or of 64 hexadecimal digits, its owner's alone. Raises LabelError (LBL148)."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        with path.open("rb") as file:
            data = file.read(KEY_SIZE * 3)
    except OSError as error:
        raise bad_key(str(path), f"it cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise bad_key(str(path), f"others than its owner may use the file (mode {mode:04o})")
    if len(data) == KEY_SIZE:
        return data
    if _HEX.fullmatch(data.strip()):
        return bytes.fromhex(data.strip().decode("ascii"))
    raise bad_key(str(path), f"it has {len(data)} bytes, and 32 are needed")
