"""Finding provisions by words and by citation."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hegui.errors import InputError
from hegui.law.article_query import number_of
from hegui.law.citation import chinese_number
from hegui.law.search import Hit, LawIndex
from tests.law.comparing import BOOK

INDEX = LawIndex(BOOK)


def ids(text: str) -> list[str]:
    return [hit.provision.id for hit in INDEX.search(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("IM-17", ["IM-17-1", "IM-17-2"]),
        ("im 17", ["IM-17-1", "IM-17-2"]),
        ("IM Art. 17", ["IM-17-1", "IM-17-2"]),
        ("IM article 17 算法备案", ["IM-17-2"]),
        ("ＩＭ－１７", ["IM-17-1", "IM-17-2"]),
        ("IM-17-1", ["IM-17-1"]),
        ("生成式人工智能服务管理暂行办法第十七条", ["IM-17-1", "IM-17-2"]),
        ("生成式人工智能服务管理暂行办法 第17条", ["IM-17-1", "IM-17-2"]),
        ("生成式人工智慧", []),
        ("CSL 47", ["CSL-49-1"]),
        ("CSL 47 before 2026", ["CSL-49-1"]),
        ("CSL 47 before 2025-06-30", ["CSL-49-1"]),
        ("网络安全法第四十七条 2026年前", ["CSL-49-1"]),
        ("網絡安全法第四十七條", ["CSL-49-1"]),
        ("CSL 49", ["CSL-49-1", "CSL-51-1"]),
        ("CSL 49 before 2026", ["CSL-51-1"]),
        ("CSL 47 before 2017", []),
        ("刑法第二百八十六条之一", ["CRL-286-1-1"]),
        ("EU-5-ba", ["EU-5-ba"]),
        ("IM 17(1)", ["IM-17-1", "IM-17-2"]),
        ("生成式人工智能服务管理暂行办法第十四条第二款", ["IM-14-1", "IM-14-2", "IM-14-3", "IM-14-4"]),
        ("CSL Art. 47 (1)", ["CSL-49-1"]),
        ("个人信息保护法第三条第二款第（一）项", ["PIPL-3-1", "PIPL-3-2"]),
        ("GB45438-5.2", ["GB45438-5.2-1"]),
        ("GB45438-A-1", ["GB45438-A-1"]),
        ("REG F2", ["REG-F2-1"]),
        ("XYZ 17", []),
    ],
)
def test_a_citation_finds_its_article(text: str, found: list[str]) -> None:
    assert ids(text) == found


def test_an_article_of_no_instrument_finds_it_in_all() -> None:
    assert {one.split("-")[0] for one in ids("第十七条")} >= {"IM", "AR", "LM", "DS", "AIM"} & {
        one.instrument for one in BOOK.provisions.values() if one.versions[-1].article == "17"
    }
    assert ids("Art 17") == ids("第十七条") == ids("article 17")


def test_todays_number_comes_before_a_former_one() -> None:
    now, former = INDEX.search("CSL 49")
    assert (now.former, former.former) == (False, True)
    assert former.cited is not None
    assert former.cited.article == "49"


def test_all_words_have_to_be_found() -> None:
    both = set(ids("security assessment"))
    assert both == set(ids("assessment security")) == set(ids("security")) & set(ids("assessment"))


def test_a_title_comes_before_a_wording() -> None:
    ranks = [hit.rank for hit in INDEX.search("label")]
    assert ranks == sorted(ranks)
    assert INDEX.search("label")[0].fields == ("title",)


def test_simplified_and_traditional_full_and_half_width_are_the_same() -> None:
    assert ids("安全評估") == ids("安全评估") != []
    assert ids("ＬＡＢＥＬ") == ids("label")


def test_a_word_is_found_at_its_beginning_only() -> None:
    assert ids("abel") == []
    assert ids("label") != []


@pytest.mark.parametrize("text", ["", "  ", "，。！", "\u200b", "x" * 201])
def test_nothing_to_look_for_is_refused(text: str) -> None:
    with pytest.raises(InputError) as raised:
        INDEX.search(text)
    assert raised.value.code == "LAW072"


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r"[A-Z]{2,3}[- ]?\d{1,5}(-\d+)? ?(before \d{4}|第[一二三十百千零]{1,9}条)?", fullmatch=True)
)
def test_any_text_gives_hits_or_our_error(text: str) -> None:
    with suppress(InputError):
        assert all(isinstance(one, Hit) for one in INDEX.search(text))


@given(st.integers(1, 9999))
def test_a_number_read_is_the_number_written(number: int) -> None:
    assert number_of(chinese_number(number)) == number_of(str(number)) == number


def test_every_provision_is_found_by_its_id_and_by_its_title() -> None:
    for one in BOOK.provisions.values():
        assert one.id in ids(one.id), one.id
        assert one.id in ids(one.title.zh), one.id
