"""Put the mark into plain text and Markdown: a line of its own before the text or behind it.

Knows encodings by `label.text_file` and front matter by `label.front_matter`; knows no other format. The line is written in
the text's own encoding with its own line ends. In Markdown it is a quotation behind the front matter, or at the end; a code
block that is never closed would swallow it there, so it goes to the head.
Rules: GB 45438-2025 5.1; the form in Markdown is our proposal.
"""

from __future__ import annotations

import re

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.explicit.faults import unknown_encoding
from hegui.label.explicit.text_mark import MarkedText, TextMark, TextPlace
from hegui.label.front_matter import block_at
from hegui.label.text_file import Text, read_text

__all__ = ["body_of_markdown", "mark_markdown", "mark_plain", "readable"]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


def mark_plain(source: Source, mark: TextMark, where: str) -> MarkedText:
    """A line before or behind the text. Raises LabelError (LBL080, LBL111)."""
    text = readable(source, where)
    return MarkedText(_line(source, text, mark, 0, mark.text, mark.place), "text", mark.place)


def mark_markdown(source: Source, mark: TextMark, where: str) -> MarkedText:
    """A quotation behind the front matter or at the end. Raises LabelError (LBL080, LBL111)."""
    text = readable(source, where)
    start = body_of_markdown(text.text)
    place: TextPlace = "head" if mark.place == "tail" and _ends_in_code(text, start) else mark.place
    return MarkedText(_line(source, text, mark, start, f"> {mark.text}", place), "markdown", place)


def readable(source: Source, where: str) -> Text:
    """The text, if its encoding is known for sure, so that what is put in can be read. Raises LabelError (LBL080, LBL111)."""
    text = read_text(source, where)
    if any("\ud800" <= character <= "\udfff" for character in text.text):
        raise unknown_encoding(where, "it is neither UTF-8, UTF-16 nor GB 18030")
    return text


def body_of_markdown(text: str) -> int:
    """Where the text behind the front matter begins."""
    start = len(text) - len(text.lstrip("\r\n"))
    block = block_at(text, start) or block_at(text, start, "+++")
    return block.end if block else 0


def _line(source: Source, text: Text, mark: TextMark, start: int, line: str, place: TextPlace) -> tuple[Splice, ...]:
    """The line where it is not there already, set off by a blank one."""
    newline = text.newline
    if place == "head":
        if text.text[start:].lstrip().startswith(line):
            return ()
        lead = newline if start and not text.text[:start].endswith(("\r", "\n")) else ""
        return (text.splice(start, start, f"{lead}{line}{newline}{newline}"),)
    if text.is_whole and text.text.rstrip().endswith(line):
        return ()
    if not text.is_whole and _tail(source, text).endswith(line):
        return ()
    before = text.text if text.is_whole else _tail(source, text, is_stripped=False)
    lead = "" if not before.strip() else newline if before.endswith(("\r", "\n")) else newline * 2
    return (Splice(source.size, 0, text.encode(f"{lead}{line}{newline}")),)


def _tail(source: Source, text: Text, *, is_stripped: bool = True) -> str:
    """The last characters of a text that was not read whole."""
    size = min(4096, source.size)
    tail = source.at(source.size - size + (source.size & 1 if text.encoding.startswith("utf-16") else 0), size & ~1)
    decoded = tail.decode(text.encoding, "replace")
    return decoded.rstrip() if is_stripped else decoded


def _ends_in_code(text: Text, start: int) -> bool:
    """Whether a fence is open at the end."""
    opened = ""
    for line in text.lines(start):
        match = _FENCE.match(text.text, line.start, line.end)
        if match is None:
            continue
        if not opened:
            opened = match[1] if match[1][0] == "~" or "`" not in match[2] else ""
        elif match[1][0] == opened[0] and len(match[1]) >= len(opened) and not match[2].strip():
            opened = ""
    return bool(opened)
