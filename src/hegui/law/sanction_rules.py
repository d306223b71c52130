"""General rules on penalties: limitation and leniency (追诉时效、从轻减轻不罚).

Knows administrative penalties only; crimes have rules of their own. A rule that was not in force, or whose conditions are not
all known, leaves the answer open. Days are civil days; a period of years ends on the day of the same number, that day included.
Rules: Administrative Penalties Law arts 32, 33, 36; Cybersecurity Law art. 73; Network Data Security Regulations art. 59, from
law/data/penalty_rules/. That finding the breach, rather than deciding, stops the period is from the wording of art. 36.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hegui.kernel.logic import Verdict, all_of, any_of
from hegui.law.instants import add_months
from hegui.law.sanction_breach import Breach
from hegui.law.sanction_data import Leniency, LimitationRule, PenaltyRule

__all__ = ["LeniencyFinding", "Limitation", "leniency", "limitation"]


@dataclass(frozen=True)
class Limitation:
    """Whether the time for a penalty has run out.

    rule: None where none was in force. last_days: the last day on which the breach must be found, earliest and latest; they
    differ while it is open which period counts; None without a rule.
    """

    rule: PenaltyRule | None
    last_days: tuple[date, date] | None
    expired: Verdict


@dataclass(frozen=True)
class LeniencyFinding:
    """One ground of one rule, and whether it is given; missing: circumstances that would settle it."""

    rule: PenaltyRule
    ground: Leniency
    truth: Verdict
    missing: tuple[str, ...]


def limitation(breach: Breach, rules: Iterable[PenaltyRule]) -> Limitation:
    """Whether the period had run out when the breach was found; a decision within it shows that it had not."""
    rule = next((one for one in _in_force(breach, rules) if one.limitation), None)
    if rule is None or rule.limitation is None:
        return Limitation(None, None, Verdict.UNKNOWN)
    last_days = _last_days(breach, rule.limitation)
    return Limitation(rule, last_days, _expired(breach, *last_days))


def leniency(breach: Breach, rules: Iterable[PenaltyRule], codes: Sequence[str]) -> tuple[LeniencyFinding, ...]:
    """Every ground of every rule that covers one of the administrative sanctions in `codes`; without one, none."""
    return tuple(
        _ground(breach, rule, ground)
        for rule in _in_force(breach, rules)
        if any(code.startswith(rule.covers or "S-") for code in codes)
        for ground in rule.leniency
    )


def _in_force(breach: Breach, rules: Iterable[PenaltyRule]) -> list[PenaltyRule]:
    """Rules that bind on the day of the decision, or of the act while no decision is known."""
    day = breach.decided_on or breach.act_on
    return sorted((rule for rule in rules if rule.span.binds(day)), key=lambda rule: rule.id)


def _last_days(breach: Breach, rule: LimitationRule) -> tuple[date, date]:
    short, long = add_months(breach.act_on, 12 * rule.years), add_months(breach.act_on, 12 * rule.longer_years)
    is_long = breach.is_so(rule.longer_if)
    return (long if is_long is Verdict.HOLDS else short, short if is_long is Verdict.FAILS else long)


def _expired(breach: Breach, earliest: date, latest: date) -> Verdict:
    if breach.found_on is not None:
        if breach.found_on > latest:
            return Verdict.HOLDS
        return Verdict.FAILS if breach.found_on <= earliest else Verdict.UNKNOWN
    within = breach.decided_on is not None and breach.decided_on <= earliest
    return Verdict.FAILS if within else Verdict.UNKNOWN


def _ground(breach: Breach, rule: PenaltyRule, ground: Leniency) -> LeniencyFinding:
    parts = [breach.is_so(name) for name in ground.all_of]
    parts += [any_of(breach.is_so(name) for name in ground.any_of)] if ground.any_of else []
    truth = all_of(parts)
    asked = (*ground.all_of, *ground.any_of) if truth is Verdict.UNKNOWN else ()
    return LeniencyFinding(rule, ground, truth, tuple(n for n in asked if breach.is_so(n) is Verdict.UNKNOWN))
