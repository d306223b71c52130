"""Make terms of the rows of a list, whatever file they came from, and collect every fault with its place.

Knows the columns, their spellings and what each may hold; knows no file format and no store.
A row with the term `*` and no risk is no term: what it states holds for the rows after it that leave the same cell empty.
Rules: the columns are described in docs/lexicon.md; the filing sheet has 关键词, 一级分类 and 二级分类.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from hegui.detect.families import FOLDINGS, VARIANTS, Variant
from hegui.detect.lexicon import MODES, SEVERITIES, Term, default_mode, explain_term, term_id
from hegui.detect.risk_names import name_risk

__all__ = ["COLUMNS", "NAMES", "RowReader"]

COLUMNS = {
    "term": ("term", "text", "keyword", "word", "关键词", "词"),
    "id": ("id", "term_id", "编号"),
    "risk": ("risk", "category", "风险", "二级分类"),
    "class": ("class", "level1", "一级分类"),
    "severity": ("severity", "level", "等级"),
    "mode": ("mode", "match", "匹配"),
    "exceptions": ("exceptions", "allow", "例外"),
    "variants": ("variants", "变体"),
    "without": ("without", "不折叠"),
    "owner": ("owner", "负责人"),
    "reason": ("reason", "理由"),
    "review_by": ("review_by", "复核日期"),
    "hits": ("hits", "应命中"),
    "passes": ("passes", "不应命中"),
}
"""Column → how it may be written; the first is how we write it."""
NAMES = {written: column for column, names in COLUMNS.items() for written in names}

MAX_CASES, MAX_CASE, MAX_NOTE = 20, 1_000, 500
"""Test cases of each kind of a term, count; characters of one; characters of owner or reason."""
MAX_FAULTS = 1_000
"""Faults that are told, count; a file of another kind would have one for each line."""

_DEFAULTS = "*"
_NONE = frozenset({"none", "无"})
_NO_TEXT = re.compile("[\\0\ud800-\udfff]")
"""NUL, which PostgreSQL cannot hold, and half characters, which no encoding can."""
_NO_ID = re.compile("[\\0-\\x1f\\x7f-\\x9f\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LATIN: tuple[Variant, ...] = ("latin",)
_MORE = ("without", "owner", "reason", "review_by", "hits", "passes")


class RowReader:
    """Reads one list, row by row.

    Args:
        place: what a row is called: a line of a text file, a row of a sheet.
    """

    def __init__(self, place: Literal["line", "row"] = "line") -> None:
        self.faults: list[tuple[str, str]] = []
        self._place = place
        self._defaults: dict[str, Any] = {}
        self._seen: dict[str, int] = {}

    def columns(self, header: Sequence[str], at: int = 1) -> list[str]:
        """The column of each cell of a header; empty, and a fault, where it is none of a lexicon."""
        columns = [NAMES.get(name.strip().lower(), "") for name in header]
        unknown = [name for name, column in zip(header, columns, strict=True) if not column]
        if unknown or "term" not in columns or "risk" not in columns:
            problem = f"unknown columns {', '.join(unknown)}; " if unknown else ""
            self.fault(at, f"{problem}a lexicon has the columns {', '.join(COLUMNS)}; term and risk are needed")
            return []
        twice = sorted({column for column in columns if columns.count(column) > 1})
        if twice:
            self.fault(at, f"the column {twice[0]} is there twice")
            return []
        return columns

    def term(self, at: int, row: Mapping[str, Any]) -> Term | None:
        """The term of a row; None when it is none or at fault."""
        text, before = row.get("term"), len(self.faults)
        if not isinstance(text, str) or not text:
            self.fault(at, "the term is missing")
            return None
        if text.strip() == _DEFAULTS and not row.get("risk"):
            self._take_defaults(at, row)
            return None
        self._check_characters(at, "term", text, _NO_TEXT)
        named = name_risk(str(row.get("risk") or ""), str(row.get("class") or ""))
        if named.risk is None:
            self.fault(at, named.problem)
        severity: Any = row.get("severity") or self._defaults.get("severity", "high")
        self._check(at, "severity", severity, SEVERITIES)
        mode = row.get("mode") or self._defaults.get("mode") or default_mode(text)
        self._check(at, "mode", mode, MODES)
        variants = self._variants(at, row)
        exceptions = _listed(row.get("exceptions"))
        for phrase in exceptions:
            self._check_characters(at, "exceptions", phrase, _NO_TEXT)
        identity = str(row.get("id") or term_id(text))
        self._check_id(at, identity)
        more = self._more(at, row) if self._defaults or not row.keys().isdisjoint(_MORE) else {}
        if named.risk is None or len(self.faults) > before:
            return None
        term = Term(identity, text, named.risk, severity, mode, exceptions, variants, **more)
        for problem in explain_term(term):
            self.fault(at, problem)
        return term

    def fault(self, at: int, problem: str) -> None:
        """Note a fault of a row."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append((f"{self._place} {at}", problem))

    def _take_defaults(self, at: int, row: Mapping[str, Any]) -> None:
        stated = {column for column, value in row.items() if value and column != "term"}
        for column in sorted(stated & {"id", "class", "exceptions", "hits", "passes"}):
            self.fault(at, f"the column {column} says what is of one term; a row of defaults cannot state it")
        severity, mode = row.get("severity"), row.get("mode")
        if severity:
            self._check(at, "severity", severity, SEVERITIES)
        if mode:
            self._check(at, "mode", mode, MODES)
        self._defaults |= {name: value for name, value in (("severity", severity), ("mode", mode)) if value}
        if row.get("variants"):
            self._defaults["variants"] = self._variants(at, row)
        self._defaults |= {name: value for name, value in self._more(at, row).items() if row.get(name)}

    def _variants(self, at: int, row: Mapping[str, Any]) -> tuple[Variant, ...]:
        given: Any = row.get("variants")
        if given in (None, "", []):
            default: tuple[Variant, ...] | None = self._defaults.get("variants")
            if default is not None and given != []:
                return default
            return _LATIN if given is None else ()
        variants: Any = _listed(given)
        if len(variants) == 1 and variants[0].lower() in _NONE:
            return ()
        for variant in variants:
            self._check(at, "variants", variant, VARIANTS)
        checked: tuple[Variant, ...] = variants
        return checked

    def _more(self, at: int, row: Mapping[str, Any]) -> dict[str, Any]:
        """What a term may state besides, by member; what it does not state is the default, or left out."""
        found: dict[str, Any] = {}
        for name in ("owner", "reason"):
            if note := str(row.get(name) or self._defaults.get(name, "")):
                self._check_length(at, name, note, MAX_NOTE)
                found[name] = note
        if without := self._without(at, row.get("without")):
            found["without"] = without
        for name in ("hits", "passes"):
            if texts := _listed(row.get(name)):
                found[name] = texts
                if len(texts) > MAX_CASES:
                    self.fault(at, f"{name} holds {len(texts)} texts; a term has at most {MAX_CASES}")
                for text in texts[:MAX_CASES]:
                    self._check_length(at, name, text, MAX_CASE)
        if day := self._day(at, row.get("review_by")):
            found["review_by"] = day
        return found

    def _without(self, at: int, given: Any) -> tuple[Any, ...]:
        if not given:
            default: tuple[Any, ...] = self._defaults.get("without", ())
            return default
        listed = _listed(given)
        if len(listed) == 1 and listed[0].lower() in _NONE:
            return ()
        for folding in listed:
            self._check(at, "without", folding, FOLDINGS)
        return listed

    def _day(self, at: int, given: Any) -> date | None:
        if not given:
            return self._defaults.get("review_by")
        try:
            if not _DAY.fullmatch(str(given)):
                raise ValueError
            return date.fromisoformat(str(given))
        except ValueError:
            self.fault(at, f"review_by {str(given)[:60]!r} is not a day YYYY-MM-DD")
            return None

    def _check(self, at: int, column: str, value: Any, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            self.fault(at, f"{column} {value!r} is not one of {', '.join(allowed)}")

    def _check_id(self, at: int, identity: str) -> None:
        self._check_characters(at, "id", identity, _NO_ID)
        first = self._seen.setdefault(identity, at)
        if first != at:
            self.fault(at, f"the id {identity!r} is already used in {self._place} {first}")
            self._seen[identity] = at

    def _check_length(self, at: int, column: str, value: str, most: int) -> None:
        self._check_characters(at, column, value, _NO_TEXT)
        if len(value) > most:
            self.fault(at, f"{column} holds a text of {len(value)} characters; at most {most} are kept")

    def _check_characters(self, at: int, column: str, value: str, refused: re.Pattern[str]) -> None:
        if (found := refused.search(value)) is not None:
            problem = f"{column} {value!r} holds U+{ord(found[0]):04X} as character {found.start() + 1}"
            self.fault(at, f"{problem}, which no record can hold; take it out")


def _listed(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    if isinstance(value, list):
        return tuple(map(str, value))
    return tuple(part.strip() for part in str(value).split("|") if part.strip())
