"""`hegui law export`: the law and its answers in the formats of other programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from hegui.errors import InputError
from hegui.faces.cli.law.desk import as_of, assessed, library, today, unwritable
from hegui.faces.cli.session import Session, pass_session

__all__ = ["export"]

to_file = click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write there, not to the terminal.",
)


@click.group()
def export() -> None:
    """The law and its answers for other programs: OSCAL, CISO Assistant, JSON Schema (导出)."""


@export.command()
@click.argument("document", type=click.Choice(["catalog", "profile", "results"]))
@click.argument("profile", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--catalog", default="catalog.json", show_default=True, metavar="HREF", help="Where the catalog will lie."
)
@as_of
@to_file
@pass_session
def oscal(
    session: Session, document: str, profile: Path | None, catalog: str, as_of: date | None, target: Path | None
) -> None:
    """OSCAL 1.2: the catalog; for the service in PROFILE, what is selected (profile) and why (results)."""
    from hegui.law.exports.oscal import oscal_text
    from hegui.law.exports.oscal_catalog import oscal_catalog
    from hegui.law.exports.oscal_profile import oscal_profile
    from hegui.law.exports.oscal_results import oscal_results

    now = datetime.now(UTC)
    lang: Any = session.lang
    if document == "catalog":
        _write(oscal_text(oscal_catalog(library().book, lang, at=now)), target)
        return
    if profile is None:
        raise InputError("LAW024", document, "it is about a service", "Name its PROFILE after the document.")
    make: Callable[..., Any] = oscal_profile if document == "profile" else oscal_results
    _write(oscal_text(make(assessed(profile, as_of), lang, at=now, catalog=catalog)), target)


@export.command("ciso-assistant")
@click.argument("what", type=click.Choice(["CN", "EU", "UK", "US", "mappings"]))
@click.option(
    "--edition", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="Counts the editions."
)
@as_of
@to_file
def ciso_assistant(what: str, edition: int, as_of: date | None, target: Path | None) -> None:
    """A library for CISO Assistant: the framework of one jurisdiction, or the mappings between them."""
    from hegui.law.exports.ciso_assistant import library_text
    from hegui.law.exports.ciso_framework import framework_library
    from hegui.law.exports.ciso_mappings import mapping_library

    book, day = library().book, as_of or today()
    if what == "mappings":
        made = mapping_library(book, library().comparisons.crosswalk, as_of=day, version=edition)
    else:
        chosen: Any = what
        made = framework_library(book, chosen, book.bearers, as_of=day, version=edition)
    _write(library_text(made), target)


@export.command()
@to_file
def schema(target: Path | None) -> None:
    """JSON Schema of the service profile, for editors."""
    import json

    from hegui.law.exports.profile_schema import profile_schema

    _write(json.dumps(profile_schema(library().book), ensure_ascii=False, indent=2) + "\n", target)


def _write(text: str, target: Path | None) -> None:
    """To the terminal, or to the file, which is then named on stderr. Raises InputError (LAW025)."""
    if target is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(target, error) from None
    session = click.get_current_context().find_object(Session)
    if session is not None:
        click.echo(session.word("law.export.written", file=target, size=len(text.encode())), err=True)
