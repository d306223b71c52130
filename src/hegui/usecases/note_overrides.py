"""Tell the ledger of periods below the law's minimum: when one takes effect, when it changes, and when it has ended.

Knows what a person has set and what was last told of it; decides nothing. What is told is compared with what was told last
for the kind, so a start tells nothing again. Two processes that see a change at the same moment tell it once: the number of
the statement is part of its subject.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from hegui.ledger import canonical
from hegui.ledger.canonical import Value
from hegui.ledger.entry import SALT_SIZE, Entry, commit
from hegui.usecases.retention_ports import RetentionHome, Stated, Statement
from hegui.vault.expiry import InForceOverride
from hegui.vault.periods import civil_date
from hegui.vault.retention import KINDS, Kind

__all__ = ["OVERRIDDEN", "RESTORED", "note_overrides"]

OVERRIDDEN = "retention.overridden"
RESTORED = "retention.restored"
"""The types of the entries."""


def note_overrides(home: RetentionHome) -> int:
    """Tell what changed; how many statements were made. Raises InternalError STO004, InputError VLT013."""
    at = home.clock()
    on = civil_date(at)
    in_force = home.rules.overridden(on)
    told = list(home.retention.statements(OVERRIDDEN, RESTORED))
    done = 0
    for kind in KINDS:
        before = [one for one in told if one.subject.startswith(_subject(kind, ""))]
        said = _said(kind, in_force.get(kind), on)
        if said is not None and _differs(said, before):
            done += home.retention.state(_statement(home, _subject(kind, str(len(before) + 1)), said, at))
        elif said is None and before and before[-1].type == OVERRIDDEN:
            ended: dict[str, Value] = {"v": 1, "kind": kind, "setting": f"vault.keep.{kind}", "seen_on": on.isoformat()}
            done += home.retention.state(_statement(home, _subject(kind, str(len(before) + 1)), ended, at))
    return done


def _said(kind: Kind, override: InForceOverride | None, on: date) -> dict[str, Value] | None:
    """What, which minimum from which source, since when, and by which settings."""
    if override is None:
        return None
    minima: list[Mapping[str, Value]] = []
    for one in override.minima:
        version = next(version for version in one.versions if version.holds(on))
        source = {"instrument": version.instrument, "article": version.article, "confidence": one.confidence}
        minima.append({"provision": one.provision, "months": one.months, **source})
    return {
        "v": 1,
        "kind": kind,
        "months": override.months,
        "minima": minima,
        "setting": f"vault.keep.{kind}",
        "since": override.since.isoformat() if override.since else None,
        "reason_setting": f"vault.below_minimum.{kind}",
        "reason": override.reason,
        "seen_on": on.isoformat(),
    }


def _differs(said: Mapping[str, Value], before: list[Stated]) -> bool:
    if not before or before[-1].type != OVERRIDDEN:
        return True
    last = json.loads(before[-1].document)
    return {**last, "seen_on": None} != {**json.loads(canonical.encode(said)), "seen_on": None}


def _statement(home: RetentionHome, subject: str, said: Mapping[str, Value], at: datetime) -> Statement:
    document, salt = canonical.encode(said), home.random(SALT_SIZE)
    kind = OVERRIDDEN if "reason" in said else RESTORED
    instant = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return Statement(Entry(kind, subject, "operator", instant, (commit("document", document, salt),)), document, salt)


def _subject(kind: Kind, number: str) -> str:
    return f"retention-{kind}-{number}"
