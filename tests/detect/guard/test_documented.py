"""docs/guards.md shows a file that can be read, and names every member, kind and code."""

from __future__ import annotations

import re
from pathlib import Path

from hegui.detect.guard import files
from hegui.detect.guard.faults import KINDS
from hegui.detect.guard.files import read_guards
from hegui.detect.guard.settings import GUARD_KINDS, Guard
from hegui.moderate.policy_files import read_policy

PAGE = (Path(__file__).parents[3] / "docs/guards.md").read_text("utf-8")


def test_the_examples_can_be_read() -> None:
    example, asked_for = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    policy = read_policy(f"name: p\nversion: 1\n{asked_for}", "docs/guards.md")
    assert policy.guards == {"prompt": ("qwen",), "answer": ("qwen", "house")}
    assert [guard.name for guard in read_guards(example, "docs/guards.md")] == ["qwen", "house"]


def test_every_member_and_kind_is_named() -> None:
    members = files._COMMON | files._SERVER | set().union(*files._MEMBERS.values())
    assert not [name for name in (*members, *GUARD_KINDS, *KINDS) if f"`{name}`" not in PAGE]


def test_the_defaults_are_those_of_the_page() -> None:
    base = Guard("a", "local")
    cut = base.windows
    for row in (
        f"| `timeout_seconds` | {base.timeout_seconds:g} |",
        f"| `concurrency`, `per_text` | {base.concurrency}, {base.per_text} |",
        f"| `lag_characters` | {base.lag_characters} |",
        f"| `prompt_window` | {base.prompt_window} |",
        f"| `prompt_characters` | {base.prompt_characters} |",
        f"| `rest_after`, `rest_seconds` | {base.rest_after}, {base.rest_seconds:g} |",
        f"| `window` | `{{sentences: {cut.sentences}, characters: {cut.characters}, before: {cut.before}}}` |",
    ):
        assert row in PAGE, row
