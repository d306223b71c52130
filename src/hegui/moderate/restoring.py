"""Put back into an answer what was masked in its prompt, after it has been screened and before it leaves.

Knows events and bodies of the OpenAI protocol and the placeholders of one exchange; screens nothing. A placeholder may come in
pieces, so the last event of a text that may end inside one waits, with all that follow it, until the text goes on or ends:
at most MAX_PLACEHOLDER characters of it. What brings no placeholder leaves with the very bytes it came in, save log
probabilities, whose tokens would repeat the pieces: they are dropped.
Rules: Personal Information Protection Law Art. 51; the pairs live as long as the exchange (see `detect.personal.masking`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.detectors import Detectors
from hegui.detect.lexicon import Lexicon
from hegui.detect.personal.masking import Placeholders, RestoringStream
from hegui.kernel.sse import SseEvent, SseSplitter
from hegui.moderate.policy import Policy
from hegui.moderate.texts import Piece, Text, Texts
from hegui.moderate.wire import decode_json, encode_json, framed

__all__ = ["RestoringAnswer", "restore_body"]

_MOST = 1 << 30
"""Bytes of an event; what comes here has been measured before."""


@dataclass(slots=True)
class _Waiting:
    """An event that has not left; `owes` is how many texts may end inside a placeholder here."""

    event: SseEvent
    value: Any = None
    changed: bool = False
    owes: int = 0

    def written(self) -> bytes:
        return framed(encode_json(self.value), self.event.other) if self.changed else self.event.raw


class RestoringAnswer:
    """One streamed answer on its way to have its placeholders replaced by what they stand for."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders
        self._splitter = SseSplitter(_MOST)
        self._texts = Texts(*_unscreened())
        self._streams: dict[Text, RestoringStream] = {}
        self._open: dict[Text, tuple[_Waiting, Piece]] = {}  # texts that may end inside a placeholder, and where
        self._queue: list[_Waiting] = []

    def feed(self, out: bytes) -> bytes:
        """Take what may leave; give back what may leave now. Whole events only."""
        for event in self._splitter.feed(out):
            self._take(event)
        return self._drain()

    def finish(self) -> bytes:
        """Nothing follows."""
        self._close(list(self._open))
        return self._drain()

    def _take(self, event: SseEvent) -> None:
        waiting = _Waiting(event)
        self._queue.append(waiting)
        if event.data is None or event.data == b"[DONE]":
            if event.data is not None:
                self._close(list(self._open))
            return
        waiting.value = value = decode_json(event.data)
        if type(value) is not dict:
            return
        waiting.changed = _drop_probabilities(value)
        for piece in self._texts.pieces(value):
            self._restore(waiting, piece)
        ended = {choice.get("index", 0) for choice in value.get("choices") or () if choice.get("finish_reason")}
        if ended:
            self._close([text for text in self._open if text.choice in ended])

    def _restore(self, waiting: _Waiting, piece: Piece) -> None:
        text = piece.text
        if piece.key is None or piece.container is None:
            return
        is_last = False
        if text.pieces is not None:
            text.pieces -= 1
            is_last = not text.pieces
        stream = self._streams.get(text) or self._streams.setdefault(text, RestoringStream(self._placeholders))
        self._let_go(text)
        out = stream.feed(piece.source, final=is_last)
        if out != piece.source:
            piece.container[piece.key] = out
            waiting.changed = True
        if stream.waiting:
            self._open[text] = (waiting, piece)
            waiting.owes += 1

    def _let_go(self, text: Text) -> None:
        """The text goes on, so what waited of it belongs to the next event."""
        found = self._open.pop(text, None)
        if found is not None:
            found[0].owes -= 1

    def _close(self, texts: Iterable[Text]) -> None:
        """Nothing follows in these texts: what still waits was no placeholder."""
        for text in texts:
            waiting, piece = self._open[text]
            piece.container[piece.key] += self._streams[text].feed("", final=True)
            waiting.changed = True
            self._let_go(text)

    def _drain(self) -> bytes:
        ready = 0
        while ready < len(self._queue) and not self._queue[ready].owes:
            ready += 1
        out = b"".join([waiting.written() for waiting in self._queue[:ready]])
        del self._queue[:ready]
        return out


def restore_body(value: dict[str, Any], placeholders: Placeholders) -> bool:
    """Put back what was masked into a whole answer, in place; whether anything was."""
    changed = _drop_probabilities(value)
    streams: dict[Text, RestoringStream] = {}
    pieces = [
        piece for piece in Texts(*_unscreened()).pieces(value) if piece.key is not None and piece.container is not None
    ]
    last = {piece.text: piece for piece in pieces}
    for piece in pieces:
        stream = streams.setdefault(piece.text, RestoringStream(placeholders))
        out = stream.feed(piece.source, final=piece is last[piece.text])
        if out != piece.source:
            piece.container[piece.key], changed = out, True
    return changed


@cache
def _unscreened() -> tuple[Detectors, Policy]:
    return Detectors(CompiledLexicon(Lexicon(()))), Policy("restoring", 1)


def _drop_probabilities(value: dict[str, Any]) -> bool:
    found = False
    for holder in (value, *(value.get("choices") or ())):
        if type(holder) is dict and holder.get("logprobs"):
            holder["logprobs"], found = None, True
    return found
