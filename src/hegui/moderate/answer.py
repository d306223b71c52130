"""Screen a streamed answer of the OpenAI protocol, field by field, and let it go as soon as it may.

Knows choices, their ends and findings; knows no sockets and no clock: events in, bytes out. When an event leaves, and
with which bytes, is in `outlet`.

Rule 1: every text of every choice runs through a screen of its own (`texts`).
Rule 2: an event of unknown shape, or text for a choice that has finished, is withheld and counted; and so is a file (a picture,
sound), for what comes in pieces cannot be labelled.
Rule 3: a choice that a finding ends says `content_filter`; when all have ended the upstream is no longer needed.
Rules of law: Interim Measures Art. 14 para. 1 (stop generating, stop transmitting).
"""

from __future__ import annotations

from typing import Any

from hegui.detect.detectors import Detectors
from hegui.kernel.sse import SseEvent
from hegui.moderate.answer_files import files_in
from hegui.moderate.fields import TooDeepError, is_opaque
from hegui.moderate.guarded import NewGuard
from hegui.moderate.lone import LonePiece, Template, lone_piece
from hegui.moderate.marks import AnswerMarks, Marker
from hegui.moderate.notice import Notice
from hegui.moderate.outlet import MAX_WAITING, BacklogError, Outlet, Waiting
from hegui.moderate.policy import Action, Policy, ends_answer, strongest
from hegui.moderate.texts import Piece, Tally, Text, Texts, TooManyTextsError, streamed_key
from hegui.moderate.wire import DONE, decode_json, encode_json, framed, has_known_shape, has_repeated_names

__all__ = ["AnswerStream"]


