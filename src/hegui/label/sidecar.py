"""A sidecar file (旁路文件): the label beside a file that has no place for one, bound to it by its digests.

Knows the name and the text of such a file, and whether it belongs to another one; writes nothing to disk. A sidecar is no
implicit label in the metadata of the file, and is never told as one: it travels alone, and may get lost.
Rules: our proposal, for formats in which no guide names a place; the label is the object of GB 45438-2025 Annex E b), the
digests are SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016) of the whole file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes

from hegui.kernel.source import Source
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.findings import seen
from hegui.label.spellings import Spelt, parse
from hegui.label.text_file import reveal

__all__ = ["LONGEST", "SUFFIX", "Sidecar", "made", "read_sidecar", "sidecar_name"]

SUFFIX = ".aigc.json"
LONGEST = 1 << 18
"""Bytes of a sidecar file that is read."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a sidecar file says.

    Attributes:
        label: the label, with what is odd about its spelling.
        name: the file's name, without a folder.
        size: bytes of the file.
        sha256, sm3: digests of the file, 64 hex digits each.
    """

    label: Spelt
    name: str
    size: int
    sha256: str
    sm3: str

    def require(self, source: Source, where: str) -> None:
        """That this sidecar belongs to the file; its name may have changed, its bytes may not. Raises LabelError (LBL087)."""
        if (self.size, self.sha256, self.sm3) != (source.size, *_digests(source)):
            raise LabelError("LBL087", where, "the sidecar file belongs to other bytes than these",
                             "Look for the file it was written for, or have the sidecar written again.")  # fmt: skip


def sidecar_name(name: str) -> str:
    """What the sidecar of a file is called.

    >>> sidecar_name("photo.bmp")
    'photo.bmp.aigc.json'
    """
    return name + SUFFIX


def made(name: str, source: Source, label: AigcLabel) -> bytes:
    """The text of the sidecar file: the wrapped label, and what binds it to the file.

    >>> made("a.txt", Source.of(b"abc"), AigcLabel.first("P", "1"))[:30]
    b'{"AIGC":{"Label":"1","ContentP'
    """
    sha256, sm3 = _digests(source)
    name = reveal(name.replace("\\", "/").rpartition("/")[2])
    bound = orjson.dumps({"File": {"Name": name, "Size": source.size, "SHA-256": sha256, "SM3": sm3}}).decode()
    return f"{label.wrapped()[:-1]},{bound[1:]}\n".encode()


def read_sidecar(data: bytes, where: str) -> Sidecar:
    """What a sidecar file says. Raises LabelError (LBL086) for what is none."""
    value: Any = None
    if len(data) <= LONGEST:
        try:
            value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            value = None
    file = value.get("File") if isinstance(value, dict) else None
    label = parse(orjson.dumps({"AIGC": value.get("AIGC")}).decode()) if isinstance(value, dict) else None
    if label is None or not isinstance(file, dict):
        raise _no_sidecar(where, "it holds no label and no file")
    name, size, sha256, sm3 = (file.get(key) for key in ("Name", "Size", "SHA-256", "SM3"))
    if not isinstance(name, str) or type(size) is not int or not _is_digest(sha256) or not _is_digest(sm3):
        raise _no_sidecar(where, "it does not say to which file it belongs")
    return Sidecar(label, seen(name, 255), size, str(sha256).lower(), str(sm3).lower())


def _digests(source: Source) -> tuple[str, str]:
    """SHA-256 and SM3 of the whole file, in hex."""
    sha256, sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())
    for piece in source.pieces(0, source.size):
        sha256.update(piece)
        sm3.update(piece)
    return sha256.hexdigest(), sm3.finalize().hex()


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value.lower()) <= set("0123456789abcdef")


def _no_sidecar(where: str, problem: str) -> LabelError:
    return LabelError("LBL086", where, f"this is no sidecar file: {problem}",
                      "Have it written again beside the file it belongs to, with --sidecar.")  # fmt: skip
