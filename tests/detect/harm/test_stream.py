"""The score of a text is that of its pieces, however it is cut and whichever way it is added up."""

from __future__ import annotations

import math
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise
from operator import le

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.harm.atoms import MAX_ATOM, atoms, next_atoms
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.model import FIELD, HarmModel
from hegui.detect.harm.score import HarmScorer
from hegui.detect.harm.sums import BLOCK, BLOCKS, FIRST, MULTIPLIERS
from tests.detect.harm.small import small_model

PLAIN = HarmScorer(small_model(), use_numpy=False)
FAST = HarmScorer(small_model(), use_numpy=True)
NEEDS_NUMPY = pytest.mark.skipif(find_spec("numpy") is None, reason="needs the extra `harm`")
BOTH = pytest.mark.parametrize(
    "scorer", [pytest.param(PLAIN, id="plain"), pytest.param(FAST, id="numpy", marks=NEEDS_NUMPY)]
)
WORDS = st.sampled_from(
    [
        "好" * 40,
        "好",
        "三",
        "㍿",
        "\U00020000",
        "杀",
        "how ",
        "to",
        "make",
        " ",
        "，",
        "\u200b",
        "Ａ",
        "é",
        "e\u0301",
        "\ud83d",
        "\ude00",
        "㎏",
        "㈱",
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=5) | st.characters(codec=None), max_size=300).map("".join)
CUTS = st.lists(st.integers(0, 400), max_size=20)


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


@given(TEXTS, CUTS)
def test_a_text_cut_anywhere_has_the_atoms_of_the_whole(text: str, cuts: list[int]) -> None:
    found: list[str] = []
    opened = ""
    for piece in pieces(text, cuts):
        whole, opened = next_atoms(opened, piece)
        found += whole
    if opened:
        found.append(opened)
    assert [atom[: MAX_ATOM + 1] for atom in found] == [atom[: MAX_ATOM + 1] for atom in atoms(text)]


@BOTH
@given(text=TEXTS, cuts=CUTS)
def test_a_text_cut_anywhere_scores_like_the_whole(scorer: HarmScorer, text: str, cuts: list[int]) -> None:
    stream = scorer.stream()
    for piece in pieces(text, cuts):
        stream.feed(piece)
        stream.verdict()  # asking changes nothing
    assert stream.scores() == scorer.scores(text)
    assert stream.verdict() == scorer.score(text)


@NEEDS_NUMPY
@given(TEXTS, st.integers(1, 40))
def test_numpy_and_plain_python_say_the_same(text: str, times: int) -> None:
    assert FAST.scores(text * times) == PLAIN.scores(text * times)


@given(TEXTS, TEXTS, TEXTS)
def test_a_fork_goes_its_own_way(text: str, one: str, other: str) -> None:
    stream = PLAIN.stream()
    stream.feed(text)
    twin = stream.fork()
    stream.feed(one)
    twin.feed(other)
    assert stream.scores() == PLAIN.scores(text + one)
    assert twin.scores() == PLAIN.scores(text + other)


def brought(model: HarmModel, before: int, middle: int, last: int) -> list[int]:
    """By the definition: the fields that an atom brings, by label."""
    near, far, shapes = MULTIPLIERS
    pair = last + middle * near
    shape = (last & 15) + (middle & 15) * 16 + (before & 15) * 256
    sums = [0] * len(NAMES)
    for number in (last, pair, pair + before * far, shape * shapes):
        bucket = (number & (1 << 64) - 1) >> 64 - model.bits
        row = int.from_bytes(model.table[8 * bucket : 8 * bucket + 8], "little")
        sums = [total + (row >> FIELD * label & 127) for label, total in enumerate(sums)]
    return sums


@BOTH
@pytest.mark.parametrize("size", [1, 31, 32, 33, 64, 95, 96, 97, 3 * BLOCK * BLOCKS + 7])
def test_a_score_is_the_one_of_the_worst_window(scorer: HarmScorer, size: int) -> None:
    """By the definition, without running sums: at every block end and at the end, the last blocks up to there."""
    text = "".join(chr(0x5000 + k * k % 5000) for k in range(size))
    assert len(atoms(text)) == size
    numbers = [FIRST, FIRST, *map(scorer.ids.__getitem__, atoms(text))]
    rows = [brought(scorer.model, *numbers[at : at + 3]) for at in range(size)]
    windows = []
    for end in (*range(BLOCK, size, BLOCK), size):
        start = max(0, -(-end // BLOCK) * BLOCK - BLOCK * BLOCKS)
        windows.append(scorer.scored([sum(column) for column in zip(*rows[start:end], strict=True)], end - start))
    assert scorer.scores(text) == tuple(max(column) for column in zip(*windows, strict=True))


@BOTH
@given(text=TEXTS, cuts=CUTS)
def test_blocks_close_where_they_are_full_and_what_they_say_stays(
    scorer: HarmScorer, text: str, cuts: list[int]
) -> None:
    stream, whole = scorer.stream(), scorer.stream()
    for piece in pieces(text * 3, cuts):
        before = stream.settled()
        stream.feed(piece)
        assert all(map(le, before, stream.settled()))
    whole.feed(text * 3)
    assert (stream.closed, stream.settled()) == (whole.closed, whole.settled())
    assert all(map(le, stream.settled(), stream.scores()))


def test_a_text_without_atoms_is_harmless() -> None:
    for text in ("", "，。！ \n", "\u0301" * 1000, "\u200b" * 1000, "\ud800"):
        verdict = PLAIN.score(text)
        assert set(verdict.probabilities.values()) == {0.0}
        assert verdict.noticed == verdict.blocked == ()
        assert PLAIN.scores(text) == (-math.inf,) * len(NAMES)


@BOTH
@pytest.mark.parametrize("unit", ["a", "杀", "a ", "\u0301", "﷽", "\U000e0041", "\ud800", "<b>", "1", "़"])
def test_a_hostile_text_is_scored_and_leaves_little_behind(scorer: HarmScorer, unit: str) -> None:
    stream = scorer.stream()
    for _ in range(8):
        stream.feed(unit * 25_000)
    assert all(0 <= value <= 1 for value in stream.verdict().probabilities.values())
    assert len(stream._open) <= MAX_ATOM + 1
    assert len(stream._blocks) < BLOCKS
    assert len(stream._numbers) < BLOCK + 2


def test_the_largest_sums_do_not_run_into_each_other() -> None:
    model = small_model()
    row = sum(127 << 7 * label for label in range(len(NAMES)))
    full = HarmScorer(type(model)(model.bits, model.salt, model.fits, row.to_bytes(8, "little") * 1024, {}))
    scores = full.scores("好" * 1000)
    size = BLOCK * BLOCKS
    expected = [fit.bias + fit.step * 63 * 4 * size / math.sqrt(size) for fit in model.fits]
    assert scores == pytest.approx(expected)


def test_evasions_that_folding_undoes_score_the_same() -> None:
    plain = PLAIN.scores("如何制造炸弹 make a bomb")
    for text in ("如\u200b何，制造 炸彈 ＭＡＫＥ a bo\u200bmb", "如何製造炸弹\nmake a BOMB!"):
        assert PLAIN.scores(text) == plain


def test_scoring_loads_no_numpy_for_short_texts() -> None:
    code = (
        "import sys; from tests.detect.harm.small import small_model; from hegui.detect.harm import HarmScorer;"
        "HarmScorer(small_model()).score('你好 world'); assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
