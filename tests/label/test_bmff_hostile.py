"""Damaged and hostile ISO base media files: an answer or our error, in bounded memory and time, and nothing else."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.isobmff import MAX_DEPTH, Walker
from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import apply
from hegui.label import heif, mp4, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label import bmff_builder as build
from tests.label.bmff_builder import Film
from tests.label.contract import CARRIERS
from tests.label.heif_builder import XMP, Item, Picture

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("00119144030008867405X220001", "p2")
TAGS = build.tagged(build.tag(b"\xa9nam", "x"), build.freeform("AIGC", "y"))


def labelled(codec: Codec, data: bytes) -> bytes:
    return apply(data, codec.write(Source.of(data), LABEL))


SEEDS: dict[str, tuple[Codec, bytes]] = {
    "film": (mp4, labelled(mp4, Film(aux=0, items=1, fragments=2, index="after", udta=TAGS).build())),
    "wide film": (
        mp4,
        labelled(mp4, Film(wide=True, aux=1, items=2, long=True, fragments=1, access=1, free=400).build()),
    ),
    "film at the tail": (mp4, labelled(mp4, Film(is_head=False, items=0, item_base=True, open=True).build())),
    "film with XMP": (mp4, Film().build() + build.xmp_box(xmp.written(None, LABEL.text()))),
    "clip": (mp4, (CARRIERS / "clip-faststart.mp4").read_bytes()[:4000]),
    "picture": (heif, labelled(heif, Picture((Item(b"hvc1", (b"a", b"b")),), iloc=1, base=True).build())),
    "picture with a packet": (
        heif,
        labelled(
            heif, Picture((Item(b"hvc1", (b"a",)), Item(b"mime", (xmp.written(None, "x"),), XMP, describes=1))).build()
        ),
    ),
    "photo": (heif, labelled(heif, (CARRIERS / "photo.avif").read_bytes())),
}
every_seed = pytest.mark.parametrize("name", SEEDS)


def asked(codec: Codec, data: bytes) -> None:
    """Ask a codec all it can be asked; what it writes must hold the label."""
    source = Source.of(data, budget=8 << 20)
    with suppress(MalformedError, LabelError):
        codec.read(source)
    with suppress(MalformedError, LabelError):
        apply(data, codec.bare(source))
    with suppress(MalformedError, LabelError):
        changed = apply(data, codec.write(source, OTHER))
        assert [one.spelt.label for one in labels(codec.read(Source.of(changed)))] == [OTHER]


@every_seed
def test_any_cut_gives_an_answer_or_our_error(name: str) -> None:
    codec, data = SEEDS[name]
    for end in {*range(min(len(data), 700)), *range(0, len(data), 41)}:
        asked(codec, data[:end])


@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_any_flipped_bytes_give_an_answer_or_our_error(name: str, flips: list[tuple[int, int]]) -> None:
    codec, data = SEEDS[name]
    changed = bytearray(data)
    for at, value in flips:
        changed[at % len(data)] = value
    asked(codec, bytes(changed))


@given(
    st.sampled_from(sorted(SEEDS)),
    st.integers(0, 1 << 16),
    st.sampled_from((0, 1, 7, 8, 9, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)),
)
def test_any_number_that_lies_gives_an_answer_or_our_error(name: str, at: int, value: int) -> None:
    codec, data = SEEDS[name]
    at %= len(data) - 4
    asked(codec, data[:at] + build.u32(value) + data[at + 4 :])


@given(st.binary(max_size=300), st.sampled_from((b"moov", b"meta", b"udta", b"ilst", b"iloc", b"iinf", b"keys")))
def test_any_bytes_in_a_box_give_an_answer_or_our_error(inner: bytes, kind: bytes) -> None:
    head = build.box(b"ftyp", b"isom", bytes(4))
    asked(
        mp4,
        head
        + build.box(b"moov", build.box(b"udta", build.full(b"meta", build.handler(b"mdta"), build.box(kind, inner)))),
    )
    asked(heif, head + build.full(b"meta", build.handler(b"pict"), build.box(kind, inner)))
    asked(mp4, head + build.box(kind, inner))


# --- numbers that are too large ---------------------------------------------------------------------------------------


def nested(depth: int, kind: bytes) -> bytes:
    """Boxes within boxes."""
    size = 8 * depth
    return b"".join(build.u32(size - 8 * level) + kind for level in range(depth))


TOO_MUCH: dict[str, Callable[[], bytes]] = {
    "user data within user data": lambda: build.box(b"moov", nested(100_000, b"udta")),
    "empty user data": lambda: Film(udta=build.box(b"xxxx") * 17_000).build(),
    "empty tags": lambda: Film(udta=build.tagged(build.box(b"xxxx") * 17_000)).build(),
    "metas": lambda: build.box(b"moov", build.full(b"meta") * 17_000),
    "moovs": lambda: build.box(b"moov") * 17_000,
    "labels": lambda: Film(udta=build.tagged(build.tag(b"abcd", LABEL.text()) * 1_100)).build(),
    "keys": lambda: build.box(b"moov", build.box(b"udta", build.keyed([("k", "v")] * 17_000))),
}
MUCH: dict[str, Callable[[], bytes]] = {
    "boxes within boxes": lambda: nested(100_000, b"moov"),
    "metas within metas": lambda: build.box(b"moov", nested(100_000, b"meta")),
    "tables within tables": lambda: Film().build() + nested(100_000, b"traf"),
    "empty boxes": lambda: Film().build() + build.box(b"free") * 20_000,
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_is_a_gap_and_nothing_is_written(name: str) -> None:
    data = TOO_MUCH[name]()
    assert "too large" in {gap.reason for gap in mp4.read(Source.of(data)).gaps}
    with pytest.raises((MalformedError, LabelError)):
        mp4.write(Source.of(data), OTHER)


@pytest.mark.parametrize("name", MUCH)
def test_much_of_something_that_holds_no_label_is_passed_over(name: str) -> None:
    asked(mp4, MUCH[name]())


ITEMS: dict[str, Callable[[], Picture]] = {
    "items": lambda: Picture((Item(b"hvc1", (b"a",)),) * 10_000, first=1),
    "packets": lambda: Picture((Item(b"mime", (b"a",), XMP, describes=1),) * 5_000),
    "pieces": lambda: Picture((Item(b"mime", (b"a",) * 60_000, XMP),)),
}


@pytest.mark.parametrize("name", ITEMS)
def test_a_picture_with_very_many_items_gives_an_answer(name: str) -> None:
    asked(heif, ITEMS[name]().build())


def test_nesting_ends_at_the_depth_we_set() -> None:
    data = nested(MAX_DEPTH + 1, b"moov")
    with pytest.raises(TooMuchError):
        list(Walker(Source.of(data)).tree((b"moov",)))
    assert len(list(Walker(Source.of(data[8:])).tree(()))) == 1


def test_a_walk_sees_a_bounded_number_of_boxes() -> None:
    with pytest.raises(TooMuchError):
        list(Walker(Source.of(build.box(b"free") * 11), most=10).tops())


@pytest.mark.parametrize("count", [0xFFFFFFFF, 0x10000001])
@pytest.mark.parametrize("kind", [b"stco", b"co64", b"saio", b"tfra", b"keys", b"iloc", b"iinf", b"dref"])
def test_a_count_that_lies_takes_no_memory(kind: bytes, count: int) -> None:
    table = build.full(kind, bytes(8) if kind == b"tfra" else b"", build.u32(count))
    stbl = build.box(b"minf", build.box(b"dinf", table), build.box(b"stbl", table))
    moov = build.box(
        b"moov",
        build.box(b"trak", build.box(b"mdia", stbl)),
        build.box(b"udta", build.full(b"meta", build.handler(b"mdta"), table)),
    )
    data = build.box(b"ftyp", b"isom", bytes(4)) + moov + build.box(b"mdat", b"x") + build.box(b"mfra", table)
    tracemalloc.start()
    asked(mp4, data)
    asked(heif, build.full(b"meta", build.handler(b"pict"), build.full(b"pitm", bytes(2)), table) + build.box(b"mdat"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 20


def test_a_million_chunk_offsets_are_patched() -> None:
    film = Film()
    chunks = next(node for node in build.nodes(film.build()) if node.kind == b"stco")
    million = build.full(b"stco", build.u32(1_000_000), build.u32(2_000_000_000) * 1_000_000)
    moov = build.box(b"moov", build.box(b"trak", build.box(b"mdia", build.box(b"minf", build.box(b"stbl", million)))))
    data = build.box(b"ftyp", b"isom", bytes(4)) + moov + build.box(b"mdat", b"x")
    source = Source.of(data, budget=10 << 20)
    changed = apply(data, mp4.write(source, LABEL))
    grown = len(changed) - len(data)
    assert changed.count(build.u32(2_000_000_000 + grown)) == 1_000_000
    assert chunks.number(4) == 8


@pytest.mark.parametrize("size", [2, 7, 100_000, 0x7FFFFFFF])
@pytest.mark.parametrize("kind", [b"moov", b"udta", b"meta", b"ilst", b"mdat"])
def test_a_box_that_lies_about_its_size_is_a_gap_and_not_written_into(kind: bytes, size: int) -> None:
    data = Film(udta=TAGS).build()
    at = data.index(kind) - 4
    data = data[:at] + build.u32(size) + data[at + 4 :]
    assert mp4.read(Source.of(data)).gaps != () or kind == b"mdat"
    asked(mp4, data)
    with pytest.raises((MalformedError, LabelError)):
        mp4.write(Source.of(data), LABEL)


def test_many_extents_without_a_size_are_refused() -> None:
    iloc = build.full(b"iloc", bytes(2), build.u16(1), build.u16(1), build.u16(0), build.u16(0xFFFF))
    picture = replace(Picture()).build()
    old = next(node for node in build.nodes(picture) if node.kind == b"iloc")
    data = picture[: old.start] + iloc.ljust(old.end - old.start, b"\0") + picture[old.end :]
    asked(heif, data)
