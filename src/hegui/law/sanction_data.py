"""What a clause on liability provides, as values (罚则).

Knows sanctions, their versions and tiers, the chains that lead from a breach to them, and the general rules on penalties.
Knows no files and decides nothing. Amounts are whole units of the currency; gains and turnover are never part of the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hegui.law.instruments import Confidence
from hegui.law.sanction_names import ADMINISTRATIVE, Currency, Imposes, Missing, Order, Per, State
from hegui.law.spans import Span, Timeline
from hegui.law.words import Words

__all__ = [
    "Authorities",
    "Chain",
    "ChainStep",
    "Custody",
    "Fine",
    "Leniency",
    "LimitationRule",
    "PenaltyRule",
    "PersonPenalty",
    "Sanction",
    "SanctionVersion",
    "Tier",
]


@dataclass(frozen=True)
class Fine:
    """A fine as the clause states it (罚款).

    minimum, maximum: whole units of `currency`; None where the clause states none.
    gains: least and greatest multiple of the illegal gains, or None; turnover_percent: per cent of last year's turnover, or None.
    between: how an amount and a multiple or share relate: the authority takes one of them, or the higher binds.
    small_firm_lower: small and mid-cap firms take the lower figure.
    stated: False where the clause provides a fine and our facts give no amount.
    """

    currency: Currency
    imposes: Imposes
    minimum: int | None = None
    maximum: int | None = None
    gains: tuple[int, int] | None = None
    turnover_percent: int | None = None
    between: Literal["alternative", "higher"] = "alternative"
    small_firm_lower: bool = False
    per: Per = "act"
    stated: bool = True


@dataclass(frozen=True)
class PersonPenalty:
    """What responsible natural persons face; `ban`: from holding office."""

    role: str
    fine: Fine | None
    ban: bool


@dataclass(frozen=True)
class Custody:
    """Imprisonment in months or administrative detention in days; None where our facts give no number."""

    unit: Literal["months", "days"]
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Tier:
    """One step of the ladder. `articles`: the duties this tier punishes when the clause treats them apart."""

    stage: str
    articles: tuple[str, ...]
    measures: tuple[str, ...]
    fine: Fine | None
    persons: tuple[PersonPenalty, ...]
    custody: Custody | None
    basis: str | None


@dataclass(frozen=True)
class SanctionVersion:
    """The clause during one stretch of time; tiers run from light to heavy.

    referral: it has no penalty of its own and points to other law; leads_to: codes it is known to point to.
    also: measures that come with every breach, such as the credit record; also_basis: where they stand.
    missing: what of the clause our facts do not hold.
    """

    id: str | None
    state: State
    span: Span
    wording: Words
    tiers: tuple[Tier, ...]
    missing: frozenset[Missing]
    referral: bool
    leads_to: tuple[str, ...]
    also: tuple[str, ...]
    also_basis: str | None
    source: Words
    confidence: Confidence

    @property
    def tiers_complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Authorities:
    """Who imposes it."""

    who: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True)
class Sanction:
    """One sanction code.

    basis: the clause. articles: what it covers, by citation. authorities: None where our facts do not say.
    residual: applies only where no law or administrative regulation supplies a penalty; tried_first: laws that come before it.
    """

    id: str
    order: Order
    rank: str
    basis: Words
    punishes: Words
    articles: tuple[str, ...]
    authorities: Authorities | None
    residual: bool
    tried_first: tuple[str, ...]
    versions: tuple[SanctionVersion, ...]
    note: Words | None
    place: str

    @property
    def is_administrative(self) -> bool:
        """Whether the Administrative Penalties Law governs it."""
        return self.order == "prc" and self.rank in ADMINISTRATIVE

    @property
    def timeline(self) -> Timeline[SanctionVersion]:
        return Timeline(self.versions)


@dataclass(frozen=True)
class ChainStep:
    """One step from the duty towards the penalty."""

    cites: tuple[str, ...]
    does: Words


@dataclass(frozen=True)
class Chain:
    """What happens when a duty is broken; `routes` stand beside each other."""

    id: str
    breach: Words
    routes: tuple[tuple[ChainStep, ...], ...]
    sanctions: tuple[str, ...]
    provisions: tuple[str, ...]
    outcome: Words
    source: Words
    confidence: Confidence
    place: str


@dataclass(frozen=True)
class Leniency:
    """One ground for sparing or easing: all of these circumstances and, if given, any of those."""

    result: Literal["no_penalty", "may_be_spared", "lighter"]
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    words: Words


@dataclass(frozen=True)
class LimitationRule:
    """Years after which no penalty may follow; the longer period where `longer_if` is so."""

    years: int
    longer_years: int
    longer_if: str


@dataclass(frozen=True)
class PenaltyRule:
    """A general rule on penalties. `covers`: beginnings of codes it is limited to; empty is every administrative penalty."""

    id: str
    basis: Words
    wording: Words
    covers: tuple[str, ...]
    span: Span
    one_fine: bool
    limitation: LimitationRule | None
    leniency: tuple[Leniency, ...]
    source: Words
    confidence: Confidence
    place: str
