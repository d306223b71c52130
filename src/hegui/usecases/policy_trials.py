"""Compare what trials decided with what was done, over the recorded exchanges.

Knows which decisions hold something back; knows no policy and no database. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hegui.errors import FileFaults
from hegui.usecases.ports import Applications, ExchangeFilter
from hegui.usecases.stage_ports import PolicyStages, Trial

__all__ = ["BLOCKING", "Change", "ComparedTrial", "change_of", "compare_trials"]

Change = Literal["same", "newly_blocked", "newly_released", "otherwise", "failed"]

BLOCKING = ("safe_reply", "refuse", "stop")
"""Decisions that hold something back from a person because of what it says; help is none."""


@dataclass(frozen=True, slots=True)
class ComparedTrial(Trial):
    """A trial's decisions of one sort, and what acting on them would have changed."""

    change: Change = "same"


def change_of(decision: str, other: str) -> Change:
    """What changes when the second is decided instead of the first.

    >>> change_of("allow", "refuse"), change_of("stop", "flag"), change_of("allow", "flag"), change_of("refuse", "help")
    ('newly_blocked', 'newly_released', 'otherwise', 'newly_released')
    """
    if other == "failed":
        return "failed"
    if (decision in BLOCKING) != (other in BLOCKING):
        return "newly_blocked" if other in BLOCKING else "newly_released"
    return "same" if decision == other else "otherwise"


def compare_trials(
    stages: PolicyStages, applications: Applications, wanted: ExchangeFilter, examples: int
) -> Sequence[ComparedTrial]:
    """Trials by what they would have changed; `wanted.application` is a name.

    Raises FileFaults EXC002 for a span that ends before it begins, NotFoundError APP002, InternalError STO004.
    """
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        faults = [("until", "is not after since")]
        raise FileFaults("EXC002", "policy shadow", faults, "Ask again with these mended.")
    if wanted.application is not None:
        wanted = replace(wanted, application=applications.named(wanted.application).id)
    return [
        ComparedTrial(
            one.policy, one.decision, one.shadow, one.count, one.examples, change_of(one.decision, one.shadow)
        )
        for one in stages.trials(wanted, examples)
    ]
