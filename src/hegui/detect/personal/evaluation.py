"""How well personal information is found in labelled text: precision, recall and F1 of exact spans, by kind.

Knows the names that labelled sets use for our kinds. A span counts only where beginning, end and kind all agree. Findings of
low confidence or with a wrong check digit do not count; they are reported beside. Kinds without labels, and labels of what
we do not look for, are left out. Rules: exact-match scoring as in CoNLL-2003; F1 = 2PR / (P + R).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hegui.detect.personal.stream import scan

__all__ = ["LABELS", "Report", "Score", "evaluate"]

_CHINESE = {
    "PERSON": "personal_name", "ID_CARD": "resident_id", "MOBILE": "mobile_number", "LANDLINE": "landline",
    "EMAIL": "email", "PLATE": "vehicle_plate", "USCC": "social_credit_code", "BANK_CARD": "bank_card",
    "DOB": "birth_date", "ADDRESS": "postal_address", "IP": "ip_address", "PASSPORT": "passport_cn",
    "WECHAT": "wechat_id", "QQ": "qq_id", "HK_MACAU_PERMIT": "hk_macau_permit", "TAIWAN_PERMIT": "taiwan_permit",
}  # fmt: skip
_FOREIGN = {
    "CREDIT_CARD": "payment_card", "EMAIL_ADDRESS": "email", "EMAIL": "email", "IBAN_CODE": "iban", "US_SSN": "us_ssn",
    "SSN": "us_ssn", "IP_ADDRESS": "ip_address", "PHONE_NUMBER": "phone_intl", "PHONE": "phone_intl",
}  # fmt: skip
LABELS: Mapping[str, Mapping[str, str]] = {"zh": _CHINESE, "en": _FOREIGN}
"""Language of a row → label of its spans → our kind."""

_SAME = {"bank_card": "payment_card", "mobile_number": "phone_intl", "landline": "phone_intl"}
"""Kinds that a foreign set does not tell apart."""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of exact spans of one kind."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return (
            2 * self.right / (2 * self.right + self.wrong + self.missed)
            if self.right + self.wrong + self.missed
            else 1.0
        )


@dataclass(slots=True)
class Report:
    """What an evaluation found.

    Attributes:
        rows, characters, hit_rows: of the texts read, count; hit_rows hold a finding that is not of low confidence.
        right, wrong, missed: exact spans by kind.
        check_wrong: findings with a wrong check digit by kind, of any confidence.
        low: findings of low confidence by kind, which do not count.
        skipped: labels that stand for nothing we look for, count of spans.
    """

    rows: int = 0
    characters: int = 0
    hit_rows: int = 0
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    check_wrong: Counter[str] = field(default_factory=Counter)
    low: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def kinds(self) -> list[str]:
        """Every kind that was found or missed."""
        return sorted(self.right | self.wrong | self.missed)

    def score(self, kind: str | None = None) -> Score:
        """Of one kind; without one, of all together."""
        if kind is None:
            return Score(self.right.total(), self.wrong.total(), self.missed.total())
        return Score(self.right[kind], self.wrong[kind], self.missed[kind])

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        kinds = sorted({*self.kinds(), *self.check_wrong, *self.low})
        return {
            "rows": self.rows,
            "characters": self.characters,
            "hit_rows": self.hit_rows,
            "skipped": dict(self.skipped),
            "kinds": {kind: self._figures(self.score(kind), self.check_wrong[kind], self.low[kind]) for kind in kinds},
            "all": self._figures(self.score(), self.check_wrong.total(), self.low.total()),
        }

    @staticmethod
    def _figures(score: Score, check_wrong: int, low: int) -> dict[str, float | int]:
        figures = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
        counts = {
            "right": score.right,
            "wrong": score.wrong,
            "missed": score.missed,
            "check_wrong": check_wrong,
            "low": low,
        }
        return {**{name: round(figure, 6) for name, figure in figures.items()}, **counts}


def evaluate(rows: Iterable[Mapping[str, Any]]) -> Report:
    """Rows of `text` and, where labelled, `spans` of start, end (raw characters) and type, with `lang` zh or en."""
    report = Report()
    for row in rows:
        _count(report, row["text"], row.get("spans") or (), LABELS[row.get("lang", "zh")], row.get("lang") == "en")
    return report


def _count(
    report: Report, text: str, spans: Sequence[Mapping[str, Any]], labels: Mapping[str, str], foreign: bool
) -> None:
    there = {(span["start"], span["end"], labels[span["type"]]) for span in spans if span["type"] in labels}
    report.skipped.update(span["type"] for span in spans if span["type"] not in labels)
    report.rows += 1
    report.characters += len(text)
    found = set()
    for finding in scan(text):
        kind = _SAME.get(finding.kind, finding.kind) if foreign else finding.kind
        if finding.check == "wrong":
            report.check_wrong[kind] += 1
        if finding.confidence == "low":
            report.low[kind] += 1
        elif finding.check == "wrong":
            continue
        elif not foreign or kind in labels.values():
            found.add((finding.start, finding.end, kind))
    report.hit_rows += bool(found)
    for counter, these in (
        (report.right, there & found),
        (report.wrong, found - there),
        (report.missed, there - found),
    ):
        counter.update(kind for _, _, kind in these)
