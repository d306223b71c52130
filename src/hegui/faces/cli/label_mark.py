"""`hegui label mark`: put the visible mark on pictures, texts and documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hegui.errors import HeguiError
from hegui.faces.cli.label_paths import files_of, show_failure, target, with_progress
from hegui.faces.cli.render import print_json_line
from hegui.faces.cli.session import Session, pass_session

__all__ = ["mark"]

PLACES = ("bottom_right", "bottom_left", "top_right", "top_left", "bottom", "top")


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--text", help="The wording, with 人工智能 or AI, and 生成 or 合成; else the usual one (文字).")
@click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the usual wording."
)
@click.option("--place", "picture_place", type=click.Choice(PLACES), default="bottom_right", show_default=True,
              help="On pictures (图片位置).")  # fmt: skip
@click.option("--end", "text_place", type=click.Choice(["head", "tail"]), default="tail", show_default=True,
              help="Of texts (文本首尾).")  # fmt: skip
@click.option("--sound", type=click.Choice(["rhythm", "spoken"]), default="rhythm", show_default=True,
              help="On sound: 短长 短短, or a spoken sentence (音频).")  # fmt: skip
@click.option("--sound-end", "sound_place", type=click.Choice(["head", "tail"]), default="head", show_default=True,
              help="In front of sound or behind it (音频首尾).")  # fmt: skip
@click.option("--clip", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A WAV file to be spoken, of your own; --text says what it says (语音提示).")  # fmt: skip
@click.option(
    "--reencode", "may_reencode", is_flag=True, help="A JPEG or video may be encoded anew where there is no other way."
)
@click.option("--out", type=click.Path(path_type=Path), help="A folder for the marked files, or a file's new name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one file a line.")
@pass_session
def mark(session: Session, /, files: tuple[str, ...], out: Path | None, as_json: bool, **given: Any) -> None:
    """Put the visible mark on FILES, folders or patterns: a plate, a line, a footer, a rhythm (添加显式标识).

    Everything beside the mark stays, or the answer says what was encoded anew. Write the implicit label afterwards.
    """
    from hegui.usecases.label_marks import MarkOrder, mark_file

    order, failed = MarkOrder(**given), 0
    paths = files_of(files)
    for path in with_progress(session, paths):
        try:
            done = mark_file(path, order, out=target(out, path, len(paths)))
        except HeguiError as error:
            failed += 1
            show_failure(session, path, error, as_json=as_json)
            continue
        if as_json:
            told = {"format": done.format, "changed": done.is_changed, "loss": done.loss, "places": done.places}
            print_json_line({"file": str(path), **told, "notes": list(done.notes)})
        else:
            session.say("label.marked" if done.is_changed else "label.marked_before", file=path, places=done.places)
            for note in (*(["reencoded"] if done.loss != "none" else []), *(f"note_{note}" for note in done.notes)):
                session.say(f"label.{note}")
    click.get_current_context().exit(1 if failed else 0)
