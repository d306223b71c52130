"""What one run of the command line works with: its settings, its language, and the system when a command needs one.

Knows where settings come from and which language to speak; knows no command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.errors import HeguiError
from hegui.faces.cli.render import print_lines
from hegui.locale import LANGUAGES, message
from hegui.settings import Settings

if TYPE_CHECKING:
    from hegui.compose import System
    from hegui.usecases.ledger_ports import LedgerHome
    from hegui.usecases.ports import StoreKeeper

__all__ = ["BEIJING", "Session", "pass_session", "shown_instant"]

DEFAULT_FILE = Path("hegui.toml")

BEIJING = timezone(timedelta(hours=8))
"""Civil time of mainland China, without daylight saving since 1991: people read and write instants in it."""


class Session:
    """One run of the command line."""

    def __init__(self, file: Path | None, environ: Mapping[str, str], lang: str | None = None) -> None:
        self._file = file
        self._environ = environ
        self._lang = lang

    @cached_property
    def settings(self) -> Settings:
        """From the file named, or hegui.toml where there is one, and the environment."""
        file = self._file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
        return Settings.read(self._environ, file)

    @cached_property
    def lang(self) -> str:
        """What --lang or HEGUI_LANG asks for, else the locale setting where it is stated, else the terminal's, else English.

        Settings that are at fault are passed over here: their faults must be told in some language too.
        """
        if self._lang is not None:
            return self._lang
        try:
            if "locale" in self.settings.given:
                return self.settings.locale
        except HeguiError:
            stated = self._environ.get("HEGUI_LOCALE", "")
            if stated in LANGUAGES:
                return stated
        terminal = next(
            (self._environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if self._environ.get(name)), ""
        )
        return "zh" if terminal.startswith("zh") else "en"

    @contextmanager
    def system(self) -> Iterator[System]:
        """The composed system, closed afterwards."""
        # Imported here because it brings SQLAlchemy (0.3 s), which `hegui --help` must not pay for.
        from hegui.compose import compose

        system = compose(self.settings)
        try:
            yield system
        finally:
            system.close()

    @contextmanager
    def keeper(self) -> Iterator[StoreKeeper]:
        """The keeper of the database, closed afterwards."""
        from hegui.compose import keeper  # here for the same reason

        with keeper(self.settings) as found:
            yield found

    def ledger(self) -> LedgerHome:
        """The ledger in its folder; no database is opened."""
        from hegui.compose import ledger_home  # here for the same reason

        return ledger_home(self.settings)

    def say(self, key: str, **values: object) -> None:
        """Print a sentence of the catalogue; what could steer a terminal in a value is shown as a question mark."""
        print_lines(self.word(key, **values).split("\n"))

    def word(self, key: str, **values: object) -> str:
        """A sentence of the catalogue, in the language of this run."""
        return message(key, self.lang, **values)


pass_session = click.make_pass_decorator(Session)


def shown_instant(instant: datetime) -> str:
    """An instant for people: Beijing time to the second, with its offset."""
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S+08:00")
