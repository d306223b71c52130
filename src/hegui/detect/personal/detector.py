"""The shape all detectors share: four verbs on a value, one on a text, and what the scanner needs to know.

Knows no number. A detector is a file of this package with `compact`, `validate`, `is_valid`, `explain` and `find`; its
docstring says what the thing is, who issues it, under which standard, and what cannot be seen from the number alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hegui.detect.personal.findings import Checked, Hit, PersonalFinding
from hegui.detect.personal.reading import read, read_value
from hegui.detect.personal.triggers import Trigger, places_of
from hegui.locale import message

__all__ = ["CONTEXT", "HAN", "PERSONAL", "Detector", "digits", "says", "squeezed"]

CONTEXT = 32
"""Characters before a value, count, in which words may speak for it or against it."""

HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
"""The inside of a character class: Han characters."""

_SEPARATORS = re.compile(r"[-\s.·•()（）]+")

PERSONAL = ("PIPL-28-1", "PIPL-51-1", "IM-11-1")
"""Ids of provisions: sensitive personal information, security measures, protecting inputs and records."""


@dataclass(frozen=True)
class Detector:
    """One kind of personal information.

    Attributes:
        kind: its name, that of its file, and its key in the catalogue.
        compact: the value without spaces and hyphens.
        validate: what is wrong with one value.
        match: the candidate whose value begins at a place of text already read, or None. It looks at no more than CONTEXT
            characters before and a bounded number after, so that text far away never changes what is found here.
        triggers: where `match` is worth asking.
        provisions: ids of the provisions it serves.
        sensitive: whether it is sensitive personal information (敏感个人信息) by itself, GB/T 35273-2020 annex B.
        leads: whether `match` is asked at the words before the value, so that the value begins a little later.
    """

    kind: str
    compact: Callable[[str], str]
    validate: Callable[[str], Checked]
    match: Callable[[str, int], Hit | None]
    triggers: tuple[Trigger, ...]
    provisions: tuple[str, ...]
    sensitive: bool = False
    leads: bool = False

    def is_valid(self, value: str) -> bool:
        """Whether nothing is wrong with the value."""
        return not self.validate(value).faults

    def explain(self, value: str, lang: str = "zh") -> str:
        """In a sentence: what the value is, and what is wrong with it. The value itself is not repeated."""
        checked = self.validate(value)
        name = message(f"personal.kind.{self.kind}", lang)
        if checked.faults:
            faults = message("personal.and", lang).join(message(f"personal.fault.{f}", lang) for f in checked.faults)
            return message("personal.not_valid", lang, kind=name, faults=faults)
        return message("personal.valid_checked" if checked.check == "right" else "personal.valid", lang, kind=name)

    def find(self, text: str) -> tuple[PersonalFinding, ...]:
        """Every candidate of this kind alone, also the unlikely; the first of those that overlap."""
        reading, found, end = read(text), [], 0
        places = {at for trigger in self.triggers for at in places_of(trigger, reading.text)}
        for hit in sorted(filter(None, (self.match(reading.text, at) for at in places))):
            if hit.start >= end:
                start, end = reading.raw_start(hit.start), hit.end
                found.append(PersonalFinding(self.kind, start, reading.raw_end(end), hit.check, hit.confidence))
        return tuple(found)


def squeezed(value: str) -> str:
    """The value as it is meant, in capitals, without spaces, hyphens, dots and brackets."""
    return _SEPARATORS.sub("", read_value(value)).upper()


def digits(value: str) -> str:
    """The digits of a value as it is meant."""
    return "".join(c for c in read_value(value) if c in "0123456789")


def says(pattern: re.Pattern[str], text: str, at: int) -> bool:
    """Whether the words before a place match."""
    return pattern.search(text, max(0, at - CONTEXT), at) is not None
