"""Reading the law data: every fault, all at once, each with its file and line."""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest

from hegui.errors import FileFaults, InputError, NotFoundError
from hegui.law.book import law_book, read_book
from hegui.law.data_files import COMPILED, MAX_BYTES, DataFiles, law_folder
from hegui.law.validation import strangers, validate_book, validate_library
from tests.law.small_law import small_law

FAULTS = [
    ("instrument", "rank: departmental_rule", "rank: decree", "rules/instrument.yaml:7", "'decree' is none of law, "),
    ("instrument", "order: 1", "order: 1\ncolour: red", "rules/instrument.yaml:3", "colour — there is no such member"),
    ("instrument", "key: R", "key: R\nkey: R", "rules/instrument.yaml:2", "the key 'key' comes twice"),
    ("instrument", "2020-03-01", "2020-13-01", "rules/instrument.yaml:10", "'2020-13-01' is not a day of the calendar"),
    (
        "instrument",
        "2020-03-01",
        "2019-03-01",
        "rules/instrument.yaml:10",
        "2019-03-01 is before the publication, 2020-01-01",
    ),
    (
        "instrument",
        "2020-03-01}",
        "2020-03-01, until: 2020-03-01}",
        "rules/instrument.yaml:10",
        "is not after the effect",
    ),
    (
        "instrument",
        "2020-03-01}",
        "2020-03-01}\n  - {effective: 2021-01-01}",
        "rules/instrument.yaml:9",
        "begins before the one",
    ),
    ("instrument", "zh: 一号, en: No. 1", "en: No. 1", "rules/instrument.yaml:4", "zh is missing"),
    ("art01", "when: open_to_all AND", "when: open_to_al AND", "rules/art01.yaml:3", "there is no fact open_to_al"),
    ("art01", "persons >= 100", "persons", "rules/art01.yaml:3", "persons is a count; compare it with something"),
    ("art01", "persons >= 100", "persons >= 1.5", "rules/art01.yaml:3", "persons is counted in whole numbers"),
    ("art01", "open_to_all AND", "open_to_all == 1 AND", "rules/art01.yaml:3", "open_to_all is true or false"),
    ("art01", "harm == grave", "harm == awful", "rules/art01.yaml:3", "'awful' is no level of harm: slight, grave"),
    ("art01", "reading(U1, b)", "reading(U7, b)", "rules/art01.yaml:15", "there is no question U7"),
    (
        "art01",
        "open_to_all AND",
        "open_to_all AND AND",
        "rules/art01.yaml:8",
        "column 17: 'AND' stands where a fact is",
    ),
    ("art01", "id: R-1-2", "id: R-1-1", "rules/art01.yaml:15", "R-1-1 already stands at rules/art01.yaml:3"),
    ("art01", "id: R-1-2", "id: S-1-2", "rules/art01.yaml:15", "S-1-2 does not begin with R-1"),
    ("art01", "cites: R-1-2", "cites: R-9-9", "rules/art01.yaml:3", "there is no provision R-9-9"),
    ("art01", "over: [small]", "over: [tiny]", "rules/art01.yaml:9", "grave is over tiny, which is no other exception"),
    ("art01", "bearers: [provider]", "bearers: [baker]", "rules/art01.yaml:3", "there is no bearer baker"),
    ("art01", "duties: [M01]", "duties: [M31]", "rules/art01.yaml:12", "'M31' is none of M01 to M30"),
    ("art01", "bearers: [provider]", "bearers: provider", "rules/art01.yaml:7", "'provider' is not a list of texts"),
    ("all", "kind: count", "kind: tally", "facts/all.yaml:18", "'tally' is none of bool, count, number, level"),
    ("all", "      - {id: grave, zh: 重, en: grave}\n", "", "facts/all.yaml:28", "a level needs two steps or more"),
    (
        "all",
        "holds_if: persons < 10",
        "definition: is_small",
        "facts/all.yaml:12",
        "is_small → is_small: derived from itself",
    ),
    ("all", "order: 1", "order: first", "facts/all.yaml:2", "'first' is not a whole number from 1"),
    ("U1", "id: b", "id: c", "uncertainties/U1.yaml:4", "there are two, a and b"),
    ("U1", "[R-1-2]", "[R-1-3]", "uncertainties/U1.yaml", "there is no provision R-1-3"),
    ("U1", "when: open_to_all", "when: &x open_to_all", "uncertainties/U1.yaml", "anchors and aliases (& and *)"),
]


@pytest.mark.parametrize(("file", "old", "new", "place", "problem"), FAULTS)
def test_a_fault_names_file_line_and_reason(
    tmp_path: Path, file: str, old: str, new: str, place: str, problem: str
) -> None:
    files = small_law(tmp_path, **{file: (old, new)})
    with pytest.raises(FileFaults) as caught:
        read_book(files)
    assert caught.value.code == "LAW001"
    assert any(where.startswith(place) and problem in what for where, what in caught.value.faults), caught.value.faults


def test_all_faults_of_all_files_come_together(tmp_path: Path) -> None:
    files = small_law(tmp_path, instrument=("CN", "XX"), art01=("open_to_all", "unheard_of"), U1=("id: b", "id: z"))
    with pytest.raises(FileFaults) as caught:
        read_book(files)
    assert {place.split(":")[0] for place, _ in caught.value.faults} == {
        "rules/instrument.yaml",
        "rules/art01.yaml",
        "uncertainties/U1.yaml",
    }


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"key: [", b"- a\n- b\n", b"", b"[" * 9000, b"a: &a [*a]", b"? [x]\n: 1\n", b"[" * 200_000]
)
def test_a_hostile_file_is_a_fault_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    files = small_law(tmp_path)
    (tmp_path / "rules" / "art01.yaml").write_bytes(content)
    with pytest.raises(FileFaults, match="rules/art01.yaml"):
        read_book(files)


