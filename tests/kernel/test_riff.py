"""The walker of RIFF: what it finds, where it stops, and what it makes of sizes that lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.riff import MOST_CHUNKS, changed, encoded, fits, walk
from hegui.kernel.source import MalformedError, Source, TooMuchError, TruncatedError
from hegui.kernel.splice import apply


def form(*chunks: bytes, size: int | None = None, kind: bytes = b"WAVE") -> bytes:
    body = kind + b"".join(chunks)
    return b"RIFF" + (len(body) if size is None else size).to_bytes(4, "little") + body


def rf64(data: bytes, *, table: bytes = b"", tail: bytes = b"", name: bytes = b"RF64") -> bytes:
    """A form whose sizes stand in ds64."""
    ds64_size = 28 + len(table)
    total = 4 + 8 + ds64_size + 8 + len(data) + len(data) % 2 + len(tail)
    counts = b"".join(value.to_bytes(8, "little") for value in (total, len(data), 0))
    ds64 = b"ds64" + ds64_size.to_bytes(4, "little") + counts + (len(table) // 12).to_bytes(4, "little") + table
    wide = b"data" + b"\xff" * 4 + data + bytes(len(data) % 2)
    return name + b"\xff" * 4 + b"WAVE" + ds64 + wide + tail


def seen(data: bytes) -> list[tuple[bytes, int, tuple[bytes, ...]]]:
    return [(chunk.name, chunk.size, chunk.path) for chunk in walk(Source.of(data))]


def test_lists_are_entered_where_their_kind_is_asked_for_and_odd_chunks_are_padded() -> None:
    info = encoded(b"LIST", b"INFO" + encoded(b"INAM", b"abc") + encoded(b"ISFT", b"xy"))
    other = encoded(b"LIST", b"adtl" + encoded(b"labl", b"1234"))
    assert seen(form(info, other, encoded(b"data", b"."))) == [
        (b"RIFF", 72, ()),
        (b"LIST", 26, (b"WAVE",)),
        (b"INAM", 3, (b"WAVE", b"INFO")),
        (b"ISFT", 2, (b"WAVE", b"INFO")),
        (b"LIST", 16, (b"WAVE",)),
        (b"data", 1, (b"WAVE",)),
    ]


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
def test_a_64_bit_form_has_its_sizes_in_ds64(name: bytes) -> None:
    data = rf64(b"x" * 21, name=name)
    first, _, last = walk(Source.of(data))
    assert (first.size, first.width, last.size, last.width) == (len(data) - 8, 8, 21, 8)


def test_the_table_of_ds64_has_the_sizes_of_further_chunks_in_their_order() -> None:
    table = b"".join(b"levl" + size.to_bytes(8, "little") for size in (2, 4))
    tail = b"levl\xff\xff\xff\xff12" + b"levl\xff\xff\xff\xff1234"
    assert [size for name, size, _ in seen(rf64(b"", table=table, tail=tail)) if name == b"levl"] == [2, 4]


def test_several_forms_are_walked_and_what_follows_them_is_not() -> None:
    data = form(encoded(b"movi", b"")) + form(encoded(b"more", b"")) + b"a tail of some bytes"
    assert [name for name, _, _ in seen(data)] == [b"RIFF", b"movi", b"RIFF", b"more"]


@pytest.mark.parametrize(
    ("size", "data_size"),
    [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (0x7FFFFFFF, 0x7FFFFFF0)],
    ids=["all ones", "zero", "most"],
)
def test_sizes_a_live_writer_left_open_end_with_the_file(size: int, data_size: int) -> None:
    data = form(b"data" + data_size.to_bytes(4, "little") + b"123456", size=size)
    first, last = walk(Source.of(data))
    assert (first.end, first.width, last.end, last.width) == (len(data), 0, len(data), 0)


LIES = [
    ("no header", b"RIFX" + bytes(8), MalformedError),
    ("an empty file", b"", MalformedError),
    ("a form shorter than its name", form(size=3), MalformedError),
    ("a chunk longer than the form", form(encoded(b"abcd", bytes(20)), encoded(b"data", b""), size=24), MalformedError),
    ("a chunk longer than its list", form(b"LIST\x0c\0\0\0INFO" + encoded(b"INAM", bytes(9))), MalformedError),
    ("a chunk longer than the file", form(b"data" + (999).to_bytes(4, "little")), TruncatedError),
    ("RF64 without ds64", b"RF64" + b"\xff" * 4 + b"WAVE" + encoded(b"data", bytes(40)), MalformedError),
    ("a ds64 with a table of millions", rf64(b"")[:44] + b"\xff" * 4 + rf64(b"")[48:], TooMuchError),
    ("a ds64 that ends early", rf64(b"")[:40], MalformedError),
]  # fmt: skip


@pytest.mark.parametrize(("data", "error"), [lie[1:] for lie in LIES], ids=[lie[0] for lie in LIES])
def test_what_cannot_be_followed_is_told(data: bytes, error: type[MalformedError]) -> None:
    with pytest.raises(error):
        list(walk(Source.of(data)))


def test_a_walk_goes_over_so_many_chunks_and_no_more() -> None:
    data = form(b"JUNK\0\0\0\0" * (MOST_CHUNKS + 5))
    with pytest.raises(TooMuchError):
        list(walk(Source.of(data)))


def test_lists_in_lists_are_followed_to_a_depth() -> None:
    chunk = b""
    for _ in range(100):
        chunk = encoded(b"LIST", b"INFO" + chunk)
    with pytest.raises(TooMuchError):
        list(walk(Source.of(form(chunk))))


def test_a_change_is_counted_in_all_that_holds_it() -> None:
    data = form(encoded(b"LIST", b"INFO" + encoded(b"INAM", b"abc")), encoded(b"data", b"12"))
    name = next(chunk for chunk in walk(Source.of(data)) if chunk.name == b"INAM")
    longer = apply(data, changed(name.start, name.total, encoded(b"INAM", b"abcdefg"), name.parents))
    assert longer == form(encoded(b"LIST", b"INFO" + encoded(b"INAM", b"abcdefg")), encoded(b"data", b"12"))


def test_a_32_bit_size_that_is_full_is_told_before() -> None:
    (first,) = walk(Source.of(form()))
    full = first._replace(size=0xFFFFFFF0)
    assert fits((full,), 15)
    assert not fits((full,), 16)
    with pytest.raises(TooMuchError):
        changed(12, 0, bytes(16), (full,))


NAMES = st.sampled_from([b"data", b"JUNK", b"abcd", b"id3 "])
TREES = st.recursive(
    st.tuples(NAMES, st.binary(max_size=9)), lambda inner: st.lists(inner, max_size=4), max_leaves=12
).map(lambda tree: tree if isinstance(tree, list) else [tree])


def built(tree: list[object]) -> bytes:
    return b"".join(encoded(*one) if isinstance(one, tuple) else encoded(b"LIST", b"INFO" + built(one)) for one in tree)  # type: ignore[arg-type]


def leaves(tree: list[object]) -> Iterator[object]:
    for one in tree:
        yield from leaves(one) if isinstance(one, list) else [one]


@given(TREES)
def test_every_chunk_of_a_tree_is_found_in_its_order(tree: list[object]) -> None:
    data = form(built(tree))
    found = [(one.name, data[one.body : one.end]) for one in walk(Source.of(data)) if not one.kind]
    assert found == list(leaves(tree))


@given(st.binary(max_size=80), st.sampled_from([b"", b"RIFF", b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0"]))
def test_any_bytes_are_walked_or_told(data: bytes, head: bytes) -> None:
    with suppress(MalformedError):
        assert all(chunk.total >= 0 for chunk in walk(Source.of(head + data)))
