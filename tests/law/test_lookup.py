"""The provision that somebody means is found, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import NotFoundError
from hegui.law.book import law_book
from hegui.law.lookup import provision_meant

BOOK = law_book()


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("IM-17-1", "IM-17-1"),
        ("im-17-1", "IM-17-1"),
        ("IM 17-1", "IM-17-1"),
        ("IM 13", "IM-13-1"),
        ("IM-13", "IM-13-1"),
        ("IM 第十三条", "IM-13-1"),
        ("《生成式人工智能服务管理暂行办法》第十三条", "IM-13-1"),
        ("CSL 47 before 2026", "CSL-49-1"),
    ],
)
def test_one_provision_is_found(text: str, identifier: str) -> None:
    assert provision_meant(BOOK, text).id == identifier


def test_several_are_named() -> None:
    with pytest.raises(NotFoundError) as caught:
        provision_meant(BOOK, "IM-17")
    assert (caught.value.code, caught.value.remedy) == ("LAW010", "Name one of them: IM-17-1 / IM-17-2")


@pytest.mark.parametrize("text", ["", "nothing", "IM-99", "IM-99-9", "第九千条", "x" * 5000])
def test_what_is_not_there_is_said_not_to_be(text: str) -> None:
    with pytest.raises(NotFoundError, match="there is no such provision"):
        provision_meant(BOOK, text)


@given(st.sampled_from(sorted(BOOK.provisions)))
def test_every_id_means_itself(identifier: str) -> None:
    assert provision_meant(BOOK, identifier).id == identifier
