"""Read a lexicon from CSV or JSON Lines, with every fault listed, and the package's starter list.

Knows the spellings of columns, Chinese ones included; knows no store.
A CSV has a header line; only the term and its risk are needed:
    id, term (关键词), risk (风险), severity (等级), mode (匹配), exceptions (例外, separated by |), variants (变体, by |)
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hegui.detect.lexicon import (
    MODES,
    SEVERITIES,
    VARIANTS,
    Lexicon,
    Term,
    Variant,
    default_mode,
    explain_term,
    term_id,
)
from hegui.detect.risks import normalise_risk
from hegui.errors import FileFaults
from hegui.kernel.collector import collector_paused

__all__ = ["read_lexicon", "starter_lexicon"]

_COLUMNS = {
    "term": ("term", "text", "keyword", "word", "关键词", "词"),
    "id": ("id", "term_id", "编号"),
    "risk": ("risk", "category", "风险", "二级分类"),
    "severity": ("severity", "level", "等级"),
    "mode": ("mode", "match", "匹配"),
    "exceptions": ("exceptions", "allow", "例外"),
    "variants": ("variants", "变体"),
}
_NAMES = {written: column for column, names in _COLUMNS.items() for written in names}
_NO_TEXT = re.compile("[\\0\ud800-\udfff]")
"""NUL, which PostgreSQL cannot hold, and half characters, which no encoding can."""
_NO_ID = re.compile("[\\0-\\x1f\\x7f-\\x9f\ud800-\udfff]")
_LATIN: tuple[Variant, ...] = ("latin",)
_REMEDY = "Mend the file, then run: hegui lexicon check FILE"


def starter_lexicon() -> Lexicon:
    """The list that ships with hegui: a few terms of trade in drugs, weapons, fraud and the like, of our own writing."""
    return read_lexicon(files("hegui.detect").joinpath("data/starter.csv").read_bytes(), "starter.csv")


def read_lexicon(content: bytes, where: str) -> Lexicon:
    """The lexicon in a file's bytes, UTF-8, CSV or JSON Lines by its first character.

    Raises:
        FileFaults: LEX001 with every fault and its line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults = [(f"byte {error.start}", "not UTF-8")]
        raise FileFaults("LEX001", where, faults, "Save the file as UTF-8, then load it again.") from None
    reader = _Reader()
    rows = reader.json_rows(text) if text.lstrip().startswith("{") else reader.csv_rows(text)
    with collector_paused():
        terms = [term for line, row in rows if (term := reader.term(line, row)) is not None]
    if not terms and not reader.faults:
        reader.faults.append(("line 1", "the file holds no term"))
    if reader.faults:
        raise FileFaults("LEX001", where, reader.faults, _REMEDY)
    return Lexicon(tuple(terms))


class _Reader:
    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []
        self._lines: dict[str, int] = {}
        self._risk_named = lru_cache(normalise_risk)

    def csv_rows(self, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        rows = csv.reader(io.StringIO(text))
        header = next(rows, [])
        columns = [_NAMES.get(name.strip().lower(), "") for name in header]
        unknown = [name for name, column in zip(header, columns, strict=True) if not column]
        if unknown or "term" not in columns or "risk" not in columns:
            problem = f"unknown columns {', '.join(unknown)}; " if unknown else ""
            self.faults.append(
                ("line 1", f"{problem}a lexicon has the columns {', '.join(_COLUMNS)}; term and risk are needed")
            )
            return
        for row in rows:
            if not any(row):
                continue
            if len(row) > len(columns):
                self.faults.append((f"line {rows.line_num}", f"{len(row)} cells under {len(columns)} columns"))
                continue
            yield rows.line_num, dict(zip(columns, row, strict=False))

    def json_rows(self, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                self.faults.append((f"line {number}", "not a JSON object"))
                continue
            unknown = [name for name in row if name not in _NAMES]
            if unknown:
                self.faults.append((f"line {number}", f"unknown members {', '.join(unknown)}"))
                continue
            yield number, {_NAMES[name]: value for name, value in row.items()}

    def term(self, line: int, row: Mapping[str, Any]) -> Term | None:
        given, before = row.get, len(self.faults)
        text = given("term")
        if not isinstance(text, str) or not text:
            self._fault(line, "the term is missing")
            return None
        self._check_characters(line, "term", text, _NO_TEXT)
        risk = self._risk_named(str(given("risk") or ""))
        if risk is None:
            self._fault(line, f"{given('risk')!r} is none of the 31 risks; write A.1.a … A.5.b")
        severity: Any = given("severity") or "high"
        self._check(line, "severity", severity, SEVERITIES)
        mode = given("mode") or default_mode(text)
        self._check(line, "mode", mode, MODES)
        variants: Any = given("variants")
        if variants is None:
            variants = _LATIN
        else:
            variants = _listed(variants)
            for variant in variants:
                self._check(line, "variants", variant, VARIANTS)
        exceptions = _listed(given("exceptions"))
        for phrase in exceptions:
            self._check_characters(line, "exceptions", phrase, _NO_TEXT)
        identity = str(given("id") or term_id(text))
        self._check_characters(line, "id", identity, _NO_ID)
        first = self._lines.setdefault(identity, line)
        if first != line:
            self._fault(line, f"the id {identity!r} is already used in line {first}")
            self._lines[identity] = line
        if risk is None or len(self.faults) > before:
            return None
        term = Term(identity, text, risk, severity, mode, exceptions, variants)
        for problem in explain_term(term):
            self._fault(line, problem)
        return term

    def _check(self, line: int, column: str, value: Any, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            self._fault(line, f"{column} {value!r} is not one of {', '.join(allowed)}")

    def _check_characters(self, line: int, column: str, value: str, refused: re.Pattern[str]) -> None:
        if (found := refused.search(value)) is not None:
            problem = f"{column} {value!r} holds U+{ord(found[0]):04X} as character {found.start() + 1}"
            self._fault(line, f"{problem}, which no record can hold; take it out")

    def _fault(self, line: int, problem: str) -> None:
        self.faults.append((f"line {line}", problem))


def _listed(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    if isinstance(value, list):
        return tuple(map(str, value))
    return tuple(part.strip() for part in str(value).split("|") if part.strip())
