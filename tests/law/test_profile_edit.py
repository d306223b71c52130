"""Answers are put into a profile's text; all that its author wrote stays."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.law.profile_edit import Wanted, with_answers
from hegui.law.yaml_lines import parse_yaml

DAY = date(2026, 11, 26)
YES = Wanted("true", DAY)
OPEN = Wanted("unknown", None)
SAID = "{value: true, on: 2026-11-26}"

CASES = [
    ("nothing yet", "", {"a": YES}, f"facts:\n  a: {SAID}\n"),
    ("only a remark", "# by hand\n", {"a": YES}, f"# by hand\nfacts:\n  a: {SAID}\n"),
    ("no facts yet", "service: x  # ours", {"a": OPEN}, "service: x  # ours\nfacts:\n  a: unknown\n"),
    ("facts without any", "facts:\nservice: x\n", {"a": YES}, f"facts:\n  a: {SAID}\nservice: x\n"),
    ("empty braces", "facts: {}\n", {"a": OPEN, "b": OPEN}, "facts: {a: unknown, b: unknown}\n"),
    ("null", "facts: ~ # none\n", {"a": OPEN}, "facts: {a: unknown} # none\n"),
    ("braces with bare names", "facts: {a, b: }", {"a": OPEN, "c": OPEN}, "facts: {a: unknown, b: , c: unknown}"),
    ("all in braces", "{service: x}", {"a": OPEN}, "{service: x, facts: {a: unknown}}"),
    (
        "remarks stay where they are",
        "# top\nfacts:\n  # from the data sheet\n  a: true   # sure\n\n# readings of counsel\nreadings: {U1: a}\n",
        {"b": YES},
        f"# top\nfacts:\n  # from the data sheet\n  a: true   # sure\n  b: {SAID}\n\n# readings of counsel\nreadings: {{U1: a}}\n",
    ),
    (
        "an open answer keeps its note",
        "facts:\n  a: {value: unknown, note: wait}  # Monday\n  b: unknown\n",
        {"a": YES, "b": YES},
        f"facts:\n  a: {{value: true, note: wait}}  # Monday\n  b: {SAID}\n",
    ),
    (
        "an open answer over several lines",
        "facts:\n  a:\n    # asked\n    note: wait\n    on: 2026-01-01\n  b:\n  c: null\n",
        {"a": YES, "b": OPEN, "c": YES},
        f"facts:\n  a:\n    # asked\n    value: true\n    note: wait\n    on: 2026-11-26\n  b: unknown\n  c: {SAID}\n",
    ),
    ("a last line without an end", "facts:\n    a: true", {"b": OPEN}, "facts:\n    a: true\n    b: unknown\n"),
    ("ends of lines", "facts:\r\n  a: true\r\n", {"b": OPEN}, "facts:\r\n  a: true\r\n  b: unknown\r\n"),
    (
        "a text over several lines at the end",
        "facts:\n  a:\n    value: true\n    note: |\n      one\n      two\n",
        {"b": OPEN},
        "facts:\n  a:\n    value: true\n    note: |\n      one\n      two\n  b: unknown\n",
    ),
    (
        "braces over lines",
        "facts: {\n  a: true, # yes\n}\n",
        {"b": OPEN},
        "facts: {\n  a: true, b: unknown, # yes\n}\n",
    ),
    ("the end is marked", "---\nfacts:\n  a: 1\n...\n", {"b": OPEN}, "---\nfacts:\n  a: 1\n  b: unknown\n...\n"),
    ("nothing to say", "facts: {a: 1}\n", {}, "facts: {a: 1}\n"),
    (
        "beyond the first plane",
        "service: 😀客服\nfacts:\n  a: 😀 # 😀\n",
        {"a": OPEN},
        "service: 😀客服\nfacts:\n  a: unknown # 😀\n",
    ),
]


@pytest.mark.parametrize(("text", "answers", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_answers_are_put_in_and_the_rest_stays(text: str, answers: dict[str, Wanted], after: str) -> None:
    assert with_answers(text, answers) == after


names = st.sampled_from("abcdef")
old = st.sampled_from(
    ["true", "unknown", "", "~", "{value: unknown, note: 'x: #'}", "{note: y}", "\n    value: 1\n    note: z"]
)
remark = st.sampled_from(["", "  # why", "\n  # below", "\n\n"])
block = st.lists(st.tuples(names, old, remark), unique_by=lambda one: one[0], min_size=1).map(
    lambda found: "facts:\n" + "\n".join(f"  {name}: {value}{more}" for name, value, more in found)
)
flow = st.lists(st.tuples(names, old.filter(lambda o: "\n" not in o)), unique_by=lambda one: one[0]).map(
    lambda found: "facts: {" + ", ".join(f"{name}: {value}" for name, value in found) + "}"
)


@given(
    st.sampled_from(["", "service: x # y\n", "# z\n"]),
    block | flow | st.just("facts:") | st.just(""),
    st.sampled_from(["", "\n", "\nreadings:\n  U1: a\n", "\n# end"]),
    st.dictionaries(names, st.sampled_from([YES, OPEN])),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_put_in_is_read_back(head: str, facts: str, tail: str, answers: dict[str, Wanted], end: str) -> None:
    text = (head + facts + (tail if facts else tail.lstrip())).replace("\n", end)
    before, after = ((parse_yaml(one) or {}) for one in (text, with_answers(text, answers)))
    found = after.get("facts") or {}
    assert {
        name: value["value"] if isinstance(value, dict) else value for name, value in found.items() if name in answers
    } == {name: parse_yaml(wanted.value) for name, wanted in answers.items()}
    others = {name: value for name, value in (before.get("facts") or {}).items() if name not in answers}
    assert {name: value for name, value in found.items() if name not in answers} == others
    assert {key: value for key, value in after.items() if key != "facts"} == {
        key: value for key, value in before.items() if key != "facts"
    }
    for one in ("# why", "# below", "# y", "# z", "# end", "note: 'x: #'"):
        assert with_answers(text, answers).count(one) == text.count(one)
