"""`hegui detect`: what the detectors find in a text, and how well they do on labelled data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hegui.faces.cli.detect_evaluate import evaluate_all
from hegui.faces.cli.detect_guard import ask_guard
from hegui.faces.cli.detect_harm import harm, train, try_harm
from hegui.faces.cli.detect_speech import answer, crisis, evaluate_crisis, evaluate_refusal
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session

__all__ = ["detect"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def detect() -> None:
    """Detectors: try them on a text, measure them (检测)."""


@detect.command("text")
@click.argument("text", required=False)
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file in UTF-8 instead.")
@click.option("--show", is_flag=True, help="Print the values too; without it they are masked (显示原值).")
@as_json
@pass_session
def text_(session: Session, text: str | None, file: Path | None, show: bool, as_json: bool) -> None:
    """Show the personal information in TEXT or a file (查找个人信息)."""
    if (text is None) == (file is None):
        raise click.UsageError("Give a text, or --file.")
    _print_findings(session, text if text is not None else _read(file), show, as_json)


@detect.command("file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--show", is_flag=True, help="Print the values too; without it they are masked (显示原值).")
@as_json
@pass_session
def file_(session: Session, file: Path, show: bool, as_json: bool) -> None:
    """Show the personal information in FILE, a text in UTF-8 (查找文件中的个人信息)."""
    _print_findings(session, _read(file), show, as_json)


def _print_findings(session: Session, body: str, show: bool, as_json: bool) -> None:
    from hegui.detect.personal import scan

    rows = [_row(body, finding, show) for finding in scan(body)]
    if as_json:
        print_json({"characters": len(body), "findings": rows})
    elif not rows:
        session.say("personal.nothing_found")
    else:
        head = [
            session.word(f"personal.column.{name}")
            for name in ("kind", "place", "check", "confidence", "value", "explanation")
        ]
        print_table(head, [_cells(session, row) for row in rows])


@detect.group()
def evaluate() -> None:
    """Measure the detectors on labelled data (评测)."""


@evaluate.command()
@click.option(
    "--data",
    "folders",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    required=True,
    metavar="FOLDER",
    help="A folder with data.jsonl.gz, or such a file; may be repeated (数据).",
)
@as_json
@pass_session
def personal(session: Session, folders: tuple[Path, ...], as_json: bool) -> None:
    """Precision, recall and F1 of exact spans of personal information, by kind (个人信息检测评测)."""
    from hegui.detect.personal.evaluation import evaluate as evaluated
    from hegui.detect.personal.labelled import read_rows

    reports = {str(folder): evaluated(read_rows(folder)) for folder in folders}
    if as_json:
        print_json({folder: report.as_dict() for folder, report in reports.items()})
        return
    for folder, report in reports.items():
        click.echo(folder)
        session.say("personal.rows.read", rows=report.rows, characters=report.characters, hits=report.hit_rows)
        if report.skipped:
            session.say("personal.rows.skipped", labels=", ".join(sorted(report.skipped)))
        names = ("kind", "precision", "recall", "f1", "right", "wrong", "missed", "check_wrong", "low")
        print_table(
            [session.word(f"personal.column.{name}") for name in names], list(_score_rows(session, report.as_dict()))
        )


def _score_rows(session: Session, report: dict[str, Any]) -> list[list[str]]:
    rows = []
    for kind, score in (*report["kinds"].items(), ("", report["all"])):
        name = session.word(f"personal.kind.{kind}") if kind else session.word("personal.column.all")
        figures = [f"{score[figure]:.4f}" for figure in ("precision", "recall", "f1")]
        counts = [str(score[count]) for count in ("right", "wrong", "missed", "check_wrong", "low")]
        rows.append([name, *figures, *counts])
    return rows


def _row(text: str, finding: Any, show: bool) -> dict[str, Any]:
    from hegui.detect.personal.registry import BY_KIND

    detector, value = BY_KIND[finding.kind], text[finding.start : finding.end]
    return {
        "kind": finding.kind,
        "start": finding.start,
        "end": finding.end,
        "check": finding.check,
        "confidence": finding.confidence,
        "sensitive": detector.sensitive,
        "provisions": list(detector.provisions),
        "value": value if show else "*" * len(value),
        "explanation": {lang: detector.explain(value, lang) for lang in ("zh", "en")},
    }


def _cells(session: Session, row: dict[str, Any]) -> list[str]:
    return [
        session.word(f"personal.kind.{row['kind']}"),
        f"{row['start']}-{row['end']}",
        session.word(f"personal.check.{row['check']}"),
        session.word(f"personal.confidence.{row['confidence']}"),
        row["value"],
        row["explanation"][session.lang],
    ]


def _read(file: Path | None) -> str:
    from hegui.detect.personal.labelled import read_text

    assert file is not None
    return read_text(file)


detect.add_command(answer)
detect.add_command(ask_guard)
detect.add_command(crisis)
evaluate.add_command(evaluate_refusal)
evaluate.add_command(evaluate_crisis)
detect.add_command(train)
detect.add_command(try_harm)
evaluate.add_command(harm)
evaluate.add_command(evaluate_all)
