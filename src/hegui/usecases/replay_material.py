"""What can be replayed: a prompt or an answer, as the gateway had it, run through the same screens as there.

Knows the shapes in which prompts and answers are kept, and what hegui itself put into an answer: that is taken out again.
Knows no file and no vault. Each side reads the bytes anew, for a screen masks in place.
Rules: those of the screens in `moderate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from hegui.detect.detectors import Detectors
from hegui.kernel.sse import SseEvent, SseSplitter
from hegui.moderate.answer import AnswerStream
from hegui.moderate.body import UnreadablePromptError, screen_answer, screen_prompt
from hegui.moderate.comparison import Screened
from hegui.moderate.danger import screen_for_danger
from hegui.moderate.fields import TooDeepError, joined_key, leaves
from hegui.moderate.marks import AnswerMarks
from hegui.moderate.notice import Notice
from hegui.moderate.policy import Direction, Policy, strongest
from hegui.moderate.stream import screen_text
from hegui.moderate.texts import TooManyTextsError
from hegui.moderate.wire import decode_json, encode_json, has_sound_members

__all__ = ["AnswerBytes", "Material", "PlainText", "PromptBytes", "Side", "UnreadableError", "kind_of_endpoint"]


class UnreadableError(ValueError):
    """What was kept is no prompt, or no answer, that can be screened."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared; `looks_for_danger` as the setting `crisis.screen`."""

    detectors: Detectors
    policy: Policy
    looks_for_danger: bool = True


class Material(Protocol):
    """A text, or several that belong together."""

    @property
    def direction(self) -> Direction: ...

    def screen(self, side: Side) -> Screened:
        """What this side makes of it. Raises UnreadableError."""

    def texts(self) -> dict[str, str]:
        """Path → the whole text there, for examples."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text alone; a prompt is taken as written by the user."""

    text: str
    direction: Direction

    def screen(self, side: Side) -> Screened:
        """As `Material`."""
        if self.direction == "prompt":
            return _prompt(side, {"prompt": self.text}, is_spoken=True)
        screen, _ = screen_text(side.detectors, side.policy, self.text, "answer")
        return Screened(screen.decision, tuple(("text", ruling) for ruling in screen.rulings))

    def texts(self) -> dict[str, str]:
        """As `Material`."""
        return {"prompt" if self.direction == "prompt" else "text": self.text}


@dataclass(frozen=True, slots=True)
class PromptBytes:
    """The body of a request; `is_spoken` unless nobody is spoken to, as in embeddings."""

    data: bytes
    is_spoken: bool = True
    direction: Direction = "prompt"

    def screen(self, side: Side) -> Screened:
        """As `Material`."""
        return _prompt(side, _object(self.data), is_spoken=self.is_spoken)

    def texts(self) -> dict[str, str]:
        """As `Material`."""
        return _texts([_object(self.data)])


@dataclass(frozen=True, slots=True)
class AnswerBytes:
    """An answer as it was delivered, whole or as a stream of events; kind: "chat", "completion" or "responses"."""

    data: bytes
    kind: str = "chat"
    direction: Direction = "answer"

    def screen(self, side: Side) -> Screened:
        """As `Material`."""
        notice = Notice("", "en", side.policy.label, "", "")
        if self._is_whole:
            value = _without_ours(_object(self.data))
            if not has_sound_members(value):
                raise UnreadableError
            try:
                tally, _ = screen_answer(side.detectors, side.policy, notice, value)
            except (TooDeepError, TooManyTextsError):
                raise UnreadableError from None
            return Screened(tally.decision, tuple(tally.rulings))
        answer = AnswerStream(side.detectors, side.policy, notice, AnswerMarks(), model="", kind=self.kind)
        for event in self._events():
            answer.feed(event)
        answer.finish()
        return Screened(answer.tally.decision, tuple(answer.tally.rulings))

    def texts(self) -> dict[str, str]:
        """As `Material`."""
        if self._is_whole:
            return _texts([_without_ours(_object(self.data))])
        read = (_read(event.data) for event in self._events() if event.data is not None)
        return _texts([value for value in read if value is not None])

    @property
    def _is_whole(self) -> bool:
        return self.data.lstrip()[:1] == b"{"

    def _events(self) -> Iterator[SseEvent]:
        """The events as the model sent them, as far as can be told."""
        splitter = SseSplitter(len(self.data) + 1)
        for event in (*splitter.feed(self.data), *filter(None, (splitter.finish(),))):
            value = None if event.data is None else _read(event.data)
            if value is None or not _has_ours(value):
                yield event
                continue
            data = encode_json(_without_ours(value))
            yield SseEvent(b"data: " + data + b"\n\n", data, event.other, event.complete)


def kind_of_endpoint(endpoint: str) -> str:
    """Of which kind answers of an interface are.

    >>> kind_of_endpoint("/v1/chat/completions"), kind_of_endpoint("/v1/completions")
    ('chat', 'completion')
    """
    return {"/v1/completions": "completion", "/v1/responses": "responses"}.get(endpoint, "chat")


def _prompt(side: Side, value: dict[str, Any], *, is_spoken: bool) -> Screened:
    try:
        rulings = screen_prompt(side.detectors, side.policy, value).rulings
    except (UnreadablePromptError, TooDeepError):
        raise UnreadableError from None
    if is_spoken and side.looks_for_danger:
        rulings += screen_for_danger(side.policy, value)
    return Screened(strongest(ruling.action for _, ruling in rulings), rulings)


def _read(data: bytes) -> dict[str, Any] | None:
    try:
        value = decode_json(data)
    except ValueError:
        return None
    return value if type(value) is dict else None


def _object(data: bytes) -> dict[str, Any]:
    value = _read(data)
    if value is None:
        raise UnreadableError
    return value


_OURS = ("hegui", "aigc")
"""Members that hegui puts into an answer: why it was held up, and the implicit label."""


def _holders(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield value
    choices = value.get("choices")
    if type(choices) is list:
        yield from (choice for choice in choices if type(choice) is dict)


def _has_ours(value: dict[str, Any]) -> bool:
    return any(name in holder for holder in _holders(value) for name in _OURS)


def _without_ours(value: dict[str, Any]) -> dict[str, Any]:
    for holder in _holders(value):
        for name in _OURS:
            holder.pop(name, None)
    return value


def _texts(values: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    try:
        for value in values:
            for leaf in leaves(value):
                found.setdefault(joined_key(leaf.path), []).append(leaf.text)
    except TooDeepError:
        return {}
    return {path: "".join(pieces) for path, pieces in found.items()}
