"""Which of the 31 risks the two classes of a filing sheet (一级分类, 二级分类) name, by id, by name, or by a usual spelling.

Knows how the classes are written by people: numbered, shortened, with or without punctuation. Knows no sheet and no row.
Works on names without punctuation, numbering and the words that are put around them; a name that several risks have, such as 其他,
needs the first class. Never guesses: what names no risk, or another one than the class beside it, says so.
Rules: the names are those of `data/risks.yaml`, TC260-003 Annex A.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from hegui.detect.risks import Risk, normalise_risk

__all__ = ["RiskNamed", "class_of", "name_risk", "risk_classes"]

_ID = re.compile(r"\s*(A\.?[1-5](?:\.?[a-i])?)(?![A-Za-z0-9])", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[（(]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}|[A-Za-z])[)）、.．:：\s]+")
_SIGNS = re.compile(r"[\W_]+")
_AROUND = re.compile("^(?:包含|含有)|(?:的)?(?:内容|风险|类)$")
_LONGEST = 200


class RiskNamed(NamedTuple):
    """The id of the risk, or None and what is wrong with what was written."""

    risk: str | None
    problem: str = ""


@cache
def risk_classes() -> dict[str, Risk]:
    """The five classes by id, in the order of the annex."""
    return {row["id"]: Risk(row["id"], row["zh"], row["en"]) for row in _table()["classes"]}


def class_of(risk: str) -> Risk:
    """The class of a risk: A.1 of A.1.f."""
    return risk_classes()[risk[:3]]


@lru_cache(maxsize=1024)
def name_risk(second: str, first: str = "") -> RiskNamed:
    """The risk that a second-level class names, within the first-level class where one is given.

    >>> name_risk("宣扬暴力、淫秽色情"), name_risk("f)", "A.1"), name_risk("其他", "歧视性内容").risk
    (RiskNamed(risk='A.1.f', problem=''), RiskNamed(risk='A.1.f', problem=''), 'A.2.i')
    """
    within = _named(first, _class_names()) if first.strip() else frozenset(risk_classes())
    if not within:
        return RiskNamed(None, f"{_shown(first)} is none of the five classes; write A.1 … A.5 or a name of the annex")
    found = _risks_named(second, within)
    fitting = [risk for risk in found if risk[:3] in within]
    if len(fitting) == 1:
        return RiskNamed(fitting[0])
    if fitting:
        return RiskNamed(None, f"{_shown(second)} is the name of {', '.join(fitting)}; give the id, or the first class")
    if found:
        return RiskNamed(None, f"{_shown(second)} is {', '.join(found)}, which is not in the class {_shown(first)}")
    return RiskNamed(None, f"{_shown(second)} is none of the 31 risks; write A.1.a … A.5.b")


def _risks_named(written: str, within: frozenset[str]) -> list[str]:
    known = normalise_risk(written)
    if known is not None:
        return [known]
    letter = written.strip().strip("().（）、．").lower()
    if len(within) == 1 and len(letter) == 1 and letter.isascii():
        known = normalise_risk(next(iter(within)) + letter)
        return [] if known is None else [known]
    return sorted(_named(written, _risk_names()))


def _named(written: str, names: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The ids of all that has this name; an id before the name has to agree with it."""
    if len(written) > _LONGEST:
        return frozenset()
    found = _ID.match(written)
    rest = written[found.end() :] if found else _NUMBER.sub("", written, count=1)
    key = _key(rest)
    by_name = names.get(key) or names.get(_key(written), frozenset())
    if found is None:
        return by_name
    stated = frozenset({_dotted(found[1])}) & frozenset().union(*names.values())
    return stated if not key else stated & by_name


def _dotted(written: str) -> str:
    letters = written.replace(".", "")
    return ".".join((letters[0].upper(), letters[1], *letters[2:].lower()))


def _key(name: str) -> str:
    bare = _SIGNS.sub("", unicodedata.normalize("NFKC", name)).lower()
    return _AROUND.sub("", _AROUND.sub("", bare)) or bare


def _shown(written: str) -> str:
    return repr(written if len(written) <= 60 else written[:60] + "…")


@cache
def _risk_names() -> dict[str, frozenset[str]]:
    return _names("risks")


@cache
def _class_names() -> dict[str, frozenset[str]]:
    return _names("classes")


def _names(kind: str) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in _table()[kind]:
        for name in (row["zh"], row["en"], *row.get("also", ())):
            found[_key(name)].add(row["id"])
    return {name: frozenset(ids) for name, ids in found.items()}


@cache
def _table() -> dict[str, list[dict[str, str]]]:
    table: dict[str, list[dict[str, str]]] = yaml.safe_load(
        files("hegui.detect").joinpath("data/risks.yaml").read_text(encoding="utf-8")
    )
    return table