def test_an_empty_folder_is_no_law(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="LAW002"):
        read_book(DataFiles(tmp_path))


def test_what_is_no_file_is_passed_over_and_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    assert set(read_book(small_law(tmp_path)).provisions) == {"R-1-1", "R-1-2"}
    with (tmp_path / "vast.yaml").open("wb") as vast:
        vast.truncate(MAX_BYTES)
    with pytest.raises(InputError, match="LAW003"):
        read_book(DataFiles(tmp_path))


def test_a_copy_that_says_something_else_than_the_files_is_found_out(tmp_path: Path) -> None:
    files = small_law(tmp_path)
    (tmp_path / COMPILED).write_bytes(files.compile().replace(b"R-1-2", b"R-1-3"))
    assert not files.is_compiled


def test_the_copy_that_comes_with_hegui_was_made_from_its_files() -> None:
    files = DataFiles(law_folder())
    assert files.is_compiled, "run: hegui law validate --write"
    assert read_book(files, fresh=True) == law_book()


def test_a_stale_or_broken_copy_is_passed_over(tmp_path: Path) -> None:
    files = small_law(tmp_path)
    whole = files.compile()
    for copy in (
        b"",
        b"[]",
        b'{"digest": "0", "files": {}}',
        whole[:-20],
        orjson.dumps({"digest": files.digest}),
        orjson.dumps({"digest": files.digest, "files": []}),
    ):
        (tmp_path / COMPILED).write_bytes(copy)
        assert not files.is_compiled
        assert set(read_book(files).provisions) == {"R-1-1", "R-1-2"}
    (tmp_path / COMPILED).write_bytes(whole)
    assert files.is_compiled


def test_the_digest_is_that_of_sha256sum_lines(tmp_path: Path) -> None:
    from hashlib import sha256

    files = small_law(tmp_path)
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.yaml"))
    lines = "".join(f"{sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    assert files.digest == sha256(lines.encode()).hexdigest()
    changed = small_law(tmp_path / "other", U1=("zh: 例", "zh: 范例"))
    assert changed.digest != files.digest


def test_the_law_that_comes_with_hegui_is_proved() -> None:
    book = validate_book(DataFiles(law_folder()))
    assert len(book.provisions) >= 451
    assert len(book.instruments) >= 33
    assert len(book.facts) >= 142
    assert set(book.uncertainties) == {f"U{number}" for number in range(1, 15)}
    assert {duty for one in book.provisions.values() for duty in one.duties} == {f"M{n:02}" for n in range(1, 31)}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"art01": ("open_to_all AND persons >= 100", "never AND never")}, "R-1-1"),
        ({"art01": ("persons >= 100", "persons >= 100 AND persons < 100")}, "R-1-1"),
    ],
)
def test_what_can_never_apply_is_a_fault_unless_an_exception_imposes_it(
    tmp_path: Path, change: dict[str, tuple[str, str]], problem: str
) -> None:
    files = small_law(tmp_path, **change)
    assert validate_book(files).provisions[problem]
    without = small_law(tmp_path / "other", **change)
    art = tmp_path / "other" / "rules" / "art01.yaml"
    art.write_text("\n".join(line for line in art.read_text().splitlines() if "imposes" not in line) + "\n")
    with pytest.raises(FileFaults, match=f"{problem} can never apply"):
        validate_book(without)


def test_provisions_that_exclude_each_other_are_proved_apart(tmp_path: Path) -> None:
    apart = small_law(
        tmp_path, art01=("when: reading(U1, b) OR NOT open_to_all", "when: NOT open_to_all AND harm == slight")
    )
    art = tmp_path / "rules" / "art01.yaml"
    art.write_text(art.read_text().replace("kind: right", "kind: right\n    excludes: [R-1-1]"))
    assert validate_book(apart)
    art.write_text(art.read_text().replace("harm == slight", "harm == grave"))
    with pytest.raises(FileFaults, match=r"R-1-2 and R-1-1 exclude each other, yet both apply with .*harm grave"):
        validate_book(DataFiles(tmp_path))


def test_exceptions_that_say_opposite_things_need_an_order(tmp_path: Path) -> None:
    files = small_law(tmp_path, art01=(", over: [small]", ""))
    with pytest.raises(FileFaults, match=r"exceptions small \(R-1-2\) and grave \(R-1-1\) both hold with .*harm grave"):
        validate_book(files)


def test_an_unknown_id_is_said_to_be_unknown() -> None:
    with pytest.raises(NotFoundError, match="LAW010 IM-99-1"):
        law_book().provision("IM-99-1")


def test_everything_that_comes_with_hegui_is_proved_and_read_by_somebody() -> None:
    library = validate_library(DataFiles(law_folder()))
    assert library.times.deadlines
    assert library.penalties.sanctions
    assert library.comparisons.crosswalk


def test_a_file_that_nobody_reads_is_a_fault(tmp_path: Path) -> None:
    files = small_law(tmp_path)
    (tmp_path / "rules" / "notes.yaml").write_text("a: 1\n")
    (tmp_path / "facst").mkdir()
    (tmp_path / "facst" / "more.yaml").write_text("a: 1\n")
    assert list(strangers(files.contents)) == ["facst/more.yaml", "rules/notes.yaml"]
    with pytest.raises(FileFaults, match=r"facst/more\.yaml: no reader knows this file"):
        validate_library(DataFiles(tmp_path))
