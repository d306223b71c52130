"""Where the events of a streamed answer leave: in order, as soon as their text may go.

Knows the events that wait and what of them is ready; knows no protocol of choices and decides nothing.

Rule 1: an event all of whose text is ready leaves with the very bytes it came in.
Rule 2: if the end of its text is withheld, the readable beginning leaves at once in an event of its own; a lone space or
        sign waits with the rest. Where the next event brings the same text and nothing else, the rest leaves with that.
Rule 3: events leave in the order in which they came; only behind a backlog of MAX_WAITING other choices overtake.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hegui.kernel.fold import fold
from hegui.kernel.sse import SseEvent
from hegui.moderate.marks import Marker
from hegui.moderate.texts import Piece, Tally, Text
from hegui.moderate.wire import encode_json, framed

__all__ = ["Outlet", "Waiting"]

MAX_WAITING = 64


@dataclass(slots=True)
class Waiting:
    """An event that has been screened and not yet left.

    Attributes:
        raw, data, other: the bytes as they came: of the whole, of the data lines, of all other lines.
        choices: indices it concerns; None for what concerns the answer as a whole.
        closes: whether it may be the last event of the answer.
        changed: whether `value` is no longer what `raw` says.
        is_piece: whether it brings one piece of one text and nothing else.
    """

    raw: bytes
    data: bytes
    other: bytes
    value: dict[str, Any]
    pieces: list[Piece]
    choices: frozenset[int | None]
    closes: bool = False
    changed: bool = False
    is_piece: bool = False


class Outlet:
    """The events that wait, and the way out."""

    def __init__(self, marker: Marker, tally: Tally) -> None:
        self.waiting: list[Waiting] = []
        self._marker = marker
        self._tally = tally

    def drain(self) -> bytes:
        """Let go whatever may go, in order."""
        out: list[bytes] = []
        kept: list[Waiting] = []
        blocked: set[int | None] = set()
        overtake = len(self.waiting) > MAX_WAITING
        for event in self.waiting:
            if blocked and (not overtake or None in event.choices or event.choices & blocked):
                kept.append(event)
            elif _is_ready(event):
                out.append(self._leave(event))
                continue
            else:
                out.append(self._leave_beginning(event))
                kept.append(event)
            blocked |= event.choices
        self.waiting = kept
        return b"".join(out)

    def takes_piece(self, text: Text) -> bool:
        """Whether an event that brings nothing but a piece of `text` may go through `pass_piece` now."""
        if not self.waiting:
            return True
        last = self.waiting[0]
        return last.is_piece and len(self.waiting) == 1 and last.pieces[0].text is text

    def pass_piece(self, event: SseEvent, value: dict[str, Any], piece: Piece, choice: int) -> bytes:
        """`drain` for the common event, a piece of one text and nothing else, behind at most one of its kind."""
        text, ready, out, rest = piece.text, piece.text.out, b"", ""
        if self.waiting:
            first = self.waiting[0]
            rest = first.pieces[0].source
            if not first.changed:
                if len(ready) < len(rest):
                    self.waiting.append(_lone(event, value, piece, choice))
                    return self.drain()
                out, ready, rest = self._leave_ready(first, rest, ready), ready[len(rest) :], ""
            self.waiting.clear()
        source = rest + piece.source
        if len(ready) == len(source):
            text.out = ""
            self._tally.delivered += len(source)
            if not rest and ready == source:
                return out + event.raw
            return out + _rendered(value, piece, ready)
        if ready and fold(ready):
            out += _rendered(value, piece, ready)
            self._tally.delivered += len(ready)
            source, ready, rest = source[len(ready) :], "", source
        text.out = ready
        later = _lone(event, value, piece, choice)
        if rest:
            piece.container[piece.key] = piece.source = source
            later.changed = True
        self.waiting.append(later)
        return out

    def _leave_ready(self, event: Waiting, source: str, ready: str) -> bytes:
        """The whole of an unchanged event of one piece."""
        self._tally.delivered += len(source)
        if ready.startswith(source):
            return event.raw
        return _rendered(event.value, event.pieces[0], ready[: len(source)])

    def leave_value(self, value: dict[str, Any], *, closes: bool = False) -> bytes:
        """An event of our own."""
        data = encode_json(value)
        return self._marker.event(value, framed(data), data, b"", closes=closes)

    def _leave(self, event: Waiting) -> bytes:
        for piece in event.pieces:
            text, size = piece.text, len(piece.source)
            out, text.out = text.out[:size], text.out[size:]
            self._tally.delivered += size
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

    def _leave_beginning(self, event: Waiting) -> bytes:
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
            self._tally.delivered += len(ready)
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


def _lone(event: SseEvent, value: dict[str, Any], piece: Piece, choice: int) -> Waiting:
    return Waiting(event.raw, event.data or b"", b"", value, [piece], frozenset((choice,)), is_piece=True)


def _rendered(value: dict[str, Any], piece: Piece, text: str) -> bytes:
    """The event with another text in the place of the piece."""
    piece.container[piece.key] = text
    return b"data: " + encode_json(value) + b"\n\n"


def _is_ready(event: Waiting) -> bool:
    if len(event.pieces) == 1:
        return len(event.pieces[0].text.out) >= len(event.pieces[0].source)
    need: Counter[int] = Counter()
    for piece in event.pieces:
        need[id(piece.text)] += len(piece.source)
    return all(len(piece.text.out) >= need[id(piece.text)] for piece in event.pieces)


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
