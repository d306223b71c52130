"""Put placeholders into a prompt in the place of personal information, so that the model never reads it.

Knows spans of a text and the placeholders of an exchange; knows no policy. A bracket that was in the text before is replaced as
well, so that what is put back later gives exactly the text. Without placeholders a span is masked for good.
Rules: Personal Information Protection Law Art. 51 (de-identification 去标识化).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from hegui.detect.findings import Finding
from hegui.detect.personal.masking import OPEN, Placeholders
from hegui.moderate.policy import MASK

__all__ = ["Span", "placeholder_spans", "replaced"]


class Span(NamedTuple):
    """What stands from `start` to `end`, raw characters of a text, becomes `instead`."""

    start: int
    end: int
    instead: str


def placeholder_spans(text: str, found: Iterable[Finding], placeholders: Placeholders | None) -> Iterator[Span]:
    """The spans to replace: each finding, and every opening bracket outside of them."""
    ends = []
    for finding in sorted(found, key=lambda finding: finding.start):
        surface = text[finding.start : finding.end]
        instead = MASK * len(surface) if placeholders is None else placeholders.of(finding.term_id, surface)
        ends.append((finding.start, finding.end))
        yield Span(finding.start, finding.end, instead)
    if placeholders is None:
        return
    at = 0
    for start, end in (*ends, (len(text), len(text))):
        while (at := text.find(OPEN, at, start)) >= 0:
            yield Span(at, at + 1, placeholders.bracket())
            at += 1
        at = end


def replaced(text: str, spans: Sequence[Span], start: int, end: int) -> str:
    """The part of the text from `start` to `end` with its spans replaced; one that crosses into it from before leaves nothing.

    Args:
        spans: in order, none overlapping.

    >>> spans = [Span(3, 11, "N1")]
    >>> replaced("no 138 0000", spans, 0, 6), replaced("no 138 0000", spans, 6, 11)
    ('no N1', '')
    """
    pieces, at = [], start
    for span in islice(spans, bisect_right(spans, start, key=_end), None):
        if span.start >= end:
            break
        pieces.append(text[at : span.start] if span.start > at else "")
        if span.start >= start:
            pieces.append(span.instead)
        at = min(span.end, end)
    return "".join((*pieces, text[at:end]))


_end = attrgetter("end")
