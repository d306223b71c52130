"""Ask every detector where it is worth asking, and settle which candidate stays where several overlap.

Knows triggers and order, no number. Each candidate depends only on CONTEXT characters before it and a bounded number after
it, so a text may be read in pieces. Of candidates that overlap the one that begins first stays; of those that begin
together, first those not of low confidence, then the longest, then the one whose detector stands earlier in the list.
`open_at` says from where a text that goes on is not decided yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hegui.detect.personal.detector import Detector
from hegui.detect.personal.findings import Hit
from hegui.detect.personal.personal_name import LEAD, LED_NAME, NAME_FIRST, OPEN_NAME, OPEN_WINDOW
from hegui.detect.personal.postal_address import PLACE, PLACE_LEAD, open_address
from hegui.detect.personal.quiet import LED
from hegui.detect.personal.triggers import DIGITS, LETTERS, RUN, Trigger
from hegui.detect.personal.vehicle_plate import PROVINCES

__all__ = ["Scanner", "Settled", "may_hold", "open_at"]

Asked = tuple[tuple[int, Detector], ...]
"""Detectors with their place in the list."""
_ASCII = re.compile("[0-9A-Za-z+(（]")
RUN_FIRST = DIGITS + LETTERS + "+(（"


class Settled(NamedTuple):
    """A candidate that stays."""

    kind: str
    hit: Hit


class Scanner:
    """A choice of detectors, ready to be asked together."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        asked: dict[Trigger, list[tuple[int, Detector]]] = {}
        for order, detector in enumerate(detectors):
            for trigger in detector.triggers:
                asked.setdefault(trigger, []).append((order, detector))
        self._anywhere = tuple(
            (trigger.pattern, tuple(them), any(detector.leads for _, detector in them), trigger.before_ascii)
            for trigger, them in asked.items()
            if not trigger.first
        )
        self._runs = {first: _by_pattern(asked, first) for first in RUN_FIRST}

    def settle(self, text: str, floor: int, upto: int) -> Iterator[Settled]:
        """What stays of the candidates that begin at or after `floor` and before `upto`, in the order of the text."""
        candidates: list[tuple[int, bool, int, int, str, Hit]] = []
        for at, asked in self._places(text, floor, upto):
            for order, detector in asked:
                hit = detector.match(text, at)
                if hit is not None and floor <= hit.start < upto:
                    candidates.append((hit.start, hit.confidence == "low", -hit.end, order, detector.kind, hit))
        end = floor
        for start, _, _, _, kind, hit in sorted(candidates):
            if start >= end:
                end = hit.end
                yield Settled(kind, hit)

    def _places(self, text: str, floor: int, upto: int) -> Iterator[tuple[int, Asked]]:
        """Where to ask whom."""
        led = max(0, floor - LED)
        has_ascii = _ASCII.search(text, led) is not None
        if has_ascii:
            for run in RUN.finditer(text, led):
                at = run.start()
                if at >= upto:
                    break
                for pattern, asked in self._runs[run[0]]:
                    if pattern.match(text, at):
                        yield at, asked
        for pattern, asked, leads, before_ascii in self._anywhere:
            if before_ascii and not has_ascii:
                continue
            for place in pattern.finditer(text, led if leads else floor):
                at = place.start()
                if at >= upto:
                    break
                yield at, asked


def may_hold(text: str, floor: int, upto: int) -> bool:
    """A glance: whether any value can begin there at all."""
    led = max(0, floor - LED)
    return bool(
        _MAY_BEGIN.search(text, floor, upto) or LEAD.search(text, led, upto) or PLACE_LEAD.search(text, led, upto)
    )


def _by_pattern(
    asked: Mapping[Trigger, Sequence[tuple[int, Detector]]], first: str
) -> tuple[tuple[re.Pattern[str], Asked], ...]:
    """Whom to ask where a run begins with this character, by the pattern that says whether to."""
    found: dict[re.Pattern[str], list[tuple[int, Detector]]] = {}
    for trigger, them in asked.items():
        if first in trigger.first:
            found.setdefault(trigger.pattern, []).extend(them)
    return tuple((pattern, tuple(them)) for pattern, them in found.items())


# Where a value may begin that the end of the text has cut: (pattern, group of its beginning, characters from the end).
_SPACE = r"[ ](?=[-0-9(（)）xe年月日 ]|\Z)"
_OPEN_HAN: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(rf"[{PROVINCES}](?:[A-Za-z](?:[·•・. -]?[0-9A-Za-z]{{0,6}}-?)?)?\Z"), 12),
    (OPEN_NAME, OPEN_WINDOW),
)
_OPEN: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(rf"(?<![0-9A-Za-z])[0-9+(（](?:[0-9A-Za-z@_%+\-.:()（）/·年月日出生转分机]|{_SPACE})*+\Z"), 96),
    (re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z][0-9A-Za-z._%+\-@:]*+\Z"), 330),
    (re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{1,2}(?:[-. ]?\Z|[-. ]?[0-9(（][0-9A-Za-z\-. ()（）]*+\Z)"), 96),
    *_OPEN_HAN,
)
_OPEN_ENDS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@_%+-.:()（）·年月日出生转分机/ ")
_MAY_BEGIN = re.compile(f"[0-9A-Za-z+(（{NAME_FIRST}{PLACE}{PROVINCES}]")
"""Where a value may begin that no words lead to."""


def open_at(text: str, floor: int) -> int:
    """Where the first value may begin, at or after `floor`, that what follows could still make or change; else the end."""
    first = size = len(text)
    for pattern, window in _OPEN if text[-1:] in _OPEN_ENDS else _OPEN_HAN:
        found = pattern.search(text, max(floor, size - window))
        if found is not None and found.start() < first:
            first = found.start()
    return min(first, _open_name(text, floor), open_address(text, floor))


def _open_name(text: str, floor: int) -> int:
    for lead in LEAD.finditer(text, max(0, floor - LED, len(text) - 2 * LED)):
        found = LED_NAME.match(text, lead.start())
        if found is not None and found.start(1) >= floor:
            return found.start(1)
    return len(text)
