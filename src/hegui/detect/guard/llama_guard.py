"""Llama Guard 3 and 4 behind an OpenAI-compatible server.

Knows its answer: `safe`, or `unsafe` and on the next line codes such as S1,S10. Knows no socket. The server's chat template
writes the frame with the categories S1 to S14 and has the last turn judged, so a question is the plain messages.
Where the server gives log-probabilities, the score is the probability of the first token, as the card has it.
Source: Llama Guard 3 model card and prompt formats (https://www.llama.com/docs/model-cards-and-prompt-formats/llama-guard-3/),
https://github.com/meta-llama/PurpleLlama, checked 2026-11-26.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hegui.detect.guard.question import Call, Direction, Turn, as_body, messages
from hegui.detect.guard.reply import JSON, chat_text, choices, malformed
from hegui.detect.guard.verdict import GuardVerdict, taxonomy

__all__ = ["LlamaGuard"]

MOST_TOKENS = 64
"""Tokens of an answer: the word and all fourteen codes."""
MOST_CODES = 32


@dataclass(frozen=True)
class LlamaGuard:
    """Asks and reads; `name` is what faults say, `model` what the server calls the model."""

    name: str
    model: str

    def question(self, turns: Sequence[Turn], direction: Direction) -> Call:
        """The request that has the last turn judged."""
        body = {
            "model": self.model,
            "messages": messages(turns),
            "max_tokens": MOST_TOKENS,
            "temperature": 0,
            "logprobs": True,
        }
        return Call("POST", "/chat/completions", JSON, as_body(body))

    def read(self, status: int, body: bytes, direction: Direction) -> GuardVerdict:
        """The verdict. Raises GuardFault."""
        first, _, rest = chat_text(self.name, status, body).partition("\n")
        word = first.strip().casefold()
        if word not in ("safe", "unsafe") or (word == "safe" and rest.strip()):
            raise malformed(self.name, "the first line of the answer is neither safe nor unsafe alone.")
        if word == "safe":
            return GuardVerdict()
        codes = [code for code in re.split(r"[\s,;，、]+", rest)[:MOST_CODES] if code]
        score = _first_probability(choices(self.name, status, body)[0])
        known = taxonomy("llama_guard")
        return GuardVerdict(tuple(known.found(code, score) for code in codes or ["unsafe"]))


def _first_probability(choice: dict[str, Any]) -> float | None:
    """The probability of the first token that says something; None where the server tells none."""
    given = choice.get("logprobs")
    tokens = given.get("content") if type(given) is dict else None
    for token in tokens if type(tokens) is list else ():
        if type(token) is dict and type(token.get("token")) is str and token["token"].strip():
            told = token.get("logprob")
            return math.exp(told) if isinstance(told, int | float) and told <= 0 else None
    return None
