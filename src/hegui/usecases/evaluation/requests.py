"""Harmful requests: how many are found when hardly any harmless one may be.

Knows which sets ask for harm and which do not, and what is counted; how the model scores is known in `detect.harm`, what the
policy blocks in `screened`. Two readings: `model`, by the largest distance of any label above its threshold; `decides`, where what
the policy blocks or answers with help counts as found at any limit, as it does in practice. Both are given for all rows and for
`unseen` ones, from which neither weights nor thresholds were learned; the honest figure is the latter, or that of other sets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hegui.detect.harm import HarmScorer, shipped_model
from hegui.detect.harm.evaluate import curve, excess
from hegui.detect.harm.split import BENIGN, part
from hegui.moderate.policy_files import built_in_policy
from hegui.usecases.evaluation.figures import Bar, Figure, Section, Table, share
from hegui.usecases.evaluation.screened import Gate
from hegui.usecases.evaluation.sets import Members, Sets

__all__ = ["HARMFUL", "measure"]

HARMFUL = ("harmful_requests_zh", "jade_prompts", "harmful_behaviours_en", "jailbreaks")
RATE = 0.01
"""Share of harmless requests that may be flagged; recall is told at it."""
RATES = (0.001, 0.002, 0.003, 0.005, 0.0075, RATE, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5)
_BLOCKED = Bar("≤", RATE)


@dataclass(frozen=True, slots=True)
class _Scored:
    model: float
    blocked: bool
    noticed: bool
    unseen: bool

    @property
    def decides(self) -> float:
        return math.inf if self.blocked else self.model


def measure(sets: Sets, policy: str = "default") -> Section:
    """Recall at the rate for each set, reading and part, with the curves, and what the policy does as it ships."""
    section = Section("requests", missing=sets.missing((*HARMFUL, *BENIGN)))
    scorer, gate = HarmScorer(shipped_model()), Gate(built_in_policy(policy))
    found = {name: _scored(sets, name, scorer, gate, _is_benign) for name in BENIGN if sets.has(name)}
    benign = [row for rows in found.values() for row in rows]
    harmful = {name: _scored(sets, name, scorer, gate, _is_harmful) for name in HARMFUL if sets.has(name)}
    section.details["model"], section.details["policy"] = scorer.digest, gate.policy.label
    for title, is_in in (("unseen", _is_unseen), ("all", _is_any)):
        clean = [row for row in benign if is_in(row)]
        for reading in ("decides", "model"):
            lines = {name: _curve(clean, list(filter(is_in, rows)), reading) for name, rows in harmful.items()}
            section.curves[f"{title}-{reading}"] = {name: points for name, points in lines.items() if points}
            for name in HARMFUL:
                value = next((point["recall"] for point in lines.get(name, ()) if point["fpr"] == RATE), None)
                of, count = f"{name}/{title}/{reading}", len(list(filter(is_in, harmful.get(name, ()))))
                section.figures.append(Figure("recall_at_1_percent", of, value, count))
    section.details["curves"] = {title: _json(lines) for title, lines in section.curves.items()}
    blocked = share(row.blocked for row in benign)
    section.figures.append(Figure("blocked_harmless", "benign", blocked, len(benign), _BLOCKED))
    section.tables.append(
        Table("requests", _COLUMNS, tuple(_line(name, rows) for name, rows in (found | harmful).items()))
    )
    section.details["sets"] = {
        name: dict(zip(_COLUMNS, _line(name, rows), strict=True)) for name, rows in (found | harmful).items()
    }
    return section


_COLUMNS = ("set", "rows", "unseen", "noticed", "blocked")


def _scored(sets: Sets, name: str, scorer: HarmScorer, gate: Gate, wanted: Any) -> list[_Scored]:
    rows = []
    for row in sets.rows(name, wanted):
        scores = scorer.scores(row["text"])
        blocked = bool(gate.judge(row["text"], "prompt").blocking)
        noticed = bool(scorer.judge(scores).noticed)
        rows.append(_Scored(excess(scorer.model, scores), blocked, noticed, part(name, {"id": "", **row}) == "test"))
    return rows


def _line(name: str, rows: Sequence[_Scored]) -> tuple[str, ...]:
    shares = [share(values) for values in ([r.noticed for r in rows], [r.blocked for r in rows])]
    shown = ["–" if value is None else f"{value:.4f}" for value in shares]
    return (name, str(len(rows)), str(sum(row.unseen for row in rows)), *shown)


def _curve(clean: Sequence[_Scored], harmful: Sequence[_Scored], reading: str) -> list[dict[str, float]]:
    if not harmful:
        return []
    return curve([getattr(row, reading) for row in clean], [getattr(row, reading) for row in harmful], RATES)


def _json(lines: dict[str, list[dict[str, float]]]) -> dict[str, list[dict[str, float | None]]]:
    """JSON has no infinity: a limit that only what the policy blocks reaches is null."""
    return {
        name: [{key: value if math.isfinite(value) else None for key, value in point.items()} for point in points]
        for name, points in lines.items()
    }


def _is_benign(row: Members) -> bool:
    return row.get("expect") in ("answer", "safe")


def _is_harmful(row: Members) -> bool:
    return row.get("expect") in ("refuse", "careful")


def _is_unseen(row: _Scored) -> bool:
    return row.unseen


def _is_any(_: _Scored) -> bool:
    return True
