"""The shipped comparisons load without fault, and faulty ones name file and line, all at once."""

from __future__ import annotations

import pytest

from hegui.errors import FileFaults
from hegui.law.comparisons import FOLDERS, check_comparisons, comparisons, comparisons_of, read_comparisons
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.entries import Faults
from tests.law.comparing import BOOK, entries


def test_the_shipped_files_are_without_fault() -> None:
    found = comparisons_of(DataFiles(law_folder()), BOOK, fresh=True)
    assert len(found.drafts["D23"].rows) == 32
    assert len(found.crosswalk) == 35
    assert len(found.developments) == 18
    assert (len(found.roles.roles), len(found.roles.duties), len(found.roles.clauses)) == (9, 44, 25)
    assert all(len(duty.cells) == 9 for duty in found.roles.duties)


def test_every_file_is_named_after_what_it_holds() -> None:
    found = comparisons()
    names = [*(f"crosswalk/{one.provision}.yaml" for one in found.crosswalk)]
    names += [f"developments/{one.id}.yaml" for one in found.developments]
    names += [f"draft_comparison/{one.draft}-{one.final}.yaml" for one in found.drafts.values()]
    names += [f"roles/role/{one}.yaml" for one in found.roles.roles]
    names += [f"roles/duty/{one.provisions[0]}.yaml" for one in found.roles.duties]
    names += [f"roles/clause/{one.id}.yaml" for one in found.roles.clauses]
    shipped = {name for name in DataFiles(law_folder()).contents if name.startswith(FOLDERS)}
    assert shipped == {*names, "roles/differences.yaml"}


def test_kinds_of_draft_rows_are_as_often_as_the_sources_count_them() -> None:
    kinds = [row.kind for row in comparisons().drafts["D23"].rows]
    counted = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    assert counted == {
        "renamed": 1, "widened": 4, "grown": 1, "changed": 2, "narrowed": 3, "split": 3, "softened": 6, "recast": 3,
        "deleted": 1, "merged": 1, "trimmed": 1, "same": 1, "filled": 1, "new": 4,
    }  # fmt: skip


def test_every_obligation_of_the_final_measures_has_a_row() -> None:
    compared = {name for row in comparisons().drafts["D23"].rows for name in row.final_provisions}
    own = {one.id for one in BOOK.provisions.values() if one.instrument == "IM"}
    assert own - compared == set()


def test_every_clause_of_the_draft_has_a_row() -> None:
    compared = {name for row in comparisons().drafts["D23"].rows for name in row.draft_provisions}
    assert {one.id for one in BOOK.provisions.values() if one.instrument == "D23"} == compared


FAULTY = {
    "crosswalk/IM-99-1.yaml": """\
provision: IM-99-1
duty: {zh: 甲, en: a}
counterparts:
  EU: {words: {zh: 甲, en: a}, provisions: [US-CA1-1], confidence: secondary}
  FR: {words: {zh: 甲, en: a}, confidence: secondary}
closeness: near
remark: {zh: 甲, en: a}
""",
    "developments/x.yaml": """\
id: x
kind: draft
dates:
  - {of: published, on: 2026-13}
what: {zh: 甲, en: a}
note: {zh: 甲, en: a}
instruments: [NOPE]
confidence: secondary
verification: {zh: 甲, en: a}
""",
    "roles/duty/IM-4-1.yaml": """\
order: 1
provisions: [IM-4-1]
duty: {zh: 甲, en: a}
cells:
  ghost: {value: Y}
  user: {value: U}
""",
    "roles/role/user.yaml": """\
id: user
order: 1
name: {zh: 甲, en: a}
when: registered_users >= 5 AND nobody
bearers: [nobody]
sample: {words: {zh: 甲, en: a}, holds: [nothing]}
""",
    "roles/strange.yaml": "a: 1\n",
    "draft_comparison/D23-IM.yaml": """\
draft: D23
final: IM
draft_as_of: 2023-05-01
final_as_of: 2023-8-15
rows:
  - {draft: D23-1, final: null, kind: same, direction: same, change: {zh: 甲, en: a}, decides: [IM-1-1], confidence: verified}
""",
}


def test_all_faults_of_all_files_come_together_with_their_places() -> None:
    files, faults = entries(FAULTY)
    check_comparisons(read_comparisons(files), BOOK, faults)
    found = [f"{place}: {problem}" for place, problem in faults.found]
    for said in (
        "crosswalk/IM-99-1.yaml:6: closeness — 'near' is none of",
        "crosswalk/IM-99-1.yaml:3: counterparts — FR is none of EU, UK, US",
        "crosswalk/IM-99-1.yaml:1: there is no provision IM-99-1",
        "crosswalk/IM-99-1.yaml:1: there is no EU provision US-CA1-1",
        "developments/x.yaml:4: on — '2026-13' is no day, month or period",
        "developments/x.yaml:1: there is no instrument NOPE",
        "roles/duty/IM-4-1.yaml:6: an unclear cell names its question",
        "roles/duty/IM-4-1.yaml:1: there is no role ghost",
        "roles/role/user.yaml:1: there is no fact nobody",
        "roles/role/user.yaml:1: registered_users is compared",
        "roles/role/user.yaml:1: there is no bearer nobody",
        "roles/role/user.yaml:1: there is no fact nothing",
        "roles/strange.yaml:1: no file of the law is expected here",
        "draft_comparison/D23-IM.yaml:4: final_as_of — '2023-8-15' is not a day",
        "draft_comparison/D23-IM.yaml:6: kind — same does not go with draft D23-1 and final None",
        "draft_comparison/D23-IM.yaml:6: draft_when — is missing, and there are no draft_provisions either",
        "draft_comparison/D23-IM.yaml:6: decides — IM-1-1 is none of final_provisions",
    ):
        assert any(said.replace("uncertainty — ", "") in one.replace("uncertainty — ", "") for one in found), (
            said,
            found,
        )


def test_a_file_that_is_not_named_after_what_it_holds_is_a_fault() -> None:
    files, faults = entries({"crosswalk/IM-4-2.yaml": FAULTY["crosswalk/IM-99-1.yaml"]})
    read_comparisons(files)
    assert ("crosswalk/IM-4-2.yaml:1", "the file is not named after what it holds, IM-99-1") in faults.found


def test_faults_of_a_folder_are_raised_with_its_name(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "roles").mkdir()
    (tmp_path / "roles" / "strange.yaml").write_text("a: 1\n")
    with pytest.raises(FileFaults) as raised:
        comparisons_of(DataFiles(tmp_path), BOOK)
    assert raised.value.code == "LAW001"
    assert raised.value.faults == (("roles/strange.yaml:1", "no file of the law is expected here"),)


def test_no_files_at_all_are_no_fault() -> None:
    faults = Faults()
    check_comparisons(read_comparisons({}), BOOK, faults)
    assert faults.found == []
