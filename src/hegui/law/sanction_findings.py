"""One day of law on one breach: which sanctions stand, and what each of them provides.

Knows the three ways in which a sanction gives way or comes in: it is not in force that day; a reference leads to it; it is
residual and a law or an administrative regulation supplies a penalty. Knows nothing of stacking.
Rules: Interim Measures art. 21(1); Anthropomorphic Interaction Measures art. 30 (both residual); the references of
Labelling Measures art. 13, Cybersecurity Law art. 71 and their like, from the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hegui.errors import NotFoundError
from hegui.kernel.logic import Verdict, all_of, any_of, verdict
from hegui.law.sanction_amounts import Ladder, ladder
from hegui.law.sanction_breach import Breach, tier_truth
from hegui.law.sanction_data import Sanction, SanctionVersion, Tier
from hegui.law.sanction_names import Standing

__all__ = ["Finding", "findings_on"]

_TRUTH: Mapping[Standing, Verdict] = {
    "applies": Verdict.HOLDS,
    "by_reference": Verdict.UNKNOWN,
    "residual_open": Verdict.UNKNOWN,
    "undated": Verdict.UNKNOWN,
    "displaced": Verdict.FAILS,
    "not_yet": Verdict.FAILS,
    "no_longer": Verdict.FAILS,
    "never_effective": Verdict.FAILS,
}

_SUPPLIERS = frozenset({"law", "administrative_regulation"})


@dataclass(frozen=True)
class Finding:
    """One sanction on one day.

    because: codes that displaced it, leave it open or led to it. tiers: with whether each is reached.
    fine, persons: what its tiers come to for the entity and by role; fine None is no fine.
    by_authority: whether the authority named in the breach imposes it; another authority may still act.
    """

    sanction: Sanction
    version: SanctionVersion | None
    standing: Standing
    because: tuple[str, ...] = ()
    tiers: tuple[tuple[Tier, Verdict], ...] = ()
    fine: Ladder | None = None
    persons: tuple[tuple[str, Ladder], ...] = ()
    by_authority: Verdict = Verdict.UNKNOWN

    @property
    def truth(self) -> Verdict:
        """Whether it applies."""
        return _TRUTH[self.standing]

    @property
    def is_referral(self) -> bool:
        return self.version is not None and self.version.referral


def findings_on(day: date, breach: Breach, sanctions: Mapping[str, Sanction]) -> tuple[Finding, ...]:
    """What stands on that day, in the order of the codes; what references lead to follows.

    Raises NotFoundError (LAW060) for a code that does not exist.
    """
    named = [_stand(_sanction(code, sanctions), day) for code in dict.fromkeys(breach.codes)]
    referred = list(_referred(named, day, sanctions))
    standing = [_residual(one, breach, [*named, *referred]) for one in named] + referred
    return tuple(_provide(one, breach, standing) for one in standing)


def _sanction(code: str, sanctions: Mapping[str, Sanction]) -> Sanction:
    if code not in sanctions:
        raise NotFoundError(
            "LAW060", code, "there is no such sanction", "See the codes in the provisions: hegui law show."
        )
    return sanctions[code]


def _stand(sanction: Sanction, day: date) -> Finding:
    """In force or not on that day."""
    version = sanction.timeline.on(day)
    if version is not None:
        return Finding(sanction, version, "applies")
    undated = next((one for one in sanction.versions if one.state == "undated"), None)
    if undated is not None:
        return Finding(sanction, undated, "undated")
    begins = [one.span.effective for one in sanction.versions if one.span.effective is not None]
    if not begins:
        return Finding(sanction, None, "never_effective")
    return Finding(sanction, None, "not_yet" if day < max(begins) else "no_longer")


def _referred(named: Sequence[Finding], day: date, sanctions: Mapping[str, Sanction]) -> Iterator[Finding]:
    """The sanctions that an unsettled reference may lead to and that nobody named."""
    seen = {one.sanction.id for one in named}
    for one in named:
        if one.version is None or one.truth is Verdict.FAILS or _is_settled(one, named):
            continue
        for code in one.version.leads_to:
            found = _stand(_sanction(code, sanctions), day)
            if code not in seen and found.truth is not Verdict.FAILS:
                seen.add(code)
                yield replace(found, standing="by_reference", because=(one.sanction.id,))


def _is_settled(reference: Finding, named: Iterable[Finding]) -> bool:
    """Whether the list itself names what the reference leads to; any penalty of its own will do where our facts name none."""
    targets = reference.version.leads_to if reference.version else ()
    return any(
        one.standing == "applies"
        and one.sanction.is_administrative
        and not (one.is_referral or one.sanction.residual)
        and (not targets or one.sanction.id in targets)
        for one in named
    )


def _residual(one: Finding, breach: Breach, others: Sequence[Finding]) -> Finding:
    """A residual sanction gives way to a penalty of a law or an administrative regulation."""
    if not one.sanction.residual or one.truth is Verdict.FAILS:
        return one
    supply = [(other.sanction.id, _supplies(other, breach)) for other in others if other.sanction.rank in _SUPPLIERS]
    settled = any_of(truth for _, truth in supply)
    if settled is Verdict.FAILS:
        return one
    by = tuple(code for code, truth in supply if truth is settled)
    return replace(one, standing="displaced" if settled is Verdict.HOLDS else "residual_open", because=by)


def _supplies(other: Finding, breach: Breach) -> Verdict:
    """Whether it provides a penalty for this act; a mere reference, and a clause whose tiers we do not hold, leave it open."""
    if other.version is None or other.sanction.residual:
        return Verdict.FAILS
    reached = any_of(tier_truth(tier, breach) for tier in other.version.tiers)
    if other.is_referral or (reached is Verdict.FAILS and "tiers" in other.version.missing):
        reached = Verdict.UNKNOWN
    return all_of([other.truth, reached])


def _provide(one: Finding, breach: Breach, all_findings: Sequence[Finding]) -> Finding:
    """With its tiers and what they come to."""
    if one.version is None:
        return one
    tiers = tuple((tier, tier_truth(tier, breach)) for tier in one.version.tiers)
    hidden = bool({"fines", "tiers"} & one.version.missing) or _leads_nowhere(one, all_findings)
    fines = [(truth, tier.fine) for tier, truth in tiers if tier.fine]
    return replace(
        one,
        tiers=tiers,
        fine=ladder(fines, breach.money, hidden=hidden),
        persons=_persons(one, tiers, breach),
        by_authority=_imposed_by(one.sanction, breach.authority),
    )


def _imposed_by(sanction: Sanction, authority: str | None) -> Verdict:
    if sanction.authorities is None or authority is None:
        return Verdict.UNKNOWN
    return verdict(authority in sanction.authorities.who)


def _leads_nowhere(one: Finding, all_findings: Sequence[Finding]) -> bool:
    """A reference whose target neither the list nor our facts name: its amount is not known."""
    if not one.is_referral or one.standing != "applies" or _is_settled(one, all_findings):
        return False
    targets = one.version.leads_to if one.version else ()
    return not any(other.sanction.id in targets and other.truth is not Verdict.FAILS for other in all_findings)


def _persons(one: Finding, tiers: Sequence[tuple[Tier, Verdict]], breach: Breach) -> tuple[tuple[str, Ladder], ...]:
    hidden = one.version is not None and "persons" in one.version.missing
    roles = dict.fromkeys(person.role for tier, _ in tiers for person in tier.persons)
    found = []
    for role in roles or (("responsible_persons",) if hidden else ()):
        rows = [(truth, p.fine) for tier, truth in tiers for p in tier.persons if p.role == role and p.fine]
        steps = ladder(rows, breach.money, hidden=hidden)
        if steps is not None:
            found.append((role, steps))
    return tuple(found)
