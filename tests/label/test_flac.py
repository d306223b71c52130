"""Labels in the comments of FLAC: where the room comes from, what stays, and what stands in the way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.flac_blocks import MAX_SIZE, Block, walk
from hegui.kernel.source import MalformedError, Source
from hegui.label import flac
from hegui.label.faults import LabelError
from tests.label.audio_files import LABEL, LONG, OTHER, carrier, found, labelled, undone
from tests.label.contract import require
from tests.label.rows.audio import by_exiftool, by_ffprobe, by_flac, payload
from tests.support.id3_tags import frame, tag, txxx
from tests.support.ogg_pages import comments

SOUND = b"\xff\xf8" + b"sound" * 40
INFO = bytes(34)
TEXT = LABEL.text()
ENTRY = b"AIGC=" + TEXT.encode()
NEED = len(ENTRY) + 4


def stream(*blocks: tuple[int, bytes]) -> bytes:
    """A FLAC stream of these blocks, STREAMINFO before them."""
    found = [(0, INFO), *blocks]
    flags = [0] * len(blocks) + [0x80]
    made = (
        bytes((kind | flag,)) + len(body).to_bytes(3, "big") + body
        for flag, (kind, body) in zip(flags, found, strict=True)
    )
    return b"".join((b"fLaC", *made, SOUND))


def kinds(data: bytes) -> list[tuple[int, int]]:
    return [(block.kind, block.size) for block in walk(Source.of(data), data.index(b"fLaC"))[0]]


NOTES, ONE = comments(), comments(b"TITLE=t")
PICTURE = (6, b"p" * 500)
LAYOUTS = {
    "padding behind the comments": stream((4, ONE), (1, bytes(900))),
    "padding behind a picture": stream((4, ONE), PICTURE, (1, bytes(900))),
    "padding in front": stream((1, bytes(900)), (4, ONE)),
    "padding that is not the last block": stream((4, ONE), (1, bytes(900)), PICTURE),
    "two of padding": stream((1, bytes(900)), (4, ONE), (1, bytes(300))),
    "padding that is too small": stream((4, ONE), (1, bytes(50))),
    "padding of the very size": stream((4, ONE), (1, bytes(NEED))),
    "padding of one byte more": stream((4, ONE), (1, bytes(NEED + 1))),
    "padding that is no zeros": stream((4, ONE), (1, b"hidden" * 200)),
    "no padding": stream((4, ONE), PICTURE),
    "no padding, comments last": stream(PICTURE, (4, ONE)),
    "an empty list and padding": stream((4, NOTES), (1, bytes(900))),
    "an empty list and no padding": stream((4, NOTES)),
    "an empty list and little padding": stream((4, NOTES), (1, bytes(5))),
    "empty padding behind the comments": stream((4, ONE), (1, b"")),
    "empty padding behind the comments and more": stream((4, ONE), (1, b""), PICTURE, (1, bytes(900))),
    "no comments": stream(PICTURE, (1, bytes(900))),
    "nothing but STREAMINFO": stream(),
    "a tag in front": tag(frame("TIT2", b"\0Title"), padding=30) + stream((4, ONE), (1, bytes(900))),
    "a tag at the end": stream((4, ONE)) + b"TAG" + bytes(125),
    "something behind the list": stream((4, ONE + b"\1tail"), (1, bytes(900))),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_label_goes_into_every_layout_and_comes_out_again(name: str) -> None:
    data = LAYOUTS[name]
    for label in (LABEL, LONG):
        made = labelled(flac, data, label)
        assert found(flac, made) == [label]
        assert flac.read(Source.of(made)).gaps == ()
        assert undone(flac, made) == data
        assert list(flac.write(Source.of(made), label)) == []
        for other in (OTHER, LONG, LABEL):
            again = labelled(flac, made, other)
            assert found(flac, again) == [other]
            assert undone(flac, again) == data


@given(
    st.lists(st.sampled_from([(1, bytes(900)), (1, b""), (1, bytes(40)), (3, bytes(18)), PICTURE]), max_size=5),
    st.integers(0, 5), st.booleans(), st.lists(st.sampled_from([LABEL, LONG, OTHER]), min_size=1, max_size=4),
)  # fmt: skip
def test_whatever_the_blocks_they_are_as_before_without_the_label(
    blocks: list[tuple[int, bytes]], at: int, is_empty: bool, labels: list[object]
) -> None:
    data = made = stream(*blocks[:at], (4, NOTES if is_empty else ONE), *blocks[at:])
    for label in labels:
        made = labelled(flac, made, label)  # type: ignore[arg-type]
        assert found(flac, made) == [label]
        assert undone(flac, made) == data
    others = [one for one in kinds(made) if one[0] not in (1, 4)]
    assert others == [one for one in kinds(data) if one[0] not in (1, 4)]


@pytest.mark.parametrize(
    "name", ["padding behind the comments", "padding behind a picture", "padding of one byte more"]
)
def test_the_sound_does_not_move_where_the_padding_holds_the_label(name: str) -> None:
    data = LAYOUTS[name]
    made = labelled(flac, data)
    assert len(made) == len(data)
    assert made.index(SOUND) == data.index(SOUND)


def test_padding_is_never_used_up_so_that_an_empty_block_always_means_growth() -> None:
    assert kinds(labelled(flac, LAYOUTS["padding of one byte more"]))[-1] == (1, 1)
    assert kinds(labelled(flac, LAYOUTS["padding of the very size"]))[-2:] == [(1, 0), (1, NEED)]


def test_comments_that_were_not_there_are_added_behind_streaminfo() -> None:
    assert kinds(labelled(flac, LAYOUTS["nothing but STREAMINFO"])) == [(0, 34), (4, 4 + 5 + 4 + NEED)]


def test_the_label_of_another_program_is_updated_where_it_stands() -> None:
    for block in (
        comments(b"aigc=" + OTHER.text().encode(), b"TITLE=t"),
        comments(b"A=1", b"AIGC=" + OTHER.text().encode()),
    ):
        made = labelled(flac, stream((4, block)))
        assert found(flac, made) == [LABEL]
        assert sum(kind == 4 for kind, _ in kinds(made)) == 1
        if b"TITLE" in block:
            assert made == stream((4, comments(ENTRY, b"TITLE=t")))


def test_a_wrapped_label_stays_wrapped() -> None:
    made = labelled(flac, stream((4, comments(b"AIGC=" + OTHER.wrapped().encode())), (1, bytes(900))))
    assert LABEL.wrapped().encode() in made


def test_every_spelling_of_the_name_is_reported_and_several_are_not_written() -> None:
    data = stream((4, comments(ENTRY, b"aigc=" + TEXT.encode(), b"AiGc=" + TEXT.encode())))
    assert [one.place for one in flac.read(Source.of(data)).candidates] == [
        "VORBIS_COMMENT AIGC", "VORBIS_COMMENT aigc", "VORBIS_COMMENT AiGc",
    ]  # fmt: skip
    with pytest.raises(LabelError) as error:
        flac.write(Source.of(data), LABEL)
    assert error.value.code == "LBL005"


def test_a_label_in_a_tag_in_front_counts_and_is_updated_there() -> None:
    data = tag(txxx("AIGC", OTHER.text()), frame("TIT2", b"\0T")) + stream((4, ONE))
    assert not flac.read(Source.of(data)).candidates[0].is_standard
    assert labelled(flac, data) == tag(txxx("AIGC", TEXT), frame("TIT2", b"\0T")) + stream((4, ONE))
    with pytest.raises(LabelError) as error:
        flac.write(Source.of(tag(txxx("AIGC", TEXT)) + stream((4, comments(ENTRY)))), LABEL)
    assert error.value.code == "LBL005"


def test_a_label_under_another_name_is_read_and_not_written() -> None:
    data = stream((4, comments(b"COMMENT=" + TEXT.encode())))
    assert found(flac, data) == [LABEL]
    for change in (flac.bare, lambda source: flac.write(source, OTHER)):
        with pytest.raises(LabelError) as error:
            change(Source.of(data))
        assert error.value.code == "LBL006"


def test_other_signs_are_traces() -> None:
    manifest = tag(frame("GEOB", b"\0application/x-c2pa-manifest-store\0\0\0jumb"))
    data = manifest + stream((4, comments(b"ENCODER=Lavf59", b"DESCRIPTION=AI generated", b"TITLE=t")))
    assert [(one.kind, one.place) for one in flac.read(Source.of(data)).traces] == [
        ("c2pa", "ID3v2 GEOB"), ("generator", "VORBIS_COMMENT ENCODER"), ("explicit_text", "VORBIS_COMMENT DESCRIPTION"),
    ]  # fmt: skip


def test_a_manifest_in_a_block_of_its_own_is_a_trace() -> None:
    data = stream((2, b"c2pajumb"), (2, b"riff"), (4, ONE))
    assert [(one.kind, one.place) for one in flac.read(Source.of(data)).traces] == [("c2pa", "APPLICATION c2pa")]


GAPS = {
    "a list that ends early": (stream((4, ONE[:-3])), [("VORBIS_COMMENT", "malformed")]),
    "a list too long": (stream((4, comments(*[b""] * 70_000))), [("VORBIS_COMMENT", "too large")]),
    "two lists": (stream((4, ONE), (4, ONE)), [("VORBIS_COMMENT, the second", "malformed")]),
    "a block beyond the end": (stream((4, ONE), PICTURE)[:200], [("FLAC metadata", "truncated")]),
    "a cut in a block header": (stream((4, ONE))[:44], [("FLAC metadata", "truncated")]),
}


@pytest.mark.parametrize("name", GAPS)
def test_what_was_not_examined_is_a_gap_and_nothing_is_written(name: str) -> None:
    data, gaps = GAPS[name]
    assert [(gap.place, gap.reason) for gap in flac.read(Source.of(data)).gaps] == gaps
    with pytest.raises(MalformedError):
        flac.write(Source.of(data), LABEL)


@pytest.mark.parametrize("data", [
    b"", b"fLa", b"fLaC\x04\0\0\0", b"fLaC" + bytes((127, 0, 0, 0)), stream((0, INFO)), stream((127, b"")), b"OggS" + bytes(60),
])  # fmt: skip
def test_what_is_no_flac_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        flac.read(Source.of(data))


def test_comments_do_not_grow_past_what_a_block_holds() -> None:
    picture = b"METADATA_BLOCK_PICTURE=" + b"A" * (MAX_SIZE - 200)
    data = stream((4, comments(picture)))
    with pytest.raises(LabelError) as error:
        flac.write(Source.of(data), LABEL)
    assert error.value.code == "LBL052"


def test_a_block_knows_its_end() -> None:
    assert walk(Source.of(stream()), 0) == ((Block(0, 4, 34, True),), False)


def test_the_reference_tools_are_content_with_every_layout(tmp_path: Path) -> None:
    require("metaflac")
    path = tmp_path / "it.flac"
    for options in (
        [["--remove", "--block-type=PADDING", "--dont-use-padding"]],
        [["--remove-all", "--dont-use-padding"]],
        [["--remove-all-tags"], ["--remove", "--block-type=PADDING", "--dont-use-padding"], ["--add-padding=60"]],
    ):
        path.write_bytes(carrier("speech.flac"))
        for option in options:
            subprocess.run(["metaflac", *option, str(path)], check=True)
        before, data = payload(path), path.read_bytes()
        path.write_bytes(labelled(flac, labelled(flac, data, LONG)))
        by_flac(path)
        assert payload(path) == before
        assert by_ffprobe(path) == by_exiftool(path, "Aigc") == TEXT
        assert undone(flac, path.read_bytes()) == data
