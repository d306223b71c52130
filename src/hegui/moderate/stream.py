"""Decide what to let go of one text field of an answer, fragment by fragment.

Knows one text, a lexicon and a policy. Knows no HTTP, no events and no clock.
Works on top of `detect.screen`: what is safe there is let go here, masked where the policy says redact, until a finding
ends the answer. What was let go by then does not depend on how the text was cut: around such a finding the fragment is
looked at again, character by character.
Rules: Interim Measures Art. 14 para. 1 (stop generating, stop transmitting); the guarantee is in `detect.screen`.
"""

from __future__ import annotations

from hegui.detect.screen import CompiledLexicon, Finding, LexiconStream
from hegui.moderate.policy import MASK, Action, Direction, Policy, Ruling, ends_answer, strongest

__all__ = ["TextScreen", "screen_text"]


class TextScreen:
    """One text field on its way.

    Attributes:
        rulings: every finding so far with its action, in the order in which they were decided.
        ended: the action that ended the text; None while it goes on.
        screened, released: raw characters taken in and let go, count. After `finish`, or an end, the difference is
            what is withheld.
    """

    __slots__ = ("_direction", "_held", "_policy", "_stream", "ended", "released", "rulings", "screened")

    def __init__(self, lexicon: CompiledLexicon, policy: Policy, direction: Direction = "answer") -> None:
        self._stream: LexiconStream = LexiconStream(lexicon)
        self._policy = policy
        self._direction: Direction = direction
        self._held = ""
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
        if self.ended is not None or (safe := self._stream.glance(fragment)) is None:
            return self._take(fragment, final=False)
        self.screened += len(fragment)
        self._held += fragment
        return self._release(safe)

    def finish(self) -> str:
        """Nothing follows: give back what was held, unless it turned out to be a finding."""
        return self._take("", final=True)

    def _take(self, fragment: str, *, final: bool) -> str:
        if self.ended is not None:
            return ""
        before = self._stream.fork() if len(fragment) > 1 else None
        step = self._stream.feed(fragment, final=final)
        if not step.findings:
            self.screened += len(fragment)
            self._held += fragment
            return self._release(step.safe)
        if before is not None and any(ends_answer(self._policy.action(self._direction, f)) for f in step.findings):
            self._stream = before
            return self._take_slowly(fragment, step.findings)
        self.screened += len(fragment)
        self._held += fragment
        self._rule(step.findings)
        return "" if self.ended is not None else self._release(step.safe)

    def _take_slowly(self, fragment: str, findings: tuple[Finding, ...]) -> str:
        """The same fragment, its clean beginning at once and the rest one character at a time."""
        first = min(finding.start for finding in findings) - self._stream.length
        clean = max(0, first)
        out = [self._take(fragment[:clean], final=False)] if clean else []
        out.extend(self._take(character, final=False) for character in fragment[clean:])
        return "".join(out)

    def _rule(self, findings: tuple[Finding, ...]) -> None:
        for finding in findings:
            ruling = Ruling(finding, self._policy.action(self._direction, finding))
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


def screen_text(lexicon: CompiledLexicon, policy: Policy, text: str, direction: Direction) -> tuple[TextScreen, str]:
    """A whole text at once: the screen with its rulings, and the text as it may go on."""
    screen = TextScreen(lexicon, policy, direction)
    released = screen.feed(text)
    return screen, released + screen.finish()
