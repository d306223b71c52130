"""`hegui label`: labels on generated content, in files of every kind.

Knows the commands by their modules. There is none that takes a label away (Labelling Measures, article 10).
"""

from __future__ import annotations

import click

from hegui.faces.cli.label_c2pa import c2pa_sign, c2pa_verify
from hegui.faces.cli.label_check_mark import check_mark
from hegui.faces.cli.label_code import code
from hegui.faces.cli.label_compare import carry, diff
from hegui.faces.cli.label_mark import mark
from hegui.faces.cli.label_read import read
from hegui.faces.cli.label_upload import check_upload
from hegui.faces.cli.label_verify import verify
from hegui.faces.cli.label_watermark import watermark
from hegui.faces.cli.label_write import write
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session

__all__ = ["label"]


@click.group()
def label() -> None:
    """Labels on generated content: write, mark, read, verify, carry, compare (生成合成内容标识)."""


for command in (
    write,
    mark,
    check_mark,
    read,
    verify,
    check_upload,
    carry,
    diff,
    code,
    c2pa_sign,
    c2pa_verify,
    watermark,
):
    label.add_command(command)


@label.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def formats(session: Session, as_json: bool) -> None:
    """List the file formats, and where the label stands in each (列出格式)."""
    from hegui.label.formats import CODECS

    rows = [
        {
            "format": codec.NAME,
            "extensions": list(codec.EXTENSIONS),
            "media_types": list(codec.MEDIA_TYPES),
            "place": codec.PLACE,
            "clause": codec.CLAUSE,
        }
        for codec in CODECS
    ]
    if as_json:
        print_json(rows)
        return
    head = [session.word(f"label.column.{name}") for name in ("format", "extensions", "place", "clause")]
    print_table(head, [(codec.NAME, " ".join(codec.EXTENSIONS), codec.PLACE, codec.CLAUSE) for codec in CODECS])
