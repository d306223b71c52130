"""The moderation endpoint of OpenAI, and of servers that speak as it does.

Knows its question, one text, and its answer: per category a flag and a score. Knows no socket.
A category is found where the server flags it, or where its score reaches a threshold of the operator's own, which then decides
alone for that category. `flagged` without any category is a finding without a name.
Source: https://platform.openai.com/docs/api-reference/moderations, checked 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hegui.detect.guard.question import Call, Direction, Turn, as_body, neutral
from hegui.detect.guard.reply import JSON, json_object, malformed, number
from hegui.detect.guard.verdict import GuardVerdict, taxonomy

__all__ = ["OpenAIModeration"]

MOST_CATEGORIES = 200


@dataclass(frozen=True)
class OpenAIModeration:
    """Asks and reads; `thresholds` by category as the server writes it."""

    name: str
    model: str
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def question(self, turns: Sequence[Turn], direction: Direction) -> Call:
        """The request that has the text of the last turn judged; the endpoint knows no conversation."""
        return Call("POST", "/moderations", JSON, as_body({"model": self.model, "input": neutral(turns[-1].text)}))

    def read(self, status: int, body: bytes, direction: Direction) -> GuardVerdict:
        """The verdict. Raises GuardFault."""
        results = json_object(self.name, status, body).get("results")
        result = results[0] if type(results) is list and len(results) == 1 else None
        if type(result) is not dict or type(result.get("flagged")) is not bool:
            raise malformed(self.name, "the answer does not have one result with a flag.")
        flags, scores = result.get("categories"), result.get("category_scores")
        if type(flags) is not dict or type(scores) is not dict or len(flags) > MOST_CATEGORIES:
            raise malformed(self.name, "the answer has no categories with scores.")
        known = taxonomy("openai_moderation")
        found = [known.found(name, number(scores.get(name))) for name in flags if self._finds(name, flags, scores)]
        if result["flagged"] and not any(flag is True for flag in flags.values()):
            found.append(known.found("flagged"))
        return GuardVerdict(tuple(found))

    def _finds(self, name: str, flags: dict[str, Any], scores: dict[str, Any]) -> bool:
        if (threshold := self.thresholds.get(name)) is None:
            if flags[name] not in (True, False, None):
                raise malformed(self.name, "a category of the answer is neither true nor false.")
            return flags[name] is True
        if (score := number(scores.get(name))) is None:
            raise malformed(self.name, "a category with a threshold has no score from 0 to 1.")
        return score >= threshold
