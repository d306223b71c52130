"""Each detector on its cases, its four verbs on its own findings, and its provisions in the law."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.personal import scan
from hegui.detect.personal.regions import region_name
from hegui.detect.personal.registry import BY_KIND, DETECTORS
from hegui.kernel.check_digits import luhn_is_right, resident_id_check, social_credit_check
from hegui.law.book import law_book
from hegui.locale import catalogue

CASES = yaml.safe_load(Path(__file__).with_name("cases").joinpath("personal.yaml").read_text("utf-8"))


def plain(case: object) -> str:
    """A case as it is meant: escapes written out."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), str(case))


def marked(case: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of a case and the places of its values."""
    pieces = re.split(r"[{}]", case)
    ends = [sum(map(len, pieces[: count + 1])) for count in range(len(pieces))]
    return "".join(pieces), [(ends[at], ends[at + 1]) for at in range(0, len(pieces) - 1, 2)]


def rows(what: str) -> list[tuple[str, str]]:
    return [(kind, plain(case)) for kind, cases in CASES.items() for case in cases.get(what, ())]


def test_every_detector_has_cases() -> None:
    assert sorted(CASES) == sorted(BY_KIND)


@pytest.mark.parametrize(("kind", "case"), rows("found"))
def test_value_is_found_exactly(kind: str, case: str) -> None:
    text, places = marked(case)
    found = BY_KIND[kind].find(text)
    assert [(finding.start, finding.end) for finding in found] == places
    assert all(finding.check != "wrong" for finding in found)


@pytest.mark.parametrize(("kind", "case"), rows("wrong"))
def test_wrong_check_digit_is_found_as_such(kind: str, case: str) -> None:
    text, places = marked(case)
    found = BY_KIND[kind].find(text)
    assert [(finding.start, finding.end, finding.check) for finding in found] == [(*place, "wrong") for place in places]
    assert "check_digit" in BY_KIND[kind].validate(text[slice(*places[0])]).faults


@pytest.mark.parametrize(("kind", "case"), rows("passed"))
def test_other_text_is_passed(kind: str, case: str) -> None:
    assert BY_KIND[kind].find(case) == ()


@pytest.mark.parametrize(("kind", "case"), rows("found"))
def test_compact_keeps_its_verdict(kind: str, case: str) -> None:
    text, places = marked(case)
    detector = BY_KIND[kind]
    for start, end in places:
        value = text[start:end]
        assert detector.compact(detector.compact(value)) == detector.compact(value)
        assert detector.validate(detector.compact(value)).faults == detector.validate(value).faults


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.kind)
@given(value=st.text(max_size=40))
def test_any_value_can_be_judged_and_explained(detector: object, value: str) -> None:
    one = next(d for d in DETECTORS if d is detector)
    assert one.is_valid(value) == (not one.validate(value).faults)
    for lang in ("zh", "en"):
        assert one.explain(value, lang)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.kind)
def test_provisions_and_words_exist(detector: object) -> None:
    one = next(d for d in DETECTORS if d is detector)
    known = set(law_book().provisions)
    assert set(one.provisions) <= known
    for lang in ("zh", "en"):
        assert {f"personal.kind.{one.kind}", f"personal.short.{one.kind}"} <= set(catalogue(lang))


def test_low_confidence_where_words_speak_against_it() -> None:
    assert [f.confidence for f in scan("物料编码110101190003071231")] == ["low"]
    assert [f.confidence for f in scan("身份证110101190003071231")] == ["medium"]
    assert [f.confidence for f in scan("订单号13800000000")] == ["low"]


def test_of_overlapping_candidates_the_longest_at_the_first_place_stays() -> None:
    assert [f.kind for f in scan("13800000000@example.com")] == ["email"]
    assert [f.kind for f in scan("110101190003071232")] == ["resident_id"]
    assert [f.kind for f in scan("+86 13800000000")] == ["mobile_number"]


def test_one_changed_digit_is_never_right() -> None:
    first = "11010119000307123"
    right = resident_id_check(first)
    assert all(
        resident_id_check(first[:i] + str((int(first[i]) + 1) % 10) + first[i + 1 :]) != right for i in range(17)
    )
    assert not luhn_is_right("4111111111111112")
    assert social_credit_check("91110101MI0000000") is None


def test_regions_are_named_as_far_as_they_are_known() -> None:
    assert region_name("110101") == "北京市东城区"
    assert region_name("119999") == "北京市"
    assert region_name("990000") == ""


HOSTILE = {
    "digits": "1", "spaced": "1 ", "dashes": "12-", "letters": "a.", "ats": "a@", "brackets": "(", "marks": "1\u0301",
    "city": "北京市", "names": "张伟的",
    "labels": "姓名：", "colons": "1:", "cards": "6210 0000 ", "surrogates": "\ud83d",
    "years": "1915年6月17日", "iban": "GB82 WEST ",
}  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_to_its_end(unit: str) -> None:
    text = unit * (60_000 // len(unit)) + "。13800000000。"
    found = scan(text)
    assert found[-1].kind == "mobile_number"
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_ten_megabytes_and_a_million_marks() -> None:
    assert scan("1" * 10_000_000 + "。13800000000")[-1].kind == "mobile_number"
    assert [f.kind for f in scan("手机138" + "\u0301" * 1_000_000 + "00000000。13800000000")] == ["mobile_number"]
