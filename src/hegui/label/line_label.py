"""A label on lines of its own in a text: where mentions stand, and how a line is put in and taken out to the byte.

Knows lines and blocks between blank lines; knows no format. A line that is put behind one without a line end brings the end
with it in front, so that taking it out gives the same bytes.
Rules: none; this is our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from hegui.kernel.splice import Splice
from hegui.label.findings import Finding, Kind
from hegui.label.reading import Candidate, Gap
from hegui.label.spellings import MAX_TEXT
from hegui.label.stray_text import seems, unkeyed
from hegui.label.text_file import MENTION, Line, Text, lines, reveal

__all__ = ["MOST", "Spot", "block_around", "candidate", "line_behind", "mentions", "value_line", "without_line"]

MOST = 1000
"""Lines with a mention that are looked at."""


class Spot(NamedTuple):
    """Where a label stands: its lines, and the value within them."""

    start: int
    end: int
    value: tuple[int, int]


def mentions(text: Text, gaps: list[Gap], place: str) -> Iterator[Line]:
    """The lines in which the word AIGC stands, each once."""
    at = 0
    for _ in range(MOST):
        hit = MENTION.search(text.text, at)
        if hit is None:
            return
        line = _line(text.text, hit.start())
        at = max(hit.end(), line.next)
        if line.end - line.start <= MAX_TEXT:
            yield line
    gaps.append(Gap(place, "too large"))


def block_around(text: str, line: Line) -> tuple[int, int]:
    """Where the lines around this one, up to the next blank ones, begin and end; bounded by the length of a label."""
    start = line.start
    while start > 0 and line.start - start < MAX_TEXT:
        before = _line(text, start - 1)
        if before.start == before.end:
            break
        start = before.start
    end = line.end
    for one in lines(text, line.next, min(len(text), line.next + MAX_TEXT)):
        if one.start == one.end:
            break
        end = one.end
    return start, end


def candidate(
    text: Text, place: str, start: int, end: int, inside: int, *, kind: str = ""
) -> tuple[Candidate, Spot] | None:
    """What stands from `inside` to `end` as a candidate, if it looks like a label; `kind` names a place no one wants it in."""
    shown = text.text[inside:end]
    if not seems(shown.strip()):
        return None
    value = unkeyed(shown.strip())
    at = text.text.find(value, inside)
    first = text.at(start)
    findings = (Finding(cast(Kind, f"place.{kind}"), "fault", "", place),) if kind else ()
    found = Candidate(place, first, text.at(end) - first, reveal(value), not kind, findings)
    return found, Spot(start, end, (at, at + len(value)))


def value_line(text: Text, spot: Spot, put: str) -> Splice:
    """Another value; with its key before it, where the old value was a mapping with the key in it."""
    is_named = MENTION.search(text.text, spot.start, spot.value[0]) is not None or MENTION.search(put) is not None
    return text.splice(*spot.value, put if is_named else f"AIGC: {put}")


def line_behind(text: Text, line: Line, put: str) -> Splice:
    """A line behind another one."""
    has_end = line.next > line.end
    return text.splice(line.next, line.next, put + text.newline if has_end else text.newline + put)


def without_line(text: Text, start: int, end: int) -> Splice:
    """The lines from `start` to `end`, the end of the last one's text, taken out with one line end."""
    last = _line(text.text, end)
    if last.next > last.end:
        return text.splice(start, last.next, "")
    before = _line(text.text, start - 1) if start else Line(0, 0, 0)
    return text.splice(before.end, end, "")


def _line(text: str, at: int) -> Line:
    """The line that holds the character; a line end belongs to the line before it."""
    if text[at : at + 1] == "\n" and text[at - 1 : at] == "\r":
        at -= 1
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    found = next(lines(text, start), None)
    return found or Line(start, start, start)
