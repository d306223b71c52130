"""Read an object of keys and values in any notation a label has been seen in.

Knows JSON (also with raw line feeds in its texts, encoded twice, with entities, in Base64, as in a URL, in a list, or with its
key glued before it), and asks the readers of dumps and of YAML, and who mends JSON; knows no key of a label. Each reader takes
a text from front to back once, and recursion is bounded before it starts, so that 64 KiB take milliseconds whatever they hold.
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
from urllib.parse import unquote

from hegui.label.findings import Finding
from hegui.label.notation import MAX_DEPTH, Members, Notation
from hegui.label.notation_dump import read_dump
from hegui.label.notation_mended import mended
from hegui.label.notation_yaml import read_yaml

__all__ = ["read_notation", "readings"]

_ANNEX_E_A = "GB 45438-2025 Annex E a)"
_ANNEX_E_B = "GB 45438-2025 Annex E b)"
_GLUED = re.compile(r"\"?\w{0,20}AIGC\w{0,20}\"?[ \t]*+[:=：]?\s*+(?=[{｛])")
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
    for findings, plain in _undone(text):
        found = _json(plain)
        is_json = is_json or found is not None
        one = found or read_dump(plain) or read_yaml(plain)
        if one is not None:
            yield Notation(one.members, (*findings, *one.findings))
    if is_json or not _HINT.search(text):
        return
    for findings, plain in _undone(text):
        for what, whole in mended(plain):
            found = _json(whole) or read_dump(whole)
            if found is not None:
                mark = Finding("spelling.mended", "fault", _ANNEX_E_B, what)
                yield Notation(found.members, (*findings, mark, *found.findings))


def _undone(text: str) -> Iterator[tuple[tuple[Finding, ...], str]]:
    """The text as it is, and then with what may be around the object undone."""
    before: tuple[Finding, ...] = ()
    for _ in range(4):
        yield before, text
        yield from _unglued(before, text)
        plain = _without_entities(text)
        if plain == text:
            break
        text, before = plain, (Finding("spelling.entities", "warning", _ANNEX_E_B),)
    decoded = _base64(text)
    if decoded is not None:
        yield (Finding("spelling.base64", "fault", _ANNEX_E_B),), decoded
        yield from _unglued((Finding("spelling.base64", "fault", _ANNEX_E_B),), decoded)
    if "%22" in text:
        plain = unquote(text)
        yield (Finding("spelling.url", "fault", _ANNEX_E_B),), plain
        yield from _unglued((Finding("spelling.url", "fault", _ANNEX_E_B),), plain)


def _unglued(before: tuple[Finding, ...], text: str) -> Iterator[tuple[tuple[Finding, ...], str]]:
    """The object without its key before it."""
    glued = _GLUED.match(text)
    if glued:
        yield (*before, Finding("spelling.glued_key", "fault", _ANNEX_E_A)), text[glued.end() :]


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
    return plain if plain.startswith(("{", "AIGC")) else None


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
        if isinstance(value, list) and len(value) == 1:
            findings.append(Finding("spelling.list", "fault", _ANNEX_E_B))
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
