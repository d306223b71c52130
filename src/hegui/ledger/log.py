"""Append entries to a log kept in tiles, sign its checkpoints, prove what is in it.

Knows the order in which files are written and what must hold before a checkpoint is signed. Knows no folder and no clock:
files go through a port. Works from the published checkpoint alone and keeps nothing between calls, so that a log whose
writer died at any point is taken up by the next call:

1. Bundles and tiles come first, the checkpoint last: what a checkpoint speaks of is always there.
2. A file once written never changes. The same entries give the same bytes, so writing them again is harmless; other bytes
   in the same place mean that two histories were begun, and stop the log.
3. A checkpoint is published only after a consistency proof from the one before it, read back from the tiles, was checked.

One writer at a time; who may write is decided elsewhere.
Rules: docs/ledger-format.md §3 and §4; C2SP tlog-checkpoint (a log never signs two histories).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice
from typing import Protocol

from hegui.crypto.sm2 import Sm2Signer
from hegui.errors import InputError
from hegui.kernel.merkle import EMPTY_ROOT, MerkleError, leaf_hash
from hegui.kernel.merkle_proof import check_consistency, check_inclusion
from hegui.ledger.checkpoint import Checkpoint, Opened, open_checkpoint
from hegui.ledger.keys import SignerKey, VerifierKey
from hegui.ledger.note import Note
from hegui.ledger.proof import ProofFile
from hegui.ledger.second import second_line
from hegui.ledger.tiles import CHECKPOINT_PATH, TILE_HEIGHT, TILE_WIDTH, Tile, encode_bundle, encode_tile
from hegui.ledger.tree import LedgerDamage, TileTree

__all__ = ["LogError", "TileLog", "Tiles", "other_bytes", "overtaken"]


class Tiles(Protocol):
    """Where a log is kept. When a write returns, the file is complete and survives a loss of power."""

    def read(self, path: str) -> bytes | None:
        """The file, None where there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Make a file that never changes again; the same bytes may be written twice."""

    def write_checkpoint(self, data: bytes, *, over: bytes | None) -> None:
        """Replace `checkpoint`, for every reader at once, where it still is `over`, None for none.

        Raises LogError (LED094) where it is another one by now.
        """


class LogError(InputError):
    """Something that cannot be done to this log: it is not there, it is there already, or it would go back."""


def overtaken(where: str) -> LogError:
    """LED094: another writer has published meanwhile."""
    problem = "another checkpoint was published while this one was made"
    return LogError("LED094", where, problem, "Nothing was replaced; grow the log from what is published now.")


def other_bytes(path: str) -> LedgerDamage:
    """LED082: a file that never changes would."""
    remedy = (
        "Find out what wrote it. If no checkpoint beyond the published one was ever signed, remove the file; "
        "else hand in the very entries that were written first."
    )
    return LedgerDamage("LED082", path, "the file is there with other bytes", remedy)


class TileLog:
    """A log and the key that signs it; `second` signs every new checkpoint too, under the same name."""

    def __init__(
        self, tiles: Tiles, signer: SignerKey, *, origin: str | None = None, second: Sm2Signer | None = None
    ) -> None:
        self._tiles = tiles
        self._signer = signer
        self._second = second
        self.origin = signer.name if origin is None else origin
        self._open = _remembering(signer.verifier, self.origin)

    def create(self) -> Opened:
        """Begin a log of no entries. Raises LogError (LED090) where one is."""
        if self._tiles.read(CHECKPOINT_PATH) is not None:
            raise LogError("LED090", self.origin, "there is a log already", "Append to it, or choose another place.")
        return self._write_checkpoint(self._sign(0, EMPTY_ROOT), over=None)

    def published(self) -> Opened:
        """The checkpoint readers see. Raises LogError (LED091) where there is none, else as `open_checkpoint`."""
        return self._open(self._published())

    def append(self, entries: Iterable[bytes]) -> Opened:
        """Grow and publish in one step; without entries nothing is written."""
        return self.publish(self.grow(entries))

    def grow(self, entries: Iterable[bytes], *, at: int | None = None) -> Note:
        """Write the files of the published entries and these, and sign their checkpoint, which is not published yet.

        Memory is bounded by one bundle, however many entries come. The note can be shown to witnesses before `publish`.

        Args:
            at: the place of the first entry, for who has decided on it; another one's entries may have come there since.
        Raises:
            LogError: LED093 the next place is not `at`; nothing is written.
            TileError: LED060 an entry of no bytes or more than 65,535; what came before it may be written, not published.
            LedgerDamage: LED080 to LED083 the files are not those of the checkpoint, or of other entries.
        """
        opened = self.published()
        if at is not None and at != opened.checkpoint.size:
            problem = f"size {opened.checkpoint.size} is published, the entries are for place {at}"
            raise LogError(
                "LED093", self.origin, problem, "See which entries are in the log by now, and append the rest."
            )
        edge = _Edge(self._tiles, opened.checkpoint)
        remaining = iter(entries)
        while batch := list(islice(remaining, edge.room)):
            edge.add(batch)
        if edge.frontier.size == opened.checkpoint.size:
            return opened.note
        edge.flush()
        return self._sign(edge.frontier.size, edge.frontier.root())

    def publish(self, note: Note) -> Opened:
        """Show a checkpoint that `grow` made, perhaps with cosignatures, to readers; those already shown are kept.

        Raises:
            LogError: LED092 a larger one is published; LED094 another one was, meanwhile.
            LedgerDamage: LED083 the tiles do not lead from the published root to this one.
        """
        over = self._published()
        before, after = self._open(over), self._open(note.encode())
        old, new = before.checkpoint, after.checkpoint
        if new.size < old.size:
            problem = f"size {old.size} is published, {new.size} would take entries back"
            raise LogError("LED092", self.origin, problem, "Grow the log from its published size.")
        self._prove_growth(self.tree(new.size), old, new)
        if new == old:
            note = before.note.plus(*note.signatures)
        return before if note == before.note else self._write_checkpoint(note, over=over)

    def tree(self, size: int | None = None) -> TileTree:
        """The tree of the published checkpoint, to read from."""
        return TileTree(self._tiles.read, self.published().checkpoint.size if size is None else size)

    def prove(self, index: int, opened: Opened | None = None) -> ProofFile:
        """The proof file of an entry, under the published checkpoint or an earlier one; checked before it is handed out.

        Raises MerkleError (LED001) where there is no such entry, LedgerDamage where the tiles do not lead to the root.
        """
        opened = opened or self.published()
        size, root = opened.checkpoint.size, opened.checkpoint.root
        tree = self.tree()
        hashes = tree.inclusion(index, size)
        try:
            check_inclusion(leaf_hash(tree.entry(index)), index, size, hashes, root)
        except MerkleError:
            raise _contradiction() from None
        return ProofFile(index, tuple(hashes), opened.note.encode())

    def prove_growth(self, old: Checkpoint, new: Checkpoint | None = None) -> list[bytes]:
        """The consistency proof between two of the log's checkpoints, the published one by default; checked as `prove`."""
        published = self.published().checkpoint
        return self._prove_growth(self.tree(published.size), old, new or published)

    def _prove_growth(self, tree: TileTree, old: Checkpoint, new: Checkpoint) -> list[bytes]:
        hashes = tree.consistency(old.size, new.size)
        try:
            check_consistency(old.size, old.root, new.size, new.root, hashes)
            if old.size in (0, new.size):  # then the proof is empty, and says nothing of the tiles
                check_consistency(new.size, tree.root(new.size), new.size, new.root, [])
        except MerkleError:
            raise _contradiction() from None
        return hashes

    def _published(self) -> bytes:
        data = self._tiles.read(CHECKPOINT_PATH)
        if data is None:
            remedy = "Begin one with create(); if there was one, restore its checkpoint and do not begin anew."
            raise LogError("LED091", self.origin, "there is no checkpoint", remedy)
        return data

    def _sign(self, size: int, root: bytes) -> Note:
        note = Note.sign(Checkpoint(self.origin, size, root).text(), self._signer)
        return note if self._second is None else note.plus(second_line(note.text, self._signer.name, self._second))

    def _write_checkpoint(self, note: Note, *, over: bytes | None) -> Opened:
        data = note.encode()
        self._tiles.write_checkpoint(data, over=over)
        return self._open(data)


