"""`hegui vault`: the keys that keep content sealed, and what was kept long enough."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import orjson

from hegui.errors import InputError
from hegui.faces.cli.render import print_json, print_json_line
from hegui.faces.cli.session import Session, pass_session, shown_instant

if TYPE_CHECKING:
    from hegui.usecases.expire import Expiry

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

    with session.system() as system:
        if system.vault is None:
            remedy = "Set vault.master_key (docs/vault.md)."
            raise InputError("VLT021", "vault", "no content is kept here: vault.master_key is not set.", remedy)
        found = rotate_master(system.vault.keys, system.vault.masters, _progress(session, "vault.progress"))
    if as_json:
        print_json(found)
        return
    session.say("vault.rotated", done=found.done, master=found.master)
    session.say("vault.left", left=found.left)
    for key_id, code in found.failed:
        session.say("vault.failed", id=key_id, code=code)


@vault.command("expire")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing (试运行).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def expire_(session: Session, dry_run: bool, as_json: bool) -> None:
    """Delete content and records that were kept long enough (删除期满内容).

    Never before the law's minimum; the ledger keeps every entry and is told what was deleted. May be stopped and run again.
    """
    from hegui.usecases.expire import expire, plan_expiry
    from hegui.usecases.note_overrides import note_overrides

    with session.system() as system:
        home = system.retention
        if dry_run:
            found = plan_expiry(home)
        else:
            note_overrides(home)
            found = expire(home, _progress(session, "vault.expiring"))
            evidence = system.open_evidence()  # the ledger, at once where nobody else is at it
            evidence.stop()
            evidence.run()
    if as_json:
        print_json({"dry_run": dry_run, **_expiry(found)})
        return
    for kind, day in found.through.items():
        word = "vault.would_expire" if dry_run else "vault.expired"
        name = session.word(f"user.kind.{kind}")
        session.say(word, count=found.deleted.get(kind, 0), kind=name, through=day)
    if found.held:
        session.say("vault.held", count=found.held)
    if found.missing:
        session.say("vault.missing", count=found.missing)
    if found.unswept:
        session.say("vault.unswept", count=found.unswept)


@vault.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one statement a line.")
@pass_session
def history(session: Session, as_json: bool) -> None:
    """What the ledger was told of deleting and of periods below the minimum, oldest first (保存与删除记录)."""
    with session.system() as system:
        for one in system.statements():
            document = orjson.loads(one.document)
            if as_json:
                salt = one.salt.hex() if one.salt is not None else None
                place = {"type": one.type, "subject": one.subject, "at": one.at, "index": one.index, "salt": salt}
                print_json_line({**place, "document": document})
            else:
                place_ = session.word("word.none") if one.index is None else str(one.index)
                click.echo(f"{shown_instant(one.at)}  {place_}  {one.type}  {_short(document)}")


def _short(document: dict[str, Any]) -> str:
    if "deleted" in document:
        return ", ".join(f"{kind} {of['count']} (… {of['made_through']})" for kind, of in document["deleted"].items())
    return f"{document['setting']} {document.get('months', '')}".strip()


def _expiry(found: Expiry) -> dict[str, Any]:
    return {
        "on": found.on,
        "made_through": found.through,
        "deleted": {kind: found.deleted.get(kind, 0) for kind in found.through},
        "held": found.held,
        "missing": found.missing,
        "keys_destroyed": found.keys,
        "entries": found.entries,
        "unswept": found.unswept,
    }


def _progress(session: Session, word: str) -> Callable[[int, int], None]:
    def show(done: int, of: int) -> None:
        if sys.stderr.isatty():
            click.echo("\r" + session.word(word, done=done, of=of), nl=False, err=True)

    return show
