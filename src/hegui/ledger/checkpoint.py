"""What a log signs: its origin, how many entries it has, and their root.

Knows the three lines and who must have signed them. Knows no tree: whether the root is right is for proofs to show.
Works so that nobody reads the lines of a checkpoint before its signatures were checked: `open_checkpoint` is the way in.
Rules: C2SP tlog-checkpoint, narrowed in docs/ledger-format.md §4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from hegui.errors import InputError
from hegui.kernel.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE
from hegui.ledger.keys import KeyKind, VerifierKey
from hegui.ledger.note import Note, Signed
from hegui.ledger.spelling import read_decimal, read_hash, write_base64

__all__ = ["Checkpoint", "CheckpointError", "Opened", "open_checkpoint"]


class CheckpointError(InputError):
    """A note that is no checkpoint, is another log's, or lacks a signature the reader asks for."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A claim about a log: `size` entries whose root is `root` (32 bytes). Extension lines are opaque."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if not all(lines) or any(char < " " for line in lines for char in line):
            _refuse("a line is empty or holds control characters")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            _refuse("the size is not below 2**63, or the root is not 32 bytes long")
        if self.size == 0 and self.root != EMPTY_ROOT:
            _refuse("the root of size 0 is not that of the empty tree")

    def text(self) -> str:
        """The note text."""
        lines = (self.origin, str(self.size), write_base64(self.root), *self.extensions)
        return "".join(line + "\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note text. Raises CheckpointError (LED050). Check the signatures first."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():
            _refuse("there are not three lines")
        size, root = read_decimal(lines[1]), read_hash(lines[2])
        if size is None or root is None:
            _refuse("the second line is no size, or the third no root in base64")
        return cls(lines[0], size, root, tuple(lines[3:]))


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint whose signatures hold: the log's, and those of the witnesses the reader knows."""

    checkpoint: Checkpoint
    note: Note
    witnesses: tuple[Signed, ...]

    @property
    def is_self_attested(self) -> bool:
        """Whether no witness the reader knows has signed; every page that shows the checkpoint says so."""
        return not self.witnesses


def open_checkpoint(
    data: bytes,
    log: VerifierKey,
    *,
    origin: str | None = None,
    witnesses: Sequence[VerifierKey] = (),
    quorum: int = 0,
) -> Opened:
    """Check the signatures of a checkpoint and read it.

    Args:
        data: the signed note.
        log: the key the reader believes.
        origin: the log it must speak of; without one, the key's name.
        witnesses: witness keys the reader knows. One key under two names counts once: a cosignature does not sign the name.
        quorum: how many of them must have signed.
    Raises:
        NoteError: LED040 no signed note; LED041 a known key's signature is wrong.
        CheckpointError: LED050 no checkpoint; LED051 another origin; LED052 not signed by the log; LED053 fewer witnesses
            than asked for; LED054 a log key where a witness key is needed, or the reverse.
    """
    _check_kinds(log, witnesses)
    note = Note.parse(data)
    signed = note.signed_by([log, *witnesses])
    if not signed or signed[0].key != log:
        problem = f"no signature of {log.name} with key id {log.key_id.hex()}"
        raise CheckpointError("LED052", "checkpoint", problem, "Ask which key the log signs with, by another way.")
    checkpoint = Checkpoint.parse(note.text)
    expected = log.name if origin is None else origin
    if checkpoint.origin != expected:
        problem = f"it speaks of another log than {expected}"
        raise CheckpointError("LED051", "checkpoint", problem, "Fetch the checkpoint of the right log.")
    distinct = tuple({found.key.public: found for found in signed[1:]}.values())
    if len(distinct) < quorum:
        problem = f"{len(distinct)} of the witnesses asked for have signed, {quorum} must"
        raise CheckpointError(
            "LED053", "checkpoint", problem, "Wait for the witnesses, or ask the ledger's keeper why."
        )
    return Opened(checkpoint, note, distinct)


def _check_kinds(log: VerifierKey, witnesses: Sequence[VerifierKey]) -> None:
    if log.kind is not KeyKind.LOG or any(key.kind is not KeyKind.WITNESS for key in witnesses):
        problem = "a log is believed by a key of type 0x01, a witness by one of type 0x04"
        raise CheckpointError("LED054", "keys", problem, "Hand in each key in its place.")


def _refuse(problem: str) -> NoReturn:
    raise CheckpointError("LED050", "checkpoint", problem, "Fetch it again; if it comes the same, its log is at fault.")
