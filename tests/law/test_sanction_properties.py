"""What holds of every breach: bounds only narrow, fines never add up, the future fines nobody, the unknown is never zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.logic import Verdict
from hegui.law.sanction_amounts import Band, Bound, Figures, fine_band
from hegui.law.sanction_data import Fine
from hegui.law.sanction_names import CIRCUMSTANCES, IMPLIED
from hegui.law.sanctions import Assessment, Breach, assess
from tests.law.sanction_law import RULES, SANCTIONS

DAYS = st.dates(date(2015, 1, 1), date(2028, 12, 31))
AMOUNTS = st.integers(0, 10**12)
OWN_PENALTY = sorted(
    code
    for code, one in SANCTIONS.items()
    if one.is_administrative and not one.residual and not any(version.referral for version in one.versions)
)
"""Codes that neither give way to others nor refer to them."""

ANY = st.sampled_from(sorted(SANCTIONS))
PROVISIONS = ["CSL-49-1", "CSL-52-1", "DSL-35-1", "DSL-36-1", "MPO-20-1", "AR-33-1", "AR-24-3", "IM-14-1"]


@st.composite
def circumstances(draw: st.DrawFn) -> dict[str, bool]:
    known = draw(st.dictionaries(st.sampled_from(sorted(CIRCUMSTANCES)), st.booleans(), max_size=8))
    for strong, weak in IMPLIED.items():
        if known.get(strong):
            known.pop(weak, None)
    return known


@st.composite
def breaches(draw: st.DrawFn, codes: st.SearchStrategy[str] = ANY) -> Breach:
    act, other = draw(DAYS), draw(DAYS)
    return Breach(
        codes=tuple(draw(st.lists(codes, min_size=1, max_size=5, unique=True))),
        act_on=min(act, other),
        decided_on=draw(st.sampled_from([max(act, other), min(act, other), None])),
        known=draw(circumstances()),
        provisions=frozenset(draw(st.lists(st.sampled_from(PROVISIONS), max_size=2))),
        figures=Figures(
            gains={"CNY": draw(AMOUNTS)} if draw(st.booleans()) else {},
            turnover={"CNY": draw(AMOUNTS)} if draw(st.booleans()) else {},
        ),
    )


def answer(breach: Breach) -> Assessment:
    return assess(breach, SANCTIONS, RULES)


def bands(assessment: Assessment) -> list[Band]:
    found = [reading.fine.band for reading in assessment.readings if reading.fine]
    found += [contest.band for reading in assessment.readings for _, contest in reading.persons]
    found += [one.fine.overall for reading in assessment.readings for one in reading.foreign if one.fine]
    return found + ([assessment.fine] if assessment.fine else [])


def top(band: Band | None) -> float:
    """The maximum as a number: no fine is minus infinity, an open one infinity."""
    if band is None:
        return float("-inf")
    return float("inf") if band.maximum.amount is None else band.maximum.amount


def bottom(band: Band) -> float:
    return float("-inf") if band.minimum.amount is None else band.minimum.amount


@given(breaches())
def test_the_least_is_never_above_the_most(breach: Breach) -> None:
    for band in bands(answer(breach)):
        if band.minimum.amount is not None and band.maximum.amount is not None:
            assert band.minimum.amount <= band.maximum.amount


@given(breaches())
def test_an_open_bound_says_why_and_no_bound_is_zero_unless_a_figure_is(breach: Breach) -> None:
    given_zero = 0 in {*breach.figures.gains.values()} or min([*breach.figures.turnover.values(), 100]) < 100
    for band in bands(answer(breach)):
        for bound in (band.minimum, band.maximum):
            assert bound.gaps if bound.amount is None else bound.amount > 0 or given_zero


@given(breaches(st.sampled_from(OWN_PENALTY)), st.sampled_from(OWN_PENALTY))
def test_one_more_code_never_lowers_the_maximum(breach: Breach, code: str) -> None:
    more = replace(breach, codes=tuple(dict.fromkeys((*breach.codes, code))), decided_on=breach.act_on)
    assert top(answer(more).fine) >= top(answer(replace(breach, decided_on=breach.act_on)).fine)


@given(breaches(st.sampled_from(OWN_PENALTY)))
def test_one_act_never_sums_fines(breach: Breach) -> None:
    """The most for all codes together is the most for one of them alone."""
    breach = replace(breach, decided_on=breach.act_on)
    alone = [top(answer(replace(breach, codes=(code,))).fine) for code in breach.codes]
    assert top(answer(breach).fine) == max(alone)


@given(breaches())
def test_no_reading_uses_a_version_that_does_not_bind_on_its_day(breach: Breach) -> None:
    for reading in answer(breach).readings:
        for one in reading.findings:
            if one.version is not None and one.version.state == "binding":
                assert one.version.span.binds(reading.day)


@given(breaches())
def test_nothing_is_read_from_after_the_decision(breach: Breach) -> None:
    days = [reading.day for reading in answer(breach).readings]
    assert days[0] == breach.act_on
    assert breach.decided_on is None or max(days) <= breach.decided_on


@given(breaches(), st.sampled_from(sorted(CIRCUMSTANCES)), st.booleans())
def test_learning_a_circumstance_only_narrows_the_fine(breach: Breach, name: str, value: bool) -> None:
    if breach.known.get(name) is not None or _contradicts(breach, name, value):
        return
    before, after = answer(breach), answer(replace(breach, known={**breach.known, name: value}))
    assert top(after.fine) <= top(before.fine)
    if after.fine and before.fine:
        assert bottom(after.fine) >= bottom(before.fine)


@given(breaches(), AMOUNTS, AMOUNTS)
def test_learning_the_figures_only_narrows_the_fine(breach: Breach, gains: int, turnover: int) -> None:
    unknown = replace(breach, figures=Figures())
    before = answer(unknown)
    after = answer(replace(unknown, figures=Figures(gains={"CNY": gains}, turnover={"CNY": turnover})))
    assert top(after.fine) <= top(before.fine)
    if after.fine and before.fine:
        assert bottom(after.fine) >= bottom(before.fine)


@given(breaches())
def test_what_is_settled_stays_settled_when_more_is_known(breach: Breach) -> None:
    full = dict.fromkeys(sorted(set(CIRCUMSTANCES) - set(IMPLIED.values()) - set(IMPLIED)), False) | dict(breach.known)
    before, after = answer(breach), answer(replace(breach, known=full))
    for old, new in zip(before.leniency, after.leniency, strict=True):
        assert old.truth in (Verdict.UNKNOWN, new.truth)
    for old_reading, new_reading in zip(before.readings, after.readings, strict=True):
        for old_one, new_one in zip(old_reading.handover, new_reading.handover, strict=True):
            assert old_one.truth in (Verdict.UNKNOWN, new_one.truth)


@given(breaches())
def test_the_order_of_the_codes_does_not_matter(breach: Breach) -> None:
    turned = replace(breach, codes=tuple(reversed(breach.codes)))
    one, other = answer(breach), answer(turned)
    assert (one.fine, one.outcome, one.law_settled) == (other.fine, other.outcome, other.law_settled)


def _contradicts(breach: Breach, name: str, value: bool) -> bool:
    known = {**breach.known, name: value}
    return any(known.get(strong) and known.get(weak) is False for strong, weak in IMPLIED.items())


FINES = st.builds(
    Fine,
    currency=st.just("CNY"),
    imposes=st.sampled_from(["shall", "may", "unstated"]),
    minimum=st.integers(1, 10**6),
    maximum=st.integers(10**6, 10**9),
    gains=st.none() | st.tuples(st.integers(1, 3), st.integers(3, 10)),
    turnover_percent=st.none() | st.integers(1, 10),
    between=st.sampled_from(["alternative", "higher"]),
    small_firm_lower=st.booleans(),
    per=st.sampled_from(["act", "violation", "day", "violation_day"]),
)
FIGURES = st.builds(
    Figures,
    gains=st.just({}) | st.builds(lambda one: {"CNY": one}, AMOUNTS),
    turnover=st.just({}) | st.builds(lambda one: {"CNY": one}, AMOUNTS),
    violations=st.none() | st.integers(1, 9),
    days=st.none() | st.integers(1, 9),
    small_firm=st.sampled_from(list(Verdict)),
)


@given(FINES, FIGURES)
def test_a_bound_without_a_number_always_has_a_reason(fine: Fine, figures: Figures) -> None:
    band = fine_band(fine, figures)
    for bound in (band.minimum, band.maximum):
        assert bound.amount is not None or bound.gaps


@given(FINES, FIGURES)
def test_what_an_open_maximum_cannot_be_below_holds_when_all_is_known(fine: Fine, figures: Figures) -> None:
    open_top: Bound = fine_band(fine, figures).maximum
    known = Figures(
        {"CNY": 5, **figures.gains}, {"CNY": 7, **figures.turnover}, figures.violations or 3, figures.days or 2
    )
    settled = fine_band(fine, replace(known, small_firm=Verdict.FAILS)).maximum
    if open_top.at_least is not None and figures.small_firm is Verdict.FAILS:
        assert settled.amount is not None
        assert settled.amount >= open_top.at_least
