"""A condition in words (条件的文字表述).

Knows how to join claims in Chinese and English; keeps the parentheses that the condition needs and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from hegui.law.expression import All, Always, Any, Compare, Expression, Fact, Not, Reading, Relation
from hegui.law.facts import FactDefinition
from hegui.law.memo.words import value_text
from hegui.locale import message

__all__ = ["condition_text"]

_SIGNS: Mapping[Relation, str] = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def condition_text(expression: Expression, facts: Mapping[str, FactDefinition], lang: str) -> str:
    """The condition as a clause: 使用生成式人工智能，且向境内公众提供服务."""
    return _text(expression, facts, lang, 0)


def _text(expression: Expression, facts: Mapping[str, FactDefinition], lang: str, binding: int) -> str:
    match expression:
        case Always(holds):
            return message("law.explain.always" if holds else "law.explain.never", lang)
        case Fact(name):
            return facts[name].label.text(lang)
        case Compare(name, relation, literal):
            return f"{facts[name].label.text(lang)} {_SIGNS[relation]} {_literal(facts[name], literal, lang)}"
        case Reading(id, taken):
            return message("law.condition.reading", lang, id=id, taken=taken)
        case Not(part):
            return message("law.condition.not", lang, part=_text(part, facts, lang, 2))
        case All(parts):
            return _joined("law.condition.and", [_text(part, facts, lang, 2) for part in parts], lang, binding > 1)
        case Any(parts):
            return _joined("law.condition.or", [_text(part, facts, lang, 1) for part in parts], lang, binding > 0)
        case _:
            assert_never(expression)


def _joined(key: str, parts: list[str], lang: str, bracketed: bool) -> str:
    text = message(key, lang).join(parts)
    return message("law.condition.group", lang, text=text) if bracketed else text


def _literal(fact: FactDefinition, literal: int | float | str, lang: str) -> str:
    level = next((level for level in fact.levels if level.id == literal), None)
    return level.words.text(lang) if level else value_text(literal, lang)
