"""The standard encryption of PDF files, where the password of the reader is empty: strings and streams, both ways.

Knows the standard handler of revisions 2 to 6 (RC4, AES-128, AES-256); refuses other handlers, and files that ask for a password.
Derives the file's key as a reader does, checks it against the file, and gives two functions for a string or stream of an object.
An initial vector is drawn from the key and the plain text, so that the same label gives the same bytes.
Rules: ISO 32000-1 7.6, ISO 32000-2 7.6.4.3 (revision 6).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hegui.kernel.source import MalformedError
from hegui.label.pdf_objects import Dictionary, Value, integer

__all__ = ["Cipherer", "LockedError", "cipherer"]

Method = Literal["none", "rc4", "aes"]

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_BLOCK = 16


class LockedError(MalformedError):
    """The file asks for a password, or is encrypted in a way that is not known."""


@dataclass(frozen=True, slots=True)
class Cipherer:
    """How the strings and streams of one file are encrypted.

    Attributes:
        key: of the file.
        revision: of the handler; from 5 on the key is not mixed with an object's number.
        strings: method for strings.
        streams: method for streams.
        metadata: whether streams of metadata are encrypted too.
    """

    key: bytes
    revision: int
    strings: Method
    streams: Method
    metadata: bool

    def string(self, data: bytes, number: int, generation: int) -> bytes:
        """A string of an object, decrypted. Raises MalformedError."""
        return self._decrypted(data, self.strings, number, generation)

    def stream(self, data: bytes, number: int, generation: int) -> bytes:
        """A stream, decrypted. Raises MalformedError."""
        return self._decrypted(data, self.streams, number, generation)

    def sealed_string(self, data: bytes, number: int, generation: int) -> bytes:
        """A string of an object, encrypted."""
        return self._encrypted(data, self.strings, number, generation)

    def sealed_stream(self, data: bytes, number: int, generation: int) -> bytes:
        """A stream, encrypted."""
        return self._encrypted(data, self.streams, number, generation)

    def _key(self, method: Method, number: int, generation: int) -> bytes:
        if self.revision >= 5:
            return self.key
        mixed = self.key + number.to_bytes(4, "little")[:3] + generation.to_bytes(4, "little")[:2]
        return _md5(mixed + (b"sAlT" if method == "aes" else b""))[: min(len(self.key) + 5, _BLOCK)]

    def _decrypted(self, data: bytes, method: Method, number: int, generation: int) -> bytes:
        if method == "none":
            return data
        key = self._key(method, number, generation)
        if method == "rc4":
            return _rc4(key, data)
        if not data:
            return data
        if len(data) % _BLOCK or len(data) < 2 * _BLOCK:
            raise MalformedError("an encrypted string or stream is damaged", 0)
        plain = _cbc(key, data[:_BLOCK], data[_BLOCK:], decrypts=True)
        padding = plain[-1]
        if not 1 <= padding <= _BLOCK:
            raise MalformedError("an encrypted string or stream is damaged", 0)
        return plain[:-padding]

    def _encrypted(self, data: bytes, method: Method, number: int, generation: int) -> bytes:
        if method == "none":
            return data
        key = self._key(method, number, generation)
        if method == "rc4":
            return _rc4(key, data)
        vector = hmac.digest(key, b"%d %d " % (number, generation) + data, "sha256")[:_BLOCK]
        padding = _BLOCK - len(data) % _BLOCK
        return vector + _cbc(key, vector, data + bytes([padding]) * padding)


def cipherer(encryption: Dictionary, identity: bytes) -> Cipherer:
    """How a file is encrypted, for a reader without a password.

    Args:
        encryption: the dictionary /Encrypt, with references resolved.
        identity: the first string of /ID, b"" where there is none.
    Raises:
        LockedError: another handler, or a password is needed.
    """
    version, revision = integer(encryption.get("V")) or 0, integer(encryption.get("R")) or 0
    if encryption.get("Filter") != "Standard" or (version, revision) not in (
        (1, 2), (1, 3), (2, 3), (4, 4), (5, 5), (5, 6)
    ):  # fmt: skip
        raise LockedError("it is encrypted in a way that hegui does not know", 0)
    metadata = encryption.get("EncryptMetadata") is not False
    key = (
        _key_256(encryption, revision) if version == 5 else _key_128(encryption, version, revision, identity, metadata)
    )
    if version < 4:
        return Cipherer(key, revision, "rc4", "rc4", True)
    strings, streams = (_method(encryption, encryption.get(which)) for which in ("StrF", "StmF"))
    return Cipherer(key, revision, strings, streams, metadata)


def _method(encryption: Dictionary, name: Value) -> Method:
    """The method of a crypt filter."""
    if name is None or name == "Identity":
        return "none"
    filters = encryption.get("CF")
    found = filters.get(str(name)) if isinstance(filters, Dictionary) and isinstance(name, str) else None
    method = found.get("CFM") if isinstance(found, Dictionary) else None
    if method == "V2":
        return "rc4"
    if method in ("AESV2", "AESV3"):
        return "aes"
    if method in (None, "None"):
        return "none"
    raise LockedError("it is encrypted in a way that hegui does not know", 0)


def _key_128(encryption: Dictionary, version: int, revision: int, identity: bytes, metadata: bool) -> bytes:
    """Algorithms 2, 4 and 5: the key, checked against /U."""
    owner, user = _string(encryption, "O", 32), _string(encryption, "U", 32)
    permissions = integer(encryption.get("P")) or 0
    length = 5 if version == 1 else (integer(encryption.get("Length")) or (128 if version == 4 else 40)) // 8
    if not 5 <= length <= 16:
        raise LockedError("it is encrypted in a way that hegui does not know", 0)
    mixed = _PADDING + owner + (permissions & 0xFFFF_FFFF).to_bytes(4, "little") + identity
    key = _md5(mixed + (b"" if metadata or revision < 4 else b"\xff\xff\xff\xff"))
    for _ in range(50 if revision >= 3 else 0):
        key = _md5(key[:length])
    key = key[:length]
    if revision == 2:
        expected, given = _rc4(key, _PADDING), user
    else:
        expected, given = _md5(_PADDING + identity), user[:16]
        for step in range(20):
            expected = _rc4(bytes(byte ^ step for byte in key), expected)
    if not hmac.compare_digest(expected, given):
        raise LockedError("it asks for a password", 0)
    return key


def _key_256(encryption: Dictionary, revision: int) -> bytes:
    """Algorithm 2.A for an empty password of the user."""
    user, sealed = _string(encryption, "U", 48), _string(encryption, "UE", 32)
    digest = _hash_6 if revision == 6 else _hash_5
    if not hmac.compare_digest(digest(user[32:40]), user[:32]):
        raise LockedError("it asks for a password", 0)
    return _cbc(digest(user[40:48]), bytes(_BLOCK), sealed, decrypts=True)


def _hash_5(salt: bytes) -> bytes:
    return hashlib.sha256(salt).digest()


def _hash_6(salt: bytes) -> bytes:
    """Algorithm 2.B for an empty password; it ends by round 288 at the latest, for a byte is at most 255."""
    key = hashlib.sha256(salt).digest()
    step = 0
    while True:
        sealed = _cbc(key[:16], key[16:32], key * 64)
        name = ("sha256", "sha384", "sha512")[int.from_bytes(sealed[:16], "big") % 3]
        key = hashlib.new(name, sealed).digest()
        step += 1
        if step >= 64 and sealed[-1] <= step - 32:
            return key[:32]


def _string(encryption: Dictionary, key: str, size: int) -> bytes:
    value = encryption.get(key)
    if not isinstance(value, bytes) or len(value) < size:
        raise LockedError("its encryption is damaged", 0)
    return value[:size]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    try:
        encryptor = Cipher(ARC4(key), mode=None).encryptor()
    except (UnsupportedAlgorithm, ValueError):  # a machine may forbid it; odd lengths of the key are not served
        raise LockedError("it is encrypted with a kind of RC4 that cannot be used here", 0) from None
    return encryptor.update(data) + encryptor.finalize()


def _cbc(key: bytes, vector: bytes, data: bytes, *, decrypts: bool = False) -> bytes:
    try:
        cipher = Cipher(algorithms.AES(key), modes.CBC(vector))
        context = cipher.decryptor() if decrypts else cipher.encryptor()
        return context.update(data) + context.finalize()
    except ValueError:
        raise LockedError("its encryption is damaged", 0) from None
