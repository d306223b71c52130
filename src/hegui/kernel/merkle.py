"""Hash a growing list into a Merkle tree, holding no more of it than its edge.

Knows bytes and integers: leaf hashes, positions, sizes. Knows no entries, files or keys, and not where nodes are kept;
proofs are next door, in `merkle_proof`.
Works on perfect subtrees: `node(level, index)` is the hash over the leaves [index << level, (index + 1) << level). Such a
node never changes once its last leaf is there, so tiles, memory or a database can serve it, and a tree of n leaves is known
by at most log2 n of them. Every hash is 32 bytes, checked wherever one comes in, or two joined could be cut anew.
Rules: RFC 9162 §2.1 (the hashing of RFC 6962 §2.1), with SHA-256.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from hegui.errors import InputError

__all__ = [
    "EMPTY_ROOT", "HASH_SIZE", "MAX_SIZE", "Frontier", "MerkleError", "Node", "NodeReader",
    "leaf_hash", "node_hash", "range_hash", "require_hashes", "require_range", "root_of",
]  # fmt: skip

HASH_SIZE = 32
"""Bytes of a hash."""
MAX_SIZE = 2**63 - 1
"""Leaves of the largest tree; what the other readers of the format hold in a signed 64-bit integer."""
EMPTY_ROOT = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""(level, index) → 32 bytes. Asked only for nodes whose leaves are all below the size in question."""


class MerkleError(InputError):
    """A position outside the tree, or something that is no hash."""


class Node(NamedTuple):
    """A perfect subtree: over 2**level leaves, counted from the left within its level, its hash of 32 bytes."""

    level: int
    number: int
    value: bytes


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), 32 bytes.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), 32 bytes; both must be hashes."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that appending needs to know of a tree.

    Attributes:
        size: leaves so far.
        peaks: hashes of the perfect subtrees that cover them, the largest and leftmost first; one per 1 bit of `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        require_range(0 <= self.size <= MAX_SIZE, f"the size {self.size} is not within 0 and 2**63 - 1")
        require_range(len(self.peaks) == self.size.bit_count(), "a frontier has one peak per 1 bit of its size")
        require_hashes("frontier", *self.peaks)

    @classmethod
    def read(cls, size: int, node: NodeReader) -> Frontier:
        """The frontier of a stored tree, from at most 63 of its nodes."""
        return cls(size, tuple(_read_peaks(0, size, node)))

    def extend(self, leaf_hashes: Iterable[bytes]) -> tuple[Frontier, list[Node]]:
        """Append leaf hashes; returns the new frontier and every node that became complete, children before parents.

        Raises MerkleError (LED002) for anything that is not 32 bytes, (LED001) beyond MAX_SIZE leaves.
        """
        size, peaks, made = self.size, list(self.peaks), []
        for value in leaf_hashes:
            require_hashes("leaf hash", value)
            level, index = 0, size
            made.append(Node(level, index, value))
            while index & 1:
                value = node_hash(peaks.pop(), value)
                level, index = level + 1, index >> 1
                made.append(Node(level, index, value))
            peaks.append(value)
            size += 1
        return Frontier(size, tuple(peaks)), made

    def root(self) -> bytes:
        """The root hash at this size, 32 bytes (RFC 9162 §2.1.1)."""
        return _fold(self.peaks) if self.peaks else EMPTY_ROOT


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over a whole list of leaf hashes, 32 bytes (RFC 9162 §2.1.1); `EMPTY_ROOT` for none.

    Level by level, the last node of an odd level going up as it is: the same tree as by splitting, at half the cost.
    """
    level = list(leaf_hashes)
    require_hashes("leaf hash", *level)
    while len(level) > 1:
        joined = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = joined + level[len(joined) * 2 :]
    return level[0] if level else EMPTY_ROOT


def range_hash(start: int, end: int, node: NodeReader) -> bytes:
    """The Merkle tree hash of the leaves [start, end), not empty; `start` is a multiple of a power of two ≥ end − start."""
    return _fold(list(_read_peaks(start, end, node)))


def _read_peaks(start: int, end: int, node: NodeReader) -> Iterator[bytes]:
    """The hashes of the perfect subtrees that cover [start, end), leftmost first."""
    while start < end:
        level = (end - start).bit_length() - 1
        value = node(level, start >> level)
        require_hashes(f"node {level}/{start >> level}", value)
        yield value
        start += 1 << level


def _fold(peaks: Sequence[bytes]) -> bytes:
    value = peaks[-1]
    for left in reversed(peaks[:-1]):
        value = node_hash(left, value)
    return value


def require_range(holds: bool, problem: str) -> None:
    """Raise MerkleError (LED001) with this problem unless it holds."""
    if not holds:
        raise MerkleError("LED001", "tree", problem, "Ask about a position and a size within the checkpoint.")


def require_hashes(where: str, *values: bytes) -> None:
    """Raise MerkleError (LED002) unless each is 32 bytes long."""
    for value in values:
        if len(value) != HASH_SIZE:
            raise MerkleError("LED002", where, "a hash is not 32 bytes long", "Read it again from its source.")
