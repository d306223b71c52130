"""Labels that somebody put into running text: in a comment, a code fence, the first or the last lines.

Knows how such texts look; knows no format and writes nothing. A block or line in the middle of a text is an example in an
article rather than its label: it is told as a trace, as is the only block in a code fence where the text has a label besides.
Works from each mention of a key outwards, so that the time does not depend on what the rest of the text is.
Rules: none; these places were seen in real files, and no guide names them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

from hegui.label.edge_text import at_edges
from hegui.label.findings import Finding, Kind
from hegui.label.front_matter import block_at, entries, entry_at
from hegui.label.reading import Candidate, Gap, Trace
from hegui.label.spellings import MAX_TEXT, parse
from hegui.label.text_file import Text, lines, reveal

__all__ = ["COMMENT", "Stray", "json_end", "seems", "stray", "unkeyed"]

MOST = 1000
"""Mentions of a key that are looked at."""
MOST_MISSES = 100
"""Objects behind such a key that never close or are no label: each costs a look at as much text as a label may have."""
COMMENT = re.compile(r"<!--(?P<text>.*?)-->", re.DOTALL)

_KEYED = re.compile(
    r"[Aa][Ii][Gg][Cc][A-Za-z0-9_-]{0,40}+[\"']?+[ \t\r\n]{0,8}+(?:[:=]|(?=\{))|ContentProducer[\"']?+[ \t]{0,8}+:"
)
_BLANKS = ("", "---", "...", "\\---")
_FENCE = re.compile(r"(?:(?<=\n)|(?<=\r)|\A)[ \t]{0,3}(`{3,}+|~{3,}+)")
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|[{}]", re.DOTALL)
_LABELLED = re.compile(
    r"\s*+[\"']?[\w-]{0,40}[Aa][Ii][Gg][Cc][\w-]{0,40}[\"']?(?:\s*+[:=]?\s*+(?=\{)|[ \t]*+[:=：][ \t]*+(?=\S))"
)
_TAGS = re.compile(r"(?:</[A-Za-z]{1,20}>\s*+)++")
"""A line of ends of elements, such as those of a section that folds."""
_BACKSLASHED = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTES = " \t\"'"
_KEY_LINE = re.compile(r"[ \t]*+[\"']?[\w-]{0,40}[Aa][Ii][Gg][Cc][\w-]{0,40}[\"']?[ \t]*+[:=]")


class Stray(NamedTuple):
    """What was found, in the order of the text."""

    candidates: tuple[Candidate, ...]
    traces: tuple[Trace, ...]
    gaps: tuple[Gap, ...]


class _Fence(NamedTuple):
    start: int
    inside: int
    closing: int
    end: int


@dataclass(slots=True)
class _Found:
    kind: str
    start: int
    end: int
    text: str


def stray(text: Text, name: str, start: int = 0, *, is_labelled: bool = False) -> Stray:
    """Labels in the running text.

    Args:
        text: the file.
        name: what its format is called, for the places.
        start: the first character that counts.
        is_labelled: whether the format's own place has a label, so that a code fence is an example.
    """
    candidates: list[Candidate] = []
    traces: list[Trace] = []
    gaps: list[Gap] = []
    for one in _all(text.text, start, gaps, name):
        place = f"{name} {one.kind}"
        if one.kind == "middle" or (one.kind == "code fence" and is_labelled):
            traces.append(Trace("other", place, reveal(one.text)[:200]))
            continue
        at = text.at(one.start)
        finding = Finding(cast(Kind, f"place.{one.kind.replace(' ', '_')}"), "fault", "", name)
        candidates.append(Candidate(place, at, text.at(one.end) - at, reveal(one.text), False, (finding,)))
    for edge in () if candidates or is_labelled else at_edges(text.text, start):
        kind, at = "first lines" if edge.is_first else "last lines", text.at(edge.start)
        finding = Finding(cast(Kind, f"place.{kind.replace(' ', '_')}"), "fault", "", name)
        candidates.append(
            Candidate(f"{name} {kind}", at, text.at(edge.end) - at, reveal(edge.shown), False, (finding,))
        )
    return Stray(tuple(candidates), tuple(traces), tuple(gaps))


def json_end(text: str, at: int) -> int:
    """Where the object that begins at `at` ends; 0 where it does not within the length of a label.

    >>> json_end('x{"a":"}"}y', 1)
    10
    """
    depth = 0
    for token in _TOKEN.finditer(text, at, min(len(text), at + MAX_TEXT)):
        mark = token.group()
        depth += (mark == "{") - (mark == "}")
        if depth <= 0 and mark == "}":
            return token.end()
    return 0


def _all(text: str, start: int, gaps: list[Gap], name: str) -> Iterator[_Found]:
    fences: list[_Fence] | None = None
    done, misses = start, 0
    for count, hit in enumerate(_KEYED.finditer(text, start)):
        if count == MOST or misses == MOST_MISSES:
            gaps.append(Gap(f"{name} text", "too large"))
            return
        if hit.start() < done:
            continue
        if fences is None:
            fences = list(_fences(text, start))
        fence = _around(fences, hit.start())
        found = (
            _in_fence(text, fence, start) if fence else _in_comment(text, hit.start()) or _in_lines(text, hit, start)
        )
        done = max(hit.end(), fence.end if fence else 0, found.end if found else 0)
        if found is not None:
            yield found
        elif fence is None and text.find("{", hit.end(), hit.end() + 8) >= 0:
            misses += 1


def _around(fences: list[_Fence], at: int) -> _Fence | None:
    """The fence that holds the character."""
    number = bisect_right(fences, at, key=lambda fence: fence.start) - 1
    return fences[number] if number >= 0 and at < fences[number].end else None


def _fences(text: str, start: int) -> Iterator[_Fence]:
    opened: re.Match[str] | None = None
    for mark in _FENCE.finditer(text, start):
        end = _line_end(text, mark.end())
        rest = text[mark.end() : min(end, mark.end() + 200)].strip()
        if opened is None:
            if "`" not in rest:
                opened = mark
        elif not rest and mark[1].startswith(opened[1]):
            yield _Fence(opened.start(), _next(text, opened.end()), mark.start(), end)
            opened = None
    if opened is not None:
        yield _Fence(opened.start(), _next(text, opened.end()), len(text), len(text))


def _in_fence(text: str, fence: _Fence, start: int) -> _Found | None:
    """The label in a code fence, which stands alone there or as front matter."""
    inside = text[fence.inside : min(fence.closing, fence.inside + MAX_TEXT)]
    block = block_at(inside, 0)
    found = [entry.text for entry in entries(inside, block)] if block else [inside.strip()]
    shown = next((one for one in found if parse(one) is not None), None)
    if shown is None:
        return None
    is_edge = _is_blank(text, start, fence.start) or _is_blank(text, fence.end, len(text), may_end=True)
    return _Found("code fence" if is_edge else "middle", fence.start, fence.end, shown)


def _in_comment(text: str, at: int) -> _Found | None:
    opening = text.rfind("<!--", max(0, at - MAX_TEXT), at)
    if opening < 0:
        return None
    closing = text.find("-->", opening, opening + MAX_TEXT)
    if closing < at:
        return None
    shown = text[opening + 4 : closing].strip()
    return _Found("comment", opening, closing + 3, unkeyed(shown)) if seems(shown) else None


def _in_lines(text: str, hit: re.Match[str], start: int) -> _Found | None:
    """A label that begins a line: an object, or a key with lines below it."""
    window = max(start, hit.start() - 200)
    begin = max(text.rfind("\n", window, hit.start()), text.rfind("\r", window, hit.start())) + 1 or window
    brace = text.find("{", begin, hit.end() + 8)
    if brace >= 0 and (not text[begin:brace].strip(_QUOTES) or _KEY_LINE.match(text, begin)):
        begin, end, shown = _object(text, begin, brace, window)
    elif not text[begin : hit.start()].strip(_QUOTES):
        end, shown = _mapping(text, begin)
    else:
        return None
    if text[window:begin].strip() == "\\---":  # an editor took the fence for text, and every mark in it
        shown = _BACKSLASHED.sub(r"\1", shown)
    if not end or parse(shown) is None:
        return None
    if _is_blank(text, end, len(text)):
        return _Found("last lines", begin, end, shown)
    return _Found("first lines" if _is_blank(text, start, begin) else "middle", begin, end, shown)


def _object(text: str, begin: int, brace: int, window: int) -> tuple[int, int, str]:
    """The object at `brace`, or the one around it whose brace stands in a line before: where it begins, ends, and what it is."""
    before = text[window:begin].rstrip()
    if before.endswith("{") and (end := json_end(text, window + len(before) - 1)):
        begin = brace = window + len(before) - 1
    else:
        end = json_end(text, brace)
    return begin, end, text[brace:end]


def _mapping(text: str, begin: int) -> tuple[int, str]:
    """The key AIGC and the lines below it: where they end, and what they say."""
    entry = entry_at(text, begin, min(len(text), begin + MAX_TEXT))
    if entry is None or entry.text or len(text) - begin > 4096:
        return (entry.end, entry.text) if entry else (0, "")
    return len(text), text[begin:].strip()  # keys that are not deeper than AIGC, at the end


def seems(shown: str) -> bool:
    """Whether a comment is a label, or the ruins of one, and not the mere word."""
    return "ContentProduc" in shown or parse(unkeyed(shown)) is not None


def unkeyed(shown: str) -> str:
    """What stands behind `AIGC:` in the same line; a mapping of lines stays whole.

    >>> unkeyed('AIGC: {"Label":"1"}')
    '{"Label":"1"}'
    """
    match = _LABELLED.match(shown)
    return shown[match.end() :].strip() if match else shown


def _is_blank(text: str, start: int, end: int, *, may_end: bool = False) -> bool:
    """Whether nothing but blanks and fences of front matter stand there; `may_end`: or ends of elements."""
    if end - start > 4096 and text[start : start + 4096].strip(" \t\r\n-."):
        return False
    shown = (text[one.start : one.end].strip() for one in lines(text, start, end))
    return all(one in _BLANKS or (may_end and _TAGS.fullmatch(one)) for one in shown)


def _line_end(text: str, at: int) -> int:
    return next(lines(text, at)).end if at < len(text) else at


def _next(text: str, at: int) -> int:
    return next(lines(text, at)).next if at < len(text) else at
