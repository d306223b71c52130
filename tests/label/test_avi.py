"""AVI beyond the contract: where room comes from, and what must not move."""

from __future__ import annotations

from pathlib import Path

import pytest

from hegui.kernel.riff import Chunk, encoded, walk
from hegui.kernel.source import MalformedError, Source
from hegui.label import avi, xmp
from hegui.label.faults import LabelError
from tests.kernel.test_riff import form
from tests.label.contract import CARRIERS
from tests.label.media import LABEL, LONGER, bared, candidates, labels_in, written
from tests.label.rows.riff import ffprobe, is_played, packets

CLIP = (CARRIERS / "clip.avi").read_bytes()
HEAD = encoded(b"LIST", b"hdrl" + encoded(b"avih", bytes(56)))
DATA = encoded(b"LIST", b"movi" + encoded(b"00dc", b"pictures"))
INDEX = encoded(b"idx1", bytes(16))
TITLE = encoded(b"INAM", b"title\0")
THEIRS = encoded(b"AIGC", LABEL.text().encode() + b"\0")


def clip(*chunks: bytes, more: bytes = b"") -> bytes:
    return form(*chunks, kind=b"AVI ") + more


def listed(*chunks: bytes) -> bytes:
    return encoded(b"LIST", b"INFO" + b"".join(chunks))


def junk(size: int, filled: bytes = b"\0") -> bytes:
    return encoded(b"JUNK", filled * size)


def place_of_data(data: bytes) -> int:
    return next(chunk.start for chunk in walk(Source.of(data)) if chunk.kind == b"movi")


def top(data: bytes) -> list[bytes]:
    return [chunk.kind or chunk.name for chunk in walk(Source.of(data)) if len(chunk.parents) == 1]


