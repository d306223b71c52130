"""The instruments of the law: who issued them, with what rank, and when they bind (法律文件).

Knows what a file `<instrument>/instrument.yaml` says. Where a provision gives no dates of its own, its instrument's are meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, get_args

from hegui.law.entries import Entry
from hegui.law.expression import Expression
from hegui.law.read_expression import read_expression
from hegui.law.spans import Span, read_span
from hegui.law.words import Words

__all__ = ["Confidence", "Instrument", "Jurisdiction", "Rank", "read_confidence", "read_instrument", "read_spans"]

Rank = Literal[
    "law", "administrative_regulation", "departmental_rule", "normative_document", "mandatory_standard",
    "recommended_standard", "guideline", "practice", "draft", "foreign_law", "foreign_policy",
]  # fmt: skip
"""法律、行政法规、部门规章、规范性文件、强制性标准、推荐性标准、指南、监管实践、征求意见稿、域外法、域外政策。"""

Jurisdiction = Literal["CN", "EU", "UK", "US"]

Confidence = Literal["verified", "secondary", "own_knowledge"]
"""verified: read in the legal text or in a quotation of it; secondary: confirmed in a secondary source; own_knowledge: not
checked."""

NOT_BINDING: frozenset[Rank] = frozenset({"recommended_standard", "guideline", "practice", "foreign_policy"})
"""Ranks that bind nobody by themselves."""

_KEY = re.compile(r"[A-Z][A-Z0-9]*")


@dataclass(frozen=True)
class Instrument:
    """One law, regulation, rule, standard or draft.

    order: its place in lists, from 1.
    gate: a condition that every provision of it needs besides its own; None where there is none.
    superseded_by: key of the instrument that took the place of a draft.
    verification: what of the text could be checked, in words, last on `checked_on`.
    """

    key: str
    folder: str
    order: int
    title: Words
    number: Words
    issuers: tuple[Words, ...]
    rank: Rank
    jurisdiction: Jurisdiction
    spans: tuple[Span, ...]
    legal_basis: Words | None
    status: Words
    verification: Words
    checked_on: date
    gate: Expression | None
    superseded_by: str | None
    url: str | None

    @property
    def is_draft(self) -> bool:
        return self.rank == "draft"

    @property
    def is_binding(self) -> bool:
        """Whether it binds by itself, once in force; a draft does not, nor does a recommended standard or practice."""
        return not self.is_draft and self.rank not in NOT_BINDING


def read_instrument(entry: Entry) -> Instrument:
    """What `instrument.yaml` says; the folder it lies in names the path of its provisions."""
    return Instrument(
        key=entry.matching("key", _KEY, "a key such as IM"),
        folder=entry.file.rpartition("/")[0],
        order=entry.whole("order", 1),
        title=entry.words("title"),
        number=entry.words("number"),
        issuers=entry.entries("issuers", _words),
        rank=entry.one_of("rank", get_args(Rank)),
        jurisdiction=entry.one_of("jurisdiction", get_args(Jurisdiction)),
        spans=read_spans(entry),
        legal_basis=entry.words_or_none("legal_basis"),
        status=entry.words("status"),
        verification=entry.words("verification"),
        checked_on=entry.day("checked_on"),
        gate=read_expression(entry, "gate"),
        superseded_by=entry.text_or_none("superseded_by"),
        url=entry.text_or_none("url"),
    )


def read_spans(entry: Entry) -> tuple[Span, ...]:
    """`versions`: spans in order, without overlap; none where every provision has dates of its own."""
    spans = entry.entries("versions", read_span)
    check_order(entry, spans)
    return spans


def check_order(entry: Entry, spans: tuple[Span, ...]) -> None:
    """Faults of spans that overlap or are out of order."""
    for earlier, later in pairwise([span for span in spans if span.withdrawn is None]):
        if earlier.until is None or later.effective is None or earlier.until > later.effective:
            entry.fault("versions", f"the version effective {later.effective} begins before the one before it ends")


def read_confidence(entry: Entry) -> Confidence:
    """How well the entry's substance was checked."""
    return entry.one_of("confidence", get_args(Confidence))


def _words(entry: Entry) -> Words:
    return Words(entry.text("zh"), entry.text("en"))
