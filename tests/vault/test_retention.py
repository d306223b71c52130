"""Retention: what the law wants kept, the operator's own periods, and each boundary the day before and the day itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import FileFaults, InputError
from hegui.vault.erasure import plan_erasure
from hegui.vault.periods import Period, add_months, civil_date, read_periods, write_periods
from hegui.vault.retention import CONTENT_KINDS, KINDS, Hold, Item, Kind, Overridden, Schedule, check_schedule, due
from hegui.vault.retention_files import read_retention, retention_law
from tests.conftest import SHARED

LAW = retention_law()
TODAY = date(2026, 1, 15)
SIX: dict[Kind, tuple[Period, ...]] = {kind: (Period(6),) for kind in KINDS}


def schedule(**changed: str) -> Schedule:
    return {**SIX, **{kind: read_periods(text) for kind, text in changed.items()}}  # type: ignore[dict-item]


def at_shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def record(made: datetime, kind: Kind = "exchange_record") -> Item:
    return Item("r1", kind, made, None if kind in ("exchange_record", "log") else kind)


@pytest.mark.parametrize(
    ("made", "through"),
    [
        (at_shanghai(2026, 1, 15), date(2026, 7, 15)),
        (at_shanghai(2026, 1, 15, 23, 59), date(2026, 7, 15)),
        (at_shanghai(2026, 1, 16), date(2026, 7, 16)),
        (datetime(2026, 1, 14, 15, 59, tzinfo=UTC), date(2026, 7, 14)),
        (datetime(2026, 1, 14, 16, 0, tzinfo=UTC), date(2026, 7, 15)),
        (at_shanghai(2026, 8, 31), date(2027, 2, 28)),
        (at_shanghai(2027, 8, 31), date(2028, 2, 29)),
        (at_shanghai(2026, 2, 28), date(2026, 8, 28)),
        (at_shanghai(2026, 12, 31), date(2027, 6, 30)),
    ],
)
def test_six_months_are_calendar_months_in_shanghai(made: datetime, through: date) -> None:
    """Kept on the last day, due on the next."""
    on_the_last_day = due([record(made)], SIX, LAW, on=through)
    assert [kept.through for kept in on_the_last_day.keep] == [through]
    assert on_the_last_day.delete == ()
    the_day_after = due([record(made)], SIX, LAW, on=through + timedelta(days=1))
    assert the_day_after.keep == ()
    assert [one.since for one in the_day_after.delete] == [through + timedelta(days=1)]


@given(st.dates(date(2017, 6, 1), date(2100, 1, 1)), st.integers(0, 1200))
def test_months_are_never_shorter_than_the_calendar_says(day: date, months: int) -> None:
    end = add_months(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


def test_why_something_is_kept_names_the_provisions_and_the_setting() -> None:
    (kept,) = due([record(at_shanghai(2026, 1, 15))], schedule(exchange_record="12 months"), LAW, on=TODAY).keep
    assert [(reason.provision, reason.through) for reason in kept.reasons] == [
        (None, date(2027, 1, 15)),
        ("CSL-23-1", date(2026, 7, 15)),
        ("AR-28-2", date(2026, 7, 15)),
        ("LM-9-1", date(2026, 7, 15)),
    ]
    assert all(reason.text["zh"] and reason.text["en"] for reason in kept.reasons)
    assert [reason.confidence for reason in kept.reasons] == [None, "V", "V", "V"]


@pytest.mark.parametrize(
    ("on", "provisions", "article"),
    [
        (date(2017, 6, 1), {"CSL-23-1"}, "21"),
        (date(2022, 2, 28), {"CSL-23-1"}, "21"),
        (date(2022, 3, 1), {"CSL-23-1", "AR-28-2"}, "21"),
        (date(2025, 8, 31), {"CSL-23-1", "AR-28-2"}, "21"),
        (date(2025, 9, 1), {"CSL-23-1", "AR-28-2", "LM-9-1"}, "21"),
        (date(2025, 12, 31), {"CSL-23-1", "AR-28-2", "LM-9-1"}, "21"),
        (date(2026, 1, 1), {"CSL-23-1", "AR-28-2", "LM-9-1"}, "23"),
    ],
)
def test_the_law_of_the_day_decides(on: date, provisions: set[str], article: str) -> None:
    found = {one.provision: one for one in LAW.minima_for("log", on)}
    assert found.keys() == provisions
    (version,) = (version for version in found["CSL-23-1"].versions if version.holds(on))
    assert version.article == article


def test_before_the_law_is_modelled_nothing_is_answered() -> None:
    with pytest.raises(InputError, match=r"VLT013 .*2017-06-01 on, not for 2017-05-31"):
        LAW.minima_for("log", date(2017, 5, 31))


@pytest.mark.parametrize("kind", CONTENT_KINDS)
def test_content_has_no_minimum_and_the_doubt_is_shown(kind: Kind) -> None:
    assert LAW.minima_for(kind, TODAY) == ()
    (question,) = (question for question in LAW.questions if kind in question.kinds)
    assert len(question.readings) == 2
    at_once = due([record(at_shanghai(2026, 1, 14), kind)], schedule(**{kind: "0 months"}), LAW, on=TODAY)
    assert [one.since for one in at_once.delete] == [TODAY]


@pytest.mark.parametrize("through", [None, date(2027, 1, 15)])
def test_a_hold_keeps_whatever_the_periods_say(through: date | None) -> None:
    hold = Hold("r1", "IM-14-4", "案件 c-7", through)
    item = record(at_shanghai(2020, 1, 1), "prompt")
    (kept,) = due([item], SIX, LAW, on=date(2027, 1, 15), holds=[hold, Hold("r2", "CSL-49-1", "another")]).keep
    assert (kept.through, [(one.provision, one.confidence) for one in kept.reasons]) == (through, [("IM-14-4", "V")])
    later = due([item], SIX, LAW, on=date(2027, 1, 16), holds=[hold])
    assert bool(later.delete) == (through is not None)
    if through:
        assert later.delete[0].since == date(2027, 1, 16)


@pytest.mark.parametrize(("kind", "text"), [("log", "5 months"), ("exchange_record", "0 months")])
def test_less_than_the_minimum_is_refused_and_with_a_reason_reported(kind: Kind, text: str) -> None:
    with pytest.raises(FileFaults, match=r"(?s)VLT012 .*CSL-23-1 .*网络日志") as caught:
        check_schedule(schedule(**{kind: text}), LAW, on=TODAY)
    assert [place for place, _ in caught.value.faults] == [f"vault.keep.{kind}"]
    assert "vault.below_minimum" in caught.value.remedy
    with pytest.raises(FileFaults, match="VLT012"):
        check_schedule(schedule(**{kind: text}), LAW, on=TODAY, overrides={kind: "  "})
    overrides: dict[Kind, str] = {kind: "no service in the mainland"}
    assert check_schedule(schedule(**{kind: text}), LAW, on=TODAY, overrides=overrides) == (
        Overridden(
            kind,
            TODAY,
            read_periods(text)[0].months,
            6,
            ("CSL-23-1", "AR-28-2", "LM-9-1"),
            "no service in the mainland",
        ),
    )


def test_six_months_are_enough_and_five_are_not() -> None:
    assert check_schedule(SIX, LAW, on=TODAY) == ()
    with pytest.raises(FileFaults):
        check_schedule(schedule(log="5 months", exchange_record="5 months"), LAW, on=TODAY)


def test_a_setting_that_will_be_too_short_is_refused_today() -> None:
    with pytest.raises(FileFaults, match="from 2027-01-01 it is 3 months, and the law wants at least 6"):
        check_schedule(schedule(log="6 months, 3 months from 2027-01-01, 6 months from 2028-01-01"), LAW, on=TODAY)
    assert check_schedule(schedule(log="3 months, 6 months from 2026-01-15"), LAW, on=TODAY) == ()
    with pytest.raises(FileFaults):
        check_schedule(schedule(log="3 months, 6 months from 2026-01-16"), LAW, on=TODAY)


def test_a_law_that_will_ask_for_more_is_looked_at_today() -> None:
    text = DATA.replace("versions: [{instrument: x, article: '1', effective: 2020-01-01, until: null}]", LATER_VERSION)
    law = read_retention(text, "trial")
    assert check_schedule(schedule(log="1 months"), law, on=date(2029, 12, 31), overrides={"log": "trial"})[
        0
    ].from_day == date(2030, 1, 1)


def test_all_faults_of_the_settings_come_at_once() -> None:
    broken = {**schedule(log="1 months", exchange_record="2 months")}
    del broken["prompt"]
    with pytest.raises(FileFaults) as caught:
        check_schedule(broken, LAW, on=TODAY, overrides={"answer": "for nothing"})
    assert [place for place, _ in caught.value.faults] == [
        "vault.keep.prompt",
        "vault.keep.exchange_record",
        "vault.below_minimum.answer",
        "vault.keep.log",
    ]


def test_a_dated_setting_changes_on_its_day() -> None:
    periods = schedule(prompt="6 months, 12 months from 2027-01-01")
    item = record(at_shanghai(2026, 6, 1), "prompt")
    assert due([item], periods, LAW, on=date(2026, 12, 31)).delete[0].since == date(2026, 12, 2)
    assert due([item], periods, LAW, on=date(2027, 1, 1)).keep[0].through == date(2027, 6, 1)


def test_an_overridden_kind_goes_after_its_setting_and_others_never_before_the_minimum() -> None:
    short = schedule(log="1 months")
    item = record(at_shanghai(2026, 1, 15), "log")
    on = date(2026, 2, 16)
    assert due([item], short, LAW, on=on).keep[0].through == date(2026, 7, 15)  # no reason given: the law counts
    assert due([item], short, LAW, on=on, overrides={"log": "trial"}).delete[0].since == on
    assert due([item], short, LAW, on=date(2026, 2, 15), overrides={"log": "trial"}).keep


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.datetimes(datetime(2018, 1, 1), datetime(2030, 1, 1)))),
    st.dates(date(2018, 1, 1), date(2032, 1, 1)),
)
def test_every_item_is_decided_once_and_never_kept_again(made: list[tuple[Kind, datetime]], on: date) -> None:
    items = [Item(f"r{n}", kind, at.replace(tzinfo=UTC)) for n, (kind, at) in enumerate(made)]
    decision = due(items, SIX, LAW, on=on)
    found = [one.item for one in decision.delete] + [one.item for one in decision.keep]
    assert sorted(found, key=lambda item: item.record) == sorted(items, key=lambda item: item.record)
    assert all(one.since <= on for one in decision.delete)
    assert all(one.through and one.through >= on for one in decision.keep)
    later = due(items, SIX, LAW, on=on + timedelta(days=1))
    assert {one.item for one in decision.delete} <= {one.item for one in later.delete}


@pytest.mark.parametrize(
    "text", ["6", "6 month s", "-1 months", "1201 months", "6 months from 2026-01-01", "6 months, 7 months", "",
             "6 months, 7 months from 2027-01-01, 8 months from 2026-01-01", "6 months, 7 months from 2027-02-30",
             "6 months, 7 months from 2027-01-01, 8 months from 2027-01-01"],
)  # fmt: skip
def test_what_is_no_period_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_periods(text)


@given(st.integers(0, 1200), st.dictionaries(st.dates(), st.integers(0, 1200), max_size=4))
def test_periods_come_back_as_they_were_written(first: int, later: dict[date, int]) -> None:
    periods = (Period(first), *(Period(months, day) for day, months in sorted(later.items())))
    assert read_periods(write_periods(periods)) == periods


def test_the_civil_date_turns_at_sixteen_hours_utc() -> None:
    assert civil_date(datetime(2026, 1, 14, 15, 59, 59, tzinfo=UTC)) == date(2026, 1, 14)
    assert civil_date(datetime(2026, 1, 14, 16, 0, tzinfo=UTC)) == date(2026, 1, 15)


def test_the_plan_puts_every_item_in_its_place() -> None:
    old, new = at_shanghai(2025, 7, 14), at_shanghai(2025, 7, 15)
    items = [Item("r1", kind, old) for kind in KINDS] + [Item("r2", kind, new) for kind in KINDS]
    plan = plan_erasure(items, LAW, on=TODAY, holds=[Hold("r2", "IM-14-4", "c-7")])
    assert {(item.record, item.kind) for item in plan.unreadable} == {("r1", kind) for kind in CONTENT_KINDS}
    assert {(kept.item.record, kept.item.kind) for kept in plan.custody} == {("r2", kind) for kind in CONTENT_KINDS}
    assert {(item.record, item.kind) for item in plan.deletable} == {("r1", "exchange_record"), ("r1", "log")}
    assert [(kept.item.kind, kept.through, [one.provision for one in kept.reasons]) for kept in plan.kept] == [
        ("exchange_record", None, ["IM-14-4", "CSL-23-1", "AR-28-2", "LM-9-1"]),
        ("log", None, ["IM-14-4", "CSL-23-1", "AR-28-2", "LM-9-1"]),
    ]
    assert len(plan.questions) == 1
    assert plan_erasure(items[:1], LAW, on=TODAY).questions == ()


@pytest.mark.parametrize(("on", "kept"), [(date(2026, 7, 15), True), (date(2026, 7, 16), False)])
def test_a_record_stays_through_its_last_day_in_the_plan_too(on: date, kept: bool) -> None:
    plan = plan_erasure([record(at_shanghai(2026, 1, 15))], LAW, on=on)
    assert (bool(plan.kept), bool(plan.deletable)) == (kept, not kept)


DATA = """
modelled_from: 2020-01-01
checked_on: 2026-01-01
minima:
  - provision: X-1
    kinds: [log]
    months: 6
    what: {zh: 一, en: one}
    confidence: V
    versions: [{instrument: x, article: '1', effective: 2020-01-01, until: null}]
