"""`hegui lexicon try`: what a list finds in a text, or in many."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.lexicon_lists import A_LIST, active_list, named_list, read_list
from hegui.faces.cli.render import print_json, print_lines
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.detect.documents import Document
    from hegui.detect.lexicon import Lexicon
    from hegui.detect.lexicon_trial import Example, Trial

__all__ = ["try_"]

TELL_EVERY = 2.0
"""Seconds between two lines of progress."""


@click.command("try")
@click.argument("text", required=False)
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A list not yet in force.")
@click.option(
    "--on",
    "paths",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    metavar="PATH",
    help="Many texts instead: a file or folder of .txt or .jsonl, gzipped or not; may be repeated (批量试用).",
)
@click.option("--field", help="Member of an object that is its text.")
@click.option("--against", metavar="LIST", help=f"Show what changes against another list. {A_LIST}")
@click.option(
    "--examples", type=click.IntRange(0, 1000), default=20, show_default=True, help="At most so many examples."
)
@click.option("--show", is_flag=True, help="Print examples in the clear; without it they are masked (显示原文).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def try_(
    session: Session,
    text: str | None,
    file: Path | None,
    paths: tuple[Path, ...],
    field: str | None,
    against: str | None,
    examples: int,
    show: bool,
    as_json: bool,
) -> None:
    """Show what the list finds in TEXT, or how it does on many texts with --on (试用)."""
    from hegui.detect.documents import documents

    if (text is None) == (not paths):
        raise click.UsageError("Give a text, or --on.")
    found = active_list(session) if file is None else read_list(file)
    if text is not None:
        _try_text(session, found, text, as_json)
        return
    texts = _told(session, documents(paths, field))
    if against is None:
        _try_many(session, found, texts, examples, show, as_json)
    else:
        _try_both(session, found, named_list(session, against), texts, examples, show, as_json)


def _try_text(session: Session, found: Lexicon, text: str, as_json: bool) -> None:
    from hegui.detect.screen import CompiledLexicon, scan

    findings = scan(CompiledLexicon(found), text)
    if as_json:
        print_json({"digest": found.digest, "findings": [asdict(finding) for finding in findings]})
        return
    if not findings:
        session.say("lexicon.nothing_found")
    for finding in findings:
        surface = text[finding.start : finding.end]
        click.echo(f"{finding.term_id}  {finding.risk}  {finding.severity}  {finding.grade}  {surface!r}")


def _try_many(
    session: Session, found: Lexicon, texts: Iterable[Document], examples: int, show: bool, as_json: bool
) -> None:
    from hegui.detect.compiled import CompiledLexicon
    from hegui.detect.lexicon_trial import try_list

    trial = try_list(CompiledLexicon(found), texts, examples)
    if as_json:
        print_json({"digest": found.digest, **_plain(trial, show)})
    else:
        _print(session, trial, show)


def _try_both(
    session: Session, new: Lexicon, old: Lexicon, texts: Iterable[Document], examples: int, show: bool, as_json: bool
) -> None:
    from hegui.detect.compiled import CompiledLexicon
    from hegui.detect.lexicon_trial import try_lists

    both = try_lists(CompiledLexicon(new), CompiledLexicon(old), texts, examples)
    parts = {"new": both.new, "old": both.old, "newly_hit": both.newly_hit, "no_longer_hit": both.no_longer_hit}
    if as_json:
        print_json(
            {"digests": {"new": new.digest, "old": old.digest}, **{n: _plain(t, show) for n, t in parts.items()}}
        )
        return
    for name, trial in parts.items():
        click.echo(session.word(f"lexicon.trial.{name}"))
        _print(session, trial, show)


def _plain(trial: Trial, show: bool) -> dict[str, Any]:
    return {
        "rows": trial.rows,
        "without_text": trial.without_text,
        "hit": trial.hit,
        "share": trial.share,
        "by_risk": dict(sorted(trial.by_risk.items())),
        "by_term": dict(trial.by_term.most_common()),
        "by_grade": dict(sorted(trial.by_grade.items())),
        "examples": [_shown(example, show) for example in trial.examples],
    }


def _print(session: Session, trial: Trial, show: bool) -> None:
    share = "-" if trial.share is None else f"{trial.share:.3%}"
    session.say("lexicon.trial.rows", rows=trial.rows, hit=trial.hit, share=share, without=trial.without_text)
    for counter in (trial.by_risk, trial.by_grade, trial.by_term):
        print_lines(f"  {count:>8}  {name}" for name, count in counter.most_common(20))
    for shown in (_shown(example, show) for example in trial.examples):
        print_lines([f"  {shown['place']}  {shown['term_id']}  {shown['grade']}  {shown['text']}"])


def _shown(example: Example, show: bool) -> dict[str, str]:
    """An example; masked, only how long it is and what kind of characters stand around are told."""
    row = {name: getattr(example, name) for name in ("place", "term_id", "risk", "grade")}
    if show:
        return {**row, "text": f"{example.before}[{example.hit}]{example.after}"}
    hidden = ("*" * len(part) for part in (example.before, example.hit, example.after))
    return {**row, "text": "{}[{}]{}".format(*hidden)}


def _told(session: Session, texts: Iterator[Document]) -> Iterator[Document]:
    """The texts, with a line of progress on stderr now and then where a person is looking."""
    begun = told = monotonic()
    for number, document in enumerate(texts, 1):
        if sys.stderr.isatty() and number % 256 == 0 and (now := monotonic()) - told >= TELL_EVERY:
            told = now
            click.echo(
                session.word("lexicon.trial.progress", rows=number, rate=round(number / (now - begun))), err=True
            )
        yield document
