"""`hegui policy`: check a screening policy, and see what it makes of a text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

__all__ = ["policy"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def policy() -> None:
    """Screening policies: check, try (筛查策略)."""


@policy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def check(file: Path, as_json: bool) -> None:
    """Check a YAML file and list every fault (检查)."""
    from hegui.moderate.policy_files import read_policy

    found = read_policy(file.read_text(encoding="utf-8"), str(file))
    if as_json:
        print_json({"policy": found.label, "rules": len(found.rules)})
    else:
        click.echo(f"{found.label}: {len(found.rules)} rules")


@policy.command("try")
@click.argument("text")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A policy not yet in force.")
@click.option("--direction", type=click.Choice(["prompt", "answer"]), default="answer", show_default=True)
@as_json
@pass_session
def try_(session: Session, text: str, file: Path | None, direction: Any, as_json: bool) -> None:
    """Show what the policy makes of TEXT under the list in force (试用)."""
    from hegui.detect.lexicon_files import read_lexicon, starter_lexicon
    from hegui.detect.screen import CompiledLexicon
    from hegui.moderate.policy_files import read_policy
    from hegui.moderate.stream import screen_text

    with session.system() as system:
        version = system.lexicons.active()
        chosen = read_policy(file.read_text(encoding="utf-8"), str(file)) if file else system.policy
    words = read_lexicon(version.content, "the list in force") if version else starter_lexicon()
    screen, released = screen_text(CompiledLexicon(words), chosen, text, direction)
    rulings = [{**asdict(ruling.finding), "action": ruling.action} for ruling in screen.rulings]
    if as_json:
        print_json({"policy": chosen.label, "decision": screen.decision, "released": released, "rulings": rulings})
        return
    click.echo(f"{screen.decision}: {released!r}")
    for ruling in screen.rulings:
        click.echo(f"  {ruling.action}  {ruling.finding.term_id}  {ruling.finding.risk}  {ruling.finding.grade}")
