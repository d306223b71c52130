"""Take off what may be around an object: words, its key, entities, Base64, the escapes of URLs, of JSON and of tables.

Knows encodings; knows no object and no key of a label but AIGC. Each layer is a function from a text to the texts beneath it; they
are taken off in any order, breadth first, and a text that was seen is not looked at again, so that the work is bounded whatever a
text holds.
Rules: GB 45438-2025 Annex E a) and b), which want the bare object, for what each layer departs from.
"""

from __future__ import annotations

import html
import re
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from hegui.label.findings import Finding
from hegui.label.notation import unescaped

__all__ = ["layers", "objects"]

_A = "GB 45438-2025 Annex E a)"
_B = "GB 45438-2025 Annex E b)"
_MOST = 16
"""Texts that are looked at in all."""
_AROUND = 256
"""Characters around an object that still belong to it; more make a text that quotes one."""
_DEEPEST = 4

_GLUED = re.compile(
    r"[^\w{｛\"'\\]{0,3}[\"']?(?:TC260:)?\w{0,20}AIGC\w{0,20}[\"'\]】]?[ \t]*+[:=：]?\s*+(?=[{｛])", re.IGNORECASE
)
_NAMED = re.compile(r"\w{0,20}AIGC\w{0,20}[\"']?\s*+[:=：]\s*+(?=[A-Za-z0-9+/%&\\_-]{40})", re.IGNORECASE)
"""The key before a value that is encoded."""
_CODED = re.compile(r"(?:data:[\w/;=.-]{0,60},)?+([A-Za-z0-9+/_-]++={0,2})")
_MARKS = re.compile(r"\"(?:[^\"\\]|\\.)*+\"?|[{}]", re.DOTALL)
_STARTS = ("{", "AIGC", '"', "[")

_Layer = Callable[[str], Iterator[tuple[Finding, str]]]


def layers(text: str) -> Iterator[tuple[tuple[Finding, ...], str]]:
    """The text as it is, and then what is beneath it, each with the findings on the way there.

    >>> [beneath for _, beneath in layers("AIGC={&quot;a&quot;:1}")][-1]
    '{"a":1}'
    """
    seen = {text}
    waiting: deque[tuple[tuple[Finding, ...], str, int]] = deque([((), text, 0)])
    while waiting:
        findings, whole, depth = waiting.popleft()
        yield findings, whole
        for layer in _LAYERS if depth < _DEEPEST else ():
            for finding, beneath in layer(whole):
                if beneath and beneath not in seen and len(seen) < _MOST:
                    seen.add(beneath)
                    known = any(finding.kind == one.kind for one in findings)
                    waiting.append((findings if known else (*findings, finding), beneath, depth + 1))


def _glued(text: str) -> Iterator[tuple[Finding, str]]:
    """The key before the value."""
    found = _GLUED.match(text) or _NAMED.match(text)
    if found:
        yield Finding("spelling.glued_key", "fault", _A), text[found.end() :]


def _entities(text: str) -> Iterator[tuple[Finding, str]]:
    try:
        yield Finding("spelling.entities", "warning", _B), html.unescape(text) if "&" in text else text
    except ValueError:  # a number of more digits than Python converts
        return


def _coded(text: str) -> Iterator[tuple[Finding, str]]:
    """Base64, also in lines, for the address of data, or for URLs; and bytes in hexadecimal digits."""
    found = _CODED.fullmatch("".join(text.split())) if len(text) >= 40 else None
    if found is None:
        return
    plain = found[1].rstrip("=").replace("-", "+").replace("_", "/")
    for decode in (_of_base64, bytes.fromhex):
        try:
            beneath = decode(plain).decode("utf-8-sig").strip()
        except ValueError:
            continue
        if beneath.startswith(_STARTS):
            yield Finding("spelling.base64", "fault", _B), beneath


def _of_base64(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), validate=True)


def _url(text: str) -> Iterator[tuple[Finding, str]]:
    if re.search("%(?:25){0,2}22", text):
        yield Finding("spelling.url", "fault", _B), unquote(text if " " in text else text.replace("+", " "))


def _escaped(text: str) -> Iterator[tuple[Finding, str]]:
    """A text as a string of a program has it, without the quotes around it; a cell of a table; wide characters taken for narrow."""
    twice = Finding("spelling.encoded_twice", "fault", _B)
    if re.match(r"\W{0,3}(?:\\u007b|\\x7b|\{\s*+(?:\\\\+[\"']|\\u0022|\\x22))", text, re.IGNORECASE):
        yield twice, unescaped(text)
    if '""' in text and re.match(r"\"?\{\s*+\"\"\w", text):
        yield twice, text.removeprefix('"').removesuffix('"').replace('""', '"')
    if text[1:2] == "\0" and not text[1::2].strip("\0"):
        yield Finding("spelling.control", "fault", _B), text[::2]


def _words(text: str) -> Iterator[tuple[Finding, str]]:
    """The objects in a text that is hardly more than them."""
    spans = list(objects(text, deepest=1))
    if not spans or len(text) - sum(end - start for start, end in spans) > _AROUND:
        return
    for start, end in spans:
        before = text[:start].strip()
        yield Finding("spelling.leading" if before else "spelling.trailing", "warning", _B), text[start:end]


def objects(text: str, *, deepest: int = _DEEPEST) -> Iterator[tuple[int, int]]:
    """Where the objects stand that nest no deeper, the inner ones first.

    >>> list(objects('a{"b":{}}'))
    [(6, 8), (1, 9)]
    """
    opened: list[int] = []
    for mark in _MARKS.finditer(text, max(0, text.find("{"))):
        if mark[0] == "{":
            opened.append(mark.start())
        elif mark[0] == "}" and opened:
            start = opened.pop()
            if len(opened) < deepest:
                yield start, mark.end()


_LAYERS: tuple[_Layer, ...] = (_glued, _entities, _coded, _url, _escaped, _words)
