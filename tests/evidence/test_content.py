"""Content beyond the bound and content with attachments, from a request to what is kept, read, rotated and erased."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hegui.ledger.entry import Entry
from tests.evidence.fleet import HEGUI, Demonstration, Fleet
from tests.evidence.test_erasure import content, entries, holds_nothing, move, shown
from tests.support.patience import PATIENCE_SECONDS

BOUND = 6000
"""Bytes of content kept of one exchange in these tests; 32 MiB where nothing is set."""

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
SECRET = "只有甲知道的秘密"


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with Demonstration() as demonstration:
        yield demonstration.url


@pytest.fixture(params=["sqlite", "postgres"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path, upstream: str) -> Iterator[Fleet]:
    keys = tmp_path / "master.keys"
    keys.write_text(os.urandom(32).hex() + "\n")
    keys.chmod(0o600)
    more = {"HEGUI_VAULT_MASTER_KEY": f"file:{keys}", "HEGUI_VAULT_MAX_CONTENT_BYTES": str(BOUND)}
    if request.param == "postgres":
        more["HEGUI_DATABASE"] = request.getfixturevalue("postgres_url")
    fleet = Fleet(tmp_path / "state", 1, upstream, **more)
    fleet.start()
    try:
        yield fleet
    finally:
        fleet.end()


def send(fleet: Fleet, body: bytes) -> tuple[str, bytes]:
    """The id of the exchange, and the answer as it was delivered."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{fleet.gateways[0].port}/v1/chat/completions", body, {"Authorization": f"Bearer {fleet.key}"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return str(answer.headers["x-hegui-exchange"]), answer.read()


def asked(text: str, *pictures: bytes, stream: bool = False) -> bytes:
    urls = [f"data:image/png;base64,{b64encode(picture).decode()}" for picture in pictures]
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    message = {"role": "user", "content": [{"type": "text", "text": text}, *parts]}
    value = {"model": "hegui-demo", "user": "甲", "stream": stream, "messages": [message]}
    return json.dumps(value, ensure_ascii=False).encode()


def listed(fleet: Fleet, exchange: str) -> dict[str, dict[str, Any]]:
    parts = json.loads(fleet.hegui("exchange", "content", exchange, "--list", "--json"))
    return {part["part"]: part for part in parts}


def entry_of(fleet: Fleet, exchange: str) -> Entry:
    (found,) = [entry for entry in entries(fleet) if entry.subject == exchange]
    return found


def test_content_beyond_the_bound_is_cut_and_the_record_says_so(fleet: Fleet) -> None:
    long, just = asked("好" * BOUND), asked("好")
    just = just + b" " * (BOUND - len(just))
    cut, answer = send(fleet, long)
    whole, whole_answer = send(fleet, just)
    streamed, events = send(fleet, asked("好" * 1500, stream=True))
    small, small_answer = send(fleet, asked("好"))
    assert len(answer) > 100  # what goes to the client is never cut
    move(fleet)

    assert content(fleet, cut, "prompt").stdout == long[:BOUND]
    assert content(fleet, cut, "answer").stdout == b""
    assert {part: one["is_cut"] for part, one in listed(fleet, cut).items()} == {"prompt": True, "answer": True}
    assert [one.name for one in entry_of(fleet, cut).payloads] == [
        "record", "prompt", "prompt-cut", "answer", "answer-cut",
    ]  # fmt: skip

    assert content(fleet, whole, "prompt").stdout == just
    assert {part: one["is_cut"] for part, one in listed(fleet, whole).items()} == {"prompt": False, "answer": True}
    assert whole_answer

    kept = content(fleet, streamed, "answer").stdout
    assert events.startswith(kept)
    assert len(kept) == BOUND - len(asked("好" * 1500, stream=True))
    assert listed(fleet, streamed)["answer"]["is_cut"] is True

    assert content(fleet, small, "answer").stdout == small_answer
    assert {one["is_cut"] for one in listed(fleet, small).values()} == {False}
    assert [one.name for one in entry_of(fleet, small).payloads] == ["record", "prompt", "answer"]


def test_attachments_are_sealed_apart_and_erased_with_their_user(fleet: Fleet, tmp_path: Path) -> None:
    body = asked(SECRET, PNG, b"another")
    exchange, _ = send(fleet, body)
    assert holds_nothing(fleet.state, SECRET)
    move(fleet)
    assert not any(PNG[:40] in file.read_bytes() for file in fleet.state.rglob("*") if file.is_file())
    parts = listed(fleet, exchange)
    assert list(parts) == ["prompt", "attachments", "attachment-1", "attachment-2", "answer"]
    assert (parts["attachment-1"]["sha256"], parts["attachment-1"]["media_type"]) == (
        sha256(PNG).hexdigest(),
        "image/png",
    )
    assert [one.name for one in entry_of(fleet, exchange).payloads] == ["record", *parts]
    blobs = [file for file in (fleet.state / "vault").rglob("*") if file.is_file()]
    assert len(blobs) == 5
    assert content(fleet, exchange, "attachment-1").stdout == PNG
    whole = subprocess.run(
        [HEGUI, "exchange", "content", exchange, "--whole"],
        env=fleet.environ,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    assert whole.stdout == body

    keys = Path(fleet.environ["HEGUI_VAULT_MASTER_KEY"].removeprefix("file:"))
    keys.write_text(os.urandom(32).hex() + "\n" + keys.read_text())
    assert "0" in fleet.hegui("vault", "rotate").splitlines()[-1]
    keys.write_text(keys.read_text().splitlines()[0] + "\n")  # the old one is destroyed
    assert content(fleet, exchange, "attachment-1").stdout == PNG

    pseudonym = shown(fleet, exchange)["user"]
    done = json.loads(fleet.hegui("user", "erase", pseudonym, "--yes", "--json"))
    assert (done["unreadable"], done["blobs_deleted"]) == (5, 5)
    for part in parts:
        assert b"VLT010" in content(fleet, exchange, part).stderr
    assert listed(fleet, exchange) == {}


def test_an_attachment_beyond_the_bound_is_cut_and_named(fleet: Fleet) -> None:
    exchange, _ = send(fleet, asked("好", bytes(range(256)) * 30))
    move(fleet)
    parts = listed(fleet, exchange)
    assert {part: one["is_cut"] for part, one in parts.items()} == {
        "prompt": False, "attachments": False, "attachment-1": True, "answer": True,
    }  # fmt: skip
    assert sum(one["size"] for one in parts.values()) == BOUND
    assert "attachment-1-cut" in [one.name for one in entry_of(fleet, exchange).payloads]
