"""Fetch the master keys of the vault from where the operator keeps them.

Knows three places: `file:<path>`, `env:<NAME>` and `command:<words>`, whose output is the text; a command is the way to a key
management service. Knows not what is in the text (see `vault.keys`). Shows nothing of it, nor of what a command says.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from hegui.errors import InputError
from hegui.vault.keys import MasterKeys

__all__ = ["read_master_keys"]

MAX_TEXT = 64 << 10
COMMAND_SECONDS = 30.0


def read_master_keys(source: str, environ: Mapping[str, str]) -> MasterKeys:
    """The keys that `vault.master_key` names.

    Raises:
        FileFaults: VLT007, the text has faults.
        InputError: VLT008, it cannot be fetched; VLT009, others than the file's owner may read it.
    """
    kind, _, rest = source.partition(":")
    match kind:
        case "file":
            text = _from_file(Path(rest).expanduser())
        case "env":
            text = _from_environment(rest, environ)
        case "command":
            text = _from_command(rest, environ)
        case _:
            remedy = "Write file:/path, env:NAME or command:program and its arguments."
            raise InputError("VLT008", "vault.master_key", "it names neither file, env nor command.", remedy)
    return MasterKeys.parse(text, source if kind != "command" else f"command:{shlex.split(rest)[0]}")


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                problem = f"others than its owner may use the file (mode {mode:04o})."
                raise InputError("VLT009", str(path), problem, f"Run: chmod 600 {shlex.quote(str(path))}")
            return _as_text(file.read(MAX_TEXT + 1), str(path))
    except OSError as error:
        remedy = "Make it: (umask 077; openssl rand -hex 32 > FILE), and keep a copy apart from the database's backups."
        raise InputError("VLT008", str(path), f"cannot be read: {error.strerror}.", remedy) from None


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    text = environ.get(name)
    if not text:
        raise InputError("VLT008", f"env:{name}", "the variable is not set.", f"Set {name} to the keys.")
    return text


def _from_command(words: str, environ: Mapping[str, str]) -> str:
    try:
        command = shlex.split(words)
    except ValueError as error:
        raise _command_failed("", f"the words cannot be told apart: {error}") from None
    if not command:
        raise _command_failed("", "there is no command")
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
        raise _command_failed(command[0], f"it took longer than {COMMAND_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise _command_failed(command[0], f"it cannot be run: {error.strerror}") from None
    if done.returncode:
        raise _command_failed(command[0], f"it ended with {done.returncode}")
    return _as_text(done.stdout, f"command:{command[0]}")


def _as_text(data: bytes, where: str) -> str:
    if len(data) > MAX_TEXT:
        raise InputError("VLT008", where, f"it is longer than {MAX_TEXT} bytes.", "Keep nothing but the keys there.")
    return data.decode("ascii", errors="replace")


def _command_failed(program: str, words: str) -> InputError:
    remedy = "Run it by hand as the user who runs hegui; its output must be the keys, one per line."
    return InputError("VLT008", f"command:{program}", f"{words}.", remedy)
