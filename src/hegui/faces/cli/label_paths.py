"""Which files a label command works on: files, folders with all below, and patterns; with progress on stderr.

Knows paths; knows no label. Hidden files and folders are passed over, links are not followed out of a folder, and the order is
that of the names, so that a run that was stopped goes on where it was. A file that fails is told, and the others go on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from glob import has_magic, iglob
from pathlib import Path

import click

from hegui.errors import HeguiError
from hegui.faces.cli.render import error_json, print_json_line, show_error
from hegui.faces.cli.session import Session
from hegui.label.faults import LabelError

__all__ = ["files_of", "show_failure", "target", "with_progress"]

EVERY_SECONDS = 2.0


def files_of(words: Sequence[str]) -> tuple[Path, ...]:
    """The files that are named, each once. Raises LabelError LBL124 where a word names nothing."""
    found: dict[Path, None] = {}
    for word in words:
        try:
            named = list(_of(word))
        except OSError as error:
            raise LabelError("LBL121", error.filename or word, f"the file cannot be used: {error.strerror}",
                             "Check its name and who may read and write it and its folder.") from None  # fmt: skip
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
    """All files below a folder, however deep; a folder that cannot be read is an OSError."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        if place.is_dir() and (place is folder or not place.is_symlink()):
            waiting += sorted((one for one in place.iterdir() if not one.name.startswith(".")), reverse=True)
        elif place.is_file():
            yield place


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


def show_failure(session: Session, path: Path, error: HeguiError, *, as_json: bool) -> None:
    """Say that one of the files failed."""
    if as_json:
        print_json_line({"file": str(path), "error": error_json(error, session.lang)})
    else:
        show_error(error, session.lang, as_json=False)


def target(out: Path | None, path: Path, count: int) -> Path | None:
    """Where a new file goes: into a folder under its name, or under the name given. Raises LabelError LBL151."""
    if out is None:
        return None
    if count == 1 and not out.is_dir():
        return out
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise LabelError("LBL151", str(out), "this is no folder, and none can be made here",
                         "Name a folder with --out, or label the files one by one.") from None  # fmt: skip
    return out / path.name
