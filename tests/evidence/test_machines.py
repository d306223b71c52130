"""Two machines, each with a state folder, a gateway and a sequencer of its own; one PostgreSQL, one object store, one log.

Whatever of it is killed or away: every answer that a client finished is once in the database and once in the log, which the
stand-alone verifier finds whole.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hegui.compose import ledger_home
from hegui.ledger.entry import Entry
from hegui.ledger.keys import SignerKey
from hegui.settings import Settings
from hegui.store import open_store
from hegui.store.s3 import S3Bucket, S3Client
from hegui.usecases.ledger_keys import new_key
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ports import ExchangeFilter
from tests.evidence.fleet import HEGUI, Clients, Demonstration, Fleet
from tests.support.interrupted import Fate, Interrupted, interrupted
from tests.support.object_store import object_store, s3_bucket
from tests.support.patience import PATIENCE_SECONDS

__all__ = ["object_store", "s3_bucket"]

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"
SECRET = "只有甲知道的秘密"


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with Demonstration() as demonstration:
        yield demonstration.url


@pytest.fixture
def proxy(s3_bucket: S3Bucket) -> Iterator[Interrupted]:
    with interrupted(s3_bucket.endpoint) as proxy:
        yield proxy


@pytest.fixture
def shared(
    tmp_path: Path, postgres_url: str, s3_bucket: S3Bucket, proxy: Interrupted, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """What both machines are told: the database, the bucket, the log's key; the object store through the proxy."""
    key = tmp_path / "ledger.key"
    key.write_text(new_key("example.com/log").secret() + "\n")
    key.chmod(0o600)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_bucket.credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_bucket.credentials.secret_key)
    return {
        "HEGUI_DATABASE": postgres_url,
        "HEGUI_LEDGER_STORE": "objects",
        "HEGUI_LEDGER_KEY_SOURCE": f"file:{key}",
        "HEGUI_OBJECTS_ENDPOINT": proxy.endpoint,
        "HEGUI_OBJECTS_BUCKET": s3_bucket.bucket,
        "HEGUI_EVIDENCE_PUBLISH_SECONDS": "0.1",
    }


@pytest.fixture
def machines(tmp_path: Path, upstream: str, shared: dict[str, str]) -> Iterator[list[Fleet]]:
    """Two, with one key for clients and one secret of pseudonyms."""
    one = Fleet(tmp_path / "one", 1, upstream, **shared)
    other = Fleet(tmp_path / "other", 1, upstream, name="load-other", **shared)
    other.key = one.key
    secret = tmp_path / "one" / "pseudonym.key"
    secret.write_bytes(os.urandom(32))
    (tmp_path / "other" / "pseudonym.key").write_bytes(secret.read_bytes())
    try:
        yield [one, other]
    finally:
        one.end()
        other.end()


