"""Whether a provision is law on a day, as it was known on a day (时间效力).

Knows publication, effect and end of versions, and what becomes of a draft. Two dates answer two questions: `as_of`, which law
binds on that day; `known_on`, what had been published by that day. Outside both a provision does not apply because it is not in
force, which is an answer with a reason and a date, not a default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hegui.law.instruments import Instrument
from hegui.law.provisions import Provision, ProvisionVersion
from hegui.law.spans import Span, as_known

__all__ = ["Standing", "Timing", "timing"]

Standing = Literal[
    "in_force", "attested", "not_yet", "unattested", "ended", "draft", "superseded", "unpublished", "publication_unknown",
    "non_statutory",
]  # fmt: skip
"""现行有效、至迟自某日起有效、尚未施行、当日是否有效无来源、已失效、征求意见稿、已被正式文本取代、尚未公布、公布日期不明、非法律文件.
attested and unattested: the sources do not say since when it binds, only that it did on some day. publication_unknown: nor when it
was published; it counts as known from its effect on, and before that nobody can tell."""


@dataclass(frozen=True)
class Timing:
    """Where it stands.

    version: the one that binds, or the nearest.
    turn: the day that explains the standing: of effect for what is in force, not yet in force, or of unknown publication; of the
        end for what has ended; of publication for the rest.
    """

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
    known = as_known(provision.versions, known_on)
    if not known:
        return _unknown([version.span for version in provision.versions])
    if instrument.is_draft:
        return _draft(known[0][0], replaced_on, as_of, known_on)
    return _dated(known, as_of)


def _unknown(spans: Sequence[Span]) -> Timing:
    published = [span.published for span in spans if span.published is not None]
    if published:
        return Timing("unpublished", None, min(published))
    effective = [span.effective for span in spans if span.effective is not None]
    return Timing("publication_unknown", None, min(effective, default=None))


def _dated(known: list[tuple[ProvisionVersion, Span]], as_of: date) -> Timing:
    for version, span in known:
        if span.binds(as_of):
            return Timing("attested" if span.is_attested else "in_force", version, span.effective)
    for version, span in known:
        if span.effective is not None and as_of < span.effective:
            return Timing("unattested" if span.is_attested else "not_yet", version, span.effective)
    version, span = known[-1]
    if span.until is not None:
        return Timing("ended", version, span.until)
    return Timing("non_statutory", version, span.published)


def _draft(version: ProvisionVersion, replaced_on: date | None, as_of: date, known_on: date | None) -> Timing:
    published = version.span.published
    if published is None or as_of < published:
        return Timing("unpublished", version, published)
    if replaced_on is not None and replaced_on <= as_of and (known_on is None or replaced_on <= known_on):
        return Timing("superseded", version, replaced_on)
    return Timing("draft", version, published)
