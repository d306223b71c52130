"""Time stamps: a local authority made of `openssl ts`, asked over HTTP and by file; `openssl ts -verify` is the judge."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from hegui.ledger.timestamp import TimestampError, check_stamp, read_roots, stamp_request
from tests.cli.conftest import Hegui
from tests.support.patience import PATIENCE_SECONDS
from tests.usecases.ledger_homes import grown, home_in

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the program openssl")

CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
"""


class Authority:
    """A root, a certificate for stamping, and what answers requests."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "conf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        for name, subject in (("ca", "/CN=Root"), ("tsa", "/CN=Stamps")):
            self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", f"{name}.key")
            self.openssl(
                "req", "-new", "-key", f"{name}.key", "-subj", subject, "-config", "conf", "-out", f"{name}.csr"
            )
        signed = ("x509", "-req", "-days", "30", "-extfile", "conf")
        self.openssl(*signed, "-in", "ca.csr", "-signkey", "ca.key", "-extensions", "ca", "-out", "ca.pem")
        leaf = ("-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extensions", "leaf")
        self.openssl(*signed, *leaf, "-out", "tsa.pem")

    def openssl(self, *arguments: str) -> bytes:
        command = ["openssl", *arguments]
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, timeout=PATIENCE_SECONDS
        ).stdout

    def answer(self, request: bytes) -> bytes:
        (self.folder / "tsq").write_bytes(request)
        keys = ("-inkey", "tsa.key", "-signer", "tsa.pem")
        self.openssl("ts", "-reply", "-config", "conf", "-queryfile", "tsq", *keys, "-out", "tsr")
        return (self.folder / "tsr").read_bytes()

    @property
    def root(self) -> Path:
        return self.folder / "ca.pem"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "other")


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    """The authority over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["content-type"] == "application/timestamp-query"
            body = authority.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/tsa"
        server.shutdown()
        thread.join()


def judged(authority: Authority, ledger: Path) -> bool:
    """The commands of docs/ledger.md."""
    command = "sed '/^$/,$d' checkpoint.stamped > text; openssl ts -verify -in checkpoint.tsr -data text -CAfile"
    shell = ["sh", "-c", f"{command} {authority.root}"]
    done = subprocess.run(shell, cwd=ledger, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Verification: OK" in done.stdout + done.stderr


def test_a_stamp_over_http(hegui: Hegui, tmp_path: Path, authority: Authority, other: Authority, url: str) -> None:
    home = grown(home_in(tmp_path), 0, 5)
    given = {"HEGUI_LEDGER_TSA_URL": url, "HEGUI_LEDGER_TSA_CA": str(authority.root)}
    assert hegui("ledger", "stamp", "--show", **given).stdout == "There is no time stamp.\n"
    assert hegui("ledger", "stamp", **given).stdout.startswith("The authority says that size 5 was there at 20")
    ledger = tmp_path / "state/ledger"
    assert judged(authority, ledger)
    assert not judged(other, ledger)
    grown(home, 5, 9)
    assert json.loads(hegui("ledger", "stamp", "--show", "--json", **given).stdout)["size"] == 5
    assert judged(authority, ledger), "the log has grown; what is stamped is kept"
    assert "大小 9 在" in hegui("ledger", "stamp", LANG="zh_CN.UTF-8", **given).stdout
    assert json.loads(hegui("ledger", "status", "--json", **given).stdout)["stamped"]["size"] == 9
    assert "Time stamp            size 9 at 20" in hegui("ledger", "status", **given).stdout
    refused = hegui("ledger", "stamp", "--show", **{**given, "HEGUI_LEDGER_TSA_CA": str(other.root)})
    assert refused.stderr.startswith("LED123 ")
    hegui("ledger", "export", "--out", "pack")
    assert judged(authority, tmp_path / "pack")


def test_a_stamp_by_file(hegui: Hegui, tmp_path: Path, authority: Authority, other: Authority) -> None:
    home = grown(home_in(tmp_path), 0, 5)
    given = {"HEGUI_LEDGER_TSA_CA": str(authority.root)}
    assert hegui("ledger", "stamp", "--response", "hegui.toml").returncode == 2
    (tmp_path / "tsr").write_bytes(b"x")
    assert hegui("ledger", "stamp", "--response", "tsr", **given).stderr.startswith("LED125 ")
    assert "tsq" in hegui("ledger", "stamp", "--request", "tsq").stdout
    grown(home, 5, 7)
    (tmp_path / "tsr").write_bytes(other.answer((tmp_path / "tsq").read_bytes()))
    assert hegui("ledger", "stamp", "--response", "tsr", **given).stderr.startswith("LED123 ")
    (tmp_path / "tsr").write_bytes(authority.answer((tmp_path / "tsq").read_bytes()))
    assert json.loads(hegui("ledger", "stamp", "--response", "tsr", "--json", **given).stdout)["size"] == 5
    assert judged(authority, tmp_path / "state/ledger")
    assert hegui("ledger", "stamp").stderr.startswith("LED125 ")
    assert hegui("ledger", "stamp", **given).stderr.startswith("LED125 ")


def test_what_does_not_hold_is_refused(authority: Authority) -> None:
    roots = read_roots(authority.root.read_bytes())
    response = authority.answer(stamp_request(b"text"))
    check_stamp(response, b"text", roots)
    broken = bytearray(response)
    broken[-10] ^= 1
    for data, text in ((response, b"other"), (bytes(broken), b"text"), (b"", b"text"), (response[:-1], b"text")):
        with pytest.raises(TimestampError) as caught:
            check_stamp(data, text, roots)
        assert caught.value.code == "LED123"
    with pytest.raises(TimestampError):
        read_roots(b"no PEM")
