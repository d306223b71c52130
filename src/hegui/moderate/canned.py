"""An answer of our own in place of the model's, whole or streamed, in the shape of each interface.

Knows the three shapes of an OpenAI answer; knows no socket and no policy. What is said is handed in.
A safe reply ends with `content_filter`; help for a person in danger ends with `stop`, like any answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hegui.moderate.marks import AnswerMarks
from hegui.moderate.wire import DONE, encode_json, framed

__all__ = ["CannedAnswer"]

_NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """What is said instead of a model.

    Attributes:
        kind: "chat", "completion" or "responses".
        exchange_id, model, created: as in any answer; created in seconds since 1970.
        text: what the end user reads.
        finish: the finish reason, "content_filter" or "stop".
        reason: the object `hegui` that programs read (see `notice`).
    """

    kind: str
    exchange_id: str
    model: str
    created: int
    text: str
    finish: str
    reason: dict[str, Any]

    def body(self, marks: AnswerMarks) -> bytes:
        """The whole answer as JSON."""
        if self.kind == "responses":
            return marks.mark_body(self._response(_text_of(self.text, marks)), None)
        said: dict[str, Any] = {"message": {"role": "assistant", "content": self.text}}
        if self.kind == "completion":
            said = {"text": self.text}
        name = "text_completion" if self.kind == "completion" else "chat.completion"
        body = self._envelope(name) | {"choices": [self._choice(said)], "usage": _NO_TOKENS, "hegui": self.reason}
        return marks.mark_body(body, None)

    def stream(self, marks: AnswerMarks) -> bytes:
        """The whole answer as the events of a stream, its end included."""
        text = _text_of(self.text, marks)
        if self.kind == "responses":
            events = self._events(text)
            written = [encode_json(event) for event in events]
            if marks.splice is not None:  # as in any stream: the first event and the last
                written[0], written[-1] = marks.splice(written[0]), marks.splice(written[-1])
            names = (b"event: " + event["type"].encode() for event in events)
            return b"".join(map(framed, written, names))
        said: dict[str, Any] = {"delta": {"role": "assistant", "content": text}}
        if self.kind == "completion":
            said = {"text": text}
        name = "text_completion" if self.kind == "completion" else "chat.completion.chunk"
        chunk = self._envelope(name) | {"choices": [self._choice(said)], "hegui": self.reason}
        return framed(_spliced(chunk, marks)) + DONE

    def _choice(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"index": 0, **said, "finish_reason": self.finish}

    def _envelope(self, name: str) -> dict[str, Any]:
        return {"id": self.exchange_id, "object": name, "created": self.created, "model": self.model}

    def _response(self, text: str | None) -> dict[str, Any]:
        """A response of the responses interface; without text, one that has only begun."""
        return {
            "id": self.exchange_id,
            "object": "response",
            "created_at": self.created,
            "status": "in_progress" if text is None else "completed",
            "model": self.model,
            "output": [] if text is None else [self._message([_part(text)])],
            "parallel_tool_calls": False,
            "tool_choice": "auto",
            "tools": [],
            "hegui": self.reason,
        }

    def _message(self, content: list[dict[str, Any]]) -> dict[str, Any]:
        status = "completed" if content else "in_progress"
        number = f"msg_{self.exchange_id}"
        return {"id": number, "type": "message", "role": "assistant", "status": status, "content": content}

    def _events(self, text: str) -> list[dict[str, Any]]:
        place = {"item_id": f"msg_{self.exchange_id}", "output_index": 0, "content_index": 0}
        told: list[dict[str, Any]] = [
            {"type": "response.created", "response": self._response(None)},
            {"type": "response.output_item.added", "output_index": 0, "item": self._message([])},
            {"type": "response.content_part.added", **place, "part": _part("")},
            {"type": "response.output_text.delta", **place, "delta": text, "logprobs": []},
            {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
            {"type": "response.content_part.done", **place, "part": _part(text)},
            {"type": "response.output_item.done", "output_index": 0, "item": self._message([_part(text)])},
            {"type": "response.completed", "response": self._response(text)},
        ]
        return [{**event, "sequence_number": number} for number, event in enumerate(told)]


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": []}


def _text_of(text: str, marks: AnswerMarks) -> str:
    return marks.head + text + marks.tail


def _spliced(value: dict[str, Any], marks: AnswerMarks) -> bytes:
    data = encode_json(value)
    return marks.splice(data) if marks.splice is not None else data
