"""How far the law that hegui holds was checked, as lines and as plain values (覆盖情况)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hegui.law.citation import title_text
from hegui.law.coverage import CONFIDENCES, STATES, Count, Coverage
from hegui.law.memo.comparing import confidence_text, footer
from hegui.law.memo.words import INDENT, joined
from hegui.law.provisions import Provision
from hegui.locale import message

__all__ = ["coverage_lines", "plain_coverage"]


def coverage_lines(found: Coverage, lang: str) -> Iterator[str]:
    """Confidence against state, then instruments, rows of duties, and what was never checked."""
    yield _line(message("law.covered.all", lang), found.whole, lang)
    for state in STATES:
        cells = ((confidence, found.whole.cells.get((confidence, state), 0)) for confidence in CONFIDENCES)
        split = joined((f"{confidence_text(name, lang)} {count}" for name, count in cells), lang)
        yield f"{INDENT}{message(f'law.covered.state.{state}', lang)} {found.whole.of_state(state)} ({split})"
    yield ""
    yield message("law.covered.instruments", lang)
    for instrument, count in found.by_instrument:
        yield INDENT + _line(f"{instrument.key}  {title_text(instrument, lang)}", count, lang)
    yield ""
    yield message("law.covered.duties", lang)
    yield from (INDENT + _line(duty, count, lang) for duty, count in found.by_duty.items())
    for key, provisions in _lists(found):
        yield ""
        names = joined((one.id for one in provisions), lang) or "–"
        yield message(f"law.covered.{key}", lang, count=len(provisions), provisions=names)
    yield ""
    yield footer(found.book, lang)


def plain_coverage(found: Coverage) -> dict[str, Any]:
    """Every count, by confidence and state."""
    return {
        "law_digest": found.book.digest,
        "whole": _plain(found.whole),
        "by_instrument": {instrument.key: _plain(count) for instrument, count in found.by_instrument},
        "by_duty": {duty: _plain(count) for duty, count in found.by_duty.items()},
        **{key: [one.id for one in provisions] for key, provisions in _lists(found)},
    }


def _lists(found: Coverage) -> Iterable[tuple[str, tuple[Provision, ...]]]:
    return (
        ("unchecked", found.unchecked),
        ("unconditional", found.unconditional),
        ("without_duty", found.without_duty),
    )


def _line(name: str, count: Count, lang: str) -> str:
    split = joined((f"{confidence_text(one, lang)} {count.of_confidence(one)}" for one in CONFIDENCES), lang)
    return f"{name}: {count.total} ({split})"


def _plain(count: Count) -> dict[str, Any]:
    return {
        "total": count.total,
        "confidence": {one: count.of_confidence(one) for one in CONFIDENCES},
        "state": {one: count.of_state(one) for one in STATES},
        "cells": [
            {"confidence": confidence, "state": state, "count": number}
            for (confidence, state), number in sorted(count.cells.items())
        ],
    }
