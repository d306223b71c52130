"""WebVTT subtitles: the label as a NOTE block behind the header.

Knows the header and comment blocks; reads labels in the header and in cues too, and does not change them there. Players skip
comments, which may not contain an arrow: the JSON is written without `-->`.
Rules: WebVTT (W3C) 4.1, comment blocks; the place is our proposal.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit
from hegui.label.line_label import Spot, block_around, candidate, mentions, value_line
from hegui.label.reading import Candidate, Reading
from hegui.label.standing import Standing, rewritten, standing
from hegui.label.text_escapes import comment_json
from hegui.label.text_faults import or_gap, require_whole
from hegui.label.text_file import Text, read_text

__all__ = [
    "CLAUSE",
    "EXTENSIONS",
    "IS_REVERSIBLE",
    "MEDIA_TYPES",
    "NAME",
    "PLACE",
    "bare",
    "read",
    "score",
    "write",
]

NAME = "vtt"
EXTENSIONS = (".vtt",)
MEDIA_TYPES = ("text/vtt",)
PLACE = "a NOTE block behind the header"
CLAUSE = "our proposal"
IS_REVERSIBLE = True

_SIGNATURE = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?=[ \t\r\n]|$)")
_NOTE = re.compile(r"NOTE(?=[ \t\r\n])")


class _Parts(NamedTuple):
    text: Text
    spots: dict[int, Spot]
    reading: Reading


def score(name: str, head: bytes) -> int:
    """The signature in the first line."""
    return 95 if _SIGNATURE.match(head.replace(b"\0", b"").lstrip(b"\xff\xfe")) else 0


def read(source: Source) -> Reading:
    """Labels in comment blocks, and those in the header or in cues."""
    return or_gap(NAME, lambda: _parts(source).reading)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The NOTE block. Raises LabelError (LBL005, LBL006, LBL083), MalformedError."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    changed = rewritten(one, label)
    if changed is None:
        return ()
    if one is not None:
        return (value_line(parts.text, _spot(parts, one), comment_json(changed)),)
    return (_added(parts.text, comment_json(changed)),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the block, and without the blank line that came with it."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    if one is None:
        return ()
    text, newline = parts.text.text, parts.text.newline
    start, end, _ = _spot(parts, one)
    if text.startswith(newline * 2, end):
        end += 2 * len(newline)
    elif text.startswith(newline, end):
        start, end = start - len(newline), end + len(newline)
    else:
        start -= 2 * len(newline)
    return (parts.text.splice(start, end, ""),)


def _parts(source: Source) -> _Parts:
    text = read_text(source, NAME)
    gaps = list(text.gaps("vtt text"))
    found: list[tuple[Candidate, Spot]] = []
    spots: dict[int, Spot] = {}
    done = 0
    for line in mentions(text, gaps, "vtt text"):
        if line.start < done:
            continue
        start, done = block_around(text.text, line)
        if note := _NOTE.match(text.text, start, done):
            one = candidate(text, "vtt NOTE", start, done, note.end())
            spots.update({one[0].offset: one[1]} if one else {})
        else:
            place, kind = ("vtt header", "header") if start == 0 else ("vtt cue", "cue")
            brace = text.text.find("{", line.start, line.end)
            one = candidate(text, place, start, done, brace if brace >= 0 else start, kind=kind)
        found += [one] if one else []
    return _Parts(text, spots, Reading(tuple(one for one, _ in found), (), tuple(gaps)))


def _spot(parts: _Parts, one: Standing) -> Spot:
    spot = parts.spots.get(one.candidate.offset)
    if spot is None:
        raise cannot_edit(NAME, one.candidate.place)
    return spot


def _added(text: Text, value: str) -> Splice:
    """The block between the blank line that ends the header and what follows it."""
    note, newline, at = f"NOTE AIGC: {value}", text.newline, 0
    for line in text.lines():
        if line.start == line.end and line.start:
            return text.splice(line.next, line.next, note + newline * 2)
        if "-->" in text.text[line.start : line.end]:
            raise MalformedError("no blank line ends the header", text.at(line.start))
        at = line.next
        has_end = line.next > line.end
        if line.start > 1 << 20:
            break
    if not at:
        raise MalformedError("the signature is missing", 0)
    return text.splice(at, at, newline + note + newline if has_end else newline * 2 + note)
