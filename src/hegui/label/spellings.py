"""Read the text of a label in every spelling seen in real files, and say how each departs from the standard.

Knows the seven keys, the misspellings of them that were seen, and the one other schema seen; knows no container and no
notation (`label.notations` does). Reads leniently and reports strictly: what is understood is a label, what is wrong with its
spelling is a finding. A text without one key of Annex E is no label: the bare word AIGC is nothing.
Rules: GB 45438-2025 Annex E a) and b); the variants are those seen in 67 public files of a dozen producers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from hegui.label.aigc import KEYS, AigcLabel
from hegui.label.findings import Finding, seen
from hegui.label.notation import Members, as_text
from hegui.label.notations import read_notation

__all__ = ["MAX_TEXT", "Form", "Spelt", "meant_key", "parse"]

MAX_TEXT = 65_536
"""Characters of a text that may still be a label; longer ones are none."""

Form = Literal["inner", "wrapped", "yaml", "other"]
"""How the object stands: `{…}`, `{"AIGC":{…}}`, a YAML mapping, or a spelling we only read."""

_ANNEX_E = "GB 45438-2025 Annex E"
_NESTED = 4
"""Texts within texts that are still read."""
_EDGE = " \t\r\n\f\v\0\ufeff\u3000"
_LONE = re.compile("[\ud800-\udfff]")


def _folded(key: str) -> str:
    return re.sub("[^a-z0-9]", "", key.lower())


_SPELLINGS = {_folded(key): key for key in KEYS} | {
    "reservecode1": "ReservedCode1",
    "reservecode2": "ReservedCode2",
    "reservedcode": "ReservedCode1",
    "contentpropogator": "ContentPropagator",
    "contentproduce": "ContentProducer",
    "contentpropagate": "ContentPropagator",
    "producerid": "ProduceID",
    "propagatorid": "PropagateID",
    "propogateid": "PropagateID",
}
_CLOUD = {"serviceprovider": "ContentProducer", "contentid": "ProduceID"}
_TELLING = ("ContentProducer", "ProduceID", "ContentPropagator", "PropagateID")
"""Keys of which one must be there: the others are words that anything may have."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A label as it was spelt.

    Attributes:
        label: its seven elements; a missing key is an empty text, and a finding.
        form: the shape it has, which an update keeps.
        findings: how the spelling departs from the standard.
    """

    label: AigcLabel
    form: Form
    findings: tuple[Finding, ...] = ()


def parse(text: str) -> Spelt | None:
    """The label that `text` spells; None when it spells none. Never raises.

    >>> parse('{"AIGC":{"Label":"1","ContentProducer":"P","ProduceID":"7"}}').form
    'wrapped'
    >>> parse("see the AIGC guide") is None
    True
    """
    return _parsed(text, _NESTED) if len(text) <= MAX_TEXT else None


def meant_key(key: str) -> str | None:
    """The key of Annex E that `key` stands for, in any spelling seen; None where it stands for none.

    >>> meant_key("ReserveCode1")
    'ReservedCode1'
    """
    return key if key in KEYS else _SPELLINGS.get(_folded(key))


def _parsed(text: str, nested: int) -> Spelt | None:
    found = read_notation(text.strip(_EDGE))
    if found is None:
        return None
    findings = list(found.findings)
    inner, is_wrapped = _unwrapped(found.members, findings)
    if is_wrapped and isinstance(inner, str):
        return _within(inner, findings, nested)
    return _spelt(inner, _form(findings, is_wrapped=is_wrapped), findings) if isinstance(inner, Members) else None


def _within(text: str, findings: list[Finding], nested: int) -> Spelt | None:
    """The value of AIGC is itself a text: JSON in JSON, or one line of JSON in YAML."""
    spelt = _parsed(text, nested - 1) if nested else None
    if spelt is None:
        return None
    more = Finding("spelling.json_in_text", "warning", f"{_ANNEX_E} b)")
    return Spelt(spelt.label, "other", (*findings, more, *spelt.findings))


def _form(findings: list[Finding], *, is_wrapped: bool) -> Form:
    kinds = {finding.kind for finding in findings if finding.kind.startswith("spelling.")}
    if "spelling.yaml" in kinds:
        return "yaml"
    if kinds - {"spelling.line_feeds"}:
        return "other"
    return "wrapped" if is_wrapped else "inner"


def _unwrapped(found: Members, findings: list[Finding]) -> tuple[Any, bool]:
    """The inner object, and whether a key AIGC, of any case, held it."""
    for key, value in found:
        if key.upper() == "AIGC":
            if key != "AIGC":
                findings.append(Finding("key.misspelt", "fault", f"{_ANNEX_E} a)", seen(f"{key} = AIGC")))
            beside = [other for other, _ in found if other.upper() != "AIGC"]
            findings += [Finding("key.extra", "warning", f"{_ANNEX_E} b)", seen(other)) for other in beside[:8]]
            return value, True
    return found, False


def _spelt(inner: Members, form: Form, findings: list[Finding]) -> Spelt | None:
    values: dict[str, str] = {}
    for key, value in inner:
        name = meant_key(key)
        if name is None:
            findings.append(Finding("key.extra", "warning", f"{_ANNEX_E} b)", seen(key)))
            continue
        if name != key:
            findings.append(Finding("key.misspelt", "fault", f"{_ANNEX_E} b)", seen(f"{key} = {name}")))
        if name in values:
            findings.append(Finding("key.twice", "fault", f"{_ANNEX_E} b)", name))
            continue
        if not isinstance(value, str):
            findings.append(Finding("value.not_text", "fault", f"{_ANNEX_E} b)", name))
        values[name] = _LONE.sub("\ufffd", as_text(value))
    if not any(name in values for name in _TELLING):
        return _cloud(inner, findings)
    missing = [key for key in KEYS if key not in values]
    findings += [Finding("key.missing", "fault", f"{_ANNEX_E} b)", key) for key in missing]
    if list(values) != [key for key in KEYS if key in values]:
        findings.append(Finding("key.order", "note", ""))
    return Spelt(AigcLabel(*(values.get(key, "") for key in KEYS)), form, tuple(findings))


def _cloud(inner: Members, findings: list[Finding]) -> Spelt | None:
    """The schema ServiceProvider, ServiceUser, Time, ContentId that one cloud writes on what it generated."""
    values = {_CLOUD.get(_folded(key)): value for key, value in inner}
    producer, number = values.get("ContentProducer"), values.get("ProduceID")
    if not isinstance(producer, str) or not isinstance(number, str):
        return None
    kept = [finding for finding in findings if finding.kind != "key.extra"]
    schema = Finding("schema.other", "fault", f"{_ANNEX_E} b)", "ServiceProvider, ContentId")
    plain = AigcLabel("1", _LONE.sub("\ufffd", producer), _LONE.sub("\ufffd", number))
    return Spelt(plain, "other", (*kept, schema))
