"""`hegui ledger` as processes: an operator, an auditor, a witness, in both languages."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hegui.locale import LANGUAGES, catalogue
from hegui.usecases.ledger_witnesses import REASONS
from tests.cli.conftest import Hegui, Result
from tests.support.patience import PATIENCE_SECONDS
from tests.usecases.ledger_homes import grown, home_in

ZH = {"LANG": "zh_CN.UTF-8"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of 300 entries in the folder where `hegui` runs."""
    grown(home_in(tmp_path), 0, 300)
    return tmp_path


def found(result: Result) -> Any:
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def verifier(folder: Path, *arguments: str) -> Result:
    command = [sys.executable, "-I", "verifier/hegui_verify.py", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=False
    )


def test_before_there_is_a_log(hegui: Hegui, tmp_path: Path) -> None:
    for command in ("status", "verify", "prove 0", "export --out pack", "witness request"):
        result = hegui("ledger", *command.split())
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.splitlines() == [
            "LED102 ledger — there is no log yet",
            "It begins with the first entry; to begin it now: hegui ledger init",
        ]
    assert not (tmp_path / "state").exists()
    vkey = hegui("ledger", "key", "show").stdout.strip()
    assert found(hegui("ledger", "key", "show", "--json")) == {"vkey": vkey, "keys": [], "sm2_keys": []}
    made = found(hegui("ledger", "init", "--json"))
    assert (made["vkey"], made["size"]) == (vkey, 0)
    assert hegui("ledger", "init").stdout.endswith(vkey + "\n")
    assert "已就绪" in hegui("ledger", "init", **ZH).stdout


def test_no_database_is_made(hegui: Hegui, log: Path) -> None:
    hegui("ledger", "status")
    hegui("ledger", "verify")
    assert not list(log.rglob("*.sqlite3"))


def test_status_speaks_both_languages_and_json(hegui: Hegui, log: Path) -> None:
    english = hegui("ledger", "status").stdout
    assert re.search(r"^Entries +300$", english, re.MULTILINE)
    assert "Self-attested until a witness has signed" in english
    chinese = hegui("ledger", "status", **ZH).stdout
    assert re.search(r"^条目数 +300$", chinese, re.MULTILINE)
    assert "在见证方签署之前仅为自证" in chinese
    value = found(hegui("ledger", "status", "--json"))
    assert (value["size"], value["self_attested"], value["signed_at"]) == (300, True, None)
    assert value["origin"] in english


def test_verify_goes_on_and_names_damage(hegui: Hegui, log: Path) -> None:
    assert hegui("ledger", "verify").stdout.startswith("Verified: hegui.invalid/")
    assert found(hegui("ledger", "verify", "--json"))["start"] == 300
    assert "此前已验证" in hegui("ledger", "verify", **ZH).stdout
    assert found(hegui("ledger", "verify", "--from", "0", "--json"))["start"] == 0
    bundle = log / "state/ledger/tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"ex_0100", b"ex_9100"))
    result = hegui("ledger", "verify", "--from", "0")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("LED112 tile 0, hash 100 — ")
    assert hegui("ledger", "verify", "--from", "301").stderr.startswith("LED113 ")


def test_a_proof_is_checked_by_an_outsider_with_the_printed_command(hegui: Hegui, log: Path) -> None:
    told = hegui("ledger", "prove", "--subject", "ex_0123", "--out", "p.tlog-proof", "--entry", "p.entry").stdout
    assert "Entry 123 is in the log of 300 entries" in told
    (command,) = re.findall(r"Check with: python3 hegui_verify.py (.*)", told)
    script = Path(__file__).parents[2] / "verifier/hegui_verify.py"
    arguments = [sys.executable, "-I", str(script), *(word.strip("'") for word in command.split())]
    assert subprocess.run(arguments, cwd=log, check=False).returncode == 0
    assert hegui("ledger", "prove", "123").stdout == (log / "p.tlog-proof").read_text()
    value = found(hegui("ledger", "prove", "123", "--json"))
    assert (value["index"], value["proof"]) == (123, (log / "p.tlog-proof").read_text())
    assert value["entry"] == (log / "p.entry").read_text()
    assert "已写入 q" in hegui("ledger", "prove", "5", "--out", "q", **ZH).stdout
    assert hegui("ledger", "prove", "300").stderr.startswith("LED115 ")
    assert hegui("ledger", "prove", "--subject", "ex_9").stderr.startswith("LED115 ")
    assert hegui("ledger", "prove", "1", "--out", "no/such/p").stderr.startswith("LED108 no/such/p")
    assert hegui("ledger", "prove").returncode == hegui("ledger", "prove", "1", "--subject", "x").returncode == 2


