"""The commands of `hegui law`. Whoever adds one adds it to `COMMANDS`."""

from __future__ import annotations

from pathlib import Path

import click

from hegui.faces.cli.law.answers import ask, check, explain
from hegui.faces.cli.law.clocks import deadlines, figures
from hegui.faces.cli.law.compare import changes, crosswalk, diff, roles
from hegui.faces.cli.law.costs import sanctions
from hegui.faces.cli.law.desk import LAW_VARIABLE
from hegui.faces.cli.law.export import export
from hegui.faces.cli.law.interview import interview
from hegui.faces.cli.law.library import coverage, facts, list_, search, show
from hegui.faces.cli.law.upkeep import validate

__all__ = ["COMMANDS", "law"]

COMMANDS: tuple[click.Command, ...] = (
    check, explain, ask, interview, diff, changes, deadlines, sanctions, crosswalk, roles, figures, facts, list_, show,
    search, coverage, export, validate,
)  # fmt: skip


@click.group()
@click.option(
    "--law",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar=LAW_VARIABLE,
    metavar="FOLDER",
    help="Law data to use instead of what comes with hegui (法律数据文件夹).",
)
@click.pass_context
def law(ctx: click.Context, folder: Path | None) -> None:
    """Which duties apply to a service, why, since when, and what follows (法律适用)."""
    ctx.find_root().meta[LAW_VARIABLE] = folder


for command in COMMANDS:
    law.add_command(command)
