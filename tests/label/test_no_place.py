"""Formats without a place: recognised, looked through, and never written into; and the sidecar that stands beside them."""

from __future__ import annotations

import hashlib
import subprocess
from contextlib import suppress
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.source import MalformedError, Source
from hegui.label import ass, html, json_body, markdown, sse, svg, ttml, vtt, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from hegui.label.no_place import BMP, CSV, FORMATS, ICON, MPEG_TS, SRT, TEXT
from hegui.label.sidecar import made, read_sidecar, sidecar_name
from hegui.label.standing import labels
from tests.label.contract import CARRIERS, require

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "01JC-7f3a")
JSON = LABEL.text()
TEXTS: tuple[Codec, ...] = (ass, html, json_body, markdown, sse, svg, ttml, vtt)
CASES = [
    ("photo.bmp", BMP), ("clip.ts", MPEG_TS), ("sub.srt", SRT), ("plain.txt", TEXT), ("plain-gb18030.txt", TEXT),
    ("table.csv", CSV),
]  # fmt: skip
ALL = [("drawing.svg", svg), ("page.html", html), ("fragment.html", html), ("doc.md", markdown), ("doc-frontmatter.md", markdown),
       ("sub.vtt", vtt), ("sub.ass", ass), ("sub.ttml", ttml), ("chat.json", json_body), ("chat.sse", sse),
       ("data.json", json_body), *CASES]  # fmt: skip


def read(codec: Codec, data: bytes) -> list[tuple[AigcLabel, str, bool]]:
    return [
        (one.spelt.label, one.candidate.place, one.candidate.is_standard) for one in labels(codec.read(Source.of(data)))
    ]


@pytest.mark.parametrize(("name", "codec"), ALL)
def test_each_text_and_each_format_without_a_place_is_known_best_by_its_own_codec(name: str, codec: Codec) -> None:
    head = (CARRIERS / name).read_bytes()[:4096]
    scores = {other.NAME: other.score(name, head) for other in (*TEXTS, *FORMATS)}
    assert max(scores, key=scores.__getitem__) == codec.NAME
    assert sorted(scores.values())[-2] < scores[codec.NAME]


@pytest.mark.parametrize("path", sorted(CARRIERS.glob("*[!d]")), ids=lambda path: path.name)
def test_no_text_codec_takes_a_file_of_another_kind(path: Path) -> None:
    if path.name not in dict(ALL):
        head = path.read_bytes()[:4096]
        assert {codec.NAME: codec.score(path.name, head) for codec in (*TEXTS, *FORMATS)} == dict.fromkeys(
            (codec.NAME for codec in (*TEXTS, *FORMATS)), 0
        )


@pytest.mark.parametrize(
    ("name", "codec"),
    [("pixels.dib", BMP), ("NOTES.TXT", TEXT), ("", TEXT), ("main.c", TEXT), ("talk.srt", SRT)],
)
def test_what_the_content_shows_counts_before_the_name(name: str, codec: Codec) -> None:
    sample = {BMP: "photo.bmp", SRT: "sub.srt"}.get(codec, "plain.txt")  # type: ignore[arg-type]
    head = (CARRIERS / sample).read_bytes()[:4096]
    scores = {other.NAME: other.score(name, head) for other in (*TEXTS, *FORMATS)}
    assert max(scores, key=scores.__getitem__) == codec.NAME


@pytest.mark.parametrize(("name", "codec"), CASES)
def test_a_carrier_without_a_place_is_read_as_empty_and_writing_says_what_to_do(name: str, codec: Codec) -> None:
    data = (CARRIERS / name).read_bytes()
    reading = codec.read(Source.of(data))
    assert (reading.candidates, reading.gaps) == ((), ())
    assert codec.bare(Source.of(data)) == ()
    with pytest.raises(LabelError, match="LBL003") as refused:
        codec.write(Source.of(data), LABEL)
    assert "sidecar" in refused.value.remedy


BITMAP, STREAM = (CARRIERS / "photo.bmp").read_bytes(), (CARRIERS / "clip.ts").read_bytes()
TIMES = "00:00:00,000 --> 00:00:01,000"
PACKET = xmp.written(None, JSON)


def with_gap(put: bytes) -> bytes:
    """The bitmap with `put` between its header and its pixels."""
    offset = (54 + len(put)).to_bytes(4, "little")
    return BITMAP[:10] + offset + BITMAP[14:54] + put + BITMAP[54:]  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "data", "place"),
    [
        (BMP, BITMAP + PACKET, "bmp stray bytes"),
        (BMP, with_gap(PACKET), "bmp stray bytes"),
        (BMP, BITMAP + b"AIGC" + JSON.encode(), "bmp stray bytes"),
        (MPEG_TS, STREAM + LABEL.wrapped().encode(), "mpeg-ts stray bytes"),
        (ICON, b"\0\0\1\0\1\0" + bytes(100) + b"AIGC" + JSON.encode(), "icon stray bytes"),
        (TEXT, f"text\n\nAIGC: {JSON}\n".encode(), "text last lines"),
        (TEXT, f"{LABEL.wrapped()}\n\ntext".encode("gb18030"), "text first lines"),
        (TEXT, f"text\r\n{JSON}".encode("utf-16"), "text last lines"),
        (TEXT, f"---\nAIGC: {JSON}\n---\ntext\n".encode(), "text front matter"),
        (SRT, f"1\n{TIMES}\nAIGC: {JSON}\n\n2\n{TIMES}\na\n".encode(), "srt first lines"),
        (SRT, f"1\n{TIMES}\na\n\n2\n{TIMES}\n{JSON}\n".encode(), "srt last lines"),
        (CSV, 'a,b\n1,2\n"{}",\n'.format(JSON.replace('"', '""')).encode(), "csv cell"),
        (CSV, 'AIGC,"{}"\na,b\n'.format(JSON.replace('"', '""')).encode(), "csv cell"),
        (CSV, f"a,b\n1,2\nAIGC: {JSON}\n".encode(), "csv last lines"),
    ],
)  # fmt: skip
def test_a_label_that_someone_put_there_is_found_and_is_in_no_place_a_guide_names(
    codec: Codec, data: bytes, place: str
) -> None:
    assert read(codec, data) == [(LABEL, place, False)]
    (one,) = labels(codec.read(Source.of(data)))
    assert [finding.grade for finding in one.candidate.findings] == ["fault"]
    assert b"Label" in data[one.candidate.offset : one.candidate.offset + one.candidate.size].replace(b"\0", b"")
    for change, code in (
        (lambda: codec.write(Source.of(data), LABEL), "LBL003"),
        (lambda: codec.bare(Source.of(data)), "LBL006"),
    ):
        with pytest.raises(LabelError) as refused:
            change()
        assert refused.value.code == code