SECOND = form(encoded(b"LIST", b"movi" + bytes(40)), kind=b"AVIX")
ROOMS = [
    ("a JUNK follows a list", clip(HEAD, listed(TITLE), junk(500), DATA, INDEX), [b"hdrl", b"INFO", b"JUNK", b"movi", b"idx1"]),
    ("a JUNK and no list", clip(HEAD, junk(500), DATA, INDEX), [b"hdrl", b"INFO", b"JUNK", b"movi", b"idx1"]),
    ("a JUNK of an odd size", clip(HEAD, junk(501), DATA), [b"hdrl", b"INFO", b"JUNK", b"movi"]),
    ("a JUNK apart from the list", clip(listed(TITLE), HEAD, junk(300), DATA), [b"INFO", b"hdrl", b"INFO", b"JUNK", b"movi"]),
    ("no JUNK", clip(HEAD, DATA, INDEX), [b"hdrl", b"movi", b"idx1", b"INFO"]),
    ("a list behind the data", clip(HEAD, DATA, INDEX, listed(TITLE)), [b"hdrl", b"movi", b"idx1", b"INFO"]),
    ("a JUNK with something in it", clip(HEAD, junk(500, b"x"), DATA), [b"hdrl", b"JUNK", b"movi", b"INFO"]),
    ("a JUNK that is too small", clip(HEAD, junk(150), DATA, INDEX), [b"hdrl", b"JUNK", b"movi", b"idx1", b"INFO"]),
    ("an empty list in front", clip(HEAD, listed(), junk(400), DATA), [b"hdrl", b"INFO", b"INFO", b"JUNK", b"movi"]),
    ("two forms and a JUNK", clip(HEAD, junk(500), DATA, more=SECOND), [b"hdrl", b"INFO", b"JUNK", b"movi", b"movi"]),
    ("two forms, a list and a JUNK", clip(listed(TITLE), junk(500), DATA, more=SECOND), [b"INFO", b"JUNK", b"movi", b"movi"]),
    ("a size left open", b"RIFF" + bytes(4) + clip(HEAD, DATA)[8:], [b"hdrl", b"movi", b"INFO"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "order"), [room[1:] for room in ROOMS], ids=[room[0] for room in ROOMS])
def test_the_label_finds_room_and_gives_it_back(data: bytes, order: list[bytes]) -> None:
    labelled = written(avi, data)
    assert labels_in(avi, labelled) == [LABEL]
    assert top(labelled) == order
    assert place_of_data(labelled) == place_of_data(data)
    assert bared(avi, labelled) == data
    longer = written(avi, labelled, LONGER)
    assert labels_in(avi, longer) == [LONGER]
    assert place_of_data(longer) == place_of_data(data)
    assert bared(avi, longer) == data
    back = written(avi, longer)
    assert labels_in(avi, back) == [LABEL]
    assert bared(avi, back) == data


def test_where_two_forms_follow_each_other_and_nothing_is_free_it_is_refused() -> None:
    for data in (clip(HEAD, DATA, more=SECOND), clip(HEAD, DATA, INDEX, listed(TITLE), more=SECOND)):
        with pytest.raises(LabelError) as raised:
            avi.write(Source.of(data), LABEL)
        assert raised.value.code == "LBL041"


def test_where_something_is_pointed_to_behind_the_data_nothing_moves() -> None:
    data = clip(HEAD, DATA, encoded(b"ix00", bytes(24)), listed(TITLE))
    assert place_of_data(data) == place_of_data(written(avi, data))
    assert bared(avi, written(avi, data)) == data
    data = clip(HEAD, DATA, listed(TITLE), encoded(b"ix00", bytes(24)))
    assert written(avi, data)[8 : len(data)] == data[8:]


PINNED = [
    ("alone in its list", clip(HEAD, listed(THEIRS), DATA, INDEX)),
    ("beside another", clip(HEAD, listed(TITLE, THEIRS), DATA, INDEX)),
    ("before another", clip(HEAD, listed(THEIRS, TITLE), DATA, INDEX)),
]


@pytest.mark.parametrize("data", [case[1] for case in PINNED], ids=[case[0] for case in PINNED])
def test_a_label_that_has_no_room_to_grow_moves_to_the_end(data: bytes) -> None:
    longer = written(avi, data, LONGER)
    assert labels_in(avi, longer) == [LONGER]
    assert place_of_data(longer) == place_of_data(data)
    assert top(longer)[-1] == b"INFO"
    assert longer.count(TITLE) == data.count(TITLE)


@pytest.mark.parametrize("data", [case[1] for case in PINNED], ids=[case[0] for case in PINNED])
def test_a_shorter_label_leaves_everything_where_it_was(data: bytes) -> None:
    longer = data.replace(THEIRS, encoded(b"AIGC", LONGER.text().encode() + b"\0"))
    data = clip(HEAD, *([listed(TITLE)] if TITLE in data else []), DATA) if longer == data else data
    shorter = written(avi, data, LABEL.propagated("P", "1"))
    assert labels_in(avi, shorter) == [LABEL.propagated("P", "1")]
    assert len(shorter) == len(data)
    assert place_of_data(shorter) == place_of_data(data)


@pytest.mark.parametrize("data", [case[1] for case in PINNED], ids=[case[0] for case in PINNED])
def test_without_a_label_of_others_the_data_stay_where_they_are(data: bytes) -> None:
    bare = bared(avi, data)
    assert labels_in(avi, bare) == []
    assert place_of_data(bare) == place_of_data(data)


def test_a_label_in_xmp_is_read_and_updated_there() -> None:
    data = clip(HEAD, DATA, encoded(b"_PMX", xmp.written(None, LABEL.text())))
    (found,) = candidates(avi, data)
    assert (found.place, found.is_standard) == ("avi _PMX chunk", False)
    assert labels_in(avi, written(avi, data, LONGER)) == [LONGER]


def carrier_without(*names: bytes) -> bytes:
    """The carrier as another muxer would have left it: without these chunks."""

    def is_kept(chunk: Chunk) -> bool:
        return len(chunk.parents) == 1 and (chunk.kind or chunk.name) not in names

    kept = [CLIP[one.start : one.next] for one in walk(Source.of(CLIP)) if is_kept(one)]
    return clip(*kept)


@pytest.mark.parametrize("names", [(b"JUNK",), (b"INFO",), (b"JUNK", b"INFO")])
def test_ffmpeg_plays_it_as_before_and_shows_the_label_wherever_it_stands(
    names: tuple[bytes, ...], tmp_path: Path
) -> None:
    data = carrier_without(*names)
    before, after = tmp_path / "before.avi", tmp_path / "after.avi"
    before.write_bytes(data)
    after.write_bytes(written(avi, data))
    assert packets(after) == packets(before)
    assert ffprobe(after) == LABEL.text()
    is_played(after)


def test_a_file_without_pictures_is_none() -> None:
    with pytest.raises(MalformedError):
        avi.write(Source.of(clip(HEAD)), LABEL)
