"""`hegui label check-upload`: what a platform must do with a file that a user uploads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.label_write import receipt_document
from hegui.faces.cli.render import print_json, print_lines
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.label_uploads import Checked

__all__ = ["check_upload"]


@click.command("check-upload")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--declared/--not-declared", default=None, help="Whether the user said that it is generated (用户声明).")
@click.option("--anchors", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Certificates under which a C2PA manifest counts, PEM (信任锚).")  # fmt: skip
@click.option("--write", is_flag=True, help="Write the platform's elements into the file (写入传播要素).")
@click.option("--platform", metavar="CODE", help="The platform's code; else the setting label.content_producer.")
@click.option("--out", type=click.Path(path_type=Path), help="With --write: the labelled file, a new one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def check_upload(
    session: Session, /, file: Path, declared: bool | None, anchors: Path | None, write: bool, platform: str | None,
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Decide for FILE: confirmed, possible, suspected, nothing found, cannot tell; with the notice to show (上传核验)."""
    from hegui.usecases import label_uploads

    if not write and (out or platform):
        raise click.UsageError("--out and --platform go with --write.")
    written, c2pa = None, _validated(file, anchors)
    if write:
        with session.system() as system:
            home, code = system.labelling("operator"), platform or session.settings.label.content_producer
            checked, written = label_uploads.label_upload(home, file, code, declared=declared, valid_c2pa=c2pa, out=out)
    else:
        checked = label_uploads.check_upload(file, declared=declared, valid_c2pa=c2pa)
    if as_json:
        receipt = {} if written is None else receipt_document(written)
        print_json({"file": str(file), **_document(checked, session.lang), **receipt})
        return
    session.say(f"label.category.{checked.upload.category}", file=file)
    for piece in checked.upload.evidence:
        kind = session.word(f"label.evidence.{piece.kind}")
        print_lines([f"  {kind}  {piece.place}  {piece.detail}".rstrip()])
    if checked.upload.attribute is not None:
        session.say("label.show_notice", notice=session.word(f"label.notice.{checked.upload.category}"))
    if checked.breaks_c2pa:
        session.say("label.breaks_c2pa")
    if written is not None:
        session.say("label.written" if written.receipt else "label.held", file=written.path,
                    place=written.receipt.place if written.receipt else "", number=written.label.propagate_id,
                    receipt=written.receipt.id if written.receipt else "")  # fmt: skip


def _validated(file: Path, anchors: Path | None) -> str | None:
    """The source type that a C2PA manifest states under these certificates; None where nobody asks, or none holds."""
    if anchors is None:
        return None
    from hegui.usecases.label_c2pa import read_anchors, valid_c2pa  # the extra c2pa is optional

    return valid_c2pa(file, anchors=read_anchors(anchors))


def _document(checked: Checked, lang: str) -> dict[str, Any]:
    """The answer for programs; the notice in the language asked for."""
    from hegui.locale import message
    from hegui.usecases.label_uploads import upload_document

    notice = message(f"label.notice.{checked.upload.category}", lang) if checked.upload.attribute else None
    return {**upload_document(checked), "notice": notice}
