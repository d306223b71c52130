"""`hegui user`: what is kept of an end user, named by pseudonym."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import InputError
from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.compose import System
    from hegui.usecases.erase_user import Erasure
    from hegui.vault.retention import Kept

__all__ = ["user"]

PATIENCE_SECONDS = 30.0
"""How long to wait for records to leave the spools of this machine."""


@click.group()
def user() -> None:
    """End users, by their pseudonyms (用户)."""


@user.command()
@click.argument("pseudonym")
@click.option("--yes", is_flag=True, help="Do not ask (不再确认).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def erase(session: Session, /, pseudonym: str, yes: bool, as_json: bool) -> None:
    """Destroy the key of a user's content, and list what must stay and why (删除用户内容)."""
    from hegui.usecases.erase_person import erase_person
    from hegui.vault.retention_files import retention_law

    with session.system() as system:
        if system.vault is None:
            remedy = "Set vault.master_key where content was kept (docs/vault.md)."
            raise InputError("VLT021", "vault", "no content is kept here: vault.master_key is not set.", remedy)
        if not yes:
            click.confirm(session.word("user.confirm", user=pseudonym), abort=True)
        _move_on(session, system)
        done = erase_person(
            system.vault, system.exchanges, system.contents, retention_law(), pseudonym, system.note_in_ledger
        )
        evidence = system.open_evidence()
        evidence.stop()
        evidence.run()
    if as_json:
        print_json(_as_json(done))
        return
    _print(session, done)


def _move_on(session: Session, system: System) -> None:
    """Let what waits in the spools of this machine reach the vault. Raises InputError USR001 when it does not."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    evidence = system.open_evidence()
    evidence.stop()
    evidence.run()
    while system.spool_status().records:
        if time.monotonic() > give_up_at:
            remedy = "See hegui doctor; erase again when nothing waits."
            raise InputError("USR001", "spool", "records still wait on their way to the vault.", remedy)
        time.sleep(0.2)


def _as_json(done: Erasure) -> dict[str, Any]:
    return {
        "unreadable": len(done.plan.unreadable),
        "kept": [_kept(kept) for kept in (*done.plan.kept, *done.plan.custody)],
        "deletable": [item.record for item in done.plan.deletable],
        "keys": [{"id": key.id, "erased_at": key.erased_at, "swept_at": key.swept_at} for key in done.keys],
        "blobs_deleted": done.blobs,
        "is_scrubbed": done.scrubbed,
        "missing": [item.record for item in done.missing],
        "damaged": [{"record": item.record, "code": code} for item, code in done.damaged],
        "questions": [question.asked["zh"] for question in done.plan.questions],
    }


def _kept(kept: Kept) -> dict[str, Any]:
    reasons = [{"provision": one.provision, "through": one.through, **one.text} for one in kept.reasons]
    return {"record": kept.item.record, "kind": kept.item.kind, "through": kept.through, "reasons": reasons}


def _print(session: Session, done: Erasure) -> None:
    session.say("user.unreadable", count=len(done.plan.unreadable), blobs=done.blobs)
    groups: dict[tuple[str, str, date | None], int] = {}
    for kept in (*done.plan.kept, *done.plan.custody):
        why = f"{kept.reasons[0].provision} {kept.reasons[0].text[session.lang]}"
        group = (kept.item.kind, why, kept.through)
        groups[group] = groups.get(group, 0) + 1
    for (kind, why, through), count in sorted(groups.items(), key=str):
        until = through.isoformat() if through else session.word("user.open_end")
        session.say("user.kept", count=count, kind=session.word(f"user.kind.{kind}"), why=why, until=until)
    for key in done.keys:
        session.say("user.key", id=key.id, at=key.erased_at or session.word("word.none"))
    if not done.scrubbed:
        session.say("user.not_scrubbed")
    for question in done.plan.questions:
        session.say("user.question", text=question.asked[session.lang])
