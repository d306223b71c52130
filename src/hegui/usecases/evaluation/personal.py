"""How well personal information is found: exact spans, and numbers whose check digit is wrong.

Knows two sets and their bars; how spans are counted is known in `detect.personal.evaluation`. The hard negatives are rows
without a span that hold eighteen characters made like an identity number, by form and date, whose check character does not fit;
that is reckoned here, by another hand than the detector's. Rules: GB 11643-1999 4.2 (weights 2^(18-i) mod 11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from hegui.detect.personal import scan
from hegui.detect.personal.evaluation import evaluate
from hegui.detect.personal.labelled import checked
from hegui.usecases.evaluation.figures import Bar, Figure, Section, Table
from hegui.usecases.evaluation.sets import Sets

__all__ = ["SETS", "measure"]

SETS = {"pii_zh_synthetic": Bar("≥", 0.97), "pii_en": Bar("≥", 0.90)}
"""Set → the bar of its span F1, all claimed kinds together."""
_CHECKED = Bar("≥", 1)
_MADE_LIKE_IT = re.compile(r"(?<![0-9A-Za-z])[1-8][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_COLUMNS = ("precision", "recall", "f1")
_COUNTS = ("right", "wrong", "missed", "check_wrong", "low")


def measure(sets: Sets) -> Section:
    """Figures, and a table by kind for each set."""
    section = Section("personal", missing=sets.missing(SETS))
    for name, bar in SETS.items():
        if not sets.has(name):
            section.figures.append(Figure("span_f1", name, None, 0, bar))
            continue
        report = evaluate(map(checked, sets.objects(name)))
        found = report.as_dict()
        section.details[name] = found
        labelled = sum(found["all"][count] for count in ("right", "missed"))
        f1 = report.score().f1 if labelled else None
        section.figures.append(Figure("span_f1", name, f1, report.rows, bar))
        section.tables.append(_table(name, found))
    section.figures.append(_checks(sets, section))
    return section


def _table(name: str, found: dict[str, Any]) -> Table:
    rows = [
        (kind, *(f"{score[column]:.4f}" for column in _COLUMNS), *(str(score[count]) for count in _COUNTS))
        for kind, score in (*found["kinds"].items(), ("*", found["all"]))
    ]
    return Table(f"personal {name}", ("kind", *_COLUMNS, *_COUNTS), tuple(rows))


def _checks(sets: Sets, section: Section) -> Figure:
    """Hard negatives that are told as numbers with a wrong check digit."""
    name, missed, asked = "pii_zh_synthetic", [], 0
    for row in sets.rows(name) if sets.has(name) else ():
        if row.get("spans"):
            continue
        told = {(finding.start, finding.end) for finding in scan(row["text"]) if finding.check == "wrong"}
        for place in _misfits(row["text"]):
            asked += 1
            missed += [row.get("id", "")] if place not in told else []
    section.details["check_digits"] = {"hard_negatives": asked, "not_told": missed}
    return Figure("check_wrong", name, (asked - len(missed)) / asked if asked else None, asked, _CHECKED)


def _misfits(text: str) -> Iterator[tuple[int, int]]:
    for found in _MADE_LIKE_IT.finditer(text):
        number = found[0]
        try:
            date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        except ValueError:
            continue
        total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
        if "10X98765432"[total % 11] != number[17].upper():
            yield found.span()
