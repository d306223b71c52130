"""The lists that the commands of `hegui lexicon` work on: files, what is in force, what was, and what ships with hegui.

Knows how a list is named on the command line; knows no command.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.faces.cli.session import Session

if TYPE_CHECKING:
    from hegui.detect.lexicon import Lexicon

__all__ = ["A_LIST", "active_list", "named_list", "read_list"]

A_LIST = "A file; or `active` for the list in force, `starter`, or the digest of a stored version."


def named_list(session: Session, name: str) -> Lexicon:
    """The list that a name on the command line means: a file that is there, or else a word or a digest."""
    from hegui.detect.lexicon_files import starter_lexicon
    from hegui.usecases.lexicons import stored_lexicon

    if Path(name).is_file():
        return read_list(Path(name))
    if name == "active":
        return active_list(session)
    if name == "starter":
        return starter_lexicon()
    if any(sign in name for sign in "./\\"):
        raise click.BadParameter(f"{name!r} is no file that can be read.")
    with session.system() as system:
        return stored_lexicon(system.lexicons, name)


def active_list(session: Session) -> Lexicon:
    """The list in force, the starter list where none was ever loaded."""
    from hegui.detect.lexicon import Lexicon
    from hegui.detect.lexicon_files import starter_lexicon

    with session.system() as system:
        version = system.lexicons.active()
    return starter_lexicon() if version is None else Lexicon.from_lines(version.content, version.digest)


def read_list(file: Path) -> Lexicon:
    """The list in a file, of which no more is read than a list can have."""
    from hegui.detect.lexicon_files import MAX_FILE, read_lexicon

    with file.open("rb") as content:
        return read_lexicon(content.read(MAX_FILE + 1), str(file))
