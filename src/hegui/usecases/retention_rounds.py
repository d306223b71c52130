"""Retention in the background: a little at a time, by one process of all.

Knows when a round begins and ends; knows no thread and no pause. A round tells the ledger of periods below the minimum, and
then deletes what is due, one batch a step.
"""

from __future__ import annotations

from typing import Protocol

from hegui.usecases.expire import ExpiryRun
from hegui.usecases.note_overrides import note_overrides
from hegui.usecases.retention_ports import RetentionHome

__all__ = ["RetentionRounds", "Turn"]


class Turn(Protocol):
    """Says whose turn it is. Should two have it at once, they only do the same work twice."""

    def take(self) -> bool:
        """Take the turn, or keep it; False while another has it."""

    def give_back(self) -> None:
        """Let another have it at once."""


class RetentionRounds:
    """One round after the other.

    Args:
        deletes: whether what is due is deleted; else only the ledger is told.
    """

    def __init__(self, home: RetentionHome, turn: Turn, *, deletes: bool) -> None:
        self._home, self._turn, self._deletes = home, turn, deletes
        self._run: ExpiryRun | None = None

    def step(self) -> int:
        """One batch; how much was looked at, 0 when the round has come to its end or is another's.

        Raises HeguiError where a store fails; the round is then over, and the next one finds what is left.
        """
        if not self._turn.take():
            self._run = None
            return 0
        run, self._run = self._run, None
        if run is None:
            note_overrides(self._home)
            run = ExpiryRun(self._home) if self._deletes else None
        looked = run.step() if run is not None else 0
        if looked:
            self._run = run
        else:
            self._turn.give_back()
        return looked

    def close(self) -> None:
        """Let another go on."""
        if self._run is not None:
            self._run = None
            self._turn.give_back()
