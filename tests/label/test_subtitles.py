"""WebVTT and ASS: a label in a comment, written and undone to the byte."""

from __future__ import annotations

from contextlib import suppress
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import ass, vtt
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label.contract import CARRIERS

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
OTHER = LABEL.propagated("某平台", "a-->b<c>\n\nd", reserved='{"k":"v"}')
JSON = LABEL.text()
CUE = "00:00.000 --> 00:01.500\ntext\n"


def read(codec: ModuleType, text: str | bytes) -> list[tuple[AigcLabel, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(one.spelt.label, one.candidate.place) for one in labels(codec.read(Source.of(data)))]


def write(codec: ModuleType, text: str | bytes, label: AigcLabel = LABEL) -> bytes:
    data = text if isinstance(text, bytes) else text.encode()
    return apply(data, codec.write(Source.of(data), label))


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        (vtt, "WEBVTT"),
        (vtt, "WEBVTT\n"),
        (vtt, "WEBVTT\n\n"),
        (vtt, "WEBVTT\n\n\n\n" + CUE),
        (vtt, "\ufeffWEBVTT - title\r\nX-TIMESTAMP-MAP=LOCAL:0\r\n\r\n" + CUE.replace("\n", "\r\n")),
        (vtt, "WEBVTT\r\r" + CUE.replace("\n", "\r")),
        (vtt, "WEBVTT\n\nNOTE a comment\n\nSTYLE\n::cue {}\n\n" + CUE),
        (vtt, "WEBVTT\ntitle"),
        (ass, "[Script Info]"),
        (ass, "[Script Info]\n"),
        (ass, "\ufeff[Script Info]\r\n; made by x\r\nTitle: a\r\n"),
        (ass, "; first\n\n[script info] \nTitle: a\n\n[Events]\nDialogue: 0,a"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_label_is_written_into_a_comment_and_undone_to_the_byte(codec: ModuleType, text: str, encoding: str) -> None:
    data = text.removeprefix("\ufeff" if encoding != "utf-8" else "").encode(encoding)
    done = write(codec, data)
    place = "vtt NOTE" if codec is vtt else "ass comment"
    assert read(codec, done) == [(LABEL, place)]
    assert codec.write(Source.of(done), LABEL) == ()
    again = write(codec, done, OTHER)
    assert read(codec, again) == [(OTHER, place)]
    assert codec is ass or again.decode(encoding).count("-->") == text.count("-->")
    for labelled in (done, again):
        assert apply(labelled, codec.bare(Source.of(labelled))) == data


@pytest.mark.parametrize(
    ("codec", "text", "place"),
    [
        (vtt, f"WEBVTT\n\n{CUE}\nNOTE\nAIGC: {JSON}\n\n{CUE}", "vtt NOTE"),
        (vtt, f"WEBVTT\n\nNOTE AIGC {JSON}\n\n{CUE}", "vtt NOTE"),
        (vtt, f"WEBVTT\n\nNOTE {LABEL.wrapped()}", "vtt NOTE"),
        (vtt, f"WEBVTT AIGC {JSON}\n\n{CUE}", "vtt header"),
        (vtt, f"WEBVTT\n\n00:00.000 --> 00:01.500\nAIGC {JSON}\n", "vtt cue"),
        (ass, f"[Script Info]\nTitle: a\n!: AIGC={JSON}\n", "ass comment"),
        (ass, f"[Script Info]\nAIGC: {JSON}\n", "ass comment"),
        (ass, f"[Script Info]\n[Events]\nComment: 0,0:00:00.00,0:00:00.00,Default,AIGC,0,0,0,,{JSON}\n", "ass event"),
    ],
)
def test_a_label_is_read_in_other_places_and_updated_where_that_is_safe(
    codec: ModuleType, text: str, place: str
) -> None:
    assert read(codec, text) == [(LABEL, place)]
    if place in ("vtt NOTE", "ass comment"):
        done = write(codec, text, OTHER)
        assert read(codec, done) == [(OTHER, place)]
        assert len(done.splitlines()) == len(text.splitlines())
    else:
        with pytest.raises(LabelError, match="LBL006"):
            write(codec, text, OTHER)


@pytest.mark.parametrize(
    ("codec", "text"),
    [(vtt, "WEBVTT\n\nNOTE AIGC\n\n" + CUE), (vtt, "WEBVTT\n\n00:00.000 --> 00:01.000\nAIGC: the future\n"),
     (ass, "[Script Info]\n; AIGC\nTitle: AIGC: a\n")],
)  # fmt: skip
def test_the_word_alone_is_no_label(codec: ModuleType, text: str) -> None:
    assert read(codec, text) == []


@pytest.mark.parametrize(
    ("codec", "text"),
    [(vtt, ""), (vtt, "WEBVTT\n" + CUE), (ass, ""), (ass, "[Events]\nDialogue: a\n"), (ass, "\n" * 5000)],
)
def test_a_file_without_a_header_is_not_labelled(codec: ModuleType, text: str) -> None:
    with pytest.raises(MalformedError):
        write(codec, text)


def test_two_labels_are_refused() -> None:
    with pytest.raises(LabelError, match="LBL005"):
        write(vtt, f"WEBVTT\n\nNOTE AIGC {JSON}\n\nNOTE AIGC {JSON}\n")
    with pytest.raises(LabelError, match="LBL005"):
        write(ass, f"[Script Info]\n; AIGC {JSON}\nAIGC: {JSON}\n")


@pytest.mark.parametrize(
    "data",
    [
        b"WEBVTT\n\n" + b"NOTE AIGC {\n" * 300_000,
        b"WEBVTT\n\n" + b"NOTE AIGC {\n\n" * 300_000,
        b"WEBVTT\n\n" + b"AIGC" * 1_000_000,
        b"WEBVTT" + b"\n" * 3_000_000,
        b"WEBVTT\n" + b"a\n" * 500_000,
        b"[Script Info]\n" + b"; AIGC {\n" * 300_000,
        b"[Script Info]\n; AIGC " + b"{" * 8_000_000,
        b";" * 8_000_000,
    ],
    ids=lambda data: data[:20].decode(),
)
@pytest.mark.parametrize("codec", [vtt, ass])
def test_a_hostile_text_is_read_at_once(codec: ModuleType, data: bytes) -> None:
    codec.score("a", data[:4096])
    with suppress(LabelError, MalformedError):
        codec.read(Source.of(data))
        codec.write(Source.of(data), LABEL)


@given(st.sampled_from([(vtt, "sub.vtt"), (ass, "sub.ass")]), st.binary(max_size=40), st.integers(0, 1000))
def test_any_bytes_any_cut_and_any_flip_are_read_or_refused(case: tuple[ModuleType, str], data: bytes, at: int) -> None:
    codec, name = case
    text = write(codec, (CARRIERS / name).read_bytes())
    at %= len(text)
    for sample in (data, text[:at] + data, text[:at] + data + text[at + len(data) :]):
        with suppress(LabelError, MalformedError):
            codec.read(Source.of(sample))
            codec.bare(Source.of(sample))
            done = write(codec, sample, OTHER)
            assert [label for label, _ in read(codec, done)] == [OTHER]
