"""What is printed: citations, dates, confidence, what is left, both readings, in both languages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hegui.law.assessment import Assessment, assess
from hegui.law.book import law_book
from hegui.law.citation import article_text, chinese_number
from hegui.law.memo.check import check_lines
from hegui.law.memo.explain import explain_lines
from hegui.law.profile import Profile, read_profile
from hegui.law.summary import TOPICS, topics
from hegui.locale import message

BOOK = law_book()

PROFILE = """\
service: 客服助手
facts:
  uses_generative_ai: true
  serves_public_in_PRC: {value: true, source: 产品说明书, on: 2026-10-01}
  network_operator_in_PRC: true
  trains_or_finetunes: false
  licensed_sector_activity: true
  minors_can_use: unknown
"""


def assessed(text: str = PROFILE, day: date = date(2026, 11, 26)) -> Assessment:
    return assess(BOOK, read_profile(text, "p.yaml", BOOK.facts, BOOK.uncertainties), as_of=day)


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "zh",
            [
                "客服助手：2026-11-26适用的规定",
                "  《生成式人工智能服务管理暂行办法》（部门规章，自2023-08-15起施行）",
                "  适用条件：具有舆论属性或社会动员能力",
                "    法律本身不明确：U2",
                f"表述为本项目自拟，以各文件中文原文为准。法律数据 {BOOK.digest[:12]}。",
            ],
        ),
        (
            "en",
            [
                "客服助手: what applies on 2026-11-26",
                "  Interim Measures for the Management of Generative AI Services (departmental rule, in force since 2023-08-15)",
                "  applies if it has the public-opinion property",
                "    the law itself is unclear: U2",
                f"Wording of hegui's own; the Chinese text of each instrument binds. Law data {BOOK.digest[:12]}.",
            ],
        ),
    ],
)
def test_a_check_can_be_pasted_into_a_memo(lang: str, lines: list[str]) -> None:
    printed = list(check_lines(assessed(), lang))
    assert [line for line in lines if line not in printed] == []


def test_each_provision_stands_once_with_its_article_and_confidence() -> None:
    printed = list(check_lines(assessed(), "zh"))
    (line,) = [line for line in printed if line.startswith("    IM-4-2 ")]
    assert line.startswith("    IM-4-2  第四条  ")
    assert line.endswith("[已核原文]")
    assert sum(" IM-17-1 " in line for line in printed) == 1


def test_what_varies_a_rule_is_shown_under_it() -> None:
    printed = list(check_lines(assessed(), "en"))
    at = next(number for number, line in enumerate(printed) if line.startswith("    IM-4-1 "))
    assert printed[at + 1].startswith("        varied by IM-2-2: ")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_explanation_shows_where_each_fact_comes_from(lang: str) -> None:
    found = assessed()
    text = "\n".join(explain_lines(found, found.answers["IM-17-1"], lang))
    assert "产品说明书" in text
    assert "[p.yaml:4]" in text
    assert "? " in text
    assert "[has_forum_or_chatroom]" in text
    for reading in BOOK.uncertainties["U2"].readings:
        assert reading.words.text(lang) in text


def test_a_derivation_is_explained_once() -> None:
    """Of all provisions: a rule stands in a memo once, and where a fact comes again it says so."""
    found, above = assess(BOOK, Profile(), as_of=date(2026, 11, 26)), 0
    for answer in found.answers.values():
        printed = [line for line in explain_lines(found, answer, "en") if "] — follows from others: " in line]
        rules = [line.split("[", 1)[1] for line in printed if not line.endswith("see above")]
        assert len(rules) == len(set(rules))
        above += len(printed) - len(rules)
    assert above


def test_everything_lists_every_provision_that_is_in_force() -> None:
    found = assessed()
    text = "\n".join(check_lines(found, "en", everything=True))
    listed = [one for one in found.answers.values() if one.outcome != "not_in_force"]
    assert [one.provision.id for one in listed if f" {one.provision.id} " not in text] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_summary_names_each_topic_with_its_outcome(lang: str) -> None:
    found = assessed()
    printed = list(check_lines(found, lang))
    head = printed[: printed.index("", printed.index("") + 1)]
    for topic in topics(found):
        for status, answers in topic.by_status().items():
            word = message(f"law.status.{status}", lang)
            assert any(word in line and all(one.provision.id in line for one in answers) for line in head)
    assert [topic.name for topic in topics(found)] == list(TOPICS)


def test_a_duty_that_waits_for_an_event_has_a_section_of_its_own() -> None:
    printed = list(check_lines(assessed(PROFILE + "  illegal_output_found: false\n"), "zh"))
    at = printed.index("  发生下列情形时：发现违法输出")
    assert printed[at + 1].startswith("    IM-14-1  《生成式人工智能服务管理暂行办法》第十四条  ")
    assert printed[at + 1].endswith("（提供者；时限：及时）")


def test_a_duty_stands_with_who_bears_it_and_by_when() -> None:
    (line,) = [line for line in check_lines(assessed(), "en") if line.startswith("    IM-10-1 ")]
    assert "(provider; deadline: " in line


def test_rights_and_definitions_are_folded_unless_everything_is_asked_for() -> None:
    found = assessed()
    folded = [a for a in found.with_outcome("applies") if a.provision.kind == "definition_or_scope"]
    short, full = (list(check_lines(found, "en", everything=everything)) for everything in (False, True))
    assert folded
    for answer in folded:
        head = f"    {answer.provision.id}  "
        assert not any(line.startswith(head) for line in short)
        assert any(line.startswith(head) for line in full)
        if answer.instrument.jurisdiction == "CN":
            assert any(answer.provision.id in line for line in short)


def test_names_of_facts_are_shown_only_with_everything() -> None:
    short, full = ("\n".join(check_lines(assessed(), "zh", everything=everything)) for everything in (False, True))
    assert [name for name in BOOK.facts if "_" in name and name in short] == []
    assert "[has_forum_or_chatroom]" in full


def test_chinese_puts_no_blank_before_a_bracket() -> None:
    assert [line for line in check_lines(assessed(), "zh") if " （" in line] == []


def test_an_adopted_reading_is_named_with_who_adopted_it() -> None:
    found = assessed(PROFILE + "readings:\n  U2: {taken: b, by: 总法律顾问}\n")
    printed = list(explain_lines(found, found.answers["IM-17-1"], "zh"))
    assert "      已采读法b，由总法律顾问采用" in printed
    assert printed[1] == "结论：适用"


@pytest.mark.parametrize(
    ("article", "key", "zh", "en"),
    [
        ("17", "IM", "第十七条", "art. 17"),
        ("286-1", "CRL", "第二百八十六条之一", "art. 286-1"),
        ("1019", "CIV", "第一千零一十九条", "art. 1019"),
        ("5.2", "GB45438", "5.2", "cl. 5.2"),
        ("3.7", "GB45438", "3.7", "cl. 3.7"),
        ("8", "GB45654", "第8章", "cl. 8"),
        ("A", "GB45438", "附录A", "annex A"),
        ("A", "INC", "附录", "annex"),
        ("C1", "EU", "第C1项", "item C1"),
        ("F1", "REG", "第F1项", "item F1"),
    ],
)
def test_articles_are_cited_as_each_language_does(article: str, key: str, zh: str, en: str) -> None:
    instrument = BOOK.instruments[key]
    assert (article_text(instrument, article, "zh"), article_text(instrument, article, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (19, "十九"), (20, "二十"), (110, "一百一十"), (1001, "一千零一")]
)
def test_numbers_in_chinese(number: int, text: str) -> None:
    assert chinese_number(number) == text


@pytest.mark.parametrize(("days", "is_said"), [(0, False), (1, True)])
def test_a_check_of_a_later_day_says_until_when_the_law_was_checked(days: int, is_said: bool) -> None:
    checked_on = max(instrument.checked_on for instrument in BOOK.instruments.values())
    lines = list(check_lines(assessed(day=checked_on + timedelta(days)), "en"))
    said = f"The law data was last checked on {checked_on}: what was published since is not in it."
    assert (said in lines) is is_said
