"""Put the marks of generated content on an answer as it leaves: visible text, and the `aigc` object.

Knows where the marks stand in a chunk or body; knows no wording and no label format (both are handed in).
Rule 1: the visible text is a piece of content like any other, before the first or after the last content of a choice.
Rule 2: it never stands in a tool call, a refusal or a structured (JSON) answer.
Rule 3: the `aigc` object is in the first and the last event, or in the body; every other byte stays as it was.
Rules of law: Labelling Measures Art. 4 and 5; GB 45438-2025 5.1 and 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hegui.moderate.wire import encode_json, framed

__all__ = ["AnswerMarks", "Marker"]


@dataclass(frozen=True, slots=True)
class AnswerMarks:
    """The marks for one answer.

    Attributes:
        head, tail: visible text before or after the content; "" for none.
        splice: adds the implicit label to the bytes of a JSON object; None for none.
    """

    head: str = ""
    tail: str = ""
    splice: Callable[[bytes], bytes] | None = None

    def mark_body(self, value: dict[str, Any], encoded: bytes | None) -> bytes:
        """A whole body with its marks; `encoded` are its bytes when nothing in it was changed."""
        for choice in value.get("choices") or ():
            message = choice.get("message")
            holder, key = (message, "content") if message is not None else (choice, "text")
            text = holder.get(key)
            if type(text) is str and text and not _calls_tool(choice) and (self.head or self.tail):
                holder[key] = self.head + text + self.tail
                encoded = None
        body = encoded if encoded is not None else encode_json(value)
        return self.splice(body) if self.splice is not None else body


def _calls_tool(choice: dict[str, Any]) -> bool:
    holder = choice.get("message") or choice.get("delta") or {}
    return bool(holder.get("tool_calls") or holder.get("function_call"))


def _ends_text(choice: dict[str, Any]) -> bool:
    return choice.get("finish_reason") not in (None, "tool_calls", "function_call")


@dataclass(slots=True)
class _Seen:
    has_text: bool = False
    calls_tool: bool = False
    has_tail: bool = False


@dataclass(slots=True)
class Marker:
    """Marks the events of one stream on their way out."""

    marks: AnswerMarks
    kind: str
    labelled: bool = False
    _choices: dict[int, _Seen] = field(default_factory=dict)
    _last: tuple[bytes, bytes, bytes, bool] | None = (
        None  # raw, data, other of a closing event kept back; whether it is labelled
    )

    def event(self, value: dict[str, Any], raw: bytes, data: bytes, other: bytes, *, closes: bool) -> bytes:
        """The event with what goes before it; if it `closes` it may be the last, and waits until the next one comes."""
        out = self._flush()
        if self._append_tail(value):
            data = encode_json(value)
            raw = framed(data, other)
        out += self._visible(value)
        is_first = not self.labelled
        if is_first and self.marks.splice is not None:
            data = self.marks.splice(data)
            raw = framed(data, other)
        self.labelled = True
        if closes and self.marks.splice is not None:
            self._last = (raw, data, other, is_first)
            return out
        return out + raw

    def end(self) -> bytes:
        """Nothing but `[DONE]` follows: the event kept back carries the label."""
        if self._last is None:
            return b""
        raw, data, other, is_labelled = self._last
        self._last = None
        if self.marks.splice is None or is_labelled:
            return raw
        return framed(self.marks.splice(data), other)

    def passes(self, choice: int, *, is_content: bool) -> bool:
        """Whether an event that brings this choice a piece of text and nothing else needs no mark; it then may leave."""
        if self._last is not None or not (self.labelled or self.marks.splice is None):
            return False
        if not is_content:
            return True
        state = self._choices.get(choice)
        if state is None or not state.has_text:
            if self.marks.head:
                return False
            state = self._choices.setdefault(choice, _Seen())
            state.has_text = True
        return True

    def _flush(self) -> bytes:
        kept, self._last = self._last, None
        return kept[0] if kept else b""

    def _append_tail(self, value: dict[str, Any]) -> bool:
        """Where the finishing event brings content itself, the mark is the end of that content."""
        appended = False
        for choice in value.get("choices") or () if self.marks.tail else ():
            holder, key = (choice, "text") if self.kind == "completion" else (choice.get("delta") or {}, "content")
            seen = self._choices.get(choice.get("index", 0), _Seen())
            ends = _ends_text(choice) and not (seen.has_tail or seen.calls_tool or _calls_tool(choice))
            if ends and type(holder.get(key)) is str and holder[key]:
                holder[key] += self.marks.tail
                self._choices.setdefault(choice.get("index", 0), seen).has_tail = True
                appended = True
        return appended

    def _visible(self, value: dict[str, Any]) -> bytes:
        out = b""
        for choice in value.get("choices") or ():
            index = choice.get("index", 0)
            state = self._choices.setdefault(index, _Seen())
            state.calls_tool = state.calls_tool or _calls_tool(choice)
            delta = choice.get("delta") or {}
            text = choice.get("text") if self.kind == "completion" else delta.get("content")
            if text and not state.has_text:
                state.has_text = True
                out += self._text_event(value, index, self.marks.head)
            if _ends_text(choice) and state.has_text and not (state.has_tail or state.calls_tool or text):
                state.has_tail = True
                out += self._text_event(value, index, self.marks.tail)
        return out

    def _text_event(self, value: dict[str, Any], index: int, text: str) -> bytes:
        if not text:
            return b""
        piece = {"text": text} if self.kind == "completion" else {"delta": {"content": text}}
        chunk: dict[str, Any] = {name: value[name] for name in ("id", "object", "created", "model") if name in value}
        chunk["choices"] = [{"index": index, **piece, "finish_reason": None}]
        data = encode_json(chunk)
        if not self.labelled and self.marks.splice is not None:
            data, self.labelled = self.marks.splice(data), True
        return framed(data)
