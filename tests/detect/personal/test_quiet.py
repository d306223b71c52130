"""What a glance at a fragment says, the scanner says too, fragment by fragment."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hegui.detect.personal import PersonalStream, stream
from hegui.detect.personal.quiet import quiet_until
from tests.conftest import shared_rows
from tests.detect.personal.identities import cut, cuts, texts

PROSE = st.lists(
    st.sampled_from(
        ["张", "张伟", "司马", "的", "的电话", "先生", "，", "您", "姓名", "是", "：", "客户", "负责人", "住在", "北", "北京",
         "内蒙", "内蒙古", "三亚", "朝阳区", "一号楼", "京", "说", "我", "叫", " ", "人", "学", "\n", "—", "本人"]
    ),
    max_size=20,
).map("".join)  # fmt: skip


def steps(fragments: list[str]) -> list[object]:
    here = PersonalStream()
    return [here.feed(fragment) for fragment in fragments] + [here.feed("", final=True)]


@given(PROSE | texts, cuts)
@example("负责人张伟说", [1, 2, 3, 4, 5])
@example("住在西湖区文三路一号楼", [2, 3, 4, 5, 6, 7, 8, 9])
def test_a_glance_says_what_the_scanner_says(text: str, places: list[int]) -> None:
    for fragments in (cut(text, places), list(text)):
        glanced = steps(fragments)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stream, "quiet_until", lambda text, floor: None)
            assert steps(fragments) == glanced


@pytest.mark.parametrize(
    ("text", "floor", "expected"),
    [
        ("今天天气很好", 0, 6),
        ("今天天气很好张", 0, 6),
        ("今天张伟的", 2, 2),
        ("今天张伟的电话", 2, None),
        ("去北", 0, 1),
        ("去北京", 0, 1),
        ("去北京看", 0, None),
        ("我叫赖", 2, None),
        ("买了3", 0, None),
        ("买了３", 0, None),
        ("零\u200b宽", 0, None),
        ("", 0, 0),
    ],
)
def test_only_what_is_quiet_is_told(text: str, floor: int, expected: int | None) -> None:
    assert quiet_until(text, floor) == expected


def test_most_of_ordinary_prose_is_quiet() -> None:
    told = 0
    rows = list(shared_rows("corpus_wikipedia_zh"))[::40]
    total = 0
    for row in rows:
        text = row["text"][:500]
        for at in range(96, len(text), 2):
            total += 1
            told += quiet_until(text[at - 96 : at + 2], 96) is not None
    assert told > 0.7 * total
