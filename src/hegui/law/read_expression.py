"""Conditions inside data files: parsed, with what is wrong at its line."""

from __future__ import annotations

from hegui.law.entries import Entry
from hegui.law.expression import Always, Expression, ExpressionFault, parse

__all__ = ["needed_expression", "read_expression"]


def read_expression(entry: Entry, key: str) -> Expression | None:
    """The condition under `key`; None when the member is absent or null."""
    return None if entry.text_or_none(key) is None else needed_expression(entry, key)


def needed_expression(entry: Entry, key: str) -> Expression:
    """The condition under `key`, which has to be there; `never` stands in for one that is none."""
    text = entry.text(key)
    if not text:
        return Always(False)
    try:
        return parse(text)
    except ExpressionFault as fault:
        entry.fault(key, f"column {fault.column}: {fault.problem}")
        return Always(False)
