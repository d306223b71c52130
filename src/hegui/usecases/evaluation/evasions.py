"""Evasions: of each disguise how much is caught, at which grade, and whether the harmless twins are left alone.

Knows the set of disguised words; how a disguise is seen through is known in `detect`. The list is made of the words of the set
itself with every variant switched on, as an operator would for words that must not pass. A row is caught when any term is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hegui.detect.findings import Finding
from hegui.detect.lexicon import VARIANTS, Lexicon, Term, default_mode
from hegui.detect.screen import CompiledLexicon, scan
from hegui.usecases.evaluation.figures import Bar, Figure, Section, Table
from hegui.usecases.evaluation.sets import Members, Sets

__all__ = ["every_variant", "measure"]

_SET = "evasion_generated"
_CAUGHT, _LEFT_ALONE = Bar("≥", 0.98), Bar("≤", 0)
_RISK = "A.1.h"
GRADES = ("exact", "folded", "gapped", "variant", "decoded", "flood")


def every_variant(words: Iterable[str]) -> CompiledLexicon:
    """A list of these words, each in its usual mode with every variant on."""
    terms = (Term(f"t{n}", word, _RISK, mode=default_mode(word), variants=VARIANTS) for n, word in enumerate(words))
    return CompiledLexicon(Lexicon(tuple(terms)))


def measure(sets: Sets) -> Section:
    """Recall by transform, and the share of harmless rows that are flagged."""
    if not sets.has(_SET):
        return Section("evasions", [Figure("caught", _SET, None, 0, _CAUGHT)], missing=[_SET])
    lexicon = every_variant(sorted({str(row.get("word") or "") for row in sets.rows(_SET, _is_unsafe)} - {""}))
    asked, caught, graded = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    missed, alarms, harmless = list[str](), list[str](), 0
    for row in sets.rows(_SET):
        found, identity = scan(lexicon, row["text"]), str(row.get("id") or "")
        if not _is_unsafe(row):
            harmless += 1
            alarms += [identity] if found else []
            continue
        transform = str(row.get("transform") or "")
        asked[transform] += 1
        caught[transform] += bool(found)
        missed += [] if found else [identity]
        graded[transform, _grade(found)] += 1
    figures = [Figure("caught", f"{_SET}/{t}", caught[t] / count, count, _CAUGHT) for t, count in asked.items()]
    rate = len(alarms) / harmless if harmless else None
    figures.append(Figure("harmless_caught", f"{_SET}/safe", rate, harmless, _LEFT_ALONE))
    head = ("transform", "rows", *GRADES, "missed")
    table = tuple((t, str(n), *(str(graded[t, g]) for g in (*GRADES, ""))) for t, n in asked.items())
    grades = {t: {g or "missed": graded[t, g] for g in (*GRADES, "") if graded[t, g]} for t in asked}
    details = {"words": len(lexicon.terms), "grades": grades, "missed": missed, "alarms": alarms}
    return Section("evasions", figures, [Table("grades", head, table)], details)


def _grade(found: tuple[Finding, ...]) -> str:
    """The plainest grade of all; "" where nothing was found."""
    return min((finding.grade for finding in found), key=GRADES.index, default="")


def _is_unsafe(row: Members) -> bool:
    return row.get("expect") == "unsafe"
