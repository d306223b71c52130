"""Seal one part of a record under its subject's key, and open it again.

Knows the bytes of a sealed part; knows no place to keep it and no source of chance: callers hand in random bytes. Works
with a key for each part, derived from the subject's key and 32 random bytes, so that no count of parts has to be kept:
AES-256-GCM runs once under each. What does not open is refused whole, and nothing says why.
Rules: docs/vault-format.md §2 and §3; RFC 5869 (HKDF), NIST SP 800-38D (GCM).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hegui.vault.faults import VaultDamage, VaultError
from hegui.vault.keys import SubjectKey
from hegui.vault.padding import padded
from hegui.vault.spelling import spell

__all__ = ["MAX_CONTENT", "RANDOM_SIZE", "SALT_SIZE", "Opened", "Place", "blob_name", "key_id_of", "open_part", "seal"]

MAX_CONTENT = 64 << 20
"""Bytes of one part."""
SALT_SIZE = 32
SEED_SIZE = 32
RANDOM_SIZE = SALT_SIZE + SEED_SIZE
"""Random bytes that `seal` takes: the salt of the commitment, then the seed of the part's key."""

MAGIC = b"HGV1"
TAG_SIZE = 16
_HEAD = len(MAGIC) + 16 + SEED_SIZE
_INFO = b"hegui vault part 1"
_NAME = re.compile(r"[!-~]{1,256}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where content belongs: the record and the name of the part, both printable ASCII without spaces, 1 to 256."""

    record: str
    part: str

    def __post_init__(self) -> None:
        for name in (self.record, self.part):
            if not _NAME.fullmatch(name):
                problem = "the name of a record or a part is not 1 to 256 printable ASCII characters."
                raise VaultError("VLT001", "vault", problem, "Name it by its id.")


@dataclass(frozen=True, slots=True)
class Opened:
    """Content, and the salt under which the ledger is committed to it."""

    content: bytes = field(repr=False)
    salt: bytes = field(repr=False)


def seal(key: SubjectKey, place: Place, content: bytes, random: bytes) -> bytes:
    """The sealed part.

    Args:
        random: RANDOM_SIZE bytes of a cryptographic source, never used twice.
    Raises VaultError (VLT002) for content beyond MAX_CONTENT.
    """
    if len(content) > MAX_CONTENT:
        problem = f"the content has {len(content)} bytes; a part holds {MAX_CONTENT}."
        raise VaultError("VLT002", f"record {place.record}", problem, "Keep it as several parts.")
    if len(random) != RANDOM_SIZE:
        raise ValueError(f"sealing takes {RANDOM_SIZE} random bytes")
    salt, seed = random[:SALT_SIZE], random[SALT_SIZE:]
    plain = bytearray(padded(SALT_SIZE + 8 + len(content)))
    plain[: SALT_SIZE + 8 + len(content)] = salt + len(content).to_bytes(8, "big") + content
    head = MAGIC + bytes.fromhex(key.id) + seed
    cipher, nonce = _cipher(key, seed)
    return head + cipher.encrypt(nonce, plain, _bound(head, key, place))


def open_part(key: SubjectKey, place: Place, sealed: bytes) -> Opened:
    """What was sealed at this place under this key.

    Raises VaultDamage: VLT003 these are not the bytes sealed here, VLT004 not a sealed part, or under another key.
    """
    where = f"record {place.record}"
    if key_id_of(sealed, where) != key.id:
        raise VaultDamage("VLT004", where, "the part is sealed under another key.", "Open it with the key it names.")
    head = sealed[:_HEAD]
    cipher, nonce = _cipher(key, head[-SEED_SIZE:])
    try:
        plain = cipher.decrypt(nonce, sealed[_HEAD:], _bound(head, key, place))
    except InvalidTag:
        raise _altered(where) from None
    end = SALT_SIZE + 8 + int.from_bytes(plain[SALT_SIZE : SALT_SIZE + 8], "big")
    if end > len(plain) or len(plain) != padded(end) or plain[end:].strip(b"\0"):
        raise _altered(where)
    return Opened(plain[SALT_SIZE + 8 : end], plain[:SALT_SIZE])


def key_id_of(sealed: bytes, where: str = "vault") -> str:
    """The id of the key it is sealed under. Raises VaultDamage (VLT004) for what is no sealed part."""
    if not sealed.startswith(MAGIC) or len(sealed) < _HEAD + padded(0) + TAG_SIZE:
        raise VaultDamage("VLT004", where, "the bytes are no sealed part of version 1.", "Restore it from a backup.")
    return sealed[len(MAGIC) : len(MAGIC) + 16].hex()


def blob_name(key_id: str, place: Place) -> str:
    """Under which name it is stored: by key, so that all of a key is found without a list of records."""
    digest = sha256(b"hegui vault name 1" + spell(place.record) + spell(place.part)).hexdigest()
    return f"{key_id}/{digest[:32]}"


def _cipher(key: SubjectKey, seed: bytes) -> tuple[AESGCM, bytes]:
    derived = HKDF(hashes.SHA256(), length=44, salt=seed, info=_INFO).derive(key.key)
    return AESGCM(derived[:32]), derived[32:]


def _bound(head: bytes, key: SubjectKey, place: Place) -> bytes:
    return head + spell(key.subject) + spell(place.record) + spell(place.part)


def _altered(where: str) -> VaultDamage:
    problem = "the part does not open: it was altered, or belongs to another record, part or subject."
    return VaultDamage(
        "VLT003", where, problem, "Restore it from a backup; the ledger's commitment tells the right one."
    )
