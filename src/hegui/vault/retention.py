"""What is to be deleted on a day, and what must be kept until when, and why.

Knows kinds of things, the minima the law sets for them, and the operator's own periods; knows no store. Works on dates of
Shanghai. The law and the settings of the day asked about decide, also for what was made before them. A kind without a
minimum is kept for the setting alone; a hold keeps a record whatever the periods say.
Rules: vault/data/retention.yaml, each with its provision; PIPL Art. 19 and 47 (no longer than needed).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from hegui.errors import FileFaults, InputError
from hegui.vault.periods import Period, add_months, civil_date, in_force

__all__ = [
    "CONTENT_KINDS",
    "KINDS",
    "Decision",
    "Due",
    "Hold",
    "HoldDuty",
    "Item",
    "Kept",
    "Kind",
    "Minimum",
    "Overridden",
    "Overrides",
    "Question",
    "Reading",
    "Reason",
    "RetentionLaw",
    "Schedule",
    "Version",
    "check_schedule",
    "due",
    "longest",
    "statutory_reasons",
]

Kind = Literal["exchange_record", "prompt", "answer", "attachment", "log"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CONTENT_KINDS: tuple[Kind, ...] = ("prompt", "answer", "attachment")
"""What is sealed in the vault; the others are rows and lines that hold no content."""

Words = Mapping[str, str]
"""A text in `zh` and `en`."""
Confidence = Literal["V", "S", "K"]
Schedule = Mapping[Kind, Sequence[Period]]
Overrides = Mapping[Kind, str]
"""Kind to the reason why less than the law's minimum was set for it."""


@dataclass(frozen=True, slots=True)
class Version:
    """A minimum as one instrument states it, from `effective` until before `until`."""

    instrument: str
    article: str
    effective: date
    until: date | None

    def holds(self, on: date) -> bool:
        return self.effective <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Minimum:
    """A period that the law wants something kept for at least, months."""

    provision: str
    kinds: tuple[Kind, ...]
    months: int
    what: Words
    confidence: Confidence
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class HoldDuty:
    """A duty to keep the records of a violation, for a time the law does not state."""

    provision: str
    what: Words
    confidence: Confidence
    effective: date


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the law, and the provisions it rests on."""

    provisions: tuple[str, ...]
    text: Words


@dataclass(frozen=True, slots=True)
class Question:
    """Where the law is unclear for these kinds; hegui acts on the first reading and shows all."""

    kinds: tuple[Kind, ...]
    asked: Words
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class RetentionLaw:
    """The law on retention as far as we have modelled it."""

    modelled_from: date
    checked_on: date
    minima: tuple[Minimum, ...]
    holds: tuple[HoldDuty, ...]
    questions: tuple[Question, ...]

    def minima_for(self, kind: Kind, on: date) -> tuple[Minimum, ...]:
        """Those in force for a kind on a day, the longest first. Raises InputError (VLT013) before the modelled time."""
        if on < self.modelled_from:
            problem = f"the law on retention is modelled from {self.modelled_from} on, not for {on}."
            raise InputError("VLT013", "retention", problem, "Ask for a later day.")
        found = [one for one in self.minima if kind in one.kinds and any(version.holds(on) for version in one.versions)]
        return tuple(sorted(found, key=lambda one: -one.months))

    def changes_after(self, on: date) -> Iterator[date]:
        """The days after `on` on which a minimum begins or ends."""
        for minimum in self.minima:
            for version in minimum.versions:
                yield from (day for day in (version.effective, version.until) if day and day > on)


@dataclass(frozen=True, slots=True)
class Overridden:
    """A period below the minimum that was set on purpose; whoever puts it in force records it in the ledger."""

    kind: Kind
    from_day: date
    months: int
    minimum: int
    provisions: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """Something kept: a record, or with `part` one of its parts, made at an instant."""

    record: str
    kind: Kind
    made_at: datetime
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A record that must stay: under a provision, and through a day or, None, until a person ends it."""

    record: str
    provision: str
    reason: str
    through: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is kept: `through` is the last day, None while nobody has ended a hold; no provision: a setting."""

    provision: str | None
    through: date | None
    text: Words
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """To be deleted, and the first day on which that was so."""

    item: Item
    since: date


@dataclass(frozen=True, slots=True)
class Kept:
    """Kept, with every reason, the longest first; `through` is the last day of the longest."""

    item: Item
    reasons: tuple[Reason, ...]

    @property
    def through(self) -> date | None:
        return self.reasons[0].through


@dataclass(frozen=True, slots=True)
class Decision:
    """Each item stands in one of the two."""

    delete: tuple[Due, ...]
    keep: tuple[Kept, ...]


def check_schedule(
    schedule: Schedule, law: RetentionLaw, *, on: date, overrides: Overrides | None = None
) -> tuple[Overridden, ...]:
    """Whether the periods, today and on every later day that law or settings name, are as long as the law wants.

    Returns the ones that are not and have a reason, for the ledger; nothing else may be done with them silently.
    Raises FileFaults (VLT012) with every one that is too short without a reason, every kind without a period, and every
    reason given for nothing.
    """
    overrides = overrides or {}
    faults = [(f"vault.keep.{kind}", "no period is set") for kind in KINDS if not schedule.get(kind)]
    found: list[Overridden] = []
    for kind in KINDS:
        short = list(_too_short(kind, schedule.get(kind, ()), law, on))
        reason = overrides.get(kind, "").strip()
        if not reason:
            faults += [(f"vault.keep.{kind}", _words(*one)) for one in short]
        elif not short:
            faults.append((f"vault.below_minimum.{kind}", "a reason is given, but the period is long enough"))
        found += [
            Overridden(kind, day, months, minima[0].months, tuple(one.provision for one in minima), reason)
            for day, months, minima in short
        ]
    if faults:
        remedy = "Set a longer period, or give the reason for the shorter one in vault.below_minimum; it is recorded."
        raise FileFaults("VLT012", "retention settings", faults, remedy)
    return tuple(found)


def due(
    items: Iterable[Item],
    schedule: Schedule,
    law: RetentionLaw,
    *,
    on: date,
    holds: Iterable[Hold] = (),
    overrides: Overrides | None = None,
) -> Decision:
    """What is to be deleted on a day and what is kept, in the order given.

    A kind with a reason in `overrides` is kept for its setting alone; without one the law's minimum counts, whatever the
    setting says.
    """
    by_record = _by_record(holds)
    delete, keep = [], []
    for item in items:
        made = civil_date(item.made_at)
        set_through = add_months(made, in_force(schedule[item.kind], on))
        reasons = [Reason(None, set_through, {"zh": "保存期限设置", "en": "the period set for it"})]
        if item.kind not in (overrides or {}):
            reasons += statutory_reasons(item, law, on=on)
        reasons += _held(by_record.get(item.record, ()), law)
        still = longest(reasons, on)
        if still:
            keep.append(Kept(item, still))
        else:
            last = max(reason.through for reason in reasons if reason.through)
            delete.append(Due(item, last + timedelta(days=1)))
    return Decision(tuple(delete), tuple(keep))


def statutory_reasons(item: Item, law: RetentionLaw, *, on: date, holds: Iterable[Hold] = ()) -> tuple[Reason, ...]:
    """Why the law wants an item kept on a day, ended minima included; the operator's settings are no reason here."""
    made = civil_date(item.made_at)
    minima = [
        Reason(one.provision, add_months(made, one.months), one.what, one.confidence)
        for one in law.minima_for(item.kind, on)
    ]
    return tuple(minima + _held((hold for hold in holds if hold.record == item.record), law))


