"""A log in tiles: however it was appended to and wherever its writer died, the files are the same and every proof holds."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from hegui.errors import HeguiError
from hegui.kernel.merkle import MerkleError, leaf_hash, root_of
from hegui.kernel.merkle_proof import check_consistency, check_inclusion
from hegui.ledger.checkpoint import Checkpoint
from hegui.ledger.log import LogError, TileLog
from hegui.ledger.note import Note
from hegui.ledger.tiles import Tile, TileError, decode_bundle, encode_bundle, tile_at, tiles_of_growth
from hegui.ledger.tree import LedgerDamage
from tests.ledger.logs import ENTRIES, LOG, NOW, OTHER_LOG, SECOND_WITNESS, WITNESS, Death, MemoryTiles, new_log

HASHES = [leaf_hash(data) for data in ENTRIES]
SIZES = st.integers(0, len(ENTRIES)) | st.sampled_from([1, 255, 256, 257, 511, 512, 513, 1024])
CUTS = st.lists(SIZES, max_size=4).map(sorted)
FULL, TILES = new_log(ENTRIES)


def full_files(tiles: MemoryTiles) -> dict[str, bytes]:
    return {path: data for path, data in tiles.files.items() if ".p/" not in path and path != "checkpoint"}


def needed(size: int) -> set[str]:
    return {tile.path for tile in tiles_of_growth(0, size)}


@given(CUTS)
@settings(max_examples=40)
def test_any_sequence_of_appends_gives_the_same_files(cuts: list[int]) -> None:
    log, tiles = new_log()
    for start, end in pairwise([0, *cuts, len(ENTRIES)]):
        before = set(tiles.files)
        opened = log.append(ENTRIES[start:end])
        assert set(tiles.files) - before == {tile.path for tile in tiles_of_growth(start, end)}
        assert (opened.checkpoint.size, opened.checkpoint.root) == (end, root_of(HASHES[:end]))
    assert full_files(tiles) == full_files(TILES)
    assert tiles.files["checkpoint"] == TILES.files["checkpoint"]
    assert all(tiles.files[path] == TILES.files[path] for path in needed(len(ENTRIES)))


@given(SIZES, SIZES, st.integers(0, 30), SIZES)
@settings(max_examples=60)
def test_after_a_death_between_any_two_writes_the_next_writer_goes_on(
    first: int, more: int, left: int, then: int
) -> None:
    """The next one may hand in fewer entries than the one that died, or more: they are the same ones, in order."""
    log, tiles = new_log(ENTRIES[:first])
    before = tiles.files["checkpoint"]
    tiles.writes_left = left
    died = False
    try:
        log.append(ENTRIES[first : first + more])
    except Death:
        died = True
        assert tiles.files["checkpoint"] == before
        assert TileLog(tiles, LOG).tree().root() == root_of(HASHES[:first])
    tiles.writes_left = None
    again = TileLog(tiles, LOG)
    start = again.published().checkpoint.size
    assert start == (first if died else min(first + more, len(ENTRIES)))
    again.append(ENTRIES[start : start + then])
    again.append(ENTRIES[max(start, min(start + then, len(ENTRIES))) :])
    assert full_files(tiles) == full_files(TILES)
    assert tiles.files["checkpoint"] == TILES.files["checkpoint"]


@pytest.mark.parametrize("size", [1, 256, 257, 700])
def test_pymerkle_finds_the_published_root(size: int) -> None:
    log, _ = new_log(ENTRIES[:size])
    judge = InmemoryTree(algorithm="sha256")
    for data in ENTRIES[:size]:
        judge.append_entry(data)
    assert judge.get_root() == log.published().checkpoint.root


def test_the_checkpoint_is_written_last_and_a_bundle_before_its_tile() -> None:
    _, tiles = new_log(ENTRIES[:700])
    assert tiles.order == [
        "checkpoint",
        "tile/entries/000", "tile/0/000", "tile/entries/001", "tile/0/001",
        "tile/entries/002.p/188", "tile/0/002.p/188", "tile/1/000.p/2",
        "checkpoint",
    ]  # fmt: skip


@given(SIZES, SIZES, st.data())
def test_every_proof_between_any_two_sizes_holds(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    tree = FULL.tree()
    roots = [root_of(HASHES[:size]) for size in (old, new)]
    assert [tree.root(old), tree.root(new)] == roots
    check_consistency(old, roots[0], new, roots[1], tree.consistency(old, new))
    if new:
        index = data.draw(st.integers(0, new - 1))
        assert tree.entry(index) == ENTRIES[index]
        check_inclusion(HASHES[index], index, new, tree.inclusion(index, new), roots[1])


def test_proofs_need_only_the_files_of_the_published_size() -> None:
    """Partial tiles of older sizes may be gone; where the full tile is there, so may those of the published one."""
    log, tiles = new_log()
    for start in range(0, 600, 100):
        log.append(ENTRIES[start : start + 100])
    for path in set(tiles.files) - needed(600) - {"checkpoint"}:
        del tiles.files[path]
    full, grown = new_log(ENTRIES)
    tiles.files["tile/0/002"] = grown.files["tile/0/002"]
    tiles.files["tile/entries/002"] = grown.files["tile/entries/002"]
    del tiles.files["tile/0/002.p/88"], tiles.files["tile/entries/002.p/88"]
    for index in range(0, 600, 37):
        log.prove(index).verify(ENTRIES[index], LOG.verifier)
    log.append(ENTRIES[600:])
    assert log.published() == full.published()


def test_a_log_holds_little_of_itself_and_reads_few_files() -> None:
    asked: list[str] = []
    tiles = MemoryTiles()
    tiles.files = TILES.files

    def read(path: str) -> bytes | None:
        asked.append(path)
        return TILES.files.get(path)

    tiles.read = read  # type: ignore[method-assign]
    TileLog(tiles, LOG).prove(700)
    assert len(asked) < 12


def test_a_log_and_a_tree_that_nobody_needs_any_more_are_gone_with_their_tiles() -> None:
    """At once, not when the garbage collector comes by: a gateway publishes every second, and collects once in minutes."""
    log, _ = new_log(ENTRIES[:300])
    tree = log.tree()
    assert tree.entry(7) == ENTRIES[7]
    assert tree.root() == log.published().checkpoint.root
    gone = [weakref.ref(tree), weakref.ref(log)]
    gc.disable()
    try:
        del tree, log
        assert [one() for one in gone] == [None, None]
    finally:
        gc.enable()


def test_entries_that_come_one_by_one_are_never_all_held() -> None:
    log, tiles = new_log()
    pulled = 0

    def stream() -> object:
        nonlocal pulled
        for data in ENTRIES:
            assert pulled - 256 * sum(path.startswith("tile/entries/") for path in tiles.files) <= 256
            pulled += 1
            yield data

    log.append(stream())  # type: ignore[arg-type]
    assert log.published() == FULL.published()


def test_without_entries_nothing_is_written() -> None:
    log, tiles = new_log(ENTRIES[:5])
    before = list(tiles.order)
    log.append([])
    assert tiles.order == before


@pytest.mark.parametrize("bad", [b"", b"x" * 65_536])
def test_an_entry_that_fits_no_bundle_is_refused_and_not_published(bad: bytes) -> None:
    log, _ = new_log(ENTRIES[:3])
    with pytest.raises(TileError):
        log.append([ENTRIES[3], bad])
    assert log.published().checkpoint.size == 3
    log.append(ENTRIES[3:5])
    assert log.tree().entry(3) == ENTRIES[3]


@pytest.mark.parametrize("size", [5, 256, 300])
def test_other_entries_after_a_death_stop_the_log(size: int) -> None:
    """Whoever hands in another history in the place of one that was written may have signed the first one already."""
    log, tiles = new_log(ENTRIES[:3])
    log.grow(ENTRIES[3:size])
    for _ in range(2):
        with pytest.raises(LedgerDamage) as caught:
            log.append([ENTRIES[0], *ENTRIES[4:size]])
        assert caught.value.code == "LED082"
    assert log.published().checkpoint.size == 3
    assert log.append(ENTRIES[3:size]).checkpoint.root == root_of(HASHES[:size])
    assert tiles.files["checkpoint"] != b""


@pytest.mark.parametrize("path", sorted(needed(700)))
def test_a_damaged_or_missing_file_is_noticed_before_anything_is_signed(path: str) -> None:
    edge = {tile.path for tile in tiles_of_growth(512, 700)} | {"tile/1/000.p/2"}  # all that growing reads
    matters = path in edge
    for damage in ("missing", "changed", "shorter"):
        log, tiles = new_log(ENTRIES[:700])
        data = tiles.files.pop(path)
        if damage != "missing":
            tiles.files[path] = data[:-1] + (bytes([data[-1] ^ 1]) if damage == "changed" else b"")
        before = tiles.files["checkpoint"]
        if matters:
            with pytest.raises(LedgerDamage) as caught:
                log.grow(ENTRIES[700:800])
            assert caught.value.code in {"LED080", "LED081", "LED083"}
            assert tiles.files["checkpoint"] == before
        if path == "tile/0/001" or matters:
            with pytest.raises(LedgerDamage):
                for index in (300, 699):
                    log.prove(index)


def test_a_checkpoint_of_another_key_origin_or_root_is_not_built_upon() -> None:
    _, tiles = new_log(ENTRIES[:5])
    for log in (TileLog(tiles, OTHER_LOG), TileLog(tiles, LOG, origin="log.example/other")):
        with pytest.raises(HeguiError):
            log.append(ENTRIES[5:6])
    forged = Note.sign(Checkpoint(LOG.name, 5, bytes(32)).text(), LOG)
    tiles.files["checkpoint"] = forged.encode()
    with pytest.raises(LedgerDamage) as caught:
        TileLog(tiles, LOG).grow(ENTRIES[5:6])
    assert caught.value.code == "LED083"


def test_a_log_is_begun_once_and_only_on_purpose() -> None:
    log = TileLog(MemoryTiles(), LOG)
    with pytest.raises(LogError) as caught:
        log.append(ENTRIES[:1])
    assert caught.value.code == "LED091"
    assert log.create().checkpoint.size == 0
    with pytest.raises(LogError) as caught:
        log.create()
    assert caught.value.code == "LED090"


def test_a_checkpoint_is_published_with_its_cosignatures_and_never_taken_back() -> None:
    log, _ = new_log(ENTRIES[:5])
    note = log.grow(ENTRIES[5:9])
    assert log.published().checkpoint.size == 5
    log.publish(note.plus(note.cosign(WITNESS, at=NOW)))
    log.publish(note.plus(note.cosign(SECOND_WITNESS, at=NOW)))
    log.publish(note.plus(note.cosign(SECOND_WITNESS, at=NOW + 1)))
    log.publish(note)
    names = [signature.name for signature in log.published().note.signatures]
    assert names == [LOG.name, WITNESS.name, SECOND_WITNESS.name]
    smaller, _ = new_log(ENTRIES[:5])
    with pytest.raises(LogError) as caught:
        log.publish(smaller.published().note)
    assert caught.value.code == "LED092"


@pytest.mark.parametrize("published", [0, 5])
def test_a_root_that_the_tiles_do_not_give_is_not_published(published: int) -> None:
    log, _ = new_log(ENTRIES[:published])
    forked, _ = new_log([*ENTRIES[:4], ENTRIES[0], *ENTRIES[5:9]])
    log.grow(ENTRIES[published:9])
    for size in (published, 9) if published else (9,):
        note = Note.sign(Checkpoint(LOG.name, size, forked.tree(9).root(size)).text(), LOG)
        with pytest.raises(LedgerDamage) as caught:
            log.publish(note)
        assert caught.value.code == "LED083"


def test_growth_between_published_checkpoints_is_proved() -> None:
    log, _ = new_log()
    seen = [log.append(ENTRIES[start : start + 150]).checkpoint for start in range(0, 900, 150)]
    for at, old in enumerate(seen):
        for new in seen[at:]:
            check_consistency(old.size, old.root, new.size, new.root, log.prove_growth(old, new))
    with pytest.raises(LedgerDamage):
        log.prove_growth(Checkpoint(LOG.name, 150, bytes(32)))
    with pytest.raises(MerkleError):
        log.prove_growth(seen[1], seen[0])


def test_an_older_checkpoint_can_still_be_proved_under() -> None:
    log, _ = new_log(ENTRIES[:300])
    old = log.published()
    log.append(ENTRIES[300:])
    proof = log.prove(299, old)
    assert proof.verify(ENTRIES[299], LOG.verifier) == old
    with pytest.raises(MerkleError):
        log.prove(300, old)


# --- tiles by themselves ----------------------------------------------------------------------------------------------


@given(st.none() | st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_paths_are_read_as_written(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/0", "tile/00/000", "tile/64/000", "tile/0/00", "tile/0/0000", "tile/0/x000/000", "tile/0/001/002",
        "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/05", "tile/0/000.p/", "tile/data/000",
        "tile/entries/000\n", "/tile/0/000", "tile/0/../000", "tile/0/٠٠٠", "tile/8/0/000", "tile/0/" + "x999/" * 9 + "999",
    ],
)  # fmt: skip
def test_other_paths_name_no_tile(path: str) -> None:
    with pytest.raises(TileError) as caught:
        Tile.parse(path)
    assert caught.value.code == "LED060"


def test_the_files_of_the_published_example() -> None:
    """C2SP tlog-tiles: what a tree of 70,000 leaves, and one of 256, consists of."""
    tiles = [tile for tile in tiles_of_growth(0, 70_000) if tile.level is not None]
    assert sum(tile.level == 0 and tile.is_full for tile in tiles) == 273
    assert sum(tile.level == 1 and tile.is_full for tile in tiles) == 1
    assert {tile.path for tile in tiles if not tile.is_full} == {
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }
    assert {tile.path for tile in tiles_of_growth(0, 256)} == {"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}
    assert Tile(2, 1234067).path == "tile/2/x001/x234/067"


@given(st.integers(0, 2**20), st.integers(0, 2000))
def test_a_growth_writes_just_what_the_new_size_has_and_the_old_has_not(old: int, more: int) -> None:
    """Width by width: a file is written if and only if its level is longer than before at its end."""
    for tile in tiles_of_growth(old, old + more):
        row = tile.level or 0
        end = tile.index * 256 + tile.width
        assert end > old >> (8 * row)
        assert tile_at(row, tile.index, old + more).width == tile.width
    written = [tile for tile in tiles_of_growth(old, old + more) if tile.level == 0]
    assert sum(tile.width for tile in written) == (old + more - old // 256 * 256 if more else 0)


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=256))
def test_bundles_are_read_as_written_and_not_otherwise(entries: list[bytes]) -> None:
    data = encode_bundle(entries)
    assert decode_bundle(data, len(entries)) == entries
    for other, width in ((data[:-1], len(entries)), (data + b"\0", len(entries)), (data, len(entries) + 1)):
        with pytest.raises(TileError):
            decode_bundle(other, width)
    with pytest.raises(TileError):
        decode_bundle(data, len(entries) - 1)


def test_entries_for_a_place_that_is_taken_are_refused_and_nothing_is_written() -> None:
    log, tiles = new_log(ENTRIES[:10])
    before = dict(tiles.files)
    for at in (9, 11):
        with pytest.raises(LogError, match="LED093"):
            log.grow(ENTRIES[10:12], at=at)
    assert tiles.files == before
    assert log.publish(log.grow(ENTRIES[10:12], at=10)).checkpoint.size == 12
