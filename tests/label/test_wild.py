"""Labels as other services really write them are read, and texts that only speak of labels are none.

The rows of wild.yaml keep the shape of what was seen in public files; every word and number in them is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice, apply
from hegui.label.aigc import KEYS, AigcLabel
from hegui.label.faults import LabelError
from hegui.label.formats import open_label, plan
from hegui.label.standing import labels
from hegui.label.verdict import Verdict, judge
from tests.label.wild_files import OTHER, PLAIN, built

TABLE = yaml.safe_load(Path(__file__).with_name("wild.yaml").read_text(encoding="utf-8"))
NEW = OTHER.propagated(OTHER.propagator, "spread-0003")
_ATTRIBUTES = dict(zip(KEYS, AigcLabel.__dataclass_fields__, strict=True))


def verdict_on(row: Mapping[str, Any]) -> Verdict:
    opened = open_label(Source.of(built(row["content"])), row["file"])
    return judge(opened.reading, clause=opened.codec.CLAUSE if opened.codec else "")


def expected(said: object) -> AigcLabel:
    """`plain`, `other`, or the plain label with other values: `~` stands for an empty one."""
    if isinstance(said, str):
        return {"plain": PLAIN, "other": OTHER}[said]
    assert isinstance(said, Mapping)
    return replace(PLAIN, **{_ATTRIBUTES[key]: value or "" for key, value in said.items()})


@pytest.mark.parametrize("row", TABLE["labels"], ids=lambda row: row["name"])
def test_a_label_of_others_is_read(row: Mapping[str, Any]) -> None:
    verdict = verdict_on(row)
    assert [one.spelt.label for one in verdict.labels] == [expected(one) for one in row["labels"]]
    assert sorted({placed.finding.kind for placed in verdict.findings}) == sorted(row["findings"])
    assert verdict.state == row["state"]
    assert [gap.reason for gap in verdict.gaps] == row.get("gaps", [])


@pytest.mark.parametrize("row", TABLE["labels"], ids=lambda row: row["name"])
def test_a_label_of_others_is_updated_where_it_stands_or_refused(row: Mapping[str, Any]) -> None:
    data, name, refusal = built(row["content"]), row["file"], ""
    splices: tuple[Splice, ...] = ()
    try:
        _, splices = plan(Source.of(data), name, NEW)
    except LabelError as error:
        refusal = error.code
    if refusal:
        assert refusal in ("LBL001", "LBL002", "LBL003", "LBL005", "LBL006")
        return
    after = apply(data, splices)
    assert [one.spelt.label for one in labels(open_label(Source.of(after), name).reading)] == [NEW]
    assert plan(Source.of(after), name, NEW)[1] == ()


@pytest.mark.parametrize("row", TABLE["broken"], ids=lambda row: row["name"])
def test_a_label_that_is_ruined_is_said_to_be(row: Mapping[str, Any]) -> None:
    verdict = verdict_on(row)
    assert verdict.labels == ()
    assert sorted({placed.finding.kind for placed in verdict.findings}) == sorted(row["findings"])
    assert verdict.state == "non_compliant"


@pytest.mark.parametrize("row", TABLE["others"], ids=lambda row: row["name"])
def test_what_is_no_label_is_taken_for_none(row: Mapping[str, Any]) -> None:
    opened = open_label(Source.of(built(row["content"])), row["file"])
    assert labels(opened.reading) == ()
    assert judge(opened.reading).state == "not_found"
