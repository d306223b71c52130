"""What an answer says: the end, the days passed over and why, what it rests on, and what is not known."""

from __future__ import annotations

import json
from datetime import date

import pytest

from hegui.law.deadline_dict import as_dict
from hegui.law.deadline_text import explain
from hegui.law.deadlines import Answer, careful_end, reckon
from tests.law.time_support import book


def _answer(clock: str, event: date) -> Answer:
    return reckon(book().deadlines[clock], event, book().calendar, book().counting)


SOURCE = (
    "Provisions on the Management of Algorithm Recommendation of Internet Information Services, art. 24"
    " (互联网信息服务算法推荐管理规定第24条)"
)


def test_a_memo_in_english() -> None:
    assert explain(_answer("AR-24-1", date(2026, 2, 10)), "en")[:9] == [
        "AR-24-1 Algorithm filing",
        "Event: 2026-02-10",
        "Term: 10 working days",
        "to be done by 2026-03-02 (24:00)",
        "  2026-02-14 made-up working day (Spring Festival)",
        "  2026-02-15 – 2026-02-23 holiday (Spring Festival)",
        "  2026-02-28 made-up working day (Spring Festival)",
        "  2026-03-01 weekend",
        f"Source: {SOURCE} (verified in the text).",
    ]


def test_a_memo_in_chinese() -> None:
    lines = explain(_answer("AR-24-1", date(2026, 12, 21)), "zh")
    assert lines[2:8] == [
        "期限：10个工作日",
        "末日在2027-01-02（24时）与2027-01-18（24时）之间。",
        "稳妥起见：最迟于2027-01-02（24时）前完成",
        "原因：期间跨入国务院尚未公布节假日安排的年份，末日只能给出范围",
        "最早：",
        "  2026-12-26 – 2026-12-27 周末",
    ]
    assert any(line.startswith("计算（参照）：") and "民法典" in line for line in lines)


def test_own_figures_are_called_own() -> None:
    lines = explain(_answer("PIPL-50-1", date(2026, 1, 30)), "en")
    assert "The text says “in time” and gives no number." in lines
    assert any("our own choice, not law" in line for line in lines)


def test_what_never_bound_says_so_with_its_source() -> None:
    lines = explain(_answer("D23-15-1", date(2023, 6, 30)), "zh")
    assert "不适用：仅见于征求意见稿，从未生效" in lines
    assert any("征求意见稿）第15条" in line for line in lines)


def test_an_unknown_day_of_effect_is_unclear_and_not_a_no() -> None:
    answer = _answer("REG-F2-1", date(2024, 6, 1))
    assert any(line.startswith("Unclear: ") for line in explain(answer, "en"))
    assert as_dict(answer)["outcome"] == {"status": "unclear", "reason": "effect_unknown"}


@pytest.mark.parametrize("clock", sorted(book().deadlines))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_clock_speaks_and_writes(clock: str, lang: str) -> None:
    answer = _answer(clock, date(2026, 9, 15))
    lines = explain(answer, lang)
    assert all(line.strip() and "{" not in line and "None" not in line for line in lines)
    written = json.loads(json.dumps(as_dict(answer)))
    end = careful_end(answer)
    assert written["go_by"] == (end.last_day.isoformat() if end else None)


def test_who_must_keep_goes_by_the_latest_end_and_who_must_act_by_the_earliest() -> None:
    act, wait = _answer("INC-7-1", date(2026, 9, 4)), _answer("APL-36-1", date(2024, 3, 10))
    ends = [careful_end(act), careful_end(wait)]
    assert [end.last_day for end in ends if end] == [date(2026, 10, 4), date(2026, 3, 10)]
