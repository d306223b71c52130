"""A mark in WAV: the samples around it stay, and everything that counts samples counts the mark."""

from __future__ import annotations

import struct
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import HeguiError
from hegui.kernel import riff
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import apply
from hegui.label import wav
from hegui.label.explicit.pcm import Kind, Samples
from hegui.label.explicit.rhythm import PATTERN, padded, rhythm
from hegui.label.explicit.rules import number
from hegui.label.explicit.sound import mark_sound
from hegui.label.explicit.sound_check import check_sound
from hegui.label.explicit.sound_mark import SoundMark, SoundPlace
from hegui.label.explicit.wav_form import form_of
from hegui.label.explicit.wav_sound import put
from hegui.label.faults import LabelError
from hegui.label.standing import labels
from tests.label.explicit.films import CARRIERS, sound
from tests.label.explicit.films import samples as decoded
from tests.label.media import LABEL, written

PLACES: tuple[SoundPlace, ...] = ("head", "tail")
TAGS = {("integer", 16): 1, ("float", 32): 3, ("float", 64): 3, ("alaw", 8): 6, ("ulaw", 8): 7}


def built(
    samples: Samples, body: bytes, *chunks: tuple[bytes, bytes], form: bytes = b"RIFF", extensible: bool = False
) -> bytes:
    """A WAV file."""
    tag = {"integer": 1, "float": 3, "alaw": 6, "ulaw": 7}[samples.kind]
    bits = 8 * samples.width if extensible else samples.bits
    head = struct.pack(
        "<HHIIHH",
        0xFFFE if extensible else tag,
        samples.channels,
        samples.rate,
        samples.rate * samples.frame,
        samples.frame,
        bits,
    )
    if extensible:
        head += struct.pack("<HHIH", 22, samples.bits, 0, tag) + bytes.fromhex("000000001000800000aa00389b71")
    parts = [riff.encoded(b"fmt ", head), *(riff.encoded(*chunk) for chunk in chunks), riff.encoded(b"data", body)]
    whole = b"WAVE" + b"".join(parts)
    return form + len(whole).to_bytes(4, "little") + whole


def marked(data: bytes, place: SoundPlace = "head") -> tuple[bytes, int]:
    """The file with the rhythm, and the frames it takes."""
    source = Source.of(data)
    form = form_of(source, "x.wav")
    wave = rhythm(form.samples.rate)
    out = apply(data, put(source, form, wave, place, "x.wav"))
    return out, len(padded(wave, form.samples.rate, in_front=place == "head", multiple=2))


def body_of(data: bytes) -> bytes:
    source = Source.of(data)
    form = form_of(source, "")
    return source.at(form.data.body, form.data.size)


