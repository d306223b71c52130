"""Prove of the law data what reading it cannot show (法律数据校验).

Knows what has to hold for every profile there could be, and decides it exactly, by diagrams: every provision can apply;
provisions that exclude each other never apply together; two exceptions that say opposite things never both hold unless one is
over the other; no fact is derived to be both true and false. Where one fails, the fault names facts under which it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hegui.errors import FileFaults
from hegui.kernel.diagrams import FALSE
from hegui.law import comparisons, penalty_book, time_book
from hegui.law.book import REMEDY, LawBook, read_book
from hegui.law.conditions import Conditions
from hegui.law.data_files import DataFiles
from hegui.law.entries import Faults
from hegui.law.exemptions import rivals
from hegui.law.expression import All
from hegui.law.facts import FactValue
from hegui.law.library import Library
from hegui.law.profile import Profile
from hegui.law.provisions import Provision

__all__ = ["exclusion_faults", "prove", "strangers", "unreachable", "validate_book", "validate_library"]

KINDS = ("facts/", "uncertainties/", "bearers/", *time_book.FOLDERS, *penalty_book.FOLDERS, *comparisons.FOLDERS)
"""The folders that hold something else than an instrument."""


def validate_library(files: DataFiles) -> Library:
    """Everything in `files`, read afresh and proved, with no file that nobody reads. Raises FileFaults (LAW001)."""
    library = Library(files, fresh=True)
    faults = Faults()
    readers: tuple[Callable[[], object], ...] = (
        lambda: prove(library.book, faults),
        lambda: library.times,
        lambda: library.penalties,
        lambda: library.comparisons,
    )
    for read in readers:
        try:
            read()
        except FileFaults as found:
            faults.found.extend(one for one in found.faults if one not in faults.found)
    for name in strangers(files.contents):
        faults.add(name, "no reader knows this file")
    faults.raise_if_any("LAW001", str(files.folder), REMEDY)
    return library


def strangers(names: Iterable[str]) -> Iterator[str]:
    """The files that nobody reads: in a folder that is neither a kind of data nor holds an instrument."""
    listed = list(names)
    folders = tuple(name.removesuffix("instrument.yaml") for name in listed if name.endswith("/instrument.yaml"))
    for name in listed:
        in_instrument = name.startswith(folders) and name.rpartition("/")[2].startswith(("art", "instrument."))
        if not in_instrument and not name.startswith(KINDS):
            yield name


def validate_book(files: DataFiles) -> LawBook:
    """Provisions, facts and questions in `files`, read afresh and proved. Raises FileFaults (LAW001) with every fault."""
    book = read_book(files, fresh=True)
    faults = Faults()
    prove(book, faults)
    faults.raise_if_any("LAW001", str(files.folder), REMEDY)
    return book


def prove(book: LawBook, faults: Faults) -> None:
    """Adds a fault for each thing that fails to hold under some facts."""
    conditions = Conditions(book.facts, tuple(book.uncertainties), book.domains, Profile())
    for provision in unreachable(book, conditions):
        faults.add(provision.place, f"{provision.id} can never apply")
    for place, problem in exclusion_faults(book, conditions):
        faults.add(place, problem)
    for name, problem in _one_sided(book, conditions):
        faults.add(book.facts[name].place, problem)


def unreachable(book: LawBook, conditions: Conditions) -> Iterator[Provision]:
    """Provisions that no profile makes apply."""
    return (one for one in book.provisions.values() if conditions.node(book.conditions[one.id]) == FALSE)


def exclusion_faults(book: LawBook, conditions: Conditions) -> Iterator[tuple[str, str]]:
    """Place and problem of provisions, or exceptions, that contradict each other under some facts."""
    for provision in book.provisions.values():
        for other in provision.excludes:
            both = conditions.node(All((book.conditions[provision.id], book.conditions[other])))
            if example := _example(conditions, both):
                yield provision.place, f"{provision.id} and {other} exclude each other, yet both apply with {example}"
        for one, rival in rivals(provision):
            if example := _example(conditions, conditions.node(All((one.when, rival.when)))):
                yield (
                    provision.place,
                    f"exceptions {one.id} ({one.cites}) and {rival.id} ({rival.cites}) both hold with {example}",
                )


def _one_sided(book: LawBook, conditions: Conditions) -> Iterator[tuple[str, str]]:
    for fact in book.facts.values():
        rule = fact.derivation
        if rule is None or rule.holds_if is None or rule.fails_if is None:
            continue
        if example := _example(conditions, conditions.node(All((rule.holds_if, rule.fails_if)))):
            yield fact.name, f"holds_if and fails_if both hold with {example}"


def _example(conditions: Conditions, node: int) -> str:
    found = conditions.example(node)
    return ", ".join(f"{name} {_shown(value)}" for name, value in found.items()) if found is not None else ""


def _shown(value: FactValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
