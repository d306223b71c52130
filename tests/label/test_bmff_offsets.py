"""What counts bytes in an ISO base media file is right after a label has been put in, and after it was taken out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.isobmff import Walker
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice, apply, growth, in_order
from hegui.label import mp4
from hegui.label.aigc import AigcLabel
from hegui.label.bmff_locations import read_locations
from hegui.label.bmff_shift import Edit, Shift
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label import bmff_builder as build
from tests.label.bmff_builder import Film

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
LONG = LABEL.propagated("p" * 300, "n" * 300)
GIB = 1 << 30

films = st.builds(
    Film,
    is_head=st.booleans(),
    wide=st.booleans(),
    long=st.booleans(),
    open=st.booleans(),
    free=st.sampled_from((0, 8, 300, 350, 2000)),
    aux=st.sampled_from((None, 0, 1)),
    items=st.sampled_from((None, 0, 1, 2)),
    item_base=st.booleans(),
    fragments=st.integers(0, 4),
    based=st.booleans(),
    access=st.sampled_from((0, 1)),
    udta=st.sampled_from(
        (
            b"",
            build.spoken(b"\xa9swr", "Cutter") + bytes(4),
            build.tagged(build.tag(b"\xa9too", "Lavf")),
            build.keyed([("title", "x")]),
        )
    ),
)


def written(data: bytes, label: AigcLabel = LABEL) -> bytes:
    return apply(data, mp4.write(Source.of(data), label))


@given(films, st.sampled_from(("", "before", "after")))
def test_every_offset_points_at_the_same_bytes(film: Film, index: str) -> None:
    film = film if not index else Film(**{**vars_of(film), "index": index, "fragments": max(1, film.fragments)})
    data = film.build()
    before = build.pointed(data)
    assert all(mark.startswith(b"@mark") or mark[4:] == b"moof" for _, mark in before)
    labelled = written(data)
    longer = written(labelled, LONG)
    assert build.pointed(labelled) == build.pointed(longer) == before
    assert apply(labelled, mp4.bare(Source.of(labelled))) == data
    assert apply(longer, mp4.bare(Source.of(longer))) == data
    assert written(longer) == labelled


def vars_of(film: Film) -> dict[str, object]:
    return {name: getattr(film, name) for name in Film.__dataclass_fields__}


def test_nothing_is_patched_where_moov_is_last() -> None:
    splices = mp4.write(Source.of(Film(is_head=False).build()), LABEL)
    assert sum(bool(splice.drop) for splice in splices) == 1  # the size of moov


def test_media_data_in_another_file_do_not_move() -> None:
    data = Film().build().replace(build.full(b"url ", flags=1), build.full(b"url ", flags=0))
    with pytest.raises(LabelError, match=r"^LBL031"):
        mp4.write(Source.of(data), LABEL)


def test_an_offset_into_the_tags_that_are_replaced_is_a_damage() -> None:
    film = Film(udta=build.tagged(build.tag(b"\xa9too", "Lavf")))
    data = film.build()
    inside = data.index(b"mdir")
    data = data.replace(build.u32(data.index(b"@mark03@")), build.u32(inside), 1)
    with pytest.raises(MalformedError, match="points into the metadata"):
        mp4.write(Source.of(data), LABEL)


@pytest.mark.parametrize(
    ("kind", "reason"), [("cmov", "LBL032"), ("none", "LBL033"), ("two", "more than one box moov")]
)
def test_files_that_cannot_take_a_label_say_why(kind: str, reason: str) -> None:
    head = build.box(b"ftyp", b"isom", bytes(4))
    moov = build.box(b"moov", build.box(b"cmov", bytes(9)))
    data = {"cmov": head + moov, "none": head + build.box(b"moof"), "two": head + moov * 2}[kind]
    with pytest.raises((LabelError, MalformedError), match=reason):
        mp4.write(Source.of(data), LABEL)
    assert mp4.read(Source.of(data)).gaps != ()


@given(st.integers(0, 2), st.sampled_from((0, 4, 8)), st.sampled_from((4, 8)), st.sampled_from((0, 4, 8)), st.data())
def test_a_table_of_items_is_written_as_it_was_read(
    version: int, offset: int, length: int, base: int, draw: st.DataObject
) -> None:
    index = draw.draw(st.sampled_from((0, 4))) if version else 0
    number = build.u32 if version == 2 else build.u16
    entries = b""
    count = draw.draw(st.integers(0, 4))
    for _ in range(count):
        extents = draw.draw(st.integers(0, 3))
        entries += draw.draw(st.binary(min_size=len(number(0)), max_size=len(number(0))))
        entries += (build.u16(draw.draw(st.integers(0, 2))) if version else b"") + build.u16(0)
        entries += draw.draw(st.binary(min_size=base, max_size=base)) + build.u16(extents)
        size = extents * (index + offset + length)
        entries += draw.draw(st.binary(min_size=size, max_size=size))
    widths = bytes((offset << 4 | length, base << 4 | index))
    data = build.full(b"iloc", widths, number(count), entries, b"rest", version=version)
    (one,) = Walker(Source.of(data)).tops()
    assert read_locations(Source.of(data), one).body() == data[8:]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.binary(max_size=9)), max_size=5))
def test_a_shift_follows_every_byte_that_stays(changes: list[tuple[int, int, bytes]]) -> None:
    data = bytes(range(100, 180))
    edits: list[Edit] = []
    end = 0
    for at, drop, put in sorted(changes):
        if at >= end and not any(edit.at == at for edit in edits):
            edits.append(Edit(at, drop, b"\0" * len(put)))
            end = at + drop
    after = apply(data, [Splice(*edit[:3]) for edit in edits])
    cut = {at for edit in edits for at in range(edit.at, edit.at + edit.drop)}
    shift = Shift(edits)
    for at in sorted(set(range(len(data))) - cut):
        assert after[shift.of(at)] == data[at]


# --- beyond four gibibytes --------------------------------------------------------------------------------------------


def sparse(path: Path, parts: dict[int, bytes], size: int) -> BinaryIO:
    """A file of `size` bytes with these parts, the rest a hole."""
    with path.open("wb") as file:
        for at, part in parts.items():
            file.seek(at)
            file.write(part)
    os.truncate(path, size)
    return path.open("rb")


def edited(source: Source, splices: tuple[Splice, ...], start: int, size: int) -> bytes:
    """A stretch of the changed file, without making it."""
    out, at, place = bytearray(), 0, 0
    for splice in (*in_order(splices), Splice(source.size, 0, b"")):
        kept = splice.at - at
        low, high = max(start, place), min(start + size, place + kept)
        if low < high:
            out += source.at(at + low - place, high - low)
        place += kept
        low, high = max(start, place), min(start + size, place + len(splice.put))
        out += splice.put[max(0, low - place) : max(0, high - place)]
        place += len(splice.put)
        at = splice.at + splice.drop
    return bytes(out)


def large(path: Path, *, last: int, is_head: bool, wide: bool = False) -> tuple[BinaryIO, list[int]]:
    """A film with one chunk at the start of its data, one at `last`, and data to 5 GiB."""
    size = 5 * GIB
    ftyp = build.box(b"ftyp", b"isom", bytes(4), b"isom")

    def moov(where: list[int]) -> bytes:
        number, kind = (build.u64, b"co64") if wide else (build.u32, b"stco")
        chunks = build.full(kind, build.u32(len(where)), *map(number, where))
        return build.box(
            b"moov", build.box(b"trak", build.box(b"mdia", build.box(b"minf", build.box(b"stbl", chunks))))
        )

    length = len(moov([0, 0]))
    data_at = len(ftyp) + (length if is_head else 0)
    data_size = size - len(ftyp) - length
    mdat = build.u32(1) + b"mdat" + build.u64(data_size)
    where = [data_at + 16, last]
    moov_at = len(ftyp) if is_head else size - length
    parts = {0: ftyp, moov_at: moov(where), data_at: mdat, where[0]: b"@first@!", last: b"@last@!!"}
    return sparse(path, dict(sorted(parts.items())), size), where


@pytest.mark.parametrize("last", [4 * GIB - 8, 4 * GIB - 250, 4 * GIB - 4096])
def test_chunk_offsets_become_wide_where_they_pass_four_gibibytes(tmp_path: Path, last: int) -> None:
    with large(tmp_path / "large.mp4", last=last, is_head=True)[0] as file:
        source = Source(file, budget=100_000)
        splices = mp4.write(source, LABEL)
        head = edited(source, splices, 0, 1000)
        is_wide = b"co64" in head
        assert is_wide == (last + growth(splices) >= 4 * GIB)
        (table,) = (node for node in build.nodes(head[: head.index(b"mdat") - 4]) if node.kind in (b"stco", b"co64"))
        width = 8 if is_wide else 4
        where = [table.number(8 + width * one, width) for one in range(2)]
        assert [edited(source, splices, at, 8) for at in where] == [b"@first@!", b"@last@!!"]
        assert sum(len(splice.put) for splice in splices) < 1000


@pytest.mark.parametrize(("is_head", "wide"), [(True, True), (False, False), (False, True)])
def test_a_film_of_five_gibibytes_is_labelled_without_reading_its_data(
    tmp_path: Path, is_head: bool, wide: bool
) -> None:
    last = 5 * GIB - 4096 if wide else 4 * GIB - 8
    file, where = large(tmp_path / "large.mp4", last=last, is_head=is_head, wide=wide)
    with file:
        source = Source(file, budget=100_000)
        splices = mp4.write(source, LABEL)
        shift = growth(splices) if is_head else 0
        assert edited(source, splices, where[0] + shift, 8) == b"@first@!"
        assert edited(source, splices, last + shift, 8) == b"@last@!!"
        table = build.u64(last + shift) if wide else build.u32(last + shift)
        moov = edited(source, splices, 20 if is_head else where[0] + 5 * GIB - 700, 600)
        assert not is_head or table in moov


def test_a_table_that_cannot_become_wide_refuses() -> None:
    film = Film(fragments=1, access=0).build()
    last = build.u32(film.index(b"moof") - 4)
    data = film.replace(last + b"\1\1\1", b"\xff\xff\xff\xf0\1\1\1")
    assert data != film
    with pytest.raises(LabelError, match=r"^LBL030"):
        mp4.write(Source.of(data), LABEL)


def test_a_large_film_read_back(tmp_path: Path) -> None:
    """The changed file itself, as a sparse one again."""
    with large(tmp_path / "large.mp4", last=4 * GIB - 8, is_head=True)[0] as file:
        source = Source(file, budget=100_000)
        splices = mp4.write(source, LABEL)
        head = edited(source, splices, 0, 1000)
        size = source.size + growth(splices)
    with sparse(tmp_path / "labelled.mp4", {0: head}, size) as file:
        source = Source(file, budget=100_000)
        assert [one.spelt.label for one in labels(mp4.read(source))] == [LABEL]
        assert growth(mp4.bare(source)) < 0
