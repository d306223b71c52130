"""Where figures and clocks stand, named in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hegui.law.data_files import DataFiles, law_folder
from hegui.law.library import Library
from hegui.law.provenance import Provenance

TIMES = Library(DataFiles(law_folder())).times


def held() -> Iterator[Provenance]:
    for figure in TIMES.parameters.values():
        yield from (value.provenance for value in figure.timeline.versions)
    for clock in TIMES.deadlines.values():
        yield from (version.provenance for version in clock.timeline.versions)


def test_every_source_can_be_named_without_reading_chinese() -> None:
    assert [one.source for one in held() if not re.match(r"[^\u4e00-\u9fff]{8}", one.source_text("en"))] == []


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("民法典第202条 (Civil Code, art. 202)", "民法典第202条", "Civil Code, art. 202 (民法典第202条)"),
        ("民法典第201条 (Civil Code Art. 201(2))", "民法典第201条", "Civil Code Art. 201(2) (民法典第201条)"),
        ("GB 45438-2025 5.3 (note)", "GB 45438-2025 5.3 (note)", "GB 45438-2025 5.3 (note)"),
        ("网络安全法", "网络安全法", "网络安全法"),
    ],
)
def test_each_language_takes_its_own_name(source: str, zh: str, en: str) -> None:
    one = Provenance(source, "verified")
    assert (one.source_text("zh"), one.source_text("en")) == (zh, en)
