"""The second signature of a checkpoint, by SM2, and which of its keys was in force at which sizes.

Knows the key's string, its signature line, the table of these keys and the note by which the log states one; knows no
folder. A reader who does not know this kind of key passes its line over, as C2SP says of unknown keys. An SM2 key is
believed because the log's own key, which is believed, signed the statement, and the SM2 key signed it too.
Rules: docs/ledger-format.md §7; C2SP signed-note, signature type 0xff; GB/T 32918.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import NoReturn

from hegui.crypto.sm2 import Sm2Error, Sm2PublicKey, Sm2Signer, verifies
from hegui.ledger.checkpoint import Checkpoint, open_checkpoint
from hegui.ledger.entry import Entry
from hegui.ledger.keys import KEY_ID_SIZE, LedgerKeyError, SignerKey, VerifierKey, is_key_name
from hegui.ledger.note import Note, Signature
from hegui.ledger.rotation import RotationError
from hegui.ledger.spelling import read_base64, read_decimal, write_base64

__all__ = ["SECOND_KEYS_PATH", "SecondHistory", "SecondKey", "SecondTerm", "Verdict", "check_statement", "judge",
           "second_line", "state_second", "statement_entry", "statement_path"]  # fmt: skip

SECOND_KEYS_PATH = "sm2/keys"
"""The table of SM2 keys, below the prefix of the log."""
MARK = "sm2_key.stated"
"""Type of the entry, and first word of the note's extension line."""
ALGORITHM = b"\xff1.2.156.10197.1.501"
"""Signature type of C2SP without a byte of its own, and the OID of SM2 with SM3."""
NONE = "-"
"""Stands where a key would, once the log signs with SM2 no longer."""
_TITLE = "hegui.ledger/sm2-keys@v1"


class Verdict(StrEnum):
    """What can be said of a key's signature on a note."""

    HOLDS = "holds"
    WRONG = "wrong"
    MISSING = "missing"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class SecondKey:
    """An SM2 key under the log's name. `str()` is its verifier key string."""

    name: str
    public: Sm2PublicKey

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise _unreadable("its name is empty or holds white space, a plus sign or control characters")

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || algorithm || point), its first 4 bytes."""
        return sha256(self.name.encode() + b"\n" + ALGORITHM + self.public.point).digest()[:KEY_ID_SIZE]

    @classmethod
    def parse(cls, text: str) -> SecondKey:
        """Read `<name>+<key id>+<base64(algorithm || point)>`. Raises LedgerKeyError (LED034), Sm2Error (SIG001)."""
        parts = text.split("+", 2)
        data = read_base64(parts[2]) if len(parts) == 3 else None
        if data is None or not data.startswith(ALGORITHM):
            raise _unreadable("it is not <name>+<8 hexadecimal digits>+<base64> of an SM2 key")
        key = cls(parts[0], Sm2PublicKey(data[len(ALGORITHM) :]))
        if key.key_id.hex() != parts[1]:
            raise _unreadable("its key id is another key's")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{write_base64(ALGORITHM + self.public.point)}"


def second_line(text: str, name: str, signer: Sm2Signer) -> Signature:
    """The signature line over a note text. Raises Sm2Error."""
    key = SecondKey(name, signer.public)
    return Signature(name, key.key_id, signer.sign(text.encode("utf-8")))


def judge(note: Note, key: SecondKey) -> Verdict:
    """Whether this key signed; not checked where there is no program that can."""
    claims = [one.value for one in note.signatures if (one.name, one.key_id) == (key.name, key.key_id)]
    text = note.text.encode("utf-8")
    try:
        held = all(verifies(key.public, text, value) for value in claims)
    except Sm2Error:
        return Verdict.NOT_CHECKED
    return Verdict.MISSING if not claims else Verdict.HOLDS if held else Verdict.WRONG


@dataclass(frozen=True, slots=True)
class SecondTerm:
    """The smallest size whose checkpoint is signed by this key, or by none."""

    from_size: int
    key: SecondKey | None


@dataclass(frozen=True, slots=True)
class SecondHistory:
    """The SM2 keys of a log in their order; a log that never stated one has no terms."""

    terms: tuple[SecondTerm, ...] = ()

    def __post_init__(self) -> None:
        if any(a.from_size >= b.from_size for a, b in pairwise(self.terms)):
            _refuse(SECOND_KEYS_PATH, "its sizes do not ascend")

    @property
    def current(self) -> SecondKey | None:
        """The key in force."""
        return self.terms[-1].key if self.terms else None

    def of_size(self, size: int) -> SecondKey | None:
        """The key that signs this size; at the size of a statement the one it states."""
        return next((term.key for term in reversed(self.terms) if term.from_size <= size), None)

    def stated(self, size: int, key: SecondKey | None) -> SecondHistory:
        """The history after a statement at `size`; one that is there already stays one."""
        terms = tuple(term for term in self.terms if term.from_size != size)
        return SecondHistory((*terms, SecondTerm(size, key)))

    def encode(self) -> bytes:
        """The bytes of the table."""
        lines = (f"{term.from_size} {term.key or NONE}" for term in self.terms)
        return "\n".join([_TITLE, *lines, ""]).encode("utf-8")

    @classmethod
    def parse(cls, data: bytes) -> SecondHistory:
        """Read the table. Raises RotationError (LED100), LedgerKeyError (LED034) for a line that is no key."""
        title, *lines = data.decode("utf-8", "replace").split("\n")
        if title != _TITLE or not lines or lines.pop():
            _refuse(SECOND_KEYS_PATH, f"its first line is not {_TITLE}, or its last one is not ended")
        return cls(tuple(map(_term, lines)))


def statement_path(size: int) -> str:
    """Where the note of a statement lies, below the prefix of the log."""
    return f"sm2/{size}"


def statement_entry(log: VerifierKey, key: SecondKey | None, at: datetime) -> Entry:
    """The entry that records a statement: the log's key is the actor, the SM2 key the subject."""
    return Entry(MARK, str(key or NONE), str(log), at)


