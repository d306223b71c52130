"""NIST's format as another program reads it: compliance-trestle imports, validates and resolves our documents.

The models of compliance-trestle are generated from NIST's schema and refuse members they do not know; its validators look for
duplicate identifiers and dead references; its resolver applies our profile to our catalog.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.law.assessment import assess
from hegui.law.book import law_book
from hegui.law.exports.oscal import oscal_catalog, oscal_profile, oscal_results, oscal_text
from hegui.law.exports.oscal_terms import Lang
from hegui.law.profile import AdoptedReading, Profile, Stated
from tests.law.exports.cases import AT, BEFORE_ALL, TODAY, assessment

trestle = pytest.importorskip("trestle", reason="compliance-trestle is not installed; it comes with hegui[dev]")

LANGS = st.sampled_from(["zh", "en"])
CATALOG = "trestle://catalogs/law/catalog.json"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trestle")
    (root / ".trestle").mkdir()
    _place(root, "catalogs/law/catalog.json", oscal_catalog(law_book(), "zh", at=AT))
    for name, as_of in (("chat", TODAY), ("none", BEFORE_ALL)):
        found = assessment("chat", as_of)
        _place(root, f"profiles/{name}/profile.json", oscal_profile(found, "zh", at=AT, catalog=CATALOG))
        results = oscal_results(found, "en", at=AT, catalog=CATALOG)
        _place(root, f"assessment-results/{name}/assessment-results.json", results)
    return root


@pytest.mark.parametrize(
    "path",
    [
        "catalogs/law/catalog.json",
        "profiles/chat/profile.json",
        "profiles/none/profile.json",
        "assessment-results/chat/assessment-results.json",
        "assessment-results/none/assessment-results.json",
    ],
)
def test_trestle_reads_and_validates(workspace: Path, path: str) -> None:
    assert _validate(workspace, path) == 0


def test_trestle_refuses_a_document_with_a_member_of_ours_outside_the_format(workspace: Path) -> None:
    document = oscal_catalog(law_book(), "zh", at=AT)
    document["catalog"]["groups"][0]["invented"] = "x"
    _place(workspace, "catalogs/bad/catalog.json", document)
    assert _validate(workspace, "catalogs/bad/catalog.json") != 0


@pytest.mark.parametrize(("name", "as_of"), [("chat", TODAY), ("none", BEFORE_ALL)])
def test_resolving_the_profile_yields_the_selected_controls_marked(workspace: Path, name: str, as_of: Any) -> None:
    from trestle.core.catalog.catalog_interface import CatalogInterface
    from trestle.core.profile_resolver import ProfileResolver

    path = workspace / f"profiles/{name}/profile.json"
    resolved = ProfileResolver.get_resolved_profile_catalog(workspace, str(path))
    marked = {}
    for control in CatalogInterface(resolved).get_all_controls_from_dict():
        marked[control.id] = [one.value for one in control.props if one.name == "applicability"]
    answers = assessment("chat", as_of).answers
    assert marked == {k: [one.outcome] for k, one in answers.items() if one.outcome in ("applies", "unclear")}


FACTS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.booleans() for name in ("uses_generative_ai", "b2b_only", "accessible_from_PRC", "minors_can_use")},
        "pi_subjects": st.integers(0, 10**7),
        "continuous_use_hours": st.floats(0, 24),
    },
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@settings(max_examples=15)
@given(facts=FACTS, text=TEXTS, as_of=st.dates(date(2000, 1, 1), date(2030, 1, 1)), draft=st.booleans(), lang=LANGS)
def test_documents_of_any_service_and_day_are_read(
    facts: dict[str, bool | int | float], text: str, as_of: date, draft: bool, lang: Lang
) -> None:
    from trestle.oscal.assessment_results import AssessmentResults
    from trestle.oscal.profile import Profile as TrestleProfile

    stated = {name: Stated(value, source=text, on=TODAY, note=text) for name, value in facts.items()}
    readings = {"U1": AdoptedReading("a", by=text)}
    profile = Profile(text, stated, readings, frozenset({"registered_users"}))
    found = assess(law_book(), profile, as_of=as_of, draft=draft)
    TrestleProfile.model_validate(oscal_profile(found, lang, at=AT, catalog=CATALOG)["profile"])
    results = oscal_results(found, lang, at=AT, catalog=CATALOG)["assessment-results"]
    AssessmentResults.model_validate(results)
    observed = {one["title"].split()[0] for one in results["results"][0]["observations"]}
    assert observed == set(law_book().provisions)


def _place(root: Path, path: str, document: dict[str, Any]) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(oscal_text(document), encoding="utf-8")


def _validate(root: Path, path: str) -> int:
    from trestle.cli import Trestle

    command = Trestle()
    return int(command.run(["validate", "--trestle-root", str(root), "-f", str(root / path)]))
