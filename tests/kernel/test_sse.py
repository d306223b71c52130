"""Framing of server-sent events: recorded cases, every cut, and the limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.sse import EventTooLargeError, SseEvent, SseSplitter
from tests.conftest import shared_rows


def split(pieces: list[bytes]) -> list[SseEvent]:
    splitter = SseSplitter(1 << 20)
    events = [event for piece in pieces for event in splitter.feed(piece)]
    rest = splitter.finish()
    return [*events, rest] if rest else events


def visible(events: list[SseEvent]) -> list[tuple[str | None, str]]:
    """What a client that follows the standard sees: name and data of every complete event that has data."""
    found = []
    for event in events:
        if event.complete and event.data is not None:
            names = [line[6:].strip() for line in event.other.split(b"\n") if line.startswith(b"event:")]
            found.append((names[-1].decode() if names else None, event.data.decode()))
    return found


def test_recorded_framing_cases_are_read_as_their_file_says() -> None:
    for row in shared_rows("sse_framing"):
        pieces = [bytes.fromhex(piece) for piece in row["chunks_hex"]]
        expected = [(event["event"], event["data"]) for event in row["expected_events"]]
        for cut in (pieces, [b"".join(pieces)], [bytes([byte]) for byte in b"".join(pieces)]):
            events = split(cut)
            assert visible(events) == expected, row["name"]
            assert b"".join(event.raw for event in events) == b"".join(pieces)


LINES = st.lists(
    st.sampled_from([b"data: x", b"data:", b": c", b"event: e", b"", b"", "data: 冰".encode(), b"data"]), max_size=12
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(LINES, st.lists(ENDS, min_size=12, max_size=12), st.lists(st.integers(1, 4), max_size=80))
def test_events_do_not_depend_on_the_cut_and_lose_no_byte(
    lines: list[bytes], ends: list[bytes], sizes: list[int]
) -> None:
    stream = b"".join(line + end for line, end in zip(lines, ends, strict=False))
    pieces, at = [], 0
    for size in sizes:
        pieces.append(stream[at : at + size])
        at += size
    pieces.append(stream[at:])
    assert split(pieces) == split([stream])
    assert b"".join(event.raw for event in split(pieces)) == stream


def test_an_endless_event_is_cut_off_at_the_limit() -> None:
    splitter = SseSplitter(100)
    with pytest.raises(EventTooLargeError):
        for _ in range(200):
            splitter.feed(b"x")


def test_large_events_in_small_pieces_take_linear_time() -> None:
    splitter = SseSplitter(1 << 22)
    for _ in range(20_000):
        assert not splitter.feed(b"data: " + b"x" * 94 + b"\n")
    (event,) = splitter.feed(b"\n")
    assert event.data is not None
    assert len(event.data) == 20_000 * 95 - 1
