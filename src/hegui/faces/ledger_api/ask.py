"""Carry a request to a witness and bring its answer: over HTTP, or through a file where there is no network.

Knows http.client and files; believes nothing that comes back. Redirects are not followed, an answer has an upper length, and
the whole exchange has a deadline.
Rules: C2SP tlog-witness, add-checkpoint.
"""

from __future__ import annotations

import http.client
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from hegui.errors import HeguiError, InputError, UpstreamError
from hegui.usecases.ledger_witnesses import Answer, Ask

__all__ = ["ANSWER_SUFFIX", "authority_sender", "witness_asker"]

ANSWER_SUFFIX = ".cosignature"
"""What the answer's file is called, after the request's."""
MAX_ANSWER = 64 << 10


def witness_asker(seconds: float) -> Ask:
    """An `Ask` that waits at most so long for a witness."""

    def ask(where: str, body: bytes) -> Answer:
        if where.startswith(("http://", "https://")):
            return _over_http(where, body, seconds)
        return _through_file(Path(where), body)

    return ask


def authority_sender(url: str, seconds: float) -> Callable[[bytes], bytes]:
    """What sends a time-stamp request to an authority (RFC 3161 §3.4). Raises UpstreamError (LED111)."""

    def send(body: bytes) -> bytes:
        answer = _over_http(url, body, seconds, path="", kind="application/timestamp-query")
        if answer.status != 200:
            raise UpstreamError("LED111", url, f"it answered with status {answer.status}", _REMEDY)
        return answer.body

    return send


def _over_http(
    prefix: str, body: bytes, seconds: float, *, path: str = "/add-checkpoint", kind: str = "application/octet-stream"
) -> Answer:
    parts = urlsplit(prefix)
    scheme = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    give_up_at = time.monotonic() + seconds
    connection = scheme(parts.hostname or "", parts.port, timeout=seconds)
    try:
        where = parts.path.rstrip("/") + path or "/"
        connection.request("POST", where, body, {"content-type": kind})
        answer = connection.getresponse()
        return Answer(answer.status, _read(answer, connection, give_up_at))
    except TimeoutError:
        raise UpstreamError("LED111", prefix, f"it did not answer within {seconds:g} seconds", _REMEDY) from None
    except (OSError, http.client.HTTPException) as error:
        problem = f"it cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}"
        raise UpstreamError("LED111", prefix, problem, _REMEDY) from None
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, connection: http.client.HTTPConnection, give_up_at: float) -> bytes:
    """The body, in pieces, so that one that trickles in does not hold us beyond the deadline."""
    body = b""
    while piece := answer.read1(MAX_ANSWER):
        body += piece
        left = give_up_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if len(body) > MAX_ANSWER:
            raise http.client.HTTPException
        if connection.sock is not None:
            connection.sock.settimeout(left)
    return body


def _through_file(request: Path, body: bytes) -> Answer:
    """Leave the request in the file; read the answer that stands beside it, a cosignature or the size that is known."""
    try:
        draft = request.with_name(f".{request.name}.{os.getpid()}.{secrets.token_hex(8)}")
        draft.write_bytes(body)
        draft.replace(request)
        answer = request.with_name(request.name + ANSWER_SUFFIX).read_bytes()
    except FileNotFoundError as error:
        if request.exists():
            return Answer(202, b"")
        raise _no_file(request, error) from None
    except OSError as error:
        raise _no_file(request, error) from None
    return Answer(409 if answer[:1].isdigit() else 200, answer)


def _no_file(request: Path, error: OSError) -> HeguiError:
    problem = f"the request cannot be written there: {error.strerror}"
    return InputError("LED111", str(request), problem, "Name a file in a folder that is there and can be written to.")


_REMEDY = "Ask its keeper whether it runs; the ledger goes on, and can ask again at any time."
