"""Decision diagrams: a condition on a few variables in the one form in which equal conditions are the same number.

Knows variables by number, each with a small domain 0 .. size-1, and conditions as node numbers of a forest; 0 never holds and
1 always does. Knows no names and no law.
Works on reduced, ordered, multi-valued diagrams: variables are asked in ascending order, a node that would not depend on its
variable is not made, and no node is made twice. Hence two conditions are equal exactly when their numbers are, a condition is
settled exactly when its number is 0 or 1, and it depends exactly on the variables that occur in it: nothing here is a guess.
Source: R. E. Bryant, Graph-Based Algorithms for Boolean Function Manipulation (1986), with domains of any size instead of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

__all__ = ["FALSE", "TRUE", "DiagramTooLargeError", "Forest"]

FALSE = 0
TRUE = 1
MOST_NODES = 1_000_000
"""Nodes of a forest, about 300 MB with what is remembered of them; conditions that people write make some ten thousand."""


class DiagramTooLargeError(Exception):
    """A forest would grow beyond its bound: in the worst case a diagram doubles with every variable."""


class Forest:
    """Conditions over variables 0 .. n-1.

    Args:
        sizes: the size of each variable's domain, at least 1; the order of variables is the order in which they are asked.
        most: nodes the forest may have; beyond, whatever makes conditions raises DiagramTooLargeError.
    """

    def __init__(self, sizes: Sequence[int], most: int = MOST_NODES) -> None:
        self.sizes = tuple(sizes)
        self._most = most
        end = len(self.sizes)
        self._variable = [end, end]
        self._children: list[tuple[int, ...]] = [(), ()]
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._both: dict[tuple[int, int], int] = {}
        self._either: dict[tuple[int, int], int] = {}
        self._not: dict[int, int] = {FALSE: TRUE, TRUE: FALSE}
        self._support: dict[int, frozenset[int]] = {FALSE: frozenset(), TRUE: frozenset()}

    def where(self, variable: int, holds: Iterable[int]) -> int:
        """The condition that `variable` has one of the values `holds`."""
        wanted = frozenset(holds)
        return self._node(variable, tuple(int(value in wanted) for value in range(self.sizes[variable])))

    def negation(self, node: int) -> int:
        """Not `node`."""
        found = self._not.get(node)
        if found is None:
            found = self._node(self._variable[node], tuple(self.negation(child) for child in self._children[node]))
            self._not[node], self._not[found] = found, node
        return found

    def both(self, left: int, right: int) -> int:
        """`left` and `right`."""
        return self._joined(self._both, left, right, FALSE)

    def either(self, left: int, right: int) -> int:
        """`left` or `right`."""
        return self._joined(self._either, left, right, TRUE)

    def all_of(self, nodes: Iterable[int]) -> int:
        """The conjunction; of nothing, TRUE."""
        return reduce(self.both, nodes, TRUE)

    def any_of(self, nodes: Iterable[int]) -> int:
        """The disjunction; of nothing, FALSE."""
        return reduce(self.either, nodes, FALSE)

    def given(self, node: int, values: Mapping[int, int]) -> int:
        """`node`, once the variables in `values` have these values."""
        return self.given_each([node], values)[0]

    def given_each(self, nodes: Iterable[int], values: Mapping[int, int]) -> list[int]:
        """Each of the nodes, once the variables in `values` have these values; what they share is worked out once."""
        done: dict[int, int] = {}
        return [self._given(node, values, done) for node in nodes]

    def support(self, node: int) -> frozenset[int]:
        """The variables on which `node` depends: for each there are two cases that differ in it alone and in the outcome."""
        found = self._support.get(node)
        if found is None:
            below = (self.support(child) for child in self._children[node])
            found = self._support[node] = frozenset({self._variable[node]}).union(*below)
        return found

    def example(self, node: int) -> Mapping[int, int] | None:
        """Values under which `node` holds, of as many variables as that takes on one path; None when it never does."""
        if node == FALSE:
            return None
        found: dict[int, int] = {}
        while node != TRUE:
            variable, children = self._variable[node], self._children[node]
            value = next(value for value, child in enumerate(children) if child != FALSE)
            found[variable], node = value, children[value]
        return found

    def top(self, node: int) -> tuple[int, tuple[int, ...]]:
        """The first variable that `node` asks for and what remains for each of its values. Not for TRUE and FALSE."""
        return self._variable[node], self._children[node]

    def __len__(self) -> int:
        """Nodes made so far."""
        return len(self._variable)

    def _node(self, variable: int, children: tuple[int, ...]) -> int:
        if children.count(children[0]) == len(children):
            return children[0]
        key = (variable, children)
        found = self._known.get(key)
        if found is None:
            if len(self._variable) >= self._most:
                raise DiagramTooLargeError
            found = self._known[key] = len(self._variable)
            self._variable.append(variable)
            self._children.append(children)
        return found

    def _joined(self, done: dict[tuple[int, int], int], left: int, right: int, decisive: int) -> int:
        """`left` and `right` by an operation of which `decisive` decides and the other constant changes nothing."""
        if left in (right, decisive) or right == 1 - decisive:
            return left
        if right == decisive or left == 1 - decisive:
            return right
        pair = (left, right) if left < right else (right, left)
        found = done.get(pair)
        if found is None:
            variable = min(self._variable[left], self._variable[right])
            pairs = zip(self._parts(left, variable), self._parts(right, variable), strict=True)
            found = done[pair] = self._node(variable, tuple([self._joined(done, a, b, decisive) for a, b in pairs]))
        return found

    def _parts(self, node: int, variable: int) -> tuple[int, ...]:
        return self._children[node] if self._variable[node] == variable else (node,) * self.sizes[variable]

    def _given(self, node: int, values: Mapping[int, int], done: dict[int, int]) -> int:
        if node <= TRUE:
            return node
        found = done.get(node)
        if found is None:
            variable, children = self._variable[node], self._children[node]
            value = values.get(variable)
            if value is not None:
                found = self._given(children[value], values, done)
            else:
                found = self._node(variable, tuple(self._given(child, values, done) for child in children))
            done[node] = found
        return found
