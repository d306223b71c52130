"""Read the law on retention from its data file, with every fault listed.

Knows the file's members and their allowed values; decides nothing about what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, TypeVar, cast, get_args

from hegui.errors import FileFaults
from hegui.strict_yaml import NotYamlError, read_yaml
from hegui.vault.periods import MAX_MONTHS
from hegui.vault.retention import (
    KINDS,
    Confidence,
    HoldDuty,
    Kind,
    Minimum,
    Question,
    Reading,
    RetentionLaw,
    Version,
    Words,
)

__all__ = ["read_retention", "retention_law"]

T = TypeVar("T")

FILE = "retention.yaml"
REMEDY = "Mend the file; docs/vault.md says what its members mean."
LEAST_MINIMA = 1
"""A file without any minimum would let everything be deleted at once."""

_PROVISION = re.compile(r"[A-Z][A-Z0-9]*(-[0-9]+)+")


@cache
def retention_law() -> RetentionLaw:
    """The law as it comes with hegui."""
    return read_retention(files("hegui.vault").joinpath(f"data/{FILE}").read_text("utf-8"), FILE)


def read_retention(text: str, where: str) -> RetentionLaw:
    """The law on retention in `text`. Raises FileFaults (VLT011) with every fault and its place."""
    try:
        raw = read_yaml(text)
    except NotYamlError as error:
        raise FileFaults("VLT011", where, [(f"line {error.line}", error.problem)], REMEDY) from None
    reader = _Reader()
    law = reader.law(raw)
    if reader.faults:
        raise FileFaults("VLT011", where, reader.faults, REMEDY)
    return law


class _Reader:
    """Each method reads one thing at a place; what is wrong joins `faults` and something harmless stands in for it."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def law(self, raw: Any) -> RetentionLaw:
        members = self.members(raw, "file", "modelled_from", "checked_on", "minima", "holds", "questions")
        found = RetentionLaw(
            self.day(members["modelled_from"], "modelled_from"),
            self.day(members["checked_on"], "checked_on"),
            self.each(members["minima"], "minima", self.minimum),
            self.each(members["holds"], "holds", self.hold),
            self.each(members["questions"], "questions", self.question),
        )
        if len(found.minima) < LEAST_MINIMA:
            self.faults.append(("minima", f"there must be at least {LEAST_MINIMA}"))
        return found

    def minimum(self, raw: Any, place: str) -> Minimum:
        members = self.members(raw, place, "provision", "kinds", "months", "what", "confidence", "versions")
        months = members["months"]
        if type(months) is not int or not 1 <= months <= MAX_MONTHS:
            months = self.fault(f"{place}.months", f"{months!r} is not a number of months, 1 to {MAX_MONTHS}", 1)
        versions = self.each(members["versions"], f"{place}.versions", self.version)
        if not versions:
            self.faults.append((f"{place}.versions", "there is none"))
        for number, (earlier, later) in enumerate(pairwise(versions), 1):
            if earlier.until is None or earlier.until > later.effective:
                self.faults.append((f"{place}.versions[{number}]", "begins before the one before it ends"))
        return Minimum(
            self.provision(members["provision"], f"{place}.provision"),
            self.kinds(members["kinds"], f"{place}.kinds"),
            months,
            self.words(members["what"], f"{place}.what"),
            self.confidence(members["confidence"], f"{place}.confidence"),
            versions,
        )

    def version(self, raw: Any, place: str) -> Version:
        members = self.members(raw, place, "instrument", "article", "effective", "until")
        effective = self.day(members["effective"], f"{place}.effective")
        until = None if members["until"] is None else self.day(members["until"], f"{place}.until")
        if until is not None and until <= effective:
            self.faults.append((f"{place}.until", "is not after effective"))
        instrument = self.text(members["instrument"], f"{place}.instrument")
        return Version(instrument, self.text(members["article"], f"{place}.article"), effective, until)

    def hold(self, raw: Any, place: str) -> HoldDuty:
        members = self.members(raw, place, "provision", "what", "confidence", "effective")
        return HoldDuty(
            self.provision(members["provision"], f"{place}.provision"),
            self.words(members["what"], f"{place}.what"),
            self.confidence(members["confidence"], f"{place}.confidence"),
            self.day(members["effective"], f"{place}.effective"),
        )

    def question(self, raw: Any, place: str) -> Question:
        members = self.members(raw, place, "kinds", "asked", "readings")
        readings = self.each(members["readings"], f"{place}.readings", self.reading)
        if len(readings) < 2:
            self.faults.append((f"{place}.readings", "a question has at least two readings"))
        kinds = self.kinds(members["kinds"], f"{place}.kinds")
        return Question(kinds, self.words(members["asked"], f"{place}.asked"), readings)

    def reading(self, raw: Any, place: str) -> Reading:
        members = self.members(raw, place, "provisions", "text")
        provisions = self.each(members["provisions"], f"{place}.provisions", self.provision)
        return Reading(provisions, self.words(members["text"], f"{place}.text"))

    def members(self, raw: Any, place: str, *names: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raw = self.fault(place, f"is not a mapping of {', '.join(names)}", {})
        else:
            self.faults += [(f"{place}.{name}", "unknown member") for name in raw if name not in names]
            self.faults += [(f"{place}.{name}", "is missing") for name in names if name not in raw]
        return {name: raw.get(name) for name in names}

    def each(self, raw: Any, place: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        if not isinstance(raw, list):
            raw = self.fault(place, "is not a list", [])
        return tuple(read(one, f"{place}[{number}]") for number, one in enumerate(raw))

    def kinds(self, raw: Any, place: str) -> tuple[Kind, ...]:
        found = self.each(raw, place, self.text)
        self.faults += [(place, f"{kind!r} is none of {', '.join(KINDS)}") for kind in found if kind not in KINDS]
        if not found:
            self.faults.append((place, "there is none"))
        return cast(tuple[Kind, ...], found)

    def provision(self, raw: Any, place: str) -> str:
        if not isinstance(raw, str) or not _PROVISION.fullmatch(raw):
            return self.fault(place, f"{raw!r} is not the id of a provision, such as CSL-23-1", "X-1")
        return raw

    def confidence(self, raw: Any, place: str) -> Confidence:
        known = get_args(Confidence)
        if raw not in known:
            raw = self.fault(place, f"{raw!r} is none of {', '.join(known)}", "K")
        return cast(Confidence, raw)

    def words(self, raw: Any, place: str) -> Words:
        members = self.members(raw, place, "zh", "en")
        return {language: self.text(text, f"{place}.{language}") for language, text in members.items()}

    def text(self, raw: Any, place: str) -> str:
        return raw if isinstance(raw, str) and raw.strip() else self.fault(place, f"{raw!r} is not a text", "?")

    def day(self, raw: Any, place: str) -> date:
        if type(raw) is not date:
            return self.fault(place, f"{raw!r} is not a date YYYY-MM-DD", date(2000, 1, 1))
        return raw

    def fault(self, place: str, problem: str, instead: T) -> T:
        self.faults.append((place, problem))
        return instead
