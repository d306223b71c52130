"""From the fine a clause states to the bounds of the fine that may follow.

Knows bounds, bands and the contest of bands; knows no sanction and no date. What is not known leaves a bound open, with the
reason: it never becomes zero. Every answer is an outer bound, so that learning more can only narrow it.
Amounts are whole units of a currency; a share of the turnover is rounded down.
Rules: Administrative Penalties Law art. 29 (one act, one fine; the higher amount governs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hegui.kernel.logic import Verdict, any_of
from hegui.law.sanction_data import Fine
from hegui.law.sanction_names import Currency, Gap

__all__ = [
    "Band",
    "Bound",
    "Contest",
    "Figures",
    "Ladder",
    "contest",
    "fine_band",
    "greatest",
    "hull",
    "ladder",
    "least",
]

_OPTIONAL = {"may": Verdict.HOLDS, "shall": Verdict.FAILS, "unstated": Verdict.UNKNOWN}


@dataclass(frozen=True)
class Figures:
    """What is known of the money and the counts. gains and turnover (last year's) in whole units, by currency."""

    gains: Mapping[str, int] = field(default_factory=dict)
    turnover: Mapping[str, int] = field(default_factory=dict)
    violations: int | None = None
    days: int | None = None
    small_firm: Verdict = Verdict.UNKNOWN


@dataclass(frozen=True)
class Bound:
    """One end of a band; `amount` None is open, for the reasons in `gaps`. at_least: what an open maximum cannot be below."""

    amount: int | None
    at_least: int | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Band:
    """The range of a fine. optional: whether the authority may impose none (可以 rather than 处)."""

    currency: Currency
    minimum: Bound
    maximum: Bound
    optional: Verdict


@dataclass(frozen=True)
class Ladder:
    """The tiers of one clause taken together: `certain` is the band of the highest tier surely reached."""

    certain: Band | None
    overall: Band


@dataclass(frozen=True)
class Contest:
    """Several clauses fine one act: `winner` is the one with the higher amount, None on a tie and while that is open."""

    winner: str | None
    band: Band
    contenders: tuple[str, ...]


def fine_band(fine: Fine, figures: Figures) -> Band:
    """The band of a fine with what is known.

    >>> fine_band(Fine("CNY", "shall", maximum=50_000_000, turnover_percent=5), Figures()).maximum
    Bound(amount=None, at_least=50000000, gaps=('turnover_unknown',))
    """
    limbs = [_times(low, high, fine, figures) for low, high in _limbs(fine, figures)]
    tops = [high for _, high in limbs]
    lower = fine.small_firm_lower and figures.small_firm is Verdict.HOLDS
    return Band(
        currency=fine.currency,
        minimum=least(low for low, _ in limbs),
        maximum=_lowest_known(tops) if lower else greatest(tops),
        optional=_OPTIONAL[fine.imposes],
    )


def greatest(bounds: Iterable[Bound]) -> Bound:
    """The highest of several maxima; open as soon as one is."""
    found = tuple(bounds)
    floor = max((known for one in found for known in (one.amount, one.at_least) if known is not None), default=None)
    if all(one.amount is not None for one in found):
        return Bound(floor, gaps=_gaps(found))
    return Bound(None, floor, _gaps(one for one in found if one.amount is None))


def least(bounds: Iterable[Bound]) -> Bound:
    """The lowest of several minima; open as soon as one is."""
    found = tuple(bounds)
    if all(one.amount is not None for one in found):
        return Bound(min(one.amount for one in found if one.amount is not None))
    return Bound(None, gaps=_gaps(one for one in found if one.amount is None))


def ladder(rows: Sequence[tuple[Verdict, Fine]], figures: Figures, *, hidden: bool) -> Ladder | None:
    """What tiers in order from light to heavy come to; `hidden`: the clause has fines that our facts do not hold.

    None where no tier that may be reached has a fine. A lighter tier that is open says nothing once a heavier one surely governs.
    """
    live = [(truth, fine_band(fine, figures)) for truth, fine in rows if truth is not Verdict.FAILS]
    governing = max((number for number, (truth, _) in enumerate(live) if truth is Verdict.HOLDS), default=-1)
    certain = live[governing][1] if governing >= 0 else None
    if not live and not hidden:
        return None
    unseen = [Bound(None, gaps=("not_in_facts",))] if hidden else []
    low = [band.minimum for _, band in live[governing + 1 :]] + ([certain.minimum] if certain else unseen)
    return Ladder(
        certain=certain,
        overall=Band(
            currency=live[0][1].currency if live else "CNY",
            minimum=least(low),
            maximum=greatest([band.maximum for _, band in live] + unseen),
            optional=certain.optional if certain else Verdict.UNKNOWN,
        ),
    )


def contest(entries: Sequence[tuple[str, Verdict, Ladder]]) -> Contest | None:
    """One fine for one act out of (code, whether it applies, its ladder); None where nothing fines.

    What the highest sure maximum beats never governs; the band lies around all the rest. Amounts are never added up.
    """
    if not entries:
        return None
    sure = [(code, steps.certain) for code, truth, steps in entries if truth is Verdict.HOLDS and steps.certain]
    mark = max((band.maximum.amount for _, band in sure if band.maximum.amount is not None), default=0)
    rest = [steps.overall for _, _, steps in entries if _reaches(steps.overall, mark)]
    band = Band(
        currency=entries[0][2].overall.currency,
        minimum=least(one.minimum for one in rest),
        maximum=greatest(steps.overall.maximum for _, _, steps in entries),
        optional=_optional([band for _, band in sure]),
    )
    return Contest(_winner(sure, mark), band, tuple(code for code, _, _ in entries))


def hull(bands: Sequence[Band]) -> Band:
    """The band around several readings; that one of them fines not at all is for the caller to say."""
    optional = {band.optional for band in bands}
    return Band(
        currency=bands[0].currency,
        minimum=least(band.minimum for band in bands),
        maximum=greatest(band.maximum for band in bands),
        optional=optional.pop() if len(optional) == 1 else Verdict.UNKNOWN,
    )


def _limbs(fine: Fine, figures: Figures) -> Iterable[tuple[Bound, Bound]]:
    """Least and most of each way in which the clause counts: an amount, a multiple of the gains, a share of the turnover."""
    if not fine.stated:
        yield Bound(None, gaps=("not_in_facts",)), Bound(None, gaps=("not_in_facts",))
    if fine.minimum is not None or fine.maximum is not None:
        yield _or_open(fine.minimum, "no_floor"), _or_open(fine.maximum, "no_ceiling", fine.minimum)
    if fine.gains is not None and figures.gains.get(fine.currency) != 0:  # without gains there is nothing to multiply
        gains = figures.gains.get(fine.currency)
        low, high = (None if gains is None else gains * factor for factor in fine.gains)
        yield _or_open(low, "gains_unknown"), _or_open(high, "gains_unknown")
    if fine.turnover_percent is not None:
        turnover = figures.turnover.get(fine.currency)
        share = None if turnover is None else turnover * fine.turnover_percent // 100
        yield Bound(None, gaps=("no_floor",)), _or_open(share, "turnover_unknown")


def _times(low: Bound, high: Bound, fine: Fine, figures: Figures) -> tuple[Bound, Bound]:
    """Counted by violations, days or both; an unknown count is at least one."""
    counts = {
        "act": (1,),
        "violation": (figures.violations,),
        "day": (figures.days,),
        "violation_day": (figures.violations, figures.days),
    }[fine.per]
    factor, is_known = 1, None not in counts
    for count in counts:
        factor *= count or 1
    least_total = Bound(low.amount * factor) if low.amount is not None else low
    if is_known or high.amount is None:
        return least_total, Bound(_scaled(high.amount, factor), _scaled(high.at_least, factor), high.gaps)
    return least_total, Bound(None, high.amount * factor, ("count_unknown",))


def _scaled(amount: int | None, factor: int) -> int | None:
    return None if amount is None else amount * factor


def _or_open(amount: int | None, gap: Gap, at_least: int | None = None) -> Bound:
    return Bound(amount) if amount is not None else Bound(None, at_least, (gap,))


def _lowest_known(bounds: Sequence[Bound]) -> Bound:
    """The lower of several maxima: each known one is a ceiling, however the unknown ones turn out."""
    known = [one.amount for one in bounds if one.amount is not None]
    return Bound(min(known), gaps=_gaps(bounds)) if known else greatest(bounds)


def _winner(sure: Sequence[tuple[str, Band]], mark: int) -> str | None:
    """The code that alone reaches highest of those that surely apply; None on a tie, or while one is open."""
    highest = [code for code, band in sure if _reaches(band, mark)]
    return highest[0] if len(highest) == 1 else None


def _reaches(band: Band, mark: int) -> bool:
    """Whether the maximum may come to `mark` or more; what cannot never governs."""
    return band.maximum.amount is None or band.maximum.amount >= mark


def _optional(certain: Sequence[Band]) -> Verdict:
    """No fine at all is open to the authority only if no clause that surely applies demands one."""
    if not certain:
        return Verdict.UNKNOWN
    demanded = any_of(_demands(band) for band in certain)
    return {Verdict.HOLDS: Verdict.FAILS, Verdict.FAILS: Verdict.HOLDS}.get(demanded, Verdict.UNKNOWN)


def _demands(band: Band) -> Verdict:
    return {Verdict.HOLDS: Verdict.FAILS, Verdict.FAILS: Verdict.HOLDS}.get(band.optional, Verdict.UNKNOWN)


def _gaps(bounds: Iterable[Bound]) -> tuple[Gap, ...]:
    return tuple(sorted({gap for one in bounds for gap in one.gaps}))
