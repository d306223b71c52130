"""Figures of the law in words: the sense of each, with its unit, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.law.data_files import DataFiles, law_folder
from hegui.law.figure_text import figure_text, quantity_text
from hegui.law.library import Library
from hegui.law.parameters import UNITS, Sense, Value, parameter
from hegui.locale import LANGUAGES

DAY = date(2026, 11, 26)
PARAMETERS = Library(DataFiles(law_folder())).times.parameters


def said(name: str, lang: str) -> str:
    found = parameter(PARAMETERS, name, DAY)
    assert isinstance(found, Value)
    return figure_text(found.value, PARAMETERS[name].unit, PARAMETERS[name].sense, lang)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("minors.age_below", "未满18周岁", "below 18 years of age"),
        ("minors.guardian_consent_below", "未满14周岁", "below 14 years of age"),
        ("minors.livestream_age_min", "不低于16周岁", "at least 16 years of age"),
        ("export.exempt_below_persons", "不满100,000人", "below 100,000 persons"),
        ("export.assessment_persons", "达到1,000,000人起", "from 1,000,000 persons"),
        ("pi.audit_persons_above", "超过10,000,000人", "above 10,000,000 persons"),
        ("corpus.source_illegal_share_max", "不超过5%", "at most 5%"),
        ("corpus.manual_pass_min", "不低于96%", "at least 96%"),
        ("corpus.manual_sample_min", "不少于4,000条", "at least 4,000 items"),
        ("risks.total", "31种", "31 kinds"),
        ("incident.cii_hours", "不超过1小时", "at most 1 hour"),
        ("filing.algorithm_submit_workdays", "不超过10个工作日", "at most 10 working days"),
        ("minors.night_block", "默认22:00–06:00（北京时间）", "22:00–06:00 Beijing time unless set otherwise"),
        ("incident.larger_loss_cny", "达到5,000,000元起", "from RMB 5,000,000"),
    ],
)
def test_a_figure_says_which_side_of_it_is_meant(name: str, zh: str, en: str) -> None:
    assert (said(name, "zh"), said(name, "en")) == (zh, en)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_has_words(unit: str, lang: str) -> None:
    value = ("22:00", "06:00") if unit == "local_time" else 2
    number = "200%" if unit == "share" else "22:00–06:00" if unit == "local_time" else "2"
    assert all(number in figure_text(value, unit, sense, lang) for sense in get_args(Sense))


@given(st.integers(0, 1000))
def test_a_share_is_said_in_hundredths_without_rounding(thousandths: int) -> None:
    text = quantity_text(thousandths / 1000, "share", "en")
    assert Decimal(text.removesuffix("%")) == Decimal(thousandths) / 10
