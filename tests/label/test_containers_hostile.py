"""WAV, AVI, WebP, Matroska and FLV from hostile hands: cuts, changed bytes, bombs. There is an answer, or one of our errors."""

from __future__ import annotations

from contextlib import suppress
from resource import RUSAGE_SELF, getrusage
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel.amf0 import name, string
from hegui.kernel.ebml import encoded as element
from hegui.kernel.riff import encoded as chunk
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import avi, flv, matroska, wav, webp
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.kernel.test_riff import form
from tests.label.contract import CARRIERS
from tests.label.media import LABEL, LONGER, written
from tests.label.test_flv import HEADER as FLV
from tests.label.test_flv import tag
from tests.label.test_matroska import INFO, PICTURES, SEEK_HEAD, TAGS, file, simple

CODECS: dict[str, tuple[ModuleType, str]] = {
    "wav": (wav, "speech-24bit-listinfo.wav"),
    "avi": (avi, "clip.avi"),
    "webp": (webp, "anim.webp"),
    "lossy webp": (webp, "photo.webp"),
    "matroska": (matroska, "clip.mkv"),
    "webm": (matroska, "clip.webm"),
    "flv": (flv, "clip.flv"),
}
SEEDS = {key: (CARRIERS / carrier).read_bytes() for key, (_, carrier) in CODECS.items()}
SEEDS |= {f"{key}, labelled": written(CODECS[key][0], data) for key, data in SEEDS.items()}


def codec_of(key: str) -> ModuleType:
    return CODECS[key.removesuffix(", labelled")][0]


def must_answer(codec: ModuleType, data: bytes) -> None:
    """Read, write and take out: each gives an answer or one of our errors, and what was written can be read."""
    with suppress(MalformedError):
        codec.read(Source.of(data))
    for label in (LABEL, LONGER):
        try:
            labelled = apply(data, codec.write(Source.of(data), label))
        except (MalformedError, LabelError):
            continue
        assert [one.spelt.label for one in labels(codec.read(Source.of(labelled)))] == [label]
        assert codec.write(Source.of(labelled), label) == ()
        try:
            apply(labelled, codec.bare(Source.of(labelled)))
        except LabelError:
            continue


@pytest.mark.parametrize("key", SEEDS)
def test_a_file_cut_anywhere_gets_an_answer(key: str) -> None:
    data = SEEDS[key]
    cuts = {*range(64), *range(64, len(data), max(1, len(data) // 60)), *range(len(data) - 24, len(data))}
    for cut in sorted(cuts):
        must_answer(codec_of(key), data[:cut])


PLACES = st.one_of(st.integers(0, 600), st.integers(-700, -1), st.integers(0, 70_000))
VALUES = st.one_of(
    st.binary(min_size=1, max_size=1),
    st.sampled_from([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\1\0\0\0", b"\xff" * 8]),
)


@pytest.mark.parametrize("key", SEEDS)
@settings(max_examples=40)
@given(changes=st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=4))
def test_a_file_with_changed_bytes_gets_an_answer(key: str, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(SEEDS[key])
    for place, value in changes:
        at = place % len(data)
        data[at : at + len(value)] = value
    must_answer(codec_of(key), bytes(data))


@pytest.mark.parametrize(
    "key", ["wav, labelled", "avi, labelled", "webp, labelled", "matroska, labelled", "flv, labelled"]
)
@settings(max_examples=40)
@given(moves=st.lists(st.tuples(PLACES, st.integers(1, 80), st.booleans()), min_size=1, max_size=3))
def test_a_file_with_parts_doubled_or_left_out_gets_an_answer(key: str, moves: list[tuple[int, int, bool]]) -> None:
    data = SEEDS[key]
    for place, size, is_doubled in moves:
        at = place % max(1, len(data))
        data = data[:at] + data[at : at + size] * (2 if is_doubled else 0) + data[at + size :]
    must_answer(codec_of(key), data)


MANY = 100_000
DEEP_TAG = b""
for _ in range(1000):
    DEEP_TAG = element(0x67C8, DEEP_TAG)
FIELDS = string(b"onMetaData") + b"\x08\0\0\0\1" + (name(b"a") + b"\x05") * MANY + b"\0\0\x09"

BOMBS: dict[str, tuple[ModuleType, bytes]] = {
    "chunks": (wav, form(b"JUNK\0\0\0\0" * MANY)),
    "labels": (wav, form(b"AIGC\0\0\0\0" * 60_000, chunk(b"data", b""))),
    "lists": (avi, form(chunk(b"LIST", b"INFO" + b"ICMT\2\0\0\0ab") * 10_000, chunk(b"LIST", b"movi"), kind=b"AVI ")),
    "frames": (webp, form(b"ANMF\0\0\0\0" * MANY, kind=b"WEBP")),
    "packets of XMP": (webp, form(b"XMP \0\0\0\0" * 20_000, kind=b"WEBP")),
    "a packet as large as it says": (webp, form(b"XMP \xf0\xff\xff\x7f", kind=b"WEBP")),
    "Voids": (matroska, file(b"\xec\x80" * MANY)),
    "Tags": (matroska, file(element(TAGS) * MANY)),
    "tags": (matroska, file(element(TAGS, element(0x7373, b"\x67\xc8\x80" * MANY)), PICTURES)),
    "tags in tags": (matroska, file(element(TAGS, element(0x7373, DEEP_TAG)), PICTURES)),
    "labels in tags": (matroska, file(element(TAGS, element(0x7373, simple("AIGC", LABEL.text()) * 2000)), PICTURES)),
    "entries of an index": (matroska, file(element(SEEK_HEAD, b"\x4d\xbb\x80" * MANY), PICTURES)),
    "names of programs": (matroska, file(element(INFO, element(0x5741, b"x") * 60_000), PICTURES)),
    "segments": (matroska, file(PICTURES) * 1000),
    "tags of script data": (flv, FLV + tag(18, string(b"onMetaData") + b"\x08\0\0\0\0\0\0\x09") * 20_000),
    "fields": (flv, FLV + tag(18, FIELDS)),
    "lists in lists": (flv, FLV + tag(18, string(b"onMetaData") + b"\x0a\0\0\0\1" * 5000)),
    "a list of four thousand million": (
        flv,
        FLV + tag(18, string(b"onMetaData") + b"\x0a\xff\xff\xff\xff" + b"\x05" * 1000),
    ),
}


@pytest.mark.parametrize(("codec", "data"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_told_or_gone_over_within_bounds(codec: ModuleType, data: bytes) -> None:
    before = getrusage(RUSAGE_SELF).ru_maxrss
    with suppress(MalformedError, LabelError):
        codec.read(Source.of(data))
    with suppress(MalformedError, LabelError):
        codec.write(Source.of(data), LABEL)
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 150_000  # KiB on Linux
