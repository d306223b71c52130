"""`hegui serve` and `hegui up`: the gateway, alone or with everything a first try needs."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import InputError
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.compose import System

__all__ = ["listen_on", "serve", "shown_address", "up"]

COLLECT_SECONDS = 60
"""The oldest that garbage may become: it may hold what a client said, and a quiet worker makes too little to have it looked
for."""

_M_ARENA_MAX = -8
"""glibc's number of the option, from malloc.h."""

a_host = click.option("--host", help="Address to listen on, instead of server.host (监听地址).")
a_port = click.option(
    "--port", type=click.IntRange(0, 65535), help="Port, instead of server.port; 0 takes a free one (端口)."
)


@click.command()
@a_host
@a_port
@pass_session
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Run the gateway (启动网关)."""
    with session.system() as system:
        listener = _listen(system, host, port)
        gateway = system.open_gateway()
        session.say("serve.listening", url=_url(listener))
        for application in system.applications.list():
            name = application.upstream_key_env
            if name and name not in os.environ:
                session.say("serve.no_credential", application=application.name, variable=name)
        _run(gateway, listener)


@click.command()
@click.option("--upstream", metavar="URL", help="Base URL of a model server; without it, the demonstration (上游地址).")
@a_host
@a_port
@pass_session
def up(session: Session, upstream: str | None, host: str | None, port: int | None) -> None:
    """Start everything on one machine, with a key ready to use (一键启动)."""
    with session.system() as system:
        listener = _listen(system, host, port)
        gateway = system.open_gateway()
        stop_demo = None
        try:
            if upstream is None:
                upstream, stop_demo = _start_demo(listener.getsockname()[1])
                session.say("up.demonstration", url=upstream)
            else:
                upstream = upstream.rstrip("/")
                session.say("up.upstream", url=upstream)
            key = _ready_key(system, upstream)
            url = _url(listener)
            session.say("up.gateway", url=url)
            session.say("up.key", plaintext=key)
            session.say("up.state", folder=system.settings.state_dir)
            session.say("up.try_it", curl=_curl(url, key))
            session.say("up.stop")
            _run(gateway, listener)
        finally:
            if stop_demo is not None:
                stop_demo()


def _listen(system: System, host: str | None, port: int | None) -> socket.socket:
    server = system.settings.server
    return listen_on(host or server.host, server.port if port is None else port)


def listen_on(host: str, port: int) -> socket.socket:
    """The socket to serve on, before anything is said or begun. Raises InputError SRV001."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        remedy = "Is hegui running already? Stop it, or choose another: --port 8650 (make up PORT=8650)."
        raise InputError("SRV001", f"{host}:{port}", f"cannot be listened on: {error.strerror}.", remedy) from None
    return listener


def shown_address(listener: socket.socket) -> str:
    """Where it listens, as host:port that can be asked from this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - shown
    return f"{shown}:{port}"


def _url(listener: socket.socket) -> str:
    return f"http://{shown_address(listener)}/v1"


def _curl(url: str, key: str) -> str:
    body = '{"model":"hegui-demo","stream":true,"messages":[{"role":"user","content":"你好"}]}'
    return f"curl -N {url}/chat/completions -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{body}'"


def _run(app: Any, listener: socket.socket) -> None:
    # Imported here: the server and its loop are needed by these two commands only.
    import uvicorn

    from hegui.faces.gateway.downstream import ClientConnection

    config = uvicorn.Config(
        app,
        http=ClientConnection,
        loop="uvloop",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # no address of a client is used
        timeout_graceful_shutdown=10,
        callback_notify=_collect,
        timeout_notify=COLLECT_SECONDS,
    )
    _share_free_memory()
    # What is there by now stays; to look through all of it for garbage again and again would cost 5 % of the requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    # The recorder's thread asks for the interpreter after every commit; half a millisecond instead of five lets it in.
    sys.setswitchinterval(0.0005)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:  # the server has ended in good order and says so again
        click.echo()


async def _collect() -> None:
    """Take out the garbage, on the event loop, where its objects belong; also what the interpreter keeps of freed tuples."""
    gc.collect()


def _share_free_memory() -> None:
    """Let all threads allocate from one arena: glibc gives each its own, whose free memory the others cannot use."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has nothing of the kind
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _start_demo(port: int) -> tuple[str, Any]:
    """The demonstration upstream, on the next free port and a thread of its own: its base URL, and what stops it."""
    import uvicorn

    from hegui.faces.demo import DemoApp

    listener = _next_free(port)
    config = uvicorn.Config(DemoApp(), lifespan="off", access_log=False, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="demonstration", daemon=True)
    thread.start()
    give_up_at = time.monotonic() + 10
    while not server.started and thread.is_alive() and time.monotonic() < give_up_at:
        time.sleep(0.005)

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=5)

    return f"http://127.0.0.1:{listener.getsockname()[1]}/v1", stop


def _next_free(port: int) -> socket.socket:
    """The same one from start to start where possible, because the application of `up` belongs to its address."""
    for candidate in (*range(port + 1, min(port + 20, 65536)), 0):
        try:
            return socket.create_server(("127.0.0.1", candidate))
        except OSError:
            continue
    raise InputError("SRV001", "127.0.0.1", "no port is free for the demonstration.", "Stop some other server.")


def _ready_key(system: System, upstream: str) -> str:
    """A key for the application of this upstream; kept in a file only its owner can read, since the store has its hash."""
    from hegui.label.policy import LabelPolicy
    from hegui.usecases.applications import NewApplication, add_application, hash_key, rotate_key

    name = f"up {upstream.split('://')[-1]}"[:64]
    file = system.settings.state_dir / "up-keys" / f"{hash_key(name).hex()[:16]}.key"
    if file.exists():
        kept = file.read_text().strip()
        if any(key.sha256 == hash_key(kept) for key, _ in system.applications.live_keys()):
            return kept
    try:
        wanted = NewApplication(name=name, upstream=upstream, label=LabelPolicy())
        _, plaintext = add_application(system.applications, wanted, now=system.clock(), random_bytes=os.urandom)
    except InputError as error:
        if error.code != "APP001":
            raise
        _, plaintext = rotate_key(system.applications, name, now=system.clock(), random_bytes=os.urandom)
    _write_private(file, plaintext)
    return plaintext


def _write_private(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text + "\n")
