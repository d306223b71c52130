"""The score of a text is that of its pieces, however it is cut and whichever way it is added up."""

from __future__ import annotations

import math
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.harm.atoms import MAX_ATOM, AtomStream, atoms
from hegui.detect.harm.labels import NAMES
from hegui.detect.harm.score import BLOCK, BLOCKS, FIRST, HarmScorer
from tests.detect.harm.small import small_model

PLAIN = HarmScorer(small_model(), use_numpy=False)
FAST = HarmScorer(small_model(), use_numpy=True)
NEEDS_NUMPY = pytest.mark.skipif(find_spec("numpy") is None, reason="needs the extra `harm`")
BOTH = pytest.mark.parametrize(
    "scorer", [pytest.param(PLAIN, id="plain"), pytest.param(FAST, id="numpy", marks=NEEDS_NUMPY)]
)
WORDS = st.sampled_from(
    ["好", "三", "杀", "how ", "to", "make", " ", "，", "\u200b", "Ａ", "é", "e\u0301", "\ud83d", "\ude00", "㎏", "㈱"]
)
TEXTS = st.lists(WORDS | st.text(max_size=5) | st.characters(codec=None), max_size=300).map("".join)
CUTS = st.lists(st.integers(0, 400), max_size=20)


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


@given(TEXTS, CUTS)
def test_a_text_cut_anywhere_has_the_atoms_of_the_whole(text: str, cuts: list[int]) -> None:
    stream = AtomStream()
    found = [atom for piece in pieces(text, cuts) for atom in stream.feed(piece)]
    if stream.open:
        found.append(stream.open)
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


def test_a_score_is_the_one_of_the_worst_window() -> None:
    """By the definition, without running sums: at every block end and at the end, the last blocks up to there."""
    text = "".join(chr(0x4E10 + k * k % 5000) for k in range(3 * BLOCK * BLOCKS + 7))
    found = atoms(text)
    rows = []
    for at, atom in enumerate(found):  # what each atom brings beside the two before it
        stream = PLAIN.stream()
        stream._before, stream._middle = ([FIRST, FIRST, *map(PLAIN.ids.__getitem__, found[:at])])[-2:]
        stream.feed(f"{atom} ")
        rows.append(stream._sums)
    windows = []
    for end in (*range(BLOCK, len(found), BLOCK), len(found)):
        start = max(0, -(-end // BLOCK) * BLOCK - BLOCK * BLOCKS)
        windows.append(PLAIN.weigh([sum(column) for column in zip(*rows[start:end], strict=True)], end - start))
    assert PLAIN.scores(text) == tuple(max(column) for column in zip(*windows, strict=True))


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
    assert len(stream._atoms.open) <= MAX_ATOM + 1
    assert len(stream._blocks) < BLOCKS
    assert all(total < 1 << 63 for total in stream._sums)


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
