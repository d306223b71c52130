"""Screen a streamed answer of the OpenAI protocol, field by field, and let it go as soon as it may.

Knows the order of events; knows no sockets and no clock: events in, bytes out.

Rule 1: every text of every choice runs through a screen of its own (`texts`).
Rule 2: an event all of whose text may go leaves with the very bytes it came in. If its end is withheld, the readable
        beginning leaves at once in an event of its own; a lone space or sign waits with the rest.
Rule 3: events leave in the order in which they came; only behind a backlog of MAX_WAITING other choices overtake.
Rule 4: an event of unknown shape, or text for a choice that has finished, is withheld and counted.
Rule 5: a choice that a finding ends says `content_filter`; when all have ended the upstream is no longer needed.
Rules of law: Interim Measures Art. 14 para. 1 (stop generating, stop transmitting).
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hegui.detect.screen import CompiledLexicon
from hegui.kernel.fold import fold
from hegui.kernel.sse import SseEvent
from hegui.moderate.fields import TooDeepError
from hegui.moderate.marks import AnswerMarks, Marker
from hegui.moderate.notice import Notice
from hegui.moderate.policy import Action, Policy, ends_answer, strongest
from hegui.moderate.texts import Piece, Tally, Texts
from hegui.moderate.wire import DONE, decode_json, encode_json, framed, has_known_shape

__all__ = ["AnswerStream"]

MAX_WAITING = 64
_PLAIN_TOP = frozenset(
    {"id", "object", "created", "model", "system_fingerprint", "service_tier", "choices", "obfuscation"}
)
_PLAIN_CHOICE = frozenset({"index", "delta", "finish_reason", "logprobs"})
_PLAIN_DELTA = frozenset({"content"})


@dataclass(slots=True)
class _Event:
    """An event that has been screened and not yet left."""

    raw: bytes
    data: bytes
    other: bytes
    value: dict[str, Any]
    pieces: list[Piece]
    choices: frozenset[int | None]
    closes: bool
    changed: bool = False


class AnswerStream:
    """One streamed answer.

    Args:
        kind: "chat", "completion" or "responses".
        choices: how many choices were asked for (`n`).
    Attributes:
        ended: every choice was ended by a finding: the end is written, the upstream can be cancelled.
        failed: the upstream reported an error inside the stream.
        usage, upstream_id: what the upstream said of them.
    """

    def __init__(
        self,
        lexicon: CompiledLexicon,
        policy: Policy,
        notice: Notice,
        marks: AnswerMarks,
        *,
        model: str,
        kind: str = "chat",
        choices: int = 1,
    ) -> None:
        self._notice, self._kind, self._expected = notice, kind, choices
        self._texts = Texts(lexicon, policy)
        self._marker = Marker(marks, kind)
        self._waiting: list[_Event] = []
        self._open: set[int] = set()
        self._finished: set[int] = set()
        self._ended: set[int | None] = set()
        self._done = False
        self._envelope: dict[str, Any] = {
            "id": notice.exchange_id,
            "object": _OBJECTS[kind],
            "created": 0,
            "model": model,
        }
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
            return self.finish(event.raw if event.complete else DONE)
        if event.data is None or not event.complete:
            return self._comment(event)
        try:
            value = decode_json(event.data)
        except ValueError:
            return self._withhold()
        if not has_known_shape(value) or (event.other and not self._is_clean(event.other)):
            return self._withhold()
        out = self._feed_plain(event, value)
        if out is not None:
            return out
        try:
            return self._feed_value(event, value)
        except TooDeepError:
            return self._withhold()

    def finish(self, done: bytes = DONE) -> bytes:
        """The upstream has ended: what is still held goes, or turns out to be a finding."""
        if self._done:
            return b""
        out = self._close({*self._open, None})
        if not self._done:
            out += self._drain() + self._marker.end() + done
            self._done = True
        return out

    def fail(self, error: dict[str, Any]) -> bytes:
        """The upstream broke off: what is safe goes, then an error event and the end."""
        if self._done:
            return b""
        out = self._close({*self._open, None})
        if not self._done:
            out += self._drain() + self._marker.end() + framed(encode_json({"error": error})) + DONE
            self._done = True
        return out

    # One event in.

    def _feed_plain(self, event: SseEvent, value: dict[str, Any]) -> bytes | None:
        """The common event, a piece of content for the one choice; None when it is anything else, or not clean."""
        choices = value.get("choices")
        if self._waiting or not choices or len(choices) != 1 or not _PLAIN_TOP.issuperset(value):
            return None
        choice = choices[0]
        index, delta = choice.get("index", 0), choice.get("delta")
        if (
            type(delta) is not dict
            or choice.get("finish_reason") is not None
            or choice.get("logprobs") is not None
            or not _PLAIN_DELTA.issuperset(delta)
            or not _PLAIN_CHOICE.issuperset(choice)
            or index not in self._open
        ):
            return None
        text = self._texts.content_of(index)
        source = delta.get("content")
        if type(source) is not str or text is None or text.screen.held or not self._marker.seen_text(index):
            return None
        screen, tally = text.screen, self._texts.tally
        before = screen.screened
        out = screen.feed(source)
        tally.screened += screen.screened - before
        if out == source and len(screen.rulings) == text.ruled:
            tally.delivered += len(source)
            return event.raw
        text.out += out
        self._texts.rule(text)
        return self._queue(event, value, [Piece(text, source, delta, "content")], set())

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
        self._waiting.append(
            _Event(
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
        elif self._kind == "responses" and not str(value.get("type", "")).endswith(".delta") and not self._done:
            out += self._close({None})
            self._texts.forget(lambda choice: choice is None)
        return out if self._done else out + self._drain()

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
        for name in ("id", "object", "created", "model"):
            if name in value:
                self._envelope[name] = value[name]
        if self.upstream_id is None and type(value.get("id")) is str:
            self.upstream_id = value["id"]
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

    def _end_found(self) -> bytes:
        """Write the end of every choice in which a finding asks for it."""
        newly = {text.choice for text in self._texts.ended()} | {
            piece.text.choice for event in self._waiting for piece in event.pieces if piece.text.screen.ended
        }
        newly -= self._ended
        if not newly:
            return b""
        out = self._drain()
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
        for event in self._waiting:
            gone |= {id(p.text): p.text for p in event.pieces if drop_all or p.text.choice == index}
            others = [c for c in event.value.get("choices") or () if c.get("index", 0) != index]
            if drop_all or (index in event.choices and not others):
                continue
            if index in event.choices:
                event.value["choices"], event.changed = others, True
                event.choices -= {index}
                event.pieces = [piece for piece in event.pieces if piece.text.choice != index]
            kept.append(event)
        self._waiting = kept
        self.tally.withheld += sum(text.drop() for text in gone.values())
        rulings = [ruling for path, ruling in self.tally.rulings if drop_all or path.startswith(f"choices[{index}]")]
        action = strongest(ruling.action for ruling in rulings if ends_answer(ruling.action))
        return self._last_words(index, action, self._notice.reason("answer", action, rulings))

    def _last_words(self, index: int, action: Action, reason: dict[str, Any]) -> bytes:
        if self._kind == "responses":
            body = {"id": self._envelope["id"], "object": "response", "status": "incomplete", "output": []}
            body["incomplete_details"] = {"reason": "content_filter"}
            value = {"type": "response.incomplete", "response": body, "hegui": reason}
            return self._leave_value(value, closes=True)
        out = b""
        if action == "safe_reply" and self._notice.safe_reply:
            out += self._leave_value(self._chunk(index, "content", self._notice.safe_reply))
        elif action == "refuse" and self._notice.refusal:
            name = "content" if self._kind == "completion" else "refusal"
            out += self._leave_value(self._chunk(index, name, self._notice.refusal))
        value = self._chunk(index, None, "", finish="content_filter")
        value["hegui"] = reason
        return out + self._leave_value(value, closes=True)

    def _chunk(self, index: int, name: str | None, text: str, finish: str | None = None) -> dict[str, Any]:
        said: dict[str, Any] = {"text": text} if self._kind == "completion" else {"delta": {name: text} if name else {}}
        return {**self._envelope, "choices": [{"index": index, **said, "finish_reason": finish}]}

    def _leave_value(self, value: dict[str, Any], *, closes: bool = False) -> bytes:
        data = encode_json(value)
        return self._marker.event(value, framed(data), data, b"", closes=closes)

    # Events out.

    def _drain(self) -> bytes:
        """Let go whatever may go, in order."""
        out: list[bytes] = []
        kept: list[_Event] = []
        blocked: set[int | None] = set()
        overtake = len(self._waiting) > MAX_WAITING
        for event in self._waiting:
            if blocked and (not overtake or None in event.choices or event.choices & blocked):
                kept.append(event)
            elif self._is_ready(event):
                out.append(self._leave(event))
                continue
            else:
                out.append(self._leave_beginning(event))
                kept.append(event)
            blocked |= event.choices
        self._waiting = kept
        return b"".join(out)

    @staticmethod
    def _is_ready(event: _Event) -> bool:
        if len(event.pieces) == 1:
            return len(event.pieces[0].text.out) >= len(event.pieces[0].source)
        need: Counter[int] = Counter()
        for piece in event.pieces:
            need[id(piece.text)] += len(piece.source)
        return all(len(piece.text.out) >= need[id(piece.text)] for piece in event.pieces)

    def _leave(self, event: _Event) -> bytes:
        for piece in event.pieces:
            text, size = piece.text, len(piece.source)
            out, text.out = text.out[:size], text.out[size:]
            self.tally.delivered += size
            if out != piece.source:
                event.changed = True
                if piece.container is not None and piece.key is not None:
                    piece.container[piece.key] = out
                for choice in event.value.get("choices") or ():
                    if choice.get("index", 0) == text.choice and choice.get("logprobs"):
                        choice["logprobs"] = None  # the tokens would repeat what was masked
        if event.changed:
            event.data = encode_json(event.value)
            event.raw = framed(event.data, event.other)
        return self._marker.event(event.value, event.raw, event.data, event.other, closes=event.closes)

    def _leave_beginning(self, event: _Event) -> bytes:
        """Send the readable beginning of an event whose end is withheld; the rest becomes the event."""
        sizes, out_of = [], {id(piece.text): piece.text.out for piece in event.pieces}
        beginnings = []
        for piece in event.pieces:
            ready = "" if piece.probable or piece.key is None else out_of[id(piece.text)][: len(piece.source)]
            out_of[id(piece.text)] = out_of[id(piece.text)][len(ready) :]
            sizes.append(len(ready))
            beginnings.append(ready)
            if len(ready) < len(piece.source):
                out_of[id(piece.text)] = ""
        if not any(map(fold, beginnings)):
            return b""
        copies: dict[int, Any] = {}
        first = deepcopy(event.value, copies)
        for piece, ready in zip(event.pieces, beginnings, strict=True):
            if piece.key is None or piece.container is None:
                continue
            if not piece.probable:
                copies[id(piece.container)][piece.key] = ready
            piece.text.out = piece.text.out[len(ready) :]
            piece.source = piece.source[len(ready) :]
            piece.container[piece.key] = piece.source
            self.tally.delivered += len(ready)
        first.pop("usage", None)
        for choice in first.get("choices") or ():
            choice["finish_reason"] = None
            choice.pop("logprobs", None)
        held = {(id(piece.container), piece.key) for piece in event.pieces if piece.source}
        for choice in event.value.get("choices") or ():
            if type(choice.get("delta")) is dict:
                _keep_only(choice["delta"], held)
        event.pieces = [piece for piece in event.pieces if piece.source]
        event.changed = True
        data = encode_json(first)
        return self._marker.event(first, framed(data, event.other), data, event.other, closes=False)


_OBJECTS = {"chat": "chat.completion.chunk", "completion": "text_completion", "responses": "response"}


def _says_something(choice: dict[str, Any]) -> bool:
    said = choice.get("delta") if "delta" in choice else choice.get("text")
    if type(said) is dict:
        return any(value for name, value in said.items() if name != "role")
    return bool(said)


def _keep_only(node: Any, held: set[tuple[int, Any]]) -> bool:
    """Cut a delta down to the texts still held and what places them; True when anything is left."""
    found = False
    for key in list(node) if type(node) is dict else range(len(node) - 1, -1, -1):
        value = node[key]
        if (id(node), key) in held or (isinstance(value, dict | list) and _keep_only(value, held)):
            found = True
        elif key not in ("index", "type"):
            del node[key]
    return found
