"""What a screen says: what was found and where, and how far a text is safe.

Knows no text and no policy. Offsets are raw characters from the beginning of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hegui.detect.lexicon import Severity

__all__ = ["CRISIS", "FLOOD", "GUARD", "HARM", "PERSONAL", "TERM", "Finding", "Step"]

FLOOD = "flood"
"""The term id of a finding that is no term: an over-long run of skipped characters inside one."""

TERM = "term"
CRISIS = "crisis"
PERSONAL = "personal"
HARM = "harm"
GUARD = "guard"
"""Kinds of finding: a term of a list; a person in danger, whom nothing counts against; personal information; what the small
model of harm says; what a stronger model says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in a text.

    Attributes:
        term_id: id of the term, or FLOOD; the kind of personal information; the label of a model; the cue of a crisis.
        risk: one of the 31 risk ids; "" for a flood, and for a label the annex has no item for.
        grade: how it was recognised: exact, folded, gapped, variant, decoded, flood for a term; cue for a sign that is no
            term; checked, form, check_wrong for personal information; score for a model.
        start, end: raw characters from the beginning of the text, half-open. Of a score, the last character that was read
            when it was reached.
        kind: TERM, CRISIS, PERSONAL, HARM or GUARD; a rule of a policy is for some of them.
        score: 0 to 1, how likely a model holds it; None where nothing was estimated.
    """

    term_id: str
    risk: str
    severity: Severity
    grade: str
    start: int
    end: int
    kind: str = TERM
    score: float | None = None


class Step(NamedTuple):
    """What a fragment brought: new findings, and the raw offset up to which nothing can change any more."""

    safe: int
    findings: tuple[Finding, ...]