def test_a_pack_is_checked_by_an_outsider(hegui: Hegui, log: Path) -> None:
    assert "300 条" in hegui("ledger", "export", "--out", "pack", **ZH).stdout
    assert "pack holds the entries 0 to 300" in hegui("ledger", "export", "--out", "pack").stdout
    key = found(hegui("ledger", "key", "show", "--json"))["vkey"]
    assert verifier(log / "pack", "verify-log", "--key", key, ".").returncode == 0
    part = found(hegui("ledger", "export", "--out", "part", "--from", "260", "--to", "270", "--json"))
    assert (part["start"], part["end"]) == (256, 300)
    span = ("--from", "256", "--to", "300")
    assert verifier(log / "part", "verify-log", "--key", key, *span, ".").returncode == 0
    assert verifier(log / "part", "verify-log", "--key", key, ".").returncode == 1
    assert hegui("ledger", "export", "--out", "part").stderr.startswith("LED117 ")


def test_the_key_is_shown_and_rotated(hegui: Hegui, log: Path) -> None:
    first = hegui("ledger", "key", "show").stdout.strip()
    coming = found(hegui("ledger", "key", "rotate", "--prepare", "--json"))["next_vkey"]
    assert coming in hegui("ledger", "key", "rotate", "--prepare", **ZH).stdout
    assert found(hegui("ledger", "key", "rotate", "--json")) == {"old_vkey": first, "vkey": coming, "size": 301}
    rows = found(hegui("ledger", "key", "show", "--json"))["keys"]
    assert rows == [{"from_size": 0, "vkey": first}, {"from_size": 301, "vkey": coming}]
    assert "起始大小" in hegui("ledger", "key", "show", **ZH).stdout
    assert hegui("ledger", "verify").returncode == 0
    assert "The new key is in force from size 302" in hegui("ledger", "key", "rotate").stdout
    secret = (log / "state/ledger-key").read_text().split("+", 4)[-1].strip()
    for command in ("status", "key show", "verify", "witness list"):
        assert secret not in hegui("ledger", *command.split()).stdout


def test_another_origin_is_refused(hegui: Hegui, log: Path) -> None:
    result = hegui("ledger", "status", HEGUI_LEDGER_ORIGIN="log.example/other")
    assert result.returncode == 1
    assert result.stderr.startswith("LED101 ledger.origin — ")


