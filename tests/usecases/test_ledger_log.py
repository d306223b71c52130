"""Origin and key of a log: made once, never changed silently."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hegui.ledger.keys import KeyKind, SignerKey
from hegui.store.ledger_files import PrivateFolder
from hegui.usecases.ledger_keys import rotate_key
from hegui.usecases.ledger_log import open_signer, read_log, writing
from hegui.usecases.ledger_ports import LedgerError
from hegui.usecases.ledger_status import ledger_status
from tests.support.patience import PATIENCE_SECONDS
from tests.usecases.ledger_homes import grown, home_in, nobody


def code(action: object) -> str:
    assert callable(action)
    with pytest.raises(LedgerError) as caught:
        action()
    assert caught.value.remedy
    return caught.value.code


def test_a_log_begins_once_and_is_read_without_its_key(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path), 0, 5)
    key = tmp_path / "state" / "ledger-key"
    assert key.stat().st_mode & 0o777 == 0o600
    origin = read_log(home).origin
    assert origin.startswith("hegui.invalid/")
    assert (tmp_path / "state" / "ledger-key.origin").read_text().strip() == origin
    key.unlink()
    (tmp_path / "state" / "ledger-key.origin").unlink()
    assert read_log(home).checkpoint.size == 5
    assert code(lambda: open_signer(home)) == "LED103"
    assert not key.exists()


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({"HEGUI_LEDGER_ORIGIN": "log.example/a"}, "log.example/a"),
        ({"HEGUI_LEDGER_PUBLIC_URL": "https://log.example/hegui/"}, "log.example/hegui"),
        ({"HEGUI_LEDGER_ORIGIN": "x.example", "HEGUI_LEDGER_PUBLIC_URL": "https://log.example"}, "x.example"),
    ],
)
def test_the_origin_comes_from_the_settings_when_the_key_is_made(
    tmp_path: Path, environ: dict[str, str], origin: str
) -> None:
    home = grown(home_in(tmp_path, **environ), 0, 1)
    assert (read_log(home).origin, read_log(home).history.current.name) == (origin, origin)
    later = home_in(tmp_path, HEGUI_LEDGER_PUBLIC_URL="https://elsewhere.example")
    assert read_log(later).origin == origin, "a later address does not rename the log"


@pytest.mark.parametrize("url", ["https://log.example/a+b", "https://log.example/" + "a" * 120])
def test_an_address_that_cannot_name_a_log_does_not(tmp_path: Path, url: str) -> None:
    home = grown(home_in(tmp_path, HEGUI_LEDGER_PUBLIC_URL=url), 0, 1)
    assert read_log(home).origin.startswith("hegui.invalid/")
    rotate_key(home, nobody)


def test_another_origin_is_refused(tmp_path: Path) -> None:
    grown(home_in(tmp_path), 0, 1)
    other = home_in(tmp_path, HEGUI_LEDGER_ORIGIN="log.example/other")
    assert code(lambda: read_log(other)) == "LED101"
    assert code(lambda: grown(other, 1, 2)) == "LED101"
    assert read_log(home_in(tmp_path)).checkpoint.size == 1


def test_a_key_of_another_log_is_refused(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path), 0, 1)
    origin = read_log(home).origin
    key = tmp_path / "state" / "ledger-key"
    key.write_text(SignerKey(origin, KeyKind.LOG, b"\x07" * 32).secret())
    assert code(lambda: read_log(home)) == "LED104"
    assert code(lambda: grown(home, 1, 2)) == "LED104"
    key.write_text("damaged")
    assert code(lambda: read_log(home)) == "LED107"
    key.write_text(SignerKey(origin, KeyKind.WITNESS, b"\x07" * 32).secret())
    assert code(lambda: grown(home, 1, 2)) == "LED107"


def test_a_key_of_ones_own_gives_its_name(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(SignerKey("log.example/own", KeyKind.LOG, b"\x07" * 32).secret() + "\n")
    home = grown(home_in(tmp_path, HEGUI_LEDGER_KEY=str(key)), 0, 1)
    assert read_log(home).origin == "log.example/own"


def test_without_a_log_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="hegui ledger init") as caught:
        read_log(home_in(tmp_path))
    assert caught.value.code == "LED102"
    assert not (tmp_path / "state").exists(), "looking makes nothing"


def test_a_log_that_is_gone_is_not_begun_anew(tmp_path: Path) -> None:
    grown(home_in(tmp_path), 0, 3)
    (tmp_path / "state/ledger/checkpoint").unlink()
    assert code(lambda: grown(home_in(tmp_path), 0, 3)) == "LED122"


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    impatient = replace(home, safe=PrivateFolder(tmp_path / "state", patience_seconds=0.05))
    with writing(home):
        assert code(lambda: grown(impatient, 0, 1)) == "LED106"
    grown(impatient, 0, 1)


def test_processes_that_start_at_once_get_one_key_and_one_origin(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.usecases.ledger_homes import home_in\n"
        "from hegui.usecases.ledger_keys import show_keys\n"
        "home = home_in(Path(sys.argv[1])); sys.stdin.readline(); print(show_keys(home)[0])"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    root = Path(__file__).parents[2]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(4)
    ]
    answers = [process.communicate("\n", timeout=PATIENCE_SECONDS)[0] for process in started]
    assert answers[0].startswith("hegui.invalid/")
    assert len(set(answers)) == 1


def test_the_status_says_what_can_be_told(tmp_path: Path) -> None:
    home = grown(home_in(tmp_path, HEGUI_LEDGER_PUBLIC_URL="https://log.example/hegui"), 0, 300)
    found = ledger_status(home)
    assert (found.origin, found.size, found.key_rotations) == ("log.example/hegui", 300, 0)
    assert (found.signed_at, found.self_attested, found.witnesses) == (None, True, ())
    assert found.last_entry_at is not None
    assert found.seconds_since_entry == pytest.approx(1501.123)
    assert json.loads(json.dumps(found.root)) == read_log(home).checkpoint.root.hex()
    empty = ledger_status(grown(home_in(tmp_path / "empty"), 0, 0))
    assert (empty.size, empty.last_entry_at) == (0, None)
