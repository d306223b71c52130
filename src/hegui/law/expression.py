"""Conditions on facts as the law's data writes them, parsed into a tree; never evaluated as a program.

    condition  = conjunction { "OR" conjunction }
    conjunction = negation { "AND" negation }
    negation   = "NOT" negation | "(" condition ")" | "always" | "never" | reading | fact [ relation literal ]
    reading    = "reading" "(" id "," ( "a" | "b" ) ")"   which of two defended readings is taken of an unclear question
    relation   = "==" | "!=" | "<" | "<=" | ">" | ">="
    literal    = whole number | decimal | word   a word is a level of an enumeration

Knows the grammar and Kleene evaluation; what a fact means, and whether it exists, is the business of `vocabulary`.
Operators are in capitals so that no fact can be taken for one. `NOT` binds closest, then `AND`, then `OR`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never, get_args

from hegui.kernel.logic import Verdict, all_of, any_of, negation

__all__ = [
    "All", "Always", "Any", "Compare", "Expression", "ExpressionFault", "Fact", "Not", "Reading", "Relation",
    "atoms", "evaluate", "parse", "written",
]  # fmt: skip

Relation = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Always:
    """What holds without condition, or never does."""

    holds: bool


@dataclass(frozen=True)
class Fact:
    """A fact that is true or false."""

    name: str


@dataclass(frozen=True)
class Compare:
    """A fact with a number or a level, compared."""

    name: str
    relation: Relation
    literal: int | float | str


@dataclass(frozen=True)
class Reading:
    """That of the two readings of an unclear question this one is taken."""

    id: str
    taken: Literal["a", "b"]


@dataclass(frozen=True)
class Not:
    part: Expression


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Any:
    """One part holds at least."""

    parts: tuple[Expression, ...]


Atom: TypeAlias = Fact | Compare | Reading
Expression: TypeAlias = Always | Atom | Not | All | Any


class ExpressionFault(ValueError):
    """A text that is no condition; `column` counts from 1."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(column, problem)
        self.column = column
        self.problem = problem


def parse(text: str) -> Expression:
    """The condition in `text`. Raises ExpressionFault.

    >>> parse("uses_generative_ai AND NOT rd_only")
    All(parts=(Fact(name='uses_generative_ai'), Not(part=Fact(name='rd_only'))))
    >>> parse("pi_subjects => 5")
    Traceback (most recent call last):
        ...
    hegui.law.expression.ExpressionFault: (13, "'=' is not understood here")
    """
    return _Parser(text).whole()


def written(expression: Expression) -> str:
    """The condition as text that parses to the same tree."""
    return _written(expression, 0)


def atoms(expression: Expression) -> Iterator[Atom]:
    """The facts, comparisons and readings in it, in reading order, repetitions included."""
    match expression:
        case Fact() | Compare() | Reading():
            yield expression
        case Not(part):
            yield from atoms(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from atoms(part)
        case Always():
            return
        case _:
            assert_never(expression)


def evaluate(expression: Expression, value: Callable[[Atom], Verdict]) -> Verdict:
    """Kleene's value of the condition, when `value` says what is known of each atom."""
    match expression:
        case Fact() | Compare() | Reading():
            return value(expression)
        case Always(holds):
            return Verdict.HOLDS if holds else Verdict.FAILS
        case Not(part):
            return negation(evaluate(part, value))
        case All(parts):
            return all_of(evaluate(part, value) for part in parts)
        case Any(parts):
            return any_of(evaluate(part, value) for part in parts)
        case _:
            assert_never(expression)


_TOKEN = re.compile(
    r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?)|(?P<sign>[<>]=?|[!=]=|[(),]))"
)
_KEYWORDS = {"AND", "OR", "NOT"}
_MAX_NESTING = 50


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        found = self._condition()
        token = self._tokens[self._at]
        if token.kind != "end":
            raise ExpressionFault(token.column, f"{token.text!r} is not expected here")
        return found

    def _condition(self) -> Expression:
        parts = [self._conjunction()]
        while self._take("OR"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _conjunction(self) -> Expression:
        parts = [self._negation()]
        while self._take("AND"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _negation(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_NESTING:
            raise ExpressionFault(self._tokens[self._at].column, "nested too deeply")
        found: Expression
        if self._take("NOT"):
            found = Not(self._negation())
        elif self._take("("):
            found = self._condition()
            self._expect(")")
        else:
            found = self._atom()
        self._depth -= 1
        return found

    def _atom(self) -> Expression:
        token = self._next()
        if token.kind != "word" or token.text in _KEYWORDS:
            raise ExpressionFault(token.column, f"{token.text or 'the end'!r} stands where a fact is expected")
        if token.text in ("always", "never"):
            return Always(token.text == "always")
        if token.text == "reading":
            return self._reading()
        if self._tokens[self._at].text in get_args(Relation):
            return self._compare(token.text)
        return Fact(token.text)

    def _reading(self) -> Reading:
        self._expect("(")
        question = self._next()
        if question.kind != "word":
            raise ExpressionFault(question.column, f"{question.text!r} is not the id of a question, such as U1")
        self._expect(",")
        taken = self._next()
        if taken.text not in ("a", "b"):
            raise ExpressionFault(taken.column, f"{taken.text!r} is neither reading a nor reading b")
        self._expect(")")
        return Reading(question.text, taken.text)  # type: ignore[arg-type]  # it is a or b, as just seen

    def _compare(self, name: str) -> Compare:
        relation = self._next().text
        token = self._next()
        if token.kind not in ("number", "word") or token.text in _KEYWORDS:
            raise ExpressionFault(
                token.column, f"{token.text or 'the end'!r} stands where a number or a level is expected"
            )
        literal = _number(token.text) if token.kind == "number" else token.text
        return Compare(name, relation, literal)  # type: ignore[arg-type]  # the caller has seen that it is a Relation

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _take(self, text: str) -> bool:
        if self._tokens[self._at].text != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        token = self._tokens[self._at]
        if not self._take(text):
            raise ExpressionFault(token.column, f"{text!r} is missing before {token.text or 'the end'!r}")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionFault(at + 1, f"{text[at]!r} is not understood here")
        kind = found.lastgroup or "sign"
        yield _Token(kind, found.group(kind), found.start(kind) + 1)
        at = found.end()
    yield _Token("end", "", len(text) + 1)


def _number(text: str) -> int | float:
    plain = text.replace("_", "")
    return float(plain) if "." in plain else int(plain)


def _written(expression: Expression, binding: int) -> str:
    match expression:
        case Fact(name):
            return name
        case Compare(name, relation, literal):
            return f"{name} {relation} {literal}"
        case Reading(id, taken):
            return f"reading({id}, {taken})"
        case Always(holds):
            return "always" if holds else "never"
        case Not(part):
            return f"NOT {_written(part, 2)}"
        case All(parts):
            text = " AND ".join(_written(part, 2) for part in parts)
            return f"({text})" if binding > 1 else text
        case Any(parts):
            text = " OR ".join(_written(part, 1) for part in parts)
            return f"({text})" if binding > 0 else text
        case _:
            assert_never(expression)