@pytest.fixture
def second_hegui(tmp_path: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Another installation, a process of its own, that is a witness: its URL, its key, its settings."""
    folder = tmp_path / "second"
    folder.mkdir()
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HEGUI_STATE_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    program = [sys.executable, "-W", "error", "-m", "hegui", "ledger", "witness"]
    made = subprocess.run([*program, "init", "witness.example/w"], env=env, capture_output=True, text=True, check=True)
    process = subprocess.Popen([*program, "serve", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    (url,) = re.findall(r"http://\S+", process.stdout.readline())
    yield url, made.stdout.strip(), env
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE_SECONDS) == 0
    process.stdout.close()


def test_a_second_hegui_is_the_witness(hegui: Hegui, log: Path, second_hegui: tuple[str, str, dict[str, str]]) -> None:
    url, key, env = second_hegui
    own = {name: value for name, value in env.items() if name.startswith("HEGUI_")}
    vkey = found(hegui("ledger", "key", "show", "--json"))["vkey"]
    assert "还没有见证方" in hegui("ledger", "witness", "list", **ZH).stdout
    assert hegui("ledger", "witness", "request").returncode == 0
    assert "will be asked" in hegui("ledger", "witness", "add", "w", key, url).stdout
    stranger = hegui("ledger", "witness", "request", **ZH)
    assert stranger.returncode == 1
    assert "w 未签署：对方不认识本日志" in stranger.stdout
    assert "cosigned from now on" in hegui("ledger", "witness", "trust", vkey, **own).stdout
    assert found(hegui("ledger", "witness", "request", "--json")) == [
        {"name": "w", "signed": True, "size": 300, "reason": None, "detail": None}
    ]
    status = found(hegui("ledger", "status", "--json"))
    assert (status["self_attested"], status["witnesses"][0]["has_signed"]) == (False, True)
    assert "已于 " in hegui("ledger", "status", **ZH).stdout
    assert "Cosigned by: witness.example/w" in hegui("ledger", "verify").stdout
    row = found(hegui("ledger", "witness", "list", "--json"))[0]
    assert (row["name"], row["where"], row["size"]) == ("w", url, 300)
    # an outsider who asks for the witness finds it in the pack
    hegui("ledger", "export", "--out", "pack")
    checked = verifier(log / "pack", "verify-log", "--key", vkey, "--witness", key, "--json", ".")
    assert json.loads(checked.stdout)["self_attested"] is False
    assert f"--witness '{key}'" in (log / "pack/README.md").read_text("utf-8")
    # the log goes on; a fork under the same key is refused by the second process
    hegui("ledger", "key", "rotate")
    assert hegui("ledger", "witness", "request").returncode == 1
    assert "no longer asked" in hegui("ledger", "witness", "remove", "w").stdout


def test_a_witness_signs_files(hegui: Hegui, log: Path) -> None:
    witness = {"HEGUI_STATE_DIR": "w"}
    assert hegui("ledger", "witness", "sign", "state/ledger/checkpoint", **witness).stderr.startswith("LED119 ")
    key = found(hegui("ledger", "witness", "init", "witness.example/w", "--json", **witness))["vkey"]
    vkey = found(hegui("ledger", "key", "show", "--json"))["vkey"]
    stranger = hegui("ledger", "witness", "sign", "state/ledger/checkpoint", **witness)
    assert stranger.stderr.startswith("LED118 state/ledger/checkpoint — it is not cosigned: unknown origin (404)")
    assert found(hegui("ledger", "witness", "trust", vkey, "--json", **witness))["vkey"] == vkey
    line = hegui("ledger", "witness", "sign", "state/ledger/checkpoint", **witness).stdout
    assert line.startswith("— witness.example/w ")
    hegui("ledger", "witness", "add", "w", key, "request")
    assert hegui("ledger", "witness", "request").returncode == 1
    said = hegui("ledger", "witness", "sign", "request", "--out", "request.cosignature", **witness)
    assert (said.returncode, (log / "request.cosignature").read_text()) == (1, "300\n")
    assert hegui("ledger", "witness", "request").returncode == 1  # takes the size, asks from there
    signed = hegui("ledger", "witness", "sign", "request", "--out", "request.cosignature", **witness, **ZH)
    assert "已联署" in signed.stdout
    assert hegui("ledger", "witness", "request").returncode == 0
    assert found(hegui("ledger", "status", "--json"))["self_attested"] is False
    assert "no longer believed" in hegui("ledger", "witness", "distrust", vkey, **witness).stdout
    assert hegui("ledger", "witness", "distrust", vkey, **witness).stderr.startswith("LED109 ")
    assert "(404)" in hegui("ledger", "witness", "sign", "request", **witness).stderr


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_of_a_witness_is_worded(lang: str) -> None:
    reasons = {*REASONS.values(), "seen_more", "unreachable", "no_signature", "status"}
    named = {key for key in catalogue(lang) if key.startswith("witness.reason.")}
    assert named == {f"witness.reason.{reason}" for reason in reasons}


def test_wrong_usage_of_witnesses(hegui: Hegui) -> None:
    assert hegui("ledger", "witness", "add", "w", "no key", "http://127.0.0.1:9").stderr.startswith("LED030 ")
    assert hegui("ledger", "witness", "add", "w", "k", "ftp://x").returncode == 2
    assert hegui("ledger", "witness", "serve").stderr.startswith("LED119 ")
    assert hegui("ledger", "witness", "remove", "w").stderr.startswith("LED109 ")


def test_every_error_is_on_the_page() -> None:
    root = Path(__file__).parents[2]
    raised = {
        code for file in (root / "src").rglob("*.py") for code in re.findall(r"LED1\d\d", file.read_text("utf-8"))
    }
    listed = re.findall(r"LED1\d\d", (root / "docs/ledger.md").read_text("utf-8").partition("## Errors")[2])
    assert len(raised) > 20
    assert sorted(listed) == sorted(raised)
    assert len(listed) == len(set(listed))


def test_damaged_memory_is_named(hegui: Hegui, log: Path) -> None:
    for name, command in (("ledger-verified.json", "verify"), ("ledger-witnesses.json", "status")):
        for content in ("{", "[1]", '"x"'):
            (log / "state" / name).write_text(content)
            result = hegui("ledger", command)
            assert (result.returncode, result.stderr.split()[0]) == (1, "LED107"), result.stderr
            (log / "state" / name).unlink()


@pytest.mark.parametrize("environ", [{}, ZH])
def test_a_second_signature_by_sm2(hegui: Hegui, log: Path, environ: dict[str, str]) -> None:
    made = "umask 077; openssl genpkey -algorithm SM2 -out ledger-sm2.pem && openssl pkey -in ledger-sm2.pem -pubout -out pub"
    subprocess.run(["sh", "-c", made], cwd=log, check=True, capture_output=True)
    key = {**environ, "HEGUI_LEDGER_SM2_KEY": "file:ledger-sm2.pem"}
    assert hegui("ledger", "witness", "request", **environ).returncode == 0
    stopped = hegui("ledger", "key", "rotate", **key)
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("LED140")
    said, vkey = hegui("ledger", "key", "sm2", **key).stdout.splitlines()
    assert "301" in said
    assert vkey in hegui("ledger", "status", **key).stdout
    assert found(hegui("ledger", "status", "--json", **key))["sm2"] == {"vkey": vkey, "verdict": "holds"}
    assert found(hegui("ledger", "key", "show", "--json", **key))["sm2_keys"] == [{"from_size": 301, "vkey": vkey}]
    assert "SM2" in hegui("ledger", "verify", **key).stdout
    own = found(hegui("ledger", "key", "show", "--json"))["vkey"]
    assert found(hegui("ledger", "export", "--out", "pack", "--json", **key))["size"] == 301
    answer = verifier(log / "pack", "verify-log", "--key", own, "--sm2", vkey, ".")
    assert (answer.returncode, "SM2" in answer.stdout) == (0, True)
    assert _openssl_alone(log, vkey) == 0
    assert found(hegui("ledger", "key", "sm2", "--end", "--json", **key))["sm2_vkey"] is None
    assert "-" in hegui("ledger", "key", "show", **environ).stdout.splitlines()[-1]


def _openssl_alone(folder: Path, vkey: str) -> int:
    """As docs/ledger.md says: text, signature and public key, and nothing of hegui."""
    text, _, lines = (folder / "state/ledger/checkpoint").read_bytes().partition(b"\n\n")
    name, key_id, _ = vkey.split("+", 2)
    values = [
        base64.b64decode(line.split(b" ")[2]) for line in lines.splitlines() if line.split(b" ")[1].decode() == name
    ]
    (raw,) = [value[4:] for value in values if value[:4].hex() == key_id]
    conf = "asn1=SEQUENCE:s\n[s]\n" + "".join(f"n{at}=INTEGER:0x{raw[at : at + 32].hex()}\n" for at in (0, 32))
    (folder / "conf").write_text(conf)
    (folder / "text").write_bytes(text + b"\n")
    subprocess.run(["openssl", "asn1parse", "-genconf", "conf", "-out", "der", "-noout"], cwd=folder, check=True)
    command = "openssl pkeyutl -verify -pubin -inkey pub -rawin -digest sm3 -pkeyopt distid:1234567812345678 -sigfile der -in text"
    return subprocess.run(command.split(), cwd=folder, check=False, capture_output=True).returncode
