"""Whose key signs manifests: a certificate chain, and a private key in a file or behind a program that speaks to a device.

Knows ES256 (ECDSA over P-256 with SHA-256) and what C2PA asks of a certificate; shows nothing of a key. A signature is handed out
only after the certificate's public key has accepted it. Whether the chain is one that others trust is not known here.
Rules: C2PA 2.2 13.2 (signature algorithms), 14.5 (certificate profile); RFC 5280.
"""

from __future__ import annotations

import shlex
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hegui.label.c2pa.faults import command_failed, unusable

__all__ = ["SIGNATURE_SIZE", "Credential", "open_credential"]

SIGNATURE_SIZE = 64
"""Bytes of r and s."""
_HALF = SIGNATURE_SIZE // 2
_MOST_CERTIFICATES = 10
_MOST_PEM = 1 << 20
_PROGRAM_SECONDS = 30

Raw = Callable[[bytes], bytes]
"""Signs a message: r and s, 64 bytes, or DER."""


@dataclass(frozen=True)
class Credential:
    """Who signs.

    Attributes:
        chain: certificates in PEM, the signer's first.
        tsa_url: whom to ask for a time stamp (RFC 3161); None asks nobody.
    """

    chain: str
    public: EllipticCurvePublicKey
    raw: Raw
    where: str
    tsa_url: str | None = None

    def sign(self, message: bytes) -> bytes:
        """r and s, 64 bytes. Raises LabelError (LBL143, LBL144)."""
        said = self.raw(message)
        try:
            r, s = _halves(said)
            self.public.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
        except (ValueError, InvalidSignature):
            raise command_failed(self.where, "what came back is no ES256 signature of the certificate's key") from None
        return r.to_bytes(_HALF) + s.to_bytes(_HALF)


def open_credential(chain: Path, key: str, *, now: datetime, tsa_url: str | None = None) -> Credential:
    """The chain and the key, checked against each other.

    Args:
        chain: PEM file, the signer's certificate first, then who issued it; the root may be left away.
        key: `file:PATH` or PATH of a private key in PEM, its owner's alone; or `command:PROGRAM …`, which reads the message on
            stdin and writes the signature on stdout.
        now: an aware instant, at which the certificate must be valid.
        tsa_url: whom to ask for a time stamp; signing then needs the network.
    Raises:
        LabelError: LBL143 the chain or the key cannot be used.
    """
    pem = _text(chain)
    public = _public_of(_certificates(pem, str(chain)), str(chain), now)
    if tsa_url is not None and not tsa_url.startswith(("http://", "https://")):
        raise unusable(tsa_url, "a time-stamping authority is reached by http or https")
    kind, _, rest = key.partition(":")
    if kind == "command":
        words = _words(rest)
        return Credential(pem, public, lambda message: _run(words, message), f"command:{words[0]}", tsa_url)
    path = Path(rest if kind == "file" else key).expanduser()
    private = _private(path)
    if private.public_key() != public:
        raise unusable(str(path), "the key is not that of the first certificate")
    return Credential(pem, public, lambda message: private.sign(message, ECDSA(SHA256())), str(path), tsa_url)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_PEM)
    except OSError as error:
        raise unusable(str(path), f"it cannot be read: {error.strerror}") from None
    return data.decode("ascii", "replace")


def _certificates(pem: str, where: str) -> list[x509.Certificate]:
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise unusable(where, "there are no certificates in it") from None
    if len(found) > _MOST_CERTIFICATES:
        raise unusable(where, f"it holds {len(found)} certificates")
    return found


def _public_of(chain: list[x509.Certificate], where: str, now: datetime) -> EllipticCurvePublicKey:
    """The signer's public key, from a chain that hangs together."""
    first = chain[0]
    public = first.public_key()
    if not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP256R1):
        raise unusable(where, "the key of the first certificate is not on the curve P-256")
    if not first.not_valid_before_utc <= now <= first.not_valid_after_utc:
        raise unusable(where, f"the first certificate is valid from {_day(first.not_valid_before_utc)}"
                              f" to {_day(first.not_valid_after_utc)}")  # fmt: skip
    if not _may_sign(first):
        raise unusable(where, "the first certificate does not allow digital signatures, or names no purpose")
    for lower, upper in pairwise(chain):
        try:
            lower.verify_directly_issued_by(upper)
        except (ValueError, TypeError, InvalidSignature):
            raise unusable(where, "a certificate in it was not issued by the next") from None
    return public


def _may_sign(certificate: x509.Certificate) -> bool:
    """A key usage with digitalSignature, a purpose, and no authority (C2PA 2.2 14.5.1)."""
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        is_authority = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_authority = False
    return usage.digital_signature and len(purposes) > 0 and not is_authority


def _private(path: Path) -> EllipticCurvePrivateKey:
    text = _text(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise unusable(str(path), f"others than its owner may use the file (mode {mode:04o})")
    try:
        key = load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise unusable(str(path), "it holds no private key in PEM without a password") from None
    if not isinstance(key, EllipticCurvePrivateKey):
        raise unusable(str(path), "the key is not on the curve P-256")
    return key


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise unusable("command:", "it names no program")
    return words


def _run(words: list[str], message: bytes) -> bytes:
    where = f"command:{words[0]}"
    try:
        done = subprocess.run(
            words, input=message, capture_output=True, timeout=_PROGRAM_SECONDS, check=False, start_new_session=True
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise command_failed(where, f"it cannot be run ({type(error).__name__})") from None
    if done.returncode:
        raise command_failed(where, f"it ended with {done.returncode}")
    return done.stdout


def _halves(signature: bytes) -> tuple[int, int]:
    if len(signature) == SIGNATURE_SIZE:
        return int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    return decode_dss_signature(signature)


def _day(instant: datetime) -> str:
    return instant.date().isoformat()
