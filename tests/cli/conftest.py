"""The command line, started as a process in a fresh folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE_SECONDS

Result = subprocess.CompletedProcess[str]
Hegui = Callable[..., Result]


@pytest.fixture
def hegui(tmp_path: Path) -> Hegui:
    """Run `hegui` with these arguments; keywords are environment variables. Warnings are errors there too."""

    def run(*arguments: str, **environ: str) -> Result:
        command = [sys.executable, "-W", "error", "-m", "hegui", *arguments]
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "200", **environ}
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )

    return run
