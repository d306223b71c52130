"""Labelled files that wait to be fetched: names, ages, modes, and a disk that fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hegui.errors import InternalError
from hegui.store.media_folder import SWEEP_SECONDS, MediaFolder


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def media(tmp_path: Path, clock: Clock) -> MediaFolder:
    return MediaFolder(tmp_path / "media", 3600.0, clock)


def put(media: MediaFolder, clock: Clock, root: Path, data: bytes = b"x") -> str:
    name = media.put(".png", data)
    os.utime(root / name, (clock.now, clock.now))
    return name


def test_a_file_is_there_until_its_time_is_over_and_then_for_nobody(
    media: MediaFolder, clock: Clock, tmp_path: Path
) -> None:
    name = put(media, clock, tmp_path / "media", b"picture")
    clock.now += 3599
    assert media.get(name) == b"picture"
    clock.now += 1
    assert media.get(name) is None
    media.sweep()
    assert list((tmp_path / "media").iterdir()) == []


def test_the_folder_is_looked_through_now_and_then_and_drafts_of_the_dead_go_too(
    media: MediaFolder, clock: Clock, tmp_path: Path
) -> None:
    media.sweep()  # before there is a folder
    clock.now += SWEEP_SECONDS
    kept, draft = put(media, clock, tmp_path / "media"), tmp_path / "media" / ".draft"
    draft.write_bytes(b"")
    os.utime(draft, (0, 0))
    media.sweep()
    assert [place.name for place in (tmp_path / "media").iterdir()] == [kept]
    os.utime(tmp_path / "media" / kept, (0, 0))
    media.sweep()
    assert (tmp_path / "media" / kept).exists()
    clock.now += SWEEP_SECONDS
    media.sweep()
    assert not (tmp_path / "media" / kept).exists()


def test_names_cannot_be_guessed_and_files_are_their_owners_alone(
    media: MediaFolder, clock: Clock, tmp_path: Path
) -> None:
    names = {put(media, clock, tmp_path / "media") for _ in range(20)}
    assert {len(name) for name in names} == {36}
    assert len(names) == 20
    assert {place.stat().st_mode & 0o777 for place in (tmp_path / "media").iterdir()} == {0o600}
    assert (tmp_path / "media").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../hegui.sqlite3",
        "/etc/passwd",
        "{name}\n",
        "{name}/",
        "./{name}",
        "{name}\0",
        "{upper}",
        ".{name}",
    ],
)
def test_no_other_name_leads_anywhere(media: MediaFolder, clock: Clock, tmp_path: Path, name: str) -> None:
    there = put(media, clock, tmp_path / "media")
    assert media.get(name.format(name=there, upper=there.upper())) is None


def test_a_folder_that_was_taken_away_is_made_again(media: MediaFolder, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "media" / put(media, clock, tmp_path / "media")).unlink()
    (tmp_path / "media").rmdir()
    assert media.get(put(media, clock, tmp_path / "media")) == b"x"


def test_a_folder_that_cannot_be_written_is_our_fault_and_nothing_stays(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "media").write_bytes(b"in the way")
    media = MediaFolder(tmp_path / "media", 3600.0, clock)
    with pytest.raises(InternalError) as raised:
        media.put(".png", b"x")
    assert raised.value.code == "LBL129"
    media.sweep()
    assert media.get(f"{'0' * 32}.png") is None
