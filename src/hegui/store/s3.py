"""Put, get, delete and list whole objects in an S3-compatible object store.

Knows four requests, their signatures and their failures; knows not what is in an object. A put may have a condition: that
nothing is there, or that what is there is what was read. Rules of this file:

1. Every request may be sent twice without harm, so one that broke off, timed out or met a busy server is sent again, three
   times in all, with a growing pause between.
2. Connections are kept and used again; one that the server closed meanwhile costs nothing but a new one.
3. What the operator has to mend (credentials, clock, bucket) is told apart from what the store failed at.
4. An answer that is shorter than it says, or larger than we asked for, is a failure and no object.
5. A put with a condition that was sent twice may meet what it wrote the first time: its caller reads what is there.
Rules: Amazon S3 API (PutObject, GetObject, DeleteObject, ListObjectsV2, conditional writes by If-Match and If-None-Match).
A store must show a written object to the next reader (AWS does since 2020, MinIO, OSS, COS and OBS do).
"""

from __future__ import annotations

import random
import ssl
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

from hegui.errors import HeguiError, InputError, InternalError
from hegui.store.s3_signature import Credentials, encode_path, encode_query, sign
from hegui.vault.blobs import MAX_BLOB

__all__ = ["S3Bucket", "S3Client", "S3Object", "S3Unsupported"]

ATTEMPTS = 3
PAUSE_SECONDS = 0.2
KEPT_CONNECTIONS = 8
MAX_ANSWER = 16 << 20
"""Bytes of a list or an error: a page of 1,000 keys of 1,024 characters takes a tenth."""

_BUSY = frozenset({409, 429, 500, 502, 503, 504})
"""409 is the answer to one of two conditional writes at the same moment."""
_CONDITION_FAILED = 412
_BYTES = {"content-type": "application/octet-stream"}
_REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"})
_SKEWED = "RequestTimeTooSkewed"


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """Where objects are.

    Attributes:
        endpoint: such as `https://s3.cn-north-1.amazonaws.com.cn` or `http://127.0.0.1:9000`, without a path.
        prefix: what every key begins with; empty, or ending in a slash.
        addressing: "path" for `endpoint/bucket/key`, "virtual" for `bucket.endpoint/key`, which some stores insist on.
        timeout_seconds: longest silence of the server.
        ca_file: PEM file of certificate authorities to trust; None takes the system's.
    """

    endpoint: str
    bucket: str
    credentials: Credentials
    prefix: str = ""
    addressing: Literal["path", "virtual"] = "path"
    timeout_seconds: float = 10.0
    ca_file: Path | None = None

    @property
    def where(self) -> str:
        """As it may be shown."""
        return f"{self.endpoint}/{self.bucket}"


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object as it was read.

    Attributes:
        etag: names these bytes in a condition; what it is made of is the store's affair.
        at: when the store says it was written; None where it does not say.
    """

    data: bytes
    etag: str
    at: datetime | None


class S3Unsupported(InternalError):
    """The store says that it cannot do what was asked."""


class S3Client:
    """A bucket, for any number of threads. Close it when done; what is kept is closed too when nobody has it any more.

    Args:
        attempts: how often a request is sent before its failure is told, count.
    """

    def __init__(
        self,
        bucket: S3Bucket,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        attempts: int = ATTEMPTS,
    ) -> None:
        parts = urlsplit(bucket.endpoint)
        is_plain = parts.path in ("", "/") and not parts.query and not parts.username
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
            problem = "the endpoint is not a URL of scheme and host alone."
            raise InputError("VLT016", bucket.endpoint, problem, "Write it as https://host or http://host:port")
        self.bucket = bucket
        self._clock, self._sleep, self._attempts = clock, sleep, attempts
        is_virtual = bucket.addressing == "virtual"
        self._host = f"{bucket.bucket}.{parts.netloc}" if is_virtual else parts.netloc
        self._base = "/" if is_virtual else f"/{bucket.bucket}/"
        self._tls = _trusting(bucket.ca_file) if parts.scheme == "https" else None
        self._idle: list[HTTPConnection] = []
        weakref.finalize(self, _close_all, self._idle)

    def put(self, key: str, data: bytes) -> None:
        """Keep an object, or replace it."""
        self._ask("PUT", self.bucket.prefix + key, body=data, headers=_BYTES)

    def create(self, key: str, data: bytes) -> bool:
        """Keep an object where there is none; whether it was kept. What is there may be what an attempt before wrote."""
        return self._put_if(key, data, {"if-none-match": "*"})

    def exchange(self, key: str, data: bytes, etag: str) -> bool:
        """Replace the object that has this tag; whether it was replaced. As with `create`, False may follow success."""
        return self._put_if(key, data, {"if-match": etag})

    def get(self, key: str) -> bytes | None:
        """The object, None where there is none."""
        found = self.look(key)
        return None if found is None else found.data

    def look(self, key: str) -> S3Object | None:
        """The object with its tag, None where there is none."""
        answer = self._ask("GET", self.bucket.prefix + key, most=MAX_BLOB)
        return None if answer.status == 404 else S3Object(answer.body, answer.etag, _instant(answer.modified))

    def delete(self, key: str) -> None:
        """Take an object away, if it is there."""
        self._ask("DELETE", self.bucket.prefix + key)

    def list(self, prefix: str) -> Iterator[str]:
        """The keys that begin so, in order, each without the bucket's own prefix."""
        query = {"list-type": "2", "prefix": self.bucket.prefix + prefix}
        while True:
            page = self._page(self._ask("GET", "", query=query).body)
            yield from (key.removeprefix(self.bucket.prefix) for key in page.keys)
            if not page.next:
                return
            query["continuation-token"] = page.next

    def close(self) -> None:
        """Close the connections that are kept."""
        _close_all(self._idle)

    def _put_if(self, key: str, data: bytes, condition: Mapping[str, str]) -> bool:
        answer = self._ask("PUT", self.bucket.prefix + key, body=data, headers={**_BYTES, **condition})
        return answer.status not in (404, _CONDITION_FAILED)

    def _ask(
        self,
        method: str,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        most: int = MAX_ANSWER,
    ) -> _Answer:
        """The answer: what was asked for, or that there is no such object, or that the condition does not hold."""
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = self._send(method, self._base + key, query or {}, body, headers or {}, most)
            except (OSError, HTTPException) as error:
                failure: HeguiError = self._failed(f"{method} broke off: {_words(error)}")
            else:
                if answer.status in (200, 204, _CONDITION_FAILED):
                    return answer
                code = _code(answer.body)
                if answer.status == 404 and code == "NoSuchKey":
                    return answer
                failure = self._explained(answer.status, code)
                if answer.status not in _BUSY:
                    raise failure
            if attempt == self._attempts:
                raise failure
            self._sleep(PAUSE_SECONDS * 2**attempt * (0.5 + random.random() / 2))  # noqa: S311 - to come apart, no secret

    def _send(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, headers: Mapping[str, str], most: int
    ) -> _Answer:
        signed = sign(
            self.bucket.credentials, method, path, query, {**headers, "host": self._host}, body, self._clock()
        )
        signed["content-length"] = str(len(body))
        url = encode_path(path) + (f"?{encode_query(query)}" if query else "")
        while True:
            connection, is_fresh = self._connection()
            try:
                connection.request(method, url, body=body, headers=signed)
                response = connection.getresponse()
                data = response.read(most + 1)
                if len(data) > most or not response.isclosed():
                    raise HTTPException("the answer is cut short or too large")
            except TimeoutError:
                connection.close()
                raise
            except (OSError, HTTPException):
                connection.close()
                if is_fresh:
                    raise
                continue  # the server had closed a connection we kept
            self._keep(connection, response.will_close)
            said = (response.getheader("etag") or "", response.getheader("last-modified") or "")
            return _Answer(response.status, data, *said)

    def _connection(self) -> tuple[HTTPConnection, bool]:
        with suppress(IndexError):
            return self._idle.pop(), False
        timeout = self.bucket.timeout_seconds
        if self._tls:
            return HTTPSConnection(self._host, timeout=timeout, context=self._tls), True
        return HTTPConnection(self._host, timeout=timeout), True

    def _keep(self, connection: HTTPConnection, is_closing: bool) -> None:
        if is_closing or len(self._idle) >= KEPT_CONNECTIONS:
            connection.close()
        else:
            self._idle.append(connection)

    def _page(self, answer: bytes) -> _Page:
        try:
            return _Page.read(answer)
        except ValueError:
            raise self._failed("the list is not one of S3") from None

    def _explained(self, status: int, code: str) -> HeguiError:
        said = f"{status} {code}".strip()
        if code == "NoSuchBucket":
            problem, remedy = "the bucket does not exist.", "Create it; hegui makes none."
            return InputError("VLT018", self.bucket.where, problem, remedy)
        if code == _SKEWED:
            problem = f"the object store refuses the request ({said}): its clock and ours differ."
            return InputError("VLT017", self.bucket.where, problem, "Set this machine's clock, by NTP.")
        if code in _REFUSED or status in (401, 403):
            problem = f"the object store refuses the credentials ({said})."
            remedy = "Check the access key, its secret, the region, and the rights to read, write, delete and list."
            return InputError("VLT017", self.bucket.where, problem, remedy)
        return self._failed(f"it answered {said}", S3Unsupported if status == 501 else InternalError)

    def _failed(self, words: str, kind: type[InternalError] = InternalError) -> InternalError:
        remedy = "See whether it is up and reachable, and whether endpoint, region and addressing are right."
        return kind("VLT016", self.bucket.where, f"the object store failed: {words}.", remedy)