class _Edge:
    """The right edge of a growing tree: the unfinished bundle, and the unfinished tile of each level."""

    def __init__(self, tiles: Tiles, checkpoint: Checkpoint) -> None:
        tree = TileTree(tiles.read, checkpoint.size)
        self.frontier = tree.frontier()
        if self.frontier.root() != checkpoint.root:
            raise _contradiction()
        self._tiles = tiles
        self._old_size = checkpoint.size
        self._rows = [tree.edge(row) for row in range(_rows(checkpoint.size))]
        self._bundle = bytearray()
        if checkpoint.size % TILE_WIDTH:
            entries = tree.bundle(checkpoint.size // TILE_WIDTH)
            if [leaf_hash(entry) for entry in entries] != self._rows[0]:
                raise _contradiction()
            self._bundle += encode_bundle(entries)

    @property
    def room(self) -> int:
        """How many entries the unfinished bundle can take."""
        return TILE_WIDTH - self.frontier.size % TILE_WIDTH

    def add(self, entries: list[bytes]) -> None:
        """Append at most `room` entries, and write the bundle and the tiles that they fill."""
        self._bundle += encode_bundle(entries)
        self.frontier, made = self.frontier.extend(map(leaf_hash, entries))
        for level, _, value in made:
            row, height = divmod(level, TILE_HEIGHT)
            if not height:
                self._row(row).append(value)
        size = self.frontier.size
        if size % TILE_WIDTH:
            return
        self._write(Tile(None, size // TILE_WIDTH - 1), bytes(self._bundle))
        self._bundle.clear()
        for row, hashes in enumerate(self._rows):
            if len(hashes) == TILE_WIDTH:
                self._write(Tile(row, (size >> (TILE_HEIGHT * (row + 1))) - 1), encode_tile(hashes))
                hashes.clear()

    def flush(self) -> None:
        """Write the unfinished bundle and tiles, those that grew."""
        size = self.frontier.size
        if self._bundle:
            self._write(Tile(None, size // TILE_WIDTH, size % TILE_WIDTH), bytes(self._bundle))
        for row, hashes in enumerate(self._rows):
            width = size >> (TILE_HEIGHT * row)
            if hashes and width > self._old_size >> (TILE_HEIGHT * row):
                self._write(Tile(row, width // TILE_WIDTH, len(hashes)), encode_tile(hashes))

    def _row(self, row: int) -> list[bytes]:
        if row == len(self._rows):
            self._rows.append([])
        return self._rows[row]

    def _write(self, tile: Tile, data: bytes) -> None:
        found = self._tiles.read(tile.path)
        if found is not None and found != data:
            raise other_bytes(tile.path)
        self._tiles.write(
            tile.path, data
        )  # also where it is there: whoever wrote it may have died before it was durable


def _remembering(verifier: VerifierKey, origin: str) -> Callable[[bytes], Opened]:
    """Open checkpoints: the same bytes are asked for again and again. Holds no log, which would then hold itself."""
    return lru_cache(maxsize=4)(lambda data: open_checkpoint(data, verifier, origin=origin))


def _rows(size: int) -> int:
    """Levels of tiles in a tree of this size."""
    return (size.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT


def _contradiction() -> LedgerDamage:
    remedy = "Stop writing, keep the files, and compare them with a copy: hegui_verify.py verify-log names the place."
    return LedgerDamage("LED083", "ledger", "the tiles do not lead to the root of the checkpoint", remedy)
