"""An assessment as plain values, for JSON (机器可读形式).

Knows names, not sentences: verdicts are holds, fails, unknown; an open bound is null with its gaps. Wordings come in both
languages.
"""

from __future__ import annotations

from typing import Any

from hegui.law.sanction_amounts import Band, Bound, Contest
from hegui.law.sanction_data import Chain
from hegui.law.sanction_findings import Finding
from hegui.law.sanctions import Assessment, Reading

__all__ = ["assessment_record", "chain_record"]


def assessment_record(assessment: Assessment) -> dict[str, Any]:
    """The whole assessment; amounts in whole units of the currency, days as YYYY-MM-DD."""
    breach, limitation = assessment.breach, assessment.limitation
    return {
        "codes": list(breach.codes),
        "act_on": breach.act_on.isoformat(),
        "decided_on": breach.decided_on.isoformat() if breach.decided_on else None,
        "outcome": assessment.outcome,
        "law_settled": assessment.law_settled.value,
        "fine": _band(assessment.fine) if assessment.fine else None,
        "some_without_fine": assessment.some_without_fine,
        "readings": [_reading(reading) for reading in assessment.readings],
        "one_fine": assessment.one_fine.id if assessment.one_fine else None,
        "leniency": [
            {"rule": one.rule.id, "result": one.ground.result, "truth": one.truth.value, "missing": list(one.missing)}
            for one in assessment.leniency
        ],
        "limitation": {
            "rule": limitation.rule.id if limitation.rule else None,
            "expired": limitation.expired.value,
            "last_days": [day.isoformat() for day in limitation.last_days] if limitation.last_days else None,
        },
    }


def chain_record(chain: Chain) -> dict[str, Any]:
    """A chain."""
    return {
        "id": chain.id,
        "breach": chain.breach.plain(),
        "routes": [
            [{"cites": list(step.cites), "does": step.does.plain()} for step in route] for route in chain.routes
        ],
        "sanctions": list(chain.sanctions),
        "provisions": list(chain.provisions),
        "outcome": chain.outcome.plain(),
        "source": chain.source.plain(),
        "confidence": chain.confidence,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "day": reading.day.isoformat(),
        "of": reading.of,
        "sanctions": [_finding(one) for one in reading.findings],
        "fine": _contest(reading.fine) if reading.fine else None,
        "persons": [{"role": role, **_contest(found)} for role, found in reading.persons],
        "measures": [
            {"name": one.name, "truth": one.truth.value, "codes": list(one.codes)} for one in reading.measures
        ],
        "handover": [{"code": one.finding.sanction.id, "truth": one.truth.value} for one in reading.handover],
        "foreign": [
            {"code": one.sanction.id, "fine": _band(one.fine.overall) if one.fine else None} for one in reading.foreign
        ],
    }


def _finding(one: Finding) -> dict[str, Any]:
    sanction, version = one.sanction, one.version
    return {
        "code": sanction.id,
        "basis": sanction.basis.plain(),
        "rank": sanction.rank,
        "authorities": list(sanction.authorities.who) if sanction.authorities else None,
        "by_authority": one.by_authority.value,
        "standing": one.standing,
        "because": list(one.because),
        "wording": version.wording.plain() if version else None,
        "effective": version.span.effective.isoformat() if version and version.span.effective else None,
        "until": version.span.until.isoformat() if version and version.span.until else None,
        "confidence": version.confidence if version else None,
        "missing": sorted(version.missing) if version else [],
        "tiers": [
            {"stage": tier.stage, "articles": list(tier.articles), "truth": truth.value} for tier, truth in one.tiers
        ],
        "fine": _band(one.fine.overall) if one.fine else None,
    }


def _contest(found: Contest) -> dict[str, Any]:
    return {"winner": found.winner, "contenders": list(found.contenders), **_band(found.band)}


def _band(band: Band) -> dict[str, Any]:
    return {
        "currency": band.currency,
        "min": _bound(band.minimum),
        "max": _bound(band.maximum),
        "optional": band.optional.value,
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return {"amount": bound.amount, "at_least": bound.at_least, "gaps": list(bound.gaps)}
