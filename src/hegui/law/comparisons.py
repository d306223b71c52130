"""What is laid beside the law: drafts, other jurisdictions, news, roles (比较资料).

Knows which file is read by which function, and that every name in them resolves in the law book. Knows no disk but through
DataFiles; whoever validates the whole law hands in the entries that are there already.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from hegui.law.book import REMEDY, LawBook, law_book, read_whole, shelf
from hegui.law.book_checks import condition_faults
from hegui.law.crosswalk_rows import CrosswalkRow, read_crosswalk_row
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.developments import Development, read_development
from hegui.law.draft_rows import DraftTable, read_draft_table
from hegui.law.entries import Entry, Faults
from hegui.law.expression import Always, Expression, Fact, Reading, atoms
from hegui.law.role_data import (
    Clause,
    Difference,
    Role,
    RoleDuty,
    RoleMatrix,
    read_clause,
    read_difference,
    read_role,
    read_role_duty,
)

__all__ = ["FOLDERS", "Comparisons", "check_comparisons", "comparisons", "comparisons_of", "read_comparisons"]

T = TypeVar("T")

FOLDERS = ("draft_comparison/", "crosswalk/", "developments/", "roles/")
"""Where the files lie, below the folder of the law."""


@dataclass(frozen=True)
class Comparisons:
    """All of it, each kind in the order of its files; drafts by the key of the draft."""

    drafts: Mapping[str, DraftTable]
    crosswalk: tuple[CrosswalkRow, ...]
    developments: tuple[Development, ...]
    roles: RoleMatrix


@cache
def comparisons() -> Comparisons:
    """Those that come with hegui. Raises FileFaults (LAW001) with every fault."""
    return comparisons_of(DataFiles(law_folder()), law_book())


def comparisons_of(files: DataFiles, book: LawBook, *, fresh: bool = False) -> Comparisons:
    """Those that lie in the folder of a law; `fresh` passes over the parsed copy. Raises FileFaults (LAW001) with every fault."""
    faults = Faults()
    found = read_comparisons(dict(files.entries(faults, fresh=fresh)))
    check_comparisons(found, book, faults)
    faults.raise_if_any("LAW001", str(files.folder), REMEDY)
    return found


def read_comparisons(entries: Mapping[str, Entry]) -> Comparisons:
    """From those of the law's files, by path, that lie in FOLDERS; faults join the entries' own list."""
    _refuse_strangers(entries)
    drafts = _shelf(entries, "draft_comparison/", read_draft_table, lambda one: f"{one.draft}-{one.final}")
    roles = _shelf(entries, "roles/role/", read_role, lambda one: one.id)
    duties = _shelf(entries, "roles/duty/", read_role_duty, lambda one: "".join(one.provisions[:1]))
    matrix = RoleMatrix(
        {one.id: one for one in sorted(roles, key=lambda one: one.order)},
        tuple(sorted(duties, key=lambda one: one.order)),
        _shelf(entries, "roles/clause/", read_clause, lambda one: one.id),
        tuple(one for e in shelf(entries, _DIFFERENCES) for one in read_whole(e, _read_differences)),
    )
    return Comparisons(
        drafts={one.draft: one for one in drafts},
        crosswalk=_shelf(entries, "crosswalk/", read_crosswalk_row, lambda one: one.provision),
        developments=_shelf(entries, "developments/", read_development, lambda one: one.id),
        roles=matrix,
    )


def check_comparisons(found: Comparisons, book: LawBook, faults: Faults) -> None:
    """Adds a fault for each name that leads nowhere, and for cells that are missing."""
    for table in found.drafts.values():
        _check(faults, table.place, "instrument", (table.draft, table.final), book.instruments)
        for line in table.rows:
            _check(faults, line.place, "provision", line.cited, book.provisions)
            _check_condition(line.draft_when or Always(True), line.place, book, faults)
    for row in found.crosswalk:
        _check(faults, row.place, "provision", (row.provision,), book.provisions)
        for key, counterpart in row.counterparts.items():
            known = [p.id for p in book.provisions.values() if book.instrument_of(p).jurisdiction == key]
            _check(faults, row.place, f"{key} provision", counterpart.provisions, known)
    for item in found.developments:
        _check(faults, item.place, "instrument", item.instruments, book.instruments)
    _check_roles(found.roles, book, faults)


_DIFFERENCES = "roles/differences.yaml"


def _shelf(
    entries: Mapping[str, Entry], prefix: str, read: Callable[[Entry], T], name: Callable[[T], str]
) -> tuple[T, ...]:
    """What lies in a folder; a file has to be named after what it holds, so that nothing is there twice."""
    return tuple(_named(entry, f"{prefix}{{}}.yaml", read, name) for entry in shelf(entries, prefix))


def _named(entry: Entry, form: str, read: Callable[[Entry], T], name: Callable[[T], str]) -> T:
    found = read_whole(entry, read)
    if entry.file != form.format(name(found)):
        entry.fault(None, f"the file is not named after what it holds, {name(found)}")
    return found


def _read_differences(entry: Entry) -> tuple[Difference, ...]:
    return entry.entries("differences", read_difference)


def _refuse_strangers(entries: Mapping[str, Entry]) -> None:
    known = ("draft_comparison/", "crosswalk/", "developments/", "roles/role/", "roles/duty/", "roles/clause/")
    for path, entry in entries.items():
        if path.startswith(FOLDERS) and path != _DIFFERENCES and not path.startswith(known):
            entry.fault(None, "no file of the law is expected here")


def _check(faults: Faults, place: str, what: str, names: Iterable[str], known: Container[str]) -> None:
    for name in names:
        if name not in known:
            faults.add(place, f"there is no {what} {name}")


def _check_roles(matrix: RoleMatrix, book: LawBook, faults: Faults) -> None:
    for role in matrix.roles.values():
        _check_role(role, book, faults)
    for duty in matrix.duties:
        _check_duty(duty, matrix, book, faults)
    for clause in matrix.clauses:
        _check_clause(clause, matrix, book, faults)
    for one in matrix.differences:
        _check(faults, one.place, "role", one.roles, matrix.roles)
        _check(faults, one.place, "provision", one.provisions, book.provisions)


def _check_role(role: Role, book: LawBook, faults: Faults) -> None:
    _check_condition(role.when, role.place, book, faults)
    _check(faults, role.place, "fact", (*role.sample.holds, *role.sample.open), book.facts)
    _check(faults, role.place, "bearer", role.bearers, _bearers(book))


def _check_condition(condition: Expression, place: str, book: LawBook, faults: Faults) -> None:
    for problem in condition_faults(condition, book.facts, book.uncertainties):
        faults.add(place, problem)
    for atom in atoms(condition):
        if not isinstance(atom, Fact | Reading):  # a new figure would cut the domain of its fact anew
            faults.add(place, f"{atom.name} is compared; write a fact that is true or false")


def _check_duty(duty: RoleDuty, matrix: RoleMatrix, book: LawBook, faults: Faults) -> None:
    _check(faults, duty.place, "provision", duty.provisions, book.provisions)
    _check(faults, duty.place, "role", duty.cells, matrix.roles)
    _check(faults, duty.place, "cell for", matrix.roles, duty.cells)
    asked = (cell.uncertainty for cell in duty.cells.values() if cell.uncertainty)
    _check(faults, duty.place, "question", asked, book.uncertainties)


def _check_clause(clause: Clause, matrix: RoleMatrix, book: LawBook, faults: Faults) -> None:
    _check(faults, clause.place, "role", (clause.giver, clause.taker), matrix.roles)
    _check(faults, clause.place, "provision", clause.serves, book.provisions)


def _bearers(book: LawBook) -> frozenset[str]:
    return frozenset(bearer for provision in book.provisions.values() for bearer in provision.bearers)
