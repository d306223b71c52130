"""Compare what two policies make of one text: newly blocked, newly released, help begun or ended, otherwise changed, the same.

Knows rulings; knows no text and no detector. What was found counts only as far as something follows from it: a finding
that both allow is no difference, nor is another id of the same term.
Rules: none of law; what is blocked is what `ends_answer` says ends an answer or keeps a prompt from the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from hegui.moderate.policy import Action, Ruling, ends_answer

__all__ = ["CHANGES", "Change", "Difference", "PlacedRuling", "Screened", "compare", "reaches_model"]

Change = Literal[
    "newly_blocked", "newly_released", "newly_helped", "no_longer_helped", "otherwise_changed", "unchanged"
]
CHANGES: tuple[Change, ...] = get_args(Change)

PlacedRuling = tuple[str, Ruling]
"""A ruling with the path of its field."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What one side made of a text: the strongest action, and the rulings it comes from."""

    decision: Action
    rulings: tuple[PlacedRuling, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs.

    Attributes:
        before, after: the strongest action on either side.
        causes: the rulings it comes from; empty where nothing changed.
    """

    change: Change
    before: Action
    after: Action
    causes: tuple[PlacedRuling, ...] = ()


def reaches_model(decision: Action) -> bool:
    """Whether a prompt goes on to the model after it."""
    return not ends_answer(decision) and decision != "help"


def compare(before: Screened, after: Screened) -> Difference:
    """The difference between two sides of one text, and why."""
    change = _change(before, after)
    return Difference(change, before.decision, after.decision, _causes(change, before, after))


def _change(before: Screened, after: Screened) -> Change:
    was, becomes = before.decision, after.decision
    if was != becomes and "help" in (was, becomes):
        return "newly_helped" if becomes == "help" else "no_longer_helped"
    if ends_answer(was) != ends_answer(becomes):
        return "newly_blocked" if ends_answer(becomes) else "newly_released"
    if was == becomes and _effects(before).keys() == _effects(after).keys():
        return "unchanged"
    return "otherwise_changed"


def _causes(change: Change, before: Screened, after: Screened) -> tuple[PlacedRuling, ...]:
    match change:
        case "unchanged":
            return ()
        case "newly_blocked":
            return tuple(one for one in after.rulings if ends_answer(one[1].action))
        case "newly_released":
            return tuple(one for one in before.rulings if ends_answer(one[1].action))
        case "newly_helped":
            return tuple(one for one in after.rulings if one[1].action == "help")
        case "no_longer_helped":
            return tuple(one for one in before.rulings if one[1].action == "help")
    ours, theirs = _effects(before), _effects(after)
    return tuple((ours | theirs)[key] for key in (*ours, *theirs) if (key in ours) != (key in theirs))


_Effect = tuple[str, int, int, str, str, Action, bool]


def _effects(side: Screened) -> dict[_Effect, PlacedRuling]:
    """The rulings something follows from, by what follows and where."""
    found: dict[_Effect, PlacedRuling] = {}
    for path, ruling in side.rulings:
        if ruling.action != "allow" or ruling.review:
            finding = ruling.finding
            place = (path, finding.start, finding.end, finding.kind, finding.risk)
            found[(*place, ruling.action, ruling.review)] = (path, ruling)
    return found
