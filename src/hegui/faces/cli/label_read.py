"""`hegui label read`: every label and other sign of generation in files."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import HeguiError
from hegui.faces.cli.label_paths import files_of, show_failure, with_progress
from hegui.faces.cli.render import print_json_line, print_lines
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.label.formats import Opened

__all__ = ["read"]


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one file a line.")
@pass_session
@click.pass_context
def read(ctx: click.Context, session: Session, files: tuple[str, ...], as_json: bool) -> None:
    """Show every label and other sign of generation in FILES, folders or patterns (读取标识)."""
    from hegui.usecases.label_sidecars import read_beside
    from hegui.usecases.label_traces import look_at

    failed = 0
    paths = files_of(files)
    for path in with_progress(session, paths):
        try:
            opened, beside = look_at(path), read_beside(path)
        except HeguiError as error:
            failed += 1
            show_failure(session, path, error, as_json=as_json)
            continue
        if as_json:
            told = None if beside is None else beside.label.label.keys()
            print_json_line({"file": str(path), **reading_document(opened), "sidecar": told})
        else:
            _show(session, str(path), opened)
            if beside is not None:
                session.say("label.beside", file=path, number=beside.label.label.produce_id)
    ctx.exit(1 if failed else 0)


def reading_document(opened: Opened) -> dict[str, Any]:
    """What was found in a file, for programs."""
    from hegui.label.standing import labels

    found = [
        {
            "place": one.candidate.place,
            "offset": one.candidate.offset,
            "size": one.candidate.size,
            "standard_place": one.candidate.is_standard,
            "form": one.spelt.form,
            "label": one.spelt.label.keys(),
            "findings": [asdict(finding) for finding in (*one.candidate.findings, *one.spelt.findings)],
        }
        for one in labels(opened.reading)
    ]
    return {
        "format": opened.codec.NAME if opened.codec else None,
        "labels": found,
        "traces": [asdict(trace) for trace in opened.reading.traces],
        "gaps": [asdict(gap) for gap in opened.reading.gaps],
    }


def _show(session: Session, name: str, opened: Opened) -> None:
    from hegui.label.findings import sentence
    from hegui.label.standing import labels

    found = labels(opened.reading)
    for one in found:
        print_lines([f"{name}: {one.candidate.place}"])
        print_lines(f"  {key}: {value}" for key, value in one.spelt.label.keys().items())
        for finding in (*one.candidate.findings, *one.spelt.findings):
            session.say(
                "label.finding",
                grade=session.word(f"label.grade.{finding.grade}"),
                sentence=sentence(finding, session.lang),
            )
    for trace in opened.reading.traces:
        print_lines([f"{name}: {session.word(f'label.evidence.{trace.kind}')}  {trace.place}  {trace.detail}"])
    for gap in opened.reading.gaps:
        session.say("label.gap", file=name, place=gap.place, reason=gap.reason)
    if not found:
        session.say("label.none", file=name)
