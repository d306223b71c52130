"""WAV beyond the contract: 64-bit sizes, sizes left open, other chunks, other places, and files that are full."""

from __future__ import annotations

from pathlib import Path

import pytest

from hegui.kernel.riff import encoded, walk
from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice, apply
from hegui.label import id3_labels, wav, xmp
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError
from tests.kernel.test_riff import form, rf64
from tests.label.contract import CARRIERS, digest_of, output
from tests.label.media import LABEL, LONGER, bared, candidates, labels_in, written

FORMAT = encoded(b"fmt ", bytes.fromhex("01000100401f0000803e000002001000"))
SAMPLES = encoded(b"data", bytes(range(100)))


def samples(path: Path) -> str:
    return digest_of("ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-")


def test_the_chunks_of_a_broadcast_file_stay_as_they_are() -> None:
    others = encoded(b"bext", b"b" * 603) + encoded(b"iXML", b"<x/>") + encoded(b"cue ", bytes(28))
    data = form(FORMAT, others, SAMPLES)
    labelled = written(wav, data)
    assert labelled[12 : len(data)] == data[12:]
    assert bared(wav, labelled) == data


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
def test_a_64_bit_form_counts_the_label_in_ds64(name: bytes) -> None:
    data = rf64(bytes(301), name=name)
    labelled = written(wav, data)
    assert next(walk(Source.of(labelled))).end == len(labelled)
    assert labels_in(wav, labelled) == [LABEL]
    assert bared(wav, labelled) == data


def test_ffmpeg_plays_its_own_rf64_as_before(tmp_path: Path) -> None:
    output(
        "ffmpeg", "-v", "error", "-i", CARRIERS / "speech.wav", "-c", "copy", "-rf64", "always", tmp_path / "rf64.wav"
    )
    data = (tmp_path / "rf64.wav").read_bytes()
    assert data[:4] == b"RF64"
    (tmp_path / "labelled.wav").write_bytes(written(wav, data))
    assert samples(tmp_path / "labelled.wav") == samples(tmp_path / "rf64.wav")


def test_a_stream_whose_sizes_were_left_open_takes_the_label_before_its_samples(tmp_path: Path) -> None:
    data = output("ffmpeg", "-v", "error", "-i", CARRIERS / "speech.wav", "-c", "copy", "-f", "wav", "-")
    assert data[4:8] == b"\xff" * 4
    labelled = written(wav, data)
    assert labelled.index(b"AIGC") < labelled.index(b"data\xff\xff\xff\xff")
    assert bared(wav, labelled) == data
    for name, content in (("open.wav", data), ("labelled.wav", labelled)):
        (tmp_path / name).write_bytes(content)
    assert samples(tmp_path / "labelled.wav") == samples(tmp_path / "open.wav")


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("the last pad byte is left out", form(FORMAT, b"data\x03\0\0\0abc")),
        ("the form says eight bytes more than there are", form(FORMAT, SAMPLES, size=4 + len(FORMAT + SAMPLES) + 8)),
        ("five bytes follow the last chunk", form(FORMAT, SAMPLES, b"12345")),
        ("a size of zero", form(FORMAT, b"data\0\0\0\0" + bytes(50), size=0)),
    ],
)
def test_where_nothing_may_follow_the_last_chunk_the_label_stands_before_the_samples(case: str, data: bytes) -> None:
    labelled = written(wav, data)
    assert labels_in(wav, labelled) == [LABEL], case
    assert labelled.index(b"AIGC") < labelled.index(b"data"), case
    assert bared(wav, labelled) == data, case


def test_bytes_behind_the_form_stay_behind_it() -> None:
    data = form(FORMAT, SAMPLES) + b"TAG" + bytes(125)
    labelled = written(wav, data)
    assert labelled.endswith(b"TAG" + bytes(125))
    assert bared(wav, labelled) == data
    assert [gap.reason for gap in wav.read(Source.of(labelled)).gaps] == ["unknown"]


def id3(label: AigcLabel) -> bytes:
    tags = id3_labels.tags_of(Source.of(b""))
    return apply(b"", id3_labels.write(Source.of(b""), tags, id3_labels.read(tags, is_standard=True), label, ""))


OTHER_PLACES = {
    "LIST/INFO AIGC": encoded(b"LIST", b"INFO" + encoded(b"AIGC", LABEL.text().encode() + b"\0")),
    "LIST/INFO ICMT": encoded(b"LIST", b"INFO" + encoded(b"ICMT", LABEL.wrapped().encode())),
    "_PMX chunk": encoded(b"_PMX", xmp.written(None, LABEL.text())),
    "id3 chunk": encoded(b"id3 ", id3(LABEL)),
    "lower case": encoded(b"aigc", LABEL.text().encode()),
}


