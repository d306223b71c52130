"""The keys that sign checkpoints: read and write their strings, sign, check.

Knows Ed25519 in the two uses the ledger has: a log signs a text as it is, a witness signs it with the time. Knows no notes
and no clock, draws no randomness: seeds and seconds are handed in. A signer key never shows its seed by accident.
Rules: C2SP signed-note (key strings, key id, type 0x01) and tlog-cosignature (`cosignature/v1`, type 0x04); RFC 8032.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hegui.errors import InputError
from hegui.kernel.merkle import MAX_SIZE
from hegui.ledger.spelling import read_base64, read_hex, write_base64

__all__ = ["KEY_ID_SIZE", "KeyKind", "LedgerKeyError", "SignerKey", "VerifierKey", "is_key_name"]

KEY_ID_SIZE = 4
_KEY_SIZE = 32
_SIGNATURE_SIZE = 64
_TIME_SIZE = 8
_PRIVATE = "PRIVATE+KEY+"


class LedgerKeyError(InputError):
    """A key string that cannot be read, or a key put to a use it has not."""


class KeyKind(IntEnum):
    """The type byte of a key."""

    LOG = 0x01
    WITNESS = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who is believed: a name, a kind and 32 bytes of public key. `str()` is the vkey string."""

    name: str
    kind: KeyKind
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_length(self.public, self.name)

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || kind || public key), its first 4 bytes: which key, not proof of it."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(material).digest()[:KEY_ID_SIZE]

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read `<name>+<key id>+<base64(kind || public key)>`.

        Raises LedgerKeyError: LED030 not of this form; LED031 the key id is another key's; LED032 a kind we cannot check.
        """
        name, key_id, kind, public = _read(text, "verifier key")
        key = cls(name, kind, public)
        _check_id(key, key_id)
        return key

    def __str__(self) -> str:
        return _write(self.name, self.key_id, self.kind, self.public)

    def accepts(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `text`; what follows name and key id in a signature line is handed in."""
        if self.kind is KeyKind.WITNESS:
            at = self.signed_at(signature)
            if at is None:
                return False
            text, signature = _with_time(text, at), signature[_TIME_SIZE:]
        if len(signature) != _SIGNATURE_SIZE:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True

    def signed_at(self, signature: bytes) -> int | None:
        """When a witness says it signed, seconds since 1970 UTC; None for a log key, or where no time can be read."""
        if self.kind is not KeyKind.WITNESS or len(signature) != _TIME_SIZE + _SIGNATURE_SIZE:
            return None
        at = int.from_bytes(signature[:_TIME_SIZE], "big")
        return at if at <= MAX_SIZE else None


@dataclass(frozen=True, slots=True)
class SignerKey:
    """Who signs: a name, a kind and a seed of 32 random bytes. `secret()` is the string to store, `str()` hides it."""

    name: str
    kind: KeyKind
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_length(self.seed, self.name)

    @property
    def verifier(self) -> VerifierKey:
        """The public half, to be handed out."""
        return VerifierKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> SignerKey:
        """Read `PRIVATE+KEY+<name>+<key id>+<base64(kind || seed)>`; raises as VerifierKey.parse."""
        if not text.startswith(_PRIVATE):
            raise _unreadable("signer key")
        name, key_id, kind, seed = _read(text.removeprefix(_PRIVATE), "signer key")
        key = cls(name, kind, seed)
        _check_id(key.verifier, key_id)
        return key

    def secret(self) -> str:
        """The string that `parse` reads; whoever has it can sign."""
        return _PRIVATE + _write(self.name, self.verifier.key_id, self.kind, self.seed)

    def sign(self, text: bytes, *, at: int | None = None) -> bytes:
        """What follows the key id in a signature line: 64 bytes of a log, 72 of a witness.

        Args:
            text: the note text, with its last line feed.
            at: seconds since 1970 UTC, below 2**63; a witness needs it, a log does not sign it.
        Raises:
            LedgerKeyError: LED033 a witness without a time.
        """
        if self.kind is KeyKind.LOG:
            return self._private().sign(text)
        if at is None or not 0 <= at <= MAX_SIZE:
            raise LedgerKeyError("LED033", self.name, "a witness signs with a time", "Hand in seconds since 1970.")
        return at.to_bytes(_TIME_SIZE, "big") + self._private().sign(_with_time(text, at))

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def is_key_name(name: str) -> bool:
    """Whether it may name a key: not empty, neither white space nor `+` nor control characters."""
    return bool(name) and not any(char.isspace() or char < " " or char == "+" for char in name)


def _with_time(text: bytes, at: int) -> bytes:
    return b"cosignature/v1\ntime %d\n%b" % (at, text)


def _write(name: str, key_id: bytes, kind: KeyKind, material: bytes) -> str:
    return f"{name}+{key_id.hex()}+{write_base64(bytes([kind]) + material)}"


def _read(text: str, where: str) -> tuple[str, bytes, KeyKind, bytes]:
    """Name, key id, kind and what follows the kind."""
    parts = text.split("+", 2)  # base64 may hold further plus signs
    if len(parts) != 3:
        raise _unreadable(where)
    key_id, data = read_hex(parts[1]), read_base64(parts[2])
    if key_id is None or len(key_id) != KEY_ID_SIZE or not data:
        raise _unreadable(where)
    try:
        kind = KeyKind(data[0])
    except ValueError:
        problem = f"keys of type 0x{data[0]:02x} are not known here"
        raise LedgerKeyError("LED032", parts[0], problem, "Ask for an Ed25519 key, type 0x01 or 0x04.") from None
    return parts[0], key_id, kind, data[1:]


def _check_id(key: VerifierKey, key_id: bytes) -> None:
    if key.key_id != key_id:
        problem = f"the key id is {key.key_id.hex()}, the string says {key_id.hex()}"
        raise LedgerKeyError("LED031", key.name, problem, "Fetch the key again: part of the string was changed.")


def _check_name(name: str) -> None:
    if not is_key_name(name):
        problem = "a key name is empty or holds white space, a plus sign or control characters"
        raise LedgerKeyError("LED030", "key", problem, "Name it like a URL without its scheme: log.example/hegui.")


def _check_length(material: bytes, name: str) -> None:
    if len(material) != _KEY_SIZE:
        raise LedgerKeyError("LED030", name, "a key is not 32 bytes long", "Copy the whole string again.")


def _unreadable(where: str) -> LedgerKeyError:
    remedy = "Copy the whole line: <name>+<8 hexadecimal digits>+<base64>, a signer key with PRIVATE+KEY+ before it."
    return LedgerKeyError("LED030", where, "the string is not a key", remedy)
