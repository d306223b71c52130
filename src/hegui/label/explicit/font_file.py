"""The bundled font, and what any OpenType font says about itself: which characters it has, and how wide they are.

Knows the tables cmap, hmtx and head of one font; draws nothing, so it needs no library. In the bundled font the CID of a glyph is
its index, which lets a PDF name glyphs by these numbers.
Rules: ISO/IEC 14496-22 (OpenType); the font is under the SIL Open Font License 1.1 (data/fonts/OFL.txt).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from hegui.label.explicit.faults import cannot_decode

__all__ = ["FontFile", "bundled", "font_file"]

_MOST = 64 << 20


@dataclass(frozen=True, eq=False)
class FontFile:
    """One font.

    Attributes:
        data: the file.
        tables: name → (offset, size).
    """

    data: bytes
    tables: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, data: bytes, where: str = "") -> FontFile:
        """The first font in the file. Raises LabelError (LBL105) where it is none."""
        try:
            start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
            count = struct.unpack_from(">H", data, start + 4)[0]
            rows = (struct.unpack_from(">4sIII", data, start + 12 + 16 * row) for row in range(count))
            font = cls(data, {name.decode("latin-1"): (at, size) for name, _, at, size in rows})
            font.glyphs()
        except (struct.error, KeyError, IndexError) as error:
            raise cannot_decode(where, "it is no OpenType font") from error
        return font

    def table(self, name: str) -> bytes:
        """The bytes of one table."""
        at, size = self.tables[name]
        return self.data[at : at + size]

    def glyphs(self) -> dict[int, int]:
        """Code point → glyph index."""
        return _glyphs(self.table("cmap"))

    def missing(self, text: str) -> str:
        """The characters of `text` that have no glyph, each once."""
        have = self.glyphs()
        return "".join(dict.fromkeys(character for character in text if not have.get(ord(character))))

    def widths(self) -> list[float]:
        """Advance width of each glyph in thousandths of an em."""
        per_em: int = struct.unpack_from(">H", self.table("head"), 18)[0]
        count: int = struct.unpack_from(">H", self.table("hhea"), 34)[0]
        rows = struct.unpack_from(">" + "Hh" * count, self.table("hmtx"))
        total: int = struct.unpack_from(">H", self.table("maxp"), 4)[0]
        own: list[float] = [width * 1000 / per_em for width in rows[::2]]
        return own + own[-1:] * (total - count)


def _glyphs(table: bytes) -> dict[int, int]:
    count = struct.unpack_from(">H", table, 2)[0]
    places = sorted({struct.unpack_from(">HHI", table, 4 + 8 * row)[2] for row in range(count)})
    found: dict[int, int] = {}
    for at in places:
        kind = struct.unpack_from(">H", table, at)[0]
        if kind == 4:
            found |= _by_segments(table, at)
        elif kind == 12:
            found |= _by_groups(table, at)
    return found


def _by_segments(table: bytes, at: int) -> dict[int, int]:
    """Format 4: runs of code points in the basic plane."""
    count = struct.unpack_from(">H", table, at + 6)[0] // 2
    form = f">{count}H"
    ends = struct.unpack_from(form, table, at + 14)
    starts = struct.unpack_from(form, table, at + 16 + 2 * count)
    deltas = struct.unpack_from(form, table, at + 16 + 4 * count)
    offsets = struct.unpack_from(form, table, at + 16 + 6 * count)
    found = {}
    for row, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = at + 16 + 6 * count + 2 * row + offset + 2 * (code - start)
                glyph = struct.unpack_from(">H", table, place)[0]
                if not glyph:
                    continue
            found[code] = (glyph + delta) & 0xFFFF
    return found


def _by_groups(table: bytes, at: int) -> dict[int, int]:
    """Format 12: runs of code points in all planes."""
    count = struct.unpack_from(">I", table, at + 12)[0]
    found = {}
    for row in range(min(count, len(table) // 12)):
        start, end, glyph = struct.unpack_from(">III", table, at + 16 + 12 * row)
        for code in range(start, min(end, 0x10FFFF, start + 0xFFFF) + 1):
            found[code] = glyph + code - start
    return found


@cache
def bundled() -> FontFile:
    """The font that comes with hegui."""
    return FontFile.of(files("hegui.label").joinpath("data/fonts/label.otf").read_bytes())


@cache
def font_file(path: Path | None) -> FontFile:
    """The bundled font, or one of the operator's own. Raises LabelError (LBL105)."""
    if path is None:
        return bundled()
    try:
        with path.open("rb") as file:
            data = file.read(_MOST)
    except OSError as error:
        raise cannot_decode(path.name, "the font cannot be read") from error
    return FontFile.of(data, path.name)
