"""What a platform does with an upload, case by case (uploads.yaml), and what it never does to the producer's elements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hegui.label.aigc import AigcLabel
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.upload import ATTRIBUTE, Upload, decide, platform_label

CASES = yaml.safe_load((Path(__file__).parent / "uploads.yaml").read_text(encoding="utf-8"))
PRODUCER, PLATFORM = "001191110102MAD55U9H0F10002", "00119144030008867405X220001"

LABELS = {
    **{one: AigcLabel.first(PRODUCER, "n-1", attribute=one).text() for one in ("1", "2", "3", "１", " 02")},  # type: ignore[arg-type]
    "broken": AigcLabel("AIGC", PRODUCER, "n-1").text(),
    "misspelt": AigcLabel.first(PRODUCER, "n-1").text().replace("ReservedCode1", "ReserveCode1"),
    "other": AigcLabel.first(PRODUCER, "n-2").text(),
}


def reading(said: dict[str, Any]) -> Reading:
    return Reading(
        tuple(Candidate("place", at, 1, LABELS[name]) for at, name in enumerate(said.get("labels", ()))),
        tuple(Trace(kind, "place", detail) for kind, detail in said.get("traces", ())),
        tuple(Gap("place", reason) for reason in said.get("gaps", ())),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    found = decide(reading(case.get("read", {})), declared=case.get("declared"), valid_c2pa=case.get("valid_c2pa"))
    told = {"category": found.category, "attribute": found.attribute, "evidence": [one.kind for one in found.evidence]}
    assert told == case["then"]


def test_every_name_is_said_once() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))


# Properties. More evidence never makes an answer weaker, and the order in which things stand in the file changes nothing.

KINDS = st.sampled_from(["explicit_text", "generator", "parameters", "iptc_source_type", "c2pa", "other"])
TRACES = st.lists(
    st.builds(Trace, KINDS, st.just("p"), st.sampled_from(["ComfyUI", "Canon", "trainedAlgorithmicMedia"])), max_size=4
)
GAPS = st.lists(st.builds(Gap, st.just("p"), st.just("truncated")), max_size=2)
TEXTS = st.lists(st.sampled_from(sorted(LABELS.values())), max_size=3)
READINGS = st.builds(
    lambda texts, traces, gaps: Reading(tuple(Candidate("p", 0, 1, text) for text in texts), tuple(traces), tuple(gaps)),
    TEXTS, TRACES, GAPS,
)  # fmt: skip
STRENGTH = ("nothing_found", "cannot_tell", "suspected", "possible", "confirmed")


@given(READINGS, st.sampled_from([None, False]))
def test_a_declaration_never_makes_an_answer_weaker(read: Reading, before: bool | None) -> None:
    without, declared = decide(read, declared=before), decide(read, declared=True)
    assert STRENGTH.index(declared.category) >= max(STRENGTH.index(without.category), STRENGTH.index("possible"))


@given(READINGS, READINGS)
def test_what_is_found_beside_never_makes_an_answer_weaker(one: Reading, other: Reading) -> None:
    both = Reading(one.candidates + other.candidates, one.traces + other.traces, one.gaps + other.gaps)
    assert STRENGTH.index(decide(both).category) >= STRENGTH.index(decide(one).category)


@given(READINGS)
def test_the_order_of_the_file_changes_no_answer(read: Reading) -> None:
    turned = Reading(read.candidates[::-1], read.traces[::-1], read.gaps[::-1])
    assert decide(turned).category == decide(read).category


VALUES = st.text(max_size=20)
ANY_LABEL = st.builds(AigcLabel, *[VALUES] * 7)
PRODUCERS = ("attribute", "producer", "produce_id", "reserved_1")


@given(ANY_LABEL, st.sampled_from(sorted(ATTRIBUTE)), VALUES, VALUES)
def test_a_platform_leaves_every_element_of_the_producer_as_it_is(
    label: AigcLabel, category: Any, platform: str, number: str
) -> None:
    written = platform_label(Upload(category, (), label), platform, number)
    assert written is not None
    assert [getattr(written, name) for name in PRODUCERS] == [getattr(label, name) for name in PRODUCERS]
    assert (written.propagator, written.propagate_id) == (platform, number)


@pytest.mark.parametrize("category", ["confirmed", "possible", "suspected"])
def test_where_no_label_stood_the_platform_stands_in_both_places(category: Any) -> None:
    written = platform_label(Upload(category, ()), PLATFORM, "n", reserved="r")
    assert written == AigcLabel(ATTRIBUTE[category], PLATFORM, "n", "", PLATFORM, "n", "r")


@pytest.mark.parametrize("category", ["nothing_found", "cannot_tell"])
def test_where_article_6_asks_for_nothing_nothing_is_written(category: Any) -> None:
    assert platform_label(Upload(category, (), AigcLabel.first(PRODUCER, "n")), PLATFORM, "n") is None
