"""The names of the streams in a compound file (OLE): an office file with a password is one, and so is one of the old kinds.

Knows the header and the chain of the directory; knows no stream's content, and decrypts nothing.
Works by a walk of at most 64 sectors of the directory, each looked up in the allocation table; a damaged file gives the names that
were found.
Rules: [MS-CFB] 2.2 and 2.6; [MS-OFFCRYPTO] 2.3 for the name of an encrypted package.
"""

from __future__ import annotations

import struct

from hegui.kernel.source import MalformedError, Source

__all__ = ["MAGIC", "stream_names", "why_unreadable"]

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER, _TABLES, _ENTRY = 512, 109, 128
_MAX_SECTORS = 64
_LAST = 0xFFFF_FFFA
"""Sector numbers from here on mean something else than a sector."""


def why_unreadable(source: Source) -> tuple[str, str]:
    """The reason of a gap, and the words for whoever wants a label in the file."""
    if "EncryptedPackage" in stream_names(source):
        return "encrypted", "it is encrypted with a password"
    return "old binary format", "it is of the old binary kind (.doc, .xls, .ppt)"


def stream_names(source: Source) -> set[str]:
    """The names in the directory, as far as it can be walked."""
    names: set[str] = set()
    try:
        header = source.at(0, _HEADER)
        shift = int.from_bytes(header[30:32], "little")
        if header[:8] != MAGIC or shift not in (9, 12):
            return names
        tables = struct.unpack_from(f"<{_TABLES}I", header, 76)
        sector = int.from_bytes(header[48:52], "little")
        for _ in range(_MAX_SECTORS):
            if sector >= _LAST:
                break
            names.update(_names(source.at((sector + 1) << shift, 1 << shift)))
            sector = _next(source, sector, shift, tables)
    except MalformedError:
        pass
    return names


def _next(source: Source, sector: int, shift: int, tables: tuple[int, ...]) -> int:
    table, at = divmod(sector, (1 << shift) // 4)
    if table >= len(tables) or tables[table] >= _LAST:
        return _LAST
    return int.from_bytes(source.at(((tables[table] + 1) << shift) + 4 * at, 4), "little")


def _names(sector: bytes) -> list[str]:
    found = []
    for at in range(0, len(sector), _ENTRY):
        size = int.from_bytes(sector[at + 64 : at + 66], "little")
        if 2 <= size <= 64:
            found.append(sector[at : at + size - 2].decode("utf-16-le", "replace"))
    return found
