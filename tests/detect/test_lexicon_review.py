"""Looking after a list: its test cases, what differs, what is doubtful, and what it does to many texts."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.detect.compiled import CompiledLexicon
from hegui.detect.documents import MAX_LINE, Document, documents
from hegui.detect.lexicon import Lexicon, Term
from hegui.detect.lexicon_cases import failing_cases, overdue
from hegui.detect.lexicon_diff import compare
from hegui.detect.lexicon_lint import lint
from hegui.detect.lexicon_trial import try_list, try_lists
from hegui.errors import InputError


def term(identity: str, text: str, **more: object) -> Term:
    return Term(identity, text, str(more.pop("risk", "A.1.h")), **more)  # type: ignore[arg-type]


def texts(*written: str | None) -> list[Document]:
    return [Document(f"x:{number}", text) for number, text in enumerate(written, 1)]


def test_cases_that_fail_are_told_and_others_terms_do_not_count() -> None:
    lexicon = Lexicon(
        (
            term("a", "冰毒", hits=("卖冰毒", "卖冰糖"), passes=("反冰毒", "冰糖"), exceptions=("反冰毒",)),
            term("b", "冰糖", passes=("冰毒", "冰糖葫芦")),
        )
    )
    failures = [(one.term_id, one.wanted, one.text) for one in failing_cases(lexicon)]
    assert failures == [("a", "hits", "卖冰糖"), ("b", "passes", "冰糖葫芦")]


def test_a_review_is_overdue_the_day_after_its_date() -> None:
    lexicon = Lexicon((term("a", "冰毒", review_by=date(2026, 3, 1)), term("b", "赌场")))
    assert [overdue(lexicon, date(2026, 3, day)) for day in (1, 2)] == [(), (lexicon.terms[0],)]


def test_a_difference_says_what_of_a_term_changed() -> None:
    old = Lexicon((term("a", "冰毒"), term("b", "赌场"), term("c", "枪支", risk="A.1.f")))
    new = Lexicon((term("a", "冰毒", severity="low", owner="我"), term("c", "枪支", risk="A.1.f"), term("d", "雷管")))
    found = compare(old, new)
    assert [t.id for t in found.added] == ["d"]
    assert [t.id for t in found.removed] == ["b"]
    assert [(c.after.id, c.members) for c in found.changed] == [("a", ("owner", "severity"))]
    assert found.by_risk == {"A.1.h": {"added": 1, "removed": 1, "changed": 1}}
    assert compare(old, old) == compare(new, new)


SWALLOWED = [
    (term("a", "毒"), term("b", "冰毒"), True),
    (term("a", "毒", severity="low"), term("b", "冰毒"), False),
    (term("a", "毒", risk="A.1.f"), term("b", "冰毒"), False),
    (term("a", "毒", exceptions=("毒品知识",)), term("b", "冰毒"), False),
    (term("a", "毒", without=("gaps",)), term("b", "冰毒"), False),
    (term("a", "毒"), term("b", "冰毒", variants=("sound",)), False),
    (term("a", "gun", mode="word"), term("b", "buy gun", mode="word"), False),  # in buygun only the longer one is found
    (term("a", "gun", mode="word"), term("b", "shotgun"), False),
    (term("a", "gun", mode="word"), term("b", "买gun吗"), True),
    (term("a", "冰毒", mode="exact"), term("b", "卖冰毒"), False),
    (term("a", "冰毒", mode="exact"), term("b", "卖冰毒", mode="exact"), True),
    (term("a", "冰毒"), term("b", "卖冰-毒", mode="exact"), True),
]


@pytest.mark.parametrize(("inner", "outer", "swallowed"), SWALLOWED)
def test_a_term_is_swallowed_only_where_it_never_adds(inner: Term, outer: Term, swallowed: bool) -> None:
    doubts, _ = lint(Lexicon((inner, outer)))
    assert [(d.kind, d.term_id, d.other) for d in doubts if d.kind == "swallowed"] == (
        [("swallowed", outer.id, inner.id)] if swallowed else []
    )


def test_terms_twice_short_common_and_in_error_are_doubts() -> None:
    lexicon = Lexicon(
        (
            term("a", "冰毒"),
            term("b", "冰-毒"),
            term("c", "毒"),
            term("d", "机器"),
            term("e", "兵毒", variants=("sound",)),
        )
    )
    doubts, trial = lint(lexicon, texts("机器学习", "bingdu 是拼音", "水", None), common=0.3)
    assert [(d.kind, d.term_id, d.other, d.rows) for d in doubts if d.kind != "swallowed"] == [
        ("duplicate", "b", "a", 0),
        ("short", "c", "", 0),
        ("common", "d", "", 1),
        ("common", "e", "", 1),
        ("errs", "e", "variant", 1),
    ]
    assert (trial.rows, trial.without_text) == (4, 1)


def test_a_trial_counts_rows_and_two_tell_what_changes() -> None:
    new = CompiledLexicon(Lexicon((term("a", "冰毒"), term("b", "赌场", risk="A.3.e"))))
    old = CompiledLexicon(Lexicon((term("a", "冰毒"), term("c", "枪支"))))
    given = texts("冰毒冰毒和赌场", "枪支", "赌场", "水", None)
    trial = try_list(new, given, 2)
    assert (trial.rows, trial.hit, trial.without_text, trial.share) == (5, 2, 1, 0.5)
    assert (trial.by_risk, trial.by_term) == ({"A.1.h": 1, "A.3.e": 2}, {"a": 1, "b": 2})
    assert len(trial.examples) == 2
    both = try_lists(new, old, given)
    assert [example.place for example in both.newly_hit.examples] == ["x:3"]
    assert [example.place for example in both.no_longer_hit.examples] == ["x:2"]


def test_texts_are_read_from_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("一\n\n二\n", "utf-8")
    (tmp_path / "sub").mkdir()
    with gzip.open(tmp_path / "sub" / "b.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write(json.dumps({"prompt": "三", "id": 1}) + "\n" + json.dumps({"n": 1}) + "\n")
    (tmp_path / "c.md").write_text("不读", "utf-8")
    assert [document.text for document in documents([tmp_path])] == ["一", "二", "三", None]
    assert [document.text for document in documents([tmp_path / "sub"], "id")] == [None, None]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"x", "of another kind"),
        ("a.txt", b"\xff\xfe", "not UTF-8"),
        ("a.jsonl", b"[1]\n", "not a JSON object"),
        ("a.jsonl", b"[" * 100_000, "not a JSON object"),
        ("a.txt.gz", gzip.compress(b"x" * 100, mtime=0)[:-9], "read to its end"),
        ("a.txt.gz", gzip.compress(b"x" * (MAX_LINE + 1), mtime=0), "too long"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="LEX008") as caught:
        list(documents([tmp_path / name]))
    assert said in caught.value.problem


@given(
    st.lists(st.sampled_from("毒冰卖gunA "), max_size=4).map("".join).filter(str.strip),
    st.text("毒冰卖gunA -，", max_size=30),
)
def test_what_is_swallowed_is_never_found_alone(inner: str, text: str) -> None:
    lexicon = Lexicon((term("a", inner), term("b", f"卖{inner}冰")))
    doubts, _ = lint(lexicon)
    if any(doubt.kind == "swallowed" and doubt.term_id == "b" for doubt in doubts):
        trial = try_list(CompiledLexicon(lexicon), texts(text, f"卖{inner}冰{text}"))
        assert trial.by_term["a"] >= trial.by_term["b"]
