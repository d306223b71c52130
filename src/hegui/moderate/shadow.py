"""Try a policy on an exchange without acting: it decides beside the one that acts, on copies, and nothing it makes goes anywhere.

Knows the exchange as the policy that acts left it: a prompt that one refused has no answer, an answer it ended has no rest.
Asks no guard: what guards said for the policy that acts is ruled on anew where the tried one has guards too. Whatever breaks
here breaks nothing else: the decision is then `failed`, and the exchange goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from hegui.detect.detectors import Detectors
from hegui.detect.findings import GUARD
from hegui.kernel.sse import SseEvent, SseSplitter
from hegui.moderate.answer import AnswerStream
from hegui.moderate.body import UnreadablePromptError, screen_answer, screen_prompt
from hegui.moderate.danger import screen_for_danger
from hegui.moderate.fields import TooDeepError
from hegui.moderate.marks import AnswerMarks
from hegui.moderate.notice import Notice
from hegui.moderate.policy import Action, Direction, Policy, Ruling, ends_answer, strongest
from hegui.moderate.texts import TooManyTextsError
from hegui.moderate.wire import DONE, decode_json, encode_json

__all__ = ["FAILED", "Shadow"]

FAILED = "failed"
"""Stands where the decision would, when there is none."""

_UNREADABLE = (UnreadablePromptError, TooDeepError, TooManyTextsError)

_log = logging.getLogger("hegui.shadow")


class Shadow:
    """A policy on trial over one exchange.

    Args:
        kind: "chat", "completion", "responses" or "embeddings".
        screens_danger: whether a person in danger is looked for in prompts.
    """

    def __init__(self, detectors: Detectors, policy: Policy, kind: str, *, screens_danger: bool) -> None:
        self.policy = policy
        self._detectors, self._kind = detectors, kind
        self._screens_danger = screens_danger and kind != "embeddings"  # there nobody is spoken to
        self._actions: list[Action] = []
        self._stream: AnswerStream | None = None
        self._events: list[SseEvent] = []
        self._is_over = False  # nothing that still comes would have come to the user
        self._has_failed = False

    def prompt(self, value: dict[str, Any]) -> None:
        """Take the request before the policy that acts changes it; the value stays as it is."""
        try:
            copy = decode_json(encode_json(value))
            found = [ruling for _, ruling in screen_prompt(self._detectors, self.policy, copy).rulings]
            if self._screens_danger:
                found += [ruling for _, ruling in screen_for_danger(self.policy, copy)]
            self._take(found)
        except Exception as error:  # the edge of the trial
            self._fail(error)

    def whole(self, body: bytes) -> None:
        """Take an answer that is not streamed, as the model server sent it."""
        if self._is_over:
            return
        try:
            tally, _ = screen_answer(self._detectors, self.policy, self._notice(), decode_json(body))
            self._take([ruling for _, ruling in tally.rulings])
        except Exception as error:  # the edge of the trial
            self._fail(error)

    def splitter(self, limit: int, *, model: str, choices: int) -> SseSplitter:
        """What splits a streamed answer as `SseSplitter` does, and lets this trial see each event: what came with one piece is
        looked at when the next one comes, so that the client waits for nothing before the end."""
        if not self._is_over:
            self._stream = AnswerStream(
                self._detectors,
                self.policy,
                self._notice(),
                AnswerMarks(),
                model=model,
                kind=self._kind,
                choices=choices,
            )
        return _Splitter(limit, self)

    def see(self, events: Sequence[SseEvent]) -> None:
        """Look at what came before, and keep these events for the next time."""
        self._look()
        if self._stream is not None and not self._stream.is_done:
            self._events.extend(events)

    def conclude(self, guarded: Sequence[tuple[Direction, Ruling]]) -> str:
        """The decision; nothing follows.

        Args:
            guarded: what the policy that acted made of all findings; those of guards count here too.
        """
        self._look()
        if self._stream is not None:
            stream, self._stream = self._stream, None
            try:
                stream.finish(DONE)
                self._actions += [ruling.action for _, ruling in stream.tally.rulings]
            except Exception as error:  # the edge of the trial
                self._fail(error)
        if self._has_failed:
            return FAILED
        said = [self._of_guard(direction, ruling) for direction, ruling in guarded if ruling.finding.kind == GUARD]
        return strongest([*self._actions, *said])

    def _look(self) -> None:
        events, self._events = self._events, []
        if self._stream is None:
            return
        try:
            for event in events:
                self._stream.feed(event)
        except Exception as error:  # the edge of the trial
            self._fail(error)

    def _take(self, rulings: Sequence[Ruling]) -> None:
        self._actions += [ruling.action for ruling in rulings]
        self._is_over = any(action == "help" or ends_answer(action) for action in self._actions)

    def _of_guard(self, direction: Direction, ruling: Ruling) -> Action:
        if not self.policy.guards.get(direction):
            return "allow"
        # Where no verdict came, what follows is laid down with the guard and not in the policy.
        is_unheard = ruling.finding.term_id.startswith("guard.")
        return ruling.action if is_unheard else self.policy.action(direction, ruling.finding)

    def _fail(self, error: Exception) -> None:
        self._has_failed = self._is_over = True
        self._stream = None
        self._events.clear()
        if isinstance(error, _UNREADABLE):
            return  # the policy that acts cannot read it either
        _log.warning("the trial of %s failed: %s", self.policy.label, type(error).__name__, exc_info=True)

    def _notice(self) -> Notice:
        return Notice("", "zh", self.policy.label, "", "")


class _Splitter(SseSplitter):
    """An `SseSplitter` that shows each event to a trial."""

    __slots__ = ("_shadow",)

    def __init__(self, limit: int, shadow: Shadow) -> None:
        super().__init__(limit)
        self._shadow = shadow

    def feed(self, piece: bytes) -> list[SseEvent]:
        events = super().feed(piece)
        self._shadow.see(events)
        return events

    def finish(self) -> SseEvent | None:
        rest = super().finish()
        if rest is not None:
            self._shadow.see([rest])
        return rest
