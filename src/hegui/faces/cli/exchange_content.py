"""`hegui exchange content`: what was asked, answered and attached, where it is kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hegui.errors import InputError
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session
from hegui.usecases.exchanges import show_exchange

if TYPE_CHECKING:
    from hegui.usecases.exchange_content import ContentPart
    from hegui.usecases.ports import Exchange
    from hegui.usecases.vault_ports import Vault

__all__ = ["show_content"]

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/wav": ".wav",
    "audio/mp3": ".mp3",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
    "application/pdf": ".pdf",
}
"""Media type → the end of a file's name. What a client said of a name is never used; anything else is `.bin`."""


@click.command("content")
@click.argument("exchange_id", metavar="ID")
@click.option("--part", default="answer", show_default=True, help="prompt, answer, attachment-1, … (部分).")
@click.option("--list", "is_list", is_flag=True, help="List the parts instead (列出).")
@click.option("--whole", is_flag=True, help="The request as it came, attachments in their places (完整请求).")
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write each part to a file (保存).",
)
@click.option("--json", "as_json", is_flag=True, help="With --list or --save: print JSON.")
@pass_session
def show_content(
    session: Session, /, exchange_id: str, part: str, is_list: bool, whole: bool, save: Path | None, as_json: bool
) -> None:
    """Print what was asked, answered or attached, where it is kept (查看内容)."""
    from hegui.usecases.exchange_content import list_content, read_request
    from hegui.usecases.keep_content import read_content

    with session.system() as system:
        found = show_exchange(system.exchanges, exchange_id)
        if (vault := system.vault) is None:
            remedy = "Set vault.master_key where content was kept (docs/vault.md)."
            raise InputError("VLT021", "vault", "no content is kept here: vault.master_key is not set.", remedy)
        if is_list or save is not None:
            parts = list_content(vault, system.contents, found)
            if save is not None:
                _save(vault, found, parts, save)
            _print(session, parts, as_json=as_json)
            return
        opened = read_request(vault, system.contents, found) if whole else None
        data = opened if opened is not None else read_content(vault, found.user, found.id, part).content
    sys.stdout.buffer.write(data)


def _print(session: Session, parts: Sequence[ContentPart], *, as_json: bool) -> None:
    if as_json:
        print_json(parts)
        return
    if not parts:
        session.say("content.none")
        return
    cut = {True: session.word("content.cut"), False: ""}
    rows = [
        (one.part, one.media_type or "-", str(one.size), cut[one.is_cut], one.sha256, one.path or "-") for one in parts
    ]
    print_table(
        [session.word(f"content.column.{name}") for name in ("part", "type", "size", "cut", "sha256", "path")], rows
    )


def _save(vault: Vault, found: Exchange, parts: Sequence[ContentPart], folder: Path) -> None:
    """Each part as a file of its owner's alone, named by id and part. Raises InputError VLT023: one is there already."""
    from hegui.usecases.keep_content import read_content

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in parts:
            content = read_content(vault, found.user, found.id, one.part).content
            _write(folder / f"{found.id}-{one.part}{_suffix(one)}", content)
    except OSError as error:
        remedy = "Name a folder that is empty, or not there yet, and can be written."
        problem = f"a part cannot be written: {error.strerror}."
        raise InputError("VLT023", str(error.filename or folder), problem, remedy) from None


def _write(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as opened:
        opened.write(content)


def _suffix(part: ContentPart) -> str:
    if part.kind != "attachment":
        return ".json" if part.part == "prompt" else ".txt"
    return SUFFIXES.get(part.media_type or "", ".json" if part.path is None else ".bin")
