"""The report of an evaluation as files: report.json for programs, report.md for readers, and the curves as pictures.

Knows how a figure is shown; knows no detector and no set. Whatever a set calls its classes breaks no table. Where matplotlib is
not installed the curves are not drawn, which is said in the report; its numbers are in report.json either way.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from hegui.errors import InputError
from hegui.faces.cli.session import Session

if TYPE_CHECKING:
    from hegui.usecases.evaluation import Figure, Section, Table

__all__ = ["columns", "head", "line", "make_folder", "write_report"]


def head(session: Session) -> list[str]:
    """The columns of a table of figures."""
    return [session.word(f"evaluation.column.{name}") for name in ("figure", "of", "value", "bar", "met", "rows")]


def line(session: Session, figure: Figure) -> list[str]:
    """A figure as a line of such a table."""
    value = session.word("evaluation.not_measured") if figure.value is None else f"{figure.value:.4f}"
    met = {True: "evaluation.met", False: "evaluation.missed"}
    told = "–" if figure.is_met is None else session.word(met[figure.is_met])
    bar = "–" if figure.bar is None else str(figure.bar)
    return [session.word(f"evaluation.figure.{figure.name}"), figure.of, value, bar, told, str(figure.rows)]


def columns(session: Session, table: Table) -> list[str]:
    """The columns of any other table."""
    return [session.word(f"evaluation.column.{name}") for name in table.head]


def make_folder(out: Path) -> None:
    """Make it before hours of work, not after. Raises InputError DET405."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(out, error) from None


def write_report(session: Session, out: Path, sections: list[Section], report: Mapping[str, Any]) -> None:
    """All files of the report. Raises InputError DET405."""
    drawn = _draw(session, out, sections)
    try:
        (out / "report.json").write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")
        (out / "report.md").write_text(_markdown(session, sections, report["limit"], drawn), "utf-8")
    except OSError as error:
        raise _unwritable(out, error) from None


def _draw(session: Session, out: Path, sections: Iterable[Section]) -> list[str]:
    """The pictures that were drawn."""
    curves = {name: lines for section in sections for name, lines in section.curves.items() if lines}
    if curves and importlib.util.find_spec("matplotlib") is None:
        click.echo(session.word("evaluation.no_matplotlib"), file=sys.stderr)
        return []
    from hegui.detect.harm.plot import draw_curves

    for name, lines in curves.items():
        try:
            draw_curves(lines, out / f"curve-{name}.png")
        except OSError as error:
            raise _unwritable(out, error) from None
    return [f"curve-{name}.png" for name in curves]


def _markdown(session: Session, sections: list[Section], limit: int | None, drawn: Iterable[str]) -> str:
    parts = [f"# {session.word('evaluation.title')}"]
    barred = [figure for section in sections for figure in section.figures if figure.bar is not None]
    met = sum(figure.is_met is True for figure in barred)
    parts.append(session.word("evaluation.summary", met=met, bars=len(barred)))
    if limit is not None:
        parts.append(session.word("evaluation.limited", limit=limit))
    for section in sections:
        parts.append(f"## {session.word(f'evaluation.section.{section.name}')}")
        parts.append(_grid(head(session), [line(session, figure) for figure in section.figures]))
        parts += [_grid(columns(session, table), table.rows) for table in section.tables if table.rows]
        if section.missing:
            parts.append(session.word("evaluation.missing", sets=", ".join(section.missing)))
        if section.curves:
            parts += [f"![{name}]({name})" for name in drawn] or [session.word("evaluation.no_matplotlib")]
    return "\n\n".join(parts) + "\n"


def _grid(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = [_cell(cell) for cell in head]
    lines = [columns, ["---"] * len(columns), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: str) -> str:
    """A cell that breaks no table, whatever a set calls its classes."""
    return "".join(c if c.isprintable() else "?" for c in cell).replace("\\", "\\\\").replace("|", "\\|")


def _unwritable(out: Path, error: OSError) -> InputError:
    problem = f"the report cannot be written: {error.strerror or type(error).__name__}."
    return InputError("DET405", str(out), problem, "Name a folder that can be written to.")