def state_second(checkpoint: Checkpoint, log: SignerKey, second: Sm2Signer | None) -> Note:
    """The note: from this checkpoint on, this SM2 key signs too; signed by the log's key and by it."""
    key = SecondKey(log.name, second.public) if second is not None else None
    text = Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root, (_extension(key),)).text()
    note = Note.sign(text, log)
    return note if second is None else note.plus(second_line(text, log.name, second))


@lru_cache(maxsize=64)  # a writer asks anew each time it takes the lock
def check_statement(data: bytes, log: VerifierKey, term: SecondTerm, *, origin: str) -> Checkpoint:
    """The checkpoint at which the log stated the key of this term.

    The SM2 signature on it counts as proof that its holder agreed; where it cannot be checked the log's own suffices.

    Raises RotationError (LED100) where the note says something else; else as `open_checkpoint`.
    """
    opened = open_checkpoint(data, log, origin=origin)
    found = opened.checkpoint
    if found.extensions != (_extension(term.key),) or found.size != term.from_size:
        _refuse(statement_path(term.from_size), "the note states another key, or another size")
    if term.key is not None and judge(opened.note, term.key) in (Verdict.WRONG, Verdict.MISSING):
        _refuse(statement_path(term.from_size), "the SM2 key it states has not signed it")
    return found


def _extension(key: SecondKey | None) -> str:
    return f"{MARK} {key or NONE}"


def _term(line: str) -> SecondTerm:
    size, border, key = line.partition(" ")
    number = read_decimal(size)
    if not border or number is None:
        _refuse(SECOND_KEYS_PATH, "a line is not: size, space, SM2 verifier key or a hyphen")
    return SecondTerm(number, None if key == NONE else SecondKey.parse(key))


def _unreadable(problem: str) -> LedgerKeyError:
    return LedgerKeyError("LED034", "SM2 verifier key", problem, "Copy the whole line again.")


def _refuse(where: str, problem: str) -> NoReturn:
    raise RotationError("LED100", where, problem, "Fetch it again; compare it with docs/ledger-format.md §7.")
