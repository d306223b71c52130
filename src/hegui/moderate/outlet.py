"""Where the events of a streamed answer leave: in order, as soon as their text may go.

Knows the events that wait and what of them is ready; knows no protocol of choices and decides nothing.

Rule 1: an event all of whose text is ready leaves with the very bytes it came in.
Rule 2: if the end of its text is withheld, the readable beginning leaves at once in an event of its own; a lone space or
        sign waits with the rest. Where the next event brings the same text and nothing else, the rest leaves with that.
Rule 3: events leave in the order in which they came, save that text which may go overtakes what waits in another lane:
        another choice, or another field of the same (reasoning, content, tool calls), which its reader joins apart.
        The end of a choice waits for all of it, and what concerns the whole answer for everything.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

from hegui.kernel.fold import fold
from hegui.moderate.lone import LonePiece
from hegui.moderate.marks import Marker
from hegui.moderate.texts import Piece, Tally, Text
from hegui.moderate.wire import encode_json, framed

__all__ = ["MAX_WAITING", "BacklogError", "Outlet", "Waiting"]

MAX_WAITING = 1024
"""Events that may wait, count: more than any held text can be cut into."""


class BacklogError(ValueError):
    """More events wait than any held text can be cut into."""


@dataclass(slots=True)
class Waiting:
    """An event that has been screened and not yet left.

    Attributes:
        raw, data, other: the bytes as they came: of the whole, of the data lines, of all other lines.
        choices: indices it concerns; None for what concerns the answer as a whole.
        closes: whether it may be the last event of the answer.
        changed: whether `value` is no longer what `raw` says.
    """

    raw: bytes
    data: bytes
    other: bytes
    value: dict[str, Any]
    pieces: list[Piece]
    choices: frozenset[int | None]
    closes: bool = False
    changed: bool = False


class Shape(Protocol):
    """An event but for its one text: what can be made of it with a text put in."""

    def render(self, text: str) -> bytes: ...

    def read(self, text: str) -> LonePiece | None: ...


class Outlet:
    """The events that wait, and the way out."""

    def __init__(self, marker: Marker, tally: Tally) -> None:
        self._marker = marker
        self._tally = tally
        self._waiting: list[Waiting] = []
        # What waits of the last lone piece: its text, the bytes it came in while none of it has left, and its event.
        self._rest = ""
        self._rest_raw: bytes | None = None
        self._rest_of: tuple[Shape, Text] | None = None

    @property
    def waiting(self) -> list[Waiting]:
        """The events that wait, in order."""
        if self._rest_of is not None:
            shape, text = self._rest_of
            self._wait(shape, text, self._rest, self._rest_raw)
            self._rest_of = None
            self._rest = ""
        return self._waiting

    @property
    def backlog(self) -> int:
        """Events that wait, count; one more may wait in part."""
        return len(self._waiting)

    def _wait(self, shape: Shape, text: Text, source: str, raw: bytes | None) -> None:
        """Let a lone piece wait as an event like any other."""
        piece = shape.read(source)
        assert piece is not None  # the shape was made from one
        pieces = [Piece(text, source, piece.container, piece.key)]
        data = encode_json(piece.value)
        self._waiting.append(
            Waiting(raw or framed(data), data, b"", piece.value, pieces, frozenset({piece.choice}), changed=raw is None)
        )

    def drain(self) -> bytes:
        """Let go whatever may go."""
        out: list[bytes] = []
        kept: list[Waiting] = []
        lanes: set[str] = set()  # of the events that wait
        choices: set[int | None] = set()
        ends: set[int | None] = set()  # choices whose end waits
        for event in self.waiting:
            own = {piece.text.lane for piece in event.pieces}
            if event.closes or None in event.choices or not own:
                must_wait = bool(kept) if None in event.choices else not choices.isdisjoint(event.choices)
            else:
                must_wait = not lanes.isdisjoint(own) or None in ends or not ends.isdisjoint(event.choices)
            if not must_wait and _is_ready(event):
                out.append(self._leave(event))
                continue
            if not must_wait:
                out.append(self._leave_beginning(event))
            kept.append(event)
            lanes |= own
            choices |= event.choices
            if event.closes or None in event.choices:
                ends |= event.choices
        self._waiting = kept
        return b"".join(out)

    def takes_piece(self, text: Text) -> bool:
        """Whether a lone piece of `text` may go through `pass_piece` now."""
        return not self._waiting and (self._rest_of is None or self._rest_of[1] is text)

    def pass_piece(self, raw: bytes, shape: Shape, text: Text, source: str) -> bytes:
        """`drain` for a lone piece that has been screened, behind at most one of its kind.

        Args:
            raw: the event as it came.
            source: its text.
        """
        ready, rest, out = text.out, self._rest, b""
        if rest and self._rest_raw is not None and self._rest_of is not None:
            if len(ready) < len(rest):
                self.waiting  # noqa: B018 - the rest joins the events that wait
                self._wait(shape, text, source, raw)
                return self.drain()
            self._tally.delivered += len(rest)
            out = self._rest_raw if ready.startswith(rest) else self._rest_of[0].render(ready[: len(rest)])
            ready, rest = ready[len(rest) :], ""
        whole = rest + source
        if len(ready) == len(whole):
            text.out = self._rest = ""
            self._rest_of = None
            self._tally.delivered += len(whole)
            return out + (raw if not rest and ready == source else shape.render(ready))
        if fold(ready):
            out += shape.render(ready)
            self._tally.delivered += len(ready)
            self._rest, self._rest_raw, text.out = whole[len(ready) :], None, ""
        else:
            self._rest, self._rest_raw, text.out = whole, None if rest else raw, ready
        self._rest_of = (shape, text)
        return out

    def add(self, event: Waiting) -> None:
        """Let an event wait behind the others. Raises BacklogError."""
        waiting = self.waiting
        if len(waiting) >= MAX_WAITING:
            raise BacklogError(f"more than {MAX_WAITING} events wait")
        waiting.append(event)

    def keep(self, waiting: list[Waiting]) -> None:
        """Let these wait, and none of the others."""
        self._waiting = waiting

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
                event.value.pop("logprobs", None)  # the tokens would repeat what was masked
                for choice in event.value.get("choices") or ():
                    if choice.get("index", 0) == text.choice and choice.get("logprobs"):
                        choice["logprobs"] = None
        if event.changed:
            event.data = encode_json(event.value)
            event.raw = framed(event.data, event.other)
        return self._marker.event(event.value, event.raw, event.data, event.other, closes=event.closes)

    def _leave_beginning(self, event: Waiting) -> bytes:
        """Send the readable beginning of an event whose end is withheld; the rest becomes the event."""
        sizes, out_of = [], {id(piece.text): piece.text.out for piece in event.pieces}
        beginnings = []
        for piece in event.pieces:
            ready = "" if piece.probable else out_of[id(piece.text)][: len(piece.source)]
            if piece.key is None and len(ready) < len(piece.source):
                return b""  # a member's name cannot leave in part
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
        first.pop("logprobs", None)
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
