"""`hegui detect evaluate all`: every figure that was promised, with its bar, on a folder of labelled sets."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.faces.cli.evaluation_report import columns, head, line, make_folder, write_report
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.evaluation import Section

__all__ = ["evaluate_all"]

PROGRESS_SECONDS = 2.0
NAMES = ("personal", "offence", "requests", "documents", "danger", "refusals", "evasions", "words")


@click.command("all")
@click.option(
    "--data",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder that holds the sets, each in a folder of its own (数据).",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="REPORT_DIR",
    help="Write report.json, report.md and the curves as PNG here; drawing needs matplotlib (报告目录).",
)
@click.option(
    "--only", "names", type=click.Choice(NAMES), multiple=True, help="Only this section; may be repeated (仅限)."
)
@click.option(
    "--policy",
    type=click.Choice(["default", "strict"]),
    default="default",
    show_default=True,
    help="Which policy that ships blocks requests and documents (策略).",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Look at the first N rows of each set (行数上限).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@click.pass_context
def evaluate_all(
    ctx: click.Context,
    session: Session,
    folder: Path,
    out: Path | None,
    names: tuple[str, ...],
    policy: str,
    limit: int | None,
    as_json: bool,
) -> None:
    """Measure all detectors on a folder of sets and hold the figures to their bars (全面评测).

    Exit status 0 when every bar is met, 1 when one is missed or could not be measured.
    """
    from hegui.usecases.evaluation import Sets, run
    from hegui.usecases.evaluation.run import summary

    if out is not None:
        make_folder(out)
    shown = _Progress(session)
    sections = run(Sets(folder, limit, shown.row), names, shown.section, policy)
    report = summary(sections, limit)
    if out is not None:
        write_report(session, out, sections, report)
    if as_json:
        print_json(report)
    else:
        _print(session, sections, limit)
    if not report["met"]:
        ctx.exit(1)


class _Progress:
    """Lines on stderr: each section, and every two seconds how far it is."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._due = time.monotonic() + PROGRESS_SECONDS

    def section(self, name: str) -> None:
        title = self._session.word(f"evaluation.section.{name}")
        click.echo(self._session.word("evaluation.measuring", section=title), file=sys.stderr)

    def row(self, name: str, number: int) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + PROGRESS_SECONDS
            click.echo(self._session.word("evaluation.progress", set=name, row=f"{number:,}"), file=sys.stderr)


def _print(session: Session, sections: Iterable[Section], limit: int | None) -> None:
    for section in sections:
        click.echo(session.word(f"evaluation.section.{section.name}"))
        print_table(head(session), [line(session, figure) for figure in section.figures])
        for table in section.tables:
            click.echo()
            print_table(columns(session, table), table.rows)
        if section.missing:
            session.say("evaluation.missing", sets=", ".join(section.missing))
        click.echo()
    _sum_up(session, sections, limit)


def _sum_up(session: Session, sections: Iterable[Section], limit: int | None) -> None:
    barred = [figure for section in sections for figure in section.figures if figure.bar is not None]
    missed = [figure for figure in barred if not figure.is_met]
    session.say("evaluation.summary", met=len(barred) - len(missed), bars=len(barred))
    for figure in missed:
        click.echo("  " + "  ".join(line(session, figure)[:4]))
    if limit is not None:
        session.say("evaluation.limited", limit=limit)
