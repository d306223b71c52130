"""`hegui detect answer|crisis` and their measures: refusals, and persons in danger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.detect.speech_evaluation import LabelledText, Part

__all__ = ["answer", "crisis", "evaluate_crisis", "evaluate_refusal"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
data = click.option(
    "--data",
    "folders",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    required=True,
    metavar="FOLDER",
    help="A folder with data.jsonl.gz, or such a file; may be repeated (数据).",
)
part = click.option(
    "--part",
    type=click.Choice(["tune", "test", "all"]),
    default="all",
    show_default=True,
    help="Which half of the rows, by a hash of their ids (数据部分).",
)
_FIGURES = ("precision", "recall", "f1", "false_alarm_rate", "hits", "false_alarms", "misses", "passes")


@click.command()
@click.argument("text")
@as_json
@pass_session
def answer(session: Session, text: str, as_json: bool) -> None:
    """Say whether TEXT, a model's answer, declines: refusal, partial_refusal or answer (拒答检测)."""
    from hegui.detect.refusal import judge_answer

    verdict = judge_answer(text)
    if as_json:
        print_json(asdict(verdict))
        return
    click.echo(f"{session.word(f'detect.grade.{verdict.grade}')}  {verdict.score:.2f}")
    for start, end in verdict.spans:
        click.echo(f"  {start}-{end}  {text[start:end]!r}")
    for name, weight in verdict.reasons:
        click.echo(f"  {weight:+.2f}  {name}")


@click.command()
@click.argument("text")
@as_json
@pass_session
def crisis(session: Session, text: str, as_json: bool) -> None:
    """Show the signs of a person in danger in TEXT (危机求助检测)."""
    from hegui.detect.crisis import find_crisis

    found = find_crisis(text)
    if as_json:
        print_json({"findings": [asdict(sign) for sign in found]})
        return
    if not found:
        session.say("detect.no_sign")
    for sign in found:
        click.echo(f"{sign.term_id}  {sign.severity}  {text[sign.start : sign.end]!r}")


@click.command("refusal")
@data
@part
@as_json
@pass_session
def evaluate_refusal(session: Session, folders: tuple[Path, ...], part: str, as_json: bool) -> None:
    """Precision, recall and F1 of refusals (拒答检测评测)."""
    from hegui.detect.speech_evaluation import measure_refusal

    _report(session, folders, part, measure_refusal, as_json)


@click.command("crisis")
@data
@part
@as_json
@pass_session
def evaluate_crisis(session: Session, folders: tuple[Path, ...], part: str, as_json: bool) -> None:
    """Recall and false alarms of help for a person in danger (危机求助检测评测)."""
    from hegui.detect.speech_evaluation import measure_crisis

    _report(session, folders, part, measure_crisis, as_json)


def _report(
    session: Session,
    folders: tuple[Path, ...],
    part: str,
    measure: Callable[[Iterator[LabelledText]], dict[str, Any]],
    as_json: bool,
) -> None:
    reports = {str(folder): measure(_rows(folder, cast("Part", part))) for folder in folders}
    if as_json:
        print_json(reports)
        return
    for folder, report in reports.items():
        session.say("detect.rows", folder=folder, rows=report["rows"])
        head = [session.word("detect.column.question"), *(session.word(f"detect.column.{name}") for name in _FIGURES)]
        questions = {name: one for name, one in report.items() if type(one) is dict and "f1" in one}
        print_table(head, [[name, *(_cell(one[figure]) for figure in _FIGURES)] for name, one in questions.items()])
        for name, count in report.get("table", {}).items():
            click.echo(f"  {count}  {name}")


def _cell(figure: float | int | None) -> str:
    return "-" if figure is None else str(figure)


def _rows(folder: Path, part: Part) -> Iterator[LabelledText]:
    from hegui.detect.rows import read_objects
    from hegui.detect.speech_evaluation import in_part, labelled_text

    rows = map(labelled_text, read_objects(folder))
    return (row for row in rows if in_part(row.id, part))
