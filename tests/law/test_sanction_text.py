"""What is said of an assessment: complete, in both languages, and the same as what the record says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from hegui.errors import InputError, NotFoundError
from hegui.kernel.logic import Verdict
from hegui.law.sanction_amounts import Band, Bound, Figures
from hegui.law.sanction_money import band_text
from hegui.law.sanction_names import AUTHORITIES, CIRCUMSTANCES, MEASURES, RANKS, ROLES, STAGES
from hegui.law.sanction_record import assessment_record, chain_record
from hegui.law.sanction_text import explain, explain_chain
from hegui.law.sanctions import FIRST_BREACH, Breach, assess
from tests.law.sanction_law import CHAINS, RULES, SANCTIONS
from tests.law.test_sanction_properties import breaches

GOLDEN = Path(__file__).parent / "golden"

CASE = Breach(
    codes=("S-CSL69", "S-IM21", "S-CRL286A"),
    act_on=date(2025, 12, 31),
    decided_on=date(2026, 5, 1),
    known={**FIRST_BREACH, "refused": True, "corrected": False},
    provisions=frozenset({"CSL-49-1"}),
)
"""Illegal output, left after an order: done under the old Cybersecurity Law, decided under the new."""


def say(breach: Breach, lang: str) -> str:
    return "\n".join(explain(assess(breach, SANCTIONS, RULES), lang)) + "\n"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_memo_reads_as_a_person_approved_it(lang: str) -> None:
    """To approve a change, write what is said to the file and read the difference."""
    assert say(CASE, lang) == (GOLDEN / f"sanctions-c4.{lang}.txt").read_text("utf-8")


@pytest.mark.parametrize("code", sorted(SANCTIONS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sanction_can_be_said_with_its_clause_and_how_well_it_was_checked(code: str, lang: str) -> None:
    said = say(Breach((code,), date(2027, 6, 1)), lang)
    assert SANCTIONS[code].basis.text(lang) in said
    assert {"zh": "〔", "en": "["}[lang] in said


@settings(max_examples=40)
@given(breaches())
def test_anything_can_be_said_and_recorded(breach: Breach) -> None:
    assessment = assess(breach, SANCTIONS, RULES)
    for lang in ("zh", "en"):
        lines = explain(assessment, lang)
        assert all(line.strip() and "{" not in line and "None" not in line for line in lines)
    assert json.loads(json.dumps(assessment_record(assessment)))["codes"] == list(breach.codes)


def test_the_record_says_what_the_memo_says() -> None:
    record = assessment_record(assess(CASE, SANCTIONS, RULES))
    old, new = record["readings"]
    assert (record["law_settled"], old["day"], new["day"]) == ("unknown", "2025-12-31", "2026-05-01")
    assert (old["fine"]["min"]["amount"], old["fine"]["max"]["amount"]) == (100_000, 500_000)
    assert (new["fine"]["min"]["amount"], new["fine"]["max"]["amount"]) == (500_000, 2_000_000)
    assert new["sanctions"][1]["standing"] == "displaced"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(CHAINS))
def test_every_chain_is_said_step_by_step(name: str, lang: str) -> None:
    chain = CHAINS[name]
    lines = explain_chain(chain, lang)
    assert chain.outcome.text(lang) in lines[0]
    assert len(lines) == 1 + sum(len(route) for route in chain.routes)
    assert json.dumps(chain_record(chain))


def test_every_word_of_the_closed_lists_has_a_name_in_both_languages() -> None:
    for words in (AUTHORITIES, CIRCUMSTANCES, MEASURES, RANKS, ROLES):
        assert all(one.zh and one.en for one in words.values())
    assert all(stage.words.zh and stage.words.en for stage in STAGES.values())


@pytest.mark.parametrize(
    ("low", "high", "english", "chinese"),
    [
        (Bound(50_000), Bound(500_000), "RMB 50,000 to RMB 500,000", "5万元以上50万元以下"),
        (Bound(None, gaps=("no_floor",)), Bound(1_000_000), "up to RMB 1,000,000", "100万元以下"),
        (Bound(5_000), Bound(5_000), "RMB 5,000", "5000元"),
        (
            Bound(None, gaps=("no_floor",)),
            Bound(None, 50_000_000, ("turnover_unknown",)),
            "the maximum is not below RMB 50,000,000, and open (last year's turnover not known)",
            "上限不低于5000万元，尚未确定（上一年度营业额未知）",
        ),
        (
            Bound(None, gaps=("not_in_facts",)),
            Bound(None, gaps=("not_in_facts",)),
            "no bound can be given (amount not in our facts)",
            "无法给出界限（金额未收录）",
        ),
    ],
)
def test_a_band_is_said_in_the_manner_of_each_language(low: Bound, high: Bound, english: str, chinese: str) -> None:
    band = Band("CNY", low, high, Verdict.FAILS)
    assert (band_text(band, "en"), band_text(band, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("given_", "code", "told"),
    [
        ({"decided_on": date(2025, 1, 1)}, "LAW061", "decided_on — 2025-01-01 is before the act, 2026-01-01"),
        ({"found_on": date(2025, 1, 1)}, "LAW061", "found_on — 2025-01-01 is before the act"),
        ({"known": {"refusd": True}}, "LAW062", "'refusd' is not known"),
        ({"authority": "the_boss"}, "LAW062", "authority — 'the_boss' is not known"),
        ({"known": {"especially_serious": True, "serious": False}}, "LAW063", "it cannot be so while serious is not"),
        ({"figures": Figures(gains={"CNY": -1})}, "LAW064", "CNY — -1 is negative"),
        ({"figures": Figures(days=-1)}, "LAW064", "days — -1 is negative"),
    ],
)
def test_what_cannot_be_is_refused_with_the_place_and_the_remedy(given_: dict[str, Any], code: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        Breach(("S-CSL69",), date(2026, 1, 1), **given_)
    assert caught.value.code == code
    assert told in str(caught.value)
    assert caught.value.remedy


def test_a_code_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotFoundError, match="LAW060 S-CSL99 — there is no such sanction"):
        assess(Breach(("S-CSL99",), date(2026, 1, 1)), SANCTIONS, RULES)


def test_decided_before_found_is_refused() -> None:
    with pytest.raises(InputError, match="LAW061"):
        Breach(("S-CSL69",), date(2026, 1, 1), decided_on=date(2026, 2, 1), found_on=date(2026, 3, 1))
