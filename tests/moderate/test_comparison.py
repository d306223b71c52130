"""What differs between two policies' answers to one text, as a table."""

from __future__ import annotations

import pytest

from hegui.detect.findings import Finding
from hegui.moderate.comparison import CHANGES, Screened, compare
from hegui.moderate.policy import ACTIONS, Action, Ruling, strongest


def side(*actions: Action, risk: str = "A.1.h", start: int = 0, term: str = "t", review: bool = False) -> Screened:
    """What a side made of a text: one ruling an action, all at one place."""
    finding = Finding(term, risk, "high", "exact", start, start + 2)
    return Screened(strongest(actions), tuple(("text", Ruling(finding, action, review)) for action in actions))


@pytest.mark.parametrize(
    ("before", "after", "change", "causes"),
    [
        (side(), side(), "unchanged", []),
        (side("stop"), side("stop"), "unchanged", []),
        (side(), side("allow"), "unchanged", []),
        (side("flag"), side("flag", term="another id"), "unchanged", []),
        (side(), side("refuse"), "newly_blocked", ["refuse"]),
        (side("flag"), side("flag", "safe_reply"), "newly_blocked", ["safe_reply"]),
        (side("mask"), side("stop"), "newly_blocked", ["stop"]),
        (side("stop", "flag"), side("flag"), "newly_released", ["stop"]),
        (side("refuse"), side("redact"), "newly_released", ["refuse"]),
        (side(), side("help"), "newly_helped", ["help"]),
        (side("refuse"), side("refuse", "help"), "newly_helped", ["help"]),
        (side("help"), side(), "no_longer_helped", ["help"]),
        (side("help", "stop"), side("stop"), "no_longer_helped", ["help"]),
        (side(), side("flag"), "otherwise_changed", ["flag"]),
        (side("redact"), side("mask"), "otherwise_changed", ["redact", "mask"]),
        (side("refuse"), side("safe_reply"), "otherwise_changed", ["refuse", "safe_reply"]),
        (side("stop", start=9), side("stop", start=4), "otherwise_changed", ["stop", "stop"]),
        (side("flag", risk="A.1.a"), side("flag", risk="A.2.a"), "otherwise_changed", ["flag", "flag"]),
        (side("flag"), side("flag", review=True), "otherwise_changed", ["flag", "flag"]),
    ],
)  # fmt: skip
def test_the_table_of_changes(before: Screened, after: Screened, change: str, causes: list[str]) -> None:
    found = compare(before, after)
    assert (found.change, [ruling.action for _, ruling in found.causes]) == (change, causes)


OPPOSITE = {
    "newly_blocked": "newly_released", "newly_helped": "no_longer_helped",
    "newly_released": "newly_blocked", "no_longer_helped": "newly_helped",
}  # fmt: skip


@pytest.mark.parametrize("was", ACTIONS)
@pytest.mark.parametrize("becomes", ACTIONS)
def test_the_other_way_round_is_the_opposite(was: Action, becomes: Action) -> None:
    there, back = compare(side(was), side(becomes)), compare(side(becomes), side(was))
    assert there.change in CHANGES
    assert back.change == OPPOSITE.get(there.change, there.change)
    assert (there.change == "unchanged") == (was == becomes)
