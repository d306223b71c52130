"""Read and write the JSON and the events of the OpenAI protocol, and tell the shapes we know.

Knows bytes, values and shapes; decides nothing.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

__all__ = ["DONE", "decode_json", "encode_json", "framed", "has_known_shape", "has_repeated_names", "has_sound_members"]

DONE = b"data: [DONE]\n\n"


def decode_json(data: bytes) -> Any:
    r"""The value; lone halves of surrogate pairs, which some servers send, are let through. Raises ValueError.

    >>> decode_json(b'"\\ud83d"')
    '\ud83d'
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            return json.loads(data.decode())
        except RecursionError:
            raise ValueError("nested too deep") from None


def encode_json(value: Any) -> bytes:
    """Compact JSON, UTF-8; with escapes where a lone half must survive."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def framed(data: bytes, other: bytes = b"") -> bytes:
    """An event with these data, behind the other lines it came with."""
    head = other + b"\n" if other else b""
    return head + b"data: " + data.replace(b"\n", b"\ndata: ") + b"\n\n"


def has_repeated_names(data: bytes, value: Any) -> bool:
    """Whether an object in this JSON has two members of one name, of which `value`, decoded from it, has the last.

    >>> texts = [b'{"a":{"b":1},"b":2}', b'{"a": {"b":1}}', b'{"a":{"b":1,"b":2}}']
    >>> [has_repeated_names(text, decode_json(text)) for text in texts]
    [False, False, True]
    """
    if encode_json(value) == data:
        return False  # nothing was lost; most servers write it as we do
    repeated = False

    def look(members: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        repeated = repeated or len({name for name, _ in members}) < len(members)

    try:
        json.loads(data.decode(errors="replace"), object_pairs_hook=look)
    except RecursionError:
        return True
    return repeated


def has_sound_members(value: Any) -> bool:
    """Whether it is an object whose choices, messages and response, if any, are such."""
    if type(value) is not dict or not isinstance(value.get("response"), dict | None):
        return False
    choices = value.get("choices")
    if choices is None:
        return True
    return type(choices) is list and all(map(_is_sound_choice, choices))


def _is_sound_choice(choice: Any) -> bool:
    return (
        type(choice) is dict
        and type(choice.get("index", 0)) is int
        and isinstance(choice.get("delta"), dict | None)
        and isinstance(choice.get("message"), dict | None)
    )


def has_known_shape(value: Any) -> bool:
    """Whether it is a chunk or body with choices, an event or body of the responses interface, or an error."""
    if not has_sound_members(value):
        return False
    if type(value.get("choices")) is list or (type(value.get("data")) is list and "created" in value):
        return True  # a chunk or body with choices; an answer with pictures
    kind = value.get("type")
    return (
        "error" in value
        or (type(kind) is str and (kind.startswith("response.") or kind == "error"))
        or str(value.get("object", "")).startswith(("response", "list"))
    )
