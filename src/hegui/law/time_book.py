"""Everything about time in the law, from its files: the working calendar, the clocks with their events and rules, the parameters.

Knows which file is read by which function, and that ids are unique, events are listed and files are named after what they hold.
Knows no disk: whoever asks hands in the entries (see data_files.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol, TypeVar

from hegui.errors import NotFoundError
from hegui.law.deadline_data import CountingRule, Deadline, Event, RuleId, read_counting, read_deadline, read_events
from hegui.law.entries import Entry
from hegui.law.parameters import Parameter, read_parameters
from hegui.law.words import Words
from hegui.law.working_calendar import Assumptions, CalendarYear, WorkingCalendar, read_assumptions, read_year

__all__ = ["FOLDERS", "TimeBook", "read_time_book"]

FOLDERS = ("calendar/", "deadlines/", "parameters/")
"""Where the files lie, below the folder of the law."""


class _WithId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_WithId)


@dataclass(frozen=True)
class TimeBook:
    """The calendar, and clocks, events, rules of counting and parameters by their ids."""

    calendar: WorkingCalendar
    deadlines: Mapping[str, Deadline]
    events: Mapping[str, Event]
    counting: Mapping[RuleId, CountingRule]
    parameters: Mapping[str, Parameter]

    def started_by(self, event: str) -> Iterator[Deadline]:
        """The clocks that an event starts, in the order of their ids. Raises NotFoundError (LAW046) for an unknown event."""
        self.known_event(event)
        return (one for one in self.deadlines.values() if event in one.events)

    def known_event(self, event: str) -> Event:
        """The event. Raises NotFoundError (LAW046), naming the events nearest in spelling, where there are any."""
        found = self.events.get(event)
        if found is not None:
            return found
        near = get_close_matches(event, self.events, n=3)
        if near:
            remedy = f"Perhaps {' or '.join(near)}? All of them: hegui law deadlines"
            raise NotFoundError("LAW046", event, "there is no such event", remedy)
        raise NotFoundError("LAW046", event, "there is no such event", "See the events: hegui law deadlines")

    def of_provision(self, citation: str) -> Iterator[Deadline]:
        """The clocks that stand in a provision, or that it refers to."""
        return (one for one in self.deadlines.values() if citation in one.provisions)


class _Shelf:
    """What has been read so far."""

    def __init__(self) -> None:
        self.years: list[CalendarYear] = []
        self.assumptions: list[Assumptions] = []
        self.deadlines: dict[str, Deadline] = {}
        self.events: dict[str, Event] = {}
        self.counting: dict[RuleId, CountingRule] = {}
        self.parameters: dict[str, Parameter] = {}
        self.places: list[tuple[Entry, Deadline]] = []

    def take(self, path: str, entry: Entry) -> None:
        """Read one file."""
        folder, _, name = path.rpartition("/")
        if folder == "calendar/prc":
            self._take_calendar(name, entry)
        elif path == "deadlines/events.yaml":
            self.events = {one.id: one for one in read_events(entry)}
        elif path == "deadlines/counting.yaml":
            self.counting = {one.id: one for one in read_counting(entry)}
        elif folder == "deadlines":
            self._take_deadline(name, entry)
        elif folder == "parameters":
            _add(self.parameters, read_parameters(entry).parameters, entry)
        else:
            entry.fault(None, "no file of the law is expected here")
            return
        entry.done()

    def _take_calendar(self, name: str, entry: Entry) -> None:
        if name == "unpublished.yaml":
            self.assumptions.append(read_assumptions(entry))
            return
        year = read_year(entry)
        self.years.append(year)
        if name != f"{year.year}.yaml":
            entry.fault("year", f"{year.year} is not the year the file is named after")

    def _take_deadline(self, name: str, entry: Entry) -> None:
        found = read_deadline(entry)
        _add(self.deadlines, (found,), entry)
        self.places.append((entry, found))
        if name != f"{found.id}.yaml":
            entry.fault("id", f"{found.id} is not the id the file is named after")

    def check(self) -> None:
        """Every event that a clock names is listed."""
        for entry, deadline in self.places:
            named = (*deadline.events, *(one for version in deadline.timeline.versions for one in version.pause_on))
            for event in named:
                if event not in self.events:
                    entry.fault("events", f"{event} is not in events.yaml")


def read_time_book(entries: Mapping[str, Entry]) -> TimeBook:
    """The book from those of the law's files, by path, that lie in FOLDERS; faults join the entries' own list."""
    shelf = _Shelf()
    for path in sorted(entries):
        if path.startswith(FOLDERS):
            shelf.take(path, entries[path])
    shelf.check()
    assumptions = shelf.assumptions[0] if shelf.assumptions else Assumptions(4, (), Words("", ""))
    calendar = WorkingCalendar(tuple(shelf.years), assumptions)
    return TimeBook(calendar, shelf.deadlines, shelf.events, shelf.counting, shelf.parameters)


def _add(known: dict[str, T], found: Iterable[T], entry: Entry) -> None:
    for one in found:
        if one.id in known:
            entry.fault(None, f"{one.id} is in another file already")
        known[one.id] = one
