"""`hegui law sanctions`: what a breach costs, and by which route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from hegui.errors import NotFoundError
from hegui.faces.cli.law.desk import as_json, library, read_day, today
from hegui.faces.cli.render import print_json, print_lines, print_pairs
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.law.sanction_breach import Breach
    from hegui.law.sanction_data import Chain

__all__ = ["sanctions"]


@click.command()
@click.argument("identifiers", metavar="[ID]...", nargs=-1)
@click.option(
    "--on", callback=read_day, metavar="DATE", help="Day of the act, or on which it ended; today without it (行为日)."
)
@click.option("--decided", callback=read_day, metavar="DATE", help="Day of the decision (处罚决定日).")
@click.option("--found", callback=read_day, metavar="DATE", help="Day on which the authority found it (发现日).")
@click.option("--first", is_flag=True, help="A first breach without any of what aggravates one (首次违法).")
@click.option(
    "--given", multiple=True, metavar="WORD", help="A circumstance that is there, such as refused (已有情节)."
)
@click.option("--without", multiple=True, metavar="WORD", help="A circumstance that is not there (没有的情节).")
@click.option("--gains", type=click.IntRange(0), metavar="N", help="Illegal gains, yuan (违法所得).")
@click.option("--turnover", type=click.IntRange(0), metavar="N", help="Turnover of last year, yuan (上一年度营业额).")
@click.option("--words", is_flag=True, help="List the circumstances and what they mean (情节一览).")
@as_json
@pass_session
def sanctions(
    session: Session,
    identifiers: tuple[str, ...],
    on: date | None,
    decided: date | None,
    found: date | None,
    first: bool,
    given: tuple[str, ...],
    without: tuple[str, ...],
    gains: int | None,
    turnover: int | None,
    words: bool,
    as_json: bool,
) -> None:
    """What one act costs that breaks the provisions ID, or what the chain C… or the code S-… says (违反后果)."""
    from hegui.law.sanction_amounts import Figures
    from hegui.law.sanction_breach import FIRST_BREACH, Breach
    from hegui.law.sanction_names import CIRCUMSTANCES

    if not words and not identifiers:
        raise click.UsageError("Name what was broken, such as IM-14-1, C4 or S-CSL61; --words lists the circumstances.")
    if words:
        if as_json:
            print_json([{"word": name, "zh": one.zh, "en": one.en} for name, one in CIRCUMSTANCES.items()])
            return
        print_pairs((name, one.text(session.lang)) for name, one in CIRCUMSTANCES.items())
        return
    if both := sorted(set(given) & set(without)):
        raise click.UsageError(f"{', '.join(both)}: either --given or --without.")
    known = {**(FIRST_BREACH if first else {}), **dict.fromkeys(given, True), **dict.fromkeys(without, False)}
    codes, provisions = _codes(identifiers)
    breach = Breach(
        codes=codes,
        act_on=on or today(),
        decided_on=decided,
        found_on=found,
        known=known,
        provisions=frozenset(provisions),
        figures=Figures(_yuan(gains), _yuan(turnover)),
    )
    _print(session, breach, _chains(identifiers), as_json)


def _yuan(amount: int | None) -> Mapping[str, int]:
    """An amount by currency; none where it is not known."""
    return {} if amount is None else {"CNY": amount}


def _codes(identifiers: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sanction codes of what is named, in its order, and the provisions. Raises NotFoundError (LAW010)."""
    book, penalties = library().book, library().penalties
    codes: dict[str, None] = {}
    provisions: dict[str, None] = {}
    for one in identifiers:
        if one in penalties.sanctions:
            codes[one] = None
        elif one in penalties.chains:
            codes.update(dict.fromkeys(penalties.chains[one].sanctions))
            provisions.update(dict.fromkeys(penalties.chains[one].provisions))
        else:
            codes.update(dict.fromkeys(book.provision(one).sanctions))
            provisions[one] = None
    return tuple(codes), tuple(provisions)


def _chains(identifiers: Sequence[str]) -> list[Chain]:
    penalties = library().penalties
    found = {chain.id: chain for one in identifiers for chain in penalties.chains_of(one)}
    found.update({one: penalties.chains[one] for one in identifiers if one in penalties.chains})
    return list(found.values())


def _print(session: Session, breach: Breach, chains: Sequence[Chain], as_json: bool) -> None:
    from hegui.law.sanction_record import assessment_record, chain_record
    from hegui.law.sanction_text import explain, explain_chain
    from hegui.law.sanctions import assess

    penalties = library().penalties
    if not breach.codes:
        raise NotFoundError(
            "LAW011", ", ".join(breach.provisions), "no sanction is attached to it", "See hegui law show."
        )
    assessment = assess(breach, penalties.sanctions, penalties.rules)
    if as_json:
        record = {"assessment": assessment_record(assessment), "chains": [chain_record(one) for one in chains]}
        print_json({"law_digest": library().book.digest, **record})
        return
    for chain in chains:
        print_lines(explain_chain(chain, session.lang))
        click.echo("")
    print_lines(explain(assessment, session.lang))
    session.say("law.check.footer", digest=library().book.digest[:12])
