"""HTML: the label as `<meta name="AIGC" content="…">` behind `<head>`; a fragment without a head gets a comment at its start.

Knows metas, comments, scripts with JSON and attributes that hold labels; refuses to guess where a tag is not finished.
Writes behind the declaration of the encoding where the label would push that beyond the first 1,024 bytes, in which browsers
look for it. A label in a script is read and not changed.
Rules: practice; our proposal, since the published guides do not confirm a place for HTML. WHATWG HTML 4.2.5.4 (1,024 bytes).
"""

from __future__ import annotations

import re

from hegui.kernel.source import Source, TruncatedError
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit
from hegui.label.html_page import META, Page, Spot, read_page
from hegui.label.reading import Reading
from hegui.label.spellings import parse
from hegui.label.standing import Standing, rewritten, standing
from hegui.label.text_escapes import attribute_value, comment_json
from hegui.label.text_faults import occupied, or_gap, require_whole
from hegui.label.text_file import is_text

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

NAME = "html"
EXTENSIONS = (".html", ".htm", ".xhtml", ".xht")
MEDIA_TYPES = ("text/html", "application/xhtml+xml")
PLACE = 'meta name="AIGC" behind head; a comment at the start of a fragment'
CLAUSE = "our proposal"
IS_REVERSIBLE = True

PRESCAN = 1024
"""Bytes in which the declaration of the encoding must stand."""

_LEAD = rb"(?:\xef\xbb\xbf)?(?:\s++|<!--(?:(?!-->)[\s\S])*+-->|<\?[^>]*+>)*+"
_DOCUMENT = re.compile(_LEAD + rb"(?:<!doctype\s++html|<(?:html|head|body)(?=[\s>/]))", re.IGNORECASE)
_TAG = re.compile(
    _LEAD + rb"</?(?:p|div|h[1-6]|ul|ol|dl|table|section|article|span|a|b|i|em|strong|img|pre|blockquote|meta|title|"
    rb"link|style|script|br|hr|main|header|nav|figure|form)(?=[\s>/])",
    re.IGNORECASE,
)


def score(name: str, head: bytes) -> int:
    """A document by its declaration or its root; a fragment by a tag at its start."""
    if not is_text(head):
        return 0
    is_named = name.lower().endswith(EXTENSIONS)
    plain = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    if _DOCUMENT.match(plain):
        return 90 if is_named else 80
    if _TAG.match(plain):
        return 60 if is_named else 12
    return 20 if is_named else 0


def read(source: Source) -> Reading:
    """The meta AIGC, and labels in other metas, attributes, comments and scripts."""
    return or_gap(NAME, lambda: read_page(source, NAME).reading)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The meta AIGC, or the comment. Raises LabelError (LBL005, LBL006, LBL080, LBL082, LBL083)."""
    page = read_page(source, NAME)
    _require_finished(page)
    one = standing(page.reading, NAME)
    if one is not None:
        changed = rewritten(one, label)
        if changed is None:
            return ()
        spot = _spot(page, one)
        return (page.text.splice(*spot.value, _as_written(changed, spot.written)),)
    if any(candidate.place == META for candidate in page.reading.candidates):
        raise occupied(NAME, "a meta element AIGC")
    return (_added(page, label),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the element or the comment that holds the label."""
    page = read_page(source, NAME)
    _require_finished(page)
    one = standing(page.reading, NAME)
    if one is None:
        return ()
    spot = _spot(page, one)
    return (page.text.splice(spot.start, spot.end, ""),)


def _require_finished(page: Page) -> None:
    """That no label can stand in a part that was not read. Raises LabelError (LBL083), TruncatedError."""
    require_whole(page.reading, NAME)
    if any(gap.reason == "truncated" for gap in page.reading.gaps):
        raise TruncatedError("a tag or comment is not finished", 0)


def _spot(page: Page, one: Standing) -> Spot:
    spot = page.spots.get(one.candidate.offset)
    if spot is None or parse(one.candidate.text) is None:
        raise cannot_edit(NAME, one.candidate.place)
    return spot


def _as_written(value: str, how: str) -> str:
    if how == "comment":
        return comment_json(value)
    return f"'{attribute_value(value, chr(39))}'" if how == "'" else f'"{attribute_value(value)}"'


def _added(page: Page, label: AigcLabel) -> Splice:
    text, frame = page.text, page.frame
    if frame.is_fragment:
        return text.splice(frame.at, frame.at, f"<!-- AIGC: {comment_json(label.text())} -->")
    close = "/>" if frame.is_xml else ">"
    put = f'<meta name="AIGC" content="{attribute_value(label.text())}"{close}'
    at = frame.at
    if frame.charset and (declared := text.at(frame.charset)) <= PRESCAN < declared + len(put):
        at = frame.charset
    return text.splice(at, at, put)
