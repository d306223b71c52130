"""How well offence is told in Chinese and English: posts, functional tests, and moderation by category.

Knows three sets and the label each of their classes is scored by; how a probability comes about is known in `detect.harm`.
Said to be offensive is what has probability 0.5 or more. No functionality is hidden: each has its line, whatever it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from hegui.detect.harm import HarmScorer, shipped_model
from hegui.detect.harm.evaluate import average_precision
from hegui.usecases.evaluation.figures import Bar, Figure, Section, Table, share
from hegui.usecases.evaluation.sets import Members, Sets

__all__ = ["CATEGORIES", "macro_f1", "measure"]

_COLD, _HATECHECK, _MODERATION = "cold", "hatecheck_zh", "openai_moderation"
_ACCURACY = Bar("≥", 0.80)
_HALF = 0.5

CATEGORIES: Mapping[str, str] = {
    "S": "obscenity", "H": "offence", "V": "violence", "HR": "offence",
    "SH": "self_harm", "S3": "obscenity", "H2": "offence", "V2": "violence",
}  # fmt: skip
"""Category of openai_moderation → the label whose probability ranks it."""

Told = Sequence[tuple[bool, bool]]
"""Pairs of what was said and what is so."""


def measure(sets: Sets) -> Section:
    """Figures of the three sets, a table by functionality and one by category."""
    section = Section("offence", missing=sets.missing((_COLD, _HATECHECK, _MODERATION)))
    scorer = HarmScorer(shipped_model())
    _posts(sets, scorer, section)
    _functions(sets, scorer, section)
    _categories(sets, scorer, section)
    section.details["model"] = scorer.digest
    return section


def _posts(sets: Sets, scorer: HarmScorer, section: Section) -> None:
    told = defaultdict[str, list[tuple[bool, bool]]](list)
    for row in sets.rows(_COLD, _is_test) if sets.has(_COLD) else ():
        told[str(row.get("fine") or "")].append((_is_offensive(scorer, row), _is_unsafe(row)))
    every = [pair for pairs in told.values() for pair in pairs]
    section.figures.append(Figure("accuracy", f"{_COLD}/test", _accuracy(every), len(every), _ACCURACY))
    section.figures.append(Figure("macro_f1", f"{_COLD}/test", macro_f1(every), len(every)))
    _by_group(section, "posts", told)


def _functions(sets: Sets, scorer: HarmScorer, section: Section) -> None:
    told = defaultdict[str, list[tuple[bool, bool]]](list)
    for row in sets.rows(_HATECHECK) if sets.has(_HATECHECK) else ():
        told[str(row.get("risk") or "")].append((_is_offensive(scorer, row), _is_unsafe(row)))
    every = [pair for pairs in told.values() for pair in pairs]
    section.figures.append(Figure("accuracy", _HATECHECK, _accuracy(every), len(every)))
    section.figures.append(Figure("macro_f1", _HATECHECK, macro_f1(every), len(every)))
    _by_group(section, "functionality", told)


def _categories(sets: Sets, scorer: HarmScorer, section: Section) -> None:
    scored = []
    for row in sets.rows(_MODERATION) if sets.has(_MODERATION) else ():
        scored.append((scorer.score(row["text"]).probabilities, set(str(row.get("risk") or "").split("|"))))
    lines = []
    for category in _found_categories(scored):
        label = CATEGORIES.get(category)
        known = [(odds[label], int(category in given)) for odds, given in scored] if label else []
        ones = sum(target for _, target in known)
        value = average_precision(known) if ones else None
        section.figures.append(Figure("auprc", f"{_MODERATION}/{category}", value, len(known)))
        lines.append((category, label or "–", f"{ones}", f"{len(known)}", "–" if value is None else f"{value:.3f}"))
    section.tables.append(Table("category", ("category", "label", "harmful", "rows", "auprc"), tuple(lines)))
    section.details["categories"] = {
        line[0]: dict(zip(("label", "harmful", "rows"), line[1:4], strict=True)) for line in lines
    }


def _found_categories(scored: Sequence[tuple[Mapping[str, float], set[str]]]) -> list[str]:
    """Those we know, in their order, and whatever else the set names, which no label of ours scores."""
    found = {category for _, given in scored for category in given} - {"", "none"}
    return [*CATEGORIES, *sorted(found - set(CATEGORIES))] if scored else list(CATEGORIES)


def _by_group(section: Section, name: str, told: Mapping[str, Told]) -> None:
    lines, details = [], {}
    for group, pairs in sorted(told.items()):
        said, right = share(said for said, _ in pairs), _accuracy(pairs)
        expected = "/".join(sorted({"unsafe" if is_so else "safe" for _, is_so in pairs}))
        details[group] = {"rows": len(pairs), "expected": expected, "said_offensive": said, "right": right}
        lines.append((group or "–", expected, str(len(pairs)), f"{said:.3f}", f"{right:.3f}"))
    section.tables.append(Table(name, ("group", "expected", "rows", "said_offensive", "right"), tuple(lines)))
    section.details[name] = details


def _is_test(row: Members) -> bool:
    return bool(row.get("split", "test") == "test")


def _is_unsafe(row: Members) -> bool:
    return bool(row.get("expect") == "unsafe")


def _is_offensive(scorer: HarmScorer, row: Members) -> bool:
    return bool(scorer.score(row["text"]).probabilities["offence"] >= _HALF)


def _accuracy(told: Told) -> float | None:
    return share(said == is_so for said, is_so in told)


def macro_f1(told: Told) -> float | None:
    """Mean F1 of the two classes.

    >>> macro_f1([(True, True), (False, True), (False, False)])
    0.6666666666666666
    """
    return (_f1(told, True) + _f1(told, False)) / 2 if told else None


def _f1(told: Told, kind: bool) -> float:
    right = sum(said == is_so == kind for said, is_so in told)
    both = sum((said == kind) + (is_so == kind) for said, is_so in told)
    return 2 * right / both if both else 0.0
