"""Read the text of a label in every spelling seen in real files, and say how each departs from the standard.

Knows JSON (bare, wrapped, encoded twice, with its key glued before it), YAML mappings, dumps of objects, misspelt keys and the
one other schema seen; knows no container. Reads leniently and reports strictly: what is understood is a label, what is wrong
with its spelling is a finding. A text without one key of Annex E is no label: the bare word AIGC is nothing.
Rules: GB 45438-2025 Annex E a) and b); the variants are those seen in 67 public files of a dozen producers.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from hegui.label.aigc import KEYS, AigcLabel
from hegui.label.findings import Finding

__all__ = ["MAX_TEXT", "Form", "Spelt", "meant_key", "parse"]

MAX_TEXT = 65_536
"""Characters of a text that may still be a label; longer ones are none."""

Form = Literal["inner", "wrapped", "yaml", "other"]
"""How the object stands: `{…}`, `{"AIGC":{…}}`, a YAML mapping, or a spelling we only read."""

_ANNEX_E = "GB 45438-2025 Annex E"
_SPELLINGS = {re.sub("[^a-z0-9]", "", key.lower()): key for key in KEYS} | {
    "reservecode1": "ReservedCode1",
    "reservecode2": "ReservedCode2",
    "reservedcode": "ReservedCode1",
    "contentpropogator": "ContentPropagator",
    "contentproduce": "ContentProducer",
    "contentpropagate": "ContentPropagator",
    "producerid": "ProduceID",
    "propagatorid": "PropagateID",
    "produceid": "ProduceID",
    "propagateid": "PropagateID",
}
_CLOUD = {"serviceprovider": "ContentProducer", "contentid": "ProduceID"}
_YAML_LINE = re.compile(r"^[ \t]*[\"']?(?P<key>[A-Za-z][A-Za-z0-9_ -]{1,39})[\"']?[ \t]*:(?:[ \t]+(?P<value>.*))?$")


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
    """The label that `text` spells; None when it spells none.

    >>> parse('{"AIGC":{"Label":"1","ContentProducer":"P","ProduceID":"7"}}').form
    'wrapped'
    >>> parse("see the AIGC guide") is None
    True
    """
    if len(text) > MAX_TEXT:
        return None
    plain = text.strip().strip("\0").strip().lstrip("\ufeff")
    found, findings = _mapping(plain)
    if found is None:
        return None
    inner, wrapped = _unwrapped(found)
    if inner is None:
        return None
    if wrapped and isinstance(inner, str):
        return _nested(inner, findings)
    if not isinstance(inner, Mapping):
        return None
    return _spelt(inner, _form(findings, wrapped=wrapped), findings)


def meant_key(key: str) -> str | None:
    """The key of Annex E that `key` stands for, in any spelling seen; None where it stands for none.

    >>> meant_key("ReserveCode1")
    'ReservedCode1'
    """
    return key if key in KEYS else _SPELLINGS.get(re.sub("[^a-z0-9]", "", key.lower()))


def _form(findings: list[Finding], *, wrapped: bool) -> Form:
    kinds = {finding.kind for finding in findings}
    if "spelling.yaml" in kinds:
        return "yaml"
    if kinds - {"spelling.line_feeds"}:
        return "other"
    return "wrapped" if wrapped else "inner"


def _nested(text: str, findings: list[Finding]) -> Spelt | None:
    """The value of AIGC is itself a text: JSON in JSON, or one line of JSON in YAML."""
    spelt = parse(text) if text[:1] in "{\"'" else None
    if spelt is None:
        return None
    more = Finding("spelling.json_in_text", "warning", f"{_ANNEX_E} b)")
    return Spelt(spelt.label, "other", (*findings, more, *spelt.findings))


def _mapping(text: str) -> tuple[Any, list[Finding]]:
    """The object `text` holds in whatever notation, and what that notation departs in."""
    findings: list[Finding] = []
    if "&quot;" in text or "&#34;" in text or "&#x22;" in text:
        text = html.unescape(text)
        findings.append(Finding("spelling.entities", "warning", f"{_ANNEX_E} b)"))
    glued = re.match(r"AIGC\s*[:=]?\s*(?=\{)", text)
    if glued:
        text = text[glued.end() :]
        findings.append(Finding("spelling.glued_key", "fault", f"{_ANNEX_E} a)"))
    for _ in range(3):
        value = _json(text)
        if not isinstance(value, str):
            break
        findings.append(Finding("spelling.encoded_twice", "fault", f"{_ANNEX_E} b)"))
        text = value.strip()
    if isinstance(value, Mapping):
        if "\n" in text or "\r" in text:
            findings.append(Finding("spelling.line_feeds", "note", ""))
        return value, findings
    dumped = _dump(text)
    if dumped is not None:
        return dumped, [*findings, Finding("spelling.object_dump", "fault", f"{_ANNEX_E} b)")]
    lines = _yaml(text)
    if lines is not None:
        return lines, [*findings, Finding("spelling.yaml", "note", "")]
    return None, findings


def _json(text: str) -> Any:
    """The JSON value of the text; an object with something after it counts, as glued texts have it."""
    if text[:1] not in '{"':
        return None
    for end in (len(text), text.rfind("}") + 1):
        try:
            return orjson.loads(text[:end])
        except orjson.JSONDecodeError:
            continue
    return None


def _dump(text: str) -> Mapping[str, object] | None:
    """What the repr of a Python mapping holds: single quotes, None, True."""
    if not (text.startswith("{") and text.endswith("}")) or len(text) > 8192 or text.count("{") > 16:
        return None
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None


def _yaml(text: str) -> Mapping[str, object] | None:
    """A mapping of one level, or of one level below AIGC; quotes of either kind, any indent.

    Read by lines and not as YAML: an unquoted value may hold what YAML forbids, and a YAML file can be a bomb.
    """
    found: dict[str, object] = {}
    inner: dict[str, object] | None = None
    for line in text.splitlines():
        match = _YAML_LINE.match(line)
        if match is None:
            if line.strip() and not line.lstrip().startswith(("#", "---", "```", "...")):
                return None
            continue
        key, value = match["key"], _unquoted(match["value"] or "")
        if key.upper() == "AIGC":
            if value:
                found[key] = value
            else:
                inner = found[key] = {}
        else:
            (found if inner is None else inner).setdefault(key, value)
    return found or None


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) >= 2 and value[0] == value[-1] == '"':
        decoded = _json(value)
        return decoded if isinstance(decoded, str) else value[1:-1]
    return value


def _unwrapped(found: Mapping[str, Any]) -> tuple[Any, bool]:
    """The inner object and whether a key AIGC, of any case, held it."""
    for key, value in found.items():
        if isinstance(key, str) and key.upper() == "AIGC":
            return value, True
    return found, False


def _spelt(inner: Mapping[str, Any], form: Form, findings: list[Finding]) -> Spelt | None:
    values: dict[str, str] = {}
    for key, value in inner.items():
        name = meant_key(key)
        if name is None:
            findings.append(Finding("key.extra", "warning", _ANNEX_E, key[:60]))
            continue
        if name != key:
            findings.append(Finding("key.misspelt", "fault", f"{_ANNEX_E} b)", f"{key[:60]} = {name}"))
        if name in values:
            findings.append(Finding("key.twice", "fault", f"{_ANNEX_E} b)", name))
            continue
        if not isinstance(value, str):
            findings.append(Finding("value.not_text", "fault", f"{_ANNEX_E} b)", name))
        values[name] = value if isinstance(value, str) else _text_of(value)
    if not any(name in values for name in ("ContentProducer", "ProduceID", "ContentPropagator", "PropagateID")):
        return _cloud(inner, findings)
    missing = [key for key in KEYS if key not in values]
    findings += [Finding("key.missing", "fault", f"{_ANNEX_E} b)", key) for key in missing]
    if not missing and form in ("inner", "wrapped") and list(values) != list(KEYS):
        findings.append(Finding("key.order", "note", ""))
    return Spelt(AigcLabel(*(values.get(key, "") for key in KEYS)), form, tuple(findings))


def _cloud(inner: Mapping[str, Any], findings: list[Finding]) -> Spelt | None:
    """The schema ServiceProvider, ServiceUser, Time, ContentId that one cloud writes."""
    values = {_CLOUD.get(str(key).lower()): value for key, value in inner.items()}
    producer, number = values.get("ContentProducer"), values.get("ProduceID")
    if not isinstance(producer, str) or not isinstance(number, str):
        return None
    kept = [finding for finding in findings if finding.kind != "key.extra"]
    schema = Finding("schema.other", "fault", f"{_ANNEX_E} b)", "ServiceProvider, ContentId")
    return Spelt(AigcLabel("1", producer, number), "other", (*kept, schema))


def _text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float, bool)):
        return str(value)
    return orjson.dumps(value, default=str).decode("utf-8", "replace")
