"""Four answers for a file, what each rests on, and that more knowledge never takes a settled one back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.label.aigc import AigcLabel
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.signatures import SecurityReport, SideReport
from hegui.label.verdict import State, judge
from hegui.locale import LANGUAGES

LABEL = AigcLabel.first("00119144030008867405X210001", "01JADK3M7Q")
OTHER = AigcLabel.first("001191110102MAD55U9H0F10002", "7")
BROKEN = replace(LABEL, attribute="AIGC")
XMP, TEXT = "png iTXt XMP", "png tEXt AIGC"
GAP = Gap("IDAT", "truncated")


def found(
    label: AigcLabel, place: str = XMP, *, is_standard: bool = True, findings: tuple[Finding, ...] = ()
) -> Candidate:
    return Candidate(place, 0, 9, label.text(), is_standard, findings)


CASES: tuple[tuple[str, Reading, State, tuple[str, ...]], ...] = (
    ("a label without fault", Reading((found(LABEL),)), "compliant", ()),
    ("a warning is no fault", Reading((found(LABEL, TEXT, is_standard=False),)), "compliant", ("place.nonstandard",)),
    ("a label with a fault", Reading((found(BROKEN),)), "non_compliant", ("attribute.named",)),
    ("nothing", Reading(), "not_found", ()),
    ("other texts are nothing", Reading((Candidate(XMP, 0, 9, "see the AIGC guide"),)), "not_found", ()),
    ("traces are no label", Reading(traces=(Trace("c2pa", "caBX", ""),)), "not_found", ()),
    ("nothing in a file half read", Reading(gaps=(GAP,)), "inconclusive", ()),
    ("a label in a file half read", Reading((found(LABEL),), gaps=(GAP,)), "inconclusive", ()),
    ("a fault in a file half read stays one", Reading((found(BROKEN),), gaps=(GAP,)), "non_compliant", ("attribute.named",)),
    ("the label twice", Reading((found(LABEL), found(LABEL, XMP))), "non_compliant", ("label.duplicate",)),
    ("two labels that differ", Reading((found(LABEL), found(OTHER, XMP))), "non_compliant", ("label.conflict",)),
    ("a fault of the place", Reading((found(LABEL, findings=(Finding("png.crc", "fault", ""),)),)), "non_compliant", ("png.crc",)),
    ("a place the codec has named",
     Reading((found(LABEL, is_standard=False, findings=(Finding("place.comment", "warning", ""),)),)),
     "compliant", ("place.comment",)),
    ("a label that cannot be read", Reading((Candidate(TEXT, 0, 9, '{"Label":"1","ContentProducer":'),)), "non_compliant",
     ("label.unreadable",)),
)  # fmt: skip


@pytest.mark.parametrize(("reading", "state", "kinds"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_reading_has_its_answer(reading: Reading, state: State, kinds: tuple[str, ...]) -> None:
    verdict = judge(reading)
    assert verdict.state == state
    assert tuple(placed.finding.kind for placed in verdict.findings) == kinds
    assert verdict.gaps == reading.gaps


def test_a_finding_of_the_spelling_counts_like_any_other() -> None:
    text = json.dumps({"AIGC": {"Label": "1", "ContentProducer": LABEL.producer, "ProduceID": "7"}})
    verdict = judge(Reading((Candidate("exif UserComment", 0, 9, text),)))
    assert verdict.state == "non_compliant"
    assert {placed.finding.kind for placed in verdict.of_grade("fault")} == {"key.missing"}
    assert {placed.place for placed in verdict.findings} == {"exif UserComment"}


def test_strictness_decides_what_sources_leave_open() -> None:
    reading = Reading((found(LABEL.propagated("", "")),))
    assert judge(reading).state == "compliant"
    assert judge(reading, strict=True).state == "non_compliant"


def test_the_clause_of_the_place_is_the_codecs() -> None:
    (placed,) = judge(Reading((found(LABEL, TEXT, is_standard=False),)), clause="TC260-PG-20259A").findings
    assert (placed.finding.clause, placed.finding.detail) == ("TC260-PG-20259A", TEXT)


NONE = SideReport("absent")
SIDES: tuple[tuple[SideReport, State, dict[str, str]], ...] = (
    (NONE, "compliant", {}),
    (SideReport("trusted", content="holds"), "compliant", {}),
    (SideReport("self_consistent"), "compliant", {"signature.self_consistent": "note"}),
    (SideReport("invalid", "label"), "non_compliant", {"signature.invalid": "fault"}),
    (SideReport("invalid", "binding"), "non_compliant", {"signature.invalid": "fault"}),
    (SideReport("invalid", "moved"), "non_compliant", {"signature.invalid": "fault"}),
    (SideReport("invalid", "content", content="differs"), "non_compliant", {"signature.content_differs": "fault"}),
    (SideReport("trusted", content="differs"), "compliant", {"signature.content_differs": "warning"}),
    (SideReport("not_checked", "program"), "compliant", {"signature.not_checked": "note"}),
    (SideReport("opaque", form="uuid"), "compliant", {"signature.opaque": "note"}),
)


@pytest.mark.parametrize(
    ("side", "state", "kinds"), SIDES, ids=[f"{side.outcome} {side.reason}" for side, _, _ in SIDES]
)
@pytest.mark.parametrize("role", ["producer", "propagator"])
def test_what_a_reserved_code_is_worth_counts(role: str, side: SideReport, state: State, kinds: dict[str, str]) -> None:
    report = SecurityReport(side, NONE) if role == "producer" else SecurityReport(NONE, side)
    verdict = judge(Reading((found(LABEL),)), security={LABEL: report})
    assert verdict.state == state
    assert {placed.finding.kind: placed.finding.grade for placed in verdict.findings} == kinds
    for placed in verdict.findings:
        assert placed.finding.detail.startswith("ReservedCode1" if role == "producer" else "ReservedCode2")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_answer_says_that_a_person_made_it(lang: str) -> None:
    said = {judge(reading).text(lang) for _, reading, _, _ in CASES}
    assert len(said) == 4
    for text in said:
        assert not any(word in text.lower() for word in ("human", "person", "人工创作", "真人", "非生成"))


labels_ = st.sampled_from([LABEL, OTHER, BROKEN])
candidates = st.one_of(labels_.map(found), st.just(Candidate(XMP, 0, 9, "nothing")))
readings = st.builds(
    Reading, st.lists(candidates, max_size=3).map(tuple), st.just(()), st.lists(st.just(GAP), max_size=1).map(tuple)
)


@given(readings, candidates)
def test_looking_at_what_was_a_gap_never_takes_a_fault_back(reading: Reading, more: Candidate) -> None:
    """With the gap filled, by nothing or by another candidate, what was settled stays settled."""
    before = judge(reading).state
    for filled in (replace(reading, gaps=()), Reading((*reading.candidates, more))):
        after = judge(filled).state
        if before == "non_compliant":
            assert after == "non_compliant"
        elif reading.gaps:
            assert before == "inconclusive"


@given(st.lists(st.text(max_size=60), max_size=4), st.booleans())
def test_any_reading_gets_an_answer(texts: list[str], strict: bool) -> None:
    reading = Reading(tuple(Candidate("x", 0, 1, text) for text in texts))
    assert judge(reading, strict=strict).state in ("compliant", "non_compliant", "not_found")
