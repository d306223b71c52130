"""`hegui vault expire` and `history`, `hegui exchange content`: what was kept long enough goes, the rest is shown."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hegui.compose import System, compose
from hegui.faces.gateway.content import prompt_parts
from hegui.settings import Settings
from hegui.store import open_store
from hegui.store.evidence_writer import EvidenceWriter
from hegui.usecases.keep_content import keep_content
from hegui.usecases.ports import Exchange
from hegui.usecases.take_content import TakenOver
from tests.cli.conftest import Hegui, Result
from tests.store.samples import a_finding, an_exchange

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SOUND = b"RIFF\xff\xfe" * 20
REQUEST = json.dumps(
    {
        "model": "m",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "这是什么？"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{b64encode(PNG).decode()}"}},
                    {"type": "input_audio", "input_audio": {"data": b64encode(SOUND).decode(), "format": "wav"}},
                    {"type": "file", "file": {"filename": "../../etc/passwd", "file_data": "data:text/x,%41"}},
                ],
            }
        ],
    },
    ensure_ascii=False,
).encode()


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation that keeps content."""
    file = tmp_path / "master.keys"
    file.write_text(bytes(range(32)).hex() + "\n")
    file.chmod(0o600)
    return {"HEGUI_VAULT_MASTER_KEY": f"file:{file}"}


@contextmanager
def system(tmp_path: Path, environ: dict[str, str]) -> Iterator[System]:
    found = compose(Settings.read({"HEGUI_STATE_DIR": str(tmp_path / "state"), **environ}, None))
    try:
        yield found
    finally:
        found.close()


def keep(tmp_path: Path, keys: dict[str, str], one: Exchange, parts: dict[str, bytes], *, publish: bool = True) -> None:
    with system(tmp_path, keys) as found:
        assert found.vault is not None
        kept = keep_content(found.vault, one.user, one.id, parts)
        store = open_store(found.settings.database_url)
        EvidenceWriter(store.database, os.urandom).write(one.id[-16:], 1, [one], {one.id: TakenOver(kept)})
        store.close()
        if publish:
            evidence = found.open_evidence()
            evidence.stop()
            evidence.run()
            assert evidence.last_error is None


def an_old_one(number: int = 0, **changes: Any) -> Exchange:
    return an_exchange(number, **changes)  # of January 2026


def a_new_one(number: int = 1) -> Exchange:
    now = datetime.now(UTC) - timedelta(hours=1)
    return replace(an_exchange(number), started_at=now, first_token_at=now, finished_at=now)


def said(result: Result) -> Any:
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_what_is_due_is_shown_deleted_and_told(hegui: Hegui, tmp_path: Path, keys: dict[str, str]) -> None:
    keep(tmp_path, keys, an_old_one(), {"prompt": b"p", "answer": b"a"})
    keep(tmp_path, keys, a_new_one(), {"prompt": b"p"})
    planned = said(hegui("vault", "expire", "--dry-run", "--json", **keys))
    counts = {"prompt": 1, "answer": 1, "attachment": 0, "exchange_record": 1}
    assert (planned["dry_run"], planned["deleted"], planned["entries"]) == (True, counts, 0)
    assert len(said(hegui("exchange", "list", "--json", "--user", "u-1", "--until", "2026-02-01"))["findings"]) == 2
    done = said(hegui("vault", "expire", "--json"))  # without the master key: deleting opens nothing
    assert (done["deleted"], done["entries"], done["held"]) == (counts, 3, 0)
    assert done["made_through"] == planned["made_through"]
    left = said(hegui("exchange", "list", "--json"))
    assert left["id"] == a_new_one().id
    assert hegui("exchange", "content", left["id"], "--part", "prompt", **keys).stdout == "p"
    assert said(hegui("vault", "expire", "--json"))["deleted"] == dict.fromkeys(counts, 0)

    told = [json.loads(line) for line in hegui("vault", "history", "--json").stdout.splitlines()]
    assert [one["index"] for one in told] == [2, 3, 4]
    assert {one["type"] for one in told} == {"retention.expired"}
    assert all(len(one["salt"]) == 64 for one in told)
    people = hegui("vault", "history", HEGUI_LOCALE="zh").stdout.splitlines()
    assert [line.split("  ")[1:3] for line in people] == [[str(index), "retention.expired"] for index in (2, 3, 4)]


def test_people_read_what_would_go_and_what_went(hegui: Hegui, tmp_path: Path, keys: dict[str, str]) -> None:
    keep(tmp_path, keys, an_old_one(), {"prompt": b"p"})
    keep(tmp_path, keys, an_old_one(1), {"prompt": b"p"}, publish=False)
    would = hegui("vault", "expire", "--dry-run", HEGUI_LOCALE="en").stdout
    assert "1 × prompt would be deleted, made up to 20" in would
    assert "2 stay: in custody, or waiting" in would  # the part, and its record
    went = hegui("vault", "expire", HEGUI_LOCALE="zh").stdout
    assert "已删除提示 1 份（形成于 20" in went
    assert hegui("vault", "expire", "--help").returncode == 0


