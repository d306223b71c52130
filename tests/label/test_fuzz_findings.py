"""What the fuzz run (tests/label/fuzz.py) found, each as the smallest file that shows it; and a few broken files of every format.

Every step that the fuzz run takes is taken here: no error but ours, splices within the file, one label that reads back, the way
back where it is promised.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest

from hegui.kernel.isobmff import Walker
from hegui.kernel.source import Source
from hegui.label.formats import named
from hegui.label.heif_items import read_items
from tests.label import fuzz_limits
from tests.label.contract import CARRIERS
from tests.label.fuzz_checks import LABELS, TARGETS, check_written, file_steps, text_steps
from tests.label.fuzz_mutation import Mutator
from tests.label.fuzz_seeds import seeds
from tests.label.media import written


def carrier(name: str) -> bytes:
    return (CARRIERS / name).read_bytes()


def codec(name: str):  # type: ignore[no-untyped-def]  # a module
    found = named(name)
    assert found is not None
    return found


def sound_whose_form_counts_a_pad_byte_that_is_not_there() -> bytes:
    """The label is the last chunk and of odd length."""
    data = written(codec("wav"), carrier("speech.wav"))
    assert data.endswith(b"}\0")
    return data[:-1]


def document_whose_old_information_is_not_where_its_table_says() -> bytes:
    """The update that holds the label has a whole copy, so that the file is sound and the file before it is not."""
    data = written(codec("pdf"), carrier("doc.pdf"))
    assert data.count(b"\n8 0 obj") == 2
    return data.replace(b"\n8 0 obj", b"\n8 0 0bj", 1)


def sound_behind_a_tag_whose_footer_is_missing() -> bytes:
    """The tag says that it has one; the last four bytes of it would be those of a frame of sound."""
    title = b"TIT2\0\0\0\x02\0\0\0a"
    return b"ID3\4\0\x10\0\0\0" + bytes([len(title)]) + title + carrier("speech.mp3")


def picture_whose_last_directory_ends_with_the_file() -> bytes:
    """Without the offset of the next one: what is appended would be taken for it."""
    width = struct.pack("<HHQQ", 256, 4, 1, 2)
    return (
        struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16) + struct.pack("<Q", 1) + width + struct.pack("<QQ", 52, 1) + width
    )


def picture_with_an_item_across_the_box_that_grows() -> bytes:
    """The extent begins in the box meta and ends behind it."""
    data = bytearray(carrier("photo.avif"))
    at = data.index(b"iloc") + 4
    size = int.from_bytes(data[at - 8 : at - 4], "big") - 8
    seen = Source.of(bytes(data))
    (location, *_) = read_items(
        seen, next(top for top in Walker(seen).tops() if top.kind == b"meta"), "heif"
    ).locations.items
    start = location.base + location.extents[0].offset
    found = data.index(start.to_bytes(4, "big"), at, at + size)
    data[found : found + 4] = (start - 40).to_bytes(4, "big")
    return bytes(data)


FOUND: dict[str, tuple[str, Callable[[], bytes]]] = {
    "TypeError for a file without cross-reference": ("pdf", document_whose_old_information_is_not_where_its_table_says),
    "TypeError for bytes that are no text in a meta": (
        "html",
        lambda: b"<meta name=AIGCLabel><meta name=ContentProducer content=\xff>",
    ),
    "a label of all that stands before a bracket too many": (
        "json",
        lambda: b'{"produceId":7,"label":"1","\x00\x00e":2}{"aigc\x00\x00c.93"\x00\x00\x00"093":"1"\x00\x00BL001:}}',
    ),
    "sound behind a tag without its footer": ("mp3", sound_behind_a_tag_whose_footer_is_missing),
    "a directory without the offset of the next": ("tiff", picture_whose_last_directory_ends_with_the_file),
    "a label twice in one event": (
        "sse",
        lambda: b'data: {"aigc":%b,"AIGC":%b}\n\n' % ((LABELS[0].text().encode(),) * 2),
    ),
    "an item across the end of meta": ("heif", picture_with_an_item_across_the_box_that_grows),
    "a comment whose words are no label": (
        "html",
        lambda: b'<!--:{"Lbel":"2","ContentProducer":"ff","R":"\\ud9c4","C":""} -->>',
    ),
    "an event of its own before one that is no JSON": (
        "sse",
        lambda: b'aigc\ndata:"Lbel:1\0CntProducer:"\0"ProduceID,"\0"\n\ndata:{"""chat.completion.chunk"""{""}}\n\n',
    ),
    "an event of its own behind a control character": (
        "sse",
        lambda: b'data:{"""choices":[]}\n\naigc\ndata:\0{"":"","ContentProduce":"","":"","RrvedCode2":""}\n\n',
    ),
    "keys in one line of the front matter": (
        "markdown",
        lambda: b"---\nAIGC:\n Lbel: '1'Producer: \0'\0 ProduceID: 01\0'\n \0o: \0  C\0\n---",
    ),
    "a value of two lines in the front matter": (
        "markdown",
        lambda: b"---\nAIGC:\n  ProduceID: '\n  x: '\n  ReservedCode2: '\n---\n",
    ),
    "pad byte counted but missing": ("wav", sound_whose_form_counts_a_pad_byte_that_is_not_there),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once_is_well(name: str) -> None:
    target, made = FOUND[name]
    for _, step in file_steps(codec(target), made()) if target != "texts" else text_steps(made()):
        step()


def test_a_splice_ends_with_the_file_where_a_pad_byte_is_missing() -> None:
    data = sound_whose_form_counts_a_pad_byte_that_is_not_there()
    splices = codec("wav").bare(Source.of(data))
    assert max(one.at + one.drop for one in splices) == len(data)


@pytest.mark.parametrize("target", TARGETS[:-1])
def test_every_file_at_hand_takes_a_label_or_none(target: str) -> None:
    for number, data in enumerate(seeds(target)):
        check_written(codec(target), data, LABELS[1 + number % 3])


@pytest.mark.parametrize("target", TARGETS)
def test_a_few_broken_files_of_every_format(target: str) -> None:
    """The same ones in every run; the fuzz run takes others, and many."""
    known, chance = seeds(target), random.Random(target)
    changed = Mutator(named(target), known, [b"AIGC", b"Label", b"udta", b"XMP ", b"<"]).changed
    for _ in range(25):
        data = changed(chance.choice(known), chance)
        assert fuzz_limits.examine(target, data, slack=20) is None, data[:64]
