"""A policy file that means harm, or was made by a slip: POL001, soon, and in little memory."""

from __future__ import annotations

import pytest

from hegui.errors import FileFaults
from hegui.moderate.policy_files import read_policy

HEAD = "name: x\nversion: 1\n"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
"""A few hundred bytes that stand for a thousand million values."""

FILES = {
    "aliases of aliases as an action": BOMB + HEAD + "rules: [{action: *a8}]\n",
    "aliases of aliases as applications": BOMB + HEAD + "rules: [{action: flag, application: *a8}]\n",
    "a list that holds itself": HEAD + "rules: &rules [*rules]\n",
    "a key twice among thousands": HEAD + "safe_reply: {" + ", ".join(f"k{n}: a" for n in range(5000)) + ", k7: b}\n",
    "thousands of rules": HEAD + "rules:\n" + "- {risk: A.1.a, action: flag}\n" * 5000,
    "nesting without end": HEAD + "rules: " + "[" * 3000 + "]" * 3000,
    "a list as a key": HEAD + "? [1, 2]\n: 3\n",
    "a score that is no number": HEAD + "rules: [{kind: harm, score: .nan, action: flag}]\n",
    "a version that is true": "name: x\nversion: true\n",
    "a tag that would run a command": "name: !!python/object/apply:os.system ['true']\nversion: 1\n",
    "half a character": HEAD + 'refusal: {zh: "\\ud800"}\n',
    "NUL": HEAD + 'rules: [{action: flag, application: "a\\0b"}]\n',
    "mappings where words should be": HEAD + "rules: [{action: {a: b}, direction: [[1]], kind: {x: y}}]\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_it_is_refused_in_a_few_words(text: str) -> None:
    with pytest.raises(FileFaults) as refused:
        read_policy(text, "candidate.yaml")
    assert refused.value.code == "POL001"
    assert len(str(refused.value)) < 2000


def test_an_alias_used_in_measure_is_welcome() -> None:
    policy = read_policy(HEAD + "defaults: &both {prompt: flag, answer: flag}\nflood: *both\n", "p.yaml")
    assert policy.defaults == policy.flood == {"prompt": "flag", "answer": "flag"}
