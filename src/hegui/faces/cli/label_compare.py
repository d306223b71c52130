"""`hegui label carry` and `hegui label diff`: labels across a step that writes files again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.label_write import receipt_document
from hegui.faces.cli.render import print_json, print_json_line, print_lines
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.label_carry import Compared

__all__ = ["carry", "diff"]

a_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("source", type=a_file)
@click.argument("destination", type=a_file)
@click.option("--in-place", is_flag=True, help="Change the file itself where nothing has to move (大文件原地修改).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def carry(session: Session, source: Path, destination: Path, in_place: bool, as_json: bool) -> None:
    """Write the label of SOURCE into DESTINATION, which was made from it (携带标识).

    Converting, resizing and saving again lose the label in most programs; run this after such a step.
    """
    from hegui.usecases.label_carry import carry_label

    with session.system() as system:
        compared, written = carry_label(system.labelling("operator"), source, destination, in_place=in_place)
    if as_json:
        print_json({**_document(compared), **receipt_document(written)})
        return
    _show(session, compared)
    session.say("label.carried" if written.is_changed else "label.held",
                file=destination, number=written.label.produce_id)  # fmt: skip


@click.command()
@click.argument("before", type=click.Path(exists=True, path_type=Path))
@click.argument("after", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one file a line.")
@pass_session
@click.pass_context
def diff(ctx: click.Context, session: Session, before: Path, after: Path, as_json: bool) -> None:
    """Say what became of the labels of BEFORE in AFTER, two files or two folders (比较标识).

    The exit status is 1 where a label was lost, changed, contradicted or doubled, so that a pipeline can stop.
    """
    from hegui.usecases.label_carry import Compared, compare_files, pairs

    if before.is_dir() != after.is_dir():
        raise click.UsageError("Name two files, or two folders.")
    both = pairs(before, after) if before.is_dir() else iter([(before, after)])
    faults = 0
    for old, new in both:
        compared = Compared(old, None, ()) if new is None else compare_files(old, new)
        faults += compared.is_fault
        if as_json:
            print_json_line(_document(compared))
        else:
            _show(session, compared)
    ctx.exit(1 if faults else 0)


def _document(compared: Compared) -> dict[str, Any]:
    changes = [
        {"kind": one.kind, "key": one.key, "before": one.before, "after": one.after, "fault": one.is_fault}
        for one in compared.changes
    ]
    after = None if compared.after is None else str(compared.after)
    return {"before": str(compared.before), "after": after, "changes": changes, "fault": compared.is_fault}


def _show(session: Session, compared: Compared) -> None:
    if compared.after is None:
        session.say("label.no_counterpart", file=compared.before)
        return
    for one in compared.changes:
        what = session.word(f"label.change.{one.kind}", element=one.key, before=one.before, after=one.after)
        print_lines([f"{compared.after}: {what}"])
    if not compared.changes:
        session.say("label.none", file=compared.after)
