"""The shipped clocks and parameters: whole, resolved, in agreement with one another and with what other packages ship."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.risks import risks
from hegui.errors import NotFoundError
from hegui.law.book import law_book
from hegui.law.data_files import DataFiles, law_folder
from hegui.law.deadline_data import Term
from hegui.law.entries import Entry, Faults
from hegui.law.parameters import Missing, NoValue, Value, parameter
from hegui.law.time_book import FOLDERS, TimeBook, read_time_book
from hegui.law.yaml_lines import YamlFault, parse_yaml
from hegui.vault.retention_files import retention_law
from tests.law.time_support import book

SHARED = Path(__file__).resolve().parents[3] / "shared/law"
TODAY = date(2026, 11, 23)
FIRST_LEAST = 70
"""Clocks and parameters; fewer would mean that files were lost."""


def _terms(deadline_id: str, on: date) -> tuple[Term, ...]:
    version = book().deadlines[deadline_id].timeline.on(on)
    assert version is not None
    return version.terms


def _value(parameter_id: str, on: date = TODAY) -> Any:
    found = parameter(book().parameters, parameter_id, on)
    return found.value if isinstance(found, Value) else found.reason


def test_the_book_is_whole() -> None:
    assert len(book().deadlines) >= FIRST_LEAST
    assert len(book().parameters) >= FIRST_LEAST
    started = {event for deadline in book().deadlines.values() for event in deadline.events}
    assert started == set(book().events)


def test_every_file_begins_with_its_origin() -> None:
    for name, content in DataFiles(law_folder()).contents.items():
        if name.startswith(FOLDERS):
            assert content.startswith(b"# Origin: "), name


def test_an_event_names_its_clocks_and_a_provision_too() -> None:
    assert "AR-24-1" in [one.id for one in book().started_by("service_started")]
    assert [one.id for one in book().of_provision("AIM-26-1") if one.kind == "due"] == ["AR-24-1", "AR-24-2", "AR-24-3"]
    with pytest.raises(NotFoundError, match="LAW046"):
        book().started_by("full_moon")


@pytest.mark.parametrize(
    ("clock", "figure"),
    [
        ("AR-24-1", "filing.algorithm_submit_workdays"),
        ("AR-24-2", "filing.algorithm_change_workdays"),
        ("AR-24-3", "filing.algorithm_cancel_workdays"),
        ("AR-25-1", "filing.algorithm_review_workdays"),
        ("SA-7-2", "filing.safety2018_after_trigger_workdays"),
        ("CBF-8-1", "filing.export_contract_workdays"),
        ("PIA-8-1", "filing.audit_rectification_workdays"),
        ("INC-4-1", "incident.cii_hours"),
        ("INC-4-2", "incident.state_organ_hours"),
        ("INC-4-3", "incident.other_operator_hours"),
        ("INC-7-1", "incident.final_report_days"),
        ("NDR-10-1", "vulnerability.national_security_hours"),
        ("NDR-12-1", "transfer.record_years_min"),
        ("PIPL-56-1", "pia.retention_years_min"),
        ("PIA-4-1", "pi.audit_cycle_years"),
        ("CSL-23-1", "logs.network_months_min"),
        ("LM-9-1", "label.exempt_log_months_min"),
        ("GB45654-8-1.keywords", "keywords.update_days_max"),
    ],
)
def test_a_clock_and_the_parameter_of_the_same_figure_agree(clock: str, figure: str) -> None:
    values = book().parameters[figure].timeline.versions
    for value in values:
        assert value.span.effective is not None
        version = book().deadlines[clock].timeline.on(value.span.effective)
        assert version is not None
        assert [term.amount for term in version.terms] == [value.value]
        assert version.span == value.span
        assert version.provenance.confidence == value.provenance.confidence


def test_clocks_agree_with_the_periods_of_the_vault() -> None:
    for minimum in retention_law().minima:
        for version in minimum.versions:
            [clock] = [one for one in book().of_provision(minimum.provision) if one.kind == "keep"]
            [term] = _terms(clock.id, version.effective)
            assert (term.amount, term.unit) == (minimum.months, "month")


def test_counts_of_risks_agree_with_the_list_that_is_screened_for() -> None:
    ids = list(risks())
    slices = {"risks.total": "12345", "risks.training_data": "1234", "risks.refusal_and_keywords": "12"}
    assert {name: _value(name) for name in slices} == {
        name: sum(one.split(".")[1] in classes for one in ids) for name, classes in slices.items()
    }


def test_figures_agree_with_the_facts_they_were_taken_from() -> None:
    if not SHARED.is_dir():
        pytest.skip("the facts of the project are not beside it; this test needs them")
    facts = yaml.safe_load((SHARED / "standards.yaml").read_text("utf-8"))["thresholds"]
    for name, fact in facts.items():
        [value, *_] = book().parameters[name.lower()].timeline.versions
        assert value.value == (tuple(fact["value"]) if isinstance(fact["value"], list) else fact["value"])


def test_citations_and_facts_are_in_the_law() -> None:
    law = law_book()
    cited = {citation for one in book().deadlines.values() for citation in one.provisions}
    cited |= {citation for one in book().parameters.values() for citation in one.provisions}
    assert cited <= set(law.provisions)
    assert {one.fact for one in book().events.values() if one.fact} <= set(law.facts)


def test_a_clock_binds_when_its_provision_does() -> None:
    """A standard's clock can be older: it stood in the technical document before."""
    for clock in book().deadlines.values():
        spans = [version.span for version in law_book().provisions[clock.provisions[0]].versions]
        ours = [version.span for version in clock.timeline.versions]
        assert (ours[-1:] if clock.id.startswith("GB45654") else ours) == spans, clock.id


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        ("corpus.manual_pass_min", "2024-02-29", Missing.NOT_YET_IN_FORCE),
        ("corpus.manual_pass_min", "2024-03-01", 0.96),
        ("corpus.manual_pass_min", "2025-10-31", 0.96),
        ("corpus.manual_pass_min", "2025-11-01", 0.96),
        ("label.video_seconds_min", "2025-08-31", Missing.NOT_YET_IN_FORCE),
        ("label.video_seconds_min", "2025-09-01", 2),
        ("label.speech_rate_chars_per_min", "2025-09-01", (120, 160)),
        ("minors.night_block", "2024-11-15", ("22:00", "06:00")),
        ("companion.assessment_registered_users", "2026-07-14", Missing.NOT_YET_IN_FORCE),
        ("companion.assessment_registered_users", "2026-07-15", 1_000_000),
        ("requests.pi_request_days_max", "2026-07-15", Missing.EFFECT_UNKNOWN),
        ("logs.network_months_min", "2017-05-31", Missing.NOT_YET_IN_FORCE),
        ("logs.network_months_min", "2017-06-01", 6),
        ("logs.network_months_min", "2026-01-01", 6),
    ],
)
def test_a_parameter_answers_for_a_day_or_says_why_not(name: str, on: str, expected: Any) -> None:
    assert _value(name, date.fromisoformat(on)) == expected