@pytest.mark.parametrize("chunk", OTHER_PLACES.values(), ids=OTHER_PLACES)
def test_a_label_in_another_place_is_read_and_updated_there(chunk: bytes) -> None:
    data = form(FORMAT, chunk, SAMPLES)
    (found,) = candidates(wav, data)
    assert not found.is_standard
    assert labels_in(wav, data) == [LABEL]
    updated = written(wav, data, LONGER)
    assert labels_in(wav, updated) == [LONGER]
    assert b"AIGC\xc7" not in updated
    assert labels_in(wav, bared(wav, updated)) == []
    assert updated.endswith(SAMPLES)


def test_a_wrapped_label_stays_wrapped() -> None:
    data = form(FORMAT, SAMPLES, encoded(b"AIGC", LABEL.wrapped().encode()))
    (found,) = candidates(wav, written(wav, data, LONGER))
    assert found.text == LONGER.wrapped()


def test_a_chunk_of_the_name_that_holds_no_label_is_taken_for_it() -> None:
    data = form(FORMAT, SAMPLES, encoded(b"AIGC", b"see the guide"))
    assert [found.text for found in candidates(wav, written(wav, data))] == [LABEL.text()]


def test_two_labels_are_for_a_person_to_settle() -> None:
    data = form(FORMAT, SAMPLES, *(encoded(b"AIGC", label.text().encode()) for label in (LABEL, LONGER)))
    with pytest.raises(LabelError) as raised:
        wav.write(Source.of(data), LABEL)
    assert raised.value.code == "LBL005"


def test_a_manifest_of_c2pa_and_the_program_are_told() -> None:
    info = encoded(b"LIST", b"INFO" + encoded(b"ISFT", b"Lavf60\0") + encoded(b"ICMT", b"voice by ElevenLabs"))
    reading = wav.read(Source.of(form(FORMAT, info, SAMPLES, encoded(b"C2PA", bytes(9)))))
    assert [(trace.kind, trace.detail) for trace in reading.traces] == [
        ("generator", "Lavf60"),
        ("generator", "voice by ElevenLabs"),
        ("c2pa", "9 bytes"),
    ]


def test_a_cut_file_is_read_as_far_as_it_goes_and_not_labelled() -> None:
    data = form(encoded(b"AIGC", LABEL.text().encode()), FORMAT, SAMPLES)[:-10]
    assert labels_in(wav, data) == [LABEL]
    assert [gap.reason for gap in wav.read(Source.of(data)).gaps] == ["truncated"]
    with pytest.raises(MalformedError):
        wav.write(Source.of(data), LONGER)


def test_a_file_without_samples_is_none() -> None:
    with pytest.raises(MalformedError):
        wav.write(Source.of(form(FORMAT)), LABEL)


# --- large files, made as holes -----------------------------------------------------------------------------------------


def sparse(path: Path, head: bytes, size: int) -> Path:
    """A file of this size that begins with `head` and is a hole from there."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def change_in_place(path: Path, splices: tuple[Splice, ...], size: int) -> None:
    """Make the changes where the file lies: none of them moves a byte."""
    with path.open("r+b") as file:
        for splice in splices:
            assert splice.drop == len(splice.put) or (splice.drop == 0 and splice.at == size)
            file.seek(splice.at)
            file.write(splice.put)


def test_five_gigabytes_of_rf64_are_labelled_without_reading_a_sample(tmp_path: Path) -> None:
    length = 5 << 30
    sizes = b"".join(value.to_bytes(8, "little") for value in (length + 72, length, length // 2))
    head = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0" + sizes + bytes(4) + FORMAT + b"data\xff\xff\xff\xff"
    size = len(head) + length
    path = sparse(tmp_path / "long.wav", head, size)
    with path.open("rb") as file:
        source = Source(file, budget=4096)
        splices = wav.write(source, LABEL)
    change_in_place(path, splices, size)
    with path.open("rb") as file:
        (found,) = wav.read(Source(file, budget=4096)).candidates
    assert (found.text, found.offset) == (LABEL.text(), size)
    assert not any(piece.strip(b"\0") for piece in (at_byte(path, 1 << 30), at_byte(path, size - 4096)))


def at_byte(path: Path, at: int) -> bytes:
    """A page of the file."""
    with path.open("rb") as file:
        file.seek(at)
        return file.read(4096)


def test_a_form_that_reaches_four_gigabytes_is_refused(tmp_path: Path) -> None:
    length = (1 << 32) - 200
    head = (
        b"RIFF"
        + (length + 4 + 24 + 8).to_bytes(4, "little")
        + b"WAVE"
        + FORMAT
        + b"data"
        + length.to_bytes(4, "little")
    )
    path = sparse(tmp_path / "full.wav", head, len(head) + length)
    with path.open("rb") as file, pytest.raises(LabelError) as raised:
        wav.write(Source(file, budget=4096), LABEL)
    assert raised.value.code == "LBL040"
