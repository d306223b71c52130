"""YAML as hegui reads it: small, lined, and harmless whatever the file."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hegui.law.yaml_lines import YamlFault, line_of, parse_yaml

LAUGHS = 'a: &a ["lol","lol","lol"]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n'

plain = st.recursive(
    st.booleans() | st.integers(-(10**16), 10**16) | st.none() | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcxyz", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(plain)
def test_what_yaml_writes_is_read_back(value: Any) -> None:
    assert parse_yaml(yaml.safe_dump(value)) == value


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (LAUGHS, 1, "anchors and aliases (& and *) are not read here"),
        ("a: 1\nb: *a", 2, "anchors and aliases (& and *) are not read here"),
        ("a: !!int '3'", 1, "tags (!) are not read here: tag:yaml.org,2002:int"),
        ("a: !!python/object:os.system x", 1, "tags (!) are not read here: tag:yaml.org,2002:python/object:os.syste"),
        ("a: 1\n--- \nb: 2", 2, "a second document begins here"),
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' comes twice"),
        ("{[a]: 1}", 1, "a key is not a word"),
        ("a: [1", 2, "did not find expected ',' or ']'"),
        ("- \0", 1, "unacceptable character #x0000: control characters are not allowed"),
    ],
)
def test_the_line_and_the_problem_of_what_is_refused(text: str, line: int, problem: str) -> None:
    with pytest.raises(YamlFault) as caught:
        parse_yaml(text)
    assert (caught.value.line, caught.value.problem) == (line, problem)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_without_end_is_a_fault_and_no_crash(opening: str) -> None:
    with pytest.raises(YamlFault):
        parse_yaml(opening * 200_000)


@pytest.mark.parametrize("digits", ["9" * 1_000_000, "1." + "9" * 1_000_000])
def test_a_number_without_end_stays_a_string(digits: str) -> None:
    assert parse_yaml(digits) == digits


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "--- \n...\n"])
def test_nothing_is_none(text: str) -> None:
    assert parse_yaml(text) is None


def test_days_and_the_words_on_and_no_stay_strings() -> None:
    assert parse_yaml("{on: no, day: 2023-08-15, hex: 0x1F}") == {"on": "no", "day": "2023-08-15", "hex": "0x1F"}


def test_every_member_and_item_knows_its_line() -> None:
    found = parse_yaml("a: 1\nb:\n  - x\n  - {c: 2}\n")
    assert [line_of(found, "b"), line_of(found["b"], 1), line_of(found["b"][1], "c")] == [2, 4, 4]