def test_the_source_changes_with_the_day_although_the_figure_does_not() -> None:
    sources = [
        parameter(book().parameters, "keywords.total_min", day) for day in (date(2025, 10, 31), date(2025, 11, 1))
    ]
    assert [(one.provenance.source, one.provenance.confidence) for one in sources if isinstance(one, Value)] == [
        ("TC260-003 8.1", "secondary"),
        ("GB/T 45654-2025", "own_knowledge"),
    ]


def test_what_has_no_day_of_effect_is_shown_with_its_reason_and_not_applied() -> None:
    answer = parameter(book().parameters, "requests.pi_complaint_workdays_max", TODAY)
    assert isinstance(answer, NoValue)
    assert [(one.value, one.provenance.note is not None) for one in answer.undated] == [(15, True)]


def test_a_value_is_not_known_before_it_was_published() -> None:
    answer = parameter(book().parameters, "label.video_seconds_min", date(2025, 9, 1), known_on=date(2025, 3, 13))
    assert isinstance(answer, NoValue)
    assert answer.reason is Missing.NOT_YET_PUBLISHED


def test_an_unknown_parameter_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="LAW045"):
        parameter(book().parameters, "corpus.manual_pas_min", TODAY)


HEAD = "id: AR-24-1\nprovisions: [AR-24-1]\ntitle: {zh: 备案, en: filing}\nevents: [service_started]\n"
BASIS = "source: x, confidence: verified"
TERM = "{amount: 10, unit: working_day, start: next_day}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "kind: due\nversions: []", "versions — there is none"),
        (HEAD + f"kind: due\nversions: [{{effective: 2022-03-01, {BASIS}}}]", "a clock of the kind due has terms"),
        (HEAD + f"kind: soon\nversions: [{{effective: 2022-03-01, {BASIS}}}]", "the word that stands for a number"),
        (HEAD + f"kind: before\nversions: [{{terms: [{TERM}], {BASIS}}}]", "a clock of the kind before has no terms"),
        (
            HEAD + f"kind: due\nversions: [{{terms: [{{amount: 0, unit: hour, start: same_moment}}], {BASIS}}}]",
            "from 1",
        ),
        (
            HEAD + f"kind: due\nversions: [{{terms: [{{amount: 4, unit: hour, start: next_day}}], {BASIS}}}]",
            "does not go",
        ),
        (
            HEAD + f"kind: due\nversions: [{{terms: [{{amount: 9999, unit: hour, start: same_moment}}], {BASIS}}}]",
            "the most",
        ),
        (HEAD + f"kind: due\nversions: [{{terms: [{TERM}, {TERM}], {BASIS}}}]", "of several readings each says"),
        (HEAD + f"kind: due\nversions: [{{terms: [{TERM}], confidence: certain, source: x}}]", "'certain' is none of"),
        (HEAD + f"kind: due\nversions: [{{terms: [{TERM}], {BASIS}, grace: 3}}]", "grace — there is no such member"),
        (
            HEAD + f"kind: due\nversions: [{{effective: 2022-03-01, terms: [{TERM}], {BASIS}}}, "
            f"{{effective: 2023-03-01, terms: [{TERM}], {BASIS}}}]",
            "begins before the one before it ends",
        ),
        (HEAD.replace("service_started", "full_moon") + "kind: due", "full_moon is not in events.yaml"),
        (HEAD.replace("id: AR-24-1", "id: AR-24-2") + "kind: due", "is not the id the file is named after"),
        (HEAD.replace("id: AR-24-1", "id: article 24") + "kind: due", "is not the id of a deadline"),
        ("[]", "is not a mapping"),
    ],
)
def test_a_faulty_clock_says_what_is_wrong(text: str, problem: str) -> None:
    faults = Faults()
    files = {"deadlines/AR-24-1.yaml": text}
    entries = {name: Entry(parse_yaml(content), name, 1, faults) for name, content in files.items()}
    read_time_book(entries | _shipped("deadlines/events.yaml", faults))
    assert any(problem in found for _, found in faults.found), faults.found


