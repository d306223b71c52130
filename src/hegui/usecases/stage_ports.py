"""What staging a policy needs from the outside: a history that only grows, and what trials have decided.

Knows no database. The implementation lives in `store/` and is handed over by `compose`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from hegui.usecases.ports import ExchangeFilter
from hegui.usecases.retention_ports import Statement

__all__ = ["Mode", "PolicyStage", "PolicyStages", "Trial"]

Mode = Literal["shadow", "share", "back"]


@dataclass(frozen=True, slots=True)
class PolicyStage:
    """One step of a candidate for the policy that applications ask for by `name`.

    Attributes:
        number: from 1, in the order of the steps; 0 before it has one.
        mode: shadow, it decides beside and does not act; share, it acts for a share of the applications, 1 for all; back, what
            is named by `label` is taken back.
        share: above 0, at most 1; 0 unless the mode is share.
        label: of the candidate: name, version and digest; of back, "" for everything that was staged.
        content: the candidate's YAML; "" for back.
        reason: why, in the words of whoever did it.
    """

    name: str
    mode: Mode
    share: float
    label: str
    content: str
    reason: str
    staged_at: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """How often a policy tried in the shadow decided one thing where the one that acted decided another, or the same.

    Attributes:
        policy: label of the policy that was tried.
        decision, shadow: what was done, and what would have been; shadow is "failed" where the trial broke.
        count: exchanges.
        examples: ids of the newest of them.
    """

    policy: str
    decision: str
    shadow: str
    count: int
    examples: tuple[str, ...]


class PolicyStages(Protocol):
    """Every operation raises InternalError STO004 when the database fails."""

    def add(
        self,
        name: str,
        decide: Callable[[Sequence[PolicyStage]], PolicyStage],
        tell: Callable[[PolicyStage], Statement],
    ) -> PolicyStage:
        """Add the step that `decide` makes of the steps of this name so far, and let what `tell` says of it wait for the ledger:
        both or neither, and nobody else adds one meanwhile. Gateways see it within their poll interval."""

    def history(self, name: str | None = None) -> Sequence[PolicyStage]:
        """Every step, of one name or of all, oldest first."""

    def trials(self, wanted: ExchangeFilter, examples: int) -> Sequence[Trial]:
        """What trials decided in the exchanges that match, the most frequent first; `wanted.limit` does not count."""
