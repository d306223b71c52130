"""What the tests of time in the law share: the book that comes with hegui, and clocks of a test's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hegui.law.data_files import DataFiles, law_folder
from hegui.law.deadline_data import Deadline, read_deadline
from hegui.law.entries import Entry, Faults
from hegui.law.time_book import TimeBook, read_time_book
from hegui.law.working_calendar import WorkingCalendar

CASES = Path(__file__).parent / "deadline_cases"


@cache
def book() -> TimeBook:
    """The shipped book; its files are read afresh."""
    faults = Faults()
    found = read_time_book(dict(DataFiles(law_folder()).entries(faults, fresh=True)))
    assert faults.found == []
    return found


def cases(*names: str) -> list[dict[str, Any]]:
    """The cases of some files, days and instants as strings."""
    return [case for name in names for case in yaml.load((CASES / f"{name}.yaml").read_text("utf-8"), yaml.BaseLoader)]


def without(calendar: WorkingCalendar, *years: int) -> WorkingCalendar:
    """The calendar as if some years had not been announced."""
    return WorkingCalendar(tuple(one for one in calendar.years if one.year not in years), calendar.assumptions)


def moment(text: str) -> date | datetime:
    """A civil day, or an instant."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def clock(**said: Any) -> Deadline:
    """A clock with one version that has always bound."""
    faults = Faults()
    found = read_deadline(Entry(_file(said), "case", None, faults))
    assert faults.found == []
    return found


def _file(said: Mapping[str, Any]) -> dict[str, Any]:
    unit = said["unit"]
    start = "same_moment" if unit in ("minute", "hour") else "next_day"
    term = {
        "amount": int(said["amount"]),
        "unit": unit,
        "start": said.get("start", start),
        "roll": said.get("roll", "none"),
    }
    version: dict[str, Any] = {"effective": "1992-01-01", "terms": [term], "source": "a test", "confidence": "verified"}
    if extension := said.get("extension"):
        version["extension"] = {
            "times": int(extension["times"]),
            "amount": int(extension["amount"]),
            "needs_reason": extension["needs_reason"] == "true",
        }
    version["pause_on"] = said.get("pause_on")
    title = {"zh": "测试", "en": "test"}
    events = ["service_started"]
    head = {"id": "T-1-1", "provisions": ["T-1-1"], "title": title, "kind": said["kind"], "events": events}
    return {**head, "versions": [version]}
