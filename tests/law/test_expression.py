"""The grammar of conditions: what parses to what, what is refused and where, and that writing is the inverse of parsing."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.logic import Verdict
from hegui.law.expression import (
    All,
    Always,
    Any,
    Compare,
    Expression,
    ExpressionFault,
    Fact,
    Not,
    Reading,
    atoms,
    evaluate,
    parse,
    written,
)  # fmt: skip

A, B, C = Fact("a"), Fact("b"), Fact("c")

PARSES = [
    ("a", A),
    ("always", Always(True)),
    ("never", Always(False)),
    ("NOT a", Not(A)),
    ("NOT NOT a", Not(Not(A))),
    ("a AND b AND c", All((A, B, C))),
    ("a OR b AND c", Any((A, All((B, C))))),
    ("(a OR b) AND c", All((Any((A, B)), C))),
    ("NOT a AND b", All((Not(A), B))),
    ("NOT (a AND b)", Not(All((A, B)))),
    ("a AND (b AND c)", All((A, All((B, C))))),
    ("n >= 1_000_000", Compare("n", ">=", 1_000_000)),
    ("n<2.5", Compare("n", "<", 2.5)),
    ("level == larger", Compare("level", "==", "larger")),
    ("reading(U1, b) OR a", Any((Reading("U1", "b"), A))),
    ("  a\n AND\tb ", All((A, B))),
]

REFUSED = [
    ("", 1, "'the end' stands where a fact is expected"),
    ("a AND", 6, "'the end' stands where a fact is expected"),
    ("AND a", 1, "'AND' stands where a fact is expected"),
    ("a b", 3, "'b' is not expected here"),
    ("(a", 3, "')' is missing before 'the end'"),
    ("a)", 2, "')' is not expected here"),
    ("n >=", 5, "'the end' stands where a number or a level is expected"),
    ("n => 5", 3, "'=' is not understood here"),
    ("n >= AND", 6, "'AND' stands where a number or a level is expected"),
    ("a & b", 3, "'&' is not understood here"),
    ("a and b", 3, "'and' is not expected here"),
    ("reading(U1)", 11, "',' is missing before ')'"),
    ("reading(U1, c)", 13, "'c' is neither reading a nor reading b"),
    ("reading(5, a)", 9, "'5' is not the id of a question, such as U1"),
    ("__import__('os')", 12, '"\'" is not understood here'),
    ("f(a)", 2, "'(' is not expected here"),
    ("NOT " * 60 + "a", 201, "nested too deeply"),
    ("(" * 5000 + "a" + ")" * 5000, 51, "nested too deeply"),
]

names = st.sampled_from(["a", "b", "uses_generative_ai", "x1"])
leaves = st.one_of(
    st.builds(Always, st.booleans()),
    st.builds(Fact, names),
    st.builds(
        Compare,
        names,
        st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        st.one_of(
            st.integers(0, 10**12), st.integers(0, 9999).map(lambda n: n / 4), st.sampled_from(["larger", "major"])
        ),
    ),
    st.builds(Reading, st.sampled_from(["U1", "U12"]), st.sampled_from(["a", "b"])),
)


def joined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, several), st.builds(Any, several))


expressions: st.SearchStrategy[Expression] = st.recursive(leaves, joined, max_leaves=15)


@pytest.mark.parametrize(("text", "tree"), PARSES)
def test_parses(text: str, tree: Expression) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(("text", "column", "problem"), REFUSED)
def test_refuses_with_column_and_reason(text: str, column: int, problem: str) -> None:
    with pytest.raises(ExpressionFault) as caught:
        parse(text)
    assert (caught.value.column, caught.value.problem) == (column, problem)


@given(expressions)
def test_what_is_written_parses_to_the_same_tree(tree: Expression) -> None:
    assert parse(written(tree)) == tree


@given(st.text(alphabet="ab()ANDORT_>=<!5 ,\n", max_size=40))
def test_any_text_parses_to_what_is_written_or_is_refused(text: str) -> None:
    tree: Expression | None = None
    with suppress(ExpressionFault):
        tree = parse(text)
    assert tree is None or parse(written(tree)) == tree


def test_atoms_come_in_reading_order() -> None:
    found = list(atoms(parse("a AND (NOT b OR n > 3) AND reading(U1, a) AND a")))
    assert found == [A, B, Compare("n", ">", 3), Reading("U1", "a"), A]


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("a AND b", {"a": False}, Verdict.FAILS),
        ("a AND b", {"a": True}, Verdict.UNKNOWN),
        ("a OR b", {"a": True}, Verdict.HOLDS),
        ("NOT a", {}, Verdict.UNKNOWN),
        ("a OR always", {}, Verdict.HOLDS),
    ],
)
def test_evaluates_in_three_values(text: str, known: dict[str, bool], expected: Verdict) -> None:
    values = {name: Verdict.HOLDS if value else Verdict.FAILS for name, value in known.items()}
    assert evaluate(parse(text), lambda atom: values.get(atom.name, Verdict.UNKNOWN)) is expected  # type: ignore[union-attr]
