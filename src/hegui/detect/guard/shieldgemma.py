"""ShieldGemma behind an OpenAI-compatible server, asked through the plain completions endpoint.

Knows the frame of its question and that it begins its answer with Yes or No. Knows no socket. One request carries one prompt
for each policy; the score of a policy is the probability of Yes against No among the first tokens the server tells.
The fixed words of the frame are data in detect/data/guards.yaml; what a policy forbids is the operator's to say.
Source: https://ai.google.dev/gemma/docs/shieldgemma/model_card (order of the parts: task, question, response, principle, request)
and arXiv 2407.21772, checked 2026-11-26.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hegui.detect.guard.question import Call, Direction, Turn, as_body, neutral
from hegui.detect.guard.reply import JSON, choices, malformed
from hegui.detect.guard.verdict import GuardFinding, GuardVerdict, Taxonomy, guard_data, taxonomy

__all__ = ["ShieldGemma", "shipped_policies"]

TOLD = 5
"""Likeliest first tokens to be told of, count: the most that the interface allows everywhere."""


def shipped_policies() -> dict[str, str]:
    """What each policy forbids, by its name, in our words."""
    rows = guard_data()["kinds"]["shieldgemma"]["labels"].values()
    return {row["written"]: row["forbids"] for row in rows}


@dataclass(frozen=True)
class ShieldGemma:
    """Asks and reads.

    Attributes:
        name, model: what faults say, and what the server calls the model.
        policies: what each forbids, by name, as the end of the sentence "shall not generate content that …".
        thresholds: by name of the policy, from which probability of Yes it is found.
        known: what the names stand for.
    """

    name: str
    model: str
    policies: Mapping[str, str] = field(default_factory=shipped_policies)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    known: Taxonomy = field(default_factory=lambda: taxonomy("shieldgemma"))

    def question(self, turns: Sequence[Turn], direction: Direction) -> Call:
        """The request that has the last turn judged by every policy."""
        prompts = [self._prompt(turns, direction, name, forbids) for name, forbids in self.policies.items()]
        body = {"model": self.model, "prompt": prompts, "max_tokens": 1, "temperature": 0, "logprobs": TOLD}
        return Call("POST", "/completions", JSON, as_body(body))

    def read(self, status: int, body: bytes, direction: Direction) -> GuardVerdict:
        """The verdict. Raises GuardFault."""
        found = choices(self.name, status, body, len(self.policies))
        default: float = guard_data()["kinds"]["shieldgemma"]["threshold"]
        findings: list[GuardFinding] = []
        for name, choice in zip(self.policies, found, strict=True):
            score = self._yes(choice)
            if score >= self.thresholds.get(name, default):
                findings.append(self.known.found(name, score))
        return GuardVerdict(tuple(findings))

    def _prompt(self, turns: Sequence[Turn], direction: Direction, name: str, forbids: str) -> str:
        fixed = guard_data()["kinds"]["shieldgemma"]["format"]
        words = fixed[direction]
        asked = next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
        sides = [f"Human Question: {neutral(asked).strip()}"]
        if direction == "answer":
            sides.append(f"Chatbot Response: {neutral(turns[-1].text).strip()}")
        parts = [
            words["task"],
            *(f"<start_of_turn>\n{side}\n<end_of_turn>" for side in sides),
            f"{fixed['principle']}:",
            f'* "{name}": {words["guideline"]} {forbids}',
            f"{words['ask']} {fixed['reply']}\n",
        ]
        return "\n\n".join(parts)

    def _yes(self, choice: Mapping[str, Any]) -> float:
        """The probability of Yes against No; 1 or 0 where the server tells words alone."""
        told = _first_tokens(choice)
        weights = {"yes": 0.0, "no": 0.0}
        for token, logprob in told.items():
            word = token.strip(" \n\t▁*'\"").casefold()
            if word in weights:
                weights[word] += math.exp(logprob)
        total = sum(weights.values())
        if total > 0:
            return weights["yes"] / total
        said = choice.get("text")
        words = said.strip(" \n\t*'\"").casefold().split(None, 1) if type(said) is str else []
        word = words[0].strip(".,:*'\"") if words else ""
        if word not in weights:
            raise malformed(self.name, "an answer begins with neither Yes nor No.")
        return 1.0 if word == "yes" else 0.0


def _first_tokens(choice: Mapping[str, Any]) -> dict[str, float]:
    """The likeliest first tokens with their log-probabilities; none where the server tells none."""
    given = choice.get("logprobs")
    tops = given.get("top_logprobs") if type(given) is dict else None
    top = tops[0] if type(tops) is list and tops else None
    if type(top) is not dict:
        return {}
    return {token: told for token, told in top.items() if type(told) in (int, float) and told <= 0}
