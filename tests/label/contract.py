"""One row of the contract that every codec keeps: a carrier, its codec, its payload, and who else reads the label.

A judge is an independent program: it gets the labelled file and returns the label's text exactly as that program shows it.
A payload is what must not change: decoded pixels, packets, text, the other members of an archive.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hegui.label.codec import Codec
from tests.label.exiftool import exiftool

__all__ = ["CARRIERS", "Row", "digest_of", "output", "require"]

CARRIERS = Path(__file__).parent / "carriers"


@dataclass(frozen=True)
class Row:
    """One carrier and what must hold for it.

    Attributes:
        carrier: file name under tests/label/carriers.
        codec: the codec module.
        payload: gives a value that is equal for two files with the same payload.
        judges: by name, a program that returns the label's text exactly.
        structure: checks that raise or fail when the file is not well formed.
        shown: what the judges return for a label's text; some forms (YAML, wrapped) show another text.
    """

    carrier: str
    codec: Codec
    payload: Callable[[Path], object]
    judges: Mapping[str, Callable[[Path], str]] = field(default_factory=dict)
    structure: tuple[Callable[[Path], None], ...] = ()
    shown: Callable[[str], str] = str


def require(program: str) -> str:
    """The path of a program; the test is skipped, and says so, where it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed; tools/system-programs.sh installs it")
    return found


def output(*command: str | Path, stdin: bytes | None = None, codes: tuple[int, ...] = (0,)) -> bytes:
    """What a program prints; the test fails with its complaints where it ends with another code than `codes`."""
    require(str(command[0]))
    words = [str(word) for word in command]
    if words[0] == "exiftool" and stdin is None:
        done = exiftool(words[1:])
    else:
        done = subprocess.run(words, input=stdin, capture_output=True, check=False, timeout=120)
    assert done.returncode in codes, (
        f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')}"
    )
    return done.stdout


def digest_of(*command: str | Path) -> str:
    """The hash of what a program prints."""
    return hashlib.sha256(output(*command)).hexdigest()
