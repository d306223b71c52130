"""CISO Assistant libraries: within the published format, complete for the day, and careful about what is equal to what."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, get_args

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hegui.errors import InputError
from hegui.law.book import law_book, shelf
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.entries import Faults
from hegui.law.exports.ciso_assistant import framework_library, library_text, mapping_library
from hegui.law.instruments import Jurisdiction
from hegui.law.words import Words
from tests.law.exports.cases import TODAY
from tests.law.exports.ciso_format import library_faults

JURISDICTIONS: tuple[Jurisdiction, ...] = get_args(Jurisdiction)
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
REMARK = Words("备注", "remark")
ROLES = {"provider": Words("提供者", "provider")}


@dataclass(frozen=True)
class There:
    words: Words
    provisions: tuple[str, ...] = ()
    confidence: str = "secondary"


@dataclass(frozen=True)
class Row:
    provision: str
    closeness: str
    counterparts: Mapping[str, There] = field(default_factory=dict)
    remark: Words = REMARK


ROWS = (
    Row("IM-12-1", "strong", {"EU": There(Words("第50条", "Art 50"), ("EU-50-2", "EU-50-4"))}),
    Row("IM-8-1", "weak", {"EU": There(Words("第10条", "Art 10"), ("EU-10-1",))}),
    Row(
        "IM-17-1",
        "different",
        {"EU": There(Words("第43条", "Art 43"), ("EU-6-1",)), "UK": There(Words("自愿", "voluntary"))},
    ),
    Row("ETH-9-1", "none"),
)


@cache
def library(jurisdiction: Jurisdiction = "CN", as_of: date = TODAY) -> dict[str, Any]:
    return framework_library(law_book(), jurisdiction, ROLES, as_of=as_of, version=1)


def nodes(jurisdiction: Jurisdiction = "CN", as_of: date = TODAY) -> dict[str, dict[str, Any]]:
    framework = library(jurisdiction, as_of)["objects"]["framework"]
    return {one["ref_id"]: one for one in framework.get("requirement_nodes", [])}


def mappings(rows: Any = ROWS) -> dict[str, Any]:
    return mapping_library(law_book(), rows, as_of=TODAY, version=1)


def mapping_sets(rows: Any = ROWS) -> dict[str, dict[str, Any]]:
    return {one["ref_id"]: one for one in mappings(rows)["objects"]["requirement_mapping_sets"]}


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_library_keeps_to_the_published_format(jurisdiction: Jurisdiction) -> None:
    assert list(library_faults(library(jurisdiction))) == []


@settings(max_examples=20)
@given(st.sampled_from(JURISDICTIONS), st.dates(date(1996, 1, 1), date(2030, 1, 1)))
@example("UK", date(1996, 1, 1))
def test_library_of_any_day_keeps_to_the_published_format(jurisdiction: Jurisdiction, as_of: date) -> None:
    assert list(library_faults(framework_library(law_book(), jurisdiction, ROLES, as_of=as_of, version=7))) == []


def test_mapping_library_keeps_to_the_published_format() -> None:
    assert list(library_faults(mappings())) == []


def test_the_judge_of_the_format_sees_faults() -> None:
    bad = deepcopy(library())
    bad["colour"] = "red"
    bad["version"] = "1"
    bad["objects"]["framework"]["requirement_nodes"][1]["depth"] = 3
    bad["objects"]["framework"]["requirement_nodes"][2]["implementation_groups"] = ["nobody"]
    found = list(library_faults(bad))
    assert "library: colour is not published" in found
    assert "version '1'" in found
    assert "group 'nobody' is not defined" in found
    assert any("has no parent just above it" in one for one in found)


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_text_reads_back_as_the_same_library_without_anchors(jurisdiction: Jurisdiction) -> None:
    text = library_text(library(jurisdiction))
    assert yaml.load(text, Loader=LOADER) == library(jurisdiction)
    assert not any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=LOADER))


def test_the_tree_is_instrument_article_provision() -> None:
    found = nodes()
    provision, article, instrument = found["IM-17-1"], found["IM.17"], found["IM"]
    assert [one["depth"] for one in (instrument, article, provision)] == [1, 2, 3]
    assert provision["parent_urn"] == article["urn"]
    assert article["parent_urn"] == instrument["urn"]
    assert (article["name"], article["translations"]["en"]["name"]) == ("第17条", "Article 17")


def test_an_article_and_a_provision_never_share_a_name() -> None:
    found = nodes()
    assert found["CRL-286-1"]["parent_urn"] == found["CRL.286"]["urn"]
    assert found["CRL-286-1-1"]["parent_urn"] == found["CRL.286-1"]["urn"]
    assert found["CRL-286-1"]["urn"] != found["CRL.286-1"]["urn"]


def test_requirement_carries_the_duty_in_both_languages() -> None:
    one, provision = nodes()["IM-17-1"], law_book().provision("IM-17-1")
    assert (one["name"], one["description"]) == (provision.title.zh, provision.act.zh)
    english = one["translations"]["en"]
    assert (english["name"], english["description"]) == (provision.title.en, provision.act.en)
    assert provision.evidence is not None
    assert (one["typical_evidence"], english["typical_evidence"]) == (provision.evidence.zh, provision.evidence.en)
    assert "施行日期：2023-08-15" in one["annotation"]
    assert "uses_generative_ai AND serves_public_in_PRC" in one["annotation"]
    assert "Confidence: read in the legal text" in english["annotation"]
    assert one["implementation_groups"] == ["role-provider", "state-document"]
    assert one["importance"] == "mandatory"


def test_every_text_has_its_english_beside_it() -> None:
    for one in nodes().values():
        texts = {"name", "description", "annotation", "typical_evidence"} & set(one)
        assert texts == set(one.get("translations", {}).get("en", {}))


def test_what_somebody_has_to_do_is_assessed_and_nothing_else() -> None:
    found, book = nodes(), law_book()
    assessed = {name for name, one in found.items() if one["assessable"]}
    assert assessed == {name for name in found if name in book.provisions and book.provisions[name].is_obligation}


def test_a_recommended_standard_recommends() -> None:
    found = [one for name, one in nodes().items() if name.startswith("GB45654-") and one["assessable"]]
    assert {one["importance"] for one in found} == {"recommended"}


def test_drafts_and_what_has_ended_are_left_out() -> None:
    found, book = nodes(), law_book()
    assert not [name for name in found if name.split("-")[0] in ("D23", "DVH")]
    ended = [
        one.id for one in book.provisions.values() if all(v.span.until and v.span.until <= TODAY for v in one.versions)
    ]
    assert not set(ended) & set(found)


@pytest.mark.parametrize(
    ("as_of", "groups"),
    [
        (date(2026, 4, 9), None),
        (date(2026, 4, 10), True),
        (date(2026, 7, 14), True),
        (date(2026, 7, 15), False),
    ],
)
def test_published_and_not_yet_in_force_is_upcoming(as_of: date, groups: bool | None) -> None:
    one = nodes(as_of=as_of).get("AIM-8-1")
    assert (None if one is None else "upcoming" in one["implementation_groups"]) == groups


def test_a_role_without_a_name_is_called_by_its_id() -> None:
    defined = {one["ref_id"]: one for one in library()["objects"]["framework"]["implementation_groups_definition"]}
    assert (defined["role-provider"]["name"], defined["role-controller"]["name"]) == ("提供者", "controller")


def test_libraries_name_the_law_by_its_digest() -> None:
    for one in (library(), mappings()):
        assert law_book().digest in one["description"]
        assert law_book().digest in one["translations"]["en"]["description"]
        assert one["publication_date"] == TODAY.isoformat()


@pytest.mark.parametrize("version", [0, -1])
def test_versions_count_from_one(version: int) -> None:
    with pytest.raises(InputError) as caught:
        framework_library(law_book(), "CN", ROLES, as_of=TODAY, version=version)
    assert caught.value.code == "LAW090"


def test_closeness_never_becomes_more_than_an_intersection() -> None:
    found = {
        (one["source_requirement_urn"].rsplit(":", 1)[1], one["target_requirement_urn"].rsplit(":", 1)[1]): (
            one["relationship"],
            one.get("strength_of_relationship"),
        )
        for one in mapping_sets()["cn-genai-to-eu-ai"]["requirement_mappings"]
    }
    assert found == {
        ("im-12-1", "eu-50-2"): ("intersect", 8),
        ("im-12-1", "eu-50-4"): ("intersect", 8),
        ("im-8-1", "eu-10-1"): ("intersect", 2),
        ("im-17-1", "eu-6-1"): ("not_related", None),
    }


def test_every_set_has_its_reverse() -> None:
    found = mapping_sets()
    forward, back = found["cn-genai-to-eu-ai"], found["cn-genai-to-eu-ai-revert"]
    assert (back["source_framework_urn"], back["target_framework_urn"]) == (
        forward["target_framework_urn"],
        forward["source_framework_urn"],
    )

    def pairs(one: dict[str, Any], first: str, second: str) -> list[tuple[str, str]]:
        return [(mapping[first], mapping[second]) for mapping in one["requirement_mappings"]]

    urns = ("source_requirement_urn", "target_requirement_urn")
    assert pairs(forward, *urns) == pairs(back, *reversed(urns))


def test_set_names_the_duties_without_a_counterpart() -> None:
    about = mapping_sets()["cn-genai-to-eu-ai"]["description"]
    assert "没有对应规定：ETH-9-1。" in about
    assert "No counterpart: ETH-9-1." in about
    assert "cn-genai-to-uk-ai" not in mapping_sets()


def test_mappings_point_to_requirements_of_the_libraries_they_depend_on() -> None:
    known = {one["urn"] for where in JURISDICTIONS for one in nodes(where).values()}
    for one in mapping_sets().values():
        for mapping in one["requirement_mappings"]:
            assert {mapping["source_requirement_urn"], mapping["target_requirement_urn"]} <= known
    assert mappings()["dependencies"] == [library(where)["urn"] for where in JURISDICTIONS]


def test_what_the_library_of_the_day_does_not_hold_is_not_mapped() -> None:
    early = mapping_library(law_book(), ROWS, as_of=date(2023, 8, 1), version=1)
    assert early["objects"]["requirement_mapping_sets"] == []


def test_the_crosswalk_of_the_law_data_becomes_mappings() -> None:
    rows_of = pytest.importorskip("hegui.law.crosswalk_rows", reason="this law holds no crosswalk").read_crosswalk_row
    faults = Faults()
    entries = dict(DataFiles(law_folder()).entries(faults))
    rows = [rows_of(entry) for entry in shelf(entries, "crosswalk/")]
    assert rows
    assert list(library_faults(mappings(tuple(rows)))) == []
    targets = {name for row in rows for one in row.counterparts.values() for name in one.provisions}
    written = {
        mapping["target_requirement_urn"].rsplit(":", 1)[1]
        for one in mapping_sets(tuple(rows)).values()
        if not one["ref_id"].endswith("-revert")
        for mapping in one["requirement_mappings"]
    }
    assert written == {name.lower() for name in targets}
