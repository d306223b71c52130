"""docs/policies.md shows a policy that can be read, and names every kind, action and class of users."""

from __future__ import annotations

import re
from pathlib import Path

from hegui.moderate.policy import ACTIONS, KINDS, USER_CLASSES
from hegui.moderate.policy_files import read_policy

PAGE = (Path(__file__).parents[2] / "docs/policies.md").read_text("utf-8")


def test_the_example_can_be_read() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    assert read_policy(example, "docs/policies.md").sought["prompt"] == {"personal", "harm"}


def test_every_word_a_policy_may_use_is_named() -> None:
    assert not [word for word in (*KINDS, *ACTIONS, *USER_CLASSES) if f"`{word}`" not in PAGE]
