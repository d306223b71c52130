"""Ask every detector where it is worth asking, and settle which candidate stays where several overlap.

Knows triggers and order, no number. Each candidate depends only on CONTEXT characters before it and a bounded number after it, so a
text may be read in pieces. Of candidates that overlap the one that begins first stays; of those that begin together, first those
not of low confidence, then the longest, then the one whose detector stands earlier in the list. `open_at` says from where a text that
goes on is not decided yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hegui.detect.personal.detector import CONTEXT, HAN, Detector
from hegui.detect.personal.findings import Hit
from hegui.detect.personal.name_words import LABELS, ROLES
from hegui.detect.personal.personal_name import AFTER_FIRST, AFTER_MOST, GIVEN_CLASS, SURNAME_CLASS
from hegui.detect.personal.postal_address import PLACE, WORDS, is_undecided
from hegui.detect.personal.postal_address import WINDOW as ADDRESS_WINDOW
from hegui.detect.personal.vehicle_plate import PROVINCES

__all__ = ["Scanner", "Settled", "open_at"]


class Settled(NamedTuple):
    """A candidate that stays."""

    kind: str
    hit: Hit


class Scanner:
    """A choice of detectors, ready to be asked together."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        by_trigger: dict[re.Pattern[str], list[tuple[int, Detector]]] = {}
        for order, detector in enumerate(detectors):
            by_trigger.setdefault(detector.trigger, []).append((order, detector))
        self._asked = tuple((trigger, tuple(asked), any(d.leads for _, d in asked)) for trigger, asked in by_trigger.items())

    def settle(self, text: str, floor: int, upto: int) -> Iterator[Settled]:
        """What stays of the candidates that begin at or after `floor` and before `upto`, in the order of the text."""
        candidates: list[tuple[int, bool, int, int, str, Hit]] = []
        for trigger, asked, leads in self._asked:
            for place in trigger.finditer(text, max(0, floor - CONTEXT) if leads else floor):
                at = place.start()
                if at >= upto:
                    break
                for order, detector in asked:
                    hit = detector.match(text, at)
                    if hit is not None and floor <= hit.start < upto:
                        candidates.append((hit.start, hit.confidence == "low", -hit.end, order, detector.kind, hit))
        end = floor
        for start, _, _, _, kind, hit in sorted(candidates):
            if start >= end:
                end = hit.end
                yield Settled(kind, hit)


# Where a value may begin that the end of the text has cut: (pattern, group of its beginning, characters from the end).
_SPACE = r"[ ](?=[-0-9(（)）xe年月日 ]|\Z)"
_OPEN: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(rf"(?<![0-9A-Za-z])[0-9+(（](?:[0-9A-Za-z@_%+\-.:()（）·年月日出生转分机]|{_SPACE})*+\Z"), 96),
    (re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z][0-9A-Za-z._%+\-@:]*+\Z"), 330),
    (re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{1,2}(?:[-. ]?\Z|[-. ]?[0-9(（][0-9A-Za-z\-. ()（）]*+\Z)"), 96),
    (re.compile(rf"[{PROVINCES}](?:[A-Za-z](?:[·•・. -]?[0-9A-Za-z]{{0,6}})?)?\Z"), 12),
    (
        re.compile(
            rf"[{SURNAME_CLASS}](?:[{GIVEN_CLASS}]{{0,3}}|[{GIVEN_CLASS}]{{1,3}}[{AFTER_FIRST}][^\n\x02]{{0,{AFTER_MOST}}})\Z"
        ),
        AFTER_MOST + 6,
    ),
)
_LED_NAME = re.compile(
    rf"(?:{'|'.join(sorted((*LABELS, *ROLES), key=len, reverse=True))})(?: ?[:：]? ?(?:是|为|叫)? ?)([{HAN}][{HAN}·]{{0,12}})\Z"
)
_LED_PLACE = re.compile(rf"(?:{WORDS})(?:是|为|在|[:：])?[ ]?(?=([{HAN}]))")
_PLACE = re.compile(f"[{PLACE}]")
_LED_WINDOW = 32


def open_at(text: str, floor: int) -> int:
    """Where the first value may begin, at or after `floor`, that what follows could still make or change; else the end."""
    size = len(text)
    first = size
    for pattern, window in _OPEN:
        found = pattern.search(text, max(floor, size - window))
        if found is not None and found.start() < first:
            first = found.start()
    return min(first, _open_name(text, floor), _open_address(text, floor, first))


def _open_name(text: str, floor: int) -> int:
    size = len(text)
    for found in _LED_NAME.finditer(text, max(0, size - _LED_WINDOW)):
        if found.start(1) >= floor:
            return found.start(1)
    return size


def _open_address(text: str, floor: int, before: int) -> int:
    for found in _PLACE.finditer(text, max(floor, len(text) - ADDRESS_WINDOW), before):
        if is_undecided(text, found.start()):
            return found.start()
    return len(text)
