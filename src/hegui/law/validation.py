"""Prove of the law data what reading it cannot show (法律数据校验).

Knows what has to hold for every profile there could be, and decides it exactly, by diagrams: every provision can apply;
provisions that exclude each other never apply together; two exceptions that say opposite things never both hold unless one is
over the other; no fact is derived to be both true and false. Where one fails, the fault names facts under which it does.
"""

from __future__ import annotations

from collections.abc import Iterator

from hegui.kernel.diagrams import FALSE
from hegui.law.book import REMEDY, LawBook, read_book
from hegui.law.conditions import Conditions
from hegui.law.data_files import DataFiles
from hegui.law.entries import Faults
from hegui.law.exemptions import rivals
from hegui.law.expression import All
from hegui.law.facts import FactValue
from hegui.law.profile import Profile
from hegui.law.provisions import Provision

__all__ = ["exclusion_faults", "unreachable", "validate_book"]


def validate_book(files: DataFiles) -> LawBook:
    """The law in `files`, read afresh and proved. Raises FileFaults (LAW001) with every fault."""
    book = read_book(files, fresh=True)
    faults = Faults()
    conditions = Conditions(book.facts, tuple(book.uncertainties), book.domains, Profile())
    for provision in unreachable(book, conditions):
        faults.add(provision.place, f"{provision.id} can never apply")
    for place, problem in exclusion_faults(book, conditions):
        faults.add(place, problem)
    for name, problem in _one_sided(book, conditions):
        faults.add(book.facts[name].place, problem)
    faults.raise_if_any("LAW001", str(files.folder), REMEDY)
    return book


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
