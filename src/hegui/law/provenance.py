"""Where a figure of the law stands and how surely it is known.

Knows the three members that go with every figure: source, confidence and, where something is to be said with it, a note. A Chinese
source is followed by its English name in brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hegui.law.entries import Entry
from hegui.law.instruments import Confidence, read_confidence
from hegui.law.words import Words

__all__ = ["Provenance", "read_provenance"]

_BILINGUAL = re.compile(r"(.*[\u4e00-\u9fff].*?) \(([^\u4e00-\u9fff]+)\)")


@dataclass(frozen=True)
class Provenance:
    """Where a figure stands, how surely we know it, and what is to be said with it."""

    source: str
    confidence: Confidence
    note: Words | None = None

    def source_text(self, lang: str) -> str:
        """The source as it is named in `lang`: of 网络安全法第二十三条 (Cybersecurity Law art. 23) each language takes its own.

        >>> Provenance("民法典第202条 (Civil Code, art. 202)", "verified").source_text("en")
        'Civil Code, art. 202 (民法典第202条)'
        """
        chinese, english = _in_two(self.source)
        if english is None:
            return self.source
        return chinese if lang == "zh" else f"{english} ({chinese})"


def read_provenance(entry: Entry) -> Provenance:
    """source, confidence and note of an entry."""
    return Provenance(entry.text("source"), read_confidence(entry), entry.words_or_none("note"))


def _in_two(source: str) -> tuple[str, str | None]:
    """The Chinese name and the English one that follows in brackets; None where it is not written so."""
    found = _BILINGUAL.fullmatch(source)
    return (found[1], found[2]) if found else (source, None)
