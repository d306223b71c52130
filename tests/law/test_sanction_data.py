"""The files of sanctions, chains and penalty rules: they read without a fault, and a faulty one is told so, in full."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hegui.law.entries import Entry, Faults
from hegui.law.sanction_data import Fine
from hegui.law.sanction_files import check_codes, read_chain, read_penalty_rule, read_sanction
from hegui.law.yaml_lines import parse_yaml
from tests.law.sanction_law import CHAINS, RULES, SANCTIONS, faults

CODES = [
    "S-IM21", "S-IM20", "S-AR31", "S-AR32", "S-AR33", "S-DS22", "S-LM13", "S-SA12", "S-CSL61", "S-CSL62",
    "S-CSL64", "S-CSL69", "S-CSL70", "S-CSL71", "S-DSL45", "S-DSL46", "S-DSL48", "S-PIPL66", "S-PIPL69",
    "S-NDR55", "S-NDR56", "S-NDR57", "S-NDR58", "S-MPO53", "S-MPO54", "S-MPO55", "S-MPO56", "S-MPO57",
    "S-MPL127", "S-AIM30", "S-STP112", "S-INC", "S-IIS19", "S-IIS23", "S-PSL", "S-CRL286A", "S-CRL253A",
    "S-CRL285", "S-CRL287", "S-CRL-CONTENT", "S-CIV", "S-CONTRACT", "S-NONE", "S-PRACT", "S-EU99-35M",
    "S-EU99-15M", "S-EU99-7M", "S-EU101", "S-US-CA5000", "S-US-SB53", "S-US-TX", "S-US-SB243", "S-US-NY",
    "S-US-CO", "S-UK",
]  # fmt: skip
"""Every code that provisions may name."""

SUPERSEDED = {
    "CSL-OLD-59": ("S-CSL61", date(2026, 1, 1)),
    "CSL-OLD-68": ("S-CSL69", date(2026, 1, 1)),
    "CSL-OLD-64": ("S-CSL71", date(2026, 1, 1)),
    "CSL-OLD-69": ("S-CSL70", date(2026, 1, 1)),
    "PSL-OLD": ("S-PSL", date(2026, 1, 1)),
    "EU-OLD-113": ("S-EU99-15M", date(2026, 7, 27)),
    "US-CO-SB205": ("S-US-CO", None),
}
"""Earlier version → its code and the first day it no longer binds."""

GOOD = """
id: S-X1
rank: law
basis: {zh: 某法第一条, en: Some Law art. 1}
punishes: {zh: 违法, en: a breach}
versions:
  - published: 2020-01-01
    effective: 2020-02-01
    wording: {zh: 罚款, en: a fine}
    tiers:
      - {stage: first, measures: [warning], fine: {imposes: may, min: 10000, max: 50000}}
    source: {zh: 已核对, en: read}
    confidence: verified
