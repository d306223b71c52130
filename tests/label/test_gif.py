"""GIF: other packets, old headers, comments, and packets put in wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from hegui.kernel.gif import blocks, sub_blocks
from hegui.kernel.source import MalformedError, Source
from hegui.label import gif
from hegui.label.faults import LabelError
from tests.label.contract import output
from tests.label.pictures import (
    LABEL,
    LABELLED_PACKET,
    OTHER,
    PACKET,
    bare,
    carrier,
    found,
    read,
    the_label,
    updated,
    written,
)
from tests.label.rows.images import exiftool, gifsicle, pixels

PLAIN = carrier("anim.gif")
HEAD = b"\x21\xff\x0bXMP DataXMP"
MAGIC = b"\1" + bytes(range(255, -1, -1)) + b"\0"


def with_block(block: bytes, to: bytes = PLAIN) -> bytes:
    at = next(blocks(Source.of(to))).end
    return to[:at] + block + to[at:]


def kinds(data: bytes) -> list[int]:
    return [block.kind for block in blocks(Source.of(data))]


def test_the_label_stands_before_the_loop_extension() -> None:
    after = written(gif, PLAIN)
    first, second = list(blocks(Source.of(after)))[:2]
    assert after[first.at :].startswith(HEAD)
    assert after[first.end - 258 : first.end] == MAGIC
    assert b"NETSCAPE2.0" in after[second.at : second.end]


def test_a_packet_of_others_gets_the_label_and_keeps_its_place(tmp_path: Path) -> None:
    data = with_block(HEAD + PACKET + MAGIC)
    after = written(gif, data)
    assert kinds(after) == kinds(data)
    assert b'dc:format="keep me"' in after
    assert bare(gif, updated(gif, after)) == data
    path = tmp_path / "a.gif"
    path.write_bytes(updated(gif, after))
    assert exiftool(path) == OTHER.text()
    gifsicle(path)


def test_an_old_header_gets_the_version_that_has_extensions(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    old = output("convert", "rose:", "gif87:-")
    assert old[:6] == b"GIF87a"
    path.write_bytes(old)
    before = pixels(path)
    path.write_bytes(written(gif, old))
    assert path.read_bytes()[:6] == b"GIF89a"
    assert pixels(path) == before
    assert exiftool(path) == LABEL.text()
    assert bare(gif, path.read_bytes())[6:] == old[6:]


def test_a_packet_in_ordinary_sub_blocks_is_read_and_put_right() -> None:
    data = with_block(HEAD + sub_blocks(LABELLED_PACKET))
    assert [one.kind for one in the_label(gif, data).candidate.findings] == ["gif.sub_blocks"]
    after = updated(gif, data)
    assert the_label(gif, after).candidate.findings == ()
    assert MAGIC in after


def test_a_label_survives_another_program(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(written(gif, PLAIN))
    smaller = output("gifsicle", "-O3", path)
    assert the_label(gif, smaller).spelt.label == LABEL
    assert found(gif, bare(gif, updated(gif, smaller))) == []


def test_a_comment_that_is_a_label_is_updated_and_goes_whole() -> None:
    data = with_block(b"\x21\xfe" + sub_blocks(LABEL.wrapped().encode()))
    one = the_label(gif, data)
    assert (one.candidate.place, one.candidate.is_standard) == ("gif comment", False)
    updated(gif, data)
    assert bare(gif, data) == PLAIN


def test_comments_of_generators_are_traces() -> None:
    reading = read(gif, with_block(b"\x21\xfe" + sub_blocks(b"a cat\nSteps: 20, Sampler: Euler")))
    assert [trace.kind for trace in reading.traces] == ["parameters"]
    assert read(gif, with_block(b"\x21\xfe" + sub_blocks(b"AIGC"))).candidates == ()


def test_a_c2pa_manifest_is_a_trace() -> None:
    reading = read(gif, with_block(b"\x21\xff\x0bC2PA_GIF\1\0\0" + sub_blocks(b"jumb" * 100)))
    assert [trace.kind for trace in reading.traces] == ["c2pa"]


def test_two_labels_are_told_and_not_touched() -> None:
    data = with_block(HEAD + LABELLED_PACKET + MAGIC, written(gif, PLAIN))
    with pytest.raises(LabelError) as raised:
        gif.write(Source.of(data), OTHER)
    assert raised.value.code == "LBL005"


def test_a_label_after_the_trailer_is_read_and_not_written() -> None:
    data = PLAIN + LABELLED_PACKET
    assert the_label(gif, data).candidate.place == "gif after the trailer"


def test_a_file_that_is_cut_is_read_as_far_as_it_goes_and_not_written() -> None:
    data = written(gif, PLAIN)[:-100]
    assert the_label(gif, data).spelt.label == LABEL
    assert [gap.reason for gap in read(gif, data).gaps] == ["truncated"]
    with pytest.raises(MalformedError):
        gif.write(Source.of(data), LABEL)


@pytest.mark.parametrize("data", [b"", b"GIF89a", PLAIN[:13], PLAIN[:20], PLAIN[:13] + b"\1" * 900])
def test_what_has_no_block_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        gif.read(Source.of(data))