def wait_until_nothing_waits(machines: list[Fleet]) -> None:
    """Sequencers run meanwhile."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    url = machines[0].environ["HEGUI_DATABASE"]
    with closing(open_store(url)) as store:
        while store.entries_waiting() or any(spooled(machine) for machine in machines):
            assert time.monotonic() < give_up_at, "".join(machine.log.read_text()[-3000:] for machine in machines)
            time.sleep(0.1)


def spooled(machine: Fleet) -> int:
    return sum(gateway.health()["records_spooled"] for gateway in machine.gateways if gateway.child is not None)


def check(machines: list[Fleet], finished: list[str], folder: Path, bucket: S3Bucket) -> Counter[str]:
    """Each finished answer once in the database and once in the log; the types of the log's entries."""
    assert len(set(finished)) == len(finished) > 0
    with closing(open_store(machines[0].environ["HEGUI_DATABASE"])) as store:
        recorded = [one.id for one in store.exchanges.list(ExchangeFilter(limit=10**9))]
    assert set(finished) <= set(recorded)
    log = read_log(ledger_home(Settings.read(machines[1].environ, None)))
    entries = [Entry.decode(log.tree.entry(index)) for index in range(log.checkpoint.size)]
    assert Counter(one.subject for one in entries if one.type == "exchange.recorded") == Counter(recorded)
    download(bucket, folder)
    key = SignerKey.parse(Path(machines[0].environ["HEGUI_LEDGER_KEY_SOURCE"].partition(":")[2]).read_text().split()[0])
    command = [sys.executable, "-I", VERIFIER, "verify-log", "--key", str(key.verifier), "--json", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["valid"] is True
    return Counter(one.type for one in entries)


def download(bucket: S3Bucket, folder: Path) -> None:
    """The log's files as an outsider mirrors them."""
    with closing(S3Client(replace(bucket, prefix="ledger-log/"))) as client:
        for path in client.list(""):
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(client.get(path) or b"")


def test_two_machines_write_one_log(machines: list[Fleet], tmp_path: Path, s3_bucket: S3Bucket) -> None:
    for machine in machines:
        machine.sequencer.start()
        machine.start()
    ports = [gateway.port for machine in machines for gateway in machine.gateways]
    with Clients(ports, machines[0].key, rate=150) as clients:
        time.sleep(4)
    wait_until_nothing_waits(machines)
    check(machines, clients.finished, tmp_path / "mirror", s3_bucket)
    one, other = machines
    size = json.loads(one.hegui("ledger", "status", "--json"))["size"]
    assert json.loads(other.hegui("ledger", "verify", "--json"))["size"] == size
    assert json.loads(other.hegui("ledger", "prove", "0", "--json"))["index"] == 0
    assert json.loads(one.hegui("ledger", "export", "--out", str(tmp_path / "pack"), "--json"))["size"] == size
    packed = [sys.executable, "-I", VERIFIER, "verify-log", "--key", status(one)["vkey"], tmp_path / "pack"]
    assert subprocess.run(packed, capture_output=True, timeout=PATIENCE_SECONDS).returncode == 0
    for machine in machines:
        machine.sequencer.end(signal.SIGTERM)


def status(machine: Fleet) -> dict[str, str]:
    return dict(json.loads(machine.hegui("ledger", "status", "--json")))


def test_whatever_is_killed_or_away_the_log_is_one_line(
    machines: list[Fleet], tmp_path: Path, s3_bucket: S3Bucket, proxy: Interrupted
) -> None:
    """Sequencers are killed at random; requests to the object store are cut, torn, or lose their answers; then it is away."""
    seed = int(os.environ.get("HEGUI_KILL_SEED", random.SystemRandom().randrange(10**9)))
    print(f"HEGUI_KILL_SEED={seed}")
    chance = random.Random(seed)

    def shaky(_method: str, _path: str) -> Fate:
        return chance.choice(["away", "torn", "lost"]) if chance.random() < 0.1 else "pass"  # type: ignore[return-value]

    for machine in machines:
        machine.sequencer.start()
        machine.start()
    proxy.fate = shaky
    ports = [gateway.port for machine in machines for gateway in machine.gateways]
    with Clients(ports, machines[0].key, rate=60) as clients:
        for _ in range(4):
            wait_for_requests(proxy, chance.randint(5, 60))
            for machine in chance.sample(machines, chance.choice([1, 1, 2])):
                machine.sequencer.kill()
                machine.sequencer.start()
        while {fate for *_, fate in proxy.seen} != {"pass", "away", "torn", "lost"}:
            wait_for_requests(proxy, 1)
        proxy.fate = lambda _method, _path: "away"
        before = len(clients.finished)
        time.sleep(3)
        assert len(clients.finished) > before, "the gateways must go on without the object store"
        proxy.fate = shaky
        wait_for_requests(proxy, 20)
    proxy.fate = lambda _method, _path: "pass"
    wait_until_nothing_waits(machines)
    check(machines, clients.finished, tmp_path / "mirror", s3_bucket)
    said = "".join(machine.log.read_text() for machine in machines)
    assert "LED082" not in said
    assert "LED083" not in said
    assert "LED100" not in said


def wait_for_requests(proxy: Interrupted, count: int) -> None:
    """Until so many more have come to the object store."""
    wanted, give_up_at = len(proxy.seen) + count, time.monotonic() + PATIENCE_SECONDS
    while len(proxy.seen) < wanted:
        assert time.monotonic() < give_up_at, "nobody asks the object store"
        time.sleep(0.01)


def test_a_key_is_rotated_while_both_machines_write(machines: list[Fleet], tmp_path: Path, s3_bucket: S3Bucket) -> None:
    one, other = machines
    file = Path(one.environ["HEGUI_LEDGER_KEY_SOURCE"].partition(":")[2])
    coming = one.hegui("ledger", "key", "make", "example.com/log").strip()
    file.write_text(file.read_text() + coming + "\n")
    for machine in machines:
        machine.sequencer.start()
        machine.start()
    ports = [gateway.port for machine in machines for gateway in machine.gateways]
    with Clients(ports, one.key, rate=40) as clients:
        time.sleep(2)
        rotated = json.loads(other.hegui("ledger", "key", "rotate", "--json"))
        time.sleep(2)
    wait_until_nothing_waits(machines)
    types = check(machines, clients.finished, tmp_path / "mirror", s3_bucket)
    assert types["key.rotated"] == 1
    assert status(one)["vkey"] == rotated["vkey"] == str(SignerKey.parse(coming).verifier)


def ask(machine: Fleet, text: str, user: str) -> str:
    body = {"model": "hegui-demo", "user": user, "messages": [{"role": "user", "content": text}]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{machine.gateways[0].port}/v1/chat/completions",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {machine.key}"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        answer.read()
        return str(answer.headers["x-hegui-exchange"])


def content(machine: Fleet, exchange: str) -> subprocess.CompletedProcess[bytes]:
    command = [HEGUI, "exchange", "content", exchange, "--part", "prompt"]
    return subprocess.run(command, env=machine.environ, capture_output=True, timeout=PATIENCE_SECONDS)


def test_a_user_erased_on_one_machine_stays_erased_when_the_other_ones_spool_moves(
    machines: list[Fleet], tmp_path: Path
) -> None:
    one, other = machines
    masters = tmp_path / "master.keys"
    masters.write_text(os.urandom(32).hex() + "\n")
    masters.chmod(0o600)
    for machine in machines:
        machine.environ |= {"HEGUI_VAULT_MASTER_KEY": f"file:{masters}", "HEGUI_VAULT_BLOBS": "objects"}
        machine.start()
    before, waiting, strange = ask(one, SECRET, "甲"), ask(other, SECRET, "甲"), ask(other, SECRET, "乙")
    one.sequencer.start()
    wait_until_moved(one)
    pseudonym = json.loads(one.hegui("exchange", "show", before, "--json"))["user"]
    one.sequencer.end(signal.SIGTERM)
    one.hegui("user", "erase", pseudonym, "--yes", "--json")
    assert b"VLT010" in content(one, before).stderr
    other.sequencer.start()  # the machine that was away
    wait_until_moved(other)
    other.sequencer.end(signal.SIGTERM)
    assert json.loads(one.hegui("exchange", "show", waiting, "--json"))["user"] == pseudonym
    for machine in machines:
        assert b"VLT010" in content(machine, waiting).stderr
        assert SECRET in json.loads(content(machine, strange).stdout)["messages"][0]["content"]
    assert "REC007" in other.log.read_text()
    log = read_log(ledger_home(Settings.read(one.environ, None)))
    types = {entry.subject: entry.type for entry in map(Entry.decode, map(log.tree.entry, range(log.checkpoint.size)))}
    assert types[f"{waiting}/content"] == "content.dropped"
    assert f"{strange}/content" not in types


def wait_until_moved(machine: Fleet) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while spooled(machine):
        assert time.monotonic() < give_up_at, machine.log.read_text()[-3000:]
        time.sleep(0.05)


def test_a_gateway_shows_the_log_and_says_when_it_cannot(machines: list[Fleet], proxy: Interrupted) -> None:
    one, _ = machines
    one.environ |= {"HEGUI_LEDGER_SERVE": "true", "HEGUI_EVIDENCE_SEQUENCER": "thread"}
    one.start()
    ask(one, "你好", "甲")
    wait_until_nothing_waits([one])
    checkpoint = get(one, "/ledger/checkpoint")
    assert checkpoint.startswith(b"example.com/log\n1\n")
    assert len(get(one, "/ledger/tile/0/000.p/1")) == 32
    metrics = get(one, "/metrics").decode()
    assert "\nhegui_ledger_up 1\n" in metrics
    assert "hegui_ledger_checkpoint_age_seconds" in metrics
    proxy.fate = lambda _method, _path: "away"
    assert "\nhegui_ledger_up 0\n" in get(one, "/metrics").decode()
    with pytest.raises(urllib.error.HTTPError) as away:
        get(one, "/ledger/checkpoint")
    assert away.value.code == 503
    away.value.close()
    ask(one, "你好", "甲")  # goes on
    proxy.fate = lambda _method, _path: "pass"
    wait_until_nothing_waits([one])
    assert get(one, "/ledger/checkpoint").startswith(b"example.com/log\n2\n")


def get(machine: Fleet, path: str) -> bytes:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{machine.gateways[0].port}{path}", timeout=PATIENCE_SECONDS
    ) as answer:
        return bytes(answer.read())
