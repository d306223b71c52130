"""What the tests of the ledger's use cases share: a log in a folder, entries, and a disk that dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hegui.compose import ledger_home
from hegui.settings import Settings
from hegui.usecases.ledger_log import writing
from hegui.usecases.ledger_ports import LedgerHome
from hegui.usecases.ledger_witnesses import Answer, append_entries
from tests.ledger.logs import ENTRIES, Death

NOW = datetime(2026, 1, 15, 9, 0, 0, 123_000, tzinfo=UTC)


def home_in(folder: Path, **environ: str) -> LedgerHome:
    """A ledger in this folder, with these settings."""
    settings = Settings.read({"HEGUI_STATE_DIR": str(folder / "state"), **environ}, None)
    return ledger_home(settings, clock=lambda: NOW)


def nobody(where: str, body: bytes) -> Answer:
    """Witnesses that are never asked."""
    raise AssertionError(where)


def grown(home: LedgerHome, start: int, end: int) -> LedgerHome:
    """The same, after these entries were appended."""
    append_entries(home, ENTRIES[start:end], nobody)
    return home


class Dying:
    """Files of any kind that die after so many changes."""

    def __init__(self, files: Any, budget: list[int]) -> None:
        self._files = files
        self._budget = budget

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._files, name)
        if name not in ("write", "write_checkpoint", "replace", "create", "remove"):
            return found

        def change(*arguments: Any, **named: Any) -> Any:
            if name != "create" or self._files.read(arguments[0]) is None:
                if not self._budget[0]:
                    raise Death
                self._budget[0] -= 1
            return found(*arguments, **named)

        return change


def dying(home: LedgerHome, changes: int) -> LedgerHome:
    """The same home on a machine that loses its power after so many changes of files."""
    budget = [changes]
    files: Any = Dying(home.files, budget)
    safe: Any = Dying(home.safe, budget)
    return replace(home, files=files, safe=safe)


@contextmanager
def held_elsewhere(home: LedgerHome) -> Iterator[None]:
    """While another process writes."""
    with writing(home):
        yield
