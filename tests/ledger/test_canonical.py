"""Canonical JSON against the examples of RFC 8785 and against any value at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.ledger import canonical
from hegui.ledger.canonical import MAX_DEPTH, MAX_INTEGER, CanonicalError, decode, encode

SCALARS = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)

# RFC 8785 §3.2.3: the values say in which order their names sort.
SORTED_BY_UNITS = [
    ("\r", "Carriage Return"),
    ("1", "One"),
    ("\x80", "Control"),
    ("ö", "Latin Small Letter O With Diaeresis"),
    ("€", "Euro Sign"),
    ("😀", "Emoji: Grinning Face"),
    ("\ufb33", "Hebrew Letter Dalet With Dagesh"),
]


def test_names_sort_by_utf16_code_units() -> None:
    assert list(json.loads(encode(dict(reversed(SORTED_BY_UNITS)))).items()) == SORTED_BY_UNITS


def test_the_string_and_literals_of_the_published_sample() -> None:
    """RFC 8785 §3.2.2 to §3.2.4, without its numbers, which are fractions."""
    sample = '{"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}'
    expected = (
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22"
        "e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d"
    )
    assert encode(json.loads(sample)).hex() == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("\b\t\n\f\r", r'"\b\t\n\f\r"'),
        ("\x00\x1f\x7f", '"\\u0000\\u001f\x7f"'),
        ("/ \u2028", '"/ \u2028"'),
        (0, "0"),
        (-MAX_INTEGER, "-9007199254740991"),
        (True, "true"),
        ({}, "{}"),
        ([], "[]"),
        (("a",), '["a"]'),
        ({"": [{"b": 1, "a": {}}]}, '{"":[{"a":{},"b":1}]}'),
        ("e\u0301é", '"e\u0301é"'),
    ],
)
def test_spelling(value: Any, text: str) -> None:
    assert encode(value) == text.encode()


@given(VALUES)
def test_reading_what_was_written_gives_the_value(value: Any) -> None:
    assert decode(encode(value)) == value
    assert json.loads(encode(value)) == value


@given(st.dictionaries(st.text(), st.integers(0, 9)), st.randoms())
def test_the_order_in_which_members_came_leaves_no_trace(value: dict[str, int], random: Any) -> None:
    members = list(value.items())
    random.shuffle(members)
    assert encode(dict(members)) == encode(value)


@pytest.mark.parametrize(
    ("value", "code", "where"),
    [
        (1.0, "LED010", "entry"),
        ({"a": [0, float("nan")]}, "LED010", "entry.a[1]"),
        ({"a": b"x"}, "LED010", "entry.a"),
        ({"a": {1, 2}}, "LED010", "entry.a"),
        ({1: "a"}, "LED010", "entry"),
        (MAX_INTEGER + 1, "LED011", "entry"),
        ({"n": -MAX_INTEGER - 1}, "LED011", "entry.n"),
        (["\ud800"], "LED012", "entry[0]"),
        ({"\udc00": 1}, "LED012", "entry"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: Any, code: str, where: str) -> None:
    with pytest.raises(CanonicalError) as caught:
        encode(value)
    assert (caught.value.code, caught.value.where) == (code, where)
    assert caught.value.remedy


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_is_bounded_also_for_a_list_that_holds_itself() -> None:
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    loop: list[Any] = []
    loop.append(loop)
    for value in (nested(MAX_DEPTH + 1), loop):
        with pytest.raises(CanonicalError) as caught:
            encode(value)
        assert caught.value.code == "LED013"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "LED014"),
        (b"\xff", "LED014"),
        (b"\xef\xbb\xbf{}", "LED014"),
        ("{}".encode("utf-16"), "LED014"),
        (b'{"a":1,"a":1}', "LED014"),
        (b"[" * 100_000, "LED014"),
        (b"9" * 5_000, "LED014"),
        (b"{} ", "LED015"),
        (b'{"b":1,"a":1}', "LED015"),
        (b'"\\u0041"', "LED015"),
        (b'"\\/"', "LED015"),
        (b'"\\u000F"', "LED015"),
        (b"-0", "LED015"),
        (b"1.0", "LED010"),
        (b"1e3", "LED010"),
        (b"NaN", "LED010"),
        (b"9007199254740992", "LED011"),
        (b'"\\ud800"', "LED012"),
    ],
)
def test_other_spellings_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(CanonicalError) as caught:
        decode(data)
    assert caught.value.code == code


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0dtrue1.e- ', max_size=40).map(str.encode))
def test_hostile_bytes_are_read_canonically_or_refused(data: bytes) -> None:
    try:
        value = decode(data)
    except CanonicalError:
        return
    assert encode(value) == data


@given(VALUES)
def test_the_quick_writer_and_the_other_give_the_same_bytes(value: Any) -> None:
    assert encode(value) == canonical._write(value, ()).encode()
