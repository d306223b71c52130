"""The classes of a filing sheet, as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.risk_names import class_of, name_risk
from hegui.detect.risks import risks


@pytest.mark.parametrize("risk", risks())
def test_every_risk_is_known_by_id_and_by_name_with_its_class(risk: str) -> None:
    zh, within = risks()[risk].zh, class_of(risk).zh
    letter = risk[-1]
    for second, first in [
        (risk, ""), (risk.replace(".", ""), within), (zh, ""), (zh, within), (f"{risk} {zh}", risk[:3]),
        (f"（一）{zh}", within), (f"3. {zh}内容", f"包含{within}"), (letter, risk[:3]), (f"{letter})", within),
    ]:  # fmt: skip
        assert name_risk(second, first).risk == risk, (second, first)


@pytest.mark.parametrize(
    ("second", "first", "said"),
    [
        ("其他", "", "is the name of A.1.h, A.2.i, A.3.e, A.4.g"),
        ("民族歧视", "A.1", "is A.2.a, which is not in the class 'A.1'"),
        ("A.2.a", "商业违法违规", "is A.2.a, which is not in the class"),
        ("民族歧视", "别的", "is none of the five classes"),
        ("A.1.f 民族歧视", "", "is none of the 31 risks"),
        ("", "", "is none of the 31 risks"),
        ("x" * 10_000, "A.1", "is none of the 31 risks"),
    ],
)
def test_what_names_no_risk_says_why(second: str, first: str, said: str) -> None:
    named = name_risk(second, first)
    assert named.risk is None
    assert said in named.problem
    assert len(named.problem) < 300


@given(second=st.text(), first=st.text())
def test_anything_has_an_answer(second: str, first: str) -> None:
    named = name_risk(second, first)
    assert (named.risk is None) == bool(named.problem)
