"""The Merkle tree against the words of RFC 9162, published vectors and an independent implementation."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from hegui.errors import InputError
from hegui.kernel import merkle, merkle_proof
from hegui.kernel.merkle import Frontier, MerkleError
from hegui.kernel.merkle_proof import ProofError

# The entries and roots every implementation of RFC 6962 is tried on (certificate-transparency, merkle_tree_test).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 300)


def entries(size: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(size)]


class Tree:
    """Every complete node of a list, in memory."""

    def __init__(self, items: list[bytes]) -> None:
        self.leaves = [merkle.leaf_hash(item) for item in items]
        self.frontier, made = Frontier().extend(self.leaves)
        self.nodes = {(level, index): value for level, index, value in made}

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def root(self, size: int) -> bytes:
        return Frontier.read(size, self.node).root()


TREE = Tree(entries(300))


def naive_root(items: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1 as it is written."""
    if not items:
        return merkle.EMPTY_ROOT
    if len(items) == 1:
        return merkle.leaf_hash(items[0])
    k = naive_split(len(items))
    return merkle.node_hash(naive_root(items[:k]), naive_root(items[k:]))


def naive_path(index: int, items: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1 as it is written."""
    if len(items) == 1:
        return []
    k = naive_split(len(items))
    if index < k:
        return [*naive_path(index, items[:k]), naive_root(items[k:])]
    return [*naive_path(index - k, items[k:]), naive_root(items[:k])]


def naive_subproof(old: int, items: list[bytes], whole: bool) -> list[bytes]:
    """RFC 9162 §2.1.4.1 as it is written."""
    if old == len(items):
        return [] if whole else [naive_root(items)]
    k = naive_split(len(items))
    if old <= k:
        return [*naive_subproof(old, items[:k], whole), naive_root(items[k:])]
    return [*naive_subproof(old - k, items[k:], False), naive_root(items[:k])]


def naive_split(size: int) -> int:
    return max(power for power in (1 << bit for bit in range(20)) if power < size)


def path_shape(index: int, size: int) -> list[str]:
    """On which side each sibling of the path lies."""
    start, end, sides = 0, size, []
    while end - start > 1:
        middle = start + naive_split(end - start)
        sides.append("right" if index < middle else "left")
        start, end = (start, middle) if index < middle else (middle, end)
    return sides


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    assert merkle.root_of(map(merkle.leaf_hash, ENTRIES[:size])).hex() == ROOTS[size]


def test_proofs_of_the_seven_leaf_example() -> None:
    """RFC 9162 §2.1.5 names the nodes of a tree of 7 leaves a…l and lists its proofs."""
    tree = Tree(entries(7))
    a, b, c, d, e, f, j = tree.leaves
    g, h, i = (tree.node(1, index) for index in range(3))
    k = tree.node(2, 0)
    last = merkle.node_hash(i, j)
    assert merkle_proof.inclusion_proof(0, 7, tree.node) == [b, h, last]
    assert merkle_proof.inclusion_proof(3, 7, tree.node) == [c, g, last]
    assert merkle_proof.inclusion_proof(4, 7, tree.node) == [f, j, k]
    assert merkle_proof.inclusion_proof(6, 7, tree.node) == [i, k]
    assert merkle_proof.consistency_proof(3, 7, tree.node) == [c, d, g, last]
    assert merkle_proof.consistency_proof(4, 7, tree.node) == [last]
    assert merkle_proof.consistency_proof(6, 7, tree.node) == [i, j, k]
    assert (a, e) == (tree.leaves[0], tree.leaves[4])


@given(SIZES, st.data())
def test_proofs_are_those_of_the_recursive_definition(size: int, data: st.DataObject) -> None:
    items = entries(size)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert TREE.root(size) == naive_root(items)
    assert merkle_proof.inclusion_proof(index, size, TREE.node) == naive_path(index, items)
    assert merkle_proof.consistency_proof(old, size, TREE.node) == naive_subproof(old, items, True)


def test_every_proof_of_small_trees_verifies() -> None:
    for size in range(1, 35):
        root = TREE.root(size)
        for index in range(size):
            proof = merkle_proof.inclusion_proof(index, size, TREE.node)
            merkle_proof.check_inclusion(TREE.leaves[index], index, size, proof, root)
        for old in range(size + 1):
            proof = merkle_proof.consistency_proof(old, size, TREE.node)
            merkle_proof.check_consistency(old, TREE.root(old), size, root, proof)


@given(st.lists(st.binary(max_size=40), max_size=80), st.lists(st.integers(0, 80), max_size=5))
def test_any_sequence_of_appends_gives_the_same_tree(items: list[bytes], cuts: list[int]) -> None:
    hashes = [merkle.leaf_hash(item) for item in items]
    frontier, nodes = Frontier(), []
    borders = [0, *sorted(min(cut, len(items)) for cut in cuts), len(items)]
    for start, end in pairwise(borders):
        frontier, made = frontier.extend(hashes[start:end])
        nodes += made
        assert frontier.root() == naive_root(items[:end])
    whole, all_nodes = Frontier().extend(hashes)
    assert (frontier, nodes) == (whole, all_nodes)
    stored = {(level, index): value for level, index, value in nodes}
    assert Frontier.read(len(items), lambda level, index: stored[level, index]) == frontier
    assert len(stored) == len(nodes) <= max(0, 2 * len(items) - 1)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=40))
def test_pymerkle_finds_the_same_root(items: list[bytes]) -> None:
    judge = InmemoryTree(algorithm="sha256")
    for item in items:
        judge.append_entry(item)
    assert judge.get_root() == merkle.root_of(map(merkle.leaf_hash, items))


@given(SIZES, st.data())
def test_tampered_inclusion_is_rejected(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root = TREE.leaves[index], TREE.root(size)
    proof = merkle_proof.inclusion_proof(index, size, TREE.node)

    def rejected(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
        with pytest.raises(MerkleError):
            merkle_proof.check_inclusion(leaf, index, size, proof, root)

    rejected(tampered(leaf, data), index, size, proof, root)
    rejected(leaf, index, size, proof, tampered(root, data))
    rejected(leaf, index, size, [*proof, merkle.EMPTY_ROOT], root)
    other = data.draw(st.integers(-1, size).filter(lambda value: value != index))
    rejected(leaf, other, size, proof, root)
    other_size = data.draw(st.integers(0, 301).filter(lambda value: value != size))
    if index >= other_size or path_shape(index, other_size) != path_shape(index, size):
        rejected(leaf, index, other_size, proof, root)
    if proof:
        rejected(leaf, index, size, proof[:-1], root)
        rejected(leaf, index, size, proof[1:], root)
        at = data.draw(st.integers(0, len(proof) - 1))
        rejected(leaf, index, size, [*proof[:at], tampered(proof[at], data), *proof[at + 1 :]], root)


@given(SIZES, st.data())
def test_tampered_consistency_is_rejected(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))
    old_root, root = TREE.root(old), TREE.root(size)
    proof = merkle_proof.consistency_proof(old, size, TREE.node)

    def rejected(old: int, old_root: bytes, new: int, root: bytes, proof: list[bytes]) -> None:
        with pytest.raises(MerkleError):
            merkle_proof.check_consistency(old, old_root, new, root, proof)

    rejected(old, tampered(old_root, data), size, root, proof)
    rejected(old, old_root, size, root, [*proof, root])
    if old:
        rejected(old, old_root, size, tampered(root, data), proof)
        other = data.draw(st.integers(-1, size + 1).filter(lambda value: value != old))
        rejected(other, old_root, size, root, proof)
        other_size = data.draw(st.integers(0, 301).filter(lambda value: value != size))
        if old > other_size or path_shape(old - 1, other_size) != path_shape(old - 1, size):
            rejected(old, old_root, other_size, root, proof)
    if proof:
        rejected(old, old_root, size, root, proof[:-1])
        at = data.draw(st.integers(0, len(proof) - 1))
        rejected(old, old_root, size, root, [*proof[:at], tampered(proof[at], data), *proof[at + 1 :]])


def tampered(value: bytes, data: st.DataObject) -> bytes:
    """Another 32 bytes, or a hash that is none."""
    bit = data.draw(st.integers(0, 8 * len(value) - 1))
    flipped = bytearray(value)
    flipped[bit // 8] ^= 1 << bit % 8
    return data.draw(st.sampled_from([bytes(flipped), value[:-1], value + b"\0", b""]))


def test_a_forked_history_has_no_consistency_proof() -> None:
    forked = Tree([*entries(2), b"another", *entries(8)[3:]])
    proof = merkle_proof.consistency_proof(5, 8, forked.node)
    with pytest.raises(ProofError, match="another tree of 5") as caught:
        merkle_proof.check_consistency(5, TREE.root(5), 8, forked.root(8), proof)
    assert caught.value.code == "LED004"
    assert isinstance(caught.value, InputError)


def test_one_size_has_one_root() -> None:
    for size in (0, 3):
        with pytest.raises(ProofError):
            merkle_proof.check_consistency(size, TREE.root(size), size, TREE.root(size + 1), [])


def test_swapped_leaves_change_the_root() -> None:
    hashes = TREE.leaves[:6]
    assert merkle.root_of([hashes[1], hashes[0], *hashes[2:]]) != merkle.root_of(hashes)


def test_a_node_is_not_taken_for_a_leaf() -> None:
    left, right = TREE.leaves[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3), (0, 2**63)])
def test_positions_outside_the_tree_are_refused(index: int, size: int) -> None:
    with pytest.raises(MerkleError) as caught:
        merkle_proof.inclusion_proof(index, size, TREE.node)
    assert caught.value.code == "LED001"


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3), (1, 2**63)])
def test_pairs_that_are_no_growth_are_refused(old: int, new: int) -> None:
    with pytest.raises(MerkleError) as caught:
        merkle_proof.consistency_proof(old, new, TREE.node)
    assert caught.value.code == "LED001"


def test_a_reader_that_returns_no_hash_is_named() -> None:
    with pytest.raises(MerkleError, match="node 1/1") as caught:
        merkle_proof.inclusion_proof(0, 4, lambda level, index: b"" if level else bytes(32))
    assert caught.value.code == "LED002"


def test_proofs_of_a_huge_tree_read_few_nodes() -> None:
    asked: list[tuple[int, int]] = []

    def node(level: int, index: int) -> bytes:
        asked.append((level, index))
        return bytes(32)

    assert len(merkle_proof.inclusion_proof(12_345, merkle.MAX_SIZE, node)) == 63
    assert len(merkle_proof.consistency_proof(10**12 + 1, merkle.MAX_SIZE, node)) <= 64
    assert len(asked) < 63 * 4
