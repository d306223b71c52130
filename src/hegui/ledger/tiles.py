"""The files a tree is kept in: their paths, their bytes, and which of them a growth writes.

Knows the grid of tiles, 256 hashes wide, and of bundles, 256 entries long. Knows no folder and no network: whoever stores
them is handed a path and bytes. Works by arithmetic on sizes alone.
Rules: C2SP tlog-tiles; docs/ledger-format.md §3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from hegui.errors import InputError
from hegui.kernel.merkle import HASH_SIZE, MAX_SIZE
from hegui.ledger.entry import MAX_ENTRY_BYTES

__all__ = [
    "CHECKPOINT_PATH", "TILE_HEIGHT", "TILE_WIDTH", "Tile", "TileError", "decode_bundle", "decode_tile", "encode_bundle",
    "encode_tile", "tile_at", "tiles_of_growth",
]  # fmt: skip

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
CHECKPOINT_PATH = "checkpoint"

_LENGTH_SIZE = 2
_MAX_LEVEL = 63
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


class TileError(InputError):
    """A path that names no tile, or bytes that are not the tile the path names."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One file of the grid.

    Attributes:
        level: of a tile, 0…63; None for a bundle of entries, which lies below level 0.
        index: counted from the left within the level.
        width: hashes or entries in it, 1…256; below 256 it is partial.
    """

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not (0 <= (self.level or 0) <= _MAX_LEVEL and 0 <= self.index <= MAX_SIZE and 1 <= self.width <= TILE_WIDTH):
            _refuse("path", "there is no tile of this level, index and width")

    @property
    def is_full(self) -> bool:
        """Whether nothing can be added to it."""
        return self.width == TILE_WIDTH

    @property
    def full(self) -> Tile:
        """The full tile in the same place, which begins with this one's bytes."""
        return Tile(self.level, self.index)

    @property
    def path(self) -> str:
        """Below the prefix of the log, with `/` between its parts.

        >>> Tile(0, 1234067).path, Tile(None, 0, 5).path
        ('tile/0/x001/x234/067', 'tile/entries/000.p/5')
        """
        groups, rest = [f"{self.index % 1000:03d}"], self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.is_full else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    @classmethod
    def parse(cls, path: str) -> Tile:
        """Read a path; only its one spelling. Raises TileError (LED060)."""
        match = _PATH.fullmatch(path)
        if match is None or len(path) > 80:
            _refuse("path", "it does not name a tile")
        level, groups, width = match.groups()
        index = int(groups.replace("x", "").replace("/", ""))
        tile = cls(None if level == "entries" else int(level), index, TILE_WIDTH if width is None else int(width))
        if tile.path != path:
            _refuse("path", "it is not the one spelling of this tile")
        return tile


def tile_at(level: int, index: int, size: int) -> Tile:
    """The tile as it is in a tree of `size`, full or partial. Raises TileError (LED060) where it holds nothing."""
    return Tile(level, index, min(TILE_WIDTH, _width(level, size) - index * TILE_WIDTH))


def tiles_of_growth(old_size: int, new_size: int) -> Iterator[Tile]:
    """Every file that a growth writes: bundles first, then tiles, lower levels first, each from the left.

    Files of the old size are not among them: those of a size once published never change. At the end of its level a partial
    file may be followed by another one in the same place at the next growth.
    """
    yield from (Tile(None, tile.index, tile.width) for tile in _row(0, old_size, new_size))
    level = 0
    while _width(level, new_size):
        yield from _row(level, old_size, new_size)
        level += 1


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    """Hashes of 32 bytes, joined."""
    if not 1 <= len(hashes) <= TILE_WIDTH or any(len(value) != HASH_SIZE for value in hashes):
        _refuse("tile", f"a tile holds 1 to {TILE_WIDTH} hashes of {HASH_SIZE} bytes")
    return b"".join(hashes)


def decode_tile(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile of this width. Raises TileError (LED061) where the length is another."""
    if len(data) != width * HASH_SIZE:
        raise TileError("LED061", "tile", f"it has {len(data)} bytes, not {width * HASH_SIZE}", "Fetch it again.")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries of 1 to 65,535 bytes, the length of each before it (uint16, big-endian)."""
    if not 1 <= len(entries) <= TILE_WIDTH or not all(1 <= len(entry) <= MAX_ENTRY_BYTES for entry in entries):
        _refuse("bundle", f"a bundle holds 1 to {TILE_WIDTH} entries of 1 to {MAX_ENTRY_BYTES} bytes")
    return b"".join([len(entry).to_bytes(_LENGTH_SIZE, "big") + entry for entry in entries])


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle of this width. Raises TileError (LED062) where they do not fill it exactly."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        end = at + _LENGTH_SIZE + int.from_bytes(data[at : at + _LENGTH_SIZE], "big")
        entries.append(data[at + _LENGTH_SIZE : end])
        at = end
    if at != len(data) or len(entries) != width or not all(entries):
        problem = f"its bytes are not {width} entries with their lengths"
        raise TileError("LED062", "bundle", problem, "Fetch it again.")
    return entries


def _width(level: int, size: int) -> int:
    """Hashes of a whole level."""
    return size >> (TILE_HEIGHT * level)


def _row(level: int, old_size: int, new_size: int) -> Iterator[Tile]:
    old, new = _width(level, old_size), _width(level, new_size)
    if old < new:
        for index in range(old // TILE_WIDTH, (new - 1) // TILE_WIDTH + 1):
            yield tile_at(level, index, new_size)


def _refuse(where: str, problem: str) -> NoReturn:
    raise TileError("LED060", where, problem, "Compare it with the table of paths in docs/ledger-format.md §3.")
