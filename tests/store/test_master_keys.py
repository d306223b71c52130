"""Where the master keys come from: a file of its owner's, a variable, a command; and that nothing of them is shown."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from hegui.errors import FileFaults, InputError
from hegui.store import secret_sources
from hegui.store.master_keys import read_master_keys
from tests.vault.samples import NEW, OLD, ROTATING

TEXT = f"# keys\n{NEW.hex()}\n{OLD.hex()}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "master keys"
    file.write_text(TEXT)
    file.chmod(0o600)
    return file


def printing(text: str, *more: str) -> str:
    program = f"import sys; sys.stdout.write({text!r}); {';'.join(more)}"
    return f"command:{shlex.quote(sys.executable)} -c {shlex.quote(program)}"


def test_each_place_gives_the_same_keys(file: Path) -> None:
    for source in (f"file:{file}", "env:KEYS", printing(TEXT)):
        assert read_master_keys(source, {"KEYS": TEXT}).ids == ROTATING.ids


def test_a_command_gets_the_environment_and_nothing_to_read() -> None:
    source = f"command:{shlex.quote(sys.executable)} -c " + shlex.quote(
        "import os, sys; assert not sys.stdin.read(); print(os.environ['KEYS'])"
    )
    assert read_master_keys(source, {"KEYS": TEXT}).ids == ROTATING.ids


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660])
def test_a_file_that_others_may_use_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(InputError, match=f"VLT009 .*mode 0{mode:o}") as caught:
        read_master_keys(f"file:{file}", {})
    assert caught.value.remedy == f"Run: chmod 600 '{file}'"


@pytest.mark.parametrize(
    "source",
    ["", "nothing", "vault:x", "file:/nowhere/keys", "file:/", "env:", "env:NOT_SET", "env:EMPTY", "command:",
     "command:'", "command:/nowhere/program", printing("secret", "sys.exit(3)"), printing("x" * 70_000)],
)  # fmt: skip
def test_what_cannot_be_fetched_is_told(source: str) -> None:
    with pytest.raises(InputError, match="VLT008") as caught:
        read_master_keys(source, {"EMPTY": ""})
    assert "secret" not in str(caught.value)


def test_a_command_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_sources, "COMMAND_SECONDS", 0.2)
    with pytest.raises(InputError, match="VLT008 .*took longer"):
        read_master_keys(printing("", "import time; time.sleep(60)"), {})


def test_faults_name_the_source_and_no_key(file: Path) -> None:
    file.write_text(TEXT + "half" + OLD.hex()[:20])
    for source in (f"file:{file}", "env:KEYS", printing(file.read_text())):
        with pytest.raises(FileFaults, match="VLT007") as caught:
            read_master_keys(source, {"KEYS": file.read_text()})
        assert OLD.hex()[:8] not in str(caught.value)
        assert [place for place, _ in caught.value.faults] == ["line 4"]
