"""`hegui law facts`, `list`, `show`, `search`, `coverage`: what the law book holds."""

from __future__ import annotations

from datetime import date

import click

from hegui.errors import NotFoundError
from hegui.faces.cli.law.desk import as_json, as_of, book_of, today
from hegui.faces.cli.render import print_json, print_lines, print_table
from hegui.faces.cli.session import Session, pass_session

__all__ = ["coverage", "facts", "list_", "search", "show"]


@click.command()
@as_json
@pass_session
def facts(session: Session, as_json: bool) -> None:
    """The facts a profile may state, and what counts as an answer (事实清单)."""
    from hegui.law.plain import plain_fact

    book = book_of()
    if as_json:
        print_json([plain_fact(fact) for fact in book.facts.values()])
        return
    for group in book.groups:
        click.echo(f"# {group.title.text(session.lang)}")
        for fact in group.facts:
            allowed = " | ".join(level.id for level in fact.levels) or fact.kind
            click.echo(
                f"{fact.name}: {allowed}\n    {fact.question.text(session.lang)}\n    {fact.help.text(session.lang)}"
            )


@click.command("list")
@click.option("--instrument", metavar="KEY", help="Only of this instrument, such as IM (文件).")
@click.option("--duty", metavar="M", help="Only of this row of the duty table, such as M14 (义务行次).")
@click.option("--jurisdiction", type=click.Choice(["CN", "EU", "UK", "US"]), help="Only of this jurisdiction (法域).")
@as_of
@as_json
@pass_session
def list_(
    session: Session,
    instrument: str | None,
    duty: str | None,
    jurisdiction: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """The provisions, with where they stand on a day (列出规定)."""
    from hegui.law.assessment import assess
    from hegui.law.coverage import DUTIES
    from hegui.law.memo.words import standing_text
    from hegui.law.plain import plain_answer
    from hegui.law.profile import Profile

    book = book_of()
    if instrument is not None and instrument not in book.instruments:
        raise NotFoundError(
            "LAW012", instrument, "there is no such instrument", f"Write one of: {', '.join(book.instruments)}."
        )
    if duty is not None and duty not in DUTIES:
        raise NotFoundError("LAW012", duty, "there is no such row of the duty table", "Write one of M01 to M30.")
    answers = [
        answer
        for answer in assess(book, Profile(), as_of=as_of or today()).answers.values()
        if instrument in (None, answer.provision.instrument)
        and (duty is None or duty in answer.provision.duties)
        and jurisdiction in (None, answer.instrument.jurisdiction)
    ]
    if as_json:
        print_json([plain_answer(answer) for answer in answers])
        return
    head = [session.word(f"law.column.{name}") for name in ("id", "title", "kind", "standing", "confidence")]
    rows = [
        (
            answer.provision.id,
            answer.provision.title.text(session.lang),
            session.word(f"law.kind.{answer.provision.kind}"),
            standing_text(answer.timing, session.lang),
            session.word(f"law.confidence.{answer.provision.confidence}"),
        )
        for answer in answers
    ]
    print_table(head, rows)


@click.command()
@click.argument("identifier", metavar="ID")
@as_of
@as_json
@pass_session
def show(session: Session, identifier: str, as_of: date | None, as_json: bool) -> None:
    """The provision ID, an instrument by its key, or an unclear question by its number, whole (查看)."""
    from hegui.law.lookup import provision_meant
    from hegui.law.memo.show import show_lines
    from hegui.law.plain import plain_item

    book = book_of()
    if identifier not in book.uncertainties and identifier not in book.instruments:
        identifier = provision_meant(book, identifier).id
    if as_json:
        print_json(plain_item(book, identifier, as_of or today()))
    else:
        print_lines(show_lines(book, identifier, as_of or today(), session.lang))


@click.command()
@click.argument("words", nargs=-1, required=True)
@as_json
@pass_session
def search(session: Session, words: tuple[str, ...], as_json: bool) -> None:
    """Find provisions by words in either language, or by article: 第十七条, Art 17, CSL 47 before 2026 (检索)."""
    from hegui.law.memo.search import plain_search, search_lines
    from hegui.law.search import LawIndex

    book = book_of()
    hits = LawIndex(book).search(" ".join(words))
    if as_json:
        print_json(plain_search(hits))
    elif hits:
        print_lines(search_lines(book, hits, session.lang))
    else:
        session.say("law.search.none", words=" ".join(words))


@click.command()
@as_json
@pass_session
def coverage(session: Session, as_json: bool) -> None:
    """What the law book holds, by confidence and by what hegui does about it (收录与核对程度)."""
    from hegui.law.coverage import coverage as count
    from hegui.law.memo.coverage import coverage_lines, plain_coverage

    found = count(book_of())
    if as_json:
        print_json(plain_coverage(found))
    else:
        print_lines(coverage_lines(found, session.lang))
