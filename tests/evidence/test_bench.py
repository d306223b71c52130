"""The measurements of bench/evidence run: what they find is for people to judge."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.patience import PATIENCE_SECONDS

BENCH = Path(__file__).parents[2] / "bench" / "evidence"


def test_the_way_from_the_spool_to_the_ledger_is_measured() -> None:
    command = [sys.executable, str(BENCH / "moving.py"), "--exchanges", "600", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.returncode in (0, 1), done.stderr  # so few records may miss a limit
    found = json.loads(done.stdout)
    assert found["exchanges"] == 600
    assert min(found["moved_per_s"], found["processor_us"], found["ledger_bytes"], found["record_bytes"]) > 0
