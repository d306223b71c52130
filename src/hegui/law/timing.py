"""Whether a provision is law on a day, as it was known on a day (时间效力).

Knows publication, effect and end of versions, and what becomes of a draft. Two dates answer two questions: `as_of`, which law
binds on that day; `known_on`, what had been published by that day. Outside both a provision does not apply because it is not in
force, which is an answer with a reason and a date, not a default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from hegui.law.instruments import Instrument
from hegui.law.provisions import Provision, ProvisionVersion

__all__ = ["Standing", "Timing", "timing"]

Standing = Literal[
    "in_force", "attested", "not_yet", "unattested", "ended", "draft", "superseded", "unpublished", "non_statutory",
]  # fmt: skip
"""现行有效、至迟自某日起有效、尚未施行、当日是否有效无来源、已失效、征求意见稿、已被正式文本取代、尚未公布、非法律文件.
attested and unattested: the sources do not say since when it binds, only that it did on some day."""


@dataclass(frozen=True)
class Timing:
    """standing: what it is on that day. version: the one that binds, or the nearest. turn: the day that explains the standing:
    of effect for what is in force or not yet, of the end for what has ended, of publication for a draft."""

    standing: Standing
    version: ProvisionVersion | None
    turn: date | None

    @property
    def binds(self) -> bool:
        return self.standing in ("in_force", "attested")


def timing(
    provision: Provision, instrument: Instrument, replaced_on: date | None, as_of: date, known_on: date | None
) -> Timing:
    """Where the provision stands.

    Args:
        replaced_on: the day on which what took the place of a draft was published; None when nothing did.
        as_of: the day whose law is asked for.
        known_on: the day up to which publications count; None for all that the law book holds.
    """
    known = list(_known(provision.versions, known_on))
    if not known:
        return Timing("unpublished", None, _first(v.span.published or v.span.effective for v in provision.versions))
    if instrument.is_draft:
        return _draft(known[0], replaced_on, as_of, known_on)
    return _dated(known, as_of)


def _known(versions: Sequence[ProvisionVersion], known_on: date | None) -> Iterator[ProvisionVersion]:
    """The versions as they could be known by that day.

    What was withdrawn before it took effect counts until its replacement was published; and the end that a later version brings
    is known with that version.
    """
    for version in versions:
        span = version.span
        if known_on is None:
            if span.withdrawn is None:
                yield version
        elif span.is_known(known_on) and (span.withdrawn is None or known_on < span.withdrawn):
            brought = [v.span for v in versions if span.until is not None and v.span.effective == span.until]
            until = None if any(not one.is_known(known_on) for one in brought) else span.until
            yield replace(version, span=replace(span, until=until, withdrawn=None))


def _dated(known: list[ProvisionVersion], as_of: date) -> Timing:
    for version in known:
        if version.span.binds(as_of):
            return Timing("attested" if version.span.is_attested else "in_force", version, version.span.effective)
    later = [v for v in known if v.span.effective is not None and as_of < v.span.effective]
    if later:
        return Timing("unattested" if later[0].span.is_attested else "not_yet", later[0], later[0].span.effective)
    ended = [v for v in known if v.span.until is not None]
    if ended:
        return Timing("ended", ended[-1], ended[-1].span.until)
    return Timing("non_statutory", known[-1], known[-1].span.published)


def _draft(version: ProvisionVersion, replaced_on: date | None, as_of: date, known_on: date | None) -> Timing:
    published = version.span.published
    if published is None or as_of < published:
        return Timing("unpublished", version, published)
    if replaced_on is not None and replaced_on <= as_of and (known_on is None or replaced_on <= known_on):
        return Timing("superseded", version, replaced_on)
    return Timing("draft", version, published)


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
