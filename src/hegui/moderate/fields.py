"""Find every text in a JSON value of the OpenAI protocol: what a person or a model may read, and where it stands.

Knows which members are mere protocol (ids, names of models, kinds) and which lists are joined by their reader. Whatever
is not known to be protocol counts as text, member names included: a new field is screened before anybody has heard of it.
Knows no lexicon and no stream.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

__all__ = ["MAX_DEPTH", "Leaf", "TooDeepError", "is_opaque", "joined_key", "known_path", "leaves", "says_nothing"]

MAX_DEPTH = 64
"""Nesting of a body, levels; deeper ones are refused rather than half read."""

# Members whose values are protocol, as long as they look it: printable ASCII without a space.
_PROTOCOL_VALUES = frozenset(
    [
        "id",
        "object",
        "model",
        "role",
        "type",
        "index",
        "finish_reason",
        "native_finish_reason",
        "stop_reason",
        "system_fingerprint",
        "service_tier",
        "provider",
        "obfuscation",
        "signature",
        "encrypted_content",
        "format",
        "status",
        "severity",
        "code",
        "created",
        "call_id",
        "tool_call_id",
        "item_id",
        "response_id",
        "previous_response_id",
        "prompt_cache_key",
        "prompt_cache_retention",
        "safety_identifier",
        "user",
        "detail",
        "encoding_format",
        "reasoning_effort",
        "effort",
        "verbosity",
        "truncation",
        "tool_choice",
        "mime_type",
        "media_type",
        "file_id",
        "url",
        "data",
        "file_data",
        "image_url",
        "b64_json",
        "channel",
        "include",
        "store",
    ]
)

# Member names of the protocol. Any other name is text itself: a tool's parameter is read by the model.
_PROTOCOL_NAMES = _PROTOCOL_VALUES | frozenset(
    [
        "choices",
        "delta",
        "message",
        "messages",
        "content",
        "text",
        "reasoning",
        "reasoning_content",
        "reasoning_details",
        "refusal",
        "tool_calls",
        "function",
        "function_call",
        "name",
        "arguments",
        "logprobs",
        "token",
        "bytes",
        "logprob",
        "top_logprobs",
        "usage",
        "prompt",
        "completion",
        "input",
        "output",
        "tools",
        "parameters",
        "properties",
        "description",
        "required",
        "enum",
        "additionalProperties",
        "strict",
        "response_format",
        "json_schema",
        "schema",
        "stream",
        "stream_options",
        "include_usage",
        "temperature",
        "top_p",
        "max_tokens",
        "max_completion_tokens",
        "n",
        "stop",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "parallel_tool_calls",
        "metadata",
        "audio",
        "transcript",
        "annotations",
        "url_citation",
        "title",
        "start_index",
        "end_index",
        "error",
        "param",
        "usage",
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
        "cached_tokens",
        "audio_tokens",
        "reasoning_tokens",
        "accepted_prediction_tokens",
        "image_tokens",
        "rejected_prediction_tokens",
        "queue_time",
        "prompt_time",
        "completion_time",
        "total_time",
        "citations",
        "dimensions",
        "embedding",
        "content_filter_results",
        "prompt_filter_results",
        "filtered",
        "hate",
        "self_harm",
        "sexual",
        "violence",
        "detected",
        "jailbreak",
        "prompt_index",
        "protected_material_code",
        "protected_material_text",
        "x_groq",
        "response",
        "item",
        "part",
        "output_index",
        "content_index",
        "sequence_number",
        "summary",
        "summary_index",
        "instructions",
        "suffix",
        "echo",
        "best_of",
        "modalities",
        "items",
    ]
)


class TooDeepError(ValueError):
    """The value is nested beyond MAX_DEPTH."""


class Leaf(NamedTuple):
    """One text and its place.

    Attributes:
        path: such as `choices[0].delta.content`, list positions included.
        container, key: `container[key]` is the text; key None when the text is a member's name.
    """

    path: str
    container: Any
    key: str | int | None
    text: str


def leaves(value: Any, path: str = "") -> list[Leaf]:
    """Every text in `value`, in document order. Raises TooDeepError."""
    found: list[Leaf] = []
    _collect(value, path, 0, found)
    return found


def _collect(value: Any, path: str, depth: int, found: list[Leaf]) -> None:
    if depth > MAX_DEPTH:
        raise TooDeepError(path[:200])
    if type(value) is dict:
        for name, member in value.items():
            if name not in _PROTOCOL_NAMES:
                found.append(Leaf(f"{path}.{{name}}" if path else "{name}", value, None, name))
            kind = type(member)
            if kind is str:
                if member and not (name in _PROTOCOL_VALUES and is_opaque(member)):
                    found.append(Leaf(f"{path}.{name}" if path else name, value, name, member))
            elif kind is dict or kind is list:
                _collect(member, f"{path}.{name}" if path else name, depth + 1, found)
    else:
        for number, member in enumerate(value):
            kind = type(member)
            if kind is str:
                if member:
                    found.append(Leaf(f"{path}[{number}]", value, number, member))
            elif kind is dict:
                index = member.get("index")
                _collect(member, f"{path}[{index if type(index) is int else number}]", depth + 1, found)
            elif kind is list:
                _collect(member, f"{path}[{number}]", depth + 1, found)


def says_nothing(name: str, member: Any) -> bool:
    """Whether a member of an object has no text, so that `leaves` need not look; what it denies may have none either.

    >>> says_nothing("id", "chatcmpl-1"), says_nothing("created", 1), says_nothing("id", "two words")
    (True, True, False)
    """
    if name not in _PROTOCOL_NAMES:
        return False
    kind = type(member)
    if kind is str:
        return not member or (name in _PROTOCOL_VALUES and is_opaque(member))
    return kind is not dict and kind is not list


def is_opaque(text: str) -> bool:
    """Printable ASCII without a space."""
    return text.isascii() and text.isprintable() and " " not in text


_POSITION = re.compile(r"\[\d+\]")
_SEGMENT = re.compile(r"[^.\[\]{}]+")


def joined_key(path: str) -> str:
    """The path under which a reader joins texts: the parts of a `content` list, and lists inside them, are one text.

    >>> joined_key("delta.content[1].text"), joined_key("delta.tool_calls[1].function.arguments")
    ('delta.content[].text', 'delta.tool_calls[1].function.arguments')
    """
    head, bracket, rest = path.partition("content[")
    return head + _POSITION.sub("[]", bracket + rest) if bracket else path


def known_path(path: str) -> str:
    """The path as it may be written down: a member's name that is none of the protocol's could itself be a text.

    >>> known_path("choices[0].delta.secret[3].content")
    'choices[0].delta.{}[3].content'
    """
    return _SEGMENT.sub(lambda name: name[0] if name[0] in _WRITTEN or name[0].isdecimal() else "{}", path)


_WRITTEN = _PROTOCOL_NAMES | {"name", "event"}
