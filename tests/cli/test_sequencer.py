"""`hegui sequencer`: moves what the gateways of this machine left, until it is told to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hegui.compose import compose, ledger_home
from hegui.settings import Settings
from hegui.store import SpoolRecorder
from hegui.store.spool import spools_in
from hegui.usecases.ledger_log import read_log
from hegui.usecases.ports import Exchange, ExchangeFilter
from tests.cli.conftest import Hegui
from tests.store.samples import an_exchange
from tests.store.test_evidence_loop import wait_until
from tests.support.patience import PATIENCE_SECONDS
from tests.support.postgresql import PostgresServer, database_name

VERIFIER = Path(__file__).parents[2] / "verifier" / "hegui_verify.py"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.read({"HEGUI_STATE_DIR": str(tmp_path / "state")}, None)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[SpoolRecorder]:
    with closing(SpoolRecorder(tmp_path / "state" / "spool", capacity=10_000)) as recorder:
        yield recorder


def start(folder: Path, **environ: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "hegui", "sequencer"]
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HEGUI_VAULT_EXPIRE": "command", **environ}  # samples are old
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True)


def recorded(settings: Settings) -> list[Exchange]:
    system = compose(settings)
    found = list(system.exchanges.list(ExchangeFilter(limit=100_000)))[::-1]
    system.close()
    return found


def verify(settings: Settings, size: int) -> None:
    log = read_log(ledger_home(settings))
    assert log.checkpoint.size == size
    folder = settings.state_dir / "ledger"
    command = [sys.executable, "-I", str(VERIFIER), "verify-log", "--key", str(log.key), str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_help_says_what_it_does_in_both_languages(hegui: Hegui) -> None:
    result = hegui("sequencer", "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "until it is stopped" in " ".join(result.stdout.split())
    assert "定序入账" in result.stdout


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_moving_what_is_there(
    settings: Settings, recorder: SpoolRecorder, tmp_path: Path, how: signal.Signals
) -> None:
    batch = [an_exchange(number) for number in range(2000)]
    for exchange in batch:
        recorder.hand_over(exchange)
    recorder.close()
    process = start(tmp_path)
    assert process.stdout
    said = process.stdout.readline()
    assert "state/spool" in said
    process.send_signal(how)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output, errors) == (0, "", "")
    assert recorded(settings) == batch
    assert spools_in(settings.state_dir / "spool") == []
    verify(settings, 2000)


def test_it_moves_what_comes_while_it_runs_and_a_second_one_takes_over(
    settings: Settings, recorder: SpoolRecorder, tmp_path: Path
) -> None:
    for number in range(2):
        process = start(tmp_path, HEGUI_EVIDENCE_PUBLISH_SECONDS="0.05", HEGUI_LOCALE="zh")
        assert process.stdout
        assert "数据库和账本" in process.stdout.readline()
        recorder.hand_over(an_exchange(number))
        wait_until(lambda wanted=number + 1: len(recorded(settings)) == wanted)
        process.terminate()
        assert process.communicate(timeout=PATIENCE_SECONDS) == ("", "")
        assert process.returncode == 0
        assert recorded(settings) == [an_exchange(done) for done in range(number + 1)]
        verify(settings, number + 1)


def test_it_deletes_what_was_kept_long_enough_and_tells_the_ledger(
    settings: Settings, recorder: SpoolRecorder, tmp_path: Path
) -> None:
    """The sample is of January 2026; it is moved, published, and due at once."""
    process = start(tmp_path, HEGUI_VAULT_EXPIRE="background", HEGUI_VAULT_EXPIRE_SECONDS="0.2")
    assert process.stdout
    assert "state/spool" in process.stdout.readline()
    recorder.hand_over(an_exchange())
    system = compose(settings)
    wait_until(lambda: list(system.statements()))
    process.terminate()
    assert process.communicate(timeout=PATIENCE_SECONDS) == ("", "")
    assert [one.type for one in system.statements()] == ["retention.expired"]
    system.close()
    assert recorded(settings) == []
    verify(settings, 2)


def test_it_ends_though_the_database_is_away_and_keeps_what_waits(
    recorder: SpoolRecorder, tmp_path: Path, postgres_url: str, postgres_server: PostgresServer
) -> None:
    process = start(tmp_path, HEGUI_DATABASE=postgres_url)
    assert process.stdout
    assert process.stderr
    assert "state/spool" in process.stdout.readline()
    postgres_server.execute("ALTER TABLE findings RENAME TO elsewhere", database_name(postgres_url))
    recorder.hand_over(an_exchange())
    said = process.stderr.readline()
    assert said.startswith("REC004 records wait in the spool: UndefinedTable")
    process.terminate()
    assert process.communicate(timeout=PATIENCE_SECONDS) == ("", "")
    assert process.returncode == 0
    assert recorder.spooled() == 1


def test_an_older_schema_is_refused_as_everywhere(hegui: Hegui) -> None:
    result = hegui("sequencer", HEGUI_STORE_MIGRATE="check")
    assert result.returncode == 1
    assert result.stderr.startswith("STO007 ")
