"""What a step of a pipeline did to the label of a file, case by case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from hegui.label.aigc import AigcLabel
from hegui.label.comparison import Change, compare
from hegui.label.reading import Candidate, Gap, Reading, Trace

LABEL = AigcLabel.first("001191110102MAD55U9H0F10002", "n-1")
PLATFORM = LABEL.propagated("00119144030008867405X220001", "p-1", reserved="r")
NOTHING, GAP = Reading(), Reading(gaps=(Gap("file", "unknown format"),))
MARK = Trace("explicit_text", "head", "AI生成")


def held(*labels: AigcLabel, place: str = "xmp", traces: tuple[Trace, ...] = (), gaps: tuple[Gap, ...] = ()) -> Reading:
    return Reading(tuple(Candidate(place, at, 1, label.text()) for at, label in enumerate(labels)), traces, gaps)


class Case(NamedTuple):
    before: Reading
    after: Reading
    changes: tuple[tuple[Any, ...], ...]
    is_fault: bool


CASES = {
    "a label that came through is kept": Case(held(LABEL), held(LABEL), (("kept",),), False),
    "where there was none there is nothing to say": Case(NOTHING, NOTHING, (), False),
    "a label that is gone is lost": Case(held(LABEL), NOTHING, (("lost", "", "xmp"),), True),
    "a label that is gone from a file half read is lost, and what was not read is told":
        Case(held(LABEL), GAP, (("unread", "", "file", "unknown format"), ("lost", "", "xmp")), True),
    "a label that came anew is added": Case(NOTHING, held(LABEL), (("added", "", "", "xmp"),), False),
    "another place in the same file is a move":
        Case(held(LABEL), held(LABEL, place="exif"), (("moved", "", "xmp", "exif"),), False),
    "a propagator that adds itself changes nothing of the producer's": Case(
        held(LABEL), held(PLATFORM),
        (("propagated", "ContentPropagator", LABEL.propagator, PLATFORM.propagator), ("propagated", "PropagateID", "n-1", "p-1"),
         ("propagated", "ReservedCode2", "", "r")), False),
    "another number of the producer is a change":
        Case(held(LABEL), held(replace(LABEL, produce_id="n-2")), (("changed", "ProduceID", "n-1", "n-2"),), True),
    "another producer is a change":
        Case(held(LABEL), held(replace(LABEL, producer="P")), (("changed", "ContentProducer", LABEL.producer, "P"),), True),
    "a signature that is gone is a change":
        Case(held(replace(LABEL, reserved_1="s")), held(LABEL), (("changed", "ReservedCode1", "s", ""),), True),
    "what was generated and is suspected is contradicted":
        Case(held(LABEL), held(replace(LABEL, attribute="3")), (("contradicted", "Label", "1", "3"),), True),
    "a second label beside the first is doubled":
        Case(held(LABEL), held(LABEL, LABEL), (("duplicated", "", "1", "2"), ("kept",)), True),
    "two labels where there was none are doubled":
        Case(NOTHING, held(LABEL, LABEL), (("duplicated", "", "0", "2"), ("added", "", "", "xmp")), True),
    "two labels that stood before are not this step's": Case(held(LABEL, LABEL), held(LABEL, LABEL), (("kept",),), False),
    "a part that was not read before may have held a label":
        Case(GAP, NOTHING, (("unread", "", "file", "unknown format"),), False),
    "a part that was not read on both sides is told once": Case(GAP, GAP, (("unread", "", "file", "unknown format"),), False),
    "a visible mark that is gone is lost":
        Case(held(LABEL, traces=(MARK,)), held(LABEL), (("kept",), ("explicit_lost", "", "AI生成")), True),
    "a visible mark that came anew is no fault": Case(held(LABEL), held(LABEL, traces=(MARK,)), (("kept",),), False),
    "a visible mark in a part that was not read may be there":
        Case(held(LABEL, traces=(MARK,)), held(LABEL, gaps=GAP.gaps), (("unread", "", "file", "unknown format"), ("kept",)), False),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(case: Case) -> None:
    found = compare(case.before, case.after)
    assert found == tuple(Change(*one) for one in case.changes)
    assert any(one.is_fault for one in found) == case.is_fault
