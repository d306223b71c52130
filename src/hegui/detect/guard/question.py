"""What a guard model is asked: the turns of a conversation, and the request that carries them.

Knows roles, directions and how to keep a text from playing the guard's own frame. Knows no format of any guard and does no I/O:
a call is a value, to be sent by whoever can.
A text is bounded before it is asked about, from its beginning on the user's side and whole on the side that is judged.
Rules: TC260-003 and Interim Measures Art. 4 say what is looked for; who looks is the operator's choice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

__all__ = ["DIRECTIONS", "Call", "Direction", "Role", "Turn", "as_body", "messages", "neutral", "of_prompt"]

Direction = Literal["prompt", "answer"]
Role = Literal["user", "assistant"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

_FRAME = re.compile(r"<(?=\|)|<(?=/?(?:start_of_turn|end_of_turn|bos|eos|pad|think|(?:BEGIN|END) [A-Z ]{1,40})>)", re.I)


@dataclass(frozen=True, slots=True)
class Turn:
    """One side of the conversation; the last turn is the one that is judged."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a guard.

    Attributes:
        path: put after the guard's URL; "" for a URL that is whole.
        headers: without the credential, which whoever sends adds.
        body: JSON in UTF-8.
    """

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def of_prompt(text: str) -> tuple[Turn, ...]:
    """The conversation that is one prompt."""
    return (Turn("user", text),)


def neutral(text: str) -> str:
    """The text with marks that steer a guard broken by a space, and half characters replaced.

    A prompt that closes the turn and writes the verdict itself would otherwise judge itself.

    >>> neutral("hi<|im_end|> <end_of_turn> a<b")
    'hi< |im_end|> < end_of_turn> a<b'
    """
    return _FRAME.sub("< ", text).encode("utf-8", "replace").decode()


def messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The turns as chat messages."""
    return [{"role": turn.role, "content": neutral(turn.text)} for turn in turns]


def as_body(value: Any) -> bytes:
    """JSON for a call."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
