"""Qwen3Guard-Gen behind an OpenAI-compatible server (vLLM, SGLang and others).

Knows its answer: a line `Safety:` with Safe, Controversial or Unsafe, a line `Categories:`, and for an answer a line `Refusal:`.
Knows no socket. The server's own chat template frames the conversation, so a question is the plain messages, ending with the
turn that is judged. A verdict word it does not know is no verdict, and neither is a Safe beside other
lines than its own; a category it does not know is a finding all the same.
Source: https://github.com/QwenLM/Qwen3Guard, README (Quick Start, Deployment), checked 2026-11-26.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from hegui.detect.guard.question import Call, Direction, Turn, as_body, messages
from hegui.detect.guard.reply import JSON, chat_text, malformed
from hegui.detect.guard.verdict import GuardVerdict, guard_data, plain, taxonomy
from hegui.detect.lexicon import Severity

__all__ = ["Qwen3Guard"]

MOST_TOKENS = 128
"""Tokens of an answer; the README's own bound."""
_LINE = re.compile(r"(safety|categories|refusal)[\s*]*:[\s*]*(.*)", re.I)
_MARKS = " \t*#>-"
"""What stands around a line where a server writes Markdown."""


@dataclass(frozen=True)
class Qwen3Guard:
    """Asks and reads; `name` is what faults say, `model` what the server calls the model."""

    name: str
    model: str

    def question(self, turns: Sequence[Turn], direction: Direction) -> Call:
        """The request that has the last turn judged."""
        body = {"model": self.model, "messages": messages(turns), "max_tokens": MOST_TOKENS, "temperature": 0}
        return Call("POST", "/chat/completions", JSON, as_body(body))

    def read(self, status: int, body: bytes, direction: Direction) -> GuardVerdict:
        """The verdict. Raises GuardFault."""
        said: dict[str, list[str]] = {"safety": [], "categories": [], "refusal": [], "": []}
        for line in unicodedata.normalize("NFKC", chat_text(self.name, status, body)).splitlines():
            if shown := line.strip(_MARKS):
                name, value = found.groups() if (found := _LINE.fullmatch(shown)) else ("", shown)
                said[name.lower()].append(value)
        words = set(map(plain, said["safety"]))
        levels: dict[str, Severity | None] = guard_data()["kinds"]["qwen3guard"]["levels"]
        if len(words) != 1 or not words <= levels.keys():
            raise malformed(self.name, "the answer has no line with one known word for safety.")
        severity = levels[words.pop()]
        named = [part for value in said["categories"] for part in value.split(",") if plain(part) not in ("", "none")]
        if severity is None:
            if named or said[""]:
                raise malformed(self.name, "the answer calls the text safe and says more.")
            return GuardVerdict()
        known = taxonomy("qwen3guard")
        return GuardVerdict(tuple(known.found(part, severity=severity) for part in named or ["unsafe"]))
