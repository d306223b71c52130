"""Fetch a secret text from where the operator keeps it.

Knows three places: `file:<path>`, `env:<NAME>` and `command:<words>`, whose output is the text; a command is the way to a key
management service. Knows not what is in the text. Shows nothing of it, nor of what a command says.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hegui.errors import InputError

__all__ = ["SecretSource"]

MAX_TEXT = 64 << 10
COMMAND_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SecretSource:
    """A place that a setting names.

    Attributes:
        setting: its name, to be told.
        words: what it is set to.
        make: how such a file is made, told where it cannot be read.
        unfetched, unguarded: codes of what `read` raises.
    """

    setting: str
    words: str
    make: str
    unfetched: str
    unguarded: str

    @property
    def where(self) -> str:
        """As it may be shown: a command without its arguments."""
        kind, _, rest = self.words.partition(":")
        return self.words if kind != "command" else f"command:{(rest.split() or [''])[0]}"

    def read(self, environ: Mapping[str, str]) -> str:
        """The text.

        Raises:
            InputError: `unfetched`, it cannot be fetched; `unguarded`, others than the file's owner may read it.
        """
        kind, _, rest = self.words.partition(":")
        match kind:
            case "file":
                return self._from_file(Path(rest).expanduser())
            case "env":
                return self._from_environment(rest, environ)
            case "command":
                return self._from_command(rest, environ)
            case _:
                remedy = "Write file:/path, env:NAME or command:program and its arguments."
                raise InputError(self.unfetched, self.setting, "it names neither file, env nor command.", remedy)

    def _from_file(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if mode & 0o077:
                    problem = f"others than its owner may use the file (mode {mode:04o})."
                    raise InputError(self.unguarded, str(path), problem, f"Run: chmod 600 {shlex.quote(str(path))}")
                return self._as_text(file.read(MAX_TEXT + 1), str(path))
        except OSError as error:
            raise InputError(self.unfetched, str(path), f"cannot be read: {error.strerror}.", self.make) from None

    def _from_environment(self, name: str, environ: Mapping[str, str]) -> str:
        text = environ.get(name)
        if not text:
            raise InputError(self.unfetched, f"env:{name}", "the variable is not set.", f"Set {name} to the keys.")
        return text

    def _from_command(self, words: str, environ: Mapping[str, str]) -> str:
        try:
            command = shlex.split(words)
        except ValueError as error:
            raise self._command_failed("", f"the words cannot be told apart: {error}") from None
        if not command:
            raise self._command_failed("", "there is no command")
        try:
            done = subprocess.run(
                command,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._command_failed(command[0], f"it took longer than {COMMAND_SECONDS:.0f} seconds") from None
        except OSError as error:
            raise self._command_failed(command[0], f"it cannot be run: {error.strerror}") from None
        if done.returncode:
            raise self._command_failed(command[0], f"it ended with {done.returncode}")
        return self._as_text(done.stdout, f"command:{command[0]}")

    def _as_text(self, data: bytes, where: str) -> str:
        if len(data) > MAX_TEXT:
            problem = f"it is longer than {MAX_TEXT} bytes."
            raise InputError(self.unfetched, where, problem, "Keep nothing but the keys there.")
        return data.decode("ascii", errors="replace")

    def _command_failed(self, program: str, words: str) -> InputError:
        remedy = "Run it by hand as the user who runs hegui; its output must be the keys, one per line."
        return InputError(self.unfetched, f"command:{program}", f"{words}.", remedy)