KINDS: list[tuple[Kind, int, int, int, int]] = [
    ("integer", 1, 8, 1, 8000), ("integer", 2, 16, 1, 22050), ("integer", 2, 16, 2, 44100), ("integer", 3, 24, 1, 48000),
    ("integer", 3, 24, 6, 48000), ("integer", 3, 20, 2, 44100), ("integer", 4, 32, 2, 96000), ("float", 4, 32, 2, 48000),
    ("float", 8, 64, 1, 44100), ("alaw", 1, 8, 1, 8000), ("ulaw", 1, 8, 2, 16000),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("place", PLACES)
def test_the_samples_beside_the_mark_are_the_bytes_they_were(
    kind: tuple[Kind, int, int, int, int], place: SoundPlace
) -> None:
    samples = Samples(*kind)
    body = bytes(at * 7 % 251 for at in range(samples.frame * 1001))
    data = built(samples, body, extensible=samples.channels > 2 or samples.bits % 8 > 0)
    out, count = marked(data, place)
    new = body_of(out)
    assert len(new) == len(body) + count * samples.frame
    assert new.endswith(body) if place == "head" else new.startswith(body)
    assert int.from_bytes(out[4:8], "little") == len(out) - 8
    mark = new[: -len(body)] if place == "head" else new[len(body) :]
    assert max(samples.mono(mark)) == pytest.approx(number("sound.level"), abs=0.02)
    first = samples.mono(mark)
    for channel in range(1, samples.channels):
        assert samples.mono(mark[channel * samples.width :] + bytes(channel * samples.width)) == first


@pytest.mark.parametrize("name", ["speech.wav", "speech-24bit-listinfo.wav"])
@pytest.mark.parametrize("place", PLACES)
def test_ffmpeg_hears_the_old_samples_beside_the_mark(name: str, place: SoundPlace, tmp_path: Path) -> None:
    out, count = marked((CARRIERS / name).read_bytes(), place)
    path = tmp_path / "out.wav"
    path.write_bytes(out)
    form = "s24le" if "24" in name else "s16le"
    old, new = decoded(CARRIERS / name, form), decoded(path, form)
    width = 3 if "24" in name else 2
    assert len(new) == len(old) + count * width
    assert new.endswith(old) if place == "head" else new.startswith(old)


@pytest.mark.parametrize("law", ["alaw", "mulaw"])
def test_the_laws_of_g711_are_those_of_ffmpeg(law: str) -> None:
    path = sound(f"{law}.wav", "-c:a", f"pcm_{law}", "-ar", "8000")
    source = Source.of(path.read_bytes())
    form = form_of(source, "")
    values = form.samples.mono(source.at(form.data.body, form.data.size))
    assert [round(value * 32768) for value in values] == list(struct.unpack(f"<{len(values)}h", decoded(path)))
    assert form.samples.packed(values) == source.at(form.data.body, form.data.size)


def test_the_rhythm_is_morse_for_ai() -> None:
    """Dots and dashes as ITU-R M.1677-1 measures them."""
    words = [[{1: ".", 3: "-"}[len(tone)] for tone in letter.split(".") if tone] for letter in PATTERN.split("...")]
    assert ["".join(letter) for letter in words] == [".-", ".."]
    unit = number("sound.unit")
    wave = rhythm(8000)
    assert len(wave) == pytest.approx(11 * unit * 8000, abs=2)
    for at, sign in enumerate(PATTERN):
        part = wave[int((at + 0.2) * unit * 8000) : int((at + 0.8) * unit * 8000)]
        assert (max(part) > 0.2) == (sign == "#")


BEXT = bytes(338) + (5_000_000).to_bytes(8, "little") + bytes(256)
CUE = struct.pack("<IIIIIIIIIIIII", 2, 1, 10, 0x61746164, 0, 0, 10, 2, 99, 0x61746164, 0, 0, 99)
SMPL = bytes(28) + struct.pack("<II", 1, 0) + struct.pack("<IIIIII", 0, 0, 5, 50, 0, 0)
PEAK = struct.pack("<IIfI", 1, 0, 0.5, 77)
PCM = Samples("integer", 2, 16, 1, 8000)


def test_what_counts_samples_follows_the_mark() -> None:
    fact = (1000).to_bytes(4, "little")
    data = built(
        PCM,
        bytes(2000),
        (b"fact", fact),
        (b"cue ", CUE),
        (b"smpl", SMPL),
        (b"PEAK", PEAK),
        (b"bext", BEXT),
        (b"junk", b"x"),
    )
    out, count = marked(data)
    source = Source.of(out)
    form = form_of(source, "")
    bodies = {chunk.name: source.at(chunk.body, chunk.size) for chunk in form.chunks}
    assert int.from_bytes(bodies[b"fact"], "little") == 1000 + count
    assert struct.unpack("<13I", bodies[b"cue "])[2::5][0] == 10 + count
    assert struct.unpack("<I6I6I", bodies[b"cue "])[6] == 10 + count
    assert struct.unpack("<I6I6I", bodies[b"cue "])[12] == 99 + count
    assert struct.unpack("<II", bodies[b"smpl"][44:52]) == (5 + count, 50 + count)
    assert struct.unpack("<IIfI", bodies[b"PEAK"])[3] == 77 + count
    assert int.from_bytes(bodies[b"bext"][338:346], "little") == 5_000_000 - count
    assert bodies[b"junk"] == b"x"


def test_at_the_end_nothing_but_counts_changes() -> None:
    data = built(PCM, bytes(2000), (b"fact", (1000).to_bytes(4, "little")), (b"cue ", CUE), (b"chna", bytes(8)))
    out, count = marked(data, "tail")
    form = form_of(Source.of(out), "")
    bodies = {chunk.name: out[chunk.body : chunk.end] for chunk in form.chunks}
    assert int.from_bytes(bodies[b"fact"], "little") == 1000 + count
    assert bodies[b"cue "] == CUE


@pytest.mark.parametrize(
    ("chunk", "code"),
    [
        ((b"chna", bytes(8)), "LBL133"),
        ((b"levl", bytes(8)), "LBL133"),
        ((b"iXML", b"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>1<"), "LBL133"),
        ((b"cue ", struct.pack("<7I", 1, 1, 10, 0x61746164, 0, 4, 10)), "LBL133"),
        ((b"bext", bytes(338) + (5).to_bytes(8, "little") + bytes(256)), "LBL133"),
        ((b"MD5 ", bytes(16)), "LBL132"),
    ],
    ids=lambda value: str(value)[:14],
)  # fmt: skip
def test_what_would_become_untrue_keeps_the_mark_from_the_front(chunk: tuple[bytes, bytes], code: str) -> None:
    with pytest.raises(LabelError, match=code):
        marked(built(PCM, bytes(2000), chunk))


def test_rf64_counts_in_64_bits() -> None:
    body = bytes(range(200))
    ds64 = struct.pack("<QQQI", 0, len(body), 100, 0)
    data = built(PCM, body, form=b"RF64")
    data = data[:12] + riff.encoded(b"ds64", ds64) + data[12:]
    at = data.index(b"data")
    data = data[:4] + b"\xff" * 4 + data[8 : at + 4] + b"\xff" * 4 + data[at + 8 :]
    data = data[:20] + (len(data) - 8).to_bytes(8, "little") + data[28:]
    out, count = marked(data)
    assert int.from_bytes(out[20:28], "little") == len(out) - 8
    assert int.from_bytes(out[28:36], "little") == len(body) + 2 * count
    assert int.from_bytes(out[36:44], "little") == 100 + count
    assert body_of(out).endswith(body)


def test_a_size_that_cannot_grow_is_refused() -> None:
    source = Source.of(built(PCM, bytes(100)))
    form = form_of(source, "")
    full = form.data._replace(size=0xFFFF_FF00)
    with pytest.raises(LabelError, match="LBL132"):
        put(source, form._replace(data=full), rhythm(8000), "head", "")


@pytest.mark.parametrize("place", PLACES)
def test_the_label_stays_and_a_second_mark_changes_nothing(place: SoundPlace, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(written(wav, (CARRIERS / "speech-24bit-listinfo.wav").read_bytes()))
    first = mark_sound(path, SoundMark(place=place))
    path.write_bytes(apply(path.read_bytes(), first.splices))
    assert [one.spelt.label for one in labels(wav.read(Source.of(path.read_bytes())))] == [LABEL]
    assert check_sound(path).place == place
    assert mark_sound(path, SoundMark(place=place)).splices == ()
    other = mark_sound(path, SoundMark("spoken", place=place))
    assert other.splices != ()


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_flipped_byte_is_an_answer_or_our_error(at: int, value: int) -> None:
    data = bytearray(
        built(
            PCM, bytes(64), (b"fact", bytes(4)), (b"cue ", CUE), (b"smpl", SMPL), (b"PEAK", PEAK), (b"bext", BEXT[:360])
        )
    )
    data[at % len(data)] = value
    _harmless(bytes(data))


@pytest.mark.parametrize("cut", range(0, 700, 11))
def test_a_file_cut_short_is_an_answer_or_our_error(cut: int) -> None:
    _harmless(
        built(PCM, bytes(64), (b"fact", bytes(4)), (b"cue ", CUE), (b"smpl", SMPL), (b"PEAK", PEAK), (b"bext", BEXT))[
            :cut
        ]
    )


def _harmless(data: bytes) -> None:
    try:
        source = Source.of(data)
        form = form_of(source, "x")
        if form.samples.rate * form.samples.channels < 1_000_000:
            put(source, form, array("d", [0.5] * 40), "head", "x")
    except (HeguiError, MalformedError):
        pass
