"""Every deviation of values that published labels have is found, and a right label has none."""

from __future__ import annotations

import doctest
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.label import checks
from hegui.label.aigc import AigcLabel
from hegui.label.checks import LONGEST, check
from hegui.label.findings import Kind
from hegui.label.spellings import parse

PRODUCER = "00119144030008867405X210001"
SPREADER = "00119144030008867405X220001"
OTHER = "001191110102MAD55U9H0F10002"
RIGHT = AigcLabel.first(PRODUCER, "01JADK3M7Q0000000000000000-1-ABCDEFGH")
SIGNED = replace(RIGHT, reserved_1='{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[]}}')
SPREAD = RIGHT.propagated(SPREADER, "p-77")


def kinds(label: AigcLabel, grade: str | None = None, **options: bool) -> list[str]:
    return [finding.kind for finding in check(label, **options) if grade in (None, finding.grade)]


@pytest.mark.parametrize("label", [RIGHT, SIGNED, SPREAD, RIGHT.propagated(PRODUCER, RIGHT.produce_id, reserved="x")])
@pytest.mark.parametrize("strict", [False, True])
def test_a_right_label_has_no_finding(label: AigcLabel, strict: bool) -> None:
    assert check(label, strict=strict) == ()


def test_at_the_first_write_the_propagator_is_the_producer() -> None:
    assert check(RIGHT, strict=True, first_write=True) == ()
    assert kinds(SPREAD, "fault", first_write=True) == ["propagator.first_write"]
    assert kinds(replace(RIGHT, propagate_id="other"), "fault", first_write=True) == ["propagator.first_write"]


def named(producer: str) -> AigcLabel:
    return AigcLabel.first(producer, "7")


DEVIATIONS: tuple[tuple[str, AigcLabel, dict[str, str]], ...] = (
    ("Label holds AIGC", replace(RIGHT, attribute="AIGC"), {"attribute.named": "fault"}),
    ("Label holds a member of an enumeration",
     replace(RIGHT, attribute="AIGCLabelType.AI_GENERATED"), {"attribute.named": "fault"}),
    ("Label holds a Chinese word", replace(RIGHT, attribute="属于"), {"attribute.named": "fault", "value.beyond_ascii": "warning"}),
    ("Label is 4", replace(RIGHT, attribute="4"), {"attribute.unknown": "fault"}),
    ("Label is 0", replace(RIGHT, attribute="0"), {"attribute.unknown": "fault"}),
    ("Label is 01", replace(RIGHT, attribute="01"), {"attribute.unknown": "fault"}),
    ("Label is empty", replace(RIGHT, attribute=""), {"value.empty": "fault"}),
    ("the producer is empty", named(""), {"value.empty": "fault", "propagator.empty": "warning"}),
    ("the number is empty", replace(RIGHT, produce_id=""), {"value.empty": "fault"}),
    ("the number is white space", replace(RIGHT, produce_id=" "),
     {"value.empty": "fault", "value.space": "warning", "number.placeholder": "fault", "propagator.number": "note"}),
    ("the number is all zeros", AigcLabel.first(PRODUCER, "0" * 32), {"number.zero": "fault"}),
    ("the number is the zero UUID", AigcLabel.first(PRODUCER, "00000000-0000-0000-0000-000000000000"), {"number.zero": "fault"}),
    ("the number is a path", AigcLabel.first(PRODUCER, "/workspace/out/report.md"), {"number.path": "warning"}),
    ("the number is a path with spaces and Chinese", AigcLabel.first(PRODUCER, "./项目 一/报告.docx"),
     {"number.path": "warning", "value.space": "warning", "value.beyond_ascii": "warning"}),
    ("the number is a Windows path", AigcLabel.first(PRODUCER, "C:\\out\\a.png"),
     {"number.path": "warning", "value.quote": "warning"}),
    ("the number is an address", AigcLabel.first(PRODUCER, "https://example.com/a"), {"number.path": "warning"}),
    ("the number is Chinese", AigcLabel.first(PRODUCER, "会议纪要"), {"value.beyond_ascii": "warning"}),
    ("the number is the print of an object", AigcLabel.first(PRODUCER, "<Doc object at 0x7f3a>"),
     {"number.dump": "warning", "value.space": "warning"}),
    ("the number is the print of a JavaScript object", AigcLabel.first(PRODUCER, "[object Object]"),
     {"number.dump": "warning", "value.space": "warning"}),
    ("the number is a mapping", AigcLabel.first(PRODUCER, "{'id': 7}"), {"number.dump": "warning", "value.space": "warning"}),
    ("the number is None", AigcLabel.first(PRODUCER, "None"), {"number.placeholder": "fault"}),
    ("the number is undefined", AigcLabel.first(PRODUCER, "undefined"), {"number.placeholder": "fault"}),
    ("the number is very long", AigcLabel.first(PRODUCER, "7" * (LONGEST + 1)), {"value.long": "note"}),
    ("the number has quotation marks", AigcLabel.first(PRODUCER, '"7"'), {"value.quote": "warning"}),
    ("the number has a line feed", AigcLabel.first(PRODUCER, "7\n8"), {"value.control": "fault"}),
    ("the number could not be decoded", AigcLabel.first(PRODUCER, "7\ufffd8"), {"value.broken": "warning"}),
    ("a code of 26 characters with small letters", named("001191330101MA27WPYJ18xliu"),
     {"code.length": "fault", "code.case": "fault"}),
    ("29 zeros for a code", named("0" * 29), {"code.length": "fault"}),
    ("a social credit code alone", named("91110102MAD55U9H0F"), {"code.length": "fault"}),
    ("a code in lower case", named(OTHER.lower()), {"code.case": "fault"}),
    ("a code with a wrong check character", named("001191110102MAD55U9H0G10002"), {"code.check": "fault"}),
    ("a code of another format", named("011191110102MAD55U9H0F10002"), {"code.format": "warning"}),
    ("a code of another binding", named("001291110102MAD55U9H0F10002"), {"code.binding": "fault"}),
    ("a code with a letter O", named("0011911101O2MAD55U9H0F10002"), {"code.subject": "fault"}),
    ("a code with another extension", named("001191110102MAD55U9H0F90002"), {"code.extension": "warning"}),
    ("the producer is a name", named("MiniMax"), {"producer.name": "note"}),
    ("the producer is a name with spaces", named("Minimax Agent AI"), {"producer.name": "note", "value.space": "warning"}),
    ("the producer is a Chinese name", named("某某科技有限公司"), {"producer.name": "note", "value.beyond_ascii": "warning"}),
    ("a platform's own label of what came without one", named(SPREADER), {"code.role": "note"}),
    ("the producer has the code of a propagator", named(SPREADER).propagated("iFlow", "9"),
     {"code.role": "warning", "propagator.name": "note"}),
    ("the propagator is empty", RIGHT.propagated("", ""), {"propagator.empty": "warning"}),
    ("the propagation number alone is empty", RIGHT.propagated(SPREADER, ""), {"propagator.empty": "warning"}),
    ("the propagator is a bare name", RIGHT.propagated("iFlow", "9"), {"propagator.name": "note"}),
    ("the propagator has a code of generation", RIGHT.propagated(OTHER, "9"), {"code.role": "warning"}),
    ("a propagator with the producer's number", RIGHT.propagated(SPREADER, RIGHT.produce_id), {"propagator.number": "note"}),
    ("a producer with two numbers", RIGHT.propagated(PRODUCER, "9"), {"propagator.number": "note"}),
    ("one UUID in both reserved codes", replace(RIGHT, reserved_1="6f9d", reserved_2="6f9d"), {"reserved.copied": "note"}),
    ("a reserved code with Chinese", replace(RIGHT, reserved_1="签名"), {"value.beyond_ascii": "warning"}),
    ("a reserved code with a line feed", replace(RIGHT, reserved_1="a\nb"), {"value.control": "fault"}),
)  # fmt: skip


