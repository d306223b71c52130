"""The service profile as a JSON Schema, so that editors and programs can help to write one (服务画像的 JSON Schema).

Knows what `read_profile` accepts and says the same in JSON Schema 2020-12: every fact with its type, its question and its help in
both languages. Two things a schema cannot say, and `read_profile` alone refuses: that a day such as 2026-02-30 is none (a
validator sees it where it checks the format `date`), and that a count is written without a decimal point, since 1.0 and 1 are one
number in JSON.
"""

from __future__ import annotations

from typing import Any

from hegui.law.book import LawBook
from hegui.law.facts import FactDefinition
from hegui.law.profile import UNKNOWN
from hegui.law.uncertainties import Uncertainty
from hegui.law.words import Words

__all__ = ["profile_schema"]

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

NOTHING: Schema = {"enum": [None, UNKNOWN]}
"""What states that a fact is unknown, so that nobody asks again."""

TEXT: Schema = {"type": ["string", "null"], "pattern": r"\S"}
DAY: Schema = {"type": ["string", "null"], "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}

BOUND = 1e15
"""No count or number of a profile reaches it."""


def profile_schema(book: LawBook) -> Schema:
    """The schema of profiles under this law; its `$id` names the law by its digest."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:hegui:law:profile-schema:{book.digest}",
        "title": "服务画像 · Service profile",
        "description": _both(ABOUT),
        "type": ["object", "null"],
        "properties": {
            "service": {**TEXT, "description": _both(SERVICE)},
            "facts": _members(FACTS, {name: _fact(fact) for name, fact in book.facts.items()}),
            "readings": _members(READINGS, {name: _reading(one) for name, one in book.uncertainties.items()}),
        },
        "additionalProperties": False,
        "$defs": {
            "text": TEXT,
            "day": DAY,
            "side": {"enum": ["a", "b"]},
            "bool": _answer({"type": "boolean"}),
            "count": _answer({"type": "integer", **_bounds()}),
            "number": _answer({"type": "number", **_bounds()}),
        },
    }


ABOUT = Words(
    "就一项服务所作的陈述。未写明、为空或者写作 unknown 的事实，一律视为未知，不作“否”或者零处理。",
    "What is stated about a service. A fact that is left out, null or unknown is unknown; it is never false and never zero.",
)
SERVICE = Words("服务名称", "The name of the service")
FACTS = Words(
    "已知的事实：直接写值，或者写值及其来源、核实日期和备注。",
    "The facts that are known: the value, or the value with its source, the day it was checked and a note.",
)
READINGS = Words(
    "法律不明确之处，法律顾问所采的一种理解（a 或者 b）、采用人及日期。",
    "Where the law is unclear, the reading that counsel adopted (a or b), by whom and when.",
)


def _both(words: Words) -> str:
    return f"{words.zh}\n{words.en}"


def _bounds() -> Schema:
    return {"minimum": 0, "exclusiveMaximum": BOUND}


def _members(words: Words, members: Schema) -> Schema:
    """A mapping, or nothing, of exactly these members; a name that the law does not know is refused."""
    return {
        "description": _both(words),
        "type": ["object", "null"],
        "properties": members,
        "additionalProperties": False,
    }


def _fact(fact: FactDefinition) -> Schema:
    about = {
        "title": fact.question.zh,
        "description": "\n\n".join((_both(fact.question), _both(fact.help), *_unit(fact))),
    }
    if fact.kind != "level":
        return {**about, "$ref": f"#/$defs/{fact.kind}"}
    return {**about, **_answer({"oneOf": [{"const": one.id, "title": _both(one.words)} for one in fact.levels]})}


def _unit(fact: FactDefinition) -> list[str]:
    return [f"单位：{fact.unit.zh}\nUnit: {fact.unit.en}"] if fact.unit else []


def _answer(value: Schema) -> Schema:
    """A value, nothing, or a mapping of the value with source, day and note."""
    known = {"anyOf": [value, NOTHING]}
    told = {
        "value": known,
        **{name: {"$ref": "#/$defs/text"} for name in ("source", "note")},
        "on": {"$ref": "#/$defs/day"},
    }
    return {"anyOf": [value, NOTHING, {"type": "object", "properties": told, "additionalProperties": False}]}


def _reading(question: Uncertainty) -> Schema:
    readings = (f"{one.id}: {_both(one.words)}" for one in question.readings)
    told = {"taken": {"$ref": "#/$defs/side"}, "by": {"$ref": "#/$defs/text"}, "on": {"$ref": "#/$defs/day"}}
    full = {"type": "object", "properties": told, "required": ["taken"], "additionalProperties": False}
    return {
        "title": question.question.zh,
        "description": "\n\n".join((_both(question.question), *readings)),
        "anyOf": [{"$ref": "#/$defs/side"}, full],
    }
