"""A stream cut anywhere finds what the whole text holds, and lets nothing of a value go before it is decided."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hegui.detect.personal import PersonalFinding, PersonalStream, scan
from tests.conftest import shared_rows
from tests.detect.personal.identities import cut, cuts, texts


def streamed(fragments: list[str]) -> tuple[list[PersonalFinding], list[int], PersonalStream]:
    stream = PersonalStream()
    found: list[PersonalFinding] = []
    safe = []
    for number, fragment in enumerate(fragments):
        step = stream.feed(fragment, final=number == len(fragments) - 1)
        assert all(finding.end <= step.safe for finding in step.findings)
        assert all(finding.start >= (safe[-1] if safe else 0) for finding in step.findings), "a value was let go"
        found += step.findings
        safe.append(step.safe)
    return found, safe, stream


@given(texts, cuts)
@example("手机1\u200b3\u20608\u200b00000000", [4, 5, 6])
@example("客户" + "\u0301" * 80 + "张伟，", [3, 40, 70])
def test_every_cut_gives_the_findings_of_the_whole(text: str, places: list[int]) -> None:
    found, safe, _ = streamed(cut(text, places))
    assert tuple(found) == scan(text)
    assert safe == sorted(safe)
    assert safe[-1] == len(text)


@given(texts)
@example("京A·D12345-1")
def test_character_by_character_gives_the_findings_of_the_whole(text: str) -> None:
    found, _, _ = streamed(list(text) or [""])
    assert tuple(found) == scan(text)


@given(texts)
def test_findings_stand_in_order_and_never_overlap(text: str) -> None:
    found = scan(text)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.text(), cuts)
def test_any_text_at_all(text: str, places: list[int]) -> None:
    found, _, _ = streamed(cut(text, places))
    assert tuple(found) == scan(text)


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "a",
        "1 ",
        "a.",
        "a@",
        "(",
        "+",
        "\u0301",
        "1\u0301",
        "北京",
        "张",
        "张伟的",
        "客户",
        "：",
        "京A",
        "1:",
        "12-",
        "地址",
    ],
)
def test_what_is_held_back_is_bounded(unit: str) -> None:
    stream = PersonalStream()
    held = 0
    for _ in range(400):
        step = stream.feed(unit * 50)
        held = max(held, stream.length - step.safe)
    assert held <= 330 * 65 + 50 * len(unit)
    fork = stream.fork()
    assert fork.feed("", final=True).safe == stream.length


def test_shared_sentences_character_by_character() -> None:
    for row in list(shared_rows("pii_zh_synthetic"))[::7]:
        found, _, _ = streamed(list(row["text"]))
        assert tuple(found) == scan(row["text"])


def test_ordinary_prose_is_let_go_at_once() -> None:
    stream = PersonalStream()
    assert stream.feed("这是一句普普通通的话，没有什么特别之处。").safe == 20