class _Answer(NamedTuple):
    status: int
    body: bytes
    etag: str
    modified: str


@dataclass(frozen=True, slots=True)
class _Page:
    keys: tuple[str, ...]
    next: str | None

    @classmethod
    def read(cls, answer: bytes) -> _Page:
        """A page of a list. Raises ValueError for what is none."""
        root = _xml(answer)
        if root is None or _name(root) != "ListBucketResult":
            raise ValueError("no list")
        found = {_name(child): child.text or "" for child in root}
        keys = [
            entry.text or "" for child in root if _name(child) == "Contents" for entry in child if _name(entry) == "Key"
        ]
        more = found.get("NextContinuationToken") if found.get("IsTruncated") == "true" else None
        if found.get("IsTruncated") == "true" and not more:
            raise ValueError("a list that goes on nowhere")
        return cls(tuple(keys), more)


def _xml(answer: bytes) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(answer)  # noqa: S314 - the operator's own server; expat bounds its entities
    except ElementTree.ParseError:
        return None


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _code(answer: bytes) -> str:
    """The code of an error as S3 words it; empty where there is none. It is shown, so only a word passes."""
    root = _xml(answer)
    found = "" if root is None else next((child.text or "" for child in root if _name(child) == "Code"), "")
    return found if found.isalnum() and len(found) <= 64 else ""


def _close_all(connections: list[HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


def _instant(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:  # ssl.SSLError is one
        problem = f"cannot be used as certificate authorities: {_words(error)}."
        raise InputError("VLT016", str(ca_file), problem, "Name a PEM file.") from None


def _words(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said or type(error).__name__