@pytest.mark.parametrize(("label", "wanted"), [row[1:] for row in DEVIATIONS], ids=[row[0] for row in DEVIATIONS])
def test_each_deviation_is_found_and_nothing_else(label: AigcLabel, wanted: dict[str, str]) -> None:
    assert {finding.kind: finding.grade for finding in check(label)} == wanted


@pytest.mark.parametrize(("label", "wanted"), [row[1:] for row in DEVIATIONS], ids=[row[0] for row in DEVIATIONS])
def test_strictness_adds_no_finding_and_makes_doubtful_ones_faults(label: AigcLabel, wanted: dict[str, str]) -> None:
    found = {finding.kind: finding.grade for finding in check(label, strict=True)}
    assert found.keys() == wanted.keys()
    for kind in ("value.space", "value.quote", "value.beyond_ascii", "propagator.empty"):
        assert found.get(kind, "fault") == "fault"


def test_every_kind_of_this_part_has_a_row() -> None:
    families = ("attribute.", "value.", "code.", "producer.", "propagator.", "number.", "reserved.")
    here = {kind for kind in get_args(Kind) if kind.startswith(families)}
    of_spelling = {"value.not_text", "value.yaml_number"}
    assert here - of_spelling - {"propagator.first_write"} == {kind for row in DEVIATIONS for kind in row[2]}


@pytest.mark.parametrize(
    "number", ["q8/Zk+0aB/==", "2025-08-01/7", "01JADK3M7Q", "6f9d1f0e-1111-4222-8333-444455556666", "a(b", "v1.2"]
)
def test_numbers_of_usual_forms_are_not_suspected(number: str) -> None:
    assert kinds(AigcLabel.first(PRODUCER, number)) == []


def test_findings_of_the_spelling_come_first_and_are_not_said_twice() -> None:
    spelt = parse('{"Label":"AIGC","ContentProducer":"' + PRODUCER + '","ProduceID":"7"}')
    assert spelt is not None
    found = [finding.kind for finding in check(spelt)]
    assert found == ["key.missing"] * 4 + ["attribute.named"]


def test_clauses_are_named_wherever_a_rule_is_broken() -> None:
    for _, label, _ in DEVIATIONS:
        for finding in check(label):
            assert finding.clause or finding.grade == "note" or finding.kind == "number.path"
            assert len(finding.detail) <= 120


def test_the_examples_of_the_docstrings_hold() -> None:
    assert not doctest.testmod(checks).failed


values = st.text(max_size=60)


@given(st.builds(AigcLabel, values, values, values, values, values, values, values), st.booleans(), st.booleans())
def test_any_label_can_be_checked(label: AigcLabel, strict: bool, first_write: bool) -> None:
    for finding in check(label, strict=strict, first_write=first_write):
        assert finding.kind in get_args(Kind)
        assert finding.detail.isprintable()


@pytest.mark.parametrize("unit", ["/", "\\", "{", "[", "<", "a(", ".", "0", " ", "a.b/", "\ud800"])
def test_long_hostile_values_are_checked(unit: str) -> None:
    long = unit * (60_000 // len(unit))
    check(AigcLabel(long, long, long, long, long, long, long))