@pytest.mark.parametrize("text", ["AIGC: the word\n", "a,AIGC\n1,2\n", "1\n00:00:00,000 --> 00:00:01,000\nAIGC\n"])
def test_the_word_alone_is_no_label(text: str) -> None:
    assert [read(codec, text.encode()) for codec in (TEXT, CSV, SRT)] == [[], [], []]


@given(st.sampled_from(FORMATS), st.binary(max_size=200), st.sampled_from(CASES), st.integers(0, 60_000))
def test_any_bytes_any_cut_and_any_flip_are_read(codec: Codec, data: bytes, case: tuple[str, Codec], at: int) -> None:
    carrier = (CARRIERS / case[0]).read_bytes()
    at %= len(carrier)
    for sample in (data, carrier[:at] + data, carrier[:at] + data + carrier[at + len(data) :]):
        codec.score(case[0], sample[:4096])
        with suppress(MalformedError):
            codec.read(Source.of(sample))


@given(st.sampled_from((*TEXTS, *FORMATS)), st.binary(max_size=100), st.sampled_from(ALL), st.integers(0, 3000))
def test_reading_never_refuses_it_tells_gaps(codec: Codec, data: bytes, case: tuple[str, Codec], at: int) -> None:
    head = (CARRIERS / case[0]).read_bytes()[:at]
    for sample in (data, head + data, b"\xff\xfe\0\0" + data, b"<meta charset=utf-7>" + head):
        with suppress(MalformedError):
            codec.read(Source.of(sample))


@pytest.mark.parametrize(
    "data",
    [b"AIGC{" * 1_000_000, b"a" * (1 << 22), b'"AIGC,"' * 500_000, b"\n" * 1_000_000, BITMAP[:54] + b"AIGC" * 200_000,
     b"1\n00:00:00,000 --> 00:00:01,000\n" * 100_000, b"<x:xmpmeta>" * 300_000],
    ids=lambda data: data[:10].hex(),
)  # fmt: skip
def test_a_hostile_file_is_read_at_once(data: bytes) -> None:
    for codec in FORMATS:
        codec.score("a.csv", data[:4096])
        with suppress(MalformedError):
            codec.read(Source.of(data))


def test_a_sidecar_holds_the_label_and_belongs_to_one_file_whatever_that_is_called() -> None:
    source = Source.of(BITMAP)
    data = made("folder/photo.bmp", source, LABEL)
    assert sidecar_name("photo.bmp") == "photo.bmp.aigc.json"
    value = orjson.loads(data)
    assert value["AIGC"] == LABEL.keys()
    assert (value["File"]["Name"], value["File"]["Size"]) == ("photo.bmp", len(BITMAP))
    assert value["File"]["SHA-256"] == hashlib.sha256(BITMAP).hexdigest()
    sidecar = read_sidecar(data, "x")
    assert (sidecar.label.label, sidecar.label.form, sidecar.name) == (LABEL, "wrapped", "photo.bmp")
    sidecar.require(source, "other.bmp")
    for other in (BITMAP[:-1], BITMAP + b"\0", BITMAP[:-1] + b"\1", b""):
        with pytest.raises(LabelError, match="LBL087"):
            sidecar.require(Source.of(other), "photo.bmp")


def test_openssl_agrees_about_sm3() -> None:
    done = subprocess.run([require("openssl"), "dgst", "-sm3"], input=BITMAP, capture_output=True, check=True)
    assert done.stdout.split()[-1].decode() == read_sidecar(made("a", Source.of(BITMAP), LABEL), "").sm3


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[1]", b"\xff", JSON.encode(), LABEL.wrapped().encode(), b" " * (1 << 19), b"[" * 100_000,
     made("a", Source.of(b""), LABEL).replace(b'"Size":0', b'"Size":"0"'),
     made("a", Source.of(b""), LABEL).replace(b'"Size":0', b'"Size":true'),
     made("a", Source.of(b""), LABEL).replace(b"SM3", b"MD5"),
     made("a", Source.of(b""), LABEL).replace(b'"AIGC"', b'"aigc "')],
)  # fmt: skip
def test_what_is_no_sidecar_is_refused(data: bytes) -> None:
    with pytest.raises(LabelError, match="LBL086"):
        read_sidecar(data, "a.aigc.json")


@given(st.text(max_size=30), st.binary(max_size=30), st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_any_name_and_any_content_are_bound(name: str, content: bytes, producer: str) -> None:
    label = AigcLabel.first(producer, "1")
    sidecar = read_sidecar(made(name, Source.of(content), label), "")
    assert sidecar.label.label == label
    sidecar.require(Source.of(content), "")
