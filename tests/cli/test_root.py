"""Options of `hegui` itself, its errors, and what it does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hegui as package
from hegui.faces.cli.root import COMMANDS
from tests.cli.conftest import Hegui


def test_help_names_every_command(hegui: Hegui) -> None:
    result = hegui("--help")
    assert (result.returncode, result.stderr) == (0, "")
    for command in COMMANDS:
        assert f"\n  {command} " in result.stdout


def test_version(hegui: Hegui) -> None:
    assert hegui("--version").stdout == f"hegui {package.__version__}\n"


def test_help_imports_no_heavy_library() -> None:
    program = (
        "import sys; from hegui.faces.cli import main; main(['--help'], standalone_mode=False);"
        "print(sorted({'sqlalchemy', 'uvicorn', 'ahocorasick_rs'} & set(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stderr == "[]\n"


def test_a_command_brings_no_other() -> None:
    program = (
        "import sys; from hegui.faces.cli import main; main(['serve', '--help'], standalone_mode=False);"
        "print(sorted(name for name in sys.modules if name.startswith('hegui.faces.cli.')), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stderr == f"{[f'hegui.faces.cli.{name}' for name in ('render', 'root', 'serve', 'session')]}\n"


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["nonsense"], ["app", "add"], ["app", "add", "x", "--label", "y"]]
)
def test_wrong_usage_exits_with_2(hegui: Hegui, arguments: list[str]) -> None:
    result = hegui(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_our_errors_exit_with_1_and_say_what_to_do(hegui: Hegui) -> None:
    result = hegui("app", "list", HEGUI_SERVER_PROT="1")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "SET001 the environment — 1 fault:",
        "  HEGUI_SERVER_PROT: is not a setting. Did you mean HEGUI_SERVER_PORT?",
        "Mend these; docs/settings.md lists every setting with its unit and default.",
    ]


def test_hegui_toml_beside_us_is_read_and_another_can_be_named(hegui: Hegui, tmp_path: Path) -> None:
    (tmp_path / "hegui.toml").write_text('state_dir = "here"\n')
    (tmp_path / "other.toml").write_text('state_dir = "there"\n')
    assert hegui("app", "list").returncode == 0
    assert hegui("--config", "other.toml", "app", "list").returncode == 0
    assert hegui("app", "list", HEGUI_CONFIG="other.toml", HEGUI_STATE_DIR="elsewhere").returncode == 0
    made = sorted(folder.name for folder in tmp_path.iterdir() if folder.is_dir())
    assert made == ["elsewhere", "here", "there"]


def test_a_missing_settings_file_is_named(hegui: Hegui) -> None:
    result = hegui("--config", "gone.toml", "app", "list")
    assert result.returncode == 1
    assert result.stderr.startswith("SET002 gone.toml — cannot be read: No such file")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "There are no applications yet."),
        ({"LANG": "zh_CN.UTF-8"}, "还没有应用。"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "There are no applications yet."),
        ({"HEGUI_LOCALE": "zh"}, "还没有应用。"),
        ({"LANG": "zh_CN.UTF-8", "HEGUI_LOCALE": "en"}, "There are no applications yet."),
    ],
)
def test_the_language_is_the_settings_or_the_terminals(hegui: Hegui, environ: dict[str, str], said: str) -> None:
    assert hegui("app", "list", **environ, PYTHONUTF8="1").stdout == said + "\n"
