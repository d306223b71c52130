"""Labelling files on disk under attack: killed at every step, no room, no leave, two writers at once, links, long names."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hegui.errors import InternalError
from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, apply, in_order
from hegui.label import png
from hegui.label.faults import LabelError
from hegui.label.formats import bare, plan
from hegui.label.standing import labels
from hegui.usecases import label_files
from hegui.usecases.label_copy import unmoving
from hegui.usecases.label_files import label_file, open_file, read_file
from hegui.usecases.label_receipts import Digests
from tests.label.contract import CARRIERS
from tests.usecases.label_steps import LABEL, OTHER, forked, label, receipts, steps_of, stopped_at

BESIDE = ["photo.png", "speech.wav", "clip.mp4", "report.docx", "doc.md"]


def splices_of(name: str) -> tuple[Splice, ...]:
    data = (CARRIERS / name).read_bytes()
    try:
        return plan(Source.of(data), name, LABEL)[1]
    except LabelError:
        return ()


WRITABLE = [path.name for path in sorted(CARRIERS.iterdir()) if splices_of(path.name)]
IN_PLACE = [name for name in WRITABLE if unmoving(Source.of((CARRIERS / name).read_bytes()), splices_of(name))]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "book"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "files"
    found.mkdir()
    return found


def placed(folder: Path, name: str) -> Path:
    return Path(shutil.copy(CARRIERS / name, folder / name))


def labelled(name: str) -> bytes:
    return apply((CARRIERS / name).read_bytes(), splices_of(name))


def standing(path: Path) -> list[object]:
    return [one.spelt.label for one in labels(read_file(path).reading)]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(LabelError) as caught:
        work()
    return caught.value.code


# --- stopped ----------------------------------------------------------------------------------------------------------


def test_the_receipt_is_stated_when_the_file_is_on_the_disk_and_before_it_takes_its_place(
    folder: Path, book: Path
) -> None:
    path = placed(folder, "photo.png")
    steps = [step for step in steps_of(lambda: label(path, book)) if step != "write_all"]
    assert steps == ["fsync", "stating", "replace", "fsync", "unlink"]


def test_in_place_the_end_is_on_the_disk_before_the_head_announces_it(folder: Path, book: Path) -> None:
    path = placed(folder, "speech.wav")
    assert steps_of(lambda: label(path, book, in_place=True)) == ["stating", "pwrite", "fsync", "pwrite", "fsync"]


@pytest.mark.parametrize("name", BESIDE)
def test_killed_at_any_step_the_file_is_the_old_or_the_new_one_and_a_new_one_has_its_receipt(
    folder: Path, book: Path, name: str
) -> None:
    old, new = (CARRIERS / name).read_bytes(), labelled(name)
    path = placed(folder, name)
    count = len(steps_of(lambda: label(path, book)))
    assert count > 4
    outcomes = set()
    for number in range(count):
        path.write_bytes(old)
        book.unlink(missing_ok=True)
        assert stopped_at(number, lambda: label(path, book)) == -signal.SIGKILL
        found = path.read_bytes()
        assert found in (old, new), number
        stated = {one["after"]["sha256"] for one in receipts(book)}  # type: ignore[index]
        assert found == old or sha256(new) in stated, number
        outcomes.add((found == new, bool(stated)))
    assert outcomes == {(False, False), (False, True), (True, True)}


@pytest.mark.parametrize("name", BESIDE)
def test_interrupted_at_any_step_no_draft_is_left(folder: Path, book: Path, name: str) -> None:
    old, new = (CARRIERS / name).read_bytes(), labelled(name)
    path = placed(folder, name)
    count = len(steps_of(lambda: label(path, book)))
    for number in range(count - 1):  # the last step takes the draft away
        path.write_bytes(old)
        assert stopped_at(number, lambda: label(path, book), lambda: os.kill(os.getpid(), signal.SIGINT)) == 130
        assert os.listdir(folder) == [name], number
        assert path.read_bytes() in (old, new)


@pytest.mark.parametrize("name", IN_PLACE)
def test_killed_in_place_nothing_but_the_label_can_be_half_and_it_has_its_receipt(
    folder: Path, book: Path, name: str
) -> None:
    old = (CARRIERS / name).read_bytes()
    path = placed(folder, name)
    splices = unmoving(Source.of(old), splices_of(name)) or ()
    count = len(steps_of(lambda: label(path, book, in_place=True)))
    for number in range(count):
        path.write_bytes(old)
        book.unlink(missing_ok=True)
        assert stopped_at(number, lambda: label(path, book, in_place=True)) == -signal.SIGKILL
        found = path.read_bytes()
        assert found == old or receipts(book), number
        assert kept(found, splices, len(old)) == kept(old, splices, len(old)), number


def kept(data: bytes, splices: tuple[Splice, ...], size: int) -> bytes:
    """The bytes of a file of `size` that the splices do not name, up to the one at its end."""
    out, at = b"", 0
    for splice in in_order((*splices, Splice(size, 0, b""))):
        out += data[at : splice.at]
        at = splice.at + splice.drop
    return out


@pytest.mark.parametrize("name", IN_PLACE)
def test_interrupted_in_place_the_file_is_the_old_one_or_the_new_one(folder: Path, book: Path, name: str) -> None:
    old, new = (CARRIERS / name).read_bytes(), labelled(name)
    path = placed(folder, name)
    count = len(steps_of(lambda: label(path, book, in_place=True)))
    for number in range(count):
        path.write_bytes(old)
        end = stopped_at(number, lambda: label(path, book, in_place=True), lambda: os.kill(os.getpid(), signal.SIGINT))
        assert end == 130
        assert path.read_bytes() in (old, new), number


def test_a_receipt_that_cannot_be_stated_leaves_the_old_file(folder: Path) -> None:
    def refuse(_: object) -> str:
        raise InternalError("STO004", "ledger", "the database is locked", "Try again.")

    for how in (False, True):
        path = placed(folder, "speech.wav")
        with pytest.raises(InternalError):
            label_file(path, lambda *_: LABEL, refuse, in_place=how)
        assert path.read_bytes() == (CARRIERS / "speech.wav").read_bytes()
        assert os.listdir(folder) == ["speech.wav"]


@pytest.mark.parametrize("how", [False, True], ids=["beside", "in place"])
def test_a_label_that_does_not_read_back_leaves_the_old_file_and_no_receipt(
    folder: Path, book: Path, monkeypatch: pytest.MonkeyPatch, how: bool
) -> None:
    path = placed(folder, "photo.png")
    old = path.read_bytes()
    monkeypatch.setattr(label_files, "plan", lambda *_: (png, (Splice(len(old), 0, b"no label"),)))
    assert code_of(lambda: label(path, book, in_place=how)) == "LBL122"
    assert path.read_bytes() == old
    assert receipts(book) == []
    assert os.listdir(folder) == ["photo.png"]


# --- no room, no leave ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "how"), [("clip.mp4", False), ("clip.mp4", True), ("speech.wav", True), ("photo.tif", True)]
)
@pytest.mark.parametrize("room", [-100, 0, 20, 100])
def test_a_disk_without_room_leaves_the_old_file(folder: Path, book: Path, name: str, how: bool, room: int) -> None:
    path = placed(folder, name)
    old = path.read_bytes()

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(old) + room, len(old) + room))
        assert code_of(lambda: label(path, book, in_place=how)) == "LBL121"

    assert forked(work) == 0
    assert path.read_bytes() == old
    assert os.listdir(folder) == [name]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others can come to; pytest's cannot."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


def as_somebody(work: Callable[[], object]) -> Callable[[], None]:
    def dropped() -> None:
        if os.geteuid() == 0:
            os.setegid(65534)
            os.seteuid(65534)
        work()

    return dropped


@pytest.mark.parametrize("how", [False, True], ids=["beside", "in place"])
def test_without_leave_to_write_the_old_file_stays(open_folder: Path, how: bool) -> None:
    path = placed(open_folder, "speech.wav")
    path.chmod(0o444)
    open_folder.chmod(0o555)
    refuse = pytest.fail

    def work() -> None:
        assert (
            code_of(
                lambda: label_file(path, lambda *_: LABEL, lambda _: "r" if how else refuse("stated"), in_place=how)
            )
            == "LBL121"
        )

    assert forked(as_somebody(work)) == 0
    assert path.read_bytes() == (CARRIERS / "speech.wav").read_bytes()


def test_without_leave_to_read_the_file_is_told(open_folder: Path) -> None:
    path = placed(open_folder, "speech.wav")
    path.chmod(0)

    def work() -> None:
        assert code_of(lambda: read_file(path)) == "LBL121"

    assert forked(as_somebody(work)) == 0


def test_what_is_no_file_is_told(folder: Path, book: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "lost.png").symlink_to(folder / "nothing")
    found = {
        name: code_of(lambda name=name: label(folder / name, book)) for name in ("", "pipe.png", "lost.png", "no.png")
    }  # type: ignore[misc]
    assert found == {"": "LBL120", "pipe.png": "LBL120", "lost.png": "LBL121", "no.png": "LBL121"}


# --- others at the file -----------------------------------------------------------------------------------------------


CHANGES: dict[str, Callable[[Path], object]] = {
    "longer": lambda path: path.open("ab").write(b"more"),
    "shorter": lambda path: os.truncate(path, 1000),
    "other bytes": lambda path: path.write_bytes(path.read_bytes()[::-1]),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("how", [False, True], ids=["beside", "in place"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_others_write_meanwhile_is_left_to_them(folder: Path, how: bool, change: str) -> None:
    path = placed(folder, "speech.wav")
    theirs = b""

    def choose(*_: object) -> object:
        nonlocal theirs
        CHANGES[change](path)
        theirs = path.read_bytes()
        return LABEL

    found = code_of(lambda: label_file(path, choose, lambda _: pytest.fail("stated"), in_place=how))  # type: ignore[arg-type]
    assert found in (
        "LBL121",
        "LBL001",
        "LBL002",
    )  # LBL001 and LBL002 where what the others wrote is no such file any more
    assert path.read_bytes() == theirs
    assert os.listdir(folder) == ["speech.wav"]


@pytest.mark.parametrize("how", [False, True], ids=["beside", "in place"])
def test_writers_at_once_take_turns_and_each_receipt_begins_where_the_one_before_ends(
    folder: Path, book: Path, how: bool
) -> None:
    path = placed(folder, "speech.wav")
    children = []
    for number in range(6):
        child = os.fork()
        if child == 0:
            status = 70
            try:
                label(path, book, LABEL if number % 2 else OTHER, in_place=how)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    (one,) = standing(path)
    assert one in (LABEL, OTHER)
    with open_file(path) as source:
        back = apply(path.read_bytes(), bare(source, path.name))
    assert back == (CARRIERS / "speech.wav").read_bytes()
    chain = [(one["before"]["sha256"], one["after"]["sha256"]) for one in receipts(book)]
    assert [after for _, after in chain[:-1]] == [before for before, _ in chain[1:]]
    assert chain[-1][1] == sha256(path.read_bytes())
    assert os.listdir(folder) == ["speech.wav"]


# --- names and links --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [False, True], ids=["beside", "in place"])
def test_a_symbolic_link_stays_and_what_it_names_is_labelled(folder: Path, book: Path, how: bool) -> None:
    (folder / "real").mkdir()
    path = placed(folder / "real", "speech.wav")
    link = folder / "link.wav"
    link.symlink_to(Path("real") / "speech.wav")
    label(link, book, in_place=how)
    assert link.is_symlink()
    assert standing(path) == [LABEL]
    assert sorted(os.listdir(folder)) == ["link.wav", "real"]
    assert os.listdir(folder / "real") == ["speech.wav"]


def test_another_name_of_the_file_keeps_the_old_one_unless_it_is_changed_in_place(folder: Path, book: Path) -> None:
    path = placed(folder, "speech.wav")
    os.link(path, folder / "other.wav")
    label(path, book)
    assert (folder / "other.wav").read_bytes() == (CARRIERS / "speech.wav").read_bytes()
    path.unlink()
    os.link(folder / "other.wav", path)
    label(path, book, in_place=True)
    assert standing(folder / "other.wav") == [LABEL]


@pytest.mark.parametrize("name", ["a" * 251 + ".png", "合" * 83 + ".png", "\U0001f600" * 62 + ".png"])
def test_the_longest_names_can_be_labelled(folder: Path, book: Path, name: str) -> None:
    path = folder / name
    shutil.copy(CARRIERS / "photo.png", path)
    label(path, book)
    assert standing(path) == [LABEL]


def test_mode_and_owner_stay(folder: Path, book: Path) -> None:
    path = placed(folder, "photo.png")
    path.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(path, 12345, 54321)
    before = path.stat()
    label(path, book)
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino


def test_a_new_name_that_is_taken_is_left_alone(folder: Path, book: Path) -> None:
    path, out = placed(folder, "photo.png"), folder / "out.png"
    out.write_bytes(b"mine")
    assert code_of(lambda: label(path, book, out=out)) == "LBL123"
    assert out.read_bytes() == b"mine"
    out.unlink()
    label(path, book, out=out)
    assert (path.read_bytes(), out.read_bytes()) == ((CARRIERS / "photo.png").read_bytes(), labelled("photo.png"))
    label(out, book, out=folder / "again.png")  # nothing to change: a copy
    assert (folder / "again.png").read_bytes() == out.read_bytes()
    assert len(os.listdir(folder)) == 3


# --- every format -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITABLE)
def test_the_receipt_has_the_digests_of_both_files_and_in_place_gives_the_same_bytes(
    folder: Path, book: Path, name: str
) -> None:
    """In place also where nothing can be: it is written beside then."""
    path, other = placed(folder, name), Path(shutil.copy(CARRIERS / name, folder / f"in-place-{name}"))
    for one in (LABEL, OTHER, LABEL):
        old = path.read_bytes()
        written = label(path, book, one)
        assert written.receipt is not None
        new = path.read_bytes()
        assert written.receipt.before == Digests(len(old), sha256(old))
        assert written.receipt.after == Digests(len(new), sha256(new))
        label(other, book, one, in_place=True)
        assert other.read_bytes() == new
        assert not label(path, book, one).is_changed


def test_formats_that_are_changed_in_place() -> None:
    assert {name.rpartition(".")[2] for name in IN_PLACE} >= {
        "wav",
        "mp4",
        "mov",
        "m4a",
        "mkv",
        "webm",
        "tif",
        "pdf",
        "avi",
        "flac",
    }


def test_a_signed_label_has_sm3_in_its_receipt_and_the_file_is_what_was_hashed(folder: Path) -> None:
    path, seen = placed(folder, "photo.png"), []

    def choose(_: object, before: Callable[[], Digests]) -> object:
        seen.append(before())
        return LABEL

    written = label_file(path, choose, lambda _: "r")  # type: ignore[arg-type]
    old = (CARRIERS / "photo.png").read_bytes()
    assert seen == [Digests(len(old), sha256(old), hashlib.new("sm3", old).hexdigest())]
    assert written.receipt is not None
    assert written.receipt.before == seen[0]
    assert written.receipt.document()["before"]["sm3"]  # type: ignore[index,call-overload]
    label_file(path, lambda _, before: (seen.append(before()), OTHER)[1], lambda _: "r")
    assert seen[1] == seen[0]  # as it was before labelling


@pytest.mark.parametrize("how", [False, True], ids=["beside", "in place"])
def test_content_that_could_not_be_hashed_again_is_not_bound_by_a_signature(folder: Path, how: bool) -> None:
    """A WebP that announces XMP and has none: without the label nobody can tell that it was announced."""
    path = placed(folder, "anim.webp")
    old = bytearray(path.read_bytes())
    old[20] |= 4
    path.write_bytes(old)
    choose = [lambda _, before: (before(), LABEL)[1], lambda *_: LABEL]
    assert code_of(lambda: label_file(path, choose[0], lambda _: pytest.fail("stated"), in_place=how)) == "LBL122"
    assert path.read_bytes() == old
    assert label_file(path, choose[1], lambda _: "r", in_place=how).is_changed
