"""Whether the seven values of a label are what Annex E asks for, whoever wrote them.

Knows values, provider codes and the deviations that published labels have; knows no file, and checks no signature. Each rule is a
small function that yields findings, and nothing stops at the first. Where sources disagree (spaces, quotation marks, characters
beyond ASCII, an empty propagator) a deviation is a warning, and a fault when asked to be strict, as for labels of one's own.
Rules: GB 45438-2025 6.1 and Annex E, b), j) and note 1; provider codes by 网安秘字〔2025〕29号; lengths and look-alikes are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hegui.label import provider_code
from hegui.label.aigc import AigcLabel
from hegui.label.findings import Finding, Grade, Kind, seen
from hegui.label.spellings import Spelt

__all__ = ["LONGEST", "check"]

LONGEST = 255
"""Characters of a name or number that still count as usual; no rule gives a length."""

_ANNEX_E = "GB 45438-2025 Annex E"
_CLAUSE_J = f"{_ANNEX_E} j)"
_CODES = "网安秘字〔2025〕29号"
_REQUIRED = ("Label", "ContentProducer", "ProduceID")
_FREE = ("ReservedCode1", "ReservedCode2")
_NUMBERS = ("ProduceID", "PropagateID")
_PROVIDERS = ("ContentProducer", "ContentPropagator")


def check(what: AigcLabel | Spelt, *, strict: bool = False, first_write: bool = False) -> tuple[Finding, ...]:
    """Everything that departs from Annex E.

    Args:
        what: a label, or one as it was spelt, whose findings then stand before those of its values.
        strict: whether points on which sources disagree are faults.
        first_write: whether the label is written for the first time, so that the propagator must be the producer.

    >>> [finding.kind for finding in check(AigcLabel.first("MiniMax", "000000"))]
    ['number.zero', 'number.zero', 'producer.name']
    """
    spelling = what.findings if isinstance(what, Spelt) else ()
    label = what.label if isinstance(what, Spelt) else what
    missing = {finding.detail for finding in spelling if finding.kind == "key.missing"}
    doubtful: Grade = "fault" if strict else "warning"
    found: list[Finding] = [*spelling, *_attribute(label.attribute), *_empty(label, missing, doubtful)]
    for key, value in label.keys().items():
        found += _characters(key, value, doubtful)
        if key in _PROVIDERS:
            found += _code(key, value)
        if key in _NUMBERS:
            found += _number(key, value)
    found += _names(label, "warning" if strict else "note")
    found += _propagation(label, first_write=first_write)
    if label.reserved_1 and label.reserved_1 == label.reserved_2:
        found.append(Finding("reserved.copied", "note", ""))
    return tuple(found)


def _attribute(value: str) -> Iterator[Finding]:
    """`Label` is one of three digits; some write a word for it."""
    if value and value not in ("1", "2", "3"):
        kind: Kind = "attribute.named" if re.search(r"[^\W\d_]", value) else "attribute.unknown"
        yield Finding(kind, "fault", f"{_ANNEX_E} b)", seen(value))


def _empty(label: AigcLabel, missing: set[str], doubtful: Grade) -> Iterator[Finding]:
    """Which elements there must be; a key that is not there at all has been said."""
    empty = [key for key, value in label.keys().items() if not value.strip() and key not in missing]
    for key in empty:
        if key in _REQUIRED:
            yield Finding("value.empty", "fault", "GB 45438-2025 6.1", key)
        elif key not in _FREE:
            yield Finding("propagator.empty", doubtful, f"{_ANNEX_E} note 1", key)


def _characters(key: str, value: str, doubtful: Grade) -> Iterator[Finding]:
    """0x21, 0x23 to 0x5B, 0x5D to 0x7E; a reserved code is free, and its JSON has quotation marks (PG-202511A)."""
    kinds: tuple[tuple[Kind, str, Grade], ...] = (
        ("value.control", r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "fault"),
        ("value.broken", "\ufffd", doubtful),
        ("value.beyond_ascii", r"[^\x00-\x9f\u2028\u2029\ufffd]", doubtful),
    )
    if key not in _FREE:
        kinds += (("value.space", " ", doubtful), ("value.quote", r'["\\]', doubtful))
        if len(value) > LONGEST:
            yield Finding("value.long", "note", "", f"{key}: {len(value)}")
    for kind, pattern, grade in kinds:
        if re.search(pattern, value):
            yield Finding(kind, grade, _CLAUSE_J, key)


_CODE_KINDS: dict[provider_code.Fault, tuple[Kind, Grade]] = {
    "length": ("code.length", "fault"),
    "case": ("code.case", "fault"),
    "character": ("code.subject", "fault"),
    "format": ("code.format", "warning"),
    "binding": ("code.binding", "fault"),
    "subject": ("code.subject", "fault"),
    "check": ("code.check", "fault"),
    "extension": ("code.extension", "warning"),
}


def _code(key: str, value: str) -> Iterator[Finding]:
    """A value that is meant for a code is a right one."""
    if provider_code.resembles(value):
        for fault in provider_code.validate(value):
            kind, grade = _CODE_KINDS[fault]
            yield Finding(kind, grade, _CODES, f"{key}: {len(value)}" if fault == "length" else key)


_PATH = re.compile(r"://|^(?:~|\.{0,2})/|^[A-Za-z]:[\\/]|^\\\\|[/\\][^/\\]*\.[A-Za-z][A-Za-z0-9]{1,4}$")
_DUMP = re.compile(r"[{}]|%![a-z]?\(|\[object|object at 0x|^<.*>$|^\[.*\]$|^[A-Za-z_.]{1,80}\(.*\)$", re.DOTALL)
_PLACEHOLDERS = frozenset(
    ("none", "null", "nil", "undefined", "nan", "na", "unknown", "string", "test", "todo", "xxx", "id", "uuid", "true", "false",
     "produceid", "propagateid", "contentid", "example", "default", "无", "空", "未知", "编号", "内容编号")
)  # fmt: skip


def _number(key: str, value: str) -> Iterator[Finding]:
    """A content number tells this content from the provider's others."""
    plain = re.sub(r"[\W_]", "", value.lower())
    if plain and not plain.strip("0"):
        yield Finding("number.zero", "fault", f"{_ANNEX_E} b)", f"{key}: {seen(value, 40)}")
    elif plain in _PLACEHOLDERS or (value and not plain):
        yield Finding("number.placeholder", "fault", f"{_ANNEX_E} b)", f"{key}: {seen(value, 40)}")
    if _DUMP.search(value[: 4 * LONGEST]):
        yield Finding("number.dump", "warning", f"{_ANNEX_E} b)", key)
    if _PATH.search(value[: 4 * LONGEST]):
        yield Finding("number.path", "warning", "", key)


