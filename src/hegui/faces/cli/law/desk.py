"""What the commands of `hegui law` share: the law book, the profile, the day.

Knows options and files; decides nothing. The law itself is imported when a command needs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hegui.errors import InputError
from hegui.faces.cli.law.profile_file import read_text
from hegui.faces.cli.session import BEIJING

if TYPE_CHECKING:
    from hegui.law.assessment import Assessment
    from hegui.law.book import LawBook
    from hegui.law.data_files import DataFiles
    from hegui.law.library import Library
    from hegui.law.profile import Profile

__all__ = [
    "LAW_VARIABLE",
    "as_json",
    "as_of",
    "assessed",
    "book_of",
    "data_files",
    "dated",
    "load_profile",
    "profile_argument",
    "read_day",
    "today",
    "unwritable",
]

F = TypeVar("F", bound=Callable[..., Any])

LAW_VARIABLE = "HEGUI_LAW_FOLDER"
LIBRARY = "hegui.law.library"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""fromisoformat alone would read 2026-W01-1 as a day of 2025."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def today() -> date:
    """The civil day in mainland China."""
    return datetime.now(BEIJING).date()


def read_day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """A civil day, YYYY-MM-DD."""
    if value is None:
        return None
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day of the calendar. Write 2026-01-31.", ctx, param) from None


as_of = click.option(
    "--as-of", callback=read_day, metavar="DATE", help="Whose law: of this day; today without it (截至日期)."
)

profile_argument = click.argument("profile", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def dated(command: F) -> F:
    """The options that say which law is meant."""
    command = as_of(command)
    known = click.option(
        "--known-on", callback=read_day, metavar="DATE", help="Only what had been published by this day (知悉日期)."
    )
    draft = click.option("--draft", is_flag=True, help="Count drafts as if they were law (征求意见稿视同施行).")
    return draft(known(command))


def data_files() -> DataFiles:
    """The files of the law that comes with hegui, or of the folder that --law names."""
    from hegui.law.data_files import DataFiles, law_folder

    return DataFiles(click.get_current_context().find_root().meta.get(LAW_VARIABLE) or law_folder())


def library() -> Library:
    """Everything in these files, each kind read once."""
    from hegui.law.library import Library

    meta = click.get_current_context().find_root().meta
    if LIBRARY not in meta:
        meta[LIBRARY] = Library(data_files())
    found: Library = meta[LIBRARY]
    return found


def book_of() -> LawBook:
    """Provisions, facts and unclear questions."""
    return library().book


def load_profile(book: LawBook, file: Path) -> Profile:
    """The profile in the file. Raises FileFaults (LAW020), and InputError as `read_text` does."""
    from hegui.law.profile import read_profile

    return read_profile(read_text(file), str(file), book.facts, book.uncertainties)


def assessed(file: Path, as_of: date | None, known_on: date | None = None, draft: bool = False) -> Assessment:
    """The profile in the file, assessed."""
    from hegui.law.assessment import assess

    book = book_of()
    return assess(book, load_profile(book, file), as_of=as_of or today(), known_on=known_on, draft=draft)


def unwritable(file: Path, error: OSError) -> InputError:
    """A file that cannot be written, and why."""
    reason = error.strerror or type(error).__name__
    remedy = "Name a file in a folder that is there and can be written to."
    return InputError("LAW027", str(file), f"cannot be written: {reason}", remedy)
