"""Run the sections of the evaluation, one after the other, and sum them up.

Knows the sections and their order; refuses to know what they measure. Each reads its sets afresh, one row at a time, so that
memory does not grow with the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hegui.usecases.evaluation import (
    danger,
    documents,
    evasions,
    offence,
    personal,
    refusals,
    requests,
    word_cases,
)
from hegui.usecases.evaluation.figures import Section
from hegui.usecases.evaluation.sets import Sets

__all__ = ["SECTIONS", "run", "summary"]

SECTIONS: Mapping[str, Callable[[Sets], Section]] = {
    "personal": personal.measure,
    "offence": offence.measure,
    "requests": requests.measure,
    "documents": documents.measure,
    "danger": danger.measure,
    "refusals": refusals.measure,
    "evasions": evasions.measure,
    "words": word_cases.measure,
}
"""Name → what measures it, in the order in which they are told."""

_UNDER_POLICY: Mapping[str, Callable[[Sets, str], Section]] = {
    "requests": requests.measure,
    "documents": documents.measure,
}
"""Those that measure a policy too."""


def run(
    sets: Sets,
    names: Iterable[str] = (),
    begin: Callable[[str], None] = lambda name: None,
    policy: str = "default",
) -> list[Section]:
    """The sections named, all without names, under a policy that ships. `begin` is told each before it is measured."""
    wanted = set(names) or set(SECTIONS)
    found = []
    for name, measure in SECTIONS.items():
        if name in wanted:
            begin(name)
            under = _UNDER_POLICY.get(name)
            found.append(measure(sets) if under is None else under(sets, policy))
    return found


def summary(sections: Iterable[Section], limit: int | None) -> dict[str, Any]:
    """The report as JSON holds it."""
    listed = list(sections)
    return {
        "met": all(section.is_met for section in listed),
        "limit": limit,
        "sections": {section.name: section.as_dict() for section in listed},
    }
