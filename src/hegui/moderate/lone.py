"""Recognise the common event of a stream: a piece of one text for one choice, and nothing else.

Knows shapes only. What it recognises need not be searched for texts member by member; whatever is unusual in the least
is not recognised and takes the long way (`texts`). Works in two ways: by reading the event (`lone_piece`), and, since
the events of a stream differ in that text alone, by comparing the bytes around it with those of one that was read
(`Template`).
"""

from __future__ import annotations

import re
from typing import Any

from hegui.moderate.fields import is_opaque
from hegui.moderate.wire import decode_json, encode_json

__all__ = ["LonePiece", "Template", "lone_piece"]

_NAMES = frozenset({"id", "object", "model", "system_fingerprint", "service_tier", "obfuscation"})
_TOP = frozenset({*_NAMES, "created", "choices", "usage"})
_CHOICE = frozenset({"index", "delta", "text", "finish_reason", "logprobs"})
_DELTA = frozenset({"content", "reasoning_content", "role"})
_NOT_PLAIN = re.compile(rb'[\x00-\x1f"\\]')
_PROBE = "\u25a1\u25a1"
_PROBE_WRITTEN = _PROBE.encode()


class LonePiece:
    """The one text of an event.

    Attributes:
        value: the event.
        choice: index of the choice.
        container, key: `container[key]` is the text.
        path: the path under which the choice streams it, such as `delta.content`.
        text: the text as it came.
    """

    __slots__ = ("choice", "container", "key", "path", "text", "value")

    def __init__(self, value: dict[str, Any], choice: int, container: dict[str, Any], key: str, path: str) -> None:
        self.value, self.choice, self.container, self.key, self.path = value, choice, container, key, path
        self.text: str = container[key]

    def render(self, text: str) -> bytes:
        """The event with another text."""
        self.container[self.key] = text
        return b"data: " + encode_json(self.value) + b"\n\n"

    def read(self, text: str) -> LonePiece:
        """The same event with another text, to be taken apart."""
        self.container[self.key] = self.text = text
        return self


class Template:
    """The bytes of an event around its one text.

    >>> value = {"choices": [{"index": 0, "delta": {"content": "a"}}]}
    >>> template = Template.of(encode_json(value), lone_piece(value, "chat"), "chat")
    >>> template.match(encode_json(value).replace(b'"a"', b'"bc"'))
    'bc'
    """

    __slots__ = ("_before", "_behind", "_kind")

    def __init__(self, before: bytes, behind: bytes, kind: str) -> None:
        self._before, self._behind, self._kind = before, behind, kind

    @classmethod
    def of(cls, data: bytes, piece: LonePiece, kind: str) -> Template | None:
        """The template of an event that was read; None when its text does not stand in it plainly, or twice."""
        if (template := cls._of_ours(data, piece, kind)) is not None:
            return template
        if b"\n" in data:
            return None
        written = encode_json(piece.text)
        before, found, behind = data.partition(written)
        if not found or _NOT_PLAIN.search(written[1:-1]):
            return None
        template = cls(before + b'"', b'"' + behind, kind)
        try:
            probe = template.read(_PROBE)
        except ValueError:
            return None
        return template if probe is not None and (probe.text, probe.path) == (_PROBE, piece.path) else None

    @classmethod
    def _of_ours(cls, data: bytes, piece: LonePiece, kind: str) -> Template | None:
        """The same where the event is written as we would write it: then another text changes nothing around it."""
        text = piece.text
        if encode_json(piece.value) != data or _PROBE_WRITTEN in data:
            return None
        before, _, behind = encode_json(piece.read(_PROBE).value).partition(_PROBE_WRITTEN)
        piece.read(text)
        return cls(before, behind, kind)

    def frames(self, data: bytes) -> bool:
        """Whether an event begins and ends as the template does."""
        return data.startswith(self._before) and data.endswith(self._behind)

    def match(self, data: bytes) -> str | None:
        """The text of an event of this template; None when it is not one, or has escapes in its text."""
        before, behind = self._before, self._behind
        if not (data.startswith(before) and data.endswith(behind)):
            return None
        written = data[len(before) : -len(behind)]
        if not written or len(before) + len(behind) >= len(data) or _NOT_PLAIN.search(written) is not None:
            return None
        try:
            return written.decode()
        except UnicodeDecodeError:
            return None

    def render(self, text: str) -> bytes:
        """The event with this text."""
        return b"data: " + self._before + encode_json(text)[1:-1] + self._behind + b"\n\n"

    def read(self, text: str) -> LonePiece | None:
        """The event with this text, to be taken apart. Raises ValueError when it is no JSON."""
        return lone_piece(decode_json(self._before + encode_json(text)[1:-1] + self._behind), self._kind)


def lone_piece(value: Any, kind: str) -> LonePiece | None:
    """The one text an event brings to its one choice; None when there is more to it, or a look at more is needed."""
    if type(value) is not dict or not _TOP.issuperset(value) or value.get("usage") is not None:
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
    found = _said(choice, kind)
    if found is None or not isinstance(value.get("created"), int | float | None):
        return None
    for name, member in value.items():
        if member is not None and name in _NAMES and (type(member) is not str or not is_opaque(member)):
            return None
    return LonePiece(value, index, *found)


def _said(choice: dict[str, Any], kind: str) -> tuple[dict[str, Any], str, str] | None:
    """Container, key and path of the one text of a choice."""
    delta = choice.get("delta")
    if kind == "completion":
        text = choice.get("text")
        return (choice, "text", "text") if delta is None and text and type(text) is str else None
    if type(delta) is not dict or "text" in choice or not _DELTA.issuperset(delta):
        return None
    if delta.get("role") not in (None, "assistant"):
        return None
    content, reasoning = delta.get("content"), delta.get("reasoning_content")
    if content and not reasoning and type(content) is str:
        return delta, "content", "delta.content"
    if reasoning and not content and type(reasoning) is str:
        return delta, "reasoning_content", "delta.reasoning_content"
    return None
