"""YAML that people write: what is wrong comes as one error, with its line."""

from __future__ import annotations

import pytest

from hegui.strict_yaml import NotYamlError, read_yaml


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' comes twice"),
        ("a:\n  - {x: 1}\n  - {y: 1,\n     y: 2}", 4, "the key 'y' comes twice"),
        ("a: [1", 1, "expected ',' or ']'"),
        ("[a]: 1\n{b: 2}: 1", 1, ""),
        ("a: 1\nb: 2026-05-32", 2, "day is out of range"),
        ("a: \ud800", 1, "not YAML"),
        ("[" * 5000, 1, "not YAML"),
        ("a: !!python/object:os.system x", 1, "could not determine a constructor"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(NotYamlError) as raised:
        read_yaml(text)
    assert raised.value.line == line
    assert problem in raised.value.problem


def test_an_alias_is_refused_where_there_may_be_none() -> None:
    text = "a: &x [1]\nb: *x"
    assert read_yaml(text) == {"a": [1], "b": [1]}
    with pytest.raises(NotYamlError, match="an alias is not allowed") as raised:
        read_yaml(text, aliases=False)
    assert raised.value.line == 2
