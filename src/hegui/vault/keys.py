"""The key of each data subject, and the master keys under which those are stored.

Knows how a key is wrapped and what binds it to its subject; knows no file and no database. Works with AES key wrap: it
takes no nonce, so any number of subjects may be wrapped under one master key. A master key's id is made from the key
itself, so a wrong key is told from a damaged one.
Rules: docs/vault-format.md §1; RFC 3394; FIPS 180-4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from hegui.errors import FileFaults
from hegui.vault.faults import VaultDamage, VaultError
from hegui.vault.spelling import spell

__all__ = ["KEY_SIZE", "NEW_KEY_BYTES", "MasterKeys", "SubjectKey", "WrappedKey", "master_id", "new_key", "subject_of"]

KEY_SIZE = 32
NEW_KEY_BYTES = 16 + KEY_SIZE
"""Random bytes a new key takes: 16 for its id, then the key."""

_SUBJECT = re.compile(r"[!-~]{1,64}")
_KEY_LINE = re.compile(r"[0-9a-fA-F]{64}")
_ONE_KEY_PER_LINE = "Write one key per line as 64 hexadecimal digits, the one in use first: openssl rand -hex 32"


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """A subject's key in the clear. `id` is 32 hexadecimal digits, random: it says nothing about the subject."""

    id: str
    subject: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A subject's key as it is stored, under the master key `master`."""

    id: str
    subject: str
    master: str
    wrapped: bytes = field(repr=False)


def new_key(subject: str, random: bytes) -> SubjectKey:
    """A key for `subject` from 48 random bytes. Raises VaultError (VLT001) for a name that cannot be one."""
    if not _SUBJECT.fullmatch(subject):
        problem = "a subject is not 1 to 64 printable ASCII characters."
        raise VaultError("VLT001", "vault", problem, "Name it by its pseudonym.")
    if len(random) != NEW_KEY_BYTES:
        raise ValueError(f"a key takes {NEW_KEY_BYTES} random bytes")
    return SubjectKey(random[:16].hex(), subject, random[16:])


def subject_of(user: str | None, record: str) -> str:
    """Whose content it is: the user's pseudonym, or where nobody knows the user a subject for this record alone.

    >>> subject_of("u-1", "r"), subject_of(None, "r")
    ('u-1', 'x-r')
    """
    return f"x-{record}" if user is None else user


def master_id(key: bytes) -> str:
    """The id of a master key: 16 hexadecimal digits of a hash, from which a random key cannot be found."""
    return sha256(b"hegui vault master 1" + key).hexdigest()[:16]


class MasterKeys:
    """The master keys at hand. The first wraps; all unwrap. Never shown, not even by `repr`."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_SIZE for key in keys):
            raise ValueError(f"master keys are at least one, of {KEY_SIZE} bytes each")
        self._keys = {master_id(key): key for key in keys}
        self.current = master_id(keys[0])

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, the current one first."""
        return tuple(self._keys)

    def __repr__(self) -> str:
        return f"MasterKeys({', '.join(self.ids)})"

    @classmethod
    def parse(cls, text: str, where: str) -> MasterKeys:
        """The keys of a text, one per line, the current one first; empty lines and those with `#` in front are passed over.

        Raises FileFaults (VLT007) with every fault; it quotes no line.
        """
        found: dict[bytes, int] = {}
        faults = []
        for number, line in enumerate(text.splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if not _KEY_LINE.fullmatch(line):
                faults.append((f"line {number}", f"is not 64 hexadecimal digits ({len(line)} characters)"))
                continue
            key = bytes.fromhex(line)
            if key in found:
                faults.append((f"line {number}", f"is the key of line {found[key]} again"))
            if len(set(key)) < 8:
                faults.append((f"line {number}", "is no random key"))
            found.setdefault(key, number)
        if not found and not faults:
            faults.append(("line 1", "there is no key"))
        if faults:
            raise FileFaults("VLT007", where, faults, _ONE_KEY_PER_LINE)
        return cls(list(found))

    def wrap(self, key: SubjectKey) -> WrappedKey:
        """For storing, under the current master key."""
        wrapped = aes_key_wrap(self._keys[self.current], _binding(key.id, key.subject) + key.key)
        return WrappedKey(key.id, key.subject, self.current, wrapped)

    def unwrap(self, stored: WrappedKey) -> SubjectKey:
        """The key again.

        Raises:
            VaultError: VLT006, the master key it is under is not at hand.
            VaultDamage: VLT005, altered, or of another subject or id.
        """
        where = f"key {stored.id}"
        master = self._keys.get(stored.master)
        if master is None:
            problem = f"it is wrapped under the master key {stored.master}, which is not at hand."
            raise VaultError("VLT006", where, problem, "Add that key to vault.master_key, behind the one in use.")
        try:
            plain = aes_key_unwrap(master, stored.wrapped)
        except (InvalidUnwrap, ValueError):
            plain = b""
        if len(plain) != 32 + KEY_SIZE or not compare_digest(plain[:32], _binding(stored.id, stored.subject)):
            problem = "the stored key does not open: it was altered, or belongs to another subject."
            raise VaultDamage("VLT005", where, problem, "Restore its row from a backup.")
        return SubjectKey(stored.id, stored.subject, plain[32:])

    def rewrap(self, stored: WrappedKey) -> WrappedKey:
        """The same key under the current master key. Raises as `unwrap`."""
        return stored if stored.master == self.current else self.wrap(self.unwrap(stored))


def _binding(key_id: str, subject: str) -> bytes:
    return sha256(b"hegui vault key 1" + bytes.fromhex(key_id) + spell(subject)).digest()
