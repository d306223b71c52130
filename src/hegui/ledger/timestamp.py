"""Ask a time-stamping authority (时间戳服务机构) to say that a checkpoint was there, and check what it says.

Knows request and response as bytes; opens no socket. What is stamped is the text of the checkpoint, which every signature
covers too, so that cosignatures may be added later. Needs the package rfc3161-client, which `hegui[timestamps]` installs.
Rules: RFC 3161 §2.4; docs/ledger-format.md §4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from cryptography import x509

from hegui.errors import InputError

__all__ = ["TimestampError", "check_stamp", "read_roots", "stamp_request"]

MAX_RESPONSE = 1 << 20


class TimestampError(InputError):
    """A response that stamps something else, or that nobody we trust has signed."""


def stamp_request(text: bytes) -> bytes:
    """A TimeStampReq over SHA-256 of `text`, DER, with a fresh nonce; asks for the authority's certificate."""
    client = _client()
    request = (
        client.TimestampRequestBuilder()
        .data(text)
        .hash_algorithm(client.HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    return bytes(request.as_bytes())


def check_stamp(response: bytes, text: bytes, roots: Sequence[x509.Certificate]) -> datetime:
    """When the authority says that `text` was there, UTC.

    Raises TimestampError (LED123) unless the response is of an authority under one of `roots` and over this text.
    """
    client = _client()
    if len(response) > MAX_RESPONSE:
        _refuse("it is too long")
    try:
        decoded = client.decode_timestamp_response(response)
        builder = client.VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        if decoded.status != 0:
            _refuse(f"the authority refused, status {decoded.status}")
        builder.build().verify_message(decoded, text)
        at: datetime = decoded.tst_info.gen_time
    except TimestampError:
        raise
    except (ValueError, client.VerificationError, x509.ExtensionNotFound, AssertionError) as error:
        _refuse(f"it does not hold: {str(error)[:200] or type(error).__name__}")
    return at.astimezone(UTC)


def read_roots(pem: bytes) -> list[x509.Certificate]:
    """The certificates of the authorities that are trusted. Raises TimestampError (LED123)."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise TimestampError(
            "LED123", "ledger.tsa_ca", "it holds no certificates in PEM", "Ask the authority for its root certificate."
        ) from None


def _client() -> Any:
    # Imported here: an optional package.
    try:
        import rfc3161_client
    except ImportError:
        remedy = "Install it: python3 -m pip install 'hegui[timestamps]'"
        raise TimestampError("LED124", "rfc3161-client", "the package is not installed", remedy) from None
    return rfc3161_client


def _refuse(problem: str) -> NoReturn:
    remedy = "Ask the authority again; ledger.tsa_ca must hold the root certificate it is certified under."
    raise TimestampError("LED123", "time stamp", problem, remedy)
