"""OSCAL documents: complete, the same for the same input, and honest about what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from hegui.law.assessment import assess
from hegui.law.book import law_book
from hegui.law.exports.oscal import oscal_catalog, oscal_profile, oscal_results, oscal_text
from hegui.law.expression import parse
from hegui.law.profile import AdoptedReading, Profile, Stated
from tests.law.exports.cases import AT, BEFORE_ALL, LATER, TODAY, assessment

CATALOG = "catalog.json"


@cache
def _catalog(lang: str) -> dict[str, Any]:
    return oscal_catalog(law_book(), lang, at=AT)["catalog"]  # type: ignore[arg-type]


def _controls(catalog: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {control["id"]: control for group in catalog["groups"] for control in group["controls"]}


def _values(holder: dict[str, Any], name: str) -> list[str]:
    return [one["value"] for one in holder.get("props", []) if one["name"] == name]


def _parts(control: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in control["parts"]}


def _observations(*args: Any, **kwargs: Any) -> dict[str, dict[str, Any]]:
    found = oscal_results(assessment(*args, **kwargs), "en", at=AT, catalog=CATALOG)["assessment-results"]["results"]
    return {_values(one, "control-id")[0]: one for one in found[0]["observations"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_provision_is_a_control_of_its_instrument(lang: str) -> None:
    book, catalog = law_book(), _catalog(lang)
    placed = {control["id"]: group["id"] for group in catalog["groups"] for control in group["controls"]}
    assert placed == {one.id: one.instrument for one in book.provisions.values()}


def test_control_carries_what_the_law_data_says() -> None:
    provision, control = law_book().provision("IM-17-1"), _controls(_catalog("en"))["IM-17-1"]
    assert control["title"] == "Security assessment"
    assert [(one["class"], one["value"]) for one in control["props"] if one["name"] == "title"] == [
        ("zh-CN", "安全评估")
    ]
    assert _values(control, "rank") == ["departmental_rule"]
    assert _values(control, "state") == ["document"]
    assert _values(control, "confidence") == ["verified"]
    assert _values(control, "published") == ["2023-07-13"]
    assert _values(control, "effective") == ["2023-08-15"]
    assert _values(control, "bearer") == ["provider"]
    assert _values(control, "duty") == ["M03", "M26"]
    assert parse(_values(control, "condition")[0]) == provision.when
    assert control["params"][0]["values"] == ["before launch (SA 7; filing practice)"]
    assert _values(_parts(control)["exception"], "effect") == ["varies"]


def test_versions_keep_their_dates_apart() -> None:
    found = [one for one in law_book().provisions.values() if len(one.versions) > 1]
    assert found
    control = _controls(_catalog("zh"))[found[0].id]
    groups = {one["group"] for one in control["props"] if one["name"] == "effective"}
    assert groups == {"v1", "v2"}
    assert [one["group"] for one in control["props"] if one["name"] == "until"] == ["v1"]


@pytest.mark.parametrize(("lang", "first", "second"), [("zh", "zh", "en"), ("en", "en", "zh")])
def test_both_languages_are_there_and_the_second_is_marked(lang: str, first: str, second: str) -> None:
    controls = _controls(_catalog(lang))
    for provision in law_book().provisions.values():
        statement = _parts(controls[provision.id])["statement"]
        assert statement["prose"] == provision.act.text(first)
        translation = statement["parts"][0]
        assert translation["prose"] == provision.act.text(second)
        assert _values(translation, "language") == [{"zh": "zh-CN", "en": "en"}[second]]


def test_quoted_law_stays_chinese_in_both_languages() -> None:
    quoting = replace(law_book().provision("IM-17-1"), quoted_zh="（原文）")
    book = replace(law_book(), provisions={"IM-17-1": quoting})
    for lang in ("zh", "en"):
        catalog = oscal_catalog(book, lang, at=AT)["catalog"]
        part = _parts(_controls(catalog)["IM-17-1"])["quotation"]
        assert (part["prose"], _values(part, "language")) == ("（原文）", ["zh-CN"])


def test_control_names_the_questions_of_law_that_bear_on_it() -> None:
    catalog = _catalog("en")
    resources = {one["uuid"]: one for one in catalog["back-matter"]["resources"]}
    assert len(resources) == len(law_book().uncertainties)
    links = [one for one in _controls(catalog)["IM-17-1"]["links"] if one["rel"] == "reference"]
    assert [resources[one["href"][1:]]["title"].split()[0] for one in links] == [one["text"] for one in links] == ["U2"]


@pytest.mark.parametrize(("lang", "first", "second"), [("zh", "zh", "en"), ("en", "en", "zh")])
def test_a_question_of_law_is_set_out_with_both_readings_in_both_languages(lang: str, first: str, second: str) -> None:
    found = {_values(one, "question")[0]: one for one in _catalog(lang)["back-matter"]["resources"]}
    for question in law_book().uncertainties.values():
        for text, language in ((found[question.id]["description"], first), (found[question.id]["remarks"], second)):
            assert all(one.words.text(language) in text for one in question.readings)
            assert question.practice.text(language) in text


def test_instrument_carries_its_issuers_number_and_dates() -> None:
    group = next(one for one in _catalog("en")["groups"] if one["id"] == "CSL")
    assert _values(group, "rank") == ["law"]
    assert _values(group, "effective") == ["2017-06-01", "2026-01-01"]
    assert _values(group, "until") == ["2026-01-01"]
    assert {one.zh for one in law_book().instruments["CSL"].issuers} <= set(_values(group, "issuer"))


def test_identifiers_are_unique_within_a_document() -> None:
    for document in (_catalog("zh"), oscal_results(assessment(), "zh", at=AT, catalog=CATALOG)):
        ids = list(_all_of(document, "id"))
        uuids = list(_all_of(document, "uuid"))
        assert len(ids) == len(set(ids))
        assert len(uuids) == len(set(uuids))


def test_no_member_is_empty() -> None:
    for document in (
        _catalog("zh"),
        oscal_profile(assessment(), "zh", at=AT, catalog=CATALOG),
        oscal_results(assessment(), "en", at=AT, catalog=CATALOG),
    ):
        assert list(_empty(document)) == []


def test_same_input_gives_the_same_text_and_the_instant_changes_one_member() -> None:
    first, again = (oscal_text(oscal_catalog(law_book(), "zh", at=AT)) for _ in range(2))
    later = oscal_text(oscal_catalog(law_book(), "zh", at=LATER))
    assert first == again
    assert [(a, b) for a, b in zip(first.splitlines(), later.splitlines(), strict=True) if a != b] == [
        ('      "last-modified": "2026-11-26T09:30:00+00:00",', '      "last-modified": "2026-11-29T09:30:00+00:00",')
    ]


def test_documents_name_the_law_by_its_digest() -> None:
    results = oscal_results(assessment(), "zh", at=AT, catalog=CATALOG)["assessment-results"]
    for metadata in (_catalog("en")["metadata"], results["metadata"]):
        assert metadata["version"] == law_book().digest
        assert _values(metadata, "law-digest") == [law_book().digest]


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        oscal_catalog(law_book(), "zh", at=datetime(2026, 11, 26))


def test_profile_selects_what_applies_and_what_is_unclear_and_tells_them_apart() -> None:
    answers = assessment()
    document = oscal_profile(answers, "en", at=AT, catalog=CATALOG)["profile"]
    chosen = document["imports"][0]["include-controls"][0]["with-ids"]
    assert chosen == [name for name, one in answers.answers.items() if one.outcome in ("applies", "unclear")]
    marked = {one["control-id"]: _values(one["adds"][0], "applicability")[0] for one in document["modify"]["alters"]}
    assert marked == {name: answers.answers[name].outcome for name in chosen}
    assert set(marked.values()) == {"applies", "unclear"}


def test_profile_of_a_day_before_all_law_selects_nothing() -> None:
    document = oscal_profile(assessment(as_of=BEFORE_ALL), "zh", at=AT, catalog=CATALOG)["profile"]
    everything = [{"with-ids": list(law_book().provisions)}]
    assert document["imports"] == [{"href": CATALOG, "include-all": {}, "exclude-controls": everything}]
    assert "modify" not in document


def test_there_is_one_observation_for_every_provision_with_its_outcome() -> None:
    found = _observations()
    assert {name: _values(one, "applicability")[0] for name, one in found.items()} == {
        name: one.outcome for name, one in assessment().answers.items()
    }


def test_results_hold_no_finding_that_something_is_satisfied() -> None:
    document = oscal_results(assessment(), "en", at=AT, catalog=CATALOG)
    assert "findings" not in document["assessment-results"]["results"][0]
    assert '"satisfied"' not in oscal_text(document)


def test_unclear_observation_names_what_is_missing_and_what_is_left() -> None:
    answers, found = assessment(), _observations()
    assert answers.open
    for answer in answers.open:
        one = found[answer.provision.id]
        assert tuple(_values(one, "missing-fact")) == answer.missing
        assert tuple(_values(one, "question-of-law")) == answer.unclear
        assert parse(_values(one, "residual")[0]) == answer.residual


def test_settled_observation_names_the_facts_it_rests_on() -> None:
    found = _observations()["IM-4-1"]
    used = {one["class"]: one["value"] for one in found["props"] if one["name"] == "fact"}
    assert used["uses_generative_ai"] == "true"
    assert used["accessible_from_PRC"] == "true"  # by way of the derivation of serves_public_in_PRC
    assert "missing-fact" not in {one["name"] for one in found["props"]}


def test_a_fact_that_was_stated_stands_for_itself_and_not_for_what_it_would_be_derived_from() -> None:
    stated = {"serves_public_in_PRC": Stated(True), "uses_generative_ai": Stated(True), "rd_only": Stated(False)}
    found = oscal_results(assess(law_book(), Profile("", stated), as_of=TODAY), "en", at=AT, catalog=CATALOG)
    observations = found["assessment-results"]["results"][0]["observations"]
    one = next(o for o in observations if _values(o, "control-id") == ["IM-4-1"])
    used = {prop["class"] for prop in one["props"] if prop["name"] == "fact"}
    assert {"serves_public_in_PRC", "uses_generative_ai"} <= used
    assert "rd_only" not in used


@pytest.mark.parametrize(
    ("as_of", "draft", "standing", "outcome"),
    [
        (date(2023, 8, 14), False, "not_yet", "not_in_force"),
        (date(2023, 8, 15), False, "in_force", "applies"),
    ],
)
def test_the_day_before_and_the_day_of_effect(as_of: date, draft: bool, standing: str, outcome: str) -> None:
    one = _observations(as_of=as_of, draft=draft)["IM-4-1"]
    assert (_values(one, "standing"), _values(one, "applicability")) == ([standing], [outcome])
    assert _values(one, "turn") == ["2023-08-15"]


def test_draft_is_not_in_force_unless_the_draft_view_is_asked_for() -> None:
    on = date(2023, 5, 1)
    draft = [one.id for one in law_book().provisions.values() if one.instrument == "D23"]
    plain, view = _observations(as_of=on), _observations(as_of=on, draft=True)
    assert {_values(plain[name], "applicability")[0] for name in draft} == {"not_in_force"}
    assert "applies" in {_values(view[name], "applicability")[0] for name in draft}


def test_stated_facts_come_with_source_and_day_and_without_the_place_of_the_file() -> None:
    document = oscal_results(assessment(), "zh", at=AT, catalog=CATALOG)["assessment-results"]
    service = document["results"][0]["local-definitions"]["components"][0]
    facts = {one["class"]: one for one in service["props"] if one["name"] == "fact"}
    assert "数据清单 2026-10 · 2026-10-15" in facts["processes_personal_info"]["remarks"]
    assert facts["minors_can_use"]["value"] == "unknown"
    assert [one["value"] for one in service["props"] if one["name"] == "adopted-reading"] == ["b"]
    assert "chat.yaml" not in oscal_text(document)


@pytest.mark.parametrize("make", [oscal_profile, oscal_results])
def test_another_fact_date_view_or_language_is_another_document(make: Any) -> None:
    book, stated = law_book(), {"uses_generative_ai": Stated(True)}
    plain = Profile("x", stated)
    found = [
        assess(book, plain, as_of=TODAY),
        assess(book, plain, as_of=TODAY, draft=True),
        assess(book, plain, as_of=TODAY, known_on=TODAY),
        assess(book, plain, as_of=BEFORE_ALL),
        assess(book, Profile("y", stated), as_of=TODAY),
        assess(book, Profile("x", {"uses_generative_ai": Stated(True, source="memo")}), as_of=TODAY),
        assess(book, Profile("x", {"uses_generative_ai": Stated(False)}), as_of=TODAY),
        assess(book, Profile("x", stated, open=frozenset({"b2b_only"})), as_of=TODAY),
        assess(book, Profile("x", stated, {"U1": AdoptedReading("a")}), as_of=TODAY),
    ]
    documents = [make(one, lang, at=AT, catalog=CATALOG) for one in found for lang in ("zh", "en")]
    uuids = [next(iter(one.values()))["uuid"] for one in documents]
    assert len(set(uuids)) == len(uuids)
    assert (
        make(assess(book, plain, as_of=TODAY), "zh", at=LATER, catalog="elsewhere.json").popitem()[1]["uuid"]
        == uuids[0]
    )


def test_a_service_without_a_name_still_has_a_title() -> None:
    found = oscal_results(assess(law_book(), Profile(), as_of=TODAY), "en", at=AT, catalog=CATALOG)
    assert found["assessment-results"]["metadata"]["title"].startswith("service without a name")


def _all_of(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get(name), str):
            yield value[name]
        for one in value.values():
            yield from _all_of(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _all_of(one, name)


def _empty(value: Any, at: str = "") -> Any:
    """Paths of members that are null, or empty texts or lists; `include-all: {}` is meant to be empty."""
    if value is None or value == "" or value == []:
        yield at
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _empty(one, f"{at}/{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _empty(one, f"{at}/{number}")
