"""Let a text go only as far as its screen and its guard both allow.

Knows one screen and one guard of a text; knows no socket and no clock: verdicts come in from outside, and `advance` takes up what
they allow. The guard reads the text as it came. Where the screen found anything the guard is told to be uneasy, so that from there
on the text waits for it (risk-dependent release).
Rules: Interim Measures Art. 14 para. 1 (stop generating, stop transmitting).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from hegui.moderate.policy import Action, Ruling, ends_answer, strongest
from hegui.moderate.stream import TextScreen

__all__ = ["GuardedScreen", "NewGuard", "TextGuard"]


class TextGuard(Protocol):
    """What watches one text, and what it has said."""

    @property
    def released(self) -> int:
        """Raw characters that may go out; it only grows."""

    @property
    def blocked_at(self) -> int | None:
        """Where the text ends, as far as is known."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing that may still come changes what is released."""

    @property
    def rulings(self) -> Sequence[Ruling]:
        """What it found and what follows, so far, in the order in which it was said; it only grows."""

    def feed(self, fragment: str, *, final: bool = False) -> None:
        """Take the next fragment; with `final`, nothing follows."""

    def be_uneasy(self, at: int) -> None:
        """The text is mistrusted from this raw character on."""


NewGuard = Callable[[str], TextGuard | None]
"""From the path of a text to what guards it; None for a text that is not guarded."""


class GuardedScreen:
    """One text field on its way, as `TextScreen`, behind a guard.

    Attributes:
        rulings, ended, screened: as of `TextScreen`.
    """

    __slots__ = ("_from_guard", "_from_screen", "_gone", "_guard", "_ready", "_screen", "ended", "rulings")

    def __init__(self, screen: TextScreen, guard: TextGuard) -> None:
        self._screen, self._guard = screen, guard
        self._ready = ""  # what the screen let go and the guard has not
        self._gone = self._from_screen = self._from_guard = 0
        self.rulings: list[Ruling] = []
        self.ended: Action | None = None

    @property
    def screened(self) -> int:
        """Raw characters taken in, count."""
        return self._screen.screened

    @property
    def is_settled(self) -> bool:
        """Whether no verdict can change anything any more, and all that the guard has said has been taken up."""
        if self.ended is not None:
            return True
        guard = self._guard
        is_taken_up = not self._ready and guard.blocked_at is None and self._from_guard == len(guard.rulings)
        return guard.is_settled and is_taken_up

    def withhold(self) -> str:
        """Give up what is held for good; it will not go out."""
        held, self._ready = self._ready + self._screen.withhold(), ""
        return held

    def feed(self, fragment: str) -> str:
        """Take the next fragment; give back what may go out now."""
        if self.ended is not None or self._screen.ended is not None:
            return ""
        self._ready += self._screen.feed(fragment)
        self._guard.feed(fragment, final=self._screen.ended is not None)
        return self.advance()

    def finish(self) -> str:
        """Nothing follows: give back what may go out now; the rest waits for the guard."""
        if self.ended is not None or self._screen.ended is not None:
            return ""
        self._ready += self._screen.finish()
        self._guard.feed("", final=True)
        return self.advance()

    def advance(self) -> str:
        """What may go out by what the guard has said meanwhile."""
        if self.ended is not None:
            return ""
        self._take_rulings()
        count = max(0, self._guard.released - self._gone)
        out, self._ready = self._ready[:count], self._ready[count:]
        self._gone += len(out)
        self._end()
        return out

    def _take_rulings(self) -> None:
        for ruling in self._screen.rulings[self._from_screen :]:
            self.rulings.append(ruling)
            if ruling.action != "allow":
                self._guard.be_uneasy(ruling.finding.start)
        self._from_screen = len(self._screen.rulings)
        said = self._guard.rulings
        self.rulings += said[self._from_guard :]
        self._from_guard = len(said)

    def _end(self) -> None:
        """End where the screen ended, once all before has gone; or where the guard did, once all before is settled."""
        if self._screen.ended is not None and not self._ready:
            self.ended = self._screen.ended
        elif self._guard.blocked_at is not None and self._guard.is_settled:
            said = [ruling.action for ruling in self._guard.rulings if ends_answer(ruling.action)]
            self.ended = strongest(said) if said else "stop"
