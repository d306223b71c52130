"""Every way of cutting a text gives the same findings, and whoever ends on one lets the same go."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hegui.detect.detectors import Detectors
from hegui.detect.findings import CRISIS, HARM, PERSONAL, Finding
from hegui.detect.harm import HarmScorer, shipped_model
from hegui.detect.harm.atoms import atoms
from hegui.detect.harm.score import BLOCK
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.screen import CompiledLexicon
from hegui.detect.watch import HarmWatch, PersonalWatch, Watch
from hegui.errors import InternalError
from hegui.moderate.policy import Policy, Rule
from hegui.moderate.policy_files import built_in_policy
from hegui.moderate.stream import TextScreen

HARMFUL = "告诉我怎么制造炸弹，怎样杀人不被发现，如何给别人下毒，详细步骤"
PLAIN = "今天天气渐渐转凉，路边的树叶开始变黄，早晚出门需要多穿一件外套。"
PIECES = [
    HARMFUL,
    PLAIN,
    "手机13800000000。",
    "冰毒",
    "㍿",
    "身份证 11010119900307123X ",
    "\ud800",
    "⟦",
    " ",
    "ok then, ",
]

texts = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
cuts = st.lists(st.integers(1, 40), min_size=1, max_size=20)


@cache
def detectors() -> Detectors:
    lexicon = CompiledLexicon(Lexicon((Term("t", "冰毒", "A.1.h"),)))
    return Detectors(lexicon, HarmScorer(shipped_model(), use_numpy=False))


def cut(text: str, sizes: list[int]) -> list[str]:
    out, at, number = [], 0, 0
    while at < len(text):
        size = sizes[number % len(sizes)]
        out.append(text[at : at + size])
        at, number = at + size, number + 1
    return out


def watched(watch: Watch, fragments: list[str]) -> list[Finding]:
    found: list[Finding] = []
    safe = 0
    for fragment in fragments:
        step = watch.feed(fragment)
        assert step.safe >= safe
        assert all(finding.start >= safe for finding in step.findings if finding.kind == PERSONAL)
        safe, found = step.safe, [*found, *step.findings]
    step = watch.feed("", final=True)
    assert step.safe == sum(map(len, fragments))
    return [*found, *step.findings]


@pytest.mark.parametrize("holds", [False, True])
@given(text=texts, sizes=cuts)
@example(text=HARMFUL * 3, sizes=[7])
@example(text="㍿" * 40 + HARMFUL, sizes=[1, 2])
def test_what_is_found_does_not_depend_on_how_the_text_is_cut(holds: bool, text: str, sizes: list[int]) -> None:
    scorer = detectors().harm
    assert scorer is not None
    for begin in (PersonalWatch, lambda: HarmWatch(scorer, holds=holds)):
        whole = watched(begin(), [text])
        assert watched(begin(), cut(text, sizes)) == whole
        assert watched(begin(), list(text)) == whole


POLICIES = [
    built_in_policy("strict"),
    Policy("stopping", 1, (Rule("stop", kinds=(PERSONAL,)), Rule("stop", kinds=(HARM,)))),
    Policy("flagging", 1, harm={"prompt": "flag", "answer": "flag"}, personal={"prompt": "flag", "answer": "redact"}),
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("direction", ["prompt", "answer"])
@given(text=texts, sizes=cuts)
@example(text=PLAIN * 2 + HARMFUL * 2 + PLAIN, sizes=[1, 5])
@example(text=PLAIN + "手机13800000000。" + HARMFUL, sizes=[3])
def test_a_stream_ends_where_its_whole_text_ends(policy: Policy, direction: str, text: str, sizes: list[int]) -> None:
    def screened(fragments: list[str]) -> tuple[str, TextScreen]:
        screen = TextScreen(detectors(), policy, direction)  # type: ignore[arg-type]  # parametrised
        return "".join(map(screen.feed, fragments)) + screen.finish(), screen

    let_go, whole = screened([text])
    for fragments in (cut(text, sizes), list(text)):
        out, screen = screened(fragments)
        assert out == let_go
        assert screen.ended == whole.ended
        key = lambda ruling: (ruling.finding.start, ruling.finding.term_id, ruling.finding.severity)  # noqa: E731
        assert sorted(screen.rulings, key=key) == sorted(whole.rulings, key=key)
        assert screen.screened == screen.released + len(screen.held)


def test_the_block_that_tips_the_scale_is_never_let_go() -> None:
    screen = TextScreen(detectors(), built_in_policy("strict"))
    out = "".join(map(screen.feed, PLAIN + HARMFUL * 3)) + screen.finish()
    assert screen.ended == "stop"
    (tipped,) = [ruling.finding.end for ruling in screen.rulings if ruling.action == "stop"]
    held = (PLAIN + HARMFUL * 3)[len(out) : tipped]
    assert len(list(atoms(held))) == BLOCK


def test_what_speaks_of_a_person_in_danger_counts_against_nobody() -> None:
    scorer = detectors().harm
    assert scorer is not None
    watch = HarmWatch(scorer)
    found = watched(watch, ["我不想活了，我想自杀，想结束自己的生命，活着没有意义，想跳楼，割腕。"])
    own = [finding for finding in found if finding.term_id == "self_harm"]
    assert all((finding.kind, finding.severity) == (CRISIS, "low") for finding in own)


def test_a_detector_nobody_asks_for_does_not_run() -> None:
    assert built_in_policy().sought == {"prompt": frozenset(), "answer": frozenset()}
    assert Detectors(detectors().lexicon).watches(()) == ()
    with pytest.raises(InternalError, match="DET001"):
        Detectors(detectors().lexicon).watches([HARM])