class AnswerStream:
    """One streamed answer.

    Args:
        kind: "chat", "completion" or "responses".
        choices: how many choices were asked for (`n`).
        guard: what guards a text; while it is out `advance` takes up what it says, and `close` comes before `finish`.
    Attributes:
        ended: every choice was ended by a finding: the end is written, the upstream can be cancelled.
        failed: the upstream reported an error inside the stream.
        usage, upstream_id: what the upstream said of them.
    """

    def __init__(
        self,
        detectors: Detectors,
        policy: Policy,
        notice: Notice,
        marks: AnswerMarks,
        *,
        model: str,
        kind: str = "chat",
        choices: int = 1,
        guard: NewGuard | None = None,
    ) -> None:
        self._notice, self._kind, self._expected = notice, kind, choices
        self._texts = Texts(detectors, policy, guard)
        self._marker = Marker(marks, kind)
        self._outlet = Outlet(self._marker, self._texts.tally)
        self._known: tuple[Template, Text] | None = None  # what the last event was, if it was a lone piece
        self._open: set[int] = set()
        self._finished: set[int] = set()
        self._ended: set[int | None] = set()
        self._done = False
        self._model = model
        self._latest: dict[str, Any] = {}  # the latest event that had an id
        self.ended = self.failed = False
        self.usage: dict[str, Any] | None = None
        self.upstream_id: str | None = None

    @property
    def tally(self) -> Tally:
        """Counts and rulings so far."""
        return self._texts.tally

    @property
    def is_done(self) -> bool:
        """Whether the end has been written."""
        return self._done

    @property
    def is_complete(self) -> bool:
        """Whether the upstream finished every choice it began."""
        return bool(self._finished or self._ended) and not self._open

    def feed(self, event: SseEvent) -> bytes:
        """Take one event of the upstream; give back the bytes that may go to the client now."""
        if self._done:
            return b"" if self.ended else self._withhold()
        if event.data == b"[DONE]":
            return self.finish(event.raw if event.complete and not event.other else DONE)
        if event.data is None or not event.complete:
            return self._comment(event)
        if self._known is not None and not event.other:
            template, text = self._known
            if self._outlet.takes_piece(text) and (source := template.match(event.data)) is not None:
                return self._pass(event, template, text, source)
        try:
            value = decode_json(event.data)
        except ValueError:
            return self._withhold()
        if not event.other and (out := self._feed_piece(event, value)) is not None:
            return out
        self._known = None
        if has_repeated_names(event.data, value):
            # A reader that keeps the first of two members, or both, would see what was not screened.
            data = encode_json(value)
            event = SseEvent(framed(data, event.other), data, event.other)
        if not has_known_shape(value) or (event.other and not self._is_clean(event.other)):
            return self._withhold()
        try:
            return self._feed_value(self._without_files(event, value), value)
        except (TooDeepError, TooManyTextsError, BacklogError):
            return self._withhold()

    @property
    def is_settled(self) -> bool:
        """Whether no text waits for the verdict of a guard."""
        return self._texts.is_settled

    @property
    def is_full(self) -> bool:
        """Whether so many events wait for verdicts that no more should be taken in."""
        return self._outlet.backlog >= MAX_WAITING // 2

    def advance(self) -> bytes:
        """What may go to the client by what guards have said meanwhile."""
        if self._done:
            return b""
        self._texts.advance()
        out = self._end_found()
        return out if self._done else out + self._outlet.drain()

    def close(self) -> bytes:
        """Nothing follows: the guards hear the last of every text, and `finish` waits until they have spoken."""
        if self._done:
            return b""
        self._texts.close(lambda _: True)
        out = self._end_found()
        return out if self._done else out + self._outlet.drain()

    def finish(self, done: bytes = DONE) -> bytes:
        """The upstream has ended: what is still held goes, or turns out to be a finding."""
        if self._done:
            return b""
        out = self._close_all()
        if not self._done:
            out += self._outlet.drain() + self._marker.end() + done
            self._done = True
        return out

    def fail(self, error: dict[str, Any]) -> bytes:
        """The upstream broke off: what is safe goes, then an error event and the end."""
        if self._done:
            return b""
        out = self._close_all()
        if not self._done:
            out += self._outlet.drain() + self._marker.end() + framed(encode_json({"error": error})) + DONE
            self._done = True
        return out

    # One event in.

    def _feed_piece(self, event: SseEvent, value: Any) -> bytes | None:
        """The common event, a piece of one text for one choice; None when it is anything else."""
        piece = lone_piece(value, self._kind)
        if piece is None or piece.choice not in self._open:
            return None
        text = self._texts.streamed(piece.choice, piece.path)
        is_content = piece.key != "reasoning_content"
        if not self._outlet.takes_piece(text) or not self._marker.passes(piece.choice, is_content=is_content):
            return None
        data, known = event.data or b"", self._known
        if has_repeated_names(data, value):
            return None
        if known is None or known[1] is not text or not known[0].frames(data):
            template = Template.of(data, piece, self._kind)
            self._known = None if template is None else (template, text)
        return self._pass(event, piece, text, piece.text)

    def _pass(self, event: SseEvent, shape: LonePiece | Template, text: Text, source: str) -> bytes:
        """Screen a lone piece, and let go what may go."""
        if self._texts.screen_clean(text, source):
            return self._outlet.pass_piece(event.raw, shape, text, source)
        self._known = None
        piece = shape.read(source)
        assert piece is not None  # it was one
        self._texts.rule(text)
        return self._queue(event, piece.value, [Piece(text, source, piece.container, piece.key)], set())

    def _without_files(self, event: SseEvent, value: dict[str, Any]) -> SseEvent:
        """The event with every file in it taken out. Raises TooDeepError."""
        places = list(files_in(value))
        if not places:
            return event
        self.tally.withheld_events += 1
        for place in places:
            place.container[place.key] = ""
        data = encode_json(value)
        return SseEvent(framed(data, event.other), data, event.other)

    def _feed_value(self, event: SseEvent, value: dict[str, Any]) -> bytes:
        pruned = self._drop_late(value)
        if pruned:
            self.tally.withheld_events += 1
            if not value["choices"] and not value.get("usage"):
                return b""
        self._remember(value)
        pieces = list(self._texts.pieces(value))
        for piece in pieces:
            self._texts.screen(piece)
        finishing = {choice.get("index", 0) for choice in value.get("choices") or () if choice.get("finish_reason")}
        return self._queue(event, value, pieces, finishing, changed=pruned)

    def _queue(
        self, event: SseEvent, value: dict[str, Any], pieces: list[Piece], finishing: set[int], *, changed: bool = False
    ) -> bytes:
        concerned = frozenset(choice.get("index", 0) for choice in value.get("choices") or ())
        closes = bool(finishing) or not concerned
        self._outlet.add(
            Waiting(
                event.raw,
                event.data or b"",
                event.other,
                value,
                pieces,
                concerned or frozenset({None}),
                closes,
                changed,
            )
        )
        out = self._end_found()
        if finishing and not self._done:
            out += self._close(finishing)
        elif self._kind == "responses" and not self._done:
            out += self._close_streamed(value)
        return out if self._done else out + self._outlet.drain()

    def _close_streamed(self, value: dict[str, Any]) -> bytes:
        """An event of the responses interface may say that a text, or the answer, is whole."""
        kind = value.get("type")
        if kind in _LAST:
            return self._close({None})
        key = streamed_key(value)
        if key is None or not str(kind).endswith(".done"):
            return b""
        self._texts.close_streamed(key)
        return self._end_found()

    def _drop_late(self, value: dict[str, Any]) -> bool:
        """Take out the choices that have ended, and text for those that have finished; True when there were any."""
        choices = value.get("choices")
        if not choices or not (self._ended or self._finished):
            return False
        kept = [
            choice
            for choice in choices
            if choice.get("index", 0) not in self._ended
            and not (choice.get("index", 0) in self._finished and _says_something(choice))
        ]
        value["choices"] = kept
        return len(kept) < len(choices)

    def _remember(self, value: dict[str, Any]) -> None:
        if "id" in value:
            self._latest = value
        number = value.get("id")
        if self.upstream_id is None and type(number) is str and is_opaque(number):
            self.upstream_id = number
        usage = value.get("usage") or (value.get("response") or {}).get("usage")
        if type(usage) is dict:
            self.usage = usage
        self.failed = self.failed or bool(value.get("error"))
        for choice in value.get("choices") or ():
            index = choice.get("index", 0)
            if index not in self._finished and index not in self._ended:
                self._open.add(index)

    def _comment(self, event: SseEvent) -> bytes:
        """A block without data: comments to keep the connection alive. In order, and only if they are clean."""
        if not event.complete or not self._is_clean(event.other):
            return self._withhold()
        return event.raw

    def _is_clean(self, other: bytes) -> bool:
        piece = self._texts.lone(other.decode(errors="replace"))
        self._texts.screen(piece)
        if piece.text.screen.rulings:
            self.tally.withheld += piece.text.screen.screened
            return False
        self.tally.delivered += len(piece.source)
        return True

    def _withhold(self) -> bytes:
        self.tally.withheld_events += 1
        return b""

    # Ends.

    def _close(self, choices: set[Any]) -> bytes:
        """Nothing follows for these choices."""
        self._texts.close(lambda choice: choice in choices)
        self._open -= choices
        self._finished |= {choice for choice in choices if choice is not None}
        return self._end_found()

    def _close_all(self) -> bytes:
        """Nothing follows at all."""
        self._texts.close(lambda _: True)
        self._finished |= self._open
        self._open.clear()
        return self._end_found()

    def _end_found(self) -> bytes:
        """Write the end of every choice in which a finding asks for it."""
        if not self._texts.has_ended:
            return b""
        newly = {text.choice for text in self._texts.ended()} | {
            piece.text.choice for event in self._outlet.waiting for piece in event.pieces if piece.text.screen.ended
        }
        newly -= self._ended
        if not newly:
            return b""
        out = self._outlet.drain()
        everything = None in newly
        named = {choice for choice in newly if choice is not None}
        ending = sorted((named | self._open) or {0}) if everything else sorted(named)
        out += b"".join(self._end_choice(index, drop_all=everything) for index in ending)
        self._ended |= newly | set(ending)
        self._open -= set(ending)
        if everything or len(self._ended - {None}) >= self._expected:
            out += self._marker.end() + DONE
            self._done = self.ended = True
        return out

    def _end_choice(self, index: int, *, drop_all: bool) -> bytes:
        """Withhold what is left of a choice, and say why."""
        kept = []
        gone = {id(text): text for text in self._texts.of(index)}
        for event in self._outlet.waiting:
            gone |= {id(p.text): p.text for p in event.pieces if drop_all or p.text.choice == index}
            others = [c for c in event.value.get("choices") or () if c.get("index", 0) != index]
            if drop_all or (index in event.choices and not others):
                continue
            if index in event.choices:
                event.value["choices"], event.changed = others, True
                event.choices -= {index}
                event.pieces = [piece for piece in event.pieces if piece.text.choice != index]
            kept.append(event)
        self._outlet.keep(kept)
        self.tally.withheld += sum(text.drop() for text in gone.values())
        rulings = [ruling for path, ruling in self.tally.rulings if drop_all or path.startswith(f"choices[{index}]")]
        action = strongest(ruling.action for ruling in rulings if ends_answer(ruling.action))
        return self._last_words(index, action, self._notice.reason("answer", action, rulings))

    def _last_words(self, index: int, action: Action, reason: dict[str, Any]) -> bytes:
        if self._kind == "responses":
            body = {"id": self._envelope()["id"], "object": "response", "status": "incomplete", "output": []}
            body["incomplete_details"] = {"reason": "content_filter"}
            value = {"type": "response.incomplete", "response": body, "hegui": reason}
            return self._outlet.leave_value(value, closes=True)
        out = b""
        if action == "safe_reply" and self._notice.safe_reply:
            out += self._outlet.leave_value(self._chunk(index, "content", self._notice.safe_reply))
        elif action == "refuse" and self._notice.refusal:
            name = "content" if self._kind == "completion" else "refusal"
            out += self._outlet.leave_value(self._chunk(index, name, self._notice.refusal))
        value = self._chunk(index, None, "", finish="content_filter")
        value["hegui"] = reason
        return out + self._outlet.leave_value(value, closes=True)

    def _envelope(self) -> dict[str, Any]:
        """What all events of this answer have, as the latest had it."""
        envelope = {"id": self._notice.exchange_id, "object": _OBJECTS[self._kind], "created": 0, "model": self._model}
        for name in envelope:
            member = self._latest.get(name)
            if type(member) is int or (type(member) is str and is_opaque(member)):
                envelope[name] = member
        return envelope

    def _chunk(self, index: int, name: str | None, text: str, finish: str | None = None) -> dict[str, Any]:
        said: dict[str, Any] = {"text": text} if self._kind == "completion" else {"delta": {name: text} if name else {}}
        return {**self._envelope(), "choices": [{"index": index, **said, "finish_reason": finish}]}


_LAST = ("response.completed", "response.failed", "response.incomplete", "response.cancelled", "error")
_OBJECTS = {"chat": "chat.completion.chunk", "completion": "text_completion", "responses": "response"}


def _says_something(choice: dict[str, Any]) -> bool:
    said = choice.get("delta") if "delta" in choice else choice.get("text")
    if type(said) is dict:
        return any(value for name, value in said.items() if name != "role")
    return bool(said)
