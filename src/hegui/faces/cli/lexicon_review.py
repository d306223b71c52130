"""`hegui lexicon diff`, `restore`, `coverage`, `lint`: look after a list and its versions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.law.desk import library, read_day
from hegui.faces.cli.lexicon_lists import A_LIST, named_list
from hegui.faces.cli.render import print_json, print_lines, print_table
from hegui.faces.cli.session import BEIJING, Session, pass_session

if TYPE_CHECKING:
    from hegui.usecases.lexicon_coverage import Coverage, Minimum

__all__ = ["coverage", "diff", "lint", "restore"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
a_list = click.option("--list", "name", default="active", metavar="LIST", show_default=True, help=A_LIST)


@click.command()
@click.argument("before")
@click.argument("after")
@as_json
@pass_session
def diff(session: Session, before: str, after: str, as_json: bool) -> None:
    """What makes BEFORE into AFTER; each a file, `active`, `starter` or the digest of a version (比较)."""
    from hegui.detect.lexicon import term_row
    from hegui.detect.lexicon_diff import compare

    old, new = named_list(session, before), named_list(session, after)
    found = compare(old, new)
    if as_json:
        changed = [
            {"id": c.after.id, "members": c.members, "before": term_row(c.before), "after": term_row(c.after)}
            for c in found.changed
        ]
        added, removed = [list(map(term_row, terms)) for terms in (found.added, found.removed)]
        digests = {"before": old.digest, "after": new.digest, "by_risk": found.by_risk}
        print_json({**digests, "added": added, "removed": removed, "changed": changed})
        return
    counts = {"added": len(found.added), "removed": len(found.removed), "changed": len(found.changed)}
    session.say("lexicon.differs", before=old.digest[:12], after=new.digest[:12], **counts)
    print_lines(f"+ {term.id}  {term.risk}  {term.text}" for term in found.added)
    print_lines(f"- {term.id}  {term.risk}  {term.text}" for term in found.removed)
    print_lines(f"~ {c.after.id}  {c.after.risk}  {c.after.text}  {', '.join(c.members)}" for c in found.changed)
    for risk, by_kind in found.by_risk.items():
        click.echo(f"  {risk}  +{by_kind['added']} -{by_kind['removed']} ~{by_kind['changed']}")


@click.command()
@click.argument("digest")
@as_json
@pass_session
def restore(session: Session, digest: str, as_json: bool) -> None:
    """Put a stored version in force again, by its DIGEST or the beginning of it (回滚)."""
    from hegui.usecases.lexicons import restore_lexicon

    with session.system() as system:
        found = restore_lexicon(system.lexicons, digest, now=system.clock())
    version, before = found.version, found.instead_of
    if as_json:
        instead_of = None if before is None else before.digest
        print_json(
            {"terms": version.terms, "digest": version.digest, "instead_of": instead_of, "changed": found.changed}
        )
        return
    if found.changed and before is not None:
        session.say("lexicon.instead_of", terms=before.terms, source=before.source)
    session.say("lexicon.in_force", terms=version.terms, digest=version.digest[:12])


@click.command()
@a_list
@click.option("--on", callback=read_day, metavar="DATE", help="Whose figures: of this day; today without it (日期).")
@as_json
@pass_session
def coverage(session: Session, name: str, on: date | None, as_json: bool) -> None:
    """A list against the least numbers of keywords and the update clock of the law (覆盖情况)."""
    from hegui.usecases.lexicon_coverage import cover

    found, history = named_list(session, name), None
    if name == "active":
        with session.system() as system:
            history = system.lexicons.history()
    answer = cover(found, library().times.parameters, on or datetime.now(BEIJING).date(), history)
    if as_json:
        print_json(_plain_coverage(answer))
    else:
        _print_coverage(session, answer)


@click.command()
@a_list
@click.option(
    "--clean",
    "paths",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    metavar="PATH",
    help="Ordinary texts, a file or a folder of .txt or .jsonl; may be repeated (干净语料).",
)
@click.option("--field", help="Member of an object that is its text.")
@click.option(
    "--common",
    type=click.FloatRange(0, 1),
    default=0.001,
    show_default=True,
    help="Share of them from which a term hits common words (常用词门槛).",
)
@as_json
@pass_session
def lint(session: Session, name: str, paths: tuple[Path, ...], field: str | None, common: float, as_json: bool) -> None:
    """What is doubtful in a list: twice, swallowed, too short, common, or errs on ordinary texts (词库体检)."""
    from hegui.detect.documents import documents
    from hegui.detect.lexicon_lint import lint as linted

    found = named_list(session, name)
    doubts, trial = linted(found, documents(paths, field), common=common)
    seen = trial.rows - trial.without_text
    if as_json:
        rows = [{**asdict(doubt), "share": doubt.rows / seen if doubt.rows else None} for doubt in doubts]
        print_json({"digest": found.digest, "terms": len(found.terms), "clean_texts": seen, "doubts": rows})
        return
    texts = {term.id: term.text for term in found.terms}
    for doubt in doubts:
        share = f"{doubt.rows / seen:.3%}" if doubt.rows else ""
        about = session.word(
            f"lexicon.doubt.{doubt.kind}",
            other=texts.get(doubt.other, doubt.other),
            rows=doubt.rows,
            share=share,
        )
        print_lines([f"{doubt.term_id}  {texts[doubt.term_id]}  {about}"])
    session.say("lexicon.linted", terms=len(found.terms), doubts=len(doubts))
    if paths:
        session.say("lexicon.clean_seen", rows=seen)
    else:
        session.say("lexicon.clean_unseen")


def _plain_line(line: Minimum) -> dict[str, Any]:
    return {
        "risk": line.risk or None,
        "has": line.has,
        "wanted": line.wanted,
        "missing": line.missing,
        "met": line.is_met,
        "parameter": line.parameter or None,
        **_plain_value(line.value),
    }


def _plain_value(value: Any) -> dict[str, Any]:
    from hegui.law.parameters import Value

    if not isinstance(value, Value):
        return {"source": None, "confidence": None}
    return {"source": value.provenance.source, "confidence": value.provenance.confidence}


def _plain_coverage(answer: Coverage) -> dict[str, Any]:
    clock = answer.clock
    return {
        "on": answer.on,
        "met": answer.is_met,
        "total": _plain_line(answer.total),
        "by_risk": [_plain_line(line) for line in answer.by_risk],
        "update": None
        if clock is None
        else {
            "updated_on": clock.updated_on,
            "age_days": clock.age_days,
            "most_days": clock.most_days,
            "met": clock.is_met,
            **_plain_value(clock.value),
        },
    }


def _print_coverage(session: Session, answer: Coverage) -> None:
    from hegui.detect.risks import risks

    names = {risk.id: getattr(risk, session.lang) for risk in risks().values()}
    head = [session.word(f"lexicon.column.{name}") for name in ("risk", "name", "has", "wanted", "missing", "state")]
    rows = [
        [
            line.risk or session.word("lexicon.in_all"),
            names.get(line.risk, ""),
            str(line.has),
            "-" if line.wanted is None else str(line.wanted),
            str(line.missing) if line.wanted is not None else "-",
            _state(session, line.is_met) if line.parameter else session.word("lexicon.no_figure"),
        ]
        for line in (answer.total, *answer.by_risk)
    ]
    print_table(head, rows)
    if (clock := answer.clock) is not None:
        none = session.word("word.none")
        session.say(
            "lexicon.clock",
            day=clock.updated_on or none,
            age=none if clock.age_days is None else clock.age_days,
            most=none if clock.most_days is None else clock.most_days,
            state=_state(session, clock.is_met),
        )
    for value in dict.fromkeys(line.value for line in (answer.total, *answer.by_risk) if line.value is not None):
        plain = _plain_value(value)
        if plain["source"]:
            confidence = session.word(f"law.confidence.{plain['confidence']}")
            session.say(
                "lexicon.source", source=plain["source"], figure=getattr(value, "value", ""), confidence=confidence
            )


def _state(session: Session, is_met: bool | None) -> str:
    return session.word(f"lexicon.state.{'unknown' if is_met is None else 'met' if is_met else 'short'}")
