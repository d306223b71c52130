"""`hegui policy`: check a screening policy, see what it makes of a text, and try it before it is in force."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from hegui.faces.cli.policy_files import read_policy_file
from hegui.faces.cli.policy_replay import replay
from hegui.faces.cli.policy_stages import promote_, rollback, shadow, shown_stages, stage_, stages
from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session
from hegui.usecases.applications import DEFAULT_POLICY, list_applications

__all__ = ["policy"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def policy() -> None:
    """Screening policies: check, list, try, stage (筛查策略)."""


for command in (stage_, promote_, rollback, stages, shadow):
    policy.add_command(command)


policy.add_command(replay)


@policy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@pass_session
def check(session: Session, file: Path, as_json: bool) -> None:
    """Check a YAML file and list every fault (检查)."""
    found, _ = read_policy_file(file)
    if as_json:
        print_json({"policy": found.label, "rules": len(found.rules)})
    else:
        session.say("policy.checked", policy=found.label, rules=len(found.rules))


@policy.command()
@click.argument("name", default="default")
def show(name: str) -> None:
    """Print a policy that ships with hegui, default or strict, to copy and change (自带策略)."""
    from hegui.moderate.policy_files import BUILT_IN, built_in_text

    if name not in BUILT_IN:
        raise click.UsageError(f"Name one of: {', '.join(BUILT_IN)}.")
    click.echo(built_in_text(name), nl=False)


@policy.command("list")
@as_json
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the policies in force, and the applications under each (列出策略)."""
    with session.system() as system:
        book = system.policies
        staged = shown_stages(session, system)
        users = [(one.policy, one.name) for one in list_applications(system.applications)]
    rows = [
        (name, book.named(name).label, [application for asked_for, application in users if asked_for == name])
        for name in book.names
    ]
    if as_json:
        print_json([_listed(name, label, used_by, staged.get(name)) for name, label, used_by in rows])
        return
    head = [session.word(f"policy.column.{column}") for column in ("name", "policy", "applications", "staged")]
    lines = {name: one["line"] for name, one in staged.items()}
    print_table(head, [(name, label, ", ".join(used_by) or "–", lines.get(name, "")) for name, label, used_by in rows])


def _listed(name: str, label: str, used_by: list[str], staged: dict[str, Any] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "policy": label, "applications": used_by, "base": None, "trial": None}
    return row if staged is None else {**row, "base": staged["base"], "trial": staged["trial"]}


@policy.command("try")
@click.argument("text")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A policy not yet in force.")
@click.option(
    "--policy", "name", metavar="NAME", default=DEFAULT_POLICY, show_default=True, help="One in force, by its name."
)
@click.option("--direction", type=click.Choice(["prompt", "answer"]), default="answer", show_default=True)
@as_json
@pass_session
def try_(session: Session, text: str, file: Path | None, name: str, direction: Any, as_json: bool) -> None:
    """Show what the policy makes of TEXT under the list in force (试用)."""
    from hegui.detect.detectors import Detectors
    from hegui.detect.findings import HARM
    from hegui.detect.harm import HarmScorer, shipped_model
    from hegui.detect.lexicon_files import read_lexicon, starter_lexicon
    from hegui.detect.screen import CompiledLexicon
    from hegui.moderate.stream import screen_text

    with session.system() as system:
        version = system.lexicons.active()
        chosen = read_policy_file(file)[0] if file else system.policies.named(name)
    words = read_lexicon(version.content, "the list in force") if version else starter_lexicon()
    asks_for_harm = any(HARM in kinds for kinds in chosen.sought.values())
    detectors = Detectors(CompiledLexicon(words), HarmScorer(shipped_model()) if asks_for_harm else None)
    screen, released = screen_text(detectors, chosen, text, direction)
    rulings = [{**asdict(ruling.finding), "action": ruling.action} for ruling in screen.rulings]
    if as_json:
        print_json({"policy": chosen.label, "decision": screen.decision, "released": released, "rulings": rulings})
        return
    click.echo(f"{screen.decision}: {released!r}")
    for ruling in screen.rulings:
        click.echo(f"  {ruling.action}  {ruling.finding.term_id}  {ruling.finding.risk}  {ruling.finding.grade}")
