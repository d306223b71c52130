"""Zip archives are walked within bounds, and edited without touching a member that is not named."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.kernel import zip_members
from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import apply
from hegui.kernel.zip_editing import edited
from hegui.kernel.zip_members import Archive, Member, archive, content, extent

TEXT = b"<a>" + b"word " * 500 + b"</a>"


class Unseekable(io.RawIOBase):
    """A file that only goes forward, so that zipfile writes data descriptors."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        self.data += bytes(piece)  # type: ignore[call-overload]
        return len(piece)  # type: ignore[arg-type]


def zipped(members: Mapping[str, bytes], *, streamed: bool = False, comment: bytes = b"") -> bytes:
    out = Unseekable() if streamed else io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:  # type: ignore[call-overload]
        for at, (name, body) in enumerate(members.items()):
            info = zipfile.ZipInfo(name, (2026, 1, 2 + at % 20, 3, 4, 6))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o640 << 16
            made.writestr(info, body)
        made.comment = comment
    return bytes(out.data) if isinstance(out, Unseekable) else out.getvalue()


MEMBERS = {"mimetype": b"application/x", "a.xml": TEXT, "b/c.bin": bytes(range(256)), "d.xml": b"<d/>"}


def edit(data: bytes, changes: Mapping[str, bytes | None], *, stores: bool = False) -> bytes:
    source = Source.of(data)
    return apply(data, edited(source, archive(source), changes, stores=stores))


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def packed(data: bytes) -> dict[str, tuple[bytes, bytes]]:
    """The bytes of every member from its local header on, and its entry in the directory without the offset."""
    source = Source.of(data)
    found = archive(source)
    return {one.name: (data[slice(*extent(source, one))], entry_of(found, one)) for one in found.members}


def entry_of(found: Archive, one: Member) -> bytes:
    end = one.entry + 46 + sum(struct.unpack_from("<3H", found.directory, one.entry + 28))
    return found.directory[one.entry : one.entry + 42] + found.directory[one.entry + 46 : end]


def from_the_front(data: bytes) -> Iterator[str]:
    """The names a reader sees that never looks at the directory."""
    source = Source.of(data)
    for member in archive(source).members:
        assert data[member.offset : member.offset + 4] == b"PK\x03\x04"
    at = 0
    while data[at : at + 4] == b"PK\x03\x04":
        size, name, extra = struct.unpack_from("<I4x2H", data, at + 18)
        yield data[at + 30 : at + 30 + name].decode()
        at += 30 + name + extra + size


@pytest.mark.parametrize("streamed", [False, True], ids=["with sizes in front", "with data descriptors"])
def test_members_are_what_zipfile_says(streamed: bool) -> None:
    data = zipped(MEMBERS, streamed=streamed, comment=b"a comment")
    source = Source.of(data)
    found = archive(source)
    assert {one.name: content(source, one) for one in found.members} == MEMBERS
    assert list(found.oddities()) == []
    assert (found.comment, found.end) == (b"a comment", len(data))
    extents = [extent(source, one) for one in found.members]
    assert [begin for begin, _ in extents] == [0, *(end for _, end in extents[:-1])]
    assert extents[-1][1] == found.start


@pytest.mark.parametrize("streamed", [False, True], ids=["with sizes in front", "with data descriptors"])
def test_an_edit_leaves_every_other_member_as_it_lies(streamed: bool) -> None:
    data = zipped(MEMBERS, streamed=streamed, comment=b"a comment")
    changed = edit(data, {"a.xml": b"<a/>", "new/e.xml": TEXT})
    assert contents(changed) == MEMBERS | {"a.xml": b"<a/>", "new/e.xml": TEXT}
    before, after = packed(data), packed(changed)
    assert list(after) == [*before, "new/e.xml"]
    assert {name: after[name] for name in ("mimetype", "b/c.bin", "d.xml")} == {
        name: before[name] for name in ("mimetype", "b/c.bin", "d.xml")
    }
    if not streamed:
        assert list(from_the_front(changed)) == list(after)
    with zipfile.ZipFile(io.BytesIO(changed)) as opened:
        info = opened.getinfo("a.xml")
        assert (info.date_time, info.external_attr, opened.comment) == (
            (2026, 1, 3, 3, 4, 6),
            0o640 << 16,
            b"a comment",
        )


def test_a_member_that_is_taken_out_leaves_nothing_behind() -> None:
    data = zipped(MEMBERS)
    added = edit(data, {"new/e.xml": TEXT})
    assert edit(added, {"new/e.xml": None}) == data
    assert b"b/c.bin" not in edit(data, {"b/c.bin": None})


def test_stored_members_are_the_same_whatever_they_were_packed_with() -> None:
    once, twice = edit(zipped(MEMBERS), {"a.xml": TEXT}, stores=True), zipped(MEMBERS)
    for body in (b"<x/>", TEXT * 3, TEXT):
        twice = edit(twice, {"a.xml": body})
    assert edit(twice, {"a.xml": TEXT}, stores=True) == once


def test_unzip_has_no_complaint(tmp_path: Path) -> None:
    if which("unzip") is None:
        pytest.skip("unzip is not installed; tools/system-programs.sh installs it")
    path = tmp_path / "x.zip"
    path.write_bytes(edit(zipped(MEMBERS, streamed=True), {"a.xml": b"<a/>", "new.xml": TEXT, "d.xml": None}))
    done = subprocess.run(["unzip", "-tq", path], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_zip64_stays_zip64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 60)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    data = zipped(MEMBERS, comment=b"big")
    monkeypatch.undo()
    assert archive(Source.of(data)).is_zip64
    changed = edit(data, {"mimetype": b"application/longer", "e.xml": TEXT})
    assert archive(Source.of(changed)).is_zip64
    assert contents(changed) == MEMBERS | {"mimetype": b"application/longer", "e.xml": TEXT}
    assert edit(edit(data, {"e.xml": TEXT}), {"e.xml": None}) == data


