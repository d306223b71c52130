"""Frame server-sent events: bytes cut anywhere in, whole events out, with the very bytes they came in.

Knows the event-stream grammar; knows no JSON and no OpenAI. Rule 1: the raw bytes of all events, joined, are the input.
Rule 2: an event ends with its blank line, whichever of LF, CR LF and CR ends the lines; a CR at the end of a piece waits
for the next one. Rule 3: an unfinished event never grows beyond the limit.
Rules: WHATWG HTML, Server-sent events, 9.2.5 and 9.2.6.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["EventTooLargeError", "SseEvent", "SseSplitter"]

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r(?!\n)|\n\r\n|\n\r(?!\n)|\r\n\r(?!\n)|\r\r\n|\r\n\n")
_LINE = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class EventTooLargeError(ValueError):
    """An event grew beyond the limit before its blank line came."""


class SseEvent(NamedTuple):
    """One event, or a block of comments.

    Attributes:
        raw: the bytes as they came, blank line included.
        data: the data lines joined by LF; None when there was none.
        other: whatever else the block holds: comments, event name, id, retry; joined by LF.
        complete: False for a last block that the end of the stream cut off.
    """

    raw: bytes
    data: bytes | None
    other: bytes
    complete: bool = True


class SseSplitter:
    """Splits a byte stream into events. The state is the unfinished event.

    >>> [event.data for event in SseSplitter(100).feed(b"data: a\\n\\ndata: b\\n\\nda")]
    [b'a', b'b']
    """

    __slots__ = ("_buffer", "_limit", "_scanned", "_started")

    def __init__(self, limit: int) -> None:
        self._buffer = b""
        self._limit = limit
        self._scanned = 0
        self._started = False

    def feed(self, piece: bytes) -> list[SseEvent]:
        """The events that `piece` completes. Raises EventTooLargeError beyond the limit, in bytes."""
        buffer = self._buffer + piece if self._buffer else piece
        if self._started and b"\r" not in buffer:
            return self._feed_lf(buffer)
        events, start = [], 0
        # A blank line may straddle the border: look again at the last three bytes.
        position = max(0, self._scanned - 3)
        size = len(buffer)
        while match := _BLANK_LINE.search(buffer, position):
            end = match.end()
            if end == size and buffer[-1] == 13:
                break  # a CR at the very end: its LF may follow
            if end - start > self._limit:
                raise EventTooLargeError(f"an event of more than {self._limit} bytes")
            events.append(self._event(buffer[start:end]))
            start = position = end
        self._buffer = buffer[start:]
        self._scanned = len(self._buffer)
        if self._scanned > self._limit:
            raise EventTooLargeError(f"an event of more than {self._limit} bytes")
        return events

    def _feed_lf(self, buffer: bytes) -> list[SseEvent]:
        """The same where every line ends with LF, as nearly all do."""
        first = buffer.find(b"\n\n", max(0, self._scanned - 1))
        if first < 0:
            blocks, rest = [], buffer
        else:
            *blocks, rest = [buffer[:first], *buffer[first + 2 :].split(b"\n\n")]
        self._buffer = rest
        self._scanned = len(rest)
        if (
            max(self._scanned, *[len(block) + 2 for block in blocks]) > self._limit
            if blocks
            else self._scanned > self._limit
        ):
            raise EventTooLargeError(f"an event of more than {self._limit} bytes")
        return [
            SseEvent(block + b"\n\n", block[6:], b"")
            if block[:6] == b"data: " and b"\n" not in block
            else self._event(block + b"\n\n")
            for block in blocks
        ]

    def finish(self) -> SseEvent | None:
        """What the end of the stream leaves: an event cut off, or one whose last CR was still waiting for an LF."""
        rest, self._buffer = self._buffer, b""
        if not rest:
            return None
        match = _BLANK_LINE.search(rest)
        return self._event(rest, complete=match is not None and match.end() == len(rest))

    def _event(self, raw: bytes, *, complete: bool = True) -> SseEvent:
        if not self._started:
            self._started = True
            body = raw.removeprefix(_BOM)
        else:
            body = raw
        if (
            body.startswith(b"data: ")
            and body.endswith(b"\n\n")
            and body.find(b"\n") == len(body) - 2
            and b"\r" not in body
        ):
            return SseEvent(raw, body[6:-2], b"", complete)
        data: list[bytes] = []
        other: list[bytes] = []
        for line in _LINE.split(body):
            name, colon, value = line.partition(b":")
            if name == b"data":
                data.append(value.removeprefix(b" ") if colon else b"")
            elif line:
                other.append(line)
        return SseEvent(raw, b"\n".join(data) if data else None, b"\n".join(other), complete)
