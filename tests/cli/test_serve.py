"""How a gateway's process is run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request

from tests.support.patience import PATIENCE_SECONDS

APPLICATION = """
import weakref
from hegui.faces.cli import serve

serve.COLLECT_SECONDS = 0.1
made = []

class Held:
    pass

def make():
    one = Held()
    one.itself = one
    made.append(weakref.ref(one))
    return b"made"

async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    body = make() if scope["path"] == "/make" else b"gone" if made[0]() is None else b"there"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})

listener = serve.listen_on("127.0.0.1", 0)
listener.listen()
print(listener.getsockname()[1], flush=True)
serve._run(application, listener)
"""


def asked(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS) as answer:
        return bytes(answer.read())


def test_garbage_is_taken_out_by_the_clock_however_little_there_is() -> None:
    with subprocess.Popen([sys.executable, "-c", APPLICATION], stdout=subprocess.PIPE) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        try:
            assert asked(port, "/make") == b"made"
            give_up_at = time.monotonic() + PATIENCE_SECONDS
            while asked(port, "/gone") != b"gone":
                assert time.monotonic() < give_up_at, "it never went"
                time.sleep(0.05)
        finally:
            process.terminate()
    assert process.returncode == -signal.SIGTERM  # in good order, and then as it was told
