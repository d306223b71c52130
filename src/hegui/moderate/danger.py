"""Look for a person in danger in what the person themselves has just written in a request.

Knows where the interfaces hold the words of the user: the turns since the model last spoke, and no other text. A system
prompt, a tool's result and what was said before, which has had its answer, speak of nobody who waits for help now.
Looks at the beginning and the end of what is very long: whoever pastes a book is not asking with every page of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hegui.detect.crisis import cue_language, find_crisis
from hegui.detect.findings import Finding
from hegui.moderate.policy import Policy, Ruling

__all__ = ["LOOKED_AT", "help_language", "latest_turns", "screen_for_danger"]

LOOKED_AT = 4000
"""Characters at either end of the turns that are looked at, count: the latest and the earliest of them."""


def screen_for_danger(policy: Policy, value: dict[str, Any]) -> tuple[tuple[str, Ruling], ...]:
    """The signs in the user's latest turns and what the policy makes of them, with the path of each field."""
    found, room = [], 2 * LOOKED_AT
    for path, text in reversed(list(latest_turns(value))):
        found += [(path, Ruling(sign, policy.action("prompt", sign))) for sign in _signs(text, room)]
        room -= min(len(text), room)
    return tuple(found)


def help_language(rulings: tuple[tuple[str, Ruling], ...], otherwise: str) -> str:
    """The language in which the person wrote: that of the first sign that is answered with help."""
    spoken = (cue_language(ruling.finding) for _, ruling in rulings if ruling.action == "help")
    return next(spoken, otherwise)


def _signs(text: str, room: int) -> tuple[Finding, ...]:
    """The signs in at most `room` characters, half of them at either end."""
    if len(text) <= room:
        return find_crisis(text)
    last = len(text) - room // 2
    late = (
        Finding(f.term_id, f.risk, f.severity, f.grade, f.start + last, f.end + last, f.kind)
        for f in find_crisis(text[last:])
    )
    return (*find_crisis(text[: room // 2]), *late)


def latest_turns(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The user's texts since the model last spoke, in order."""
    for name in ("messages", "input", "prompt"):
        given = value.get(name)
        if type(given) is str:
            yield name, given
        elif type(given) is list:
            first = 1 + max((n for n, turn in enumerate(given) if _is_spoken_by_model(turn)), default=-1)
            for number, turn in enumerate(given[first:], first):
                yield from _texts(f"{name}[{number}]", turn)


def _is_spoken_by_model(turn: Any) -> bool:
    return type(turn) is dict and (
        turn.get("role") == "assistant" or turn.get("type") in ("reasoning", "function_call")
    )


def _texts(path: str, turn: Any) -> Iterator[tuple[str, str]]:
    if type(turn) is str:
        yield path, turn
    elif type(turn) is dict and turn.get("role") == "user":
        content = turn.get("content")
        if type(content) is str:
            yield f"{path}.content", content
        elif type(content) is list:
            parts = [part.get("text") for part in content if type(part) is dict]
            yield f"{path}.content[].text", "".join(text for text in parts if type(text) is str)
