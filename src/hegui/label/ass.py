"""SubStation Alpha subtitles (ASS, SSA): the label as a comment line at the start of `[Script Info]`.

Knows sections and comment lines; reads labels in keys of the section and in events too. Editors that write the section
anew lose comments, as they lose every one.
Rules: the ASS specification names `;` and `!:` as comments of the section; the place is our proposal.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit
from hegui.label.line_label import Spot, candidate, line_behind, mentions, value_line, without_line
from hegui.label.reading import Candidate, Reading
from hegui.label.standing import Standing, rewritten, standing
from hegui.label.text_faults import or_gap, require_whole
from hegui.label.text_file import Line, Text, is_text, read_text

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

NAME = "ass"
EXTENSIONS = (".ass", ".ssa")
MEDIA_TYPES = ("text/x-ssa", "text/x-ass")
PLACE = "a comment line in [Script Info]"
CLAUSE = "our proposal"
IS_REVERSIBLE = True

HEAD_LINES = 1000
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|;[^\r\n]*+)*+\[script info\]", re.IGNORECASE)
_SECTION = re.compile(r"[ \t]*+\[script info\][ \t]*+$", re.IGNORECASE)
_EVENT = re.compile(r"[ \t]*+(?:Dialogue|Comment|Picture|Sound|Movie|Command)[ \t]*+:", re.IGNORECASE)
_MARK = re.compile(r"[ \t]*+(?:;|!:)?")


class _Parts(NamedTuple):
    text: Text
    spots: dict[int, Spot]
    reading: Reading


def score(name: str, head: bytes) -> int:
    """The section with which such a file begins."""
    return 95 if is_text(head) and _HEADER.match(head.replace(b"\0", b"").lstrip(b"\xff\xfe")) else 0


def read(source: Source) -> Reading:
    """Labels in comments and keys, and those in events."""
    return or_gap(NAME, lambda: _parts(source).reading)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The comment line. Raises LabelError (LBL005, LBL006, LBL083), MalformedError."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    changed = rewritten(one, label)
    if changed is None:
        return ()
    if one is not None:
        return (value_line(parts.text, _spot(parts, one), changed),)
    return (line_behind(parts.text, _section(parts.text), f"; AIGC: {changed}"),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the line."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    if one is None:
        return ()
    spot = _spot(parts, one)
    return (without_line(parts.text, spot.start, spot.end),)


def _parts(source: Source) -> _Parts:
    text = read_text(source, NAME)
    gaps = list(text.gaps("ass text"))
    found: list[Candidate] = []
    spots: dict[int, Spot] = {}
    for line in mentions(text, gaps, "ass text"):
        is_event = _EVENT.match(text.text, line.start, line.end) is not None
        brace = text.text.find("{", line.start, line.end)
        mark = _MARK.match(text.text, line.start, line.end)
        inside = brace if is_event and brace >= 0 else mark.end() if mark else line.start
        place = "ass event" if is_event else "ass comment"
        one = candidate(text, place, line.start, line.end, inside, kind="event" if is_event else "")
        if one is None:
            continue
        found.append(one[0])
        if not is_event:
            spots[one[0].offset] = one[1]
    return _Parts(text, spots, Reading(tuple(found), (), tuple(gaps)))


def _spot(parts: _Parts, one: Standing) -> Spot:
    spot = parts.spots.get(one.candidate.offset)
    if spot is None:
        raise cannot_edit(NAME, one.candidate.place)
    return spot


def _section(text: Text) -> Line:
    for number, line in enumerate(text.lines()):
        if number == HEAD_LINES:
            break
        if _SECTION.match(text.text, line.start, line.end):
            return line
    raise MalformedError("the section [Script Info] is missing", 0)
