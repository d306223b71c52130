"""Object stores of the tests' own: a real S3-compatible server that checks signatures, and one that fails as it is told.

The real one is moto in a process of its own, stopped by its own id. It recomputes each signature with botocore, which shares
no code with ours. Each test asks for a bucket of its own.
"""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hegui.store.s3 import S3Bucket, S3Client
from hegui.store.s3_signature import Credentials
from tests.support.patience import PATIENCE_SECONDS

__all__ = ["ObjectStore", "Script", "object_store", "s3_bucket", "scripted", "scripted_server"]


SETUP = """
import boto3, json, sys
about = {"endpoint_url": sys.argv[1], "region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
iam = boto3.client("iam", **about)
iam.create_user(UserName="hegui")
rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="hegui", PolicyName="all", PolicyDocument=json.dumps(rights))
key = iam.create_access_key(UserName="hegui")["AccessKey"]
print(json.dumps([key["AccessKeyId"], key["SecretAccessKey"]]))
"""


class ObjectStore:
    """A running server; `credentials` are the only ones it takes."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self._port}"
        self._numbers = itertools.count(1)
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the server
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if time.monotonic() > give_up_at or self._process.poll() is not None:
                self._log.seek(0)
                raise RuntimeError(f"the object store does not start: {self._log.read()[-2000:]!r}")
            time.sleep(0.05)
        made = subprocess.run([sys.executable, "-c", SETUP, self.endpoint], capture_output=True, check=True)
        self.credentials = Credentials(*json.loads(made.stdout))
        self._request("POST", "/moto-api/reset-auth", b"0")  # from now on every request is checked

    def new_bucket(self) -> S3Bucket:
        """An empty bucket."""
        bucket = S3Bucket(self.endpoint, f"test-{next(self._numbers)}", self.credentials)
        client = S3Client(bucket)
        client.put("", b"")  # a PUT of the bucket itself makes it
        client.close()
        return bucket

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=PATIENCE_SECONDS)
        self._log.close()

    def _answers(self) -> bool:
        try:
            return self._request("GET", "/moto-api/data.json") == 200
        except OSError:
            return False

    def _request(self, method: str, path: str, body: bytes = b"") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body=body, headers={"content-type": "text/plain"})
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    store = ObjectStore()
    try:
        yield store
    finally:
        store.stop()


@pytest.fixture
def s3_bucket(object_store: ObjectStore) -> S3Bucket:
    """An empty bucket of this test's own."""
    return object_store.new_bucket()


Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Script:
    """What the scripted server does, request by request, and what it was asked."""

    endpoint: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def bucket(self, **changes: object) -> S3Bucket:
        about = {"timeout_seconds": 0.3, "credentials": Credentials("key", "secret"), **changes}
        return S3Bucket(self.endpoint, "bucket", **about)  # type: ignore[arg-type]


@pytest.fixture
def scripted() -> Iterator[Script]:
    with scripted_server() as script:
        yield script


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that hang up are what is tried."""


@contextmanager
def scripted_server(context: ssl.SSLContext | None = None) -> Iterator[Script]:
    """A server on a free port that plays `answers` in their order; with a context it speaks TLS."""
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            script.asked.append((self.command, self.path, dict(self.headers.items()), body))
            script.answers.pop(0)(self)

        do_GET = do_PUT = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        if context:
            # The handshake belongs to the thread of the request, not to the one that takes connections.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        scheme = "https" if context else "http"
        script.endpoint = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
