"""Kleene's strong three-valued logic: what follows when not everything is known.

Knows three values and their tables; knows no facts and no law. UNKNOWN means "either, we cannot tell": a conjunction with a part
that fails has failed whatever the rest may be, and a negation of what is unknown is unknown.
Rules: S. C. Kleene, Introduction to Metamathematics (1952), §64.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

__all__ = ["Verdict", "all_of", "any_of", "negation", "verdict"]


class Verdict(Enum):
    """Whether something is so."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


def verdict(truth: bool | None) -> Verdict:
    """HOLDS for True, FAILS for False, UNKNOWN for None.

    >>> verdict(None)
    <Verdict.UNKNOWN: 'unknown'>
    """
    if truth is None:
        return Verdict.UNKNOWN
    return Verdict.HOLDS if truth else Verdict.FAILS


def negation(value: Verdict) -> Verdict:
    """Not `value`."""
    if value is Verdict.UNKNOWN:
        return value
    return Verdict.FAILS if value is Verdict.HOLDS else Verdict.HOLDS


def all_of(values: Iterable[Verdict]) -> Verdict:
    """The conjunction; of nothing, it holds.

    >>> all_of([Verdict.UNKNOWN, Verdict.FAILS])
    <Verdict.FAILS: 'fails'>
    """
    return _first_of(values, Verdict.FAILS, Verdict.HOLDS)


def any_of(values: Iterable[Verdict]) -> Verdict:
    """The disjunction; of nothing, it fails.

    >>> any_of([Verdict.UNKNOWN, Verdict.FAILS])
    <Verdict.UNKNOWN: 'unknown'>
    """
    return _first_of(values, Verdict.HOLDS, Verdict.FAILS)


def _first_of(values: Iterable[Verdict], decisive: Verdict, otherwise: Verdict) -> Verdict:
    found = otherwise
    for value in values:
        if value is decisive:
            return decisive
        if value is Verdict.UNKNOWN:
            found = value
    return found
