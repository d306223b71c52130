"""One exiftool that stays open and answers every test of this process: its start takes longer than most of its answers.

Knows what exiftool documents for -stay_open: arguments come a line at a time, an answer ends with {ready}, and each command begins
with fresh options. Measured over the carriers, its answers are those of a fresh process, save the order of computed tags. What
writes, and what no line can hold, gets a process of its own.
"""

from __future__ import annotations

import atexit
import re
import subprocess
import tempfile
from functools import cache
from typing import IO

__all__ = ["Exiftool", "exiftool"]

_END = re.compile(rb"\{status (\d+)\}\n\{ready7\}\n\Z")


class Exiftool:
    """The program, waiting for arguments."""

    def __init__(self) -> None:
        # it stays open as long as the program, and appends: what is written after a truncation stands at the start
        self._complaints: IO[bytes] = tempfile.TemporaryFile("a+b")  # noqa: SIM115
        self._process = subprocess.Popen(
            ["exiftool", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._ask, self._hear = self._process.stdin, self._process.stdout

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
        """What a fresh exiftool would have said to these arguments."""
        self._complaints.truncate(0)
        lines = [*arguments, "-echo3", "{status ${status}}", "-execute7"]  # with a number -q leaves {ready} in place
        self._ask.write("".join(f"{line}\n" for line in lines).encode())
        self._ask.flush()
        said = bytearray()
        while not (end := _END.search(said, max(0, len(said) - 40))):
            more = self._hear.read1(1 << 20)  # type: ignore[attr-defined]
            assert more, "exiftool has ended"
            said += more
        self._complaints.seek(0)
        return subprocess.CompletedProcess(arguments, int(end[1]), bytes(said[: end.start()]), self._complaints.read())

    def close(self) -> None:
        self._ask.write(b"-stay_open\nFalse\n")
        self._ask.close()
        self._hear.close()
        self._process.wait(60)
        self._complaints.close()


@cache
def _resident() -> Exiftool:
    found = Exiftool()
    atexit.register(found.close)
    return found


def exiftool(arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run it."""
    if any(not word or "\n" in word or word[0] in "# \t" or "=" in word or word == "-o" for word in arguments):
        return subprocess.run(["exiftool", *arguments], capture_output=True, check=False, timeout=120)
    return _resident().run(arguments)
