"""Keys that labels are signed with, and which provider's they are: what is pinned, and how one is told from another.

Knows the two algorithms in use (SM2 with SM3, RSA with SHA-256) and the forms of their keys; knows no label. A key is one and the
same in whatever form it comes. The key travels in the file it signs, so a signature says who signed only where the key has
been pinned to its provider before.
Rules: TC260-PG-202511A; GB/T 32918; RFC 8017 8.2.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from hegui.crypto.sm2 import Sm2Error, Sm2PublicKey, verifies
from hegui.crypto.sm2_forms import read_public, read_signature
from hegui.label import provider_code
from hegui.label.faults import LabelError
from hegui.label.security_data import RSA, SM2

__all__ = ["ALGORITHMS", "LEAST_RSA_BITS", "NO_PINS", "LabelKey", "Pins", "read_key"]

ALGORITHMS = (SM2, RSA)
"""OIDs of the signatures that are checked here."""
LEAST_RSA_BITS = 2048
"""A shorter modulus proves nothing."""
_MOST_DER = 2100
"""Bytes of the key of RSA with 16,384 bits."""


@dataclass(frozen=True, slots=True)
class LabelKey:
    """A public key in its one form.

    Attributes:
        algorithm: OID of the signatures it checks.
        data: SM2: 04, x and y; RSA: SubjectPublicKeyInfo in DER.
    """

    algorithm: str
    data: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the algorithm, a zero byte and the data, in hexadecimal."""
        return sha256(self.algorithm.encode("ascii") + b"\0" + self.data).hexdigest()

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature, in any of its forms, is this key's over the message. Raises Sm2Error (SIG002)."""
        if self.algorithm == SM2:
            raw = read_signature(signature)
            return raw is not None and verifies(Sm2PublicKey(self.data), message, raw)
        key = load_der_public_key(self.data)
        try:
            if isinstance(key, RSAPublicKey):
                key.verify(signature, message, PKCS1v15(), SHA256())
                return True
        except InvalidSignature:
            pass
        return False


def read_key(algorithm: str, data: bytes) -> LabelKey | None:
    """The key of an algorithm we know, in any of its forms; None for others and for weak ones."""
    if algorithm == SM2:
        try:
            return LabelKey(SM2, read_public(data).point)
        except Sm2Error:
            return None
    return _rsa(data) if algorithm == RSA and len(data) <= _MOST_DER else None


def _rsa(data: bytes) -> LabelKey | None:
    try:
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_RSA_BITS:
        return None
    return LabelKey(RSA, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@dataclass(frozen=True, slots=True)
class Pins:
    """Which keys are whose.

    Attributes:
        fingerprints: by provider: as its labels name it, or the 18 characters of its subject code, for all of its codes.
    """

    fingerprints: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, table: Mapping[str, Sequence[str]]) -> Pins:
        """Pins from keys in PEM, hexadecimal or Base64, by provider. Raises LabelError (LBL093) for what is no key."""
        return cls({provider: frozenset(_pinned(provider, text) for text in keys) for provider, keys in table.items()})

    def has(self, provider: str, key: LabelKey) -> bool:
        """Whether this key is pinned to this provider."""
        return any(key.fingerprint in self.fingerprints.get(name, ()) for name in _names(provider))


NO_PINS = Pins({})


def _names(provider: str) -> tuple[str, ...]:
    return (provider, provider_code.parse(provider).subject) if provider_code.is_valid(provider) else (provider,)


def _pinned(provider: str, text: str) -> str:
    data = _decoded(text)
    for algorithm in ALGORITHMS:
        key = read_key(algorithm, data)
        if key is not None:
            return key.fingerprint
    raise LabelError("LBL093", f"key of {provider[:60]}", "it is no public key of SM2, nor of RSA with 2,048 bits or more",
                     "Give it in PEM (openssl pkey -pubin -in KEY), or in hexadecimal.")  # fmt: skip


def _decoded(text: str) -> bytes:
    lines = [line for line in text.strip().splitlines() if not line.startswith("-----")]
    plain = "".join("".join(lines).split())
    try:
        return bytes.fromhex(plain)
    except ValueError:
        pass
    try:
        return b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        return b""