def _names(label: AigcLabel, grade: Grade) -> Iterator[Finding]:
    """Codes are asked for by j), since names have spaces and Chinese characters; b) allows names."""
    has_code = provider_code.resembles(label.producer)
    if label.producer.strip() and not has_code:
        yield Finding("producer.name", grade, _CLAUSE_J, seen(label.producer))
    spreads = label.propagator.strip()
    if has_code and spreads and not provider_code.resembles(label.propagator):
        yield Finding("propagator.name", grade, _CLAUSE_J, seen(label.propagator))


def _propagation(label: AigcLabel, *, first_write: bool) -> Iterator[Finding]:
    """Propagator and number: the producer's at the first write, a platform's own after it."""
    is_same = label.propagator == label.producer
    numbers = (label.produce_id, label.propagate_id)
    if first_write and (not is_same or numbers[0] != numbers[1]):
        yield Finding("propagator.first_write", "fault", f"{_ANNEX_E} note 1")
    elif all(numbers) and label.propagator and is_same != (numbers[0] == numbers[1]):
        yield Finding("propagator.number", "note", f"{_ANNEX_E} note 1")
    if _service(label.producer) == "propagation":  # a platform that labels what came without, knows no producer
        yield Finding("code.role", "note" if is_same else "warning", _CODES, "ContentProducer")
    if not is_same and _service(label.propagator) == "generation":
        yield Finding("code.role", "warning", _CODES, "ContentPropagator")


def _service(value: str) -> provider_code.Service | None:
    return provider_code.parse(value).service if provider_code.is_valid(value) else None
