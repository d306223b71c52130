"""A server in front of an object store that loses requests and answers as it is told.

Knows HTTP/1.1 as far as our client speaks it. What passes is sent on unchanged, signatures included.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE_SECONDS

__all__ = ["Fate", "Interrupted", "interrupted"]

Fate = Literal["pass", "away", "torn", "lost"]
"""What becomes of a request: it passes; the connection is closed at once; half of its body arrives; all of it arrives, and the
answer is lost."""


class Interrupted:
    """Decides each request's fate by its method and path; `seen` are those that came, with their fates."""

    def __init__(self, behind: str) -> None:
        self.behind = urlsplit(behind)
        self.endpoint = ""
        self.fate: Callable[[str, str], Fate] = lambda _method, _path: "pass"
        self.seen: list[tuple[str, str, Fate]] = []


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: to hang up is the purpose."""


@contextmanager
def interrupted(behind: str) -> Iterator[Interrupted]:
    """The server on a free port, in front of the one at `behind`."""
    proxy = Interrupted(behind)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            fate = proxy.fate(self.command, self.path)
            proxy.seen.append((self.command, self.path, fate))
            if fate != "pass":
                self.close_connection = True
            if fate == "away":
                return
            if fate == "torn":
                self._send_half(body)
                return
            status, headers, data = self._send(body)
            if fate == "lost":
                return
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _send(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            behind = http.client.HTTPConnection(proxy.behind.netloc, timeout=PATIENCE_SECONDS)
            try:
                behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    behind.putheader(name, value)
                behind.endheaders(body)
                response = behind.getresponse()
                return response.status, response.getheaders(), response.read()
            finally:
                behind.close()

        def _send_half(self, body: bytes) -> None:
            head = f"{self.command} {self.path} HTTP/1.1\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            with socket.create_connection(
                (proxy.behind.hostname or "", proxy.behind.port or 80), timeout=PATIENCE_SECONDS
            ) as behind:
                behind.sendall(head.encode() + b"\r\n" + body[: len(body) // 2])

        do_GET = do_PUT = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        proxy.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