def test_an_offset_that_outgrows_its_field_gets_a_zip64_field() -> None:
    from hegui.kernel.zip_editing import _placed  # no test writes four gibibytes

    data = zipped(MEMBERS)
    found = archive(Source.of(data))
    entry = found.directory[: found.members[1].entry]
    moved = _placed(entry, 5 << 32)
    (one,) = zip_members._members(moved, 1, 6 << 32)
    assert (one.offset, one.size, one.packed) == (5 << 32, found.members[0].size, found.members[0].packed)
    (same,) = zip_members._members(_placed(moved, 4 << 32), 1, 6 << 32)
    assert same.offset == 4 << 32


@pytest.mark.parametrize(
    ("names", "odd"),
    [
        (("../a",), ("leaves the archive", "../a")),
        (("/a",), ("leaves the archive", "/a")),
        (("a\\..\\..\\b",), ("leaves the archive", "a\\..\\..\\b")),
        (("C:/a",), ("leaves the archive", "C:/a")),
        (("a", "A"), ("twice", "A")),
    ],
)
def test_tricks_with_names_are_reported(names: tuple[str, ...], odd: tuple[str, str]) -> None:
    assert list(archive(Source.of(zipped(dict.fromkeys(names, b"x")))).oddities()) == [odd]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_not_edited() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a", b"1")
        made.writestr("a", b"2")
    with pytest.raises(MalformedError, match="twice"):
        edit(out.getvalue(), {"a": b"3"})
    assert len(archive(Source.of(out.getvalue())).named("A")) == 2


def bomb(size: int) -> bytes:
    return zipped({"bomb.xml": bytes(size), "a.xml": b"<a/>"})


def test_a_member_that_unpacks_out_of_proportion_is_refused() -> None:
    source = Source.of(bomb(4 << 20))
    found = archive(source)
    with pytest.raises(TooMuchError):
        content(source, found.members[0])
    assert content(source, found.members[1]) == b"<a/>"


def test_a_size_that_lies_is_found_out() -> None:
    data = bomb(4 << 20)
    lying = data.replace(struct.pack("<I", 4 << 20), struct.pack("<I", 100))
    source = Source.of(lying)
    with pytest.raises(MalformedError):
        content(source, archive(source).members[0])


def test_members_that_overlap_are_not_edited() -> None:
    """The trick of the great bombs: many entries of the directory share one packed kernel."""
    data = zipped({"a": TEXT, "b": TEXT})
    found = archive(Source.of(data))
    second = found.members[1].entry
    offset = data.index(found.directory) + second + 42
    shared = data[:offset] + bytes(4) + data[offset + 4 :]
    source = Source.of(shared)
    with pytest.raises(MalformedError):
        edited(source, archive(source), {"a": b""})


def test_a_directory_of_a_million_is_not_walked() -> None:
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 300_000
    start = 100
    end = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1_000_000, 1_000_000, len(directory), start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(directory), 1)
    data = (
        bytes(start) + directory + end + locator + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, 0, 0, 0)
    )
    with pytest.raises(TooMuchError):
        archive(Source.of(data))


def test_an_end_record_in_the_comment_does_not_count() -> None:
    inner = zipped({"evil": b"x"})
    data = zipped(MEMBERS, comment=inner[-22:] + b"more")
    assert [one.name for one in archive(Source.of(data)).members] == list(MEMBERS)


def test_bytes_behind_the_archive_stay_there() -> None:
    data = zipped(MEMBERS) + b"trailing"
    assert edit(data, {"a.xml": b"<a/>"}).endswith(b"trailing")


DATA = zipped(MEMBERS, streamed=True, comment=b"c")


def survives(data: bytes) -> None:
    source = Source.of(data, budget=1 << 20)
    try:
        found = archive(source)
        list(found.oddities())
        for member in found.members:
            content(source, member)
        edited(source, found, {"a.xml": b"", "e": b"x", "d.xml": None})
    except MalformedError:
        pass


def test_every_cut_gives_an_answer() -> None:
    for size in range(len(DATA)):
        survives(DATA[:size])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(DATA) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_give_an_answer(flips: list[tuple[int, int]]) -> None:
    data = bytearray(DATA)
    for at, value in flips:
        data[at] = value
    survives(bytes(data))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text("abc/ä.", min_size=1, max_size=6), st.binary(max_size=200), min_size=1, max_size=6),
    st.dictionaries(st.text("abc/x.", min_size=1, max_size=6), st.none() | st.binary(max_size=80), max_size=4),
    st.booleans(),
)
def test_an_edit_is_what_zipfile_then_reads(
    members: dict[str, bytes], changes: dict[str, bytes | None], streamed: bool
) -> None:
    members = {name: body for name, body in members.items() if not name.endswith("/")}
    changes = {name: body for name, body in changes.items() if not name.endswith("/")}
    changed = edit(zipped(members, streamed=streamed), changes)
    assert contents(changed) == {name: body for name, body in (members | changes).items() if body is not None}
    assert zlib.crc32(changed) == zlib.crc32(edit(zipped(members, streamed=streamed), changes))
