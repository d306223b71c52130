"""Sign with SM2: by a private key in a file, or by a program that speaks to a device (加密机, HSM).

Knows how the key is reached, and shows nothing of it. A signature is handed out only after the public key has accepted it:
devices differ about what they hash, and a wrong signature would be published for ever.
Rules: as `crypto.sm2`.
"""

from __future__ import annotations

import shlex
import stat
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hegui.crypto.sm2 import (
    PROGRAM_SECONDS,
    SCHEME,
    SIGNATURE_SIZE,
    Sm2Error,
    Sm2PublicKey,
    Sm2Signer,
    from_der,
    openssl,
    verifies,
)

__all__ = ["CommandSigner", "FileSigner", "open_signer"]


def open_signer(source: str, public: Path | None) -> Sm2Signer:
    """Who `source` names: `file:PATH` of a private key in PEM, or `command:PROGRAM …` with the public key's PEM in a file.

    Touches nothing yet. Raises Sm2Error (SIG003) for a command without a public key.
    """
    kind, _, rest = source.partition(":")
    if kind == "file":
        return FileSigner(Path(rest).expanduser())
    if public is None:
        raise Sm2Error("SIG003", source.split()[0], "a command signs, and its public key is not named",
                       "Set ledger.sm2_public to a file with the public key in PEM.")  # fmt: skip
    return CommandSigner(rest, public)


@dataclass(frozen=True)
class FileSigner:
    """A private key in PEM (PKCS #8 or SEC 1), not encrypted, its owner's alone."""

    path: Path

    @cached_property
    def public(self) -> Sm2PublicKey:
        """The public half. Raises Sm2Error (SIG001, SIG003)."""
        self._require_private()
        done = openssl(["pkey", "-in", str(self.path.absolute()), "-pubout"])
        if done.returncode:
            raise self._unusable("openssl cannot read a private key from it")
        return Sm2PublicKey.from_pem(done.stdout.decode("ascii", "replace"))

    def sign(self, message: bytes) -> bytes:
        """r || s, 64 bytes. Raises Sm2Error (SIG003, SIG004)."""
        self._require_private()
        done = openssl(["pkeyutl", "-sign", "-inkey", str(self.path.absolute()), *SCHEME], message)
        if done.returncode:
            raise self._unusable("openssl cannot sign with it")
        return _checked(self.public, message, done.stdout, str(self.path))

    def _require_private(self) -> None:
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode)
        except OSError as error:
            raise self._unusable(f"cannot be read: {error.strerror}") from None
        if mode & 0o077:
            problem = f"others than its owner may use the file (mode {mode:04o})"
            raise Sm2Error("SIG003", str(self.path), problem, f"Run: chmod 600 {shlex.quote(str(self.path))}")

    def _unusable(self, problem: str) -> Sm2Error:
        remedy = "Make one: (umask 077; openssl genpkey -algorithm SM2 -out KEY.pem), or restore it from its backup."
        return Sm2Error("SIG003", str(self.path), problem, remedy)


@dataclass(frozen=True)
class CommandSigner:
    """A program that reads the message on stdin and writes the signature, DER or r || s, on stdout."""

    words: str
    public_file: Path

    @cached_property
    def public(self) -> Sm2PublicKey:
        """The public half. Raises Sm2Error (SIG001, SIG003)."""
        try:
            return Sm2PublicKey.from_pem(self.public_file.read_text(encoding="ascii", errors="replace"))
        except OSError as error:
            problem = f"cannot be read: {error.strerror}"
            raise Sm2Error(
                "SIG003", str(self.public_file), problem, "Name a file with the public key in PEM."
            ) from None

    def sign(self, message: bytes) -> bytes:
        """r || s, 64 bytes. Raises Sm2Error (SIG004)."""
        try:
            command = shlex.split(self.words)
            done = subprocess.run(
                command,
                input=message,
                capture_output=True,
                timeout=PROGRAM_SECONDS,
                check=False,
                start_new_session=True,
            )
        except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
            raise _failed(self._where, f"the program cannot be run: {type(error).__name__}") from None
        if done.returncode:
            raise _failed(self._where, f"the program ended with {done.returncode}")
        return _checked(self.public, message, done.stdout, self._where)

    @property
    def _where(self) -> str:
        return f"command:{self.words.split()[0]}" if self.words.split() else "command:"


def _checked(public: Sm2PublicKey, message: bytes, said: bytes, where: str) -> bytes:
    """The signature in its one form, after the public key has accepted it."""
    raw = said if len(said) == SIGNATURE_SIZE else from_der(said)
    if raw is None or not verifies(public, message, raw):
        raise _failed(where, "what came back is not a signature of the public key over SM3 with the default user id")
    return raw


def _failed(where: str, problem: str) -> Sm2Error:
    remedy = "Run it by hand as the user who runs hegui; docs/ledger.md, SM2, says what it reads and writes."
    return Sm2Error("SIG004", where, problem, remedy)
