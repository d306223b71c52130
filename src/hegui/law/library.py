"""Everything the law's files hold, each kind read when it is first asked for (法律资料库).

Knows which reader serves which folder, and that no file may be left that nobody reads. `validate` reads all of it afresh and proves
what has to hold; otherwise a command pays for what it uses only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from hegui.law.book import REMEDY, LawBook, book_of
from hegui.law.comparisons import Comparisons, check_comparisons, read_comparisons
from hegui.law.data_files import DataFiles
from hegui.law.entries import Entry, Faults
from hegui.law.penalty_book import PenaltyBook, check_penalties, read_penalty_book
from hegui.law.time_book import TimeBook, read_time_book

__all__ = ["Library"]

T = TypeVar("T")


@dataclass(frozen=True)
class Library:
    """The law in `files`; `fresh` passes over the parsed copy.

    Raises FileFaults (LAW001) with every fault of the kind that is asked for.
    """

    files: DataFiles
    fresh: bool = False

    @cached_property
    def book(self) -> LawBook:
        """Instruments, provisions, facts and unclear questions."""
        return self._shelf(lambda entries, faults: book_of(entries, self.files.digest, faults))

    @cached_property
    def times(self) -> TimeBook:
        """The working calendar, clocks and figures."""
        return self._shelf(lambda entries, _: read_time_book(entries))

    @cached_property
    def penalties(self) -> PenaltyBook:
        """Sanctions, chains and general rules on penalties."""

        def read(entries: Mapping[str, Entry], faults: Faults) -> PenaltyBook:
            found = read_penalty_book(entries)
            check_penalties(found, self.book.provisions.values(), faults)
            return found

        return self._shelf(read)

    @cached_property
    def comparisons(self) -> Comparisons:
        """Drafts, counterparts abroad, news and roles."""

        def read(entries: Mapping[str, Entry], faults: Faults) -> Comparisons:
            found = read_comparisons(entries)
            check_comparisons(found, self.book, faults)
            return found

        return self._shelf(read)

    @cached_property
    def _parsed(self) -> Mapping[str, Any]:
        faults = Faults()
        found = self.files.parsed(faults, fresh=self.fresh)
        faults.raise_if_any("LAW001", str(self.files.folder), REMEDY)
        return found

    def _shelf(self, read: Callable[[Mapping[str, Entry], Faults], T]) -> T:
        faults = Faults()
        found = read({name: Entry(raw, name, 1, faults) for name, raw in self._parsed.items()}, faults)
        faults.raise_if_any("LAW001", str(self.files.folder), REMEDY)
        return found
