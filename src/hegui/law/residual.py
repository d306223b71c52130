"""What is left of a condition once some facts are known.

Knows how to strike out what is settled, so that a reader sees "applies if …" in the words of the law and nothing that no
longer matters.
"""

from __future__ import annotations

from hegui.kernel.diagrams import TRUE
from hegui.law.conditions import Conditions
from hegui.law.expression import All, Always, Any, Expression, Not

__all__ = ["residual"]


def residual(expression: Expression, conditions: Conditions) -> Expression:
    """The condition without its settled parts; equal to it for every completion of the profile."""
    node = conditions.node(expression)
    if node <= TRUE:
        return Always(node == TRUE)
    match expression:
        case Not(part):
            return Not(residual(part, conditions))
        case All(parts):
            return _joined(All, parts, conditions)
        case Any(parts):
            return _joined(Any, parts, conditions)
        case _:
            return expression


def _joined(kind: type[All] | type[Any], parts: tuple[Expression, ...], conditions: Conditions) -> Expression:
    left: dict[int, Expression] = {}
    for part in parts:
        node = conditions.node(part)
        if node > TRUE and node not in left:
            found = residual(part, conditions)
            left[node] = found
    flat = [inner for one in left.values() for inner in (one.parts if isinstance(one, kind) else (one,))]
    return flat[0] if len(flat) == 1 else kind(tuple(dict.fromkeys(flat)))
