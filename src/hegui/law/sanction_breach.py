"""A breach as it is put to the calculator: one act, its days, what is known of it (违法行为).

Knows which circumstances imply others and which tiers they reach; what nobody stated is unknown, never false.
Knows no sanction. Days are civil days in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from hegui.errors import InputError
from hegui.kernel.logic import Verdict, all_of, any_of, negation, verdict
from hegui.law.instants import day_of
from hegui.law.sanction_amounts import Figures
from hegui.law.sanction_data import Tier
from hegui.law.sanction_names import AGGRAVATING, AUTHORITIES, CIRCUMSTANCES, IMPLIED, STAGES

__all__ = ["FIRST_BREACH", "Breach", "tier_truth"]

FIRST_BREACH: Mapping[str, bool] = dict.fromkeys(sorted(AGGRAVATING), False)
"""The circumstances of a plain first breach: nothing that makes it worse."""


@dataclass(frozen=True)
class Breach:
    """One act that breaks one or more provisions.

    codes: sanction codes of what it breaks, in the order of the provisions.
    act_on: day of the act; for a continuing one the day it ended. decided_on: day of the decision; found_on: day on which the
    authority found it; None where not known.
    known: circumstances that are settled, by name. provisions: ids of what is broken, such as DSL-35-1; empty where not said.
    authority: who would decide, None where not known.
    Raises InputError: LAW061 days out of order, LAW062 unknown name, LAW063 contradiction, LAW064 negative figure.
    """

    codes: tuple[str, ...]
    act_on: date
    decided_on: date | None = None
    found_on: date | None = None
    known: Mapping[str, bool] = field(default_factory=dict)
    provisions: frozenset[str] = frozenset()
    figures: Figures = field(default_factory=Figures)
    authority: str | None = None

    def __post_init__(self) -> None:
        _check_days(self)
        _check_names("known", self.known, CIRCUMSTANCES)
        _check_names("authority", [self.authority] if self.authority else [], AUTHORITIES)
        _check_implied(self.known)
        _check_figures(self.figures)

    @cached_property
    def money(self) -> Figures:
        """The figures, and whether this is a small firm."""
        figures = self.figures
        return Figures(figures.gains, figures.turnover, figures.violations, figures.days, self.is_so("small_firm"))

    def is_so(self, circumstance: str) -> Verdict:
        """Whether a circumstance is there; what implies it counts as saying so."""
        if any(self.known.get(strong) for strong, weak in IMPLIED.items() if weak == circumstance):
            return Verdict.HOLDS
        weak_denied = self.known.get(IMPLIED.get(circumstance, "")) is False
        return Verdict.FAILS if weak_denied else verdict(self.known.get(circumstance))


def tier_truth(tier: Tier, breach: Breach) -> Verdict:
    """Whether the breach reaches the tier: its stage, and the duties it is limited to.

    >>> tier_truth(Tier("serious", (), (), None, (), None, None), Breach((), date(2026, 1, 1)))
    <Verdict.UNKNOWN: 'unknown'>
    """
    stage = STAGES[tier.stage]
    parts = [breach.is_so(name) for name in stage.all_of]
    parts += [negation(breach.is_so(name)) for name in stage.none_of]
    parts += [any_of(breach.is_so(name) for name in stage.any_of)] if stage.any_of else []
    parts += [] if stage.certain else [Verdict.UNKNOWN]
    return all_of([*parts, _concerns(tier.articles, breach.provisions)])


def _concerns(articles: tuple[str, ...], provisions: frozenset[str]) -> Verdict:
    """Whether a tier limited to `articles` is about what is broken; open while nothing of the same instrument is named."""
    if not articles:
        return Verdict.HOLDS
    return any_of(_covers(article, provisions) for article in articles)


def _covers(article: str, provisions: frozenset[str]) -> Verdict:
    """AR-24 covers AR-24-3; whether DSL-30(2) is meant by DSL-30-1 we cannot tell, for our items are not paragraphs."""
    stem, _, paragraph = article.partition("(")
    instrument = article.partition("-")[0]
    if any(one == article or (not paragraph and one.startswith(f"{article}-")) for one in provisions):
        return Verdict.HOLDS
    if any(one == stem or one.startswith(f"{stem}-") for one in provisions):
        return Verdict.UNKNOWN
    return Verdict.FAILS if any(one.startswith(f"{instrument}-") for one in provisions) else Verdict.UNKNOWN


def _check_days(breach: Breach) -> None:
    for one in filter(None, (breach.act_on, breach.found_on, breach.decided_on)):
        day_of(one)
    for name, day in (("decided_on", breach.decided_on), ("found_on", breach.found_on)):
        if day is not None and day < breach.act_on:
            raise InputError(
                "LAW061", name, f"{day} is before the act, {breach.act_on}", "Correct one of the two days."
            )
    if breach.decided_on and breach.found_on and breach.decided_on < breach.found_on:
        problem = f"{breach.found_on} is after the decision, {breach.decided_on}"
        raise InputError("LAW061", "found_on", problem, "Correct one of the two days.")


def _check_names(where: str, names: Iterable[str], known: Mapping[str, object]) -> None:
    for name in names:
        if name not in known:
            raise InputError("LAW062", where, f"{name!r} is not known", f"Take one of: {', '.join(known)}.")


def _check_implied(known: Mapping[str, bool]) -> None:
    for strong, weak in IMPLIED.items():
        if known.get(strong) and known.get(weak) is False:
            raise InputError(
                "LAW063", strong, f"it cannot be so while {weak} is not", f"Say that {weak} is so, or leave it out."
            )


def _check_figures(figures: Figures) -> None:
    named = [
        *figures.gains.items(),
        *figures.turnover.items(),
        ("violations", figures.violations),
        ("days", figures.days),
    ]
    for name, value in named:
        if value is not None and value < 0:
            raise InputError("LAW064", name, f"{value} is negative", "Give a whole number from 0, or leave it out.")
