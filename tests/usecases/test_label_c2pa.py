"""Sealing files on disk, with their receipts; and what a platform takes from a manifest."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.c2pa.manifest import SOURCE_TYPES, Statement
from hegui.label.faults import LabelError
from hegui.label.formats import open_label, plan
from hegui.label.upload import decide
from hegui.usecases.label_c2pa import read_anchors, sign_file, valid_c2pa, verify_file
from hegui.usecases.label_receipts import Receipt
from hegui.usecases.label_traces import look_at
from tests.label.c2pa_authority import Authority, need_c2pa
from tests.label.contract import CARRIERS
from tests.label.media import LABEL, LONGER

SAID = Statement(datetime(2026, 11, 26, tzinfo=UTC))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    need_c2pa()
    return Authority.made(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    data = (CARRIERS / "photo.png").read_bytes()
    path = tmp_path / "photo.png"
    path.write_bytes(apply(data, plan(Source.of(data), path.name, LABEL)[1]))
    path.chmod(0o640)
    return path


class Book:
    """Keeps receipts."""

    def __init__(self) -> None:
        self.kept: list[Receipt] = []

    def __call__(self, receipt: Receipt) -> str:
        self.kept.append(receipt)
        return f"label-{len(self.kept)}"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_sealed_file_takes_the_place_of_the_other_and_its_receipt_joins_the_two(
    authority: Authority, photo: Path
) -> None:
    before, book = sha256(photo), Book()
    done = sign_file(photo, authority.credential(), SAID, book)
    (receipt,) = book.kept
    assert (receipt.before.sha256, receipt.after.sha256) == (before, sha256(photo))
    assert (receipt.reason, receipt.place, receipt.format, receipt.label) == ("signed", "C2PA manifest", "png", LABEL)
    assert (done.receipt.id, photo.stat().st_mode & 0o777) == ("label-1", 0o640)
    assert [path.name for path in photo.parent.iterdir()] == ["photo.png"]
    assert verify_file(photo, anchors=authority.anchors).state == "trusted"


def test_a_new_file_leaves_the_old_one_as_it_was(authority: Authority, photo: Path, tmp_path: Path) -> None:
    before = sha256(photo)
    sign_file(photo, authority.credential(), SAID, Book(), out=tmp_path / "sealed.png")
    assert sha256(photo) == before
    assert verify_file(tmp_path / "sealed.png").state == "valid"
    with pytest.raises(LabelError, match="LBL123"):
        sign_file(photo, authority.credential(), SAID, Book(), out=tmp_path / "sealed.png")


def test_a_fault_changes_nothing_and_names_the_path(authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes((CARRIERS / "photo.png").read_bytes())
    before, book = sha256(path), Book()
    with pytest.raises(LabelError) as raised:
        sign_file(path, authority.credential(), SAID, book)
    assert (raised.value.code, raised.value.where) == ("LBL142", str(path))
    assert (sha256(path), book.kept) == (before, [])
    assert [one.name for one in tmp_path.iterdir()] == ["photo.png"]


def test_a_platform_labels_an_upload_and_seals_it_again(authority: Authority, photo: Path, tmp_path: Path) -> None:
    sign_file(photo, authority.credential(), SAID, Book())
    came = tmp_path / "came.png"
    came.write_bytes(photo.read_bytes())
    data = came.read_bytes()
    photo.write_bytes(apply(data, plan(Source.of(data), photo.name, LONGER)[1]))
    assert valid_c2pa(photo, anchors=authority.anchors) is None
    done = sign_file(
        photo, authority.credential(), Statement(SAID.at, None, "Platform"), Book(), parent=came
    )  # fmt: skip
    assert (done.signed.has_parent, done.signed.label) == (True, LONGER)
    assert valid_c2pa(photo, anchors=authority.anchors) == SOURCE_TYPES["generated"]


def test_an_upload_with_a_trusted_manifest_is_confirmed(authority: Authority, photo: Path, tmp_path: Path) -> None:
    """The label is gone here, as it is where a file went through a program that keeps C2PA alone."""
    sign_file(photo, authority.credential(), SAID, Book())
    reading = open_label(Source.of((CARRIERS / "photo.png").read_bytes()), "photo.png").reading
    said = valid_c2pa(photo, anchors=authority.anchors)
    assert decide(reading, valid_c2pa=said).category == "confirmed"
    other = Authority.made(tmp_path / "other").anchors
    for anchors in ("", other):
        assert valid_c2pa(photo, anchors=anchors) is None, "anybody can sign with a root of their own"
        assert valid_c2pa(photo, anchors=anchors, accept_untrusted=True) == said


def test_a_manifest_that_says_generated_is_a_trace_before_anybody_validates_it(
    authority: Authority, photo: Path
) -> None:
    sign_file(photo, authority.credential(), SAID, Book())
    generated = replace(look_at(photo).reading, candidates=())
    photo.write_bytes(photo.read_bytes().replace(b"rainedAlgorithmicMedia", b"RAINEDALGORITHMICMEDIA"))
    camera = replace(look_at(photo).reading, candidates=())
    assert (decide(generated).category, decide(camera).category) == ("suspected", "cannot_tell")


def test_files_without_a_manifest_say_nothing(authority: Authority) -> None:
    for name in ("photo.png", "clip.mkv", "plain.txt"):
        assert valid_c2pa(CARRIERS / name, anchors=authority.anchors, accept_untrusted=True) is None


def test_anchors_come_from_a_file(authority: Authority, photo: Path) -> None:
    assert read_anchors(None) == ""
    assert read_anchors(authority.root) == authority.anchors
    with pytest.raises(LabelError, match="LBL146"):
        read_anchors(photo)
