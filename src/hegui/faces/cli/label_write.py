"""`hegui label write`: give files their label, each with a receipt in the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import HeguiError
from hegui.faces.cli.label_paths import files_of, show_failure, target, with_progress
from hegui.faces.cli.render import print_json_line
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.label_files import Written

__all__ = ["receipt_document", "write"]


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--producer", metavar="CODE", help="Who generated it; else the setting label.content_producer (服务提供者编码)."
)
@click.option("--number", metavar="ID", help="The content's number; else one is drawn for each file (内容制作编号).")
@click.option(
    "--attribute",
    type=click.Choice(["1", "2", "3"]),
    default="1",
    show_default=True,
    help="1 is, 2 possibly, 3 suspected.",
)
@click.option("--out", type=click.Path(path_type=Path), help="A folder for the labelled files, or a file's new name.")
@click.option("--in-place", is_flag=True, help="Change the file itself where nothing has to move (大文件原地修改).")
@click.option("--again", is_flag=True, help="Write a new number where this producer's label stands already.")
@click.option(
    "--sidecar", is_flag=True, help="Where the format has no place, write FILE.aigc.json beside it (旁路文件)."
)
@click.option("--sign", is_flag=True, help="Sign with the SM2 key of the setting label.sm2_key (签名).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one file a line.")
@pass_session
def write(session: Session, /, files: tuple[str, ...], out: Path | None, as_json: bool, **given: Any) -> None:
    """Write the implicit label into FILES, folders or patterns; everything else in them stays (写入隐式标识).

    A file that holds a label of this producer already is left as it is, so that a run that was stopped can be run again. A label
    of somebody else is never replaced. Each labelled file leaves a receipt in the ledger.
    """
    from hegui.usecases.label_content import LabelOrder, label_content

    paths = files_of(files)
    if given["number"] and len(paths) > 1:
        raise click.UsageError("--number is for one file; for several a number is drawn for each.")
    failed = 0
    with session.system() as system:
        order = LabelOrder(
            producer=given["producer"] or session.settings.label.content_producer,
            number=given["number"],
            attribute=given["attribute"],
            in_place=given["in_place"],
            again=given["again"],
            sidecar=given["sidecar"],
            sign=given["sign"],
        )
        home = system.labelling("operator")
        for path in with_progress(session, paths):
            try:
                written = label_content(home, path, order, out=target(out, path, len(paths)))
            except HeguiError as error:
                failed += 1
                show_failure(session, path, error, as_json=as_json)
                continue
            _show(session, path, written, as_json=as_json)
    click.get_current_context().exit(1 if failed else 0)


def _show(session: Session, path: Path, written: Written, *, as_json: bool) -> None:
    if as_json:
        print_json_line({"file": str(path), "written": str(written.path), **receipt_document(written)})
    elif written.receipt is None:
        session.say("label.held", file=written.path, number=written.label.produce_id)
    else:
        session.say(
            "label.written", file=written.path, place=written.receipt.place, number=written.label.produce_id,
            receipt=written.receipt.id,
        )  # fmt: skip


def receipt_document(written: Written) -> dict[str, Any]:
    """What a program wants to know of a labelled file."""
    one = written.receipt
    receipt = None if one is None else {"id": one.id, **one.document()}
    return {"changed": written.is_changed, "label": written.label.keys(), "receipt": receipt}
