"""GB 45438-2025 5.1: an AI element and a generation element."""

from __future__ import annotations

import pytest

from hegui.label.policy import DEFAULT_TEXT
from hegui.label.wording import Wording, explain_wording


@pytest.mark.parametrize(
    ("text", "has_ai", "has_generation"),
    [
        ("本内容由人工智能生成", True, True),
        ("由AI生成", True, True),
        ("ＡＩ合成", True, True),
        ("AI-generated", True, True),
        ("Synthesized by AI.", True, True),
        ("Synthesised by AI.", True, True),
        ("(AI) SYNTHETIC TEXT", True, True),
        ("人工智能", True, False),
        ("AI", True, False),
        ("Assisted by AI", True, False),
        ("机器生成", False, True),
        ("SAID to be generated", False, True),
        ("ai generated", False, True),
        ("AI regenerated", True, False),
        ("AIGC生成", False, True),
        ("生 成 人工 智能", False, False),
        ("", False, False),
    ],
)
def test_elements_are_found_as_words(text: str, has_ai: bool, has_generation: bool) -> None:
    assert explain_wording(text) == Wording(has_ai, has_generation)
    assert explain_wording(text).is_complete == (has_ai and has_generation)


@pytest.mark.parametrize("text", DEFAULT_TEXT.values())
def test_our_own_wordings_are_complete(text: str) -> None:
    assert explain_wording(text).is_complete
