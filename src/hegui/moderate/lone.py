"""Recognise the common event of a stream: a piece of one text for one choice, and nothing else.

Knows shapes only. What it recognises need not be searched for texts member by member; whatever is unusual in the least
is not recognised and takes the long way (`texts`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hegui.moderate.fields import is_opaque

__all__ = ["LonePiece", "lone_piece"]

_NAMES = ("id", "object", "model", "system_fingerprint", "service_tier", "obfuscation")
_TOP = frozenset({*_NAMES, "created", "choices", "usage"})
_CHOICE = frozenset({"index", "delta", "text", "finish_reason", "logprobs"})
_DELTA = frozenset({"content", "reasoning_content", "role"})


class LonePiece(NamedTuple):
    """Where the text stands: `container[key]`, and the path under which the choice streams it."""

    choice: int
    container: dict[str, Any]
    key: str
    path: str


def lone_piece(value: Any, kind: str) -> LonePiece | None:
    """The one text an event brings to its one choice; None when there is more to it, or a look at more is needed."""
    if type(value) is not dict or not _TOP.issuperset(value) or value.get("usage") is not None:
        return None
    if not isinstance(value.get("created"), int | float | None):
        return None
    for name in _NAMES:
        member = value.get(name)
        if member is not None and (type(member) is not str or not is_opaque(member)):
            return None
    choices = value.get("choices")
    if type(choices) is not list or len(choices) != 1 or type(choices[0]) is not dict:
        return None
    choice = choices[0]
    index = choice.get("index", 0)
    if (
        type(index) is not int
        or choice.get("finish_reason") is not None
        or choice.get("logprobs") is not None
        or not _CHOICE.issuperset(choice)
    ):
        return None
    delta = choice.get("delta")
    if kind == "completion":
        is_lone = delta is None and type(choice.get("text")) is str and choice["text"]
        return LonePiece(index, choice, "text", "text") if is_lone else None
    if type(delta) is not dict or "text" in choice or not _DELTA.issuperset(delta):
        return None
    if delta.get("role") not in (None, "assistant"):
        return None
    content, reasoning = delta.get("content"), delta.get("reasoning_content")
    if content and not reasoning:
        return LonePiece(index, delta, "content", "delta.content") if type(content) is str else None
    if reasoning and not content and type(reasoning) is str:
        return LonePiece(index, delta, "reasoning_content", "delta.reasoning_content")
    return None
