"""A deadline's answer as plain values, for JSON.

Knows the members: days and instants in ISO 8601, wordings as {zh, en}, everything else by the ids of the data. Decides nothing.
"""

from __future__ import annotations

from typing import Any, assert_never

from hegui.law.counting import Reckoning, Step
from hegui.law.deadlines import Answer, Between, Fixed, NotBinding, Paused, Reason, Soon, UntilEvent, careful_end
from hegui.law.provenance import Provenance

__all__ = ["as_dict"]


def as_dict(answer: Answer) -> dict[str, Any]:
    """The whole answer; `go_by` is the last day to go by, null where there is none."""
    deadline, version = answer.deadline, answer.version
    careful = careful_end(answer)
    return {
        "deadline": deadline.id,
        "title": deadline.title.plain(),
        "provisions": list(deadline.provisions),
        "kind": deadline.kind,
        "bearer": "authority" if deadline.is_authority else "operator",
        "event": answer.event.isoformat(),
        "outcome": _outcome(answer),
        "go_by": careful.last_day.isoformat() if careful else None,
        "effective": version.span.effective.isoformat() if version and version.span.effective else None,
        "basis": _provenance(version.provenance) if version else None,
        "counting": [
            {"rule": r.id, "text": r.text.plain(), "is_reading": r.is_reading, **_provenance(r.provenance)}
            for r in answer.rules
        ],
    }


def _outcome(answer: Answer) -> dict[str, Any]:
    match answer.outcome:
        case UntilEvent(event):
            return {"status": "before_event", "event": event.isoformat()}
        case NotBinding(reason):
            unclear = reason is Reason.EFFECT_UNKNOWN
            return {"status": "unclear" if unclear else "not_binding", "reason": reason.value}
        case Soon(word, level, own):
            chosen = None
            if level is not None and own is not None:
                chosen = {**_due(own), "is_own_choice": True, "basis": _provenance(level.provenance)}
            return {"status": "no_number", "word": word.plain(), "service_level": chosen}
        case Fixed() | Between() | Paused() as due:
            return _due(due)
        case other:
            assert_never(other)


def _due(due: Fixed | Between | Paused) -> dict[str, Any]:
    match due:
        case Fixed(end):
            return {"status": "fixed", **_end(end)}
        case Between(earliest, latest, reasons):
            why = [reason.value for reason in reasons]
            return {"status": "range", "earliest": _end(earliest), "latest": _end(latest), "reasons": why}
        case Paused(since):
            return {"status": "paused", "since": since.isoformat()}


def _end(end: Reckoning) -> dict[str, Any]:
    """`at` is the first instant after the term, of days 00:00 after `last_day`."""
    return {
        "at": end.at.isoformat(),
        "last_day": end.last_day.isoformat(),
        "amount": end.term.amount,
        "unit": end.term.unit,
        "reading": end.term.reading.plain() if end.term.reading else None,
        "steps": [_step(step) for step in end.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {"day": step.day.isoformat(), "kind": step.kind.value, "name": step.name.plain() if step.name else None}


def _provenance(provenance: Provenance) -> dict[str, Any]:
    note = provenance.note.plain() if provenance.note else None
    return {"source": provenance.source, "confidence": provenance.confidence, "note": note}
