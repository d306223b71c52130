"""Decide how far a text may go while a guard is still thinking about it.

Knows windows of a text, which of them are cleared, blocked or without a verdict, and how much may run ahead. Knows no guard, no
clock and no socket: fragments and verdicts come in from outside, in any order.
Works on one number, how far every window from the beginning is settled. `strict` releases up to there. `default` releases what
has come, but no more than `lag` characters beyond it, and nothing beyond it from where somebody was uneasy. Nothing goes beyond
the beginning of a blocked window, and once one is blocked nothing runs ahead any more.
Rules: Interim Measures Art. 14 para. 1 (stop generating, stop transmitting); what runs ahead is the operator's choice and counted.
"""

from __future__ import annotations

from math import inf
from typing import Literal, NamedTuple

from hegui.detect.guard.faults import WithoutVerdict
from hegui.detect.guard.question import Direction
from hegui.detect.guard.settings import Guard, Release, Windows
from hegui.detect.guard.windows import Window, WindowCutter

__all__ = ["Guarding", "Unjudged"]

_Outcome = Literal["clear", "pass", "block"]


class Unjudged(NamedTuple):
    """Text of a window that was let go, or stopped, for want of a verdict."""

    start: int
    end: int
    kind: WithoutVerdict


class Guarding:
    """One text field of an answer, or of a prompt, before one guard.

    Where several guards watch a text, each has its own, and the least `released` of them holds.

    Attributes:
        length: raw characters that have come, count.
        settled: raw characters from the beginning of which every window is cleared or passed without a verdict.
        released: raw characters that may go out; it only grows.
        blocked: the first window known to be blocked; None while there is none.
    """

    __slots__ = (
        "_cutter", "_lag", "_next", "_outcomes", "_passes", "_release", "_stops", "_uneasy", "_waiting", "blocked",
        "is_whole", "length", "released", "settled",
    )  # fmt: skip

    def __init__(self, release: Release, sizes: Windows, lag: int) -> None:
        self._cutter = WindowCutter(sizes)
        self._release, self._lag = release, lag
        self._waiting: dict[int, Window] = {}
        self._outcomes: dict[int, tuple[_Outcome, int]] = {}
        self._passes: list[Unjudged] = []
        self._stops: list[Unjudged] = []
        self._uneasy = inf
        self._next = self.length = self.settled = self.released = 0
        self.blocked: Window | None = None
        self.is_whole = False

    @classmethod
    def by(cls, guard: Guard, direction: Direction) -> Guarding:
        """As the file says of this guard; a prompt always waits."""
        release = "strict" if direction == "prompt" else guard.release
        return cls(release, guard.windows_in(direction), guard.lag_characters)

    @property
    def waiting(self) -> int:
        """Windows that were asked about and are without an outcome, count."""
        return len(self._waiting)

    @property
    def is_settled(self) -> bool:
        """Whether nothing that may still come changes what is released: the whole text is cleared, or up to the block."""
        return self.settled == (self.blocked.start if self.blocked else self.length if self.is_whole else -1)

    @property
    def passes(self) -> tuple[Unjudged, ...]:
        """What was let go without a verdict, in the order of the text."""
        return tuple(sorted(passed for passed in self._passes if passed.start < self.released))

    @property
    def stops(self) -> tuple[Unjudged, ...]:
        """What was blocked for want of a verdict, in the order of the text."""
        return tuple(sorted(self._stops))

    @property
    def ahead(self) -> int:
        """Raw characters that may go out and are not settled, count."""
        return max(0, self.released - self.settled)

    # What comes in.

    def feed(self, fragment: str, *, final: bool = False) -> list[Window]:
        """Take the next fragment; give back the windows to ask about. After a block none is."""
        self.length += len(fragment)
        self.is_whole = self.is_whole or final
        asked = []
        for window in self._cutter.feed(fragment, final=final):
            if self.blocked is not None:
                continue
            self._waiting[window.number] = window
            if window.is_blank:
                self._settle(window.number, "clear")
            else:
                asked.append(window)
        self._move()
        return asked

    def finish(self) -> list[Window]:
        """Nothing follows: the last windows to ask about."""
        return self.feed("", final=True)

    def be_uneasy(self, at: int) -> None:
        """The lexicon or the small model mistrusts the text from this raw character on: from there it waits."""
        self._uneasy = min(self._uneasy, at)
        self._move()

    def clear(self, number: int) -> None:
        """The verdict on this window lets it go."""
        self._settle(number, "clear")
        self._move()

    def block(self, number: int) -> None:
        """The verdict on this window ends the text before it."""
        self._settle(number, "block")
        self._move()

    def without(self, number: int, kind: WithoutVerdict, *, passes: bool) -> None:
        """There is no verdict on this window; whether it passes all the same is the operator's decision."""
        if (window := self._waiting.get(number)) is not None:
            (self._passes if passes else self._stops).append(Unjudged(window.start, window.end, kind))
        self._settle(number, "pass" if passes else "block")
        self._move()

    # What follows.

    def _settle(self, number: int, outcome: _Outcome) -> None:
        """Note an outcome; the first for a window stands."""
        if (window := self._waiting.pop(number, None)) is None:
            return
        self._outcomes[number] = outcome, window.end
        if outcome == "block" and (self.blocked is None or window.start < self.blocked.start):
            self.blocked = window

    def _move(self) -> None:
        while (found := self._outcomes.get(self._next)) is not None and found[0] != "block":
            self.settled = found[1]
            del self._outcomes[self._next]
            self._next += 1
        limit: float = self.settled
        if self._release == "default" and self.blocked is None:
            limit = max(limit, min(self.length, self.settled + self._lag, self._uneasy))
        self.released = max(self.released, int(limit))
