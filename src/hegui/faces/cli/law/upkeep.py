"""`hegui law validate`: is the law data without fault?"""

from __future__ import annotations

import click

from hegui.faces.cli.law.desk import as_json, data_files
from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

__all__ = ["validate"]


@click.command()
@click.option("--write", is_flag=True, help="Write the parsed copy of the files anew (重新生成解析副本).")
@as_json
@pass_session
def validate(session: Session, write: bool, as_json: bool) -> None:
    """Read all law data afresh and list every fault with file and line (校验法律数据)."""
    from hegui.law.data_files import COMPILED
    from hegui.law.validation import validate_library

    files = data_files()
    book = validate_library(files).book
    copy = files.folder / COMPILED
    if write:
        copy.write_bytes(files.compile())
    fresh = files.is_compiled
    if as_json:
        counts = {"files": len(files.contents), "provisions": len(book.provisions), "facts": len(book.facts)}
        print_json({"law_digest": book.digest, **counts, "compiled": fresh})
        return
    session.say(
        "law.validate.good",
        files=len(files.contents),
        provisions=len(book.provisions),
        facts=len(book.facts),
        digest=book.digest[:12],
    )
    if write:
        session.say("law.validate.written", file=copy)
    elif not fresh:
        session.say("law.validate.stale", file=COMPILED)
