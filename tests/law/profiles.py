"""Random profiles over the facts of the law that comes with hegui."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from hegui.law.book import law_book
from hegui.law.facts import FactValue
from hegui.law.profile import AdoptedReading, Profile, Stated

BOOK = law_book()

UNDERIVED = [name for name, fact in BOOK.facts.items() if fact.derivation is None]
"""What can be stated freely: derived facts may contradict what they follow from."""


def values(name: str) -> st.SearchStrategy[FactValue]:
    """One value from each case of the fact."""
    return st.sampled_from(BOOK.domains[name].samples)


def stated(facts: Mapping[str, FactValue]) -> dict[str, Stated]:
    return {name: Stated(value) for name, value in facts.items()}


def profile(facts: Mapping[str, FactValue], readings: Mapping[str, Any] | None = None) -> Profile:
    return Profile("random", stated(facts), {name: AdoptedReading(taken) for name, taken in (readings or {}).items()})


some_facts: st.SearchStrategy[dict[str, FactValue]] = st.lists(
    st.sampled_from(UNDERIVED), unique=True, max_size=len(UNDERIVED)
).flatmap(lambda names: st.fixed_dictionaries({name: values(name) for name in names}))

all_facts: st.SearchStrategy[dict[str, FactValue]] = st.fixed_dictionaries({name: values(name) for name in UNDERIVED})

all_readings: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {name: st.sampled_from(["a", "b"]) for name in BOOK.uncertainties}
)