def _held(holds: Iterable[Hold], law: RetentionLaw) -> list[Reason]:
    sure = {duty.provision: duty.confidence for duty in law.holds}
    return [
        Reason(one.provision, one.through, {"zh": one.reason, "en": one.reason}, sure.get(one.provision))
        for one in holds
    ]


def longest(reasons: Iterable[Reason], on: date) -> tuple[Reason, ...]:
    """Those that still hold on a day, the longest first."""
    lasting = [reason for reason in reasons if reason.through is None or on <= reason.through]
    return tuple(sorted(lasting, key=_longest_first))


def _longest_first(reason: Reason) -> tuple[bool, int]:
    return reason.through is not None, -(reason.through.toordinal() if reason.through else 0)


def _by_record(holds: Iterable[Hold]) -> dict[str, list[Hold]]:
    found: dict[str, list[Hold]] = {}
    for hold in holds:
        found.setdefault(hold.record, []).append(hold)
    return found


def _too_short(
    kind: Kind, periods: Sequence[Period], law: RetentionLaw, on: date
) -> Iterator[tuple[date, int, tuple[Minimum, ...]]]:
    """Each day from which on a period is below a minimum: the day, the months set, and the minima it falls short of."""
    if not periods:
        return
    days = {on, *law.changes_after(on), *(period.since for period in periods if period.since and period.since > on)}
    before = None
    for day in sorted(days):
        months = in_force(periods, day)
        short = (months, tuple(one for one in law.minima_for(kind, day) if one.months > months))
        if short[1] and short != before:
            yield day, *short
        before = short


def _words(day: date, months: int, minima: tuple[Minimum, ...]) -> str:
    listed = ", ".join(
        f"{one.provision} ({one.what['en']}; {one.what['zh']}; confidence {one.confidence})" for one in minima
    )
    return f"from {day} it is {months} months, and the law wants at least {minima[0].months}: {listed}"
