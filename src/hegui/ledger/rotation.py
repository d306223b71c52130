"""Which key signs a log at which sizes, and how one key hands over to the next.

Knows the table of keys and the hand-over note; knows no folder and no randomness. A hand-over is believed because the key
that is believed already signed it: the note names both keys, and both have signed, so that a reader who believes any key of
a log can walk to every other one, forwards and backwards. The table itself is signed by nobody and only says where to look.
Rules: docs/ledger-format.md §6; the note is a C2SP checkpoint with one extension line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NoReturn

from hegui.errors import InputError
from hegui.ledger.checkpoint import Checkpoint, open_checkpoint
from hegui.ledger.entry import Entry
from hegui.ledger.keys import KeyKind, SignerKey, VerifierKey
from hegui.ledger.note import Note
from hegui.ledger.spelling import read_decimal

__all__ = ["KEYS_PATH", "KeyHistory", "KeyTerm", "RotationError", "check_hand_over", "hand_over", "hand_over_path",
           "rotation_entry"]  # fmt: skip

KEYS_PATH = "keys"
"""The table of keys, below the prefix of the log."""
MARK = "key.rotated"
"""Type of the entry, and first word of the note's extension line."""
_TITLE = "hegui.ledger/keys@v1"


class RotationError(InputError):
    """A table of keys or a hand-over that cannot be believed."""


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A key, and the smallest size whose checkpoint it signs."""

    from_size: int
    key: VerifierKey


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """The keys of a log in their order; the first from size 0, each next one from the size at which it was handed over."""

    terms: tuple[KeyTerm, ...]

    def __post_init__(self) -> None:
        if not self.terms or self.terms[0].from_size != 0:
            _refuse("keys", "the table does not begin with size 0")
        if any(a.from_size >= b.from_size for a, b in pairwise(self.terms)):
            _refuse("keys", "its sizes do not ascend")
        if any(term.key.kind is not KeyKind.LOG for term in self.terms):
            _refuse("keys", "one of them is not a log's key")
        if len({term.key for term in self.terms}) != len(self.terms):
            _refuse("keys", "a key stands twice")

    @property
    def current(self) -> VerifierKey:
        """The key in force."""
        return self.terms[-1].key

    def of_size(self, size: int) -> tuple[VerifierKey, ...]:
        """The keys that may have signed this size, the later first: two at the size of a hand-over."""
        ends = [term.from_size for term in self.terms[1:]]
        within = [
            term.key
            for term, end in zip(self.terms, [*ends, None], strict=True)
            if term.from_size <= size and (end is None or size <= end)
        ]
        return tuple(reversed(within))

    def rotated(self, size: int, key: VerifierKey) -> KeyHistory:
        """The history after a hand-over at `size`."""
        return KeyHistory((*self.terms, KeyTerm(size, key)))

    def encode(self) -> bytes:
        """The bytes of the table."""
        return "\n".join([_TITLE, *(f"{term.from_size} {term.key}" for term in self.terms), ""]).encode("utf-8")

    @classmethod
    def parse(cls, data: bytes) -> KeyHistory:
        """Read the table. Raises RotationError (LED100), LedgerKeyError for a line that is no key."""
        try:
            title, *lines = data.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            _refuse("keys", "it is not UTF-8")
        if title != _TITLE or not lines or lines.pop():
            _refuse("keys", f"its first line is not {_TITLE}, or its last one is not ended")
        return cls(tuple(map(_term, lines)))


def hand_over_path(size: int) -> str:
    """Where the note of a hand-over lies, below the prefix of the log."""
    return f"rotation/{size}"


def rotation_entry(old: VerifierKey, new: VerifierKey, at: datetime) -> Entry:
    """The entry that records a hand-over: the old key is the actor, for it orders this; the new key is the subject."""
    return Entry(MARK, str(new), str(old), at)


def hand_over(checkpoint: Checkpoint, old: SignerKey, new: SignerKey) -> Note:
    """The note, signed by both: from this checkpoint on, the new key signs."""
    extension = _extension(old.verifier, new.verifier)
    text = Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root, (extension,)).text()
    return Note.sign(text, old, new)


def check_hand_over(data: bytes, old: VerifierKey, new: VerifierKey, *, origin: str) -> Checkpoint:
    """The checkpoint at which `old` handed over to `new`.

    Raises RotationError (LED100) where the note speaks of other keys; else as `open_checkpoint`.
    """
    for key in (old, new):
        found = open_checkpoint(data, key, origin=origin).checkpoint
    if found.extensions != (_extension(old, new),):
        _refuse("rotation", "the note hands over from or to another key")
    return found


def _extension(old: VerifierKey, new: VerifierKey) -> str:
    return f"{MARK} {old} {new}"


def _term(line: str) -> KeyTerm:
    size, border, key = line.partition(" ")
    number = read_decimal(size)
    if not border or number is None:
        _refuse("keys", "a line is not: size, space, verifier key")
    return KeyTerm(number, VerifierKey.parse(key))


def _refuse(where: str, problem: str) -> NoReturn:
    raise RotationError("LED100", where, problem, "Fetch it again; compare it with docs/ledger-format.md §6.")
