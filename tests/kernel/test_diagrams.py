"""Diagrams against truth tables: the same number for the same condition, and exactly what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hegui.kernel.diagrams import FALSE, TRUE, DiagramTooLargeError, Forest

SIZES = (2, 3, 2, 4)
CASES = [dict(enumerate(case)) for case in product(*map(range, SIZES))]

Condition: TypeAlias = tuple[str, tuple["Condition", ...] | tuple[int, frozenset[int]]]

atoms = st.integers(0, len(SIZES) - 1).flatmap(
    lambda v: st.frozensets(st.integers(0, SIZES[v] - 1)).map(lambda values: ("atom", (v, values)))
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner.map(lambda one: (one,))),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=12,
)
partial = st.fixed_dictionaries({}, optional={n: st.integers(0, size - 1) for n, size in enumerate(SIZES)})


def built(forest: Forest, condition: Condition) -> int:
    kind, parts = condition
    if kind == "atom":
        return forest.where(parts[0], parts[1])
    nodes = [built(forest, part) for part in parts]
    return {
        "not": lambda: forest.negation(nodes[0]),
        "all": lambda: forest.all_of(nodes),
        "any": lambda: forest.any_of(nodes),
    }[kind]()


def truth(condition: Condition, case: Mapping[int, int]) -> bool:
    kind, parts = condition
    if kind == "atom":
        return case[parts[0]] in parts[1]
    values: list[bool] = [truth(part, case) for part in parts]
    joined: dict[str, Callable[[], bool]] = {
        "not": lambda: not values[0],
        "all": lambda: all(values),
        "any": lambda: any(values),
    }
    return joined[kind]()


def table(condition: Condition) -> tuple[bool, ...]:
    return tuple(truth(condition, case) for case in CASES)


@given(conditions)
def test_a_diagram_says_what_the_truth_table_says(condition: Condition) -> None:
    forest = Forest(SIZES)
    node = built(forest, condition)
    assert [forest.given(node, case) == TRUE for case in CASES] == list(table(condition))
    assert all(forest.given(node, case) in (TRUE, FALSE) for case in CASES)


@given(conditions, conditions)
def test_equal_conditions_are_the_same_number(left: Condition, right: Condition) -> None:
    forest = Forest(SIZES)
    assert (built(forest, left) == built(forest, right)) == (table(left) == table(right))


@given(conditions)
def test_a_condition_depends_on_just_the_variables_that_can_turn_it(condition: Condition) -> None:
    forest = Forest(SIZES)
    turning = {
        variable
        for variable, size in enumerate(SIZES)
        for case in CASES
        if len({truth(condition, {**case, variable: value}) for value in range(size)}) > 1
    }
    assert forest.support(built(forest, condition)) == turning


@given(conditions, partial)
def test_what_is_left_after_some_values_agrees_on_every_completion(condition: Condition, known: dict[int, int]) -> None:
    forest = Forest(SIZES)
    node = built(forest, condition)
    left = forest.given(node, known)
    assert forest.support(left).isdisjoint(known)
    for case in CASES:
        if known.items() <= case.items():
            assert forest.given(left, case) == forest.given(node, case)
    assert forest.given_each([node, node], known) == [left, left]


@given(conditions)
def test_an_example_holds_however_the_rest_turns_out(condition: Condition) -> None:
    forest = Forest(SIZES)
    example = forest.example(built(forest, condition))
    if example is None:
        assert not any(table(condition))
    else:
        assert all(truth(condition, {**case, **example}) for case in CASES)


def test_a_condition_written_another_way_makes_no_new_nodes() -> None:
    forest = Forest([2, 2])
    both = forest.both(forest.where(0, [1]), forest.where(1, [1]))
    written_otherwise = forest.negation(forest.either(forest.where(0, [0]), forest.where(1, [0])))
    size = len(forest)
    assert written_otherwise == both
    assert forest.both(forest.where(1, [1]), forest.where(0, [1])) == both
    assert len(forest) == size


def test_a_diagram_that_would_grow_without_bound_is_refused() -> None:
    """Pairs far apart in the order double the diagram with each pair: (0 and 20) or (1 and 21) or ..."""
    forest = Forest([2] * 40, most=10_000)
    pairs = [forest.both(forest.where(n, [1]), forest.where(n + 20, [1])) for n in range(20)]
    with pytest.raises(DiagramTooLargeError):
        forest.any_of(pairs)
    assert forest.given(pairs[0], {0: 1, 20: 1}) == TRUE, "what was made can still be used"
