"""Sign a request to an S3-compatible object store (AWS Signature Version 4).

Knows the bytes that are signed; knows no socket and no clock. Signs every header it is given, the body's hash among them, so
the server finds out whatever changed on the way.
Rules: AWS "Signature Version 4", "Authenticating Requests: Using the Authorization Header"; its published examples are the
tests.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote

__all__ = ["Credentials", "encode_path", "encode_query", "sign"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key and its secret; `region` is the one the store expects, such as `us-east-1` for most that are not AWS."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    session_token: str | None = field(default=None, repr=False)


def encode_path(path: str) -> str:
    """The path as it is sent and signed: each character that is not unreserved as %XX, slashes as they are."""
    return quote(path, safe="/-_.~")


def encode_query(query: Mapping[str, str]) -> str:
    """The query as it is sent and signed: sorted, encoded once."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def sign(
    credentials: Credentials,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
) -> dict[str, str]:
    """All headers to send: those given, `host` among them, and the signature's."""
    instant = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    hashed = sha256(body).hexdigest()
    sent = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    sent |= {"x-amz-content-sha256": hashed, "x-amz-date": instant}
    if credentials.session_token:
        sent["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(sent))
    listed = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    request = "\n".join((method, encode_path(path), encode_query(query), listed, names, hashed))
    scope = f"{instant[:8]}/{credentials.region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{instant}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    signature = _hmac(_key(credentials, instant[:8]), to_sign).hex()
    said = f"Credential={credentials.access_key}/{scope},SignedHeaders={names},Signature={signature}"
    return {**sent, "authorization": f"AWS4-HMAC-SHA256 {said}"}


def _key(credentials: Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (day, credentials.region, "s3", "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), sha256)
