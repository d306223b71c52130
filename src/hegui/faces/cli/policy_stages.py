"""`hegui policy stage|promote|rollback|stages|shadow`: try a candidate, put it in force step by step, take it back."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.exchange import read_instant
from hegui.faces.cli.policy_files import read_policy_file
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session, shown_instant
from hegui.usecases.applications import DEFAULT_POLICY, list_applications
from hegui.usecases.ports import ExchangeFilter

if TYPE_CHECKING:
    from hegui.compose import System
    from hegui.usecases.policy_stages import Standing
    from hegui.usecases.stage_ports import PolicyStage

__all__ = ["promote_", "rollback", "shadow", "shown_stages", "stage_", "stages"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
for_name = click.option(
    "--name", metavar="NAME", default=DEFAULT_POLICY, show_default=True, help="The policy it stands in for (策略名)."
)
with_reason = click.option(
    "--reason", metavar="TEXT", default="", help="Why; it is kept and bound by the ledger (理由)."
)


@click.command("stage")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@for_name
@click.option("--shadow", "in_shadow", is_flag=True, help="Decide beside and record it, do not act (影子运行).")
@click.option("--share", type=float, metavar="0–1", help="Act for this share of the applications; 1 is all (灰度比例).")
@with_reason
@as_json
@pass_session
def stage_(
    session: Session, /, file: Path, name: str, in_shadow: bool, share: float | None, reason: str, as_json: bool
) -> None:
    """Try the policy in FILE beside the one in force, or for a share of the applications (试行策略).

    Running gateways take it up within their poll interval. One candidate of a name is on trial at a time.
    """
    from hegui.moderate.policy_book import PolicyBook
    from hegui.usecases.policy_stages import stage

    if in_shadow == (share is not None):
        raise click.UsageError("Say either --shadow or --share.")
    candidate, text = read_policy_file(file)
    with session.system() as system:
        system.policies.named(name)
        PolicyBook(candidate).require_guards([guard.name for guard in system.guards])
        step = stage(
            system.stages, name, candidate, text, share=share, reason=reason, now=system.clock(), random=os.urandom
        )
        _say_step(session, system, step, as_json=as_json)


@click.command("promote")
@for_name
@click.option("--share", type=float, default=1.0, show_default=True, metavar="0–1", help="The new share (灰度比例).")
@with_reason
@as_json
@pass_session
def promote_(session: Session, /, name: str, share: float, reason: str, as_json: bool) -> None:
    """Put the candidate on trial in force for everyone, or for another share (扩大或全量).

    After a trial in the shadow too: its applications are under it from then on.
    """
    from hegui.usecases.policy_stages import promote

    with session.system() as system:
        step = promote(system.stages, name, share=share, reason=reason, now=system.clock(), random=os.urandom)
        _say_step(session, system, step, as_json=as_json)


@click.command("rollback")
@for_name
@click.option(
    "--all", "everything", is_flag=True, help="Back to the policy's own file, whatever was staged (全部撤回)."
)
@with_reason
@as_json
@pass_session
def rollback(session: Session, /, name: str, everything: bool, reason: str, as_json: bool) -> None:
    """Take back the candidate on trial, else the last full roll-out (回退)."""
    from hegui.usecases.policy_stages import roll_back

    with session.system() as system:
        step, after = roll_back(
            system.stages, name, everything=everything, reason=reason, now=system.clock(), random=os.urandom
        )
        acting = _acting(system, name, after)
    if as_json:
        print_json({**_as_json(step), "acting": acting})
        return
    session.say("stage.taken_back", label=step.label or session.word("stage.everything"), name=name, acting=acting)


@click.command("stages")
@as_json
@pass_session
def stages(session: Session, as_json: bool) -> None:
    """List every step, oldest first, and what stands now (试行记录)."""
    from hegui.usecases.policy_stages import standing

    with session.system() as system:
        steps = system.stages.history()
    standing_now = {step.number for one in standing(steps).values() for step in one.in_force}
    if as_json:
        print_json([{**_as_json(step), "in_force": step.number in standing_now} for step in steps])
        return
    if not steps:
        session.say("stage.none")
        return
    mark = {True: session.word("word.yes"), False: ""}
    rows = [
        (
            str(step.number),
            shown_instant(step.staged_at),
            step.name,
            _mode(session, step),
            step.label or session.word("stage.everything"),
            mark[step.number in standing_now],
            step.reason,
        )
        for step in steps
    ]
    columns = ("number", "at", "name", "mode", "label", "in_force", "reason")
    print_table([session.word(f"stage.column.{column}") for column in columns], rows)


@click.command("shadow")
@click.option("--application", metavar="NAME", help="Only of this application (应用).")
@click.option("--since", callback=read_instant, metavar="INSTANT", help="From this instant on (起).")
@click.option("--until", callback=read_instant, metavar="INSTANT", help="Before this instant (止).")
@click.option("--examples", type=click.IntRange(0, 100), default=3, show_default=True, help="Ids a line (示例数).")
@as_json
@pass_session
def shadow(
    session: Session,
    /,
    application: str | None,
    since: datetime | None,
    until: datetime | None,
    examples: int,
    as_json: bool,
) -> None:
    """What was decided, against what a candidate in the shadow would have decided (影子运行结果)."""
    from hegui.usecases.policy_trials import compare_trials

    with session.system() as system:
        wanted = ExchangeFilter(application=application, since=since, until=until)
        found = compare_trials(system.stages, system.applications, wanted, examples)
    if as_json:
        print_json(found)
        return
    if not found:
        session.say("stage.no_trials")
        return
    rows = [
        (
            one.policy,
            one.decision,
            one.shadow,
            session.word(f"stage.change.{one.change}"),
            str(one.count),
            " ".join(one.examples),
        )
        for one in found
    ]
    columns = ("label", "decision", "shadow", "change", "count", "examples")
    print_table([session.word(f"stage.column.{column}") for column in columns], rows)


def shown_stages(session: Session, system: System) -> dict[str, dict[str, Any]]:
    """What stands under each name that has anything staged: for programs its labels, for people a line."""
    from hegui.usecases.policy_stages import standing

    found = standing(system.stages.history())
    return {
        name: {
            "base": one.bases[-1].label if one.bases else None,
            "trial": None if one.trial is None else _as_json(one.trial),
            "line": "; ".join(f"{_mode(session, step)} {step.label}" for step in one.in_force),
        }
        for name, one in found.items()
        if one.in_force
    }


def _say_step(session: Session, system: System, step: PolicyStage, *, as_json: bool) -> None:
    from hegui.moderate.staging import is_in_share

    applications = [one for one in list_applications(system.applications) if one.policy == step.name]
    under = [one.name for one in applications if is_in_share(one.id, step.label, step.share)]
    if as_json:
        print_json({**_as_json(step), "applications": under})
    elif step.mode == "shadow":
        session.say("stage.in_shadow", label=step.label, name=step.name)
    else:
        listed = ", ".join(under) or "–"
        session.say(
            "stage.in_share", label=step.label, name=step.name, count=len(under), all=len(applications), listed=listed
        )


def _acting(system: System, name: str, after: Standing) -> str:
    return after.bases[-1].label if after.bases else system.policies.named(name).label


def _as_json(step: PolicyStage) -> dict[str, Any]:
    members = ("number", "name", "mode", "share", "label", "reason", "staged_at")
    return {member: getattr(step, member) for member in members}


def _mode(session: Session, step: PolicyStage) -> str:
    return session.word(f"stage.mode.{step.mode}", share=f"{step.share:.0%}")
