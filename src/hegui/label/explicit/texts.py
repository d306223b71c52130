"""Put a visible mark into a text, whatever its format.

Knows which module writes into which format; refuses files of data, which a line would break. Content decides before the name
where it can: a WebVTT file begins with its signature whatever it is called.
Rules: GB 45438-2025 5.1; Labelling Measures article 4 (files to download hold the mark).
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from hegui.kernel.source import Source
from hegui.label import ass, vtt
from hegui.label import html as html_codec
from hegui.label import markdown as markdown_codec
from hegui.label.explicit.faults import no_text_place
from hegui.label.explicit.html import mark_html
from hegui.label.explicit.subtitles import CUE, mark_ass, mark_srt, mark_vtt
from hegui.label.explicit.text import mark_markdown, mark_plain
from hegui.label.explicit.text_mark import MarkedText, TextMark
from hegui.label.text_file import is_text

__all__ = ["TextFormat", "format_of_text", "mark_text"]

TextFormat = Literal["text", "markdown", "html", "srt", "vtt", "ass", ""]

_PLAIN = ("", ".txt", ".text", ".log")
_HEAD = 4096


def format_of_text(source: Source, name: str) -> TextFormat:
    """What kind of text this is; "" for none that takes a line."""
    head = source.up_to(0, _HEAD)
    ending = PurePath(name.lower()).suffix
    if not is_text(head):
        return ""
    if vtt.score(name, head) > 50:
        return "vtt"
    if ass.score(name, head) > 50:
        return "ass"
    if ending == ".srt" or (ending in _PLAIN and _is_srt(head)):
        return "srt"
    if ending in html_codec.EXTENSIONS or (ending == "" and html_codec.score(name, head) > 50):
        return "html"
    if ending in markdown_codec.EXTENSIONS:
        return "markdown"
    return "text" if ending in _PLAIN else ""


def mark_text(source: Source, name: str, mark: TextMark | None = None) -> MarkedText:
    """How the text must change to bear the mark; no splice where it does.

    Raises LabelError: LBL080 and LBL111 (encoding), LBL112 (no place).
    """
    mark = mark or TextMark()
    match format_of_text(source, name):
        case "vtt":
            return mark_vtt(source, mark, name)
        case "ass":
            return mark_ass(source, mark, name)
        case "srt":
            return mark_srt(source, mark, name)
        case "html":
            return mark_html(source, mark, name)
        case "markdown":
            return mark_markdown(source, mark, name)
        case "text":
            return mark_plain(source, mark, name)
    is_readable = is_text(source.up_to(0, _HEAD))
    raise no_text_place(name, "it is a file of data, not a text for people" if is_readable else "it is no text")


def _is_srt(head: bytes) -> bool:
    """A number, then a line of times."""
    lines = head.decode("utf-8-sig", "replace").split("\n", 3)
    return len(lines) > 2 and lines[0].strip().isdigit() and CUE.match(lines[1]) is not None
