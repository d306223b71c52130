"""Tags of all versions are walked as their specification says, and a frame put in and taken out leaves them as they were."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel import id3
from hegui.kernel.id3 import Frame, Tag, walk
from hegui.kernel.id3_edit import fresh, inserted, removed, replaced, trimmed
from hegui.kernel.id3_text import (
    comment,
    object_head,
    plain_text,
    private,
    resynchronised,
    syncsafe,
    to_syncsafe,
    unsynchronised,
    user_text,
)
from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from tests.support.id3_tags import frame, safe, stuffed, tag, txxx

ALL = ("TXXX", "COMM", "PRIV", "GEOB", "TSSE", "TENC")
SOUND = b"\xff\xfb\x50\xc0" + b"s" * 300


def walked(data: bytes, at: int = 0) -> Tag:
    found = walk(Source.of(data), at, ALL)
    assert found is not None
    return found


def bodies(data: bytes) -> list[tuple[str, bytes, str]]:
    return [(one.name, one.data, one.problem) for one in walked(data + SOUND).frames]


BODY = b"\0name\0text"
LONG = b"\0name\0" + b"x" * 300
EXTENDED_3 = (6).to_bytes(4, "big") + b"\0\0" + (20).to_bytes(4, "big")
EXTENDED_3_CRC = (10).to_bytes(4, "big") + b"\x80\0" + (0).to_bytes(4, "big") + b"crc!"
EXTENDED_4 = safe(6) + b"\1\0"
EXTENDED_4_CRC = safe(12) + b"\1\x20\5\0\0\0\0\0"

READABLE = {
    "version 2.3": tag(frame("TXXX", BODY)),
    "version 2.2 by its three letters": tag(frame("TXX", BODY, 2), version=2),
    "version 2.4": tag(frame("TXXX", BODY, 4), version=4),
    "padding": tag(frame("TXXX", BODY), padding=40),
    "padding shorter than a header": tag(frame("TXXX", BODY), padding=3),
    "an extended header of 2.3": tag(frame("TXXX", BODY), flags=0x40, extended=EXTENDED_3, padding=20),
    "an extended header of 2.3 with a checksum": tag(frame("TXXX", BODY), flags=0x40, extended=EXTENDED_3_CRC),
    "an extended header of 2.4": tag(frame("TXXX", BODY, 4), version=4, flags=0x40, extended=EXTENDED_4),
    "an extended header of 2.4 with a checksum": tag(
        frame("TXXX", BODY, 4), version=4, flags=0x40, extended=EXTENDED_4_CRC
    ),
    "a footer": tag(frame("TXXX", BODY, 4), version=4, flags=0x10),
    "unsynchronisation of the whole": tag(frame("TXXX", BODY), flags=0x80),
    "a group": tag(frame("TXXX", b"\1" + BODY, flags=0x20)),
    "a group in 2.4": tag(frame("TXXX", b"\1" + BODY, 4, flags=0x40), version=4),
    "compression": tag(frame("TXXX", len(BODY).to_bytes(4, "big") + zlib.compress(BODY), flags=0x80)),
    "compression in 2.4": tag(frame("TXXX", safe(len(BODY)) + zlib.compress(BODY), 4, flags=0x09), version=4),
    "a data length": tag(frame("TXXX", safe(len(BODY)) + BODY, 4, flags=0x01), version=4),
}


@pytest.mark.parametrize("name", READABLE)
def test_the_body_of_a_frame_is_read_through(name: str) -> None:
    assert bodies(READABLE[name]) == [("TXXX", BODY, "")]
    assert walked(READABLE[name] + SOUND).problem == ""
    assert walked(READABLE[name] + SOUND).end == len(READABLE[name])


def test_a_frame_of_2_4_is_resynchronised_by_itself_or_with_all() -> None:
    raw = b"\1\xff\xfen\0\0\0\xff\xfe\xff\0"
    for flags, of_tag in ((0x02, 0), (0, 0x80)):
        data = tag(frame("TXXX", stuffed(raw), 4, flags=flags), version=4, flags=of_tag)
        assert bodies(data) == [("TXXX", raw, "")]


def test_sizes_that_itunes_wrote_plainly_into_2_4_are_known_by_where_they_lead() -> None:
    picture = b"\0image/png\0\3\0" + b"\0" * 200 + b"p" * 500
    data = tag(frame("APIC", picture, 4, plain=True), frame("TXXX", LONG, 4, plain=True), version=4, padding=64)
    assert bodies(data)[1] == ("TXXX", LONG, "")
    assert walked(data).is_plain
    assert walked(data).problem == ""


def test_frames_stand_at_their_places_in_the_file_when_the_whole_is_unsynchronised() -> None:
    picture, text = b"\xff\xe0\xff\0\xff\xff" * 30, b"\1\xff\xfea\0\0\0\xff\xfeb\0"
    data = b"xx" + tag(frame("APIC", picture), frame("TXXX", text), flags=0x80, padding=12)
    found = walked(data, 2)
    first, second = found.frames
    assert second.data == text
    assert first.at == 12
    assert resynchronised(data[first.at : first.at + first.size]) == frame("APIC", picture)
    assert resynchronised(data[second.at : second.at + second.size]) == frame("TXXX", text)
    assert data[found.frames_end : found.padding_end] == bytes(12)


UNREADABLE = {
    "encrypted": (tag(frame("TXXX", b"\1secret", flags=0x40)), "encrypted"),
    "encrypted in 2.4": (tag(frame("TXXX", b"\1secret", 4, flags=0x04), version=4), "encrypted"),
    "compressed and no zlib": (tag(frame("TXXX", b"\0\0\0\5hello", flags=0x80)), "malformed"),
    "compressed and cut": (tag(frame("TXXX", bytes(4) + zlib.compress(b"x" * 99)[:-6], flags=0x80)), "malformed"),
    "too short for its flags": (tag(frame("TXXX", b"x", flags=0x80)), "malformed"),
    "larger than is taken": (tag(frame("TXXX", bytes(id3.MAX_BODY + 1))), "too large"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_frame_that_cannot_be_read_says_why_and_the_next_is_read(name: str) -> None:
    data, why = UNREADABLE[name]
    size = len(data) - 10 + len(frame("TXXX", BODY))
    data = data[:6] + to_syncsafe(size) + data[10:] + frame("TXXX", BODY, data[3])
    (_, _, problem), last = bodies(data)
    assert problem == why
    assert last == ("TXXX", BODY, "")


def test_a_bomb_of_zeros_is_let_out_only_so_far() -> None:
    bomb = tag(frame("TXXX", bytes(4) + zlib.compress(bytes(200 << 20), 9), flags=0x80))
    ((_, data, problem),) = bodies(bomb)
    assert (len(data), problem) == (id3.MAX_BODY, "too large")


def test_many_bombs_together_are_let_out_only_so_far() -> None:
    bomb = frame("TXXX", bytes(4) + zlib.compress(bytes(1 << 20), 9), flags=0x80)
    found = bodies(tag(*[bomb] * 100))
    assert sum(len(data) for _, data, _ in found) <= id3.MAX_BODIES
    assert found[-1][2] == "too large"


DAMAGED = {
    "a size beyond the tag": (tag(frame("TXXX", BODY), frame("TIT2", b"", size=500)), "malformed", 1),
    "a name that is none": (tag(frame("TXXX", BODY), frame("tit2", b"\0x")), "malformed", 1),
    "something behind the padding": (tag(frame("TXXX", BODY), bytes(20) + b"hidden" + bytes(9)), "malformed", 1),
    "an extended header without end": (
        tag(frame("TXXX", BODY), flags=0x40, extended=b"\0\0\x7f\xff\0\0"),
        "malformed",
        0,
    ),
    "an extended header in no room": (tag(flags=0x40, extended=b"\0\0"), "malformed", 0),
    "version 2.5": (tag(frame("TXXX", BODY), version=5), "unknown version", 0),
    "compression of 2.2 as a whole": (tag(frame("TXX", BODY, 2), version=2, flags=0x40), "unknown version", 0),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_tag_says_so_and_gives_what_was_read_before(name: str) -> None:
    data, problem, count = DAMAGED[name]
    found = walked(data + SOUND)
    assert found.problem == problem
    assert sum(one.data == BODY for one in found.frames) == count


def test_a_tag_that_the_file_cuts_off_gives_what_is_there() -> None:
    data = tag(frame("TXXX", BODY), frame("APIC", b"p" * 400))[:100]
    found = walked(data)
    assert found.problem == "truncated"
    assert [one.data for one in found.frames] == [BODY]


def test_no_tag_is_no_tag() -> None:
    for data in (b"", b"ID3", SOUND, b"ID3\x03\0\0\0\0\0\x80", b"ID3\xff\0\0\0\0\0\0", b"3DI\x04\0\0\0\0\0\0"):
        assert walk(Source.of(data), 0, ALL) is None


def test_no_more_frames_are_listed_than_the_bound() -> None:
    found = walked(tag(frame("TIT2", b"") * (id3.MAX_FRAMES + 9)))
    assert (len(found.frames), found.problem) == (id3.MAX_FRAMES, "too large")


def test_an_unsynchronised_tag_is_not_taken_whole_when_it_is_too_large() -> None:
    assert walked(b"ID3\x03\0\x80" + to_syncsafe(id3.MAX_BODIES + 1) + SOUND).problem == "too large"


FIELDS = [
    (plain_text(b"\0Lavf59\0"), "Lavf59"),
    (plain_text(b""), ""),
    (user_text(b"\1\xfe\xff\0A\0\0\xfe\xff\0b"), ("A", "b")),
    (user_text(b"\2\0A\0\0\0b"), ("A", "b")),
    (user_text("\3标识\0文".encode()), ("标识", "文")),
    (user_text(b"\1\xff\xfe\0\x61\0\0\xff\xfeb\0"), ("\u6100", "b")),
    (user_text(b"\0A\0" + "标识".encode("gb18030")), ("A", "标识")),
    (user_text(b"\0A\0" + "标识".encode()), ("A", "标识")),
    (user_text(b"\0A"), ("A", "")),
    (user_text(b"\x09A\0caf\xe9"), ("A", "café")),
    (user_text(b""), ("", "")),
    (comment(b"\0engname\0text\0"), ("name", "text")),
    (comment(b"\0en"), ("", "")),
    (private(b"owner\0\1\2"), ("owner", b"\1\2")),
    (object_head(b"\0text/plain\0file\0desc\0data"), (("text/plain", "desc"), b"data")),
    (object_head(b""), (("", ""), b"")),
]


@pytest.mark.parametrize(("read", "expected"), FIELDS)
def test_fields_are_read_in_every_encoding(read: object, expected: object) -> None:
    assert read == expected


@given(st.binary(max_size=200))
def test_unsynchronisation_is_undone_and_leaves_no_frame_of_sound(data: bytes) -> None:
    raw = unsynchronised(data)
    assert resynchronised(raw) == data
    assert raw == stuffed(data)
    assert not any(raw[at] == 0xFF and raw[at + 1] >= 0xE0 for at in range(len(raw) - 1))


@given(st.integers(0, (1 << 28) - 1))
def test_syncsafe_numbers_are_read_as_written(number: int) -> None:
    assert syncsafe(to_syncsafe(number)) == number
    assert to_syncsafe(number) == safe(number)


frames = st.lists(st.sampled_from(["TIT2", "APIC", "PRIV"]).flatmap(lambda name: st.tuples(st.just(name), st.binary(max_size=300))),
                  min_size=1, max_size=4)  # fmt: skip
labels = st.text('abc{}:",', min_size=1, max_size=400).map(lambda text: b"\0AIGC\0" + text.encode())


@st.composite
def tags(draw: st.DrawFn) -> bytes:
    version = draw(st.sampled_from([3, 4]))
    flags = draw(st.sampled_from([0, 0x80, *([0x10] if version == 4 else [])]))
    padding = 0 if flags & 0x10 else draw(st.integers(0, 700))
    found = [frame(name, body, version) for name, body in draw(frames)]
    if draw(st.booleans()):
        flags |= 0x40
        return tag(
            *found, version=version, flags=flags, padding=padding, extended=EXTENDED_3 if version == 3 else EXTENDED_4
        )
    return tag(*found, version=version, flags=flags, padding=padding)


def ours(data: bytes) -> tuple[Tag, Frame]:
    found = walked(data)
    (one,) = [one for one in found.frames if one.name == "TXXX"]
    return found, one


@given(tags(), labels, st.lists(labels, max_size=3))
def test_a_frame_put_in_changed_and_taken_out_leaves_the_tag_as_it_was(
    data: bytes, first: bytes, others: list[bytes]
) -> None:
    data += SOUND
    before = walked(data)
    made = apply(data, inserted(Source.of(data), before, "TXXX", first))
    for body in (first, *others):
        found, one = ours(made)
        if one.data != body:
            made = apply(made, replaced(Source.of(made), found, one, "TXXX", body))
            found, one = ours(made)
        assert one.data == body
        assert found.problem == ""
        assert made[found.end :] == SOUND
        others_now = [(each.name, made[each.at : each.at + each.size]) for each in found.frames if each != one]
        assert others_now == [(each.name, data[each.at : each.at + each.size]) for each in before.frames]
        assert apply(made, removed(found, one)) == data


@given(tags(), labels)
def test_where_the_padding_holds_the_frame_nothing_moves(data: bytes, body: bytes) -> None:
    found = walked(data)
    made = apply(data, inserted(Source.of(data), found, "TXXX", body))
    holds = found.may_fill and found.padding_end - found.frames_end >= len(body) + 10
    assert (len(made) == len(data)) == holds


def test_a_fresh_tag_goes_as_a_whole() -> None:
    made = fresh("TXXX", BODY) + SOUND
    assert apply(made, removed(*ours(made))) == SOUND
    larger = apply(made, replaced(Source.of(made), *ours(made), "TXXX", LONG))
    assert apply(larger, removed(*ours(larger))) == SOUND


def test_a_tag_is_made_again_with_so_much_padding() -> None:
    tsse = frame("TSSE", b"\0Lavf", 4)
    for padding in (0, 7, 10, 500):
        data = tag(txxx("AIGC", "{}", 4, 3), tsse, version=4, padding=padding) + SOUND
        assert apply(data, trimmed(*ours(data), 10)) == tag(tsse, version=4, padding=10) + SOUND
