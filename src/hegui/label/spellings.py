"""Read the text of a label in every spelling seen in real files, and say how each departs from the standard.

Knows the seven keys, the misspellings of them that were seen, and the one other schema seen; knows no container and no
notation (`label.notations` does). Reads leniently and reports strictly: what is understood is a label, what is wrong with its
spelling is a finding. A text without a key of Annex E, or with one alone and no AIGC around it, is no label: the bare word AIGC is
nothing, and neither is the setting of a service that writes labels, or a template whose values nobody filled in.
Rules: GB 45438-2025 Annex E a) and b); the variants are those seen in public files.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from hegui.label.aigc import KEYS, AigcLabel
from hegui.label.findings import Finding, seen
from hegui.label.key_names import meant_key, tells
from hegui.label.notation import Members, Notation, as_text
from hegui.label.notations import readings

__all__ = ["MAX_TEXT", "Form", "Spelt", "is_meant", "meant_key", "parse"]

MAX_TEXT = 65_536
"""Characters of a text that may still be a label; longer ones are none."""

Form = Literal["inner", "wrapped", "yaml", "other"]
"""How the object stands: `{…}`, `{"AIGC":{…}}`, a YAML mapping, or a spelling we only read."""

_ANNEX_E = "GB 45438-2025 Annex E"
_NESTED = 4
"""Texts within texts that are still read."""
_MOST_OBJECTS = 200
"""Objects within an object that are looked at."""
_STARTS = ("{", "[", '"', "'", "AIGC", "ey")
"""How a text in an object begins that may hold a label."""
_MEANT = re.compile(r"\W{0,9}(?:AIGC|Label|Content|Produce|Reserve|Propagat)", re.IGNORECASE)
"""How a text begins that was meant for a label."""
_BROKEN = re.compile(rf"(?:{'|'.join(KEYS[1:])})[\\\\\"'\s]{{0,9}}[:=]")
_EDGE = " \t\r\n\f\v\0\ufeff\u3000"
_LONE = re.compile("[\ud800-\udfff]")


_WRAPPERS = ("AIGC", "TC260", "TC260:AIGC")
_ENVELOPES = ("data", "metadata", "meta", "result", "payload", "implicit")
"""Keys that services put around the object."""
_SETTINGS = {"enable", "enabled", "properties", "$ref", "class_type", "nodes"}
"""Keys of what makes or describes labels."""
_EXAMPLES = {"default", "example", "examples"}
"""Keys under which a description shows a value."""
_TEMPLATE = re.compile(
    r"[一-鿿]*(?:编号|编码|名称|名字|提供者)|"
    r"value\d|%\(?\w+\)?s?|your[_ -]?[\w -]{1,40}|<[^<>]{1,60}>|\$?\{{1,2}[\w. ]{1,60}\}{1,2}|[A-Z]X{3,}",
    re.IGNORECASE,
)
_CLOUD = {"serviceprovider": "ContentProducer", "contentid": "ProduceID"}
_TELLING = ("ContentProducer", "ProduceID", "ContentPropagator", "PropagateID")


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


def is_meant(text: str, *, is_named: bool = False) -> bool:
    """Whether a text that spells no label was meant for one: it breaks off, or has the attribute alone.

    An object that can be read and has other keys is something else: the description of such a label, for one.

    Args:
        text: what stands there.
        is_named: whether it stands in a place named AIGC; elsewhere the attribute alone is not enough.

    >>> [is_meant(one) for one in ('{"AIGC":{"Label":"1","ProduceID":"', '{"AIGC":{"Label":"1"}}', '{"Label":"1"}')]
    [True, True, False]
    """
    if len(text) > MAX_TEXT or not _MEANT.match(text.strip(_EDGE)):
        return False
    found = next(readings(text.strip(_EDGE)), None)
    is_named = is_named or "AIGC" in text.upper()
    if found is None:
        return _BROKEN.search(text) is not None or (is_named and "Label" in text and "{" in text)
    inner = _unwrapped(found.members, [])
    members = inner if isinstance(inner, Members) else found.members
    attributes = [as_text(value) for key, value in members if meant_key(key) == "Label"]
    is_ours = all(meant_key(key) is not None for key, _ in members)
    return is_named and is_ours and bool(attributes) and attributes[0] in ("1", "2", "3")


def _parsed(text: str, nested: int) -> Spelt | None:
    read = (_read(found, nested) for found in readings(text.strip(_EDGE)))
    return next((spelt for spelt in read if spelt is not None), None)


def _read(found: Notation, nested: int) -> Spelt | None:
    return _above(found, nested) or _below(found, nested)


def _above(found: Notation, nested: int) -> Spelt | None:
    """The label that the keys of the object spell, or its key AIGC holds."""
    findings = list(found.findings)
    wrapped = _unwrapped(found.members, findings)
    if wrapped is None:
        return _spelt(found.members, _form(findings, is_wrapped=False), findings)
    if isinstance(wrapped, list) and len(wrapped) == 1:
        findings.append(Finding("spelling.list", "fault", f"{_ANNEX_E} b)"))
        wrapped = wrapped[0]
    if isinstance(wrapped, str):
        inside = _within(wrapped, findings, nested)
    else:
        form = _form(findings, is_wrapped=True)
        inside = _spelt(wrapped, form, findings, is_wrapped=True) if isinstance(wrapped, Members) else None
    if inside is not None or isinstance(wrapped, Members):
        return inside
    beside = Members(one for one in found.members if one[0].upper() != "AIGC")  # the key AIGC says yes or no
    return _spelt(beside, "other", [*found.findings, Finding("place.flat", "fault", f"{_ANNEX_E} b)")])


def _below(found: Notation, nested: int) -> Spelt | None:
    """The label that stands deeper, as an object or a text under whatever keys; not within the settings of a program."""
    waiting = deque([found.members])
    for _ in range(_MOST_OBJECTS):
        members = waiting.popleft() if waiting else Members()
        for key, value in () if any(key.lower() in _SETTINGS for key, _ in members) else members:
            around = Finding("key.extra", "warning", f"{_ANNEX_E} b)", seen(key))
            inner = value[0] if isinstance(value, list) and value else value
            if key.lower() in _EXAMPLES:
                continue
            if isinstance(inner, Members):
                waiting.append(inner)
                spelt = _spelt(inner, "other", [*found.findings, around], is_wrapped="AIGC" in key.upper())
            else:
                is_text = isinstance(inner, str) and inner.lstrip().startswith(_STARTS)
                spelt = _within(inner, [*found.findings, around], nested) if is_text else None
            if spelt is not None:
                return spelt
    return None


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


def _unwrapped(found: Members, findings: list[Finding]) -> Any:
    """What the key AIGC, of any case, holds, if only in an envelope; None where there is no such key."""
    around = found
    for _ in range(_NESTED):
        wrapper = _wrapper(around)
        if wrapper is not None:
            key, value = wrapper
            if key != "AIGC":
                findings.append(Finding("key.misspelt", "fault", f"{_ANNEX_E} a)", seen(f"{key} = AIGC")))
            beside = [other for other, _ in around if other.upper() != key.upper()]
            findings += [Finding("key.extra", "warning", f"{_ANNEX_E} b)", seen(other)) for other in beside[:8]]
            return value
        envelopes = ((key, value) for key, value in around if key.lower() in _ENVELOPES and isinstance(value, Members))
        if (envelope := next(envelopes, None)) is None:
            return None
        findings.append(Finding("key.extra", "warning", f"{_ANNEX_E} b)", seen(envelope[0])))
        around = envelope[1]
    return None


def _wrapper(around: Members) -> tuple[str, Any] | None:
    """The key AIGC itself, else one like it that holds more than a word."""
    exact = (one for one in around if one[0] == "AIGC")
    like = (one for one in around if one[0].upper() in _WRAPPERS)
    named = (one for one in around if "AIGC" in one[0].upper() and isinstance(one[1], Members))
    return next(exact, None) or next(like, None) or next(named, None)


def _spelt(inner: Members, form: Form, findings: list[Finding], *, is_wrapped: bool = False) -> Spelt | None:
    values: dict[str, str] = {}
    told = False
    for key, value in inner:
        name = meant_key(key)
        if name is None:
            findings.append(Finding("key.extra", "warning", f"{_ANNEX_E} b)", seen(key)))
            continue
        told = told or tells(key, is_wrapped=is_wrapped)
        if name != key:
            findings.append(Finding("key.misspelt", "fault", f"{_ANNEX_E} b)", seen(f"{key} = {name}")))
        if name in values:
            findings.append(Finding("key.twice", "fault", f"{_ANNEX_E} b)", name))
            continue
        if not isinstance(value, str):
            findings.append(Finding("value.not_text", "fault", f"{_ANNEX_E} b)", name))
        values[name] = _LONE.sub("\ufffd", as_text(value))
    if all(isinstance(value, Members) for key, value in inner if meant_key(key) in _TELLING):
        return _cloud(inner, findings)  # none of them, or the description of each
    if not told or (len(values) < 2 and not is_wrapped):
        return _cloud(inner, findings)
    if any(key.lower() in _SETTINGS for key, _ in inner) or _is_template(values):
        return None
    missing = [key for key in KEYS if key not in values]
    findings += [Finding("key.missing", "fault", f"{_ANNEX_E} b)", key) for key in missing]
    if list(values) != [key for key in KEYS if key in values]:
        findings.append(Finding("key.order", "note", ""))
    return Spelt(AigcLabel(*(values.get(key, "") for key in KEYS)), form, tuple(findings))


def _is_template(values: dict[str, str]) -> bool:
    """Whether the values that tell something are the words of an example."""
    telling = [values[key] for key in _TELLING if values.get(key)]
    return len(telling) > 1 and all(_TEMPLATE.fullmatch(value) for value in telling)


def _cloud(inner: Members, findings: list[Finding]) -> Spelt | None:
    """The schema ServiceProvider, ServiceUser, Time, ContentId that one cloud writes on what it generated."""
    values = {_CLOUD.get(key.lower().replace("_", "")): value for key, value in inner}
    producer, number = values.get("ContentProducer"), values.get("ProduceID")
    if not isinstance(producer, str) or not isinstance(number, str):
        return None
    kept = [finding for finding in findings if finding.kind != "key.extra"]
    schema = Finding("schema.other", "fault", f"{_ANNEX_E} b)", "ServiceProvider, ContentId")
    plain = AigcLabel("1", _LONE.sub("\ufffd", producer), _LONE.sub("\ufffd", number))
    return Spelt(plain, "other", (*kept, schema))
