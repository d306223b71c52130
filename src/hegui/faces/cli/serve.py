"""`hegui serve` and `hegui up`: the gateway, alone or with everything a first try needs."""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import InputError
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.compose import System

__all__ = ["serve", "up"]

DEMO = "demonstration"


@click.command()
@click.option("--host", help="Address to listen on, instead of server.host (监听地址).")
@click.option("--port", type=int, help="Port, instead of server.port (端口).")
@pass_session
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Run the gateway (启动网关)."""
    with session.system() as system:
        server = system.settings.server
        _run(system.open_gateway(), host or server.host, server.port if port is None else port)


@click.command()
@click.option("--upstream", metavar="URL", help="Base URL of a model server; without it, the demonstration (上游地址).")
@click.option("--host", help="Address to listen on, instead of server.host (监听地址).")
@click.option("--port", type=int, help="Port, instead of server.port (端口).")
@pass_session
def up(session: Session, upstream: str | None, host: str | None, port: int | None) -> None:
    """Start everything on one machine, with a key ready to use (一键启动)."""
    with session.system() as system:
        server = system.settings.server
        host, port = host or server.host, server.port if port is None else port
        stop_demo = None
        if upstream is None:
            stop_demo = _start_demo(port + 1)
            upstream = f"http://127.0.0.1:{port + 1}/v1"
            click.echo("upstream  the built-in demonstration, which is not a model (内置演示，并非模型)")
        else:
            upstream = upstream.rstrip("/")
            click.echo(f"upstream  {upstream}")
        key = _ready_key(system, upstream)
        url = f"http://{host}:{port}/v1"
        click.echo(f"gateway   {url}")
        click.echo(f"key       {key}")
        click.echo(f"state     {system.settings.state_dir}")
        click.echo("try it    " + _curl(url, key), nl=True)
        click.echo("stop with Ctrl-C (按 Ctrl-C 停止)")
        try:
            _run(system.open_gateway(), host, port)
        finally:
            if stop_demo is not None:
                stop_demo()


def _curl(url: str, key: str) -> str:
    body = '{"model":"hegui-demo","stream":true,"messages":[{"role":"user","content":"你好"}]}'
    return f"curl -N {url}/chat/completions -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{body}'"


def _run(app: Any, host: str, port: int) -> None:
    # Imported here: the server and its loop are needed by these two commands only.
    import uvicorn

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        loop="uvloop",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # no address of a client is used
        timeout_graceful_shutdown=10,
    )
    # What is there by now stays; to look through all of it for garbage again and again would cost 5 % of the requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    # The recorder's thread asks for the interpreter after every commit; half a millisecond instead of five lets it in.
    sys.setswitchinterval(0.0005)
    uvicorn.Server(config).run()


def _start_demo(port: int) -> Any:
    """The demonstration upstream on a thread of its own; gives back what stops it."""
    import uvicorn

    from hegui.faces.demo import DemoApp

    config = uvicorn.Config(DemoApp(), host="127.0.0.1", port=port, lifespan="off", access_log=False, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="demonstration", daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=5)

    return stop


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
