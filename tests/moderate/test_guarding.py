"""How far a text may go: any cut, any order of verdicts, one outcome."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.guard.settings import Guard, Windows
from hegui.detect.guard.windows import WindowCutter, windows_of
from hegui.moderate.guarding import Guarding, Unjudged

ONE = Windows(sentences=1, characters=50, before=10)
TEXTS = st.text(alphabet="一二三ab 。!\n.,", max_size=200) | st.text(max_size=60)
SIZES = st.builds(Windows, st.integers(1, 3), st.integers(1, 60), st.integers(0, 30))


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


CUTS = st.lists(st.integers(0, 500), max_size=12)


@given(TEXTS, SIZES, CUTS)
def test_windows_are_the_text_and_do_not_depend_on_the_cut(text: str, sizes: Windows, cuts: list[int]) -> None:
    cutter = WindowCutter(sizes)
    found = [window for piece in pieces(text, cuts) for window in cutter.feed(piece)] + cutter.feed("", final=True)
    assert found == windows_of(text, sizes)
    assert "".join(window.text for window in found) == text
    for window in found:
        assert text[: window.start].endswith(window.before)
        assert len(window.before) == min(sizes.before, window.start)
        assert len(window.text) < sizes.characters + 320


OUTCOMES = st.sampled_from(["clear", "block", "outage-pass", "timeout-stop"])


def settle(guarding: Guarding, number: int, outcome: str) -> None:
    match outcome:
        case "clear":
            guarding.clear(number)
        case "block":
            guarding.block(number)
        case "outage-pass":
            guarding.without(number, "outage", passes=True)
        case "timeout-stop":
            guarding.without(number, "timeout", passes=False)


def expected(text: str, sizes: Windows, outcomes: list[str]) -> int:
    """How far the text goes by its windows alone: up to the first that blocks."""
    for window in windows_of(text, sizes):
        outcome = outcomes[window.number % len(outcomes)]
        if not window.is_blank and outcome in ("block", "timeout-stop"):
            return window.start
    return len(text)


@given(st.data(), TEXTS, SIZES, st.lists(OUTCOMES, min_size=1, max_size=6), CUTS, st.integers(0, 60))
def test_any_cut_and_any_order_release_the_same(
    data: st.DataObject, text: str, sizes: Windows, outcomes: list[str], cuts: list[int], lag: int
) -> None:
    wall = expected(text, sizes, outcomes)
    for release in ("strict", "default"):
        guarding: Any = Guarding(release, sizes, lag)  # type: ignore[arg-type]
        asked: list[int] = []
        before = 0
        for piece in [*pieces(text, cuts), None]:
            asked += [w.number for w in (guarding.finish() if piece is None else guarding.feed(piece))]
            for _ in range(data.draw(st.integers(0, len(asked)))):
                number = asked.pop(data.draw(st.integers(0, len(asked) - 1)))
                settle(guarding, number, outcomes[number % len(outcomes)])
            assert before <= guarding.released <= guarding.length
            before = guarding.released
            if release == "strict":
                assert guarding.released <= wall, "nothing covered by a blocking verdict goes out"
                assert guarding.ahead == 0
            else:
                assert guarding.released <= wall + lag
                assert guarding.ahead <= lag
        for number in data.draw(st.permutations(asked)):
            settle(guarding, number, outcomes[number % len(outcomes)])
        assert guarding.settled == wall
        assert guarding.is_settled
        assert (guarding.blocked.start if guarding.blocked else len(text)) == wall
        assert guarding.released == wall if release == "strict" else wall <= guarding.released <= wall + lag
        passed = [
            (w.start, w.end, "outage")
            for w in windows_of(text, sizes)
            if not w.is_blank and w.start < wall and outcomes[w.number % len(outcomes)] == "outage-pass"
        ]
        assert [tuple(p) for p in guarding.passes if p.start < wall] == passed


def test_default_lets_text_go_at_once_until_it_is_uneasy() -> None:
    guarding = Guarding("default", ONE, 100)
    assert [w.text for w in guarding.feed("一二。三四")] == ["一二。"]
    assert guarding.released == 5
    guarding.be_uneasy(6)
    guarding.feed("五六。七")
    assert guarding.released == 6
    guarding.clear(0)
    assert guarding.released == 6
    guarding.clear(1)
    assert guarding.released == 8


def test_the_lag_is_never_exceeded() -> None:
    guarding = Guarding("default", ONE, 4)
    guarding.feed("一二三四五六。七八九十。")
    assert (guarding.released, guarding.ahead) == (4, 4)
    guarding.clear(0)
    assert guarding.released == 11


def test_strict_waits_for_every_window_before() -> None:
    guarding = Guarding("strict", ONE, 100)
    assert [w.number for w in guarding.feed("一。二。三。四")] == [0, 1, 2]
    guarding.clear(1)
    assert guarding.released == 0
    guarding.clear(0)
    assert guarding.released == 4


def test_after_a_block_nothing_is_asked_and_nothing_runs_ahead() -> None:
    guarding = Guarding("default", ONE, 100)
    guarding.feed("一。二。三")
    guarding.block(1)
    assert guarding.blocked is not None
    assert guarding.blocked.start == 2
    assert guarding.feed("四五六。七。") == []
    assert guarding.released == 5
    assert not guarding.is_settled
    guarding.clear(0)
    assert guarding.is_settled


def test_a_late_second_verdict_changes_nothing() -> None:
    guarding = Guarding("strict", ONE, 0)
    guarding.feed("一。二。")
    guarding.finish()
    guarding.clear(0)
    guarding.block(0)
    guarding.without(0, "timeout", passes=False)
    guarding.clear(7)
    assert (guarding.released, guarding.blocked, guarding.stops) == (2, None, ())


def test_each_want_of_a_verdict_is_kept() -> None:
    guarding = Guarding("strict", ONE, 0)
    guarding.feed("一。二。三。", final=True)
    guarding.without(2, "malformed", passes=False)
    guarding.without(1, "outage", passes=True)
    guarding.clear(0)
    assert guarding.passes == (Unjudged(2, 4, "outage"),)
    assert guarding.stops == (Unjudged(4, 6, "malformed"),)
    assert guarding.released == 4


@pytest.mark.parametrize("text", ["", " \n\n ", "\n" * 5000])
def test_a_text_of_nothing_needs_no_verdict(text: str) -> None:
    guarding = Guarding("strict", ONE, 0)
    assert guarding.feed(text) + guarding.finish() == []
    assert guarding.released == len(text)
    assert guarding.is_settled


def test_a_prompt_waits_in_large_windows_whatever_the_file_says() -> None:
    guard = Guard("g", "qwen3guard", release="default", lag_characters=9, windows=ONE, prompt_window=6)
    answer, prompt = Guarding.by(guard, "answer"), Guarding.by(guard, "prompt")
    assert [window.text for window in answer.feed("一二。三。四五。六")] == ["一二。", "三。", "四五。"]
    assert [window.text for window in prompt.feed("一二。三。四五。六", final=True)] == ["一二。三。四五。", "六"]
    assert (answer.released, prompt.released) == (9, 0)


def test_a_long_text_keeps_little() -> None:
    guarding = Guarding("strict", ONE, 0)
    for _ in range(20_000):
        for window in guarding.feed("好的。"):
            guarding.clear(window.number)
    assert guarding.waiting <= 1
    assert guarding.released >= 59_990
    assert not guarding._outcomes
