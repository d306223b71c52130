"""Read sanctions, chains and general penalty rules from their files.

Knows what `sanctions/<code>.yaml`, `sanction_chains/<id>.yaml` and `penalty_rules/<id>.yaml` may say. Knows no law: what a
file may name is in `sanction_names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Literal, TypeVar, get_args

from hegui.law.entries import Entry, Faults
from hegui.law.instruments import read_confidence
from hegui.law.sanction_data import (
    Authorities,
    Chain,
    ChainStep,
    Custody,
    Fine,
    Leniency,
    LimitationRule,
    PenaltyRule,
    PersonPenalty,
    Sanction,
    SanctionVersion,
    Tier,
)
from hegui.law.sanction_names import (
    AUTHORITIES,
    CIRCUMSTANCES,
    LAWS,
    MEASURES,
    RANKS,
    ROLES,
    STAGES,
    Currency,
    Imposes,
    Missing,
    Order,
    Per,
    State,
)
from hegui.law.spans import read_span

__all__ = ["check_codes", "check_sanctions", "read_chain", "read_penalty_rule", "read_sanction"]

T = TypeVar("T", bound=str)

_CODE = re.compile(r"S-[A-Z0-9]+(-[A-Z0-9]+)*")
_CHAIN = re.compile(r"C[1-9][0-9]*")


def read_sanction(entry: Entry) -> Sanction:
    """The sanction of `sanctions/<code>.yaml`."""
    found = Sanction(
        id=_named_like_its_file(entry, _CODE, "a code such as S-CSL69"),
        order=entry.one_of("order", get_args(Order), "prc"),
        rank=entry.one_of("rank", RANKS),
        basis=entry.words("basis"),
        punishes=entry.words("punishes"),
        articles=entry.texts("articles"),
        authorities=entry.entry_or_none("authorities", _authorities),
        residual=entry.flag("residual"),
        tried_first=_list_of(entry, "tried_first", LAWS),
        versions=entry.entries("versions", _version),
        note=entry.words_or_none("note"),
        place=entry.place,
    )
    _check_versions(entry, found)
    return found


def read_chain(entry: Entry) -> Chain:
    """The chain of `sanction_chains/<id>.yaml`."""
    return Chain(
        id=_named_like_its_file(entry, _CHAIN, "an id such as C4"),
        breach=entry.words("breach"),
        routes=entry.entries("routes", lambda route: route.entries("steps", _step)),
        sanctions=entry.texts("sanctions"),
        provisions=entry.texts("provisions"),
        outcome=entry.words("outcome"),
        source=entry.words("source"),
        confidence=read_confidence(entry),
        place=entry.place,
    )


def read_penalty_rule(entry: Entry) -> PenaltyRule:
    """The general rule of `penalty_rules/<id>.yaml`."""
    return PenaltyRule(
        id=entry.text("id"),
        basis=entry.words("basis"),
        wording=entry.words("wording"),
        covers=entry.texts("covers"),
        span=read_span(entry),
        one_fine=entry.flag("one_fine"),
        limitation=entry.entry_or_none("limitation", _limitation),
        leniency=entry.entries("leniency", _leniency),
        source=entry.words("source"),
        confidence=read_confidence(entry),
        place=entry.place,
    )


def check_codes(sanctions: Mapping[str, Sanction], used: Iterable[tuple[str, Iterable[str]]], faults: Faults) -> None:
    """A fault for every code in `used`, pairs of place and codes, that is no sanction: those of provisions and of chains."""
    for place, codes in used:
        for code in codes:
            if code not in sanctions:
                faults.add(place, f"there is no sanction {code}")


def check_sanctions(sanctions: Mapping[str, Sanction], chains: Iterable[Chain], faults: Faults) -> None:
    """A fault for every code that references and chains name and that does not exist."""
    check_codes(
        sanctions, ((one.place, version.leads_to) for one in sanctions.values() for version in one.versions), faults
    )
    check_codes(sanctions, ((chain.place, chain.sanctions) for chain in chains), faults)


def _named_like_its_file(entry: Entry, pattern: re.Pattern[str], form: str) -> str:
    found = entry.matching("id", pattern, form)
    name = entry.file.rpartition("/")[2].removesuffix(".yaml")
    if found and found != name:
        entry.fault("id", f"{found} stands in a file named {name}")
    return found


def _check_versions(entry: Entry, sanction: Sanction) -> None:
    if not sanction.versions:
        entry.fault("versions", "there is none")
    dated = [version.span for version in sanction.versions if version.state == "binding"]
    for earlier, later in pairwise(dated):
        if earlier.until is None or later.effective is None or earlier.until > later.effective:
            entry.fault("versions", f"the version effective {later.effective} begins before the one before it ends")
    if sanction.tried_first and not sanction.residual:
        entry.fault("tried_first", "only a residual sanction has laws that are tried first")


def _version(entry: Entry) -> SanctionVersion:
    found = SanctionVersion(
        id=entry.text_or("id", "") or None,
        state=entry.one_of("state", get_args(State), "binding"),
        span=read_span(entry),
        wording=entry.words("wording"),
        tiers=entry.entries("tiers", _tier),
        missing=frozenset(_list_of(entry, "missing", get_args(Missing))),
        referral=entry.flag("referral"),
        leads_to=entry.texts("leads_to"),
        also=_list_of(entry, "also", MEASURES),
        also_basis=entry.text_or("also_basis", "") or None,
        source=entry.words("source"),
        confidence=read_confidence(entry),
    )
    _check_version(entry, found)
    return found


def _check_version(entry: Entry, version: SanctionVersion) -> None:
    if (version.span.effective is None) == (version.state == "binding"):
        entry.fault("state", f"{version.state}, and the day of effect is {version.span.effective}")
    if entry.flag("tiers_complete", True) != version.tiers_complete:
        entry.fault("tiers_complete", f"missing lists {', '.join(sorted(version.missing)) or 'nothing'}")
    if version.leads_to and not version.referral:
        entry.fault("leads_to", "only a referral leads to other sanctions")
    if version.also and not version.also_basis:
        entry.fault("also", "also_basis is missing: where do these measures stand?")


def _tier(entry: Entry) -> Tier:
    return Tier(
        stage=entry.one_of("stage", STAGES),
        articles=entry.texts("articles"),
        measures=_list_of(entry, "measures", MEASURES),
        fine=entry.entry_or_none("fine", _fine),
        persons=entry.entries("persons", _person),
        custody=entry.entry_or_none("custody", _custody),
        basis=entry.text_or("basis", "") or None,
    )


def _fine(entry: Entry) -> Fine:
    gains = entry.entry_or_none("gains", lambda one: (one.whole("min", 1), one.whole("max", 1)))
    found = Fine(
        currency=entry.one_of("currency", get_args(Currency), "CNY"),
        imposes=entry.one_of("imposes", get_args(Imposes)),
        minimum=entry.whole_or_none("min", 1),
        maximum=entry.whole_or_none("max", 1),
        gains=gains,
        turnover_percent=entry.whole_or_none("turnover_percent", 1),
        between=entry.one_of("between", ("alternative", "higher"), "alternative"),
        small_firm_lower=entry.flag("small_firm_lower"),
        per=entry.one_of("per", get_args(Per), "act"),
        stated=entry.flag("stated", True),
    )
    _check_fine(entry, found)
    return found


def _check_fine(entry: Entry, fine: Fine) -> None:
    if None not in (fine.minimum, fine.maximum) and fine.minimum > fine.maximum:  # type: ignore[operator]
        entry.fault("max", f"{fine.maximum} is below the minimum, {fine.minimum}")
    if fine.gains and fine.gains[0] > fine.gains[1]:
        entry.fault("gains", "the greatest multiple is below the least")
    has_amount = any(one is not None for one in (fine.minimum, fine.maximum, fine.gains, fine.turnover_percent))
    if has_amount != fine.stated:
        entry.fault("stated", "a stated fine has an amount, a multiple or a share; any other has none")


def _person(entry: Entry) -> PersonPenalty:
    has_fine = entry.has("min") or entry.has("max")
    return PersonPenalty(
        role=entry.one_of("role", ROLES, "responsible_persons"),
        fine=_fine(entry) if has_fine else None,
        ban=entry.flag("ban"),
    )


def _custody(entry: Entry) -> Custody:
    units: tuple[Literal["months", "days"], ...] = ("months", "days")
    return Custody(entry.one_of("unit", units), entry.whole_or_none("min", 1), entry.whole_or_none("max", 1))


def _step(entry: Entry) -> ChainStep:
    return ChainStep(entry.texts("cites"), entry.words("does"))


def _authorities(entry: Entry) -> Authorities:
    return Authorities(_list_of(entry, "who", AUTHORITIES), read_confidence(entry))


def _limitation(entry: Entry) -> LimitationRule:
    return LimitationRule(
        entry.whole("years", 1), entry.whole("longer_years", 1), entry.one_of("longer_if", CIRCUMSTANCES)
    )


def _leniency(entry: Entry) -> Leniency:
    results: tuple[Literal["no_penalty", "may_be_spared", "lighter"], ...] = ("no_penalty", "may_be_spared", "lighter")
    return Leniency(
        result=entry.one_of("result", results),
        all_of=_list_of(entry, "all_of", CIRCUMSTANCES),
        any_of=_list_of(entry, "any_of", CIRCUMSTANCES),
        words=entry.words("words"),
    )


def _list_of(entry: Entry, key: str, allowed: Iterable[T]) -> tuple[T, ...]:
    """A list of words out of a closed list."""
    known, found = tuple(allowed), entry.texts(key)
    for one in found:
        if one not in known:
            entry.fault(key, f"{one!r} is none of {', '.join(known)}")
    return tuple(one for one in known if one in found)
