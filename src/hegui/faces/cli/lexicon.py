"""`hegui lexicon`: check a word list, put it in force, and see what is; the other commands stand in files of their own."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from hegui.faces.cli.lexicon_exchange import export, import_
from hegui.faces.cli.lexicon_lists import active_list, read_list
from hegui.faces.cli.lexicon_review import coverage, diff, lint, restore
from hegui.faces.cli.lexicon_try import try_
from hegui.faces.cli.render import print_json, print_lines, print_table
from hegui.faces.cli.session import BEIJING, Session, pass_session, shown_instant

__all__ = ["lexicon"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
a_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def lexicon() -> None:
    """Word lists: check, put in force, try (词库)."""


@lexicon.command()
@a_file
@as_json
@pass_session
def check(session: Session, file: Path, as_json: bool) -> None:
    """Check a list: every fault, the test cases of its terms, and what should have been reviewed (检查)."""
    from hegui.detect.lexicon_cases import count_cases, failing_cases, overdue

    found = read_list(file)
    failures, late = failing_cases(found), overdue(found, datetime.now(BEIJING).date())
    by_risk = {risk: sum(term.risk == risk for term in found.terms) for risk in sorted({t.risk for t in found.terms})}
    if as_json:
        report = {"terms": len(found.terms), "digest": found.digest, "risks": by_risk, "cases": count_cases(found)}
        due = [{"id": term.id, "owner": term.owner, "review_by": term.review_by} for term in late]
        print_json({**report, "failures": [asdict(failure) for failure in failures], "overdue": due})
    else:
        session.say("lexicon.checked", file=file, terms=len(found.terms), digest=found.digest[:12])
        print_lines(f"  {risk}  {count}" for risk, count in by_risk.items())
        if cases := count_cases(found):
            session.say("lexicon.cases", cases=cases, failing=len(failures))
        print_lines(
            session.word(f"lexicon.case.{failure.wanted}", id=failure.term_id, text=failure.text)
            for failure in failures
        )
        print_lines(
            session.word(
                "lexicon.overdue", id=term.id, day=term.review_by, owner=term.owner or session.word("word.none")
            )
            for term in late
        )
    if failures:
        raise SystemExit(1)


@lexicon.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--starter", is_flag=True, help="The list that ships with hegui, instead of a file (自带词库).")
@click.option("--despite-failures", is_flag=True, help="Go on where test cases of its terms fail (忽略用例失败).")
@as_json
@pass_session
def load(session: Session, file: Path | None, starter: bool, despite_failures: bool, as_json: bool) -> None:
    """Put a file in force in place of the list before; running gateways take it up within seconds (启用)."""
    from hegui.detect.lexicon_files import starter_lexicon
    from hegui.usecases.lexicons import load_lexicon

    if (file is None) != starter:
        raise click.UsageError("Name a file, or --starter.")
    found = starter_lexicon() if file is None else read_list(file)
    with session.system() as system:
        before = system.lexicons.active()
        source = "starter.csv" if file is None else file.name
        version = load_lexicon(
            system.lexicons, found, source=source, now=system.clock(), despite_failures=despite_failures
        )
    if as_json:
        print_json({"terms": version.terms, "digest": version.digest, "source": version.source})
    else:
        if before is None:
            session.say("lexicon.instead_of_starter", terms=len(starter_lexicon().terms))
        else:
            session.say("lexicon.instead_of", terms=before.terms, source=before.source)
        session.say("lexicon.in_force", terms=version.terms, digest=version.digest[:12])


@lexicon.command()
@as_json
@pass_session
def history(session: Session, as_json: bool) -> None:
    """List the versions that were put in force, newest first (历史)."""
    with session.system() as system:
        versions = system.lexicons.history()
    if as_json:
        print_json([{**asdict(v), "content": None, "loaded_at": v.loaded_at.isoformat()} for v in versions])
        return
    rows = [[shown_instant(v.loaded_at), v.digest[:12], str(v.terms), v.source] for v in versions]
    print_table([session.word(f"lexicon.column.{name}") for name in ("loaded", "digest", "terms", "source")], rows)


@lexicon.command()
@pass_session
def show(session: Session) -> None:
    """Print the list in force as JSON Lines, which `load` takes (显示)."""
    click.echo(active_list(session).lines().decode(), nl=False)


@lexicon.command("risks")
@as_json
@pass_session
def risks_(session: Session, as_json: bool) -> None:
    """List the 31 risks a term can stand for (TC260-003 附录 A)."""
    from hegui.detect.risks import risks

    if as_json:
        print_json([asdict(risk) for risk in risks().values()])
        return
    for risk in risks().values():
        click.echo(f"{risk.id}  {getattr(risk, session.lang)}")


for command in (export, import_, diff, restore, coverage, lint, try_):
    lexicon.add_command(command)
