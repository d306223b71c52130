"""Prove that a leaf is in a Merkle tree and that a tree only grew; check such proofs.

Knows the paths of RFC 9162: which hashes a proof holds and in what order. Knows neither where nodes are kept nor who signed
a root. Works top down to build a path, bottom up to check one. Rule: a check returns only when the proof is right; whoever
forgets to look at an answer is not deceived.
Rules: RFC 9162 §2.1.3 (inclusion) and §2.1.4 (consistency).
"""

from __future__ import annotations

from collections.abc import Sequence

from hegui.kernel.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    MerkleError,
    NodeReader,
    node_hash,
    range_hash,
    require_hashes,
    require_range,
)

__all__ = ["ProofError", "check_consistency", "check_inclusion", "consistency_proof", "inclusion_proof"]


class ProofError(MerkleError):
    """A proof that proves nothing: its length or its hashes do not fit the claim."""


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """The path from leaf `index` to the root at `size`, its sibling first (RFC 9162 §2.1.3.1); reads O(log n) nodes.

    Raises MerkleError (LED001) unless 0 ≤ index < size; what `node` raises passes through.
    """
    require_range(0 <= index < size <= MAX_SIZE, f"there is no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old_size: int, new_size: int, node: NodeReader) -> list[bytes]:
    """That the tree of `new_size` begins with the tree of `old_size` (RFC 9162 §2.1.4.1); reads O(log n) nodes.

    Empty where the sizes are equal or the old one is 0. Raises MerkleError (LED001) unless 0 ≤ old_size ≤ new_size.
    """
    require_range(0 <= old_size <= new_size <= MAX_SIZE, f"no tree of {new_size} begins with one of {old_size}")
    if old_size == 0:
        return []
    path: list[bytes] = []
    start, end = 0, new_size
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    if start:  # otherwise it is the old root itself, which the verifier has
        path.append(range_hash(start, end, node))
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return only if `proof` leads from the leaf hash at `index` to `root` (RFC 9162 §2.1.3.2).

    A root does not bind the size: where two sizes give the leaf a path of the same shape, both pass. Take size and root
    from one verified checkpoint.

    Raises:
        MerkleError: LED001 no such leaf at that size; LED002 something is not 32 bytes.
        ProofError: LED003 the proof is too long or too short; LED004 it leads elsewhere.
    """
    require_range(0 <= index < size <= MAX_SIZE, f"there is no leaf {index} in a tree of {size}")
    require_hashes("inclusion proof", leaf, root, *proof)
    at, last, value = index, size - 1, leaf
    for sibling in proof:
        _check_length(last > 0, "inclusion proof")
        if at & 1 or at == last:
            value = node_hash(sibling, value)
            at, last = _climb(at, last)
        else:
            value = node_hash(value, sibling)
        at, last = at >> 1, last >> 1
    _check_length(last == 0, "inclusion proof")
    _check_equal(value, root, "inclusion proof", f"leaf {index} is not in the tree of {size} with this root")


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Return only if `proof` shows that the new tree begins with the old one (RFC 9162 §2.1.4.2).

    From size 0 nothing is to be shown: the old root must be `EMPTY_ROOT` and the proof empty. Sizes as in `check_inclusion`.

    Raises:
        MerkleError: LED001 the old size is negative or beyond the new one; LED002 something is not 32 bytes.
        ProofError: LED003 the proof is too long or too short; LED004 it leads to other roots.
    """
    require_range(0 <= old_size <= new_size <= MAX_SIZE, f"no tree of {new_size} begins with one of {old_size}")
    require_hashes("consistency proof", old_root, new_root, *proof)
    if old_size == 0:
        _check_equal(old_root, EMPTY_ROOT, "consistency proof", "the root of size 0 is not that of the empty tree")
    if old_size == new_size:
        _check_equal(old_root, new_root, "consistency proof", "one size has two roots")
    if old_size in (0, new_size):
        _check_length(not proof, "consistency proof")
        return
    level = (old_size & -old_size).bit_length() - 1  # the old tree's last perfect subtree: there the proof starts
    at, last = (old_size - 1) >> level, (new_size - 1) >> level
    # Where that subtree is the whole old tree, its hash is known and left out.
    rest = list(proof) if at else [old_root, *proof]
    _check_length(bool(rest), "consistency proof")
    old = new = rest[0]
    for sibling in rest[1:]:
        _check_length(last > 0, "consistency proof")
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            at, last = _climb(at, last)
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    _check_length(last == 0, "consistency proof")
    _check_equal(old, old_root, "consistency proof", f"it starts from another tree of {old_size}")
    _check_equal(new, new_root, "consistency proof", f"it leads to another tree of {new_size}")


def _climb(at: int, last: int) -> tuple[int, int]:
    """Pass the levels at which a node on the right edge has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split(width: int) -> int:
    """The largest power of two smaller than `width`, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _check_length(fits: bool, where: str) -> None:
    if not fits:
        problem = "the number of hashes does not fit the position and the size"
        raise ProofError("LED003", where, problem, "Ask for a proof between these very sizes.")


def _check_equal(value: bytes, expected: bytes, where: str, problem: str) -> None:
    if value != expected:
        remedy = "Do not rely on it: keep both sides and ask the ledger's keeper for the entry and a new proof."
        raise ProofError("LED004", where, problem, remedy)
