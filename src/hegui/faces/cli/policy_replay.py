"""`hegui policy replay`: what a candidate policy or lexicon would change, over texts of a file or over recorded exchanges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.errors import InputError
from hegui.faces.cli.exchange import read_instant
from hegui.faces.cli.policy_replay_report import as_dict, print_report
from hegui.faces.cli.policy_replay_sides import Sides
from hegui.faces.cli.render import print_json
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.compose import System
    from hegui.moderate.policy import UserClass
    from hegui.usecases.policy_replay import Pair, Replay
    from hegui.usecases.ports import Exchange, ExchangeFilter

__all__ = ["replay"]

_SHOWN_EVERY = 1000

readable = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--candidate", type=readable, metavar="FILE", help="A policy, YAML (候选策略).")
@click.option("--lexicon", type=readable, metavar="FILE", help="A lexicon, CSV or JSON Lines (候选词库).")
@click.option("--against", metavar="NAME", help="The policy in force to compare with, by its name (对照策略).")
@click.option(
    "--on", "place", type=click.Path(exists=True, path_type=Path), metavar="FILE|FOLDER", help="Texts (文本)."
)
@click.option(
    "--direction",
    type=click.Choice(["prompt", "answer"]),
    default="prompt",
    show_default=True,
    help="Of texts that do not say.",
)
@click.option("--since", callback=read_instant, metavar="INSTANT", help="Exchanges from this instant on (起).")
@click.option("--until", callback=read_instant, metavar="INSTANT", help="Exchanges before this instant (止).")
@click.option("--application", metavar="NAME", help="Exchanges of this application; or in whose place (应用).")
@click.option(
    "--user-class",
    "users",
    type=click.Choice(["minor", "limited"]),
    multiple=True,
    help="As if all were of this class (用户类别).",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many texts or exchanges.")
@click.option("--examples", type=click.IntRange(min=0, max=1000), default=5, show_default=True, metavar="N")
@click.option("--show", is_flag=True, help="Print what stands around a finding too (显示原文).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def replay(
    session: Session,
    /,
    candidate: Path | None,
    lexicon: Path | None,
    against: str | None,
    place: Path | None,
    direction: Any,
    since: datetime | None,
    until: datetime | None,
    application: str | None,
    users: tuple[UserClass, ...],
    limit: int | None,
    examples: int,
    show: bool,
    as_json: bool,
) -> None:
    """Say what a candidate policy or lexicon would change (回放).

    Over the texts of a file or folder (--on), or over recorded exchanges (--since, --until) whose content is kept.
    """
    if candidate is None and lexicon is None:
        raise click.UsageError("Give a candidate: --candidate FILE, --lexicon FILE, or both.")
    if (place is None) == (since is None and until is None):
        raise click.UsageError("Give either --on, or --since and --until.")
    from hegui.usecases.policy_replay import Replay
    from hegui.usecases.replay_recorded import span_of

    found = Replay(most_examples=examples, shows=show)
    with session.system() as system:
        sides = Sides(system, candidate, lexicon, against, frozenset(users))
        if place is not None:
            place_of = _over_files(session, found, sides, place, direction, application, limit)
        else:
            wanted = span_of(system.applications, since, until, application)
            place_of = _over_exchanges(session, found, sides, system, wanted, limit)
        about = {**sides.about, **place_of}
    if as_json:
        print_json(as_dict(found, about))
    else:
        print_report(session, found, about)


def _over_files(
    session: Session,
    found: Replay,
    sides: Sides,
    place: Path,
    direction: Any,
    application: str | None,
    limit: int | None,
) -> dict[str, Any]:
    from hegui.usecases.policy_replay import Placed, replay_texts
    from hegui.usecases.replay_files import files_in, texts_of

    files, others = files_in(place)

    def texts() -> Iterable[Placed]:
        for file in files:
            name = str(file.relative_to(place)) if file != place else file.name
            yield from texts_of(file, direction, name)

    pair = sides.named(application)
    with _Progress(session) as progress:
        replay_texts(found, texts(), pair, limit=limit, told=progress.tell)
    return {"files": len(files), "files_passed_over": others, "exchanges": None}


def _over_exchanges(
    session: Session, found: Replay, sides: Sides, system: System, wanted: ExchangeFilter, limit: int | None
) -> dict[str, Any]:
    from hegui.usecases.replay_recorded import replay_recorded

    if (vault := system.vault) is None:
        remedy = "Set vault.master_key where content was kept (docs/vault.md)."
        raise InputError("VLT021", "vault", "no content is kept here: vault.master_key is not set.", remedy)

    def pair_of(exchange: Exchange) -> Pair:
        return sides.of(exchange.application_id)

    with _Progress(session) as progress:
        count = replay_recorded(
            found, system.exchanges, system.contents, vault, wanted, pair_of, limit=limit, told=progress.tell
        )
    return {"files": None, "files_passed_over": 0, "exchanges": count}


class _Progress:
    """Says on stderr how far a replay has come, every so often and at its end."""

    def __init__(self, session: Session) -> None:
        self._session, self._count = session, 0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._say()

    def tell(self, count: int) -> None:
        """So many are done."""
        self._count = count
        if count % _SHOWN_EVERY == 0:
            self._say()

    def _say(self) -> None:
        click.echo(self._session.word("replay.progress", count=self._count), err=True)
