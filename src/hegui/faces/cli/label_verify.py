"""`hegui label verify`: whether the label of a file is as the standard wants it, and what its signatures are worth."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import HeguiError
from hegui.faces.cli.label_paths import files_of, show_failure, with_progress
from hegui.faces.cli.render import print_json_line, print_lines
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.label_verify import Verified

__all__ = ["verify"]


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--pins", type=click.Path(dir_okay=False, path_type=Path), help="Keys that producers are known by (固定公钥)."
)
@click.option("--strict", is_flag=True, help="Points on which the sources disagree count as faults (严格).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one file a line.")
@pass_session
def verify(session: Session, files: tuple[str, ...], pins: Path | None, strict: bool, as_json: bool) -> None:
    """Say of FILES, folders or patterns whether their label is compliant, with every finding and its clause (核验标识).

    The exit status is 0 where every file is compliant, 1 where one is not, 3 where one has no label or cannot be told.
    """
    from hegui.label.signature_keys import NO_PINS
    from hegui.usecases.label_verify import read_pins, verify_file

    pinned = pins or session.settings.label.pinned
    known = read_pins(pinned) if pinned is not None else NO_PINS
    states = set()
    for path in with_progress(session, files_of(files)):
        try:
            found = verify_file(path, known, strict=strict)
        except HeguiError as error:
            states.add("inconclusive")
            show_failure(session, path, error, as_json=as_json)
            continue
        states.add(found.verdict.state)
        if as_json:
            print_json_line({"file": str(path), **_document(found)})
        else:
            _show(session, str(path), found)
    click.get_current_context().exit(1 if "non_compliant" in states else 3 if states - {"compliant"} else 0)


def _document(found: Verified) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "format": found.opened.codec.NAME if found.opened.codec else None,
        "state": verdict.state,
        "labels": [{"place": one.candidate.place, "label": one.spelt.label.keys()} for one in verdict.labels],
        "findings": [{"place": one.place, **asdict(one.finding)} for one in verdict.findings],
        "gaps": [asdict(gap) for gap in verdict.gaps],
        "security": [{"produce_id": label.produce_id, **asdict(report)} for label, report in verdict.security.items()],
    }


def _show(session: Session, name: str, found: Verified) -> None:
    from hegui.label.findings import sentence

    session.say("label.verdict_line", file=name, verdict=session.word(f"label.verdict.{found.verdict.state}"))
    for placed in found.verdict.findings:
        grade = session.word(f"label.grade.{placed.finding.grade}")
        said = " ".join(filter(None, (sentence(placed.finding, session.lang), placed.finding.clause)))
        session.say("label.finding", grade=grade, sentence=said)
    for gap in found.verdict.gaps:
        session.say("label.gap", file=name, place=gap.place, reason=gap.reason)
    for report in found.verdict.security.values():
        for role, side in report.sides:
            if side.outcome != "absent":
                said = session.word(f"label.signature.{side.outcome}")
                content = session.word(f"label.content.{side.content}")
                print_lines([f"  {session.word(f'label.role.{role}')}: {said}; {content}"])