def test_a_period_below_the_minimum_is_refused_and_with_a_reason_told_once(hegui: Hegui, tmp_path: Path) -> None:
    short = {"HEGUI_VAULT_KEEP_EXCHANGE_RECORD": "1 months"}
    refused = hegui("vault", "expire", **short)
    assert refused.returncode == 1
    assert refused.stderr.startswith("VLT012 ")
    for command in (("serve", "--port", "0"), ("sequencer",)):
        assert hegui(*command, **short).stderr.startswith("VLT012 ")
    short["HEGUI_VAULT_BELOW_MINIMUM_EXCHANGE_RECORD"] = "no service in the mainland"
    for _ in range(2):
        assert said(hegui("vault", "expire", "--json", **short))["entries"] == 0
    (told,) = [json.loads(line) for line in hegui("vault", "history", "--json").stdout.splitlines()]
    assert (told["type"], told["index"]) == ("retention.overridden", 0)
    document = told["document"]
    assert (document["kind"], document["months"], document["setting"]) == (
        "exchange_record", 1, "vault.keep.exchange_record",
    )  # fmt: skip
    assert (document["reason"], document["reason_setting"]) == (
        "no service in the mainland", "vault.below_minimum.exchange_record",
    )  # fmt: skip
    assert document["minima"][0]["provision"] == "CSL-23-1"
    assert "vault.keep.exchange_record 1" in hegui("vault", "history").stdout


def test_attachments_are_listed_and_saved(hegui: Hegui, tmp_path: Path, keys: dict[str, str]) -> None:
    one = a_new_one()
    keep(tmp_path, keys, one, {**prompt_parts(REQUEST), "answer": "图片。".encode()})
    listed = said(hegui("exchange", "content", one.id, "--list", "--json", **keys))
    assert [part["part"] for part in listed] == [
        "prompt", "attachments", "attachment-1", "attachment-2", "attachment-3", "answer",
    ]  # fmt: skip
    by_part = {part["part"]: part for part in listed}
    assert by_part["attachment-1"] == {
        "part": "attachment-1",
        "kind": "attachment",
        "size": len(PNG),
        "sha256": sha256(PNG).hexdigest(),
        "is_cut": False,
        "media_type": "image/png",
        "path": "messages[0].content[1].image_url.url",
    }
    table = hegui("exchange", "content", one.id, "--list", HEGUI_LOCALE="zh", **keys).stdout
    assert "image/png" in table
    assert "在请求中的位置" in table
    prompt = hegui("exchange", "content", one.id, "--part", "prompt", **keys).stdout
    assert "hegui:attachment-1" in prompt
    assert b64encode(PNG).decode() not in prompt
    assert hegui("exchange", "content", one.id, "--whole", **keys).stdout.encode() == REQUEST

    folder = tmp_path / "saved" / "here"
    assert hegui("exchange", "content", one.id, "--save", str(folder), **keys).returncode == 0
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert files.keys() == {
        f"{one.id}-{name}"
        for name in (
            "prompt.json", "attachments.json", "attachment-1.png", "attachment-2.wav", "attachment-3.bin", "answer.txt",
        )
    }  # fmt: skip
    assert files[f"{one.id}-attachment-1.png"] == PNG
    assert files[f"{one.id}-attachment-2.wav"] == SOUND
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    again = hegui("exchange", "content", one.id, "--save", str(folder), **keys)
    assert again.returncode == 1
    assert again.stderr.startswith("VLT023 ")


def test_saving_follows_no_link_and_part_names_lead_nowhere(hegui: Hegui, tmp_path: Path, keys: dict[str, str]) -> None:
    one = a_new_one()
    keep(tmp_path, keys, one, {"prompt": b"p"})
    folder, aim = tmp_path / "saved", tmp_path / "aim"
    folder.mkdir()
    (folder / f"{one.id}-prompt.json").symlink_to(aim)
    assert hegui("exchange", "content", one.id, "--save", str(folder), **keys).stderr.startswith("VLT023 ")
    assert not aim.exists()
    assert hegui("exchange", "content", one.id, "--part", "../answer", **keys).stderr.startswith("VLT010 ")
    assert hegui("exchange", "content", one.id, "--part", "no such part", **keys).stderr.startswith("VLT001 ")


def test_a_request_with_a_cut_attachment_is_shown_and_not_put_together(
    hegui: Hegui, tmp_path: Path, keys: dict[str, str]
) -> None:
    one = a_new_one()
    parts = prompt_parts(REQUEST)
    keep(tmp_path, keys, one, {**parts, "attachment-1": PNG[:9], "attachment-1-cut": b""})
    listed = said(hegui("exchange", "content", one.id, "--list", "--json", **keys))
    assert [part["part"] for part in listed if part["is_cut"]] == ["attachment-1"]
    assert "cut" in hegui("exchange", "content", one.id, "--list", **keys).stdout
    assert hegui("exchange", "content", one.id, "--whole", **keys).stderr.startswith("VLT022 ")


def test_without_content_or_key_it_says_so(hegui: Hegui, tmp_path: Path, keys: dict[str, str]) -> None:
    one = replace(a_new_one(), findings=(a_finding(0),))
    keep(tmp_path, keys, one, {})
    assert (
        hegui("exchange", "content", one.id, "--list", HEGUI_LOCALE="en", **keys).stdout
        == "No content of it is kept.\n"
    )
    assert hegui("exchange", "content", one.id, "--list").stderr.startswith("VLT021 ")
    assert hegui("exchange", "content", one.id, **keys).stderr.startswith("VLT010 ")


def test_the_doctor_says_what_is_due_and_which_period_is_too_short(
    hegui: Hegui, tmp_path: Path, keys: dict[str, str]
) -> None:
    keep(tmp_path, keys, an_old_one(), {"prompt": b"p"})

    def checked(**environ: str) -> dict[str, str]:
        checks = json.loads(hegui("doctor", "--json", **environ).stdout)
        return next(check for check in checks if check["name"] == "retention")

    assert checked()["finding"].startswith("2 parts and records are due")
    assert checked()["state"] == "ok"
    assert checked(HEGUI_VAULT_EXPIRE="command")["remedy"] == "Run: hegui vault expire"
    short = checked(HEGUI_VAULT_KEEP_LOG="1 months")
    assert short["state"] == "wrong"
    assert "CSL-23-1" in short["finding"]
