"""Copying with splices: the bytes, the digests and the view of what will be are those of the change in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, apply
from hegui.usecases import label_copy
from hegui.usecases.label_copy import Changed, ShorterError, copied, digests, unmoving
from hegui.usecases.label_receipts import Digests


@st.composite
def changes(draw: st.DrawFn) -> tuple[bytes, tuple[Splice, ...]]:
    """A file and splices that do not overlap, in any order; some touch."""
    data = draw(st.binary(max_size=400))
    edges = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    spans = zip(edges[::2], edges[1::2], strict=False)
    splices = [Splice(at, end - at, draw(st.binary(max_size=90))) for at, end in spans]
    return data, tuple(draw(st.permutations(splices)) if len({one.at for one in splices}) == len(splices) else splices)


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    """Files of a few hundred bytes go the way of large ones: in pieces, and through threads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_copy, "_PIECE", 64)
        patch.setattr(label_copy, "_ALONE", 16)
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copy") / "file"


def sha256(data: bytes) -> Digests:
    return Digests(len(data), hashlib.sha256(data).hexdigest())


@given(change=changes())
def test_what_is_written_and_hashed_is_the_changed_file(file: Path, change: tuple[bytes, tuple[Splice, ...]]) -> None:
    data, splices = change
    file.write_bytes(data)
    out = bytearray()
    with file.open("rb") as opened:
        both = copied(opened, len(data), splices, out.extend)
        assert copied(opened, len(data), splices, None) == both
    assert bytes(out) == apply(data, splices)
    assert both == (sha256(data), sha256(apply(data, splices)))


@given(change=changes(), places=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 300)), max_size=6))
def test_the_view_is_the_changed_file_at_every_place(
    change: tuple[bytes, tuple[Splice, ...]], places: list[tuple[int, int]]
) -> None:
    data, splices = change
    after, source = apply(data, splices), Changed(BytesIO(data), len(data), splices).source()
    assert source.size == len(after)
    for at, size in places:
        assert source.up_to(at, size) == after[at : at + size]
    assert b"".join(source.pieces(0, source.size)) == after


@given(change=changes(), most=st.sampled_from([0, 20, 1000]))
def test_what_moves_nothing_does_the_same_and_writes_no_more_than_it_may(
    change: tuple[bytes, tuple[Splice, ...]], most: int
) -> None:
    data, splices = change
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_copy, "_MOVED", most)
        found = unmoving(Source.of(data), splices)
    if found is None:
        return
    assert apply(data, found) == apply(data, splices)
    assert all(one.drop == len(one.put) or one.at + one.drop == len(data) for one in found)
    assert all(one.drop <= most for one in found)


def test_a_file_that_has_become_shorter_is_told(file: Path) -> None:
    file.write_bytes(bytes(100))
    with file.open("rb") as opened, pytest.raises(ShorterError):
        copied(opened, 200, (), None)


@pytest.mark.parametrize("size", [0, 5, 1000])
def test_sm3_is_taken_where_it_is_asked_for(size: int) -> None:
    data = bytes(range(256)) * 4
    data = data[:size]
    assert digests(Source.of(data)) == sha256(data)
    both = digests(Source.of(data), (Splice(0, 0, b"x"),), sm3=True)
    assert both == Digests(
        size + 1, hashlib.sha256(b"x" + data).hexdigest(), hashlib.new("sm3", b"x" + data).hexdigest()
    )
