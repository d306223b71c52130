"""Labels in the ID3 tags of MP3 and ADTS: every tag that is met, every place that is read, and what stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import aac, flac, mp3
from hegui.label.codec import Codec
from hegui.label.faults import LabelError
from tests.label.audio_files import LABEL, LONG, OTHER, carrier, found, labelled, undone
from tests.label.contract import output
from tests.label.rows.audio import by_ffprobe, payload
from tests.support.id3_tags import frame, safe, tag, txxx

SOUND = carrier("speech.mp3")
ADTS = carrier("speech.aac")
TITLE = frame("TIT2", b"\0Title")
TITLE_2, TITLE_4 = frame("TT2", b"\0Title", 2), frame("TIT2", b"\0Title", 4)
PICTURE = b"\0image/jpeg\0\3\0\xff\xd8\xff\xe0" + b"\xff\0\xff\xfe" * 90
V1 = b"TAG" + b"Old title".ljust(125, b"\0")
TEXT = LABEL.text()

TAGS = {
    "none": b"",
    "2.3 without padding": tag(TITLE),
    "2.3 with much padding": tag(TITLE, padding=2048),
    "2.3 with little padding": tag(TITLE, padding=100),
    "2.3 with padding of the very size": tag(TITLE, padding=10 + 6 + len(TEXT)),
    "2.3 unsynchronised": tag(frame("APIC", PICTURE), TITLE, flags=0x80),
    "2.3 unsynchronised with padding": tag(frame("APIC", PICTURE), TITLE, flags=0x80, padding=1024),
    "2.3 with an extended header": tag(
        TITLE, flags=0x40, extended=(6).to_bytes(4, "big") + b"\0\0" + (900).to_bytes(4, "big"), padding=900
    ),
    "2.4": tag(TITLE_4, version=4),
    "2.4 with padding": tag(TITLE_4, version=4, padding=1500),
    "2.4 with an extended header": tag(TITLE_4, version=4, flags=0x40, extended=safe(6) + b"\1\0", padding=900),
    "2.4 with a footer": tag(TITLE_4, version=4, flags=0x10),
    "2.4 with sizes as iTunes wrote them": tag(frame("APIC", PICTURE, 4, plain=True), TITLE_4, version=4, padding=900),
    "2.2": tag(TITLE_2, version=2),
    "2.2 with padding": tag(TITLE_2, version=2, padding=900),
    "2.2 unsynchronised": tag(frame("PIC", PICTURE, 2), TITLE_2, version=2, flags=0x80),
    "two of them": tag(TITLE, padding=40) + tag(frame("TPE1", b"\0Artist")),
    "one without a frame": tag(padding=500),
    "one without anything": tag(),
}
every_tag = pytest.mark.parametrize("name", TAGS)


@every_tag
def test_a_label_goes_into_every_tag_and_comes_out_again(name: str) -> None:
    data = TAGS[name] + SOUND + V1
    for label in (LABEL, LONG):
        made = labelled(mp3, data, label)
        assert found(mp3, made) == [label]
        assert made.endswith(SOUND + V1)
        assert undone(mp3, made) == data
        assert list(mp3.write(Source.of(made), label)) == []
        for other in (OTHER, LONG, LABEL):
            again = labelled(mp3, made, other)
            assert found(mp3, again) == [other]
            assert undone(mp3, again) == data


BLIND = {
    "2.3 with an extended header": {"exiftool"},
    "2.4 with an extended header": {"mediainfo"},
    "2.4 with sizes as iTunes wrote them": {"exiftool", "mediainfo"},
    "2.2": {"mediainfo"}, "2.2 with padding": {"mediainfo"}, "2.2 unsynchronised": {"mediainfo"},
}  # fmt: skip
"""Who reads no title in such a tag either; and MediaInfo shows the name AIGC of version 2.2 as another one."""


def test_independent_programs_read_it_there_too(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{number:02}.mp3" for number, name in enumerate(TAGS)}
    for name, path in paths.items():
        path.write_bytes(labelled(mp3, TAGS[name] + SOUND + V1))
    exif = json.loads(output("exiftool", "-j", "-UserDefinedText", *paths.values()))
    info = json.loads(output("mediainfo", "--Output=JSON", *paths.values()))
    shown = {
        "exiftool": [one.get("UserDefinedText", "").removeprefix("(AIGC) ") for one in exif],
        "mediainfo": [one["media"]["track"][0].get("extra", {}).get("AIGC", "") for one in info],
        "ffprobe": [by_ffprobe(path) for path in paths.values()],
    }
    blind = {
        (judge, name) for judge, texts in shown.items() for name, text in zip(TAGS, texts, strict=True) if text != TEXT
    }
    assert blind == {(judge, name) for name, judges in BLIND.items() for judge in judges}


def test_nothing_moves_where_the_padding_holds_the_label() -> None:
    for name in ("2.3 with much padding", "2.3 with padding of the very size", "2.4 with padding", "2.2 with padding"):
        data = TAGS[name] + SOUND
        made = labelled(mp3, data)
        assert len(made) == len(data)
        assert sum(one != two for one, two in zip(made, data, strict=True)) <= 10 + 6 + len(TEXT)


def test_every_other_frame_stays_as_it_is() -> None:
    for frames in ([TITLE], [frame("APIC", PICTURE), TITLE], [frame("PRIV", b"owner\0" + bytes(50))]):
        for padding in (0, 50, 900):
            made = labelled(mp3, tag(*frames, padding=padding) + SOUND)
            assert b"".join(frames) in made


def test_a_label_of_another_program_is_updated_between_the_frames_where_it_stands() -> None:
    theirs = txxx("AIGC", OTHER.text(), 4, 3)
    data = tag(TITLE_4, theirs, frame("TSSE", b"\3Lavf60", 4), version=4, padding=10) + SOUND
    made = labelled(mp3, data)
    ours = txxx("AIGC", TEXT, 4, 0)
    assert made == tag(TITLE_4, ours, frame("TSSE", b"\3Lavf60", 4), version=4, padding=10) + SOUND


def test_a_wrapped_label_stays_wrapped() -> None:
    made = labelled(mp3, tag(txxx("AIGC", OTHER.wrapped()), TITLE) + SOUND)
    assert txxx("AIGC", LABEL.wrapped()) in made


@pytest.mark.parametrize("encoding", range(4))
def test_a_label_is_read_in_every_encoding(encoding: int) -> None:
    for version in (2, 3, 4):
        assert found(mp3, tag(txxx("AIGC", TEXT, version, encoding), version=version) + SOUND) == [LABEL]


def ape(key: bytes, value: bytes, *, head: bool = True) -> bytes:
    item = len(value).to_bytes(4, "little") + bytes(4) + key + b"\0" + value
    rest = (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little") + (1).to_bytes(4, "little")
    flags = 0x8000_0000 if head else 0
    front = b"APETAGEX" + rest + (flags | 0x2000_0000).to_bytes(4, "little") + bytes(8)
    return (front if head else b"") + item + b"APETAGEX" + rest + flags.to_bytes(4, "little") + bytes(8)


LYRICS = b"LYRICSBEGININD0000200" + b"000021LYRICS200"
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"><TC260:AIGC>'
    + TEXT.encode() + b"</TC260:AIGC></rdf:Description></rdf:RDF></x:xmpmeta>"
)  # fmt: skip
ELSEWHERE = {
    "COMM by its text": (tag(frame("COMM", b"\0eng\0" + TEXT.encode())) + SOUND, "ID3v2 COMM"),
    "COMM by its name": (tag(frame("COMM", b"\0engAIGC\0" + TEXT.encode())) + SOUND, "ID3v2 COMM AIGC"),
    "PRIV": (tag(frame("PRIV", b"AIGC\0" + TEXT.encode())) + SOUND, "ID3v2 PRIV AIGC"),
    "PRIV with XMP": (tag(frame("PRIV", b"XMP\0" + XMP)) + SOUND, "ID3v2 PRIV XMP"),
    "GEOB": (tag(frame("GEOB", b"\0text/json\0f\0AIGC\0" + TEXT.encode())) + SOUND, "ID3v2 GEOB AIGC"),
    "APEv2": (SOUND + ape(b"AIGC", TEXT.encode()), "APEv2 AIGC"),
    "APEv2 without a header, before Lyrics3 and ID3v1": (
        SOUND + ape(b"aigc", TEXT.encode(), head=False) + LYRICS + V1, "APEv2 aigc",
    ),
    "ID3v2 at the end": (SOUND + tag(txxx("AIGC", TEXT, 4), version=4, flags=0x10) + V1, "ID3v2 at the end TXXX AIGC"),
}  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_label_in_another_place_is_read_and_not_written(name: str) -> None:
    data, place = ELSEWHERE[name]
    (candidate,) = mp3.read(Source.of(data)).candidates
    assert candidate.place == place
    assert not candidate.is_standard
    assert 0 <= candidate.offset < candidate.offset + candidate.size <= len(data)
    assert found(mp3, data) == [LABEL]
    assert list(mp3.write(Source.of(data), LABEL)) == []
    for change in (mp3.bare, lambda source: mp3.write(source, OTHER)):
        with pytest.raises(LabelError) as error:
            change(Source.of(data))
        assert error.value.code == "LBL006"


@pytest.mark.parametrize("name", ["aigc", "Aigc-Label", "AIGC_METADATA", "comment", ""])
def test_another_spelling_of_the_name_is_read_and_becomes_the_right_one(name: str) -> None:
    data = tag(txxx(name, OTHER.text()), TITLE) + SOUND
    (candidate,) = mp3.read(Source.of(data)).candidates
    assert not candidate.is_standard
    assert labelled(mp3, data) == tag(txxx("AIGC", TEXT), TITLE) + SOUND


def test_several_labels_are_all_read_and_none_is_written() -> None:
    data = tag(txxx("AIGC", TEXT), txxx("AIGC", TEXT)) + SOUND + ape(b"AIGC", TEXT.encode())
    assert found(mp3, data) == [LABEL] * 3
    for change in (mp3.bare, lambda source: mp3.write(source, LABEL)):
        with pytest.raises(LabelError) as error:
            change(Source.of(data))
        assert error.value.code == "LBL005"


def test_a_frame_of_the_name_that_holds_no_label_does_not_stand_in_the_way() -> None:
    data = tag(txxx("AIGC", "yes"), TITLE) + SOUND
    assert found(mp3, labelled(mp3, data)) == [LABEL]


def test_other_signs_of_generation_are_traces() -> None:
    manifest = frame("GEOB", b"\0application/x-c2pa-manifest-store\0c2pa\0c2pa manifest store\0jumb")
    frames = [
        frame("TSSE", b"\0Lavf59"), frame("TENC", b"\1\xff\xfeA\0"), manifest, frame("COMM", b"\0eng\0AI generated"),
        txxx("tool", "ElevenLabs"), txxx("mood", "calm"),
    ]  # fmt: skip
    reading = mp3.read(Source.of(tag(*frames) + SOUND + ape(b"Comment", "本音频由人工智能合成".encode())))
    assert [(one.kind, one.place) for one in reading.traces] == [
        ("generator", "ID3v2 TSSE"), ("generator", "ID3v2 TENC"), ("c2pa", "ID3v2 GEOB"),
        ("explicit_text", "ID3v2 COMM"), ("generator", "ID3v2 TXXX"), ("explicit_text", "APEv2 Comment"),
    ]  # fmt: skip
    assert reading.candidates == ()


def test_a_manifest_larger_than_what_is_taken_is_still_seen() -> None:
    manifest = frame("GEOB", b"\0application/x-c2pa-manifest-store\0\0\0" + bytes(2 << 20))
    reading = mp3.read(Source.of(tag(manifest) + SOUND))
    assert [one.kind for one in reading.traces] == ["c2pa"]
    assert reading.gaps == ()


GAPS = {
    "an encrypted frame": (tag(frame("TXXX", b"\1x", flags=0x40), TITLE), "ID3v2 TXXX", "encrypted"),
    "a frame that is no frame": (tag(TITLE, b"????????????"), "ID3v2 tag", "malformed"),
    "another version": (tag(TITLE, version=9), "ID3v2 tag", "unknown version"),
    "too many tags": (tag(TITLE) * 17, "ID3v2 tag", "too large"),
    "a large text": (tag(txxx("x", "y" * (1 << 20))), "ID3v2 TXXX", "too large"),
}


@pytest.mark.parametrize("name", GAPS)
def test_what_was_not_examined_is_a_gap(name: str) -> None:
    data, place, reason = GAPS[name]
    assert [(gap.place, gap.reason) for gap in mp3.read(Source.of(data + SOUND)).gaps] == [(place, reason)]


def test_a_label_in_a_tag_that_is_damaged_further_on_is_read_and_nothing_is_written() -> None:
    data = tag(txxx("AIGC", TEXT), b"????????????") + SOUND
    assert found(mp3, data) == [LABEL]
    with pytest.raises(MalformedError):
        mp3.write(Source.of(data), OTHER)


REFUSED = {
    "another version": (tag(TITLE, version=5), "LBL050"),
    "compression of 2.2": (tag(TITLE_2, version=2, flags=0x40), "LBL050"),
    "a checksum": (
        tag(TITLE, flags=0x40, extended=(10).to_bytes(4, "big") + b"\x80\0" + bytes(4) + b"crc!"), "LBL051",
    ),
    "a checksum of 2.4": (
        tag(TITLE_4, version=4, flags=0x40, extended=safe(12) + b"\1\x20\5" + bytes(5)), "LBL051",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_tag_that_cannot_be_edited_is_refused_with_the_reason(name: str) -> None:
    data, code = REFUSED[name]
    with pytest.raises(LabelError) as error:
        mp3.write(Source.of(data + SOUND), LABEL)
    assert error.value.code == code


@pytest.mark.parametrize("codec", [mp3, aac], ids=lambda codec: codec.NAME)
@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfb\x50", bytes(5000), b"RIFF" + bytes(99), tag(TITLE), tag(TITLE) + bytes(99)]
)
def test_without_frames_of_sound_it_is_no_such_file(codec: Codec, data: bytes) -> None:
    with pytest.raises(MalformedError):
        codec.read(Source.of(data))
    with pytest.raises(MalformedError):
        codec.write(Source.of(data), LABEL)


def test_one_word_of_eleven_bits_is_no_stream() -> None:
    assert mp3.score("", b"\xff\xfb\x50\xc0" + bytes(600)) == 0
    assert aac.score("", b"\xff\xf1\x50\x40\x1b\x1f\xfc" + bytes(600)) == 0


SCORES = [
    (mp3, "", SOUND, 90), (mp3, "", tag(TITLE) + SOUND, 90), (mp3, "", tag(TITLE) * 2 + SOUND, 90), (mp3, "", ADTS, 0),
    (mp3, "", tag(TITLE, padding=9000) + SOUND, 30), (mp3, "A.MP3", tag(TITLE, padding=9000) + SOUND, 70),
    (mp3, "a.mp3", b"", 8), (mp3, "a.mp3", bytes(99) + SOUND, 8), (mp3, "", SOUND[:420], 90),
    (mp3, "", SOUND[:205], 0), (mp3, "a.mp3", SOUND[:205], 60), (mp3, "", b"RIFF", 0),
    (aac, "", ADTS, 90), (aac, "", tag(TITLE) + ADTS, 90), (aac, "", SOUND, 0), (aac, "a.aac", b"", 8),
    (aac, "a.aac", tag(TITLE, padding=9000), 70), (flac, "", tag(TITLE, padding=9000), 20),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "name", "data", "expected"), SCORES)
def test_the_content_is_surer_than_the_name(codec: Codec, name: str, data: bytes, expected: int) -> None:
    assert codec.score(name, data[:4096]) == expected


@pytest.mark.parametrize(("head", "size"), [
    ("fffb50c0", 208), ("fffb90c4", 417), ("fffbe2c4", 1045), ("fff340c0", 104), ("fffd90c4", 522), ("ffff10c4", 32),
    ("ffe318c4", 72), ("fffbf0c4", None), ("fffb00c4", None), ("fffb9cc4", None), ("fff190c4", None), ("ffea90c4", None),
])  # fmt: skip
def test_the_size_of_a_frame_follows_from_its_header(head: str, size: int | None) -> None:
    assert mp3.frame_size(bytes.fromhex(head)) == size


def test_the_size_of_an_adts_frame_stands_in_it() -> None:
    at, count = 0, 0
    while at < len(ADTS):
        size = aac.frame_size(ADTS[at : at + 7])
        assert size is not None
        at, count = at + size, count + 1
    assert at == len(ADTS)
    assert count > 50


def test_sound_may_begin_a_little_behind_the_tag() -> None:
    data = tag(TITLE) + bytes(700) + SOUND
    assert undone(mp3, labelled(mp3, data)) == data


def test_a_file_of_one_frame_is_one() -> None:
    one = SOUND[:208]
    assert found(mp3, labelled(mp3, one + V1)) == [LABEL]


@pytest.mark.parametrize("name", TAGS)
def test_adts_takes_the_same_tags(name: str) -> None:
    data = TAGS[name] + ADTS
    made = labelled(aac, data)
    assert found(aac, made) == [LABEL]
    assert undone(aac, made) == data


def test_the_form_one_vendor_hashes_is_the_tag_made_again_with_ten_bytes_of_padding() -> None:
    tsse = frame("TSSE", b"\3Lavf60.16.100\0", 4)
    before = tag(tsse, version=4, padding=10) + SOUND
    for padding in (0, 10, 800):
        for frames in ((txxx("AIGC", TEXT, 4, 3), tsse), (tsse, txxx("AIGC", TEXT, 4, 3))):
            data = tag(*frames, version=4, padding=padding) + SOUND
            assert apply(data, mp3.rebuilt(Source.of(data))) == before
    assert list(mp3.rebuilt(Source.of(before))) == []


def test_the_payload_stays_whatever_the_tag(tmp_path: Path) -> None:
    plain = tmp_path / "plain.mp3"
    plain.write_bytes(SOUND)
    for name in ("2.3 unsynchronised with padding", "2.4 with a footer", "2.2"):
        path = tmp_path / "labelled.mp3"
        path.write_bytes(labelled(mp3, TAGS[name] + SOUND, LONG))
        samples = payload(path)[1]
        assert samples == payload(plain)[1]


def test_the_text_is_json_in_ascii_whatever_the_label_holds() -> None:
    label = LABEL.propagated("平台\xff\u2028😀", 'a"b\\')
    made = labelled(mp3, SOUND, label)
    assert found(mp3, made) == [label]
    text = made[made.index(b"{") : made.index(SOUND)]
    assert text.isascii()
    assert json.loads(text)["ContentPropagator"] == label.propagator
