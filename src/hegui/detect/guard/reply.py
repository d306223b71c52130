"""Take the answer of an OpenAI-compatible server apart, as far as adapters share it.

Knows the shapes of chat completions and completions; knows no verdict. Whatever does not fit is a malformed answer, never an
empty text. An answer in which the model thinks aloud first is read from the end of its thoughts.
Source of the shapes: OpenAI API reference, chat completions and completions.
"""

from __future__ import annotations

import json
from typing import Any

from hegui.detect.guard.faults import GuardFault, fault, fault_of_status

__all__ = ["JSON", "LONGEST_REPLY", "chat_text", "choices", "json_object", "malformed", "number"]

JSON: tuple[tuple[bytes, bytes], ...] = ((b"content-type", b"application/json"), (b"accept", b"application/json"))
LONGEST_REPLY = 4096
"""Characters of a guard's answer that are looked at; a verdict is at its beginning."""


def malformed(guard: str, problem: str) -> GuardFault:
    """An answer that is no verdict; `problem` never quotes it."""
    return fault("malformed", guard, problem)


def json_object(guard: str, status: int, body: bytes) -> dict[str, Any]:
    """The JSON object of an answer with status 200. Raises GuardFault."""
    if (broken := fault_of_status(guard, status)) is not None:
        raise broken
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise malformed(guard, "the answer is not JSON.") from None
    if type(value) is not dict:
        raise malformed(guard, "the answer is not a JSON object.")
    return value


def choices(guard: str, status: int, body: bytes, count: int = 1) -> list[dict[str, Any]]:
    """The choices of a completion, in the order of their index. Raises GuardFault."""
    found = json_object(guard, status, body).get("choices")
    if type(found) is not list or len(found) != count or not all(type(choice) is dict for choice in found):
        raise malformed(guard, f"the answer does not have {count} choices.")
    if count == 1:
        return found
    placed = {choice.get("index"): choice for choice in found if type(choice.get("index")) is int}
    if placed.keys() != set(range(count)):
        raise malformed(guard, "the choices of the answer are not numbered.")
    return [placed[index] for index in range(count)]


def chat_text(guard: str, status: int, body: bytes) -> str:
    """What the model of a chat completion said, without its thoughts. Raises GuardFault."""
    message = choices(guard, status, body)[0].get("message")
    text = message.get("content") if type(message) is dict else None
    if type(text) is not str:
        raise malformed(guard, "the answer has no text.")
    thought, closed, said = text.partition("</think>")
    if "<think>" in thought:
        text = said if closed else ""
    return text[:LONGEST_REPLY].strip()


def number(value: Any) -> float | None:
    """A score from 0 to 1; None for anything else, such as NaN or true."""
    return float(value) if type(value) in (int, float) and 0 <= value <= 1 else None