holds: []
questions: []
"""
LATER_VERSION = "versions: [{instrument: x, article: '1', effective: 2030-01-01, until: null}]"


def test_the_trial_data_is_sound() -> None:
    assert read_retention(DATA, "trial").minima[0].provision == "X-1"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("months: 6", "months: 0", "minima[0].months"),
        ("months: 6", "months: true", "minima[0].months"),
        ("months: 6", "", "minima[0].months"),
        ("months: 6", "months: 6\n    extra: 1", "minima[0].extra"),
        ("kinds: [log]", "kinds: [logs]", "minima[0].kinds"),
        ("kinds: [log]", "kinds: []", "minima[0].kinds"),
        ("provision: X-1", "provision: article 5", "minima[0].provision"),
        ("confidence: V", "confidence: sure", "minima[0].confidence"),
        ("en: one", "en: ''", "minima[0].what.en"),
        ("en: one", "fr: un", "minima[0].what.fr"),
        ("effective: 2020-01-01", "effective: soon", "minima[0].versions[0].effective"),
        ("until: null", "until: 2020-01-01", "minima[0].versions[0].until"),
        ("[{instrument: x, article: '1', effective: 2020-01-01, until: null}]", "[]", "minima[0].versions"),
        ("checked_on: 2026-01-01", "checked_on: 2026-02-30", "line 3"),
        ("holds: []", "holds: {}", "holds"),
        ("holds: []", "holds: []\nholds: []", "line 12"),
        (
            "questions: []",
            "questions: [{kinds: [log], asked: {zh: 一, en: one}, readings: []}]",
            "questions[0].readings",
        ),
    ],
)
def test_faults_of_the_data_are_named_with_their_place(old: str, new: str, place: str) -> None:
    with pytest.raises(FileFaults, match="VLT011") as caught:
        read_retention(DATA.replace(old, new, 1), "trial")
    assert place in [found for found, _ in caught.value.faults]


@pytest.mark.parametrize("text", ["", "[]", "x: [", "minima: []", "- 1"])
def test_what_is_no_retention_data_is_refused(text: str) -> None:
    with pytest.raises(FileFaults, match="VLT011"):
        read_retention(text, "trial")


def test_all_faults_of_the_data_come_at_once() -> None:
    text = DATA.replace("months: 6", "months: x").replace("confidence: V", "confidence: X").replace("X-1", "x")
    with pytest.raises(FileFaults) as caught:
        read_retention(text, "trial")
    assert len(caught.value.faults) == 3


def test_every_provision_is_one_of_the_facts_with_the_same_confidence() -> None:
    path = SHARED / "law" / "law.yaml"
    if not path.is_file():
        pytest.skip("the facts of the law are not beside the project; this test needs them")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    known = {row["id"]: row for row in _rows(yaml.load(path.read_text("utf-8"), Loader=loader))}
    codes = {"verified in source text": "V", "verified in secondary source": "S"}
    for duty in (*LAW.minima, *LAW.holds):
        assert codes.get(known[duty.provision]["confidence"], "K") == duty.confidence
    for minimum in LAW.minima:
        assert known[minimum.provision]["in_force_from"] == str(minimum.versions[-1].effective)
    for question in LAW.questions:
        assert all(provision in known for reading in question.readings for provision in reading.provisions)


def _rows(document: object) -> list[dict[str, str]]:
    """Every mapping with an id, wherever it stands."""
    if isinstance(document, dict):
        own = [document] if "id" in document and "confidence" in document else []
        return own + [row for value in document.values() for row in _rows(value)]
    return [row for value in document for row in _rows(value)] if isinstance(document, list) else []
