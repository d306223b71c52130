"""The read API under a real server: what may be kept for ever, what is not there, and nothing but a log."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from hegui.compose import compose
from hegui.faces.gateway.downstream import ClientConnection
from hegui.faces.ledger_api.app import LedgerApp
from hegui.ledger.tiles import Tile, decode_bundle, encode_bundle
from hegui.ledger.tree import TileTree
from hegui.settings import Settings
from hegui.store.ledger_files import LedgerFolder
from hegui.usecases.ledger_keys import rotate_key
from hegui.usecases.ledger_log import read_log
from tests.ledger.logs import ENTRIES
from tests.support.patience import PATIENCE_SECONDS
from tests.support.serving import Served, served
from tests.usecases.ledger_homes import grown, home_in, nobody

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 699 entries and a hand-over."""
    folder = tmp_path_factory.mktemp("log")
    home = grown(home_in(folder), 0, 300)
    grown(home, 300, 699)
    rotate_key(home, nobody)
    return folder


@pytest.fixture(scope="module", params=["uvicorn", "the gateway's server"])
def api(folder: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    options = {} if request.param == "uvicorn" else {"http": ClientConnection}
    with served(LedgerApp(LedgerFolder(folder / "state/ledger").open), **options) as found:
        yield found


def test_what_may_be_kept_and_what_not(api: Served, folder: Path) -> None:
    for path, kept, kind in [
        ("checkpoint", "no-cache", "text/plain; charset=utf-8"),
        ("keys", "no-cache", "text/plain; charset=utf-8"),
        ("rotation/700", FOREVER, "text/plain; charset=utf-8"),
        ("tile/0/000", FOREVER, "application/octet-stream"),
        ("tile/1/000.p/2", FOREVER, "application/octet-stream"),
        ("tile/entries/001", FOREVER, "application/octet-stream"),
        ("tile/entries/002.p/188", FOREVER, "application/octet-stream"),
    ]:
        reply = api.ask("/" + path)
        assert reply.status == 200, path
        assert reply.body == (folder / "state/ledger" / path).read_bytes()
        assert (reply.headers["cache-control"], reply.headers["content-type"]) == (kept, kind)
        head = api.ask("/" + path, "HEAD")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(reply.body)))


def test_partial_files_are_read_from_the_full_one(api: Served) -> None:
    for width in (1, 44, 255):
        reply = api.ask(f"/tile/entries/001.p/{width}")
        assert (reply.status, decode_bundle(reply.body, width)) == (200, ENTRIES[256 : 256 + width])
        whole = api.ask("/tile/0/001").body
        assert api.ask(f"/tile/0/001.p/{width}").body == whole[: 32 * width]


def test_a_reader_builds_proofs_from_the_served_files_alone(api: Served, folder: Path) -> None:
    def read(path: str) -> bytes | None:
        reply = api.ask(f"/{path}")
        return reply.body if reply.status == 200 else None

    log = read_log(home_in(folder))
    tree = TileTree(read, 700)
    assert tree.root() == log.checkpoint.root
    assert tree.inclusion(513) == log.tree.inclusion(513)
    assert tree.entry(513) == ENTRIES[513]


@pytest.mark.parametrize(
    "path",
    [
        "/", "", "/checkpoint/", "/tile/0/003", "/tile/0/002", "/tile/0/002.p/189", "/tile/entries/002.p/189",
        "/tile/1/000", "/tile/1/000.p/3", "/tile/2/000.p/1", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/0",
        "/tile/00/000", "/tile/0/x000/000", "/tile/64/000", "/rotation/0700", "/rotation/1", "/ledger-key", "/../ledger-key",
        "/tile/../checkpoint", "/tile/0/../../../ledger-key", "/%2e%2e/ledger-key", "/tile%2f0%2f000x", "/.000.1.aa",
        "/tile", "/tile/0", "/checkpoint.tsr", "/tile/0/000%00", "/tile/9/x999/x999/x999/x999/x999/999",
    ],
)  # fmt: skip
def test_everything_else_is_not_there(api: Served, path: str) -> None:
    reply = api.ask(path or "/x")
    assert (reply.status, reply.headers["cache-control"]) == (404, "no-store")
    assert api.ask(path or "/x", "HEAD").body == b""


def test_only_reading_is_allowed(api: Served) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        reply = api.ask("/checkpoint", method, b"x")
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_files_beyond_the_published_size_are_not_shown(tmp_path: Path) -> None:
    """Their bytes may still change: a writer may have died before their checkpoint."""
    home = grown(home_in(tmp_path), 0, 10)
    place = tmp_path / "state/ledger" / Tile(None, 0, 12).path
    place.write_bytes(encode_bundle(ENTRIES[:12]))
    with served(LedgerApp(LedgerFolder(tmp_path / "state/ledger").open)) as api:
        assert api.ask(f"/{Tile(None, 0, 12).path}").status == 404
        grown(home, 10, 12)
        assert api.ask(f"/{Tile(None, 0, 12).path}").status == 200


def test_without_a_log_there_is_nothing_and_mounted_it_works(tmp_path: Path) -> None:
    app = LedgerApp(LedgerFolder(tmp_path / "state/ledger").open)
    with served(app, root_path="/ledger") as api:
        assert api.ask("/checkpoint").status == 404
        assert api.ask("/tile/0/000").status == 404
        grown(home_in(tmp_path), 0, 1)
        assert api.ask("/checkpoint").status == 200


def test_memory_does_not_grow_with_the_bundle(tmp_path: Path) -> None:
    entries = [b"x" * 65_535] * 256  # the largest bundle there can be, 16 MiB
    ledger = tmp_path / "ledger"
    (ledger / "tile/entries").mkdir(parents=True)
    (ledger / "tile/entries/000").write_bytes(encode_bundle(entries))
    home = grown(home_in(tmp_path / "other"), 0, 256)
    (ledger / "checkpoint").write_bytes(read_log(home).opened.note.encode())
    with served(LedgerApp(LedgerFolder(ledger).open)) as api:
        for path in ("/tile/entries/000", "/tile/entries/000.p/255"):
            tracemalloc.start()
            with socket.create_connection(("127.0.0.1", api.port), timeout=PATIENCE_SECONDS) as client:
                client.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
                received = 0
                while piece := client.recv(1 << 16):
                    received += len(piece)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert received > 255 * 65_535
            assert peak < 4 << 20


@pytest.mark.parametrize("serve", [True, False])
def test_the_gateway_shows_the_ledger_only_where_it_is_told_to(tmp_path: Path, serve: bool) -> None:
    grown(home_in(tmp_path), 0, 5)
    given = {"HEGUI_STATE_DIR": str(tmp_path / "state"), "HEGUI_LEDGER_SERVE": str(serve).lower()}
    system = compose(Settings.read(given, None))
    try:
        with served(system.open_gateway(), http=ClientConnection, lifespan="on") as gateway:
            for path in ("/ledger/checkpoint", "/ledger/tile/0/000.p/5"):
                reply = gateway.ask(path)
                assert reply.status == (200 if serve else 404)
                assert gateway.ask(path, "HEAD").status == (200 if serve else 404)
            assert gateway.ask("/ledger/../healthz").status == 404
            assert gateway.ask("/ledger").status == 404
            assert gateway.ask("/checkpoint").status == 404
            assert gateway.ask("/healthz").status == 200
    finally:
        system.close()