"""


def problems(text: str, read: Any = read_sanction, file: str = "sanctions/S-X1.yaml") -> list[str]:
    found = Faults()
    entry = Entry(parse_yaml(text), file, 1, found)
    read(entry)
    entry.done()
    return [f"{place}: {problem}" for place, problem in found.found]


def test_every_file_reads_without_a_fault() -> None:
    assert faults().found == []


def test_every_code_has_its_file_and_there_are_no_others() -> None:
    assert sorted(SANCTIONS) == sorted(CODES)


def test_the_fifteen_chains_are_there() -> None:
    assert sorted(CHAINS, key=lambda name: int(name[1:])) == [f"C{number}" for number in range(1, 16)]


def test_the_general_rules_are_there() -> None:
    assert {rule.id for rule in RULES} == {"APL-29", "APL-32", "APL-33", "APL-36", "CSL-73", "NDR-59", "INC-11"}


@pytest.mark.parametrize(("version", "place"), SUPERSEDED.items(), ids=SUPERSEDED)
def test_a_superseded_rule_is_an_earlier_version_of_its_chain(version: str, place: tuple[str, date | None]) -> None:
    code, until = place
    found = next(one for one in SANCTIONS[code].versions if one.id == version)
    assert found.span.until == until
    assert SANCTIONS[code].versions[-1] is not found


def test_every_amount_stands_under_a_source_in_both_languages() -> None:
    for sanction in SANCTIONS.values():
        for version in sanction.versions:
            assert version.source.zh, sanction.id
            assert version.source.en, sanction.id


def test_what_gives_way_to_law_is_exactly_the_two_residual_clauses() -> None:
    assert {code for code, one in SANCTIONS.items() if one.residual} == {"S-IM21", "S-AIM30"}


def test_a_reference_never_leads_to_itself_and_has_no_amount_of_its_own() -> None:
    for sanction in SANCTIONS.values():
        for version in sanction.versions:
            if version.referral:
                assert sanction.id not in version.leads_to
                assert not [tier for tier in version.tiers if tier.fine], sanction.id


def test_the_new_network_law_fines_at_once_from_its_first_day() -> None:
    timeline = SANCTIONS["S-CSL69"].timeline
    day_before, day = timeline.on(date(2025, 12, 31)), timeline.on(date(2026, 1, 1))
    assert day_before is not None
    assert day is not None
    assert day_before.tiers[0].fine is None
    assert day.tiers[0].fine == Fine("CNY", "may", 50_000, 500_000)


def test_a_good_file_has_no_fault() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("id: S-X1", "id: S-X2"), "sanctions/S-X1.yaml:2: id — S-X2 stands in a file named S-X1"),
        (("rank: law", "rank: rule"), "rank — 'rule' is none of law"),
        (("stage: first", "stage: late"), "stage — 'late' is none of first"),
        (("[warning]", "[warning, whipping]"), "measures — 'whipping' is none of order_to_correct"),
        (("min: 10000", "min: 60000"), "max — 50000 is below the minimum, 60000"),
        (("min: 10000", "min: 0"), "min — 0 is not a whole number from 1"),
        (("imposes: may, min: 10000, max: 50000", "imposes: may"), "stated — a stated fine has an amount"),
        (("max: 50000", "max: 50000, gains: {min: 5, max: 3}"), "gains — the greatest multiple is below the least"),
        (("effective: 2020-02-01", "effective: 2019-02-01"), "effective — 2019-02-01 is before the publication"),
        (("    wording", "    missing: [persons]\n    wording"), "tiers_complete — missing lists persons"),
        (("    wording", "    leads_to: [S-X9]\n    wording"), "leads_to — only a referral leads to other sanctions"),
        (("    wording", "    state: undated\n    wording"), "state — undated, and the day of effect is 2020-02-01"),
        (("    wording", "    also: [credit_record]\n    wording"), "also — also_basis is missing"),
        (("rank: law", "rank: law\ntried_first: [CSL]"), "tried_first — only a residual sanction"),
        (("rank: law", "rank: law\nfines: 3"), "fines — there is no such member"),
        (("confidence: verified", "confidence: sure"), "confidence — 'sure' is none of verified"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_faulty_file_is_told_its_line_and_what_is_wrong(change: tuple[str, str], told: str) -> None:
    assert any(told in one for one in problems(GOOD.replace(*change)))


def test_all_faults_come_at_once() -> None:
    text = (
        GOOD.replace("rank: law", "rank: rule").replace("stage: first", "stage: late").replace("min: 10000", "min: -1")
    )
    assert len(problems(text)) == 3


def test_overlapping_versions_are_a_fault() -> None:
    second = GOOD[GOOD.index("  - published") :].replace("2020-02-01", "2021-02-01")
    assert any("begins before the one before it ends" in one for one in problems(GOOD + second))


@pytest.mark.parametrize(
    "raw", ["[]", "7", "id: [1]", "{}", "versions: 3", "versions: [3]", "versions: [{tiers: [[]]}]"]
)
@pytest.mark.parametrize("read", [read_sanction, read_chain, read_penalty_rule])
def test_a_file_of_any_other_shape_is_faults_and_nothing_worse(raw: str, read: Any) -> None:
    assert problems(raw, read)


def test_a_code_that_does_not_exist_is_told_where_it_is_used() -> None:
    found = Faults()
    check_codes(SANCTIONS, [("im/art14.yaml:7", ["S-CSL69", "S-CSL99"])], found)
    assert found.found == [("im/art14.yaml:7", "there is no sanction S-CSL99")]
