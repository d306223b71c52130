"""The schema of profiles and `read_profile` say yes and no to the same profiles."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hegui.errors import FileFaults
from hegui.law.book import law_book
from hegui.law.exports.profile_schema import profile_schema
from hegui.law.profile import read_profile
from hegui.law.yaml_lines import parse_yaml
from tests.law.exports.cases import PROFILES

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed; it comes with hegui[dev]")

FACTS = ("uses_generative_ai", "pi_subjects", "continuous_use_hours", "incident_level")
"""One of each kind: yes or no, count, number, level."""


@cache
def validator() -> Any:
    judge = jsonschema.Draft202012Validator
    return judge(profile_schema(law_book()), format_checker=judge.FORMAT_CHECKER)


def schema_accepts(value: Any) -> bool:
    return bool(validator().is_valid(value))


def reader_accepts(text: str) -> bool:
    book = law_book()
    try:
        read_profile(text, "profile.yaml", book.facts, book.uncertainties)
    except FileFaults:
        return False
    return True


def test_it_is_a_schema_of_2020_12() -> None:
    schema = profile_schema(law_book())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(law_book().digest)


def test_every_fact_and_question_is_there_with_its_words_in_both_languages() -> None:
    members = profile_schema(law_book())["properties"]
    facts, readings = members["facts"]["properties"], members["readings"]["properties"]
    assert list(facts) == list(law_book().facts)
    assert list(readings) == list(law_book().uncertainties)
    for name, fact in law_book().facts.items():
        for words in (fact.question, fact.help):
            assert words.zh in facts[name]["description"]
            assert words.en in facts[name]["description"]


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_example_profiles_validate(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert reader_accepts(text)
    assert [error.message for error in validator().iter_errors(parse_yaml(text))] == []


@pytest.mark.parametrize(
    "profile",
    [
        {"facts": {"uses_generative_ai": "yes"}},
        {"facts": {"uses_generative_ai": 1}},
        {"facts": {"uses_generative_ai": "true"}},
        {"facts": {"pi_subjects": True}},
        {"facts": {"pi_subjects": -1}},
        {"facts": {"pi_subjects": 0.5}},
        {"facts": {"pi_subjects": 10**15}},
        {"facts": {"continuous_use_hours": "2"}},
        {"facts": {"incident_level": "huge"}},
        {"facts": {"incident_level": 1}},
        {"facts": {"no_such_fact": True}},
        {"facts": {"uses_generative_ai": {"value": True, "because": "x"}}},
        {"facts": {"uses_generative_ai": {"value": True, "on": "2026-2-3"}}},
        {"facts": {"uses_generative_ai": {"value": True, "on": "2026-02-30"}}},
        {"facts": {"uses_generative_ai": {"value": True, "source": " "}}},
        {"facts": {"uses_generative_ai": [True]}},
        {"facts": [True]},
        {"readings": {"U1": "c"}},
        {"readings": {"U1": None}},
        {"readings": {"U1": {"by": "counsel"}}},
        {"readings": {"U99": "a"}},
        {"service": 3},
        {"service": ""},
        {"services": "x"},
    ],
    ids=lambda profile: json.dumps(profile, ensure_ascii=False),
)
def test_what_the_reader_refuses_the_schema_refuses(profile: Any) -> None:
    assert not reader_accepts(json.dumps(profile, ensure_ascii=False))
    assert not schema_accepts(profile)


@pytest.mark.parametrize("value", [1.0, 1500000.0])
def test_a_count_with_a_decimal_point_is_the_one_thing_a_schema_cannot_tell(value: float) -> None:
    profile = {"facts": {"pi_subjects": value}}
    assert schema_accepts(profile)
    assert not reader_accepts(json.dumps(profile))


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10),
    st.sampled_from([0.5, -0.5, 3.25, 10**15, 10**15 - 1]),
    st.sampled_from(
        ["unknown", "true", "general", "major", "a", "b", "c", "", " ", "来源", "2026-10-15", "2026-02-30", "x"]
    ),
)
days = st.one_of(
    st.none(), st.sampled_from(["2026-10-15", "2026-02-29", "2024-02-29", "0000-01-01", "20261015"]), scalars
)
stated = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.fixed_dictionaries(
        {}, optional={"value": scalars, "source": scalars, "on": days, "note": scalars, "other": scalars}
    ),
)
taken = st.one_of(
    scalars, st.fixed_dictionaries({}, optional={"taken": scalars, "by": scalars, "on": days, "other": scalars})
)
facts = st.one_of(
    st.dictionaries(st.sampled_from([*FACTS, "minors_can_use", "no_such_fact"]), stated, max_size=4), scalars
)
readings = st.one_of(st.dictionaries(st.sampled_from(["U1", "U9", "U99"]), taken, max_size=2), scalars)
profiles = st.fixed_dictionaries(
    {}, optional={"service": scalars, "facts": facts, "readings": readings, "other": scalars}
)


@given(profiles)
@example({})
@example({"facts": {"continuous_use_hours": 0.5, "pi_subjects": 0}})
def test_schema_and_reader_agree(profile: Any) -> None:
    assert schema_accepts(profile) == reader_accepts(json.dumps(profile, ensure_ascii=False))


@given(st.sampled_from(FACTS), stated)
def test_schema_and_reader_agree_on_each_kind_of_fact(name: str, value: Any) -> None:
    profile = {"facts": {name: value}}
    assert schema_accepts(profile) == reader_accepts(json.dumps(profile, ensure_ascii=False))