def _shipped(name: str, faults: Faults) -> dict[str, Entry]:
    return {name: Entry(parse_yaml((law_folder() / name).read_text("utf-8")), name, 1, faults)}


SHARE = "    unit: share\n    expects: [0, 1]\n"
PARAMETER = "at_least: 1\nparameters:\n  a.b:\n    title: {zh: 甲, en: a}\n    sense: minimum\n"


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        (SHARE + "    values: []", "values — there is none"),
        (
            SHARE + "    values: [{value: 96, effective: 2024-03-01, B}]",
            "outside the range",
        ),
        (
            SHARE.replace("0, 1", "1, 0") + "    values: [{value: 1, effective: 2024-03-01, B}]",
            "expects — is not",
        ),
        (
            SHARE + "    values: [{value: many, effective: 2024-03-01, B}]",
            "is not a number",
        ),
        (
            SHARE + "    values: [{value: true, effective: 2024-03-01, B}]",
            "is not a number",
        ),
        (
            "    unit: local_time\n    expects: [0, 23]\n    values: [{value: [25:00, 06:00], effective: 2024-03-01, B}]",
            "span",
        ),
        (SHARE + "    values: [{value: 1, B}]", "without a day of effect says why"),
        (
            "    unit: furlong\n    expects: [0, 1]\n    values: [{value: 1, effective: 2024-03-01, B}]",
            "'furlong' is none of",
        ),
        (
            SHARE + "    values: [{value: 1, effective: 2024-03-01, until: 2024-02-01, B}]",
            "is not after the effect",
        ),
        (
            SHARE + "    values: [{value: 1, effective: 2024-03-01, B}, {value: 1, effective: 2025-01-01, B}]",
            "begins before the one before it ends",
        ),
    ],
)
def test_a_faulty_parameter_says_what_is_wrong(rest: str, problem: str) -> None:
    faults = Faults()
    raw = parse_yaml(PARAMETER + rest.replace("B}", BASIS + "}"))
    read_time_book({"parameters/a.yaml": Entry(raw, "parameters/a.yaml", 1, faults)})
    assert any(problem in found for _, found in faults.found), faults.found


