"""A text and the signatures under it: read one, write one, ask who signed.

Knows lines; knows not what the text says. Works in two steps: parsing judges only the form, so that a note with signatures
of strangers can be kept and passed on; `signed_by` judges the signatures of the keys a reader brings.
Rules: C2SP signed-note, narrowed in docs/ledger-format.md §4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from hegui.errors import InputError
from hegui.ledger.keys import KEY_ID_SIZE, SignerKey, VerifierKey, is_key_name
from hegui.ledger.spelling import read_base64, write_base64

__all__ = ["MAX_NOTE_BYTES", "MAX_SIGNATURES", "Note", "NoteError", "Signature", "Signed"]

MAX_NOTE_BYTES = 262_144
MAX_SIGNATURES = 64


class NoteError(InputError):
    """Bytes that are no signed note, or a note that a known key did not sign as it claims."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key's name, its id (4 bytes), and what the key's kind puts after it."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.key_id) != KEY_ID_SIZE or not self.value:
            _refuse("a signature line is incomplete")

    def is_of(self, key: VerifierKey) -> bool:
        """Whether it claims to be this key's."""
        return self.name == key.name and self.key_id == key.key_id

    def line(self) -> str:
        """The line, with its line feed."""
        return f"— {self.name} {write_base64(self.key_id + self.value)}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read a line without its line feed. Raises NoteError (LED040)."""
        parts = line.split(" ")
        data = read_base64(parts[2]) if len(parts) == 3 and parts[0] == "—" else None
        if data is None:
            _refuse("a signature line is not: em dash, space, key name, space, base64")
        return cls(parts[1], data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


@dataclass(frozen=True, slots=True)
class Signed:
    """A key that did sign; `at` is the time it says, seconds since 1970 UTC, None for a log key."""

    key: VerifierKey
    at: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text, each line of it ended by a line feed, and its signatures in their order."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or any(char < " " and char != "\n" for char in self.text):
            _refuse("the text holds control characters, or does not end with a line feed")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            _refuse(f"it has {len(self.signatures)} signatures; 1 to {MAX_SIGNATURES} are read")

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note; every signature is kept, none is judged. Raises NoteError (LED040)."""
        if len(data) > MAX_NOTE_BYTES:
            _refuse(f"it is longer than {MAX_NOTE_BYTES} bytes")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            _refuse("it is not UTF-8")
        text, border, lines = whole.rpartition("\n\n")
        if not border or not lines.endswith("\n"):
            _refuse("there are no text, empty line and signature lines, each ended by a line feed")
        return cls(text + "\n", tuple(Signature.parse(line) for line in lines[:-1].split("\n")))

    def encode(self) -> bytes:
        """The bytes that `parse` reads."""
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode("utf-8")

    @classmethod
    def sign(cls, text: str, *signers: SignerKey) -> Note:
        """A new note. A witness does not sign new notes, and is refused (LED033)."""
        return cls(text, tuple(_signature(text, signer, None) for signer in signers))

    def cosign(self, witness: SignerKey, *, at: int) -> Signature:
        """The signature line of a witness, to be added with `plus`; `at` in seconds since 1970 UTC."""
        return _signature(self.text, witness, at)

    def plus(self, *more: Signature) -> Note:
        """The same note with further signatures; a later one of the same key takes the place of the one that is there."""
        by_key = {(signature.name, signature.key_id): signature for signature in (*self.signatures, *more)}
        return Note(self.text, tuple(by_key.values()))

    def signed_by(self, keys: Iterable[VerifierKey]) -> list[Signed]:
        """Which of these keys signed, each once, in the order of `keys`; of several times the latest counts.

        Raises NoteError (LED041) if a signature that claims to be of one of them is not.
        """
        found = []
        for key in dict.fromkeys(keys):
            claims = [signature for signature in self.signatures if signature.is_of(key)]
            for claim in claims:
                self._require_signed(key, claim)
            if claims:
                times = [at for claim in claims if (at := key.signed_at(claim.value)) is not None]
                found.append(Signed(key, max(times, default=None)))
        return found

    def _require_signed(self, key: VerifierKey, claim: Signature) -> None:
        if not key.accepts(self.text.encode("utf-8"), claim.value):
            problem = f"the signature of {key.name} is wrong"
            raise NoteError("LED041", "note", problem, "Text or signature was changed: fetch it again, keep this copy.")


def _signature(text: str, signer: SignerKey, at: int | None) -> Signature:
    return Signature(signer.name, signer.verifier.key_id, signer.sign(text.encode("utf-8"), at=at))


def _refuse(problem: str) -> NoReturn:
    raise NoteError("LED040", "note", problem, "Fetch the file again, as bytes.")
