"""Profiles and dates that the export tests share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from hegui.law.assessment import Assessment, assess
from hegui.law.book import law_book
from hegui.law.profile import Profile, read_profile

PROFILES = sorted((Path(__file__).parent / "profiles").glob("*.yaml"))
AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
LATER = AT + timedelta(days=3)
TODAY = date(2026, 11, 26)
BEFORE_ALL = date(1990, 1, 1)


def profile(name: str) -> Profile:
    book = law_book()
    path = Path(__file__).parent / "profiles" / f"{name}.yaml"
    return read_profile(path.read_text(encoding="utf-8"), path.name, book.facts, book.uncertainties)


@cache
def assessment(name: str = "chat", as_of: date = TODAY, draft: bool = False) -> Assessment:
    return assess(law_book(), profile(name), as_of=as_of, draft=draft)
