"""Decide what to let go of one text field, fragment by fragment.

Knows one text, its detectors and a policy. Knows no HTTP, no events and no clock.
Works on top of `detect.screen` and `detect.watch`: what all of them call safe is let go here, masked where the policy says redact,
until a finding ends the text. What was let go by then does not depend on how the text was cut: around such a finding the
fragment is looked at again, character by character.
Rules: Interim Measures Art. 14 para. 1 (stop generating, stop transmitting); the guarantee is in `detect.screen`.
"""

from __future__ import annotations

from hegui.detect.detectors import Detectors
from hegui.detect.findings import HARM
from hegui.detect.screen import Finding, LexiconStream
from hegui.detect.watch import Watch
from hegui.moderate.policy import MASK, Action, Direction, Policy, Ruling, ends_answer, strongest

__all__ = ["TextScreen", "screen_text"]

MOST_SINCE = 64
"""Fragments after which a new way back is made, count: making one costs more than noting a fragment."""

_Watchers = tuple[LexiconStream, tuple[Watch, ...]]


class TextScreen:
    """One text field on its way.

    Attributes:
        rulings: every finding so far with its action, in the order in which they were decided.
        ended: the action that ended the text; None while it goes on.
        screened, released: raw characters taken in and let go, count. After `finish`, or an end, the difference is
            what is withheld.
    """

    __slots__ = (
        "_direction",
        "_held",
        "_mark",
        "_policy",
        "_since",
        "_stream",
        "_watches",
        "ended",
        "released",
        "rulings",
        "screened",
    )

    def __init__(self, detectors: Detectors, policy: Policy, direction: Direction = "answer") -> None:
        self._stream: LexiconStream = LexiconStream(detectors.lexicon)
        sought = policy.sought[direction]
        self._watches: tuple[Watch, ...] = (
            detectors.watches(sought, holds=direction == "answer" and policy.ends_on(direction, HARM)) if sought else ()
        )
        self._policy = policy
        self._direction: Direction = direction
        self._held = ""
        self._mark: _Watchers | None = None  # the watchers as they were before the fragments `_since`
        self._since: list[str] = []
        self.rulings: list[Ruling] = []
        self.ended: Action | None = None
        self.screened = self.released = 0

    @property
    def held(self) -> str:
        """What is withheld now, as it came."""
        return self._held

    @property
    def decision(self) -> Action:
        """The strongest action so far."""
        return strongest(ruling.action for ruling in self.rulings)

    def withhold(self) -> str:
        """Give up what is held for good; it will not go out."""
        held, self._held = self._held, ""
        return held

    def feed(self, fragment: str) -> str:
        """Take the next fragment; give back what may go out now. After an end nothing does."""
        if self._watches or self.ended is not None or (safe := self._stream.glance(fragment)) is None:
            return self._take(fragment, final=False)
        self._mark = None
        self.screened += len(fragment)
        self._held += fragment
        return self._release(safe)

    def finish(self) -> str:
        """Nothing follows: give back what was held, unless it turned out to be a finding."""
        return self._take("", final=True)

    def _take(self, fragment: str, *, final: bool) -> str:
        if self.ended is not None:
            return ""
        self._note(fragment)
        safe, findings = self._stream.feed(fragment, final=final)
        for watch in self._watches:
            seen = watch.feed(fragment, final=final)
            safe = min(safe, seen.safe)
            findings += seen.findings
        if not findings:
            self.screened += len(fragment)
            self._held += fragment
            return self._release(safe)
        if len(fragment) > 1 and any(ends_answer(self._policy.action(self._direction, f)) for f in findings):
            self._go_back()
            return self._take_slowly(fragment, findings)
        self.screened += len(fragment)
        self._held += fragment
        self._rule(findings)
        return "" if self.ended is not None else self._release(safe)

    def _note(self, fragment: str) -> None:
        """Before a fragment is taken: make sure there is a way back to where it begins."""
        if self._mark is None or len(self._since) >= MOST_SINCE:
            self._mark = (self._stream.fork(), tuple([watch.fork() for watch in self._watches]))
            self._since.clear()
        self._since.append(fragment)

    def _go_back(self) -> None:
        """To where the last fragment begins."""
        assert self._mark is not None  # noted
        self._stream, self._watches = self._mark
        self._mark = None
        for fragment in self._since[:-1]:
            for watcher in (self._stream, *self._watches):
                watcher.feed(fragment)
        self._since.clear()

    def _take_slowly(self, fragment: str, findings: tuple[Finding, ...]) -> str:
        """The same fragment, its clean beginning at once and the rest one character at a time."""
        first = min(finding.start for finding in findings) - self._stream.length
        clean = max(0, first)
        out = [self._take(fragment[:clean], final=False)] if clean else []
        for character in fragment[clean:]:
            out.append(self._take(character, final=False))
            if self.ended is not None:
                break
        return "".join(out)

    def _rule(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            ruling = self._policy.rule(self._direction, finding)
            self.rulings.append(ruling)
            if ends_answer(ruling.action):
                self.ended = strongest([self.ended or "allow", ruling.action])
            elif ruling.action == "redact":
                self._mask(finding)

    def _mask(self, finding: Finding) -> None:
        start, end = max(0, finding.start - self.released), finding.end - self.released
        self._held = self._held[:start] + MASK * (end - start) + self._held[end:]

    def _release(self, safe: int) -> str:
        count = safe - self.released
        out, self._held = self._held[:count], self._held[count:]
        self.released = safe
        return out


def screen_text(detectors: Detectors, policy: Policy, text: str, direction: Direction) -> tuple[TextScreen, str]:
    """A whole text at once: the screen with its rulings, and the text as it may go on."""
    screen = TextScreen(detectors, policy, direction)
    released = screen.feed(text)
    return screen, released + screen.finish()
