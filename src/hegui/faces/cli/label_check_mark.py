"""`hegui label check-mark`: whether files bear a mark that people see or hear, large, long and legible enough."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import HeguiError
from hegui.faces.cli.label_paths import files_of, show_failure, with_progress
from hegui.faces.cli.render import print_json_line
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.label_mark_checks import CheckedMark

__all__ = ["check_mark"]


@click.command("check-mark")
@click.argument("files", nargs=-1, required=True)
@click.option("--text", help="The wording that was put on; the usual ones are known (文字).")
@click.option("--clip", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The WAV file that was spoken; --text says what it says (语音提示).")  # fmt: skip
@click.option("--region", type=(int, int, int, int), metavar="X Y WIDTH HEIGHT",
              help="Where a picture or video bears its mark, in pixels as shown (区域).")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one file a line.")
@pass_session
def check_mark(
    session: Session, files: tuple[str, ...], text: str | None, clip: Path | None,
    region: tuple[int, int, int, int] | None, as_json: bool,
) -> None:  # fmt: skip
    """Say of FILES, folders or patterns whether their visible mark is there, large, long and legible enough (核验显式标识).

    hegui reads no writing on pictures and understands no speech: a mark it does not know is for a person. The exit status
    is 0 where every mark is as the standard wants it, 1 where one is not, 3 where a person has to look.
    """
    from hegui.label.explicit.mark import Box
    from hegui.usecases.label_mark_checks import check_marks
    from hegui.usecases.mark_order import MarkOrder

    order, answers = MarkOrder(text=text, clip=clip), set()
    where = None if region is None else Box(*region)
    for path in with_progress(session, files_of(files)):
        try:
            found = check_marks(path, order, region=where)
        except HeguiError as error:
            answers.add("unknown")
            show_failure(session, path, error, as_json=as_json)
            continue
        answers.add(found.verdict.value)
        if as_json:
            print_json_line({"file": str(path), **_document(found)})
        else:
            _show(session, str(path), found)
    click.get_current_context().exit(1 if "fails" in answers else 3 if "unknown" in answers else 0)


def _document(found: CheckedMark) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "verdict": found.verdict.value,
        "questions": {question: answer.value for question, answer in found.questions},
        "unsettled": list(found.unsettled),
        "places": list(found.places),
        "words": list(found.words),
        "ink": found.ink,
        "least_ink": found.least_ink,
        "contrast": found.contrast,
        "least_contrast": found.least_contrast,
    }


def _show(session: Session, name: str, found: CheckedMark) -> None:
    session.say("label.mark.verdict_line", file=name, verdict=session.word(f"label.mark.verdict.{found.verdict.value}"))
    for question, answer in found.questions:
        said = session.word(f"label.mark.answer.{answer.value}")
        session.say("label.mark.question_line", question=session.word(f"label.mark.question.{question}"), answer=said)
    if found.words:
        session.say("label.mark.words", words="; ".join(found.words))
    if found.places:
        session.say("label.mark.places", places=", ".join(found.places[:8]))
    if found.ink is not None:
        session.say("label.mark.ink", ink=found.ink, least=found.least_ink)
    if found.contrast is not None:
        session.say("label.mark.contrast", contrast=f"{found.contrast:.1f}", least=f"{found.least_contrast:.1f}")
