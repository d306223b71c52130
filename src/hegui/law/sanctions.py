"""What a breach costs: which law, which measures, least and most, on which day's law (违法后果测算).

Knows how sanctions for one act stand together: residual ones give way, fines never add up and the higher amount governs, other
measures accumulate, crimes and public-security offences are handed over, foreign law stands beside. Knows no clock: the days of
the act and of the decision are given. Whether the old law or a lighter new one governs when the law changed between them is
not settled by the facts we hold (Administrative Penalties Law art. 37 is not among them), so both readings are given.
Bands are those of the clauses before leniency; each bound is an outer one, and what is unknown leaves it open.
Rules: Administrative Penalties Law arts 29, 33, 36; Interim Measures art. 21; law/data/sanctions/, law/data/penalty_rules/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hegui.kernel.logic import Verdict, all_of, any_of
from hegui.law.sanction_amounts import Band, Contest, contest, hull
from hegui.law.sanction_breach import FIRST_BREACH, Breach
from hegui.law.sanction_data import PenaltyRule, Sanction, Tier
from hegui.law.sanction_findings import Finding, findings_on
from hegui.law.sanction_names import MEASURES
from hegui.law.sanction_rules import LeniencyFinding, Limitation, leniency, limitation

__all__ = ["FIRST_BREACH", "Assessment", "Breach", "Handover", "Measure", "Outcome", "Reading", "assess"]

Outcome = Literal["exposed", "no_fine", "spared", "time_barred", "no_sanction"]
"""exposed: a fine may follow; no_fine: only other measures; spared: no penalty under the leniency rules; time_barred: the time has
run out; no_sanction: nothing administrative is attached."""


@dataclass(frozen=True)
class Measure:
    """A measure other than a fine, whether it may follow, and the codes that provide it."""

    name: str
    truth: Verdict
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Handover:
    """A public-security or criminal sanction, and whether its threshold is met."""

    finding: Finding
    truth: Verdict
    tiers: tuple[tuple[Tier, Verdict], ...]


@dataclass(frozen=True)
class Reading:
    """The breach under the law of one day. fine: of the entity, None where nothing fines; persons: by role."""

    day: date
    of: Literal["act", "decision", "later"]
    findings: tuple[Finding, ...]
    fine: Contest | None
    persons: tuple[tuple[str, Contest], ...]
    measures: tuple[Measure, ...]
    handover: tuple[Handover, ...]

    @property
    def foreign(self) -> tuple[Finding, ...]:
        """Sanctions of other legal orders, each for itself."""
        return tuple(one for one in self.findings if one.sanction.order != "prc" and one.truth is not Verdict.FAILS)

    @property
    def administrative(self) -> tuple[Finding, ...]:
        """Sanctions under the Administrative Penalties Law that apply or may."""
        return tuple(one for one in self.findings if one.sanction.is_administrative and one.truth is not Verdict.FAILS)


@dataclass(frozen=True)
class Assessment:
    """The whole answer, step by step.

    readings: one, or several where the law changed between act and decision. law_settled: whether one law governs.
    fine: the band around all readings, None where none fines; some_without_fine: one of several readings does not.
    one_fine: the rule against two fines, None where it was not yet in force.
    """

    breach: Breach
    readings: tuple[Reading, ...]
    law_settled: Verdict
    fine: Band | None
    some_without_fine: bool
    one_fine: PenaltyRule | None
    limitation: Limitation
    leniency: tuple[LeniencyFinding, ...]

    @property
    def outcome(self) -> Outcome:
        """The answer in one word; leniency and limitation count only where they are certain."""
        if not any(reading.administrative for reading in self.readings):
            return "no_sanction"
        if self.limitation.expired is Verdict.HOLDS:
            return "time_barred"
        if any(one.ground.result == "no_penalty" and one.truth is Verdict.HOLDS for one in self.leniency):
            return "spared"
        return "exposed" if self.fine else "no_fine"


def assess(breach: Breach, sanctions: Mapping[str, Sanction], rules: Iterable[PenaltyRule] = ()) -> Assessment:
    """What the breach costs. `sanctions` by code. Raises NotFoundError (LAW060) for a code that does not exist.

    Source:
        The seven steps: collect the codes; drop residual ones (IM 21, AIM 30); the highest band of fines (APL 29);
        other measures accumulate; leniency (APL 32, 33; CSL 73; NDR 59); limitation (APL 36); hand-over to police and courts.
    """
    rules = tuple(rules)
    readings = tuple(_reading(day, of, breach, sanctions) for day, of in _days(breach, sanctions))
    fines = [reading.fine.band for reading in readings if reading.fine]
    codes = [one.sanction.id for reading in readings for one in reading.administrative]
    return Assessment(
        breach=breach,
        readings=readings,
        law_settled=Verdict.HOLDS if len(readings) == 1 else Verdict.UNKNOWN,
        fine=hull(fines) if fines else None,
        some_without_fine=0 < len(fines) < len(readings),
        one_fine=next(
            (rule for rule in rules if rule.one_fine and rule.span.binds(breach.decided_on or breach.act_on)), None
        ),
        limitation=limitation(breach, rules),
        leniency=leniency(breach, rules, codes),
    )


def _days(
    breach: Breach, sanctions: Mapping[str, Sanction]
) -> Iterator[tuple[date, Literal["act", "decision", "later"]]]:
    """The days whose law may govern: of the act, and of the decision if the law changed; every later change while none is known."""
    yield breach.act_on, "act"
    if breach.decided_on is None:
        yield from ((day, "later") for day in _changes(breach, sanctions, date.max))
    elif _changes(breach, sanctions, breach.decided_on):
        yield breach.decided_on, "decision"


def _changes(breach: Breach, sanctions: Mapping[str, Sanction], upto: date) -> Sequence[date]:
    """Days after the act on which a sanction in question begins or ends, those it may lead to included."""
    codes = dict.fromkeys(one.sanction.id for one in findings_on(breach.act_on, breach, sanctions))
    return sorted({day for code in codes for day in sanctions[code].timeline.changes(breach.act_on, upto)})


def _reading(
    day: date, of: Literal["act", "decision", "later"], breach: Breach, sanctions: Mapping[str, Sanction]
) -> Reading:
    findings = findings_on(day, breach, sanctions)
    fining = [one for one in findings if one.sanction.is_administrative and one.truth is not Verdict.FAILS]
    return Reading(
        day=day,
        of=of,
        findings=findings,
        fine=contest([(one.sanction.id, one.truth, one.fine) for one in fining if one.fine]),
        persons=tuple(_persons(fining)),
        measures=tuple(_measures(findings)),
        handover=tuple(_handovers(findings)),
    )


def _persons(findings: Sequence[Finding]) -> Iterator[tuple[str, Contest]]:
    for role in dict.fromkeys(role for one in findings for role, _ in one.persons):
        entries = [
            (one.sanction.id, one.truth, steps) for one in findings for name, steps in one.persons if name == role
        ]
        found = contest(entries)
        if found is not None:
            yield role, found


def _measures(findings: Sequence[Finding]) -> Iterator[Measure]:
    """Every measure that may follow, once, in the order of the closed list; measures accumulate."""
    given = [entry for one in findings if one.truth is not Verdict.FAILS for entry in _measures_of(one)]
    for name in MEASURES:
        truths = [(truth, code) for found, truth, code in given if found == name and truth is not Verdict.FAILS]
        if truths:
            yield Measure(name, any_of(t for t, _ in truths), tuple(dict.fromkeys(code for _, code in truths)))


def _measures_of(one: Finding) -> Iterator[tuple[str, Verdict, str]]:
    code = one.sanction.id
    for tier, reached in one.tiers:
        truth = all_of([one.truth, reached])
        yield from ((name, truth, code) for name in tier.measures)
        yield from (("office_ban", truth, code) for person in tier.persons if person.ban)
    yield from ((name, one.truth, code) for name in (one.version.also if one.version else ()))


def _handovers(findings: Sequence[Finding]) -> Iterator[Handover]:
    for one in findings:
        if one.sanction.rank in ("criminal", "public_security") and one.truth is not Verdict.FAILS:
            reached = any_of(truth for _, truth in one.tiers)
            missing = one.version is not None and "tiers" in one.version.missing
            truth = Verdict.UNKNOWN if reached is Verdict.FAILS and missing else all_of([one.truth, reached])
            yield Handover(one, truth, one.tiers)
