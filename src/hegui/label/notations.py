"""Read an object of keys and values in any notation a label has been seen in.

Knows JSON (also with raw line feeds in its texts, encoded twice, or in a list), and asks who takes off what is around it, the
readers of dumps and of YAML, who mends JSON, and who looks for the keys alone. Each reader takes a text from front to back once,
and recursion is bounded before it starts, so that 64 KiB take milliseconds whatever they hold.
Rules: RFC 8259; GB 45438-2025 Annex E a) and b) for what a deviation is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from hegui.label.findings import Finding
from hegui.label.notation import MAX_DEPTH, Members, Notation
from hegui.label.notation_dump import read_dump
from hegui.label.notation_layers import layers
from hegui.label.notation_mended import mended
from hegui.label.notation_yaml import read_yaml
from hegui.label.scattered_keys import read_scattered

__all__ = ["read_notation", "readings"]

_ANNEX_E_B = "GB 45438-2025 Annex E b)"
_HINT = re.compile(r"produc|propag|生成合成|内容制作", re.IGNORECASE)
"""What a text has in it that is worth mending."""


def read_notation(text: str) -> Notation | None:
    """The object that a text holds; None where it holds none. Never raises.

    >>> read_notation('AIGC{"Label":"1"}').members
    (('Label', '1'),)
    """
    return next(readings(text), None)


def readings(text: str) -> Iterator[Notation]:
    """Every way to read an object in a text, the plainest first; JSON is mended only where nothing was JSON."""
    is_json = False
    unread: list[tuple[tuple[Finding, ...], str]] = []
    for findings, plain in layers(text):
        found = _json(plain)
        is_json = is_json or found is not None
        if found is None and _HINT.search(plain):
            unread.append((findings, plain))
        yield from _with(findings, found or read_dump(plain) or read_yaml(plain))
    for findings, plain in () if is_json else unread:
        for what, whole in mended(plain):
            mark = Finding("spelling.mended", "fault", _ANNEX_E_B, what)
            yield from _with((*findings, mark), _json(whole) or read_dump(whole))
    for findings, plain in unread:
        yield from _with(findings, read_scattered(plain))


def _with(findings: tuple[Finding, ...], found: Notation | None) -> Iterator[Notation]:
    if found is not None:
        yield Notation(found.members, (*findings, *found.findings))


# --- JSON -------------------------------------------------------------------------------------------------------------

_STRICT = json.JSONDecoder(object_pairs_hook=Members)
_LENIENT = json.JSONDecoder(object_pairs_hook=Members, strict=False)
_MARKS_OF_JSON = re.compile(r"\"(?:[^\"\\]|\\.)*+\"?|[{}\[\]]", re.DOTALL)


def _json(text: str) -> Notation | None:
    """An object, the only one of a list, or a text that holds one."""
    findings: list[Finding] = []
    for _ in range(4):
        value, more = _decoded(text)
        findings += more
        if isinstance(value, list) and value and (len(value) == 1 or isinstance(value[0], Members)):
            findings.append(Finding("spelling.list", "fault", _ANNEX_E_B, str(len(value)) if len(value) > 1 else ""))
            value = value[0]
        if isinstance(value, Members):
            return Notation(value, tuple(findings))
        if not isinstance(value, str):
            return None
        findings.append(Finding("spelling.encoded_twice", "fault", _ANNEX_E_B))
        text = value.strip()
    return None


def _decoded(text: str) -> tuple[Any, list[Finding]]:
    """The object or the text at the start, and what is odd about it; None for anything else."""
    if text[:1] not in ("{", '"', "[") or _depth(text) > MAX_DEPTH:
        return None, []
    for decoder in (_STRICT, _LENIENT):
        try:
            value, end = decoder.raw_decode(text)
        except ValueError:
            continue
        behind = text[end:].strip(" \t\r\n\0")
        if behind and isinstance(value, str):
            return None, []  # a word in quotes, and then more
        findings = [Finding("spelling.trailing", "warning", _ANNEX_E_B, str(len(behind)))] if behind else []
        if decoder is _LENIENT:
            findings.append(Finding("spelling.control", "fault", _ANNEX_E_B))
        elif not isinstance(value, str) and re.search(r"[\r\n]", text[:end]):
            findings.append(Finding("spelling.line_feeds", "note", ""))
        return value, findings
    return None, []


def _depth(text: str) -> int:
    """How deep brackets nest outside of texts."""
    marks = (found[0] for found in _MARKS_OF_JSON.finditer(text))
    return max(accumulate(1 if mark in "{[" else -1 for mark in marks if mark[0] != '"'), default=0)
