"""Gateways and a sequencer as processes that can be killed, and clients that remember which answers they finished.

Knows processes and HTTP/1.1 as far as an answer's end goes. An answer counts as finished when its last byte was read.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

import uvicorn

from hegui.faces.demo import MODEL, DemoApp
from tests.support.patience import PATIENCE_SECONDS, free_port, wait_until

HEGUI = str(Path(sys.executable).with_name("hegui"))
CLIENTS = 6
"""Connections to each gateway."""


class Process:
    """One hegui process, started again and again."""

    def __init__(self, arguments: list[str], environ: dict[str, str], log: Path) -> None:
        self._arguments, self._environ, self._log = arguments, environ, log
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.child = subprocess.Popen([HEGUI, *self._arguments], env=self._environ, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL, which no process can prepare for."""
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.child is not None:
            self.child.send_signal(how)
            self.child.wait(PATIENCE_SECONDS)
            self.child = None


class Gateway(Process):
    """A gateway on a port of its own."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.port = free_port()
        super().__init__(["serve", "--port", str(self.port)], environ, log)

    def wait(self) -> None:
        """Until it answers."""
        wait_until(self._answers)

    def _answers(self) -> bool:
        assert self.child is not None
        assert self.child.poll() is None, self._log.read_text()[-2000:]
        try:
            self.health()
        except OSError:
            return False
        return True

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE_SECONDS) as answer:
            return dict(json.load(answer))


class Demonstration:
    """The demonstration upstream on a thread."""

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(DemoApp(pace_seconds=0.0), lifespan="off", ws="none", log_level="error")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


class Clients:
    """Ask the gateways all the time, or `rate` times a second; `finished` are the exchanges whose answers came to an end."""

    def __init__(self, ports: list[int], key: str, *, rate: float = 0.0) -> None:
        self.finished: list[str] = []
        self.refused = 0
        self._ports, self._key = ports, key
        self._pause = CLIENTS * len(ports) / rate if rate else 0.0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()))
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    async def _work(self) -> None:
        clients = [asyncio.create_task(self._client(port)) for port in self._ports for _ in range(CLIENTS)]
        while not self._stopping.is_set():
            await asyncio.sleep(0.02)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, port: int) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            try:
                due = time.monotonic() + random.random() * self._pause
                while True:
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    due += self._pause
                    await self._ask(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass  # killed, or nearly: what came to its end was noted
            finally:
                writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wanted = {"model": MODEL, "messages": [{"role": "user", "content": "你好"}], "stream": random.random() < 0.5}
        body = json.dumps(wanted).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {self._key}\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        if "content-length" in headers:
            await reader.readexactly(int(headers["content-length"]))
        else:
            while size := int(await reader.readuntil(b"\r\n"), 16):
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        if " 200 " in status:
            self.finished.append(headers["x-hegui-exchange"].upper())
        else:
            self.refused += 1
            await asyncio.sleep(0.01)


class Fleet:
    """Gateways over one state and one database, a sequencer beside them."""

    def __init__(self, state: Path, gateways: int, upstream: str, name: str = "load", **environ: str) -> None:
        self.state = state
        self.environ = {**os.environ, "HEGUI_STATE_DIR": str(state), "HEGUI_EVIDENCE_SEQUENCER": "separate", **environ}
        self.log = state / "log"
        state.mkdir(parents=True, exist_ok=True)
        added = self.hegui("app", "add", name, "--upstream", upstream, "--json")
        self.key = json.loads(added)["api_key"]
        self.gateways = [Gateway(self.environ, self.log) for _ in range(gateways)]
        self.sequencer = Process(["sequencer"], self.environ, self.log)

    def hegui(self, *arguments: str) -> str:
        done = subprocess.run(
            [HEGUI, *arguments], env=self.environ, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        for gateway in self.gateways:
            gateway.start()
        for gateway in self.gateways:
            gateway.wait()

    def end(self) -> None:
        """Whatever still runs."""
        for process in (*self.gateways, self.sequencer):
            process.end(signal.SIGKILL)
