"""Watch a text on its way for one kind of thing: the lexicon, personal information and the harm model, with the same two verbs.

Knows how each detector's own findings are told as `Finding`; knows no policy. For every way of cutting the text the findings are
the same, and so is where each was known: `safe` of a watch never passes what may still become a finding of it.
A score belongs to no few characters, so a watch for harm holds nothing back, unless asked to: then it holds the block of text that
is not weighed yet, so that the block which tips the scale is never let go.
Rules: the risks are those of TC260-003 Annex A; personal information stands for A.4.f, infringement of its rights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self

from hegui.detect.findings import CRISIS, HARM, PERSONAL, Finding, Step
from hegui.detect.harm.labels import LABELS
from hegui.detect.harm.score import HarmScorer, HarmStream, HarmVerdict
from hegui.detect.lexicon import Severity
from hegui.detect.personal.findings import Check, PersonalFinding
from hegui.detect.personal.stream import PersonalStream

__all__ = ["HarmWatch", "PersonalWatch", "Watch"]

PERSONAL_RISK = "A.4.f"
"""Infringement of rights in personal information (侵害他人个人信息权益)."""

SELF_HARM = "self_harm"
"""The label that speaks of a person in danger: told as a sign of a crisis, never as harm done."""

_PIECE = 48
"""Characters taken at a time where every block is told apart, count; a block of Chinese is 32."""

_SEVERITY: dict[str, Severity] = {"high": "high", "medium": "medium", "low": "low"}
_GRADE: dict[Check, str] = {"right": "checked", "none": "form", "wrong": "check_wrong"}


class Watch(Protocol):
    """One text on its way, seen by one detector."""

    def fork(self) -> Self:
        """A copy that goes its own way."""
        ...

    def feed(self, fragment: str, *, final: bool = False) -> Step:
        """Take the next fragment, of any length; with `final`, nothing follows."""
        ...


class PersonalWatch:
    """Personal information (个人信息). The severity is how sure the detector is: a wrong check digit with nothing beside is low."""

    __slots__ = ("_stream",)

    def __init__(self) -> None:
        self._stream = PersonalStream()

    def fork(self) -> PersonalWatch:
        """A copy that goes its own way."""
        twin = PersonalWatch()
        twin._stream = self._stream.fork()
        return twin

    def feed(self, fragment: str, *, final: bool = False) -> Step:
        """Take the next fragment, of any length; with `final`, nothing follows."""
        safe, found = self._stream.feed(fragment, final=final)
        return Step(safe, tuple(map(_personal, found)) if found else ())


class HarmWatch:
    """The labels of the harm model, each told once for every threshold it reaches: `notice` is medium, `block` is high.

    Args:
        scorer: the model, ready to score.
        holds: whether to hold back the block that is not weighed yet.
    """

    __slots__ = ("_holds", "_length", "_safe", "_scorer", "_stream", "_told")

    def __init__(self, scorer: HarmScorer, *, holds: bool = False) -> None:
        self._scorer, self._holds = scorer, holds
        self._stream = scorer.stream()
        self._length = self._safe = 0
        self._told: frozenset[tuple[str, Severity]] = frozenset()

    def fork(self) -> HarmWatch:
        """A copy that goes its own way."""
        twin = HarmWatch.__new__(HarmWatch)
        twin._scorer, twin._holds, twin._stream = self._scorer, self._holds, self._stream.fork()
        twin._length, twin._safe, twin._told = self._length, self._safe, self._told
        return twin

    def feed(self, fragment: str, *, final: bool = False) -> Step:
        """Take the next fragment, of any length; with `final`, nothing follows."""
        findings: list[Finding] = []
        at = 0
        while at < len(fragment):
            piece = fragment[at : at + _PIECE] if self._holds else fragment[at:]
            at += self._take(piece, findings)
        if final:
            self._tell(self._scorer.judge(self._stream.scores()), findings)
            self._safe = self._length
        return Step(self._safe if self._holds else self._length, tuple(findings))

    def _take(self, fragment: str, findings: list[Finding]) -> int:
        """Take as much of the fragment as brings at most one thing to tell: how many characters."""
        size = len(fragment)
        if self._stream.takes_within_block(fragment):
            self._length += size
            return size
        before, closed = self._stream.fork(), self._stream.closed
        self._stream.feed(fragment)
        if self._stream.closed > closed:
            if self._holds:
                size = self._take_until(before, fragment, lambda stream: stream.closed > closed)
            elif self._is_news(self._stream):
                size = self._take_until(before, fragment, self._is_news)
            self._length += size
            self._safe = self._length
            self._tell(self._scorer.judge(self._stream.settled()), findings)
        else:
            self._length += size
        return size

    def _take_until(self, before: HarmStream, fragment: str, is_reached: Callable[[HarmStream], bool]) -> int:
        """Go back and take the fragment up to the character that reaches it; `is_reached` holds at its end."""
        low, high = 0, len(fragment)
        while high - low > 1:
            middle, tried = (low + high) // 2, before.fork()
            tried.feed(fragment[low:middle])
            if is_reached(tried):
                high = middle
            else:
                low, before = middle, tried
        before.feed(fragment[low:high])
        self._stream = before
        return high

    def _is_news(self, stream: HarmStream) -> bool:
        verdict = self._scorer.judge(stream.settled())
        reached = [(name, "medium") for name in verdict.noticed] + [(name, "high") for name in verdict.blocked]
        return not self._told.issuperset(reached)

    def _tell(self, verdict: HarmVerdict, findings: list[Finding]) -> None:
        for name in verdict.noticed:
            severity: Severity = "high" if name in verdict.blocked else "medium"
            if (name, severity) in self._told:
                continue
            self._told |= {(name, severity), (name, "medium")}
            findings.append(_scored(name, severity, verdict.probabilities[name], self._length))


def _personal(found: PersonalFinding) -> Finding:
    severity, grade = _SEVERITY[found.confidence], _GRADE[found.check]
    return Finding(found.kind, PERSONAL_RISK, severity, grade, found.start, found.end, PERSONAL)


_RISK = {label.name: label.risks[0] if label.risks else "" for label in LABELS}


def _scored(name: str, severity: Severity, score: float, length: int) -> Finding:
    start = max(0, length - 1)
    if name == SELF_HARM:
        return Finding(name, _RISK[name], "low", "score", start, length, CRISIS, score)
    return Finding(name, _RISK[name], severity, "score", start, length, HARM, score)
