"""`hegui vault`: the keys that keep content sealed."""

from __future__ import annotations

import sys

import click

from hegui.errors import InputError
from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

__all__ = ["vault"]


@click.group()
def vault() -> None:
    """Content, sealed under a key for each user (内容保险库)."""


@vault.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def rotate(session: Session, as_json: bool) -> None:
    """Bring every user's key under the master key in use (轮换主密钥).

    Put the new master key in front of the old one first, and start every hegui again. May be stopped and run again.
    """
    from hegui.usecases.rotate_master import rotate_master

    def show(done: int, of: int) -> None:
        if sys.stderr.isatty():
            click.echo("\r" + session.word("vault.progress", done=done, of=of), nl=False, err=True)

    with session.system() as system:
        if system.vault is None:
            remedy = "Set vault.master_key (docs/vault.md)."
            raise InputError("VLT021", "vault", "no content is kept here: vault.master_key is not set.", remedy)
        found = rotate_master(system.vault.keys, system.vault.masters, show)
    if as_json:
        print_json(found)
        return
    session.say("vault.rotated", done=found.done, master=found.master)
    session.say("vault.left", left=found.left)
    for key_id, code in found.failed:
        session.say("vault.failed", id=key_id, code=code)
