"""The file of a profile: read with a bound, written whole, and never over what somebody else wrote meanwhile.

Knows bytes, links and modes. A save replaces the file in one step, so that a crash leaves the one before or the one after; it
follows a link to the file it names, keeps the mode, the byte order mark and the ends of lines, and compares what is on disk with
what was read: another interview or an editor may have been there.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from hegui.errors import InputError

if TYPE_CHECKING:
    from hegui.law.book import LawBook
    from hegui.law.profile import Profile

__all__ = ["MAX_BYTES", "ProfileFile", "read_text"]

MAX_BYTES = 2**20
"""The largest profile that is read: with a long note on every fact it has 100 kB."""


def read_text(file: Path) -> str:
    """The text of a profile. Raises InputError (LAW022) for what is no text, (LAW025) for what is too large or cannot be read."""
    return _decoded(file, _content(file)).removeprefix("\ufeff")


class ProfileFile:
    """A profile that grows. `begun` is what its file said when it was opened."""

    def __init__(self, book: LawBook, file: Path, service: str) -> None:
        """Opens the file, or begins one for `service`. Raises as `read_text` and `read_profile` do."""
        from hegui.law.profile import read_profile  # with the law, when a command needs it
        from hegui.law.profile_edit import begun_text

        self._book = book
        self._named = file
        self._file = file.resolve()
        self._on_disk = _content(file) if file.exists() else None
        self._text = begun_text(service) if self._on_disk is None else _decoded(file, self._on_disk)
        self.begun: Profile = read_profile(self._text, str(file), book.facts, book.uncertainties)

    def save(self, now: Profile) -> None:
        """Writes what was answered since the file was opened.

        Raises:
            InputError: LAW026, the file is no longer as it was; LAW027, it cannot be written; LAW028, its form is too unusual to
                put an answer in.
        """
        content = self._with(now).encode()
        if content == self._on_disk:
            return
        try:
            if (self._file.read_bytes() if self._file.exists() else None) != self._on_disk:
                problem = "somebody else has changed it meanwhile; the last answer is not saved"
                raise InputError(
                    "LAW026", str(self._named), problem, "Start the interview again: it goes on from there."
                )
            _replace(self._file, content)
        except OSError as error:
            remedy = "Name a file in a folder that is there and can be written to."
            raise InputError("LAW027", str(self._named), f"cannot be written: {error.strerror}", remedy) from None
        self._on_disk = content

    def _with(self, now: Profile) -> str:
        """The text with the answers; read again, so that nothing else has changed in meaning."""
        from hegui.errors import FileFaults
        from hegui.law.profile import read_profile
        from hegui.law.profile_edit import put_in

        mark = "\ufeff" if self._text.startswith("\ufeff") else ""
        text = put_in(self._text.removeprefix(mark), self.begun, now)
        try:
            found = read_profile(text, str(self._named), self._book.facts, self._book.uncertainties)
        except FileFaults:
            found = None
        if found is None or _meaning(found) != _meaning(now):
            remedy = "Write its facts one a line under `facts:`, or name a new file."
            raise InputError(
                "LAW028", str(self._named), "an answer cannot be put in without a change elsewhere", remedy
            )
        return mark + text


def _meaning(profile: Profile) -> object:
    stated = {name: stated.value for name, stated in profile.stated.items()}
    readings = {name: adopted.taken for name, adopted in profile.readings.items()}
    return profile.service, stated, readings, profile.open


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise InputError("LAW025", str(file), problem, "Name a file that can be read.") from None
    if len(content) > MAX_BYTES:
        raise InputError("LAW025", str(file), f"is larger than {MAX_BYTES} bytes", "Name the file of a profile.")
    return content


def _decoded(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        raise InputError("LAW022", str(file), problem, "Save the profile as UTF-8 text.") from None


def _replace(file: Path, content: bytes) -> None:
    """The file, whole, under its name; durable once this returns."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            if file.exists():
                os.fchmod(opened.fileno(), file.stat().st_mode & 0o7777)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
