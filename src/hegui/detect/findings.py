"""What a screen says: what was found and where, and how far a text is safe.

Knows no text and no policy. Offsets are raw characters from the beginning of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hegui.detect.lexicon import Severity

__all__ = ["CRISIS", "FLOOD", "TERM", "Finding", "Step"]

FLOOD = "flood"
"""The term id of a finding that is no term: an over-long run of skipped characters inside one."""

TERM = "term"
CRISIS = "crisis"
"""Kinds of finding: a term of a list; a person in danger, whom nothing counts against."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A term found.

    Attributes:
        term_id: id of the term, or FLOOD.
        risk: one of the 31 risk ids; "" for a flood.
        grade: exact, folded, gapped, variant, decoded, flood; cue for a sign that is no term.
        start, end: raw characters from the beginning of the text, half-open.
        kind: TERM or CRISIS; a rule of a policy is for one of them.
    """

    term_id: str
    risk: str
    severity: Severity
    grade: str
    start: int
    end: int
    kind: str = TERM


class Step(NamedTuple):
    """What a fragment brought: new findings, and the raw offset up to which nothing can change any more."""

    safe: int
    findings: tuple[Finding, ...]
