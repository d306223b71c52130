"""Put the mark into an HTML page: a paragraph at the start or at the end of its body.

Knows tags by `label.html_tokens`; builds no tree. An element, not a style: what a style sheet adds is lost when a reader
copies the text. Characters the page's encoding lacks, or that a page without a declared encoding might lose, are written as
references. Where a comment or script is never closed the end would not be seen, so the mark goes to the head.
Rules: GB 45438-2025 5.1; the form in HTML is our proposal.
"""

from __future__ import annotations

from html import escape

from hegui.kernel.source import Source
from hegui.label.explicit.faults import no_text_place
from hegui.label.explicit.text_mark import MarkedText, TextMark, TextPlace
from hegui.label.html_page import declared_encoding
from hegui.label.html_tokens import MOST, Token, tokens
from hegui.label.text_file import HEAD, Text, read_text

__all__ = ["CLASS", "mark_html"]

CLASS = "aigc-mark"
"""By which a site can style the paragraph."""
_HEAD = ("html", "head", "meta", "title", "link", "style", "script", "base", "noscript", "template")


def mark_html(source: Source, mark: TextMark, where: str) -> MarkedText:
    """A paragraph in the body. Raises LabelError (LBL080, LBL112)."""
    text = read_text(source, where, declared_encoding)
    start, end = _body(text, where)
    place: TextPlace = "head" if end is None else mark.place
    element = _element(text, mark, is_sure=_is_sure(source, text))
    shown = text.text
    at = start if place == "head" or end is None else end
    if (place == "head" and shown[start:].lstrip().startswith(element)) or (
        place == "tail" and shown[:at].rstrip().endswith(element)
    ):
        return MarkedText((), "html", place)
    return MarkedText((text.splice(at, at, element),), "html", place)


def _element(text: Text, mark: TextMark, *, is_sure: bool) -> str:
    language = "zh-CN" if mark.is_chinese else "en"
    encoding = text.encoding if is_sure else "ascii"
    wording = "".join(_in_encoding(character, encoding) for character in escape(mark.text))
    return f'<p class="{CLASS}" role="note" lang="{language}">{wording}</p>'


def _is_sure(source: Source, text: Text) -> bool:
    """Whether a browser will take the encoding for what it is: declared, marked, or used by the page's own characters."""
    if any("\ud800" <= character <= "\udfff" for character in text.text):
        return False
    return (
        bool(declared_encoding(source.up_to(0, HEAD))) or not text.text.isascii() or text.encoding.startswith("utf-16")
    )


def _in_encoding(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return f"&#{ord(character)};"
    return character


def _body(text: Text, where: str) -> tuple[int, int | None]:
    """Where the body starts, and where it ends; None where its end would not be seen or was not found."""
    start: int | None = None
    behind_head, count, is_head = 0, 0, True
    ends: list[int] = []
    last: Token | None = None
    for token in tokens(text.text, len(text.text)):
        last, count = token, count + 1
        if token.name == "frameset":
            raise no_text_place(where, "it is a frameset")
        if token.kind == "start" and token.name == "body":
            start = token.end if start is None else start
        elif token.kind == "end" and token.name in ("body", "html"):
            ends.append(token.start)
        is_head = is_head and (token.kind in ("comment", "declaration", "raw") or token.name in _HEAD)
        if is_head:
            behind_head = token.end
    is_open = last is not None and (last.kind == "unfinished" or (last.kind == "raw" and last.end == len(text.text)))
    is_seen = not is_open and count < MOST and text.is_whole
    end = next((at for at in ends if at >= (start or 0)), len(text.text)) if is_seen else None
    return (behind_head if start is None else start), end
