"""`hegui lexicon export` and `import`: a list as the sheet of a filing, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.faces.cli.lexicon_lists import A_LIST, named_list, read_list
from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.detect.lexicon_writing import WrittenAs

__all__ = ["export", "import_"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
bom = click.option("--bom", is_flag=True, help="Begin a CSV with the mark by which Excel knows UTF-8 (供 Excel 打开).")
a_target = click.argument("out", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@a_target
@click.option("--list", "name", default="active", metavar="LIST", show_default=True, help=A_LIST)
@click.option(
    "--form",
    type=click.Choice(["filing", "whole"]),
    default="filing",
    show_default=True,
    help="The sheet of a filing, or every column (备案表 / 全部列).",
)
@bom
@as_json
@pass_session
def export(session: Session, out: Path, name: str, form: str, bom: bool, as_json: bool) -> None:
    """Write a list to OUT, which ends in .xlsx, .csv or .jsonl (导出备案关键词表)."""
    from hegui.detect.lexicon_writing import FORMS, write_lexicon

    found = named_list(session, name)
    chosen = next(one for one in FORMS if one == form)
    out.write_bytes(write_lexicon(found, chosen, _written_as(out), bom=bom))
    if as_json:
        print_json({"file": str(out), "form": form, "terms": len(found.terms), "digest": found.digest})
        return
    session.say("lexicon.exported", file=out, terms=len(found.terms), digest=found.digest[:12])
    if form == "filing":
        session.say("lexicon.filing_leaves_out")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@a_target
@bom
@as_json
@pass_session
def import_(session: Session, file: Path, out: Path, bom: bool, as_json: bool) -> None:
    """Check FILE, such as the sheet of a filing, and write it whole to OUT (.csv, .jsonl, .xlsx) (导入备案关键词表)."""
    from hegui.detect.lexicon_writing import write_lexicon

    found = read_list(file)
    out.write_bytes(write_lexicon(found, "whole", _written_as(out), bom=bom))
    if as_json:
        print_json({"file": str(out), "terms": len(found.terms), "digest": found.digest})
        return
    session.say("lexicon.exported", file=out, terms=len(found.terms), digest=found.digest[:12])


def _written_as(out: Path) -> WrittenAs:
    endings: dict[str, WrittenAs] = {".xlsx": "xlsx", ".csv": "csv", ".jsonl": "jsonl"}
    if (found := endings.get(out.suffix.lower())) is None:
        raise click.BadParameter(f"{str(out)!r} does not end in .xlsx, .csv or .jsonl.")
    return found
