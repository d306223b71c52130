"""What the steps of staged policies add up to, and who is in a share."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.errors import FileFaults, InputError
from hegui.moderate.policy_book import PolicyBook
from hegui.moderate.policy_files import built_in_policy, read_policy
from hegui.moderate.staging import StagedBook, is_in_share
from hegui.usecases.policy_stages import read_staged, standing
from hegui.usecases.policy_trials import change_of
from hegui.usecases.stage_ports import PolicyStage
from tests.store.samples import NOON

TEXTS = {name: f"name: {name}\nversion: 1\n" for name in "ab"}
LABELS = {name: read_policy(text, "p").label for name, text in TEXTS.items()}


def steps(*said: str) -> list[PolicyStage]:
    """`a?` in the shadow, `a.5` for half, `a1` for all, `-a` taken back, `-` everything."""
    found = []
    for number, one in enumerate(said, 1):
        name = one.strip("-?.0123456789")
        mode = "back" if one.startswith("-") else "shadow" if one.endswith("?") else "share"
        share = float(one[1:]) if mode == "share" else 0.0
        content = "" if mode == "back" else TEXTS[name]
        label = LABELS[name] if name else ""
        found.append(PolicyStage("default", mode, share, label, content, "", NOON, number))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("said", "bases", "trial"),
    [
        ([], "", None),
        (["a?"], "", 1),
        (["a?", "b?"], "", 2),
        (["a?", "a.5", "a.7"], "", 3),
        (["a.5", "a1"], "a", None),
        (["a1", "b?"], "a", 2),
        (["a1", "b.5", "-b"], "a", None),
        (["a1", "b.5", "-b", "-a"], "", None),
        (["a1", "b1"], "ab", None),
        (["a1", "b1", "-b"], "a", None),
        (["a1", "b1", "-"], "", None),
        (["a1", "b?", "-"], "", None),
        (["a1", "b?", "-a"], "a", 2),  # two people took back at once: what came late finds another step
        (["a1", "-a", "-a"], "", None),
        (["-a"], "", None),
    ],
)
def test_steps_add_up(said: list[str], bases: str, trial: int | None) -> None:
    found = standing(steps(*said)).get("default")
    assert [one.label for one in found.bases] == [LABELS[name] for name in bases] if found else not bases
    assert (found.trial.number if found and found.trial else None) == trial


def test_each_application_is_under_one_policy_and_a_trial_is_beside() -> None:
    own = built_in_policy()
    book = StagedBook(PolicyBook(own), read_staged(steps("a1", "b.5")))
    labels = {book.acting("default", f"app-{number}").label for number in range(100)}
    assert labels == {LABELS["a"], LABELS["b"]}
    assert book.tried("default") is None
    shadowed = StagedBook(PolicyBook(own), read_staged(steps("b?")))
    assert (shadowed.acting("default", "app"), shadowed.tried("default").label) == (own, LABELS["b"])  # type: ignore[union-attr]
    assert shadowed.tried("strict") is None
    with pytest.raises(InputError, match="POL004"):
        shadowed.acting("nowhere", "app")


def test_a_step_that_this_hegui_cannot_read_is_named() -> None:
    (step,) = steps("a?")
    broken = PolicyStage(**{**{name: getattr(step, name) for name in PolicyStage.__slots__}, "content": "rules: [1]"})
    with pytest.raises(FileFaults, match="POL001 policy stage 1"):
        read_staged([broken])
    assert read_staged([broken, *steps("a?", "-")[1:]]) == {}  # what was taken back need not be read


@given(st.text(min_size=1, max_size=32), st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_a_greater_share_only_adds_applications(application: str, shares: list[float]) -> None:
    inside = [is_in_share(application, "p@1:0", share) for share in (0.0, *sorted(shares), 1.0)]
    assert all(later or not earlier for earlier, later in pairwise(inside))
    assert inside[-1]


def test_a_share_is_about_that_share() -> None:
    count = sum(is_in_share(f"app-{number}", "p@1:0", 0.2) for number in range(5000))
    assert 900 <= count <= 1100  # five deviations of a fair draw are 141


@pytest.mark.parametrize(
    ("decision", "other", "change"),
    [
        ("allow", "allow", "same"),
        ("allow", "stop", "newly_blocked"),
        ("refuse", "flag", "newly_released"),
        ("help", "refuse", "newly_blocked"),
        ("refuse", "help", "newly_released"),
        ("stop", "refuse", "otherwise"),
        ("allow", "mask", "otherwise"),
        ("stop", "failed", "failed"),
    ],
)
def test_a_change_has_a_name(decision: str, other: str, change: str) -> None:
    assert change_of(decision, other) == change
