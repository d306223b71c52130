"""Remind many of what takes too long, with one timer for all.

Knows who waits and since when, roughly; knows no request. A timer of the loop costs several microseconds to set and
to cancel, and nearly all would be cancelled: here both are an entry in a dictionary.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

__all__ = ["Patient", "Sweep"]


class Patient(Protocol):
    """Whoever waits."""

    def overdue(self) -> None:
        """It has taken too long."""


class Sweep:
    """Reminds each that was added and not discarded, once.

    Args:
        seconds: after at least this long, and at most twice as long.
    """

    __slots__ = ("_newer", "_older", "_seconds", "_timer")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._newer: dict[Patient, None] = {}
        self._older: dict[Patient, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, patient: Patient) -> None:
        """From now on; whoever is added again begins anew."""
        self._older.pop(patient, None)
        self._newer[patient] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._sweep)

    def discard(self, patient: Patient) -> None:
        """No reminder is needed any more."""
        self._newer.pop(patient, None)
        self._older.pop(patient, None)

    def _sweep(self) -> None:
        due, self._older, self._newer = self._older, self._newer, {}
        self._timer = None
        if self._older:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._sweep)
        for patient in due:
            patient.overdue()
