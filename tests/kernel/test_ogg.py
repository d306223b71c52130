"""Pages are walked as RFC 3533 says, and header packets change without the sound taking notice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel import ogg, ogg_edit
from hegui.kernel.ogg import checksum, walk
from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from tests.support.ogg_pages import OPUS_HEAD, checked, crc, page, stream


def headers_of(first: bytes) -> int:
    return {b"O": 1, b"V": 2}.get(first[:1], 0)


def walked(data: bytes) -> ogg.Stream:
    return walk(Source.of(data), headers_of).streams[0]


def changed(data: bytes, packet: bytes) -> bytes:
    source = Source.of(data)
    found = walk(source, headers_of).streams[0]
    assert ogg_edit.is_intact(source, found)
    return apply(data, ogg_edit.rewritten(source, found, packet))


def packets(data: bytes) -> list[bytes]:
    return [packet for _, _, packet in checked(data)]


@given(st.binary(max_size=600))
def test_the_check_sum_is_the_one_of_the_specification(data: bytes) -> None:
    assert checksum(data) == crc(data)


SOUND = [b"one" * 9, b"two" * 9, b"three" * 9]
full = st.just(())
ended = st.lists(st.integers(1, 255), min_size=1, max_size=6)
sizes = st.integers(0, 900) | st.integers(64_000, 66_000) | st.integers(129_000, 131_000)


@given(
    st.sampled_from([b"O", b"V"]),
    sizes,
    st.integers(0, 3000),
    full | ended,
    st.lists(st.integers(1, 3000), min_size=1, max_size=3),
)
def test_a_packet_that_grew_and_shrank_again_gives_the_file_as_it_was(
    kind: bytes, size: int, setup: int, counts: list[int], more: list[int]
) -> None:
    rest = [b"s" * setup] if kind == b"V" else []
    packet = b"c" * size
    data = stream(kind + b"x", [packet, *rest], SOUND, counts=counts)
    made = data
    for step in (0, *more):
        grown = packet + b"+" * step
        made = changed(made, grown)
        assert packets(made) == [kind + b"x", grown, *rest, *SOUND]
    pages = [len(one.lacing) for one in walked(data).pages]
    if kind == b"O" or all(count == 255 for count in pages[:-1]):
        assert changed(made, packet) == data
    else:
        assert packets(changed(made, packet)) == packets(data)


def test_only_the_page_of_the_change_and_the_first_are_written() -> None:
    data = stream(b"Ox", [b"c" * 200_000], SOUND)
    source = Source.of(data)
    found = walk(source, headers_of).streams[0]
    changes = ogg_edit.rewritten(source, found, b"c" * 200_000 + b"label")
    assert [change.at for change in changes] == [found.pages[-1].at]


def test_a_page_that_is_added_gives_the_later_ones_another_number() -> None:
    packet = b"c" * (255 * 254 + 3)
    data = stream(b"Ox", [packet], SOUND)
    made = changed(data, packet + b"+" * 300)
    assert len(checked(made)) == len(checked(data))
    assert [number for _, number, _ in checked(made)] == [0, 2, 3, 4, 5]
    source = Source.of(data)
    changes = ogg_edit.rewritten(source, walk(source, headers_of).streams[0], packet + b"+" * 300)
    assert [len(change.put) for change in changes[-3:]] == [8, 8, 8]


def test_other_streams_keep_their_numbers() -> None:
    packet = b"c" * (255 * 254 + 3)
    mine, other = stream(b"Ox", [packet], SOUND, serial=1), stream(b"Zx", [b"z"], SOUND, serial=2)
    cut, split = len(page([2], b"Ox", number=0)), len(page([2], b"Zx", number=0))
    data = mine[:cut] + other[:split] + mine[cut:] + other[split:]
    made = changed(data, packet + b"+" * 300)
    assert [one for one in checked(made) if one[0] == 2] == [one for one in checked(data) if one[0] == 2]
    assert changed(made, packet) == data


def test_a_later_part_of_a_chain_with_the_same_serial_keeps_its_numbers() -> None:
    packet = b"c" * (255 * 254 + 3)
    data = stream(b"Ox", [packet], SOUND) + stream(b"Ox", [b"second"], SOUND)
    made = changed(data, packet + b"+" * 300)
    assert checked(made)[-4:] == checked(data)[-4:]
    assert [one.link for one in walk(Source.of(data), headers_of).streams] == [0, 1]


def test_more_pages_than_may_are_not_given_another_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ogg_edit, "MAX_RENUMBERED", 2)
    packet = b"c" * (255 * 254 + 3)
    with pytest.raises(ogg_edit.TooMuchError):
        changed(stream(b"Ox", [packet], SOUND), packet + b"+" * 300)


def test_a_wrong_check_sum_or_number_is_seen() -> None:
    data = stream(b"Ox", [b"c" * 400], SOUND)
    at = data.index(b"OggS", 1)
    for place in (at + 23, at + 40):
        damaged = bytearray(data)
        damaged[place] ^= 1
        source = Source.of(bytes(damaged))
        assert not ogg_edit.is_intact(source, walk(source, headers_of).streams[0])
    skipped = stream(b"Ox", [b"c" * 70_000], SOUND)
    last = walked(skipped).pages[-1]
    other = page(list(last.lacing), skipped[last.body : last.end], number=9, flags=1)
    source = Source.of(skipped[: last.at] + other + skipped[last.end :])
    assert not ogg_edit.is_intact(source, walk(source, headers_of).streams[0])


STOPS = {
    "the end": (b"", ""),
    "a page that is cut": (page([9], b"123456789", number=9)[:-1], "truncated"),
    "the start of a page header": (b"OggS\0\0\0", "truncated"),
    "the start of its word": (b"Og", "truncated"),
    "something else": (b"TAG" + bytes(125), "malformed"),
    "another version of pages": (b"OggS\1" + bytes(22), "malformed"),
}


@pytest.mark.parametrize("name", STOPS)
def test_the_walk_says_where_and_why_it_stopped(name: str) -> None:
    tail, problem = STOPS[name]
    data = stream(OPUS_HEAD, [b"tags"], SOUND)
    found = walk(Source.of(data + tail), headers_of)
    assert (found.problem, found.end) == (problem, len(data))
    assert found.streams[0].problem == ""


PROBLEMS = {
    "no headers": (page([2], b"Ox", number=0, flags=2), "truncated"),
    "headers that do not end": (page([2], b"Ox", number=0, flags=2) + page([255], b"h" * 255, number=1), "truncated"),
    "two packets on the first page": (page([2, 1], b"Oxy", number=0, flags=2), "malformed"),
    "a page that continues nothing": (
        page([2], b"Ox", number=0, flags=2) + page([3], b"hhh", number=1, flags=1), "malformed",
    ),
    "a page that begins anew within a packet": (
        page([2], b"Ox", number=0, flags=2) + page([255], b"h" * 255, number=1) + page([1], b"h", number=2), "malformed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_headers_that_are_not_whole_say_so(name: str) -> None:
    data, problem = PROBLEMS[name]
    assert walked(data).problem == problem


def test_headers_that_never_end_are_taken_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ogg, "MAX_PACKET", 100_000)
    data = page([2], b"Ox", number=0, flags=2)
    data += b"".join(page([255] * 255, b"h" * 65025, number=number, flags=number > 1) for number in range(1, 5))
    found = walked(data)
    assert (found.problem, len(found.data)) == ("too large", 65025)


def test_no_more_streams_are_listed_than_the_bound() -> None:
    data = b"".join(page([2], b"Ox", number=0, flags=2, serial=number) for number in range(ogg.MAX_STREAMS + 5))
    found = walk(Source.of(data), headers_of)
    assert (len(found.streams), found.problem) == (ogg.MAX_STREAMS, "too large")


def test_no_more_pages_are_walked_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ogg, "MAX_PAGES", 3)
    found = walk(Source.of(stream(OPUS_HEAD, [b"tags"], SOUND)), headers_of)
    assert found.problem == "too large"
    assert found.streams[0].problem == ""


def test_the_bodies_of_later_pages_are_not_taken() -> None:
    data = stream(b"Ox", [b"tags"], [b"s" * 200] * 400)
    source = Source.of(data, budget=400 * 30 + 2000)
    assert walk(source, headers_of).problem == ""
