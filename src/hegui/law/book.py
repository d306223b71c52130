"""All of the law that hegui holds, read from its files and checked as a whole (法律库).

Knows which folder holds what. One pass reads every file; a second sees that every name resolves: facts in conditions,
instruments of provisions, what exceptions cite, questions that conditions turn on. All faults of all files are raised together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import chain
from typing import TypeVar

from hegui.errors import NotFoundError
from hegui.law.book_checks import check_bearers, check_names
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.domains import Domain, domains_of
from hegui.law.entries import Entry, Faults
from hegui.law.exemptions import condition_of
from hegui.law.expression import Expression
from hegui.law.facts import EVENTS, FactDefinition, FactGroup, derivation_parts, read_fact_group
from hegui.law.instruments import Instrument, read_instrument
from hegui.law.provisions import Provision, read_provisions
from hegui.law.uncertainties import Uncertainty, read_uncertainty
from hegui.law.words import Words

__all__ = ["LawBook", "book_of", "law_book", "read_book", "read_whole", "shelf"]

T = TypeVar("T")

REMEDY = "Mend the files, then run: hegui law validate"


@dataclass(frozen=True)
class LawBook:
    """The law as of its files; `digest` is the SHA-256 that names them. Everything is in the order of the files."""

    digest: str
    instruments: Mapping[str, Instrument]
    provisions: Mapping[str, Provision]
    groups: tuple[FactGroup, ...]
    uncertainties: Mapping[str, Uncertainty]
    bearers: Mapping[str, Words]

    @cached_property
    def facts(self) -> Mapping[str, FactDefinition]:
        """Every fact by name, in the order in which they are asked."""
        return {fact.name: fact for group in self.groups for fact in group.facts}

    @cached_property
    def conditions(self) -> Mapping[str, Expression]:
        """When each provision applies: gate, general rule and exceptions as one."""
        return {one.id: condition_of(one, self.instrument_of(one)) for one in self.provisions.values()}

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        """How all conditions together partition the values of each fact."""
        derivations = (part for fact in self.facts.values() for part in derivation_parts(fact.derivation))
        arising = (one.when for one in self.uncertainties.values())
        varying = (e.when for one in self.provisions.values() for e in one.exemptions)
        return domains_of(self.facts, chain(self.conditions.values(), derivations, arising, varying))

    @cached_property
    def phases(self) -> Mapping[str, int]:
        """When each fact is asked: what the service is comes before what has happened."""
        return {fact.name: group.phase for group in self.groups for fact in group.facts}

    @cached_property
    def events(self) -> frozenset[str]:
        """The facts about what has happened."""
        return frozenset(name for name, phase in self.phases.items() if phase == EVENTS)

    def replaced_on(self, instrument: Instrument) -> date | None:
        """The day on which what took the place of a draft was published."""
        successor = self.instruments.get(instrument.superseded_by or "")
        return successor.spans[0].published if successor else None

    def provision(self, identifier: str) -> Provision:
        """Raises NotFoundError (LAW010) for an id that is not in the law."""
        found = self.provisions.get(identifier)
        if found is None:
            raise NotFoundError(
                "LAW010", identifier, "there is no such provision", "See hegui law list and hegui law search."
            )
        return found

    def instrument_of(self, provision: Provision) -> Instrument:
        return self.instruments[provision.instrument]


@cache
def law_book() -> LawBook:
    """The law that comes with hegui."""
    return read_book(DataFiles(law_folder()))


def read_book(files: DataFiles, *, fresh: bool = False) -> LawBook:
    """The law in `files`; `fresh` passes over the parsed copy. Raises FileFaults (LAW001), InputError (LAW002)."""
    faults = Faults()
    entries = dict(files.entries(faults, fresh=fresh))
    book = book_of(entries, files.digest, faults)
    faults.raise_if_any("LAW001", str(files.folder), REMEDY)
    return book


def book_of(entries: Mapping[str, Entry], digest: str, faults: Faults) -> LawBook:
    """The law in the parsed files; what is wrong joins `faults`."""
    instruments = sorted(_instruments(entries), key=lambda one: one.order)
    groups = (read_whole(entry, read_fact_group) for entry in shelf(entries, "facts/"))
    uncertainties = (read_whole(entry, read_uncertainty) for entry in shelf(entries, "uncertainties/"))
    bearers = (read_whole(entry, _bearers) for entry in shelf(entries, "bearers/"))
    book = LawBook(
        digest=digest,
        instruments={instrument.key: instrument for instrument in instruments},
        provisions=dict(_provisions(entries, instruments, faults)),
        groups=tuple(sorted(groups, key=lambda group: group.order)),
        uncertainties={one.id: one for one in uncertainties},
        bearers=dict(chain.from_iterable(bearers)),
    )
    check_names(book.instruments, book.provisions, book.groups, book.uncertainties, faults)
    check_bearers(book.provisions, book.bearers, faults)
    return book


def shelf(entries: Mapping[str, Entry], prefix: str) -> Iterator[Entry]:
    """The files whose path begins with `prefix`."""
    return (entry for name, entry in entries.items() if name.startswith(prefix))


def read_whole(entry: Entry, read: Callable[[Entry], T]) -> T:
    """A file as `read` makes it; members that nobody asked for are faults."""
    found = read(entry)
    entry.done()
    return found


def _bearers(entry: Entry) -> tuple[tuple[str, Words], ...]:
    """Who bears a provision, each under one English word for one legal notion."""
    return entry.named("bearers", lambda name, one: (name, Words(one.text("zh"), one.text("en"))))


def _instruments(entries: Mapping[str, Entry]) -> Iterator[Instrument]:
    for name, entry in entries.items():
        if name.endswith("/instrument.yaml"):
            yield read_whole(entry, read_instrument)


def _provisions(
    entries: Mapping[str, Entry], instruments: Sequence[Instrument], faults: Faults
) -> Iterator[tuple[str, Provision]]:
    seen: dict[str, str] = {}
    for instrument in instruments:
        files = (entry for entry in shelf(entries, f"{instrument.folder}/art"))
        for entry in sorted(files, key=lambda e: _natural(e.file)):
            for one in read_whole(entry, lambda e, i=instrument: read_provisions(e, i.key, i.spans)):  # type: ignore[misc]
                if one.id in seen:
                    faults.add(one.place, f"{one.id} already stands at {seen[one.id]}")
                seen[one.id] = one.place
                yield one.id, one


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key that puts art9 before art10."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name))
