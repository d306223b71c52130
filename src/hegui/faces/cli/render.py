"""Print values and errors: as aligned columns and sentences for people, as JSON for programs.

Knows widths and JSON; knows no command. Instants in JSON are UTC, ending in Z.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click
import orjson

from hegui.errors import HeguiError
from hegui.locale.errors import error_fields, error_text

__all__ = [
    "error_json", "padded", "print_json", "print_json_line", "print_lines", "print_pairs", "print_table", "show_error",
]  # fmt: skip

GAP = "  "


def print_json(value: Any) -> None:
    """One JSON document, indented; UTF-8 whatever the terminal reads."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))


def print_json_line(value: Any) -> None:
    """One line of JSON Lines."""
    click.echo(orjson.dumps(value, option=orjson.OPT_UTC_Z))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table with aligned columns; what could steer a terminal is shown as a question mark."""
    cells = [[_plain(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo(GAP.join(padded).rstrip())


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Name and value, a line each."""
    listed = [(name, _plain(value)) for name, value in pairs]
    widest = max(_width(name) for name, _ in listed)
    for name, value in listed:
        click.echo(name + " " * (widest - _width(name)) + GAP + value)


def padded(text: str, width: int) -> str:
    """The text, filled up with spaces to so many columns."""
    return text + " " * (width - _width(text))


def error_json(error: HeguiError, lang: str) -> dict[str, Any]:
    """An error for programs: code and fields never depend on the language."""
    text = error_text(error, lang)
    faults = [{"place": place, "problem": problem} for place, problem in getattr(error, "faults", ())]
    return {
        "code": error.code,
        "where": error.where,
        "fields": error_fields(error),
        "faults": faults,
        "problem": text.problem,
        "remedy": text.remedy,
    }


def show_error(error: HeguiError, lang: str, *, as_json: bool) -> None:
    """An error, on stderr; what could steer a terminal is shown as a question mark."""
    if as_json:
        click.echo(orjson.dumps(error_json(error, lang), option=orjson.OPT_INDENT_2), err=True)
        return
    text = error_text(error, lang)
    place = f" {error.where} —" if error.where else ""
    for line in f"{error.code}{place} {text.problem}\n{text.remedy}".split("\n"):
        click.echo(_plain(line), err=True)


def _plain(cell: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in cell)


def _width(text: str) -> int:
    """Columns on a terminal: two for a wide character, none for a mark that joins the one before."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def print_lines(lines: Iterable[str]) -> None:
    """Lines of text as they are; what could steer a terminal is shown as a question mark."""
    for line in lines:
        click.echo(_plain(line))
