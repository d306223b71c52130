"""Which files a label command works on: files, folders with all below, and patterns; with progress on stderr.

Knows paths; knows no label. Hidden files and folders are passed over, links are not followed out of a folder, and the order is
that of the names, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from glob import has_magic, iglob
from pathlib import Path

import click

from hegui.faces.cli.session import Session
from hegui.label.faults import LabelError

__all__ = ["files_of", "with_progress"]

EVERY_SECONDS = 2.0


def files_of(words: Sequence[str]) -> tuple[Path, ...]:
    """The files that are named, each once. Raises LabelError LBL124 where a word names nothing."""
    found: dict[Path, None] = {}
    for word in words:
        named = list(_of(word))
        if not named:
            raise LabelError(
                "LBL124", word, "there is no such file, and no file in it", "Name files, folders or patterns."
            )
        found.update(dict.fromkeys(named))
    return tuple(found)


def _of(word: str) -> Iterator[Path]:
    path = Path(word)
    if path.is_dir():
        yield from _below(path)
    elif path.exists() or path.is_symlink():
        yield path
    elif has_magic(word):
        yield from (Path(name) for name in sorted(iglob(word, recursive=True)) if Path(name).is_file())


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        elif path.is_file():
            yield path


def with_progress(session: Session, paths: Sequence[Path]) -> Iterable[Path]:
    """The paths, with a line now and then on stderr where a person is looking and there are many."""
    if len(paths) < 2 or not sys.stderr.isatty():
        yield from paths
        return
    last = time.monotonic()
    for done, path in enumerate(paths):
        if (now := time.monotonic()) - last > EVERY_SECONDS:
            last = now
            click.echo(session.word("label.progress", done=done, of=len(paths), name=path.name), err=True)
        yield path
