"""Everything about penalties in the law, from its files: sanctions, chains, general rules.

Knows which folder is read by which function, and that every code that a provision or a chain names exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hegui.law.book import read_whole, shelf
from hegui.law.entries import Entry, Faults
from hegui.law.provisions import Provision
from hegui.law.sanction_data import Chain, PenaltyRule, Sanction
from hegui.law.sanction_files import check_codes, check_sanctions, read_chain, read_penalty_rule, read_sanction

__all__ = ["FOLDERS", "PenaltyBook", "check_penalties", "read_penalty_book"]

FOLDERS = ("sanctions/", "sanction_chains/", "penalty_rules/")
"""Where the files lie, below the folder of the law."""


@dataclass(frozen=True)
class PenaltyBook:
    """Sanctions by their codes, chains by their ids, general rules."""

    sanctions: Mapping[str, Sanction]
    chains: Mapping[str, Chain]
    rules: tuple[PenaltyRule, ...]

    def chains_of(self, provision: str) -> list[Chain]:
        """The chains that a breach of the provision sets off."""
        return [chain for chain in self.chains.values() if provision in chain.provisions]


def read_penalty_book(entries: Mapping[str, Entry]) -> PenaltyBook:
    """The book from those of the law's files, by path, that lie in FOLDERS; faults join the entries' own list."""
    sanctions = [read_whole(entry, read_sanction) for entry in shelf(entries, "sanctions/")]
    chains = [read_whole(entry, read_chain) for entry in shelf(entries, "sanction_chains/")]
    rules = [read_whole(entry, read_penalty_rule) for entry in shelf(entries, "penalty_rules/")]
    return PenaltyBook({one.id: one for one in sanctions}, {one.id: one for one in chains}, tuple(rules))


def check_penalties(book: PenaltyBook, provisions: Iterable[Provision], faults: Faults) -> None:
    """Adds a fault for each code that is named and does not exist."""
    check_sanctions(book.sanctions, book.chains.values(), faults)
    check_codes(book.sanctions, ((one.place, one.sanctions) for one in provisions), faults)
