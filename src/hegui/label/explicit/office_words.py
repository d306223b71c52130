"""Marks among the words of an office file: in the headers and footers of its pages, on its slides, at the ends of its text.

Knows which parts people see and where their words stand; knows no layout, so a footer that no section shows counts as seen. A line
on one of many slides is content, on several it may be a mark. Both elements within a line are a sign, not a proof.
Rules: GB 45438-2025 5.1; Labelling Measures article 6 (explicit marks make an upload suspected).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from hegui.kernel.source import Source
from hegui.label.explicit.office import Office
from hegui.label.explicit.rules import number
from hegui.label.reading import Gap, Reading, Trace
from hegui.label.text_file import reveal
from hegui.label.wording import explain_wording
from hegui.label.zip_package import Part

__all__ = ["office_words"]

_FRAMES = ("header", "footer", "worksheet", "slidemaster")
"""Parts that frame what is said: each line of them may be a mark."""
_LINES = ("p", "si", "is", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
"""Elements that hold a line: a paragraph, a cell's text, a header or footer of a sheet."""
_CODES = re.compile(r'&(?:"[^"]*"|[0-9]+|[A-Za-z])')
"""Fonts, sizes and places in the header of a sheet (ISO/IEC 29500-1 18.3.1.46)."""
_MOST_PARTS = 64
_MOST_TRACES = 16


def office_words(source: Source, where: str) -> Reading:
    """Traces of marks in words. Raises LabelError (LBL113), MalformedError, for what cannot be opened."""
    office = Office(source, where)
    seen = [(one.kind, one.target) for one in office.relations(office.main)]
    kinds = ((kind, target) for kind, target in seen if kind in (*_FRAMES, "slide", "sharedstrings"))
    names = [("body", office.main), *dict.fromkeys(kinds)]
    lines: dict[tuple[str, str], list[str]] = {}
    for kind, name in names[:_MOST_PARTS]:
        part = office.find(name)
        if part is not None:
            lines[kind, name] = [line for line in _lines(part) if line]
    repeated = Counter(line for (kind, _), said in lines.items() if kind == "slide" for line in set(said))
    least = min(2, sum(kind == "slide" for kind, _ in lines))
    found = [
        Trace("explicit_text", name, reveal(line)[:200])
        for (kind, name), said in lines.items()
        for line in _candidates(kind, said)
        if explain_wording(line).is_complete and (kind != "slide" or repeated[line] >= least)
    ]
    is_whole = len(names) <= _MOST_PARTS and len(found) <= _MOST_TRACES
    return Reading(traces=tuple(found[:_MOST_TRACES]), gaps=() if is_whole else (Gap("document", "too large"),))


def _candidates(kind: str, lines: list[str]) -> list[str]:
    """Lines that may be a mark: short ones of a frame or a slide, of the text itself only its two ends."""
    width = int(number("text.window"))
    if kind in (*_FRAMES, "slide"):
        return [line for line in lines if len(line) <= width]
    return [lines[0][:width], lines[-1][-width:]] if len(lines) > 1 else lines[:1]


def _lines(part: Part) -> Iterator[str]:
    """The words of each line, in the order of the part; elements come when they end, words before the line they stand in."""
    words: list[str] = []
    for element in part.elements:
        local = element.tag.local
        if local == "t" or local in _LINES[3:]:
            words.append(_CODES.sub("", element.text) if local != "t" else element.text)
        if local in _LINES:
            yield "".join(words).strip()
            words = []
    yield "".join(words).strip()
