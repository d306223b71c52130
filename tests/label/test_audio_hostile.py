"""Sound that is cut, damaged or made to hurt gives a reading or our error, and nothing else."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import aac, flac, mp3, ogg
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label.audio_files import LABEL, LONG, OTHER, carrier, labelled
from tests.label.test_flac import stream as flac_stream
from tests.support.id3_tags import frame, safe, tag, txxx
from tests.support.ogg_pages import OPUS_HEAD, comments, opus, page, vorbis

SOUND = carrier("speech.mp3")[:2000]
ADTS = carrier("speech.aac")[:1500]
ENTRY = b"AIGC=" + LABEL.text().encode()
APE = b"APETAGEX" + (2000).to_bytes(4, "little") + (32).to_bytes(4, "little") + bytes(16)
SEEDS: dict[str, tuple[Codec, bytes]] = {
    "mp3": (mp3, labelled(mp3, SOUND)),
    "mp3 2.2": (mp3, tag(txxx("AIGC", LABEL.text(), 2), frame("TT2", b"\0T", 2), version=2, padding=20) + SOUND),
    "mp3 2.3": (mp3, tag(frame("COMM", b"\1eng" + bytes(20)), txxx("AIGC", LABEL.text()), flags=0x80, padding=9) + SOUND),
    "mp3 2.4": (
        mp3, tag(frame("GEOB", b"\1" + bytes(30), 4, flags=0x4F), txxx("AIGC", LABEL.text(), 4), version=4, flags=0xD0,
                 extended=safe(6) + b"\1\0") + SOUND,
    ),
    "mp3 with a tail": (mp3, SOUND + APE + b"LYRICSBEGIN000011LYRICS200" + b"TAG" + bytes(125)),
    "aac": (aac, labelled(aac, ADTS)),
    "flac": (flac, labelled(flac, flac_stream((4, comments(b"A=1")), (1, bytes(300))))),
    "flac without comments": (flac, labelled(flac, flac_stream((6, b"p" * 90)))),
    "opus": (ogg, labelled(ogg, opus(b"A=1", padding=bytes(60)))),
    "vorbis": (ogg, labelled(ogg, vorbis(b"A=1", setup=300))),
    "full pages": (ogg, labelled(ogg, opus(b"P=" + b"A" * (255 * 254 + 200)))),
}  # fmt: skip
FEWER = settings(max_examples=settings().max_examples // 5)
"""Eleven seeds share the examples."""
every_seed = pytest.mark.parametrize("name", SEEDS)


def survives(codec: Codec, data: bytes) -> None:
    """Reading, writing and taking out end well or in our error; what was written is read."""
    codec.score("x", data[:4096])
    try:
        before = labels(codec.read(Source.of(data)))
    except MalformedError:
        before = ()
    for label in (OTHER, LONG):
        try:
            made = apply(data, codec.write(Source.of(data), label))
        except (MalformedError, LabelError):
            continue
        assert [one.spelt.label for one in labels(codec.read(Source.of(made)))] == [label]
        assert len(before) <= 1
    try:
        apply(data, codec.bare(Source.of(data)))
    except (MalformedError, LabelError):
        return


@every_seed
def test_a_file_that_is_cut_anywhere_ends_well(name: str) -> None:
    codec, data = SEEDS[name]
    step = max(1, len(data) // 150)
    for end in range(0, len(data), step):
        survives(codec, data[:end])


@every_seed
@FEWER
@given(draw=st.data())
def test_bytes_that_were_changed_end_well(name: str, draw: st.DataObject) -> None:
    codec, data = SEEDS[name]
    places = st.tuples(st.integers(0, min(len(data) - 1, 700)) | st.integers(0, len(data) - 1), st.integers(0, 255))
    damaged = bytearray(data)
    for at, byte in draw.draw(st.lists(places, min_size=1, max_size=5)):
        damaged[at] = byte
    survives(codec, bytes(damaged))


@every_seed
@FEWER
@given(draw=st.data())
def test_parts_that_were_doubled_or_dropped_end_well(name: str, draw: st.DataObject) -> None:
    codec, data = SEEDS[name]
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), min_size=2, max_size=4)))
    parts = [data[one:two] for one, two in pairwise((0, *cuts, len(data)))]
    survives(codec, b"".join(draw.draw(st.permutations(parts)) + parts[:1]))


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"ID3\3\0\0", b"ID3\4\0\xd0\0\0\0\x50", b"fLaC\0\0\0\x22", b"OggS\0\2"]),
)
def test_any_bytes_end_well(data: bytes, start: bytes) -> None:
    for codec in (mp3, aac, flac, ogg):
        survives(codec, start + data)


HUGE = (1 << 28) - 1
LIES = {
    "a tag of 256 MiB": (mp3, b"ID3\3\0\0" + safe(HUGE) + SOUND),
    "a frame of 4 GiB": (mp3, tag(frame("TXXX", b"\0AIGC", size=0xFFFFFFFF)) + SOUND),
    "a compressed frame that says 4 GiB": (mp3, tag(frame("TXXX", b"\xff" * 4 + b"x", flags=0x80)) + SOUND),
    "an extended header of 4 GiB": (mp3, tag(flags=0x40, extended=b"\xff" * 10) + SOUND),
    "an APEv2 tag of 4 GiB": (mp3, SOUND + APE[:12] + b"\xff" * 8 + bytes(12)),
    "an APEv2 tag of 4 billion items": (mp3, SOUND + APE[:16] + b"\xff" * 4 + bytes(12)),
    "Lyrics3 of a megabyte": (mp3, SOUND + b"LYRICSBEGIN999999LYRICS200"),
    "a footer of 256 MiB": (mp3, SOUND + b"3DI\4\0\x10" + safe(HUGE)),
    "a block of 16 MiB": (flac, b"fLaC\0\0\0\x22" + bytes(34) + b"\x84\xff\xff\xff" + bytes(20)),
    "4 billion comments": (flac, flac_stream((4, bytes(4) + b"\xff" * 4 + bytes(50)))),
    "a comment of 4 GiB": (flac, flac_stream((4, bytes(4) + b"\1\0\0\0" + b"\xff" * 4))),
    "a vendor of 4 GiB": (ogg, opus()[:80] + page([12], b"OpusTags" + b"\xff" * 4, number=1)),
}


@pytest.mark.parametrize("name", LIES)
def test_no_size_is_believed_before_it_is_compared_with_the_file(name: str) -> None:
    codec, data = LIES[name]
    tracemalloc.start()
    survives(codec, data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


MANY = 40_000
FIRST = page([len(OPUS_HEAD)], OPUS_HEAD, number=0, flags=2)
CROWDS = {
    "frames": (mp3, lambda: tag(frame("TXXX", b"\0") * MANY) + SOUND),
    "frames of no size": (mp3, lambda: tag(frame("TXXX", b"") * MANY) + SOUND),
    "stuffed bytes": (mp3, lambda: tag(frame("TXXX", b"\xff\0" * MANY), frame("TIT2", b"\xff" * 80) * 9000, flags=0x80) + SOUND),
    "tags": (mp3, lambda: tag() * MANY + SOUND),
    "words of sync": (mp3, lambda: tag() + b"\xff\xfb\x90" * MANY),
    "labels": (mp3, lambda: tag(txxx("AIGC", "{" * 40) * 8000) + SOUND),
    "lines that may be YAML": (mp3, lambda: tag(txxx("x", "produce: x\n" * 5000) * 30) + SOUND),
    "items": (mp3, lambda: SOUND + bytes(10) * 16_000 + APE[:12] + (160_032).to_bytes(4, "little") + b"\x80\x3e\0\0" + bytes(12)),
    "blocks": (flac, lambda: flac_stream(*[(1, b"")] * MANY)),
    "comments": (flac, lambda: flac_stream((4, comments(*[b""] * MANY)))),
    "comments of the name": (flac, lambda: flac_stream((4, comments(*[b"AIGC="] * 16_000)))),
    "pages": (ogg, lambda: opus() + page([], b"", number=9) * MANY),
    "streams": (ogg, lambda: FIRST * MANY),
    "pages of one header": (
        ogg, lambda: FIRST + page([255], b"h" * 255, number=1) + page([255], b"h" * 255, number=2, flags=1) * MANY,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CROWDS)
def test_crowds_of_entries_end_well_within_the_budget(name: str) -> None:
    codec, make = CROWDS[name]
    data = make()
    with suppress(MalformedError, LabelError):
        codec.read(Source(BytesIO(data), budget=16 << 20))
        codec.write(Source.of(data), LABEL)
