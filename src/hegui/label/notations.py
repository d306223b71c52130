"""Read an object of keys and values in any notation a label has been seen in.

Knows JSON (also with raw line feeds in its texts, encoded twice, with entities, in Base64, or with its key glued before it), and
asks the readers of dumps and of YAML; knows no key of a label. Each reader takes a text from front to back once, and
recursion is bounded before it starts, so that 64 KiB take milliseconds whatever they hold.
Rules: RFC 8259; GB 45438-2025 Annex E a) and b) for what a deviation is.
"""

from __future__ import annotations

import binascii
import html
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from hegui.label.findings import Finding
from hegui.label.notation import MAX_DEPTH, Members, Notation
from hegui.label.notation_dump import read_dump
from hegui.label.notation_yaml import read_yaml

__all__ = ["read_notation"]

_ANNEX_E_A = "GB 45438-2025 Annex E a)"
_ANNEX_E_B = "GB 45438-2025 Annex E b)"
_GLUED = re.compile(r"\"?AIGC\"?[ \t]*+[:=]?\s*+(?=\{)")


def read_notation(text: str) -> Notation | None:
    """The object that a text holds; None where it holds none. Never raises.

    >>> read_notation('AIGC{"Label":"1"}').members
    (('Label', '1'),)
    """
    for findings, plain in _undone(text):
        found = _json(plain) or read_dump(plain) or read_yaml(plain)
        if found is not None:
            return Notation(found.members, (*findings, *found.findings))
    return None


def _undone(text: str) -> Iterator[tuple[tuple[Finding, ...], str]]:
    """The text as it is, and then with what may be around the object undone; the first that reads is taken."""
    before: tuple[Finding, ...] = ()
    for _ in range(4):
        yield before, text
        glued = _GLUED.match(text)
        if glued:
            yield (*before, Finding("spelling.glued_key", "fault", _ANNEX_E_A)), text[glued.end() :]
        plain = _without_entities(text)
        if plain == text:
            break
        text, before = plain, (Finding("spelling.entities", "warning", _ANNEX_E_B),)
    decoded = _base64(text)
    if decoded is not None:
        yield (Finding("spelling.base64", "fault", _ANNEX_E_B),), decoded


def _without_entities(text: str) -> str:
    try:
        return html.unescape(text) if "&" in text else text
    except ValueError:  # a number of more digits than Python converts
        return text


def _base64(text: str) -> str | None:
    if len(text) < 40 or not re.fullmatch(r"[A-Za-z0-9+/_-]++={0,2}", text):
        return None
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        plain = b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode("utf-8").strip()
    except (binascii.Error, ValueError):
        return None
    return plain if plain.startswith("{") else None


# --- JSON -------------------------------------------------------------------------------------------------------------

_STRICT = json.JSONDecoder(object_pairs_hook=Members)
_LENIENT = json.JSONDecoder(object_pairs_hook=Members, strict=False)
_MARKS_OF_JSON = re.compile(r"\"(?:[^\"\\]|\\.)*+\"?|[{}\[\]]", re.DOTALL)


def _json(text: str) -> Notation | None:
    """An object, or a text that holds one."""
    findings: list[Finding] = []
    for _ in range(4):
        value, more = _decoded(text)
        findings += more
        if isinstance(value, Members):
            return Notation(value, tuple(findings))
        if not isinstance(value, str):
            return None
        findings.append(Finding("spelling.encoded_twice", "fault", _ANNEX_E_B))
        text = value.strip()
    return None


def _decoded(text: str) -> tuple[Any, list[Finding]]:
    """The object or the text at the start, and what is odd about it; None for anything else."""
    if text[:1] not in ("{", '"') or _depth(text) > MAX_DEPTH:
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
        elif isinstance(value, Members) and re.search(r"[\r\n]", text[:end]):
            findings.append(Finding("spelling.line_feeds", "note", ""))
        return value, findings
    return None, []


def _depth(text: str) -> int:
    """How deep brackets nest outside of texts."""
    marks = (found[0] for found in _MARKS_OF_JSON.finditer(text))
    return max(accumulate(1 if mark in "{[" else -1 for mark in marks if mark[0] != '"'), default=0)