def test_a_file_that_lost_parameters_is_not_loaded() -> None:
    faults = Faults()
    read_time_book(
        {"parameters/a.yaml": Entry(parse_yaml("at_least: 9\nparameters: {}"), "parameters/a.yaml", 1, faults)}
    )
    assert [problem for _, problem in faults.found] == ["parameters — 0 parameters are fewer than 9"]


def test_the_same_parameter_in_two_files_is_a_fault() -> None:
    faults = Faults()
    raw = PARAMETER + SHARE + f"    values: [{{value: 1, effective: 2024-03-01, {BASIS}}}]"
    names = ("parameters/a.yaml", "parameters/b.yaml")
    read_time_book({name: Entry(parse_yaml(raw), name, 1, faults) for name in names})
    assert [problem for _, problem in faults.found] == ["a.b is in another file already"]


def test_a_book_of_nothing_is_empty() -> None:
    assert read_time_book({}) == TimeBook(read_time_book({}).calendar, {}, {}, {}, {})


def test_a_clock_twice_in_a_file_is_refused_by_the_parser() -> None:
    with pytest.raises(YamlFault, match="comes twice"):
        parse_yaml("id: A\nid: B")


HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.builds(list),
    st.builds(dict),
    st.builds(lambda: [[{}]]),
    st.sampled_from(["9999-12-31", "0001-01-01", "2026-02-30", "24:00"]),
)


@cache
def _files() -> Mapping[str, str]:
    """The shipped files as JSON, so that each can be spoilt afresh."""
    contents = DataFiles(law_folder()).contents
    return {name: json.dumps(parse_yaml(contents[name].decode())) for name in contents if name.startswith(FOLDERS)}


@given(st.data())
def test_whatever_stands_in_a_file_is_a_fault_or_a_value_and_never_a_crash(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(_files())))
    raw = json.loads(_files()[name])
    for _ in range(data.draw(st.integers(1, 3))):
        _spoil(raw, data)
    faults = Faults()
    read_time_book({name: Entry(raw, name, 1, faults)})
    assert all(place.startswith(name) for place, _ in faults.found)


def _spoil(raw: Any, data: st.DataObject) -> None:
    """Put something hostile somewhere into the value."""
    while True:
        if not raw or not isinstance(raw, dict | list):
            return
        key = data.draw(st.sampled_from(sorted(raw) if isinstance(raw, dict) else range(len(raw))))
        if not isinstance(raw[key], dict | list) or not raw[key] or data.draw(st.booleans()):
            raw[key] = data.draw(HOSTILE)
            return
        raw = raw[key]
