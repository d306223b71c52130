"""What the fuzz run (tests/label/fuzz.py) found, each as the smallest file that shows it; and a few broken files of every format.

Every step that the fuzz run takes is taken here: no error but ours, splices within the file, one label that reads back, the way
back where it is promised.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from hegui.kernel.source import Source
from hegui.label.formats import named
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


FOUND: dict[str, tuple[str, Callable[[], bytes]]] = {
    "TypeError for a file without cross-reference": ("pdf", document_whose_old_information_is_not_where_its_table_says),
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
