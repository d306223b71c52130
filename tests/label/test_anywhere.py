"""A label is found wherever it sits in a picture, a sound or a film, and a writer never puts a second one beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hegui.kernel.png import chunk_bytes
from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.formats import open_label, plan
from hegui.label.scattered_tags import scattered
from hegui.label.standing import labels
from tests.label.contract import CARRIERS

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "where-0001")
NEW = LABEL.propagated("001191110102MAD55U9H0F20002", "spread-0002")
TEXT = LABEL.wrapped()
PLAIN = {
    path.suffix: path.read_bytes() for path in Path(CARRIERS).iterdir() if path.stem in ("photo", "speech", "clip")
}


def box(kind: bytes, data: bytes) -> bytes:
    return (len(data) + 8).to_bytes(4) + kind + data


def chunked(data: bytes, kind: bytes, body: bytes) -> bytes:
    size = len(data) + len(body) + len(body) % 2
    return (
        data[:4]
        + size.to_bytes(4, "little")
        + data[8:]
        + kind
        + len(body).to_bytes(4, "little")
        + body
        + bytes(len(body) % 2)
    )


PLACES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a private chunk of PNG": (".png", lambda data: data[:33] + chunk_bytes(b"prVt", TEXT.encode()) + data[33:]),
    "a box of its own kind in MP4": (".mp4", lambda data: data + box(b"free", b"AIGC" + TEXT.encode())),
    "a box with an identifier of its own": (".mp4", lambda data: data + box(b"uuid", bytes(16) + TEXT.encode())),
    "behind the last box": (".mp4", lambda data: data + TEXT.encode()),
    "a chunk of WAV in wide characters": (".wav", lambda data: chunked(data, b"note", TEXT.encode("utf-16-le"))),
    "the print of a mapping behind MP3": (".mp3", lambda data: data + b"\0AIGC:" + repr(LABEL.keys()).encode()),
    "an ID3 tag before WAV": (".wav", lambda data: b"ID3\3\0\0\0\0\0\0" + bytes(6) + TEXT.encode() + bytes(6) + data),
    "pairs in a chunk of AVI": (
        ".avi", lambda data: chunked(data, b"priv", "; ".join(f"{key}={value}" for key, value in LABEL.keys().items()).encode())),
    "the comment of a format that is not known": (".xyz", lambda data: b"\1\2\3\4" + bytes(40) + TEXT.encode() + bytes(40)),
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "put"), PLACES.values(), ids=PLACES)
def test_a_label_that_no_codec_looks_for_is_found_once_and_not_written_beside(
    suffix: str, put: Callable[[bytes], bytes]
) -> None:
    data, name = put(PLAIN.get(suffix, b"")), f"a{suffix}"
    opened = open_label(Source.of(data), name)
    assert [one.spelt.label for one in labels(opened.reading)] == [LABEL]
    found = labels(opened.reading)[0].candidate
    assert not found.is_standard
    assert [finding.kind for finding in found.findings] == ["place.other"]
    with pytest.raises(LabelError):
        plan(Source.of(data), name, NEW)


OTHERS = {
    "a long text that quotes one": "A poster with words. " * 20 + TEXT + " and more words.",
    "the node of a graph": json.dumps({"7": {"class_type": "AIGCLabel", "inputs": LABEL.keys()}}),
    "the description of the keys": '{"Label":"生成合成标签要素","ContentProducer":"生成合成服务提供者","ProduceID":"内容制作编号"}',
    "a template": '{"AIGC":{"Label":"1","ContentProducer":"{{producer}}","ProduceID":"{{id}}"}}',
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("kind", [b"prVt", b"tEXt"])
def test_texts_that_only_speak_of_labels_are_none_anywhere(kind: bytes, text: str) -> None:
    plain = PLAIN[".png"]
    body = b"prompt\0" * (kind == b"tEXt") + text.encode()
    data = plain[:33] + chunk_bytes(kind, body) + plain[33:]
    assert labels(open_label(Source.of(data), "a.png").reading) == ()
    plan(Source.of(data), "a.png", NEW)


def test_keys_in_chunks_of_their_own_are_one_label_that_is_not_written_beside() -> None:
    plain = PLAIN[".png"]
    chunks = b"".join(chunk_bytes(b"tEXt", f"{key}\0{value}".encode()) for key, value in LABEL.keys().items())
    data = plain[:33] + chunks + plain[33:]
    found = labels(open_label(Source.of(data), "a.png").reading)
    assert [one.spelt.label for one in found] == [LABEL]
    assert [finding.kind for finding in found[0].candidate.findings] == ["place.scattered"]
    with pytest.raises(LabelError, match="LBL006"):
        plan(Source.of(data), "a.png", NEW)


@pytest.mark.parametrize(
    "tags",
    [
        [("LABEL", "1"), ("PRODUCER", "Bob"), ("PRODUCTID", "77")],
        [("Label", "Warner"), ("ContentProducer", "P"), ("ProduceID", "7")],
        [("ContentProducer", "P"), ("ProduceID", "7")],
        [],
    ],
)
def test_words_of_music_and_film_are_no_scattered_label(tags: list[tuple[str, str]]) -> None:
    assert scattered(tags, "tags", 0, 9) == ()


def test_the_label_of_a_cover_is_not_that_of_the_sound() -> None:
    """A person may sing a song whose cover a model drew."""
    _, splices = plan(Source.of(PLAIN[".png"]), "cover.png", LABEL)
    cover = apply(PLAIN[".png"], splices)
    frame = b"APIC" + (len(cover) + 14).to_bytes(4) + b"\0\0" + b"\0image/png\0\3\0" + b"\0" + cover
    size = len(frame)
    tag = b"ID3\3\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    song = tag + frame + PLAIN[".mp3"][10 + int.from_bytes(PLAIN[".mp3"][6:10]) :]
    reading = open_label(Source.of(song), "song.mp3").reading
    assert labels(reading) == ()
    assert [trace.place for trace in reading.traces if trace.kind == "other"] == ["label of a picture within"]
    assert labels(open_label(Source.of(song + TEXT.encode()), "song.mp3").reading)[0].spelt.label == LABEL


def test_names_without_end_are_a_gap() -> None:
    data = PLAIN[".png"] + (b"AIGC" + bytes(200_000)) * 80
    assert any(gap.reason == "too large" for gap in open_label(Source.of(data), "a.png").reading.gaps)
