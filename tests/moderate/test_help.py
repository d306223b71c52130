"""What a policy may say about a person in danger, and whose words are looked at."""

from __future__ import annotations

from typing import Any

import pytest

from hegui.detect.crisis import find_crisis
from hegui.errors import FileFaults
from hegui.moderate.danger import LOOKED_AT, help_language, screen_for_danger
from hegui.moderate.policy import Policy, Rule, strongest
from hegui.moderate.policy_files import built_in_policy, read_policy

(SIGN,) = find_crisis("我想自杀")
PLAIN = Policy("test", 1, (Rule("refuse"),))


def danger(value: dict[str, Any]) -> list[str]:
    return [path for path, _ in screen_for_danger(PLAIN, value)]


def test_no_rule_refuses_a_person_in_danger_by_accident() -> None:
    assert PLAIN.action("prompt", SIGN) == "help"
    assert PLAIN.action("answer", SIGN) == "flag"
    assert strongest(["stop", "help", "refuse"]) == "help"


def test_the_built_in_policy_helps_and_names_no_number() -> None:
    policy = built_in_policy()
    assert policy.action("prompt", SIGN) == "help"
    assert set(policy.help) == {"zh", "en"}
    assert not any(character.isdigit() for text in policy.help.values() for character in text)


def test_what_is_less_than_danger_is_flagged_under_any_policy() -> None:
    (low,) = find_crisis("我在学校一直被同学孤立")
    assert (low.severity, PLAIN.action("prompt", low)) == ("low", "flag")
    helping = read_policy("name: p\nversion: 1\nrules: [{direction: prompt, kind: crisis, action: help}]\n", "p")
    assert helping.action("prompt", low) == "help"


def test_a_policy_may_flag_instead() -> None:
    policy = read_policy("name: p\nversion: 1\nrules: [{kind: crisis, action: flag}]\ncrisis: {prompt: allow}\n", "p")
    assert policy.action("prompt", SIGN) == "flag"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("rules: [{kind: crisis, action: refuse}]", "rules[0].action"),
        ("rules: [{action: help}]", "rules[0].action"),
        ("rules: [{kind: crisis, action: help}]", "rules[0].action"),
        ("rules: [{kind: other, action: flag}]", "rules[0].kind"),
        ("crisis: {prompt: refuse}", "crisis.prompt"),
        ("crisis: {answer: help}", "crisis.answer"),
        ("defaults: {prompt: help}", "defaults.prompt"),
        ("flood: {answer: help}", "flood.answer"),
        ("help: [1]", "help"),
    ],
)
def test_a_policy_that_would_fail_a_person_in_danger_is_refused(written: str, place: str) -> None:
    with pytest.raises(FileFaults) as caught:
        read_policy(f"name: p\nversion: 1\n{written}\n", "p.yaml")
    assert place in [where for where, _ in caught.value.faults]


def test_a_rule_for_all_does_not_shadow_one_for_a_person_in_danger() -> None:
    read_policy("name: p\nversion: 1\nrules: [{action: flag}, {kind: crisis, action: flag}]\n", "p")
    with pytest.raises(FileFaults):
        read_policy("name: p\nversion: 1\nrules: [{kind: crisis, action: flag}, {kind: crisis, action: allow}]\n", "p")


SAID = "我想自杀"


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"messages": [{"role": "user", "content": SAID}]}, ["messages[0].content"]),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "我想"}, {"text": "自杀"}]}]},
            ["messages[0].content[].text"],
        ),
        ({"messages": [{"role": "user", "content": SAID}, {"role": "user", "content": "?"}]}, ["messages[0].content"]),
        ({"messages": [{"role": "user", "content": SAID}, {"role": "assistant", "content": "好"}]}, []),
        ({"messages": [{"role": "system", "content": SAID}, {"role": "tool", "content": SAID}]}, []),
        ({"prompt": SAID}, ["prompt"]),
        ({"prompt": ["hi", SAID]}, ["prompt[1]"]),
        ({"input": SAID}, ["input"]),
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": SAID}]}]}, ["input[0].content[].text"]),
        ({"input": [{"role": "user", "content": SAID}, {"type": "reasoning", "summary": []}]}, []),
        ({"input": [1, None, {"role": "user", "content": 7}, {"role": "user"}], "messages": 5, "prompt": {}}, []),
    ],
)
def test_only_what_the_user_has_just_said_is_looked_at(value: dict[str, Any], paths: list[str]) -> None:
    assert danger(value) == paths


def test_offsets_at_the_end_of_a_long_turn_are_those_of_the_turn() -> None:
    text = "今天天气很好。\n" * LOOKED_AT + SAID
    (_, ruling), *_ = screen_for_danger(PLAIN, {"prompt": text})
    assert text[ruling.finding.start : ruling.finding.end] in SAID
    assert ruling.finding.start >= len(text) - len(SAID)


def test_the_reply_is_in_the_language_of_the_person() -> None:
    for said, language in (("我想自杀", "zh"), ("I want to kill myself", "en")):
        assert help_language(screen_for_danger(PLAIN, {"prompt": said}), "xx") == language
    assert help_language((), "xx") == "xx"
