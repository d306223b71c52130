"""Read a published tree from its tiles: entries, roots, and the proofs between any of its sizes.

Knows which tile holds which node. Keeps a few tiles at a time, whatever the size of the log. Knows no keys: a root read here
is what the tiles say, and is to be compared with a signed one.
Rules: docs/ledger-format.md §2 and §3.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from hegui.errors import InternalError
from hegui.kernel.merkle import Frontier, require_range, root_of
from hegui.kernel.merkle_proof import consistency_proof, inclusion_proof
from hegui.ledger.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileError,
    decode_bundle,
    decode_tile,
    tile_at,
)

__all__ = ["LedgerDamage", "ReadFile", "TileTree"]

ReadFile = Callable[[str], bytes | None]
"""Path below the prefix → the bytes of the file, None where there is none."""

_KEPT_TILES = 32


class LedgerDamage(InternalError):
    """The files of a log are missing, or contradict each other or its checkpoint."""


class TileTree:
    """A log at one published size, its files read when they are needed."""

    def __init__(self, read: ReadFile, size: int) -> None:
        self.size = size
        self._read = read
        # Around a function that does not hold the tree: else its tiles would stay until the garbage collector comes by.
        self._hashes = lru_cache(maxsize=_KEPT_TILES)(lambda row, index: _read_hashes(read, size, row, index))

    def node(self, level: int, number: int) -> bytes:
        """The hash of the perfect subtree over the leaves [number << level, (number + 1) << level), within the size."""
        row, height = divmod(level, TILE_HEIGHT)
        index, start = divmod(number << height, TILE_WIDTH)
        hashes = self._hashes(row, index)
        return root_of(hashes[start : start + (1 << height)])

    def frontier(self, size: int | None = None) -> Frontier:
        """What appending to the tree at `size` (by default all of it) needs to know."""
        return Frontier.read(self._within(size), self.node)

    def root(self, size: int | None = None) -> bytes:
        """The root at `size`, 32 bytes; reads O(log size) nodes."""
        return self.frontier(size).root()

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The path from leaf `index` to the root at `size`. Raises MerkleError (LED001) outside the tree."""
        return inclusion_proof(index, self._within(size), self.node)

    def consistency(self, old_size: int, new_size: int | None = None) -> list[bytes]:
        """That the tree at `new_size` begins with the one at `old_size`. Raises MerkleError (LED001) outside the tree."""
        return consistency_proof(old_size, self._within(new_size), self.node)

    def entry(self, index: int) -> bytes:
        """The bytes of one entry. Raises MerkleError (LED001) outside the tree."""
        require_range(0 <= index < self.size, f"there is no leaf {index} in a tree of {self.size}")
        return self.bundle(index // TILE_WIDTH)[index % TILE_WIDTH]

    def bundle(self, index: int) -> list[bytes]:
        """The entries of one bundle, as many as the size has. Raises LedgerDamage (LED080, LED081)."""
        width = tile_at(0, index, self.size).width
        return _read_tile(self._read, Tile(None, index, width), decode_bundle)

    def tile(self, row: int, index: int) -> list[bytes]:
        """The hashes of one tile, as many as the size has. Raises LedgerDamage (LED080, LED081)."""
        return list(self._hashes(row, index))

    def edge(self, row: int) -> list[bytes]:
        """The hashes of the partial tile at the end of a level; empty where it has none."""
        index, width = divmod(self.size >> (TILE_HEIGHT * row), TILE_WIDTH)
        return list(self._hashes(row, index)) if width else []

    def _within(self, size: int | None) -> int:
        if size is None:
            return self.size
        require_range(0 <= size <= self.size, f"the tree has {self.size} leaves, not {size}")
        return size


def _read_hashes(read: ReadFile, size: int, row: int, index: int) -> list[bytes]:
    return _read_tile(read, tile_at(row, index, size), decode_tile)


def _read_tile(read: ReadFile, tile: Tile, decode: Callable[[bytes, int], list[bytes]]) -> list[bytes]:
    """The items of a tile; a full one may stand in the place of a partial one."""
    for found in (tile,) if tile.is_full else (tile, tile.full):
        data = read(found.path)
        if data is not None:
            try:
                return decode(data, found.width)[: tile.width]
            except TileError as error:
                raise LedgerDamage("LED081", found.path, error.problem, _RESTORE) from None
    raise LedgerDamage("LED080", tile.path, "the file is missing", _RESTORE)


_RESTORE = "Restore it from a copy of the log; every copy of a tile is the same."
