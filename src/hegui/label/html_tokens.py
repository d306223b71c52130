"""Cut HTML into tags, comments and raw text, the way a browser does, and keep the place of each.

Knows the tokens that matter for labels; builds no tree, and never complains. What browsers would take to the end of the
text (an unfinished tag, comment or script) ends the tokens. Every expression is possessive, so that a look takes linear time.
Rules: WHATWG HTML 13.2.5 (tokenization).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

__all__ = ["MOST", "Attribute", "Token", "attributes", "tokens"]

MOST = 500_000
"""Tokens that are read of one text."""

_NAME = r"[\s/]*+(?:=(?!\s*+[\"'])[^\s/>=]*+|[^\s/>=]++)"
_VALUE = r"(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]*+))?+"
_TAG = re.compile(rf"</?([A-Za-z][^\s/>]*+)(?:{_NAME}{_VALUE})*+[\s/]*+>")
_ATTRIBUTE = re.compile(r"[\s/]*+(=?+[^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?+")
_COMMENT_END = re.compile("--!?>")
_RAW = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"))


class Token(NamedTuple):
    """A piece of the text. `raw` is what stands between the tags of a script, style or title.

    Attributes:
        kind: what it is; unfinished is the last one, a tag or comment that the text cuts off.
        name: of the element, lower case; "" where there is none.
        start, end: its characters, angle brackets included.
        inside, closing: what is within a comment, or the attributes of a tag.
    """

    kind: Literal["start", "end", "comment", "declaration", "raw", "unfinished"]
    name: str
    start: int
    end: int
    inside: int
    closing: int


class Attribute(NamedTuple):
    """An attribute, its value with entities undone, and where that value stands with its quotes."""

    name: str
    value: str
    start: int
    end: int
    quote: str


def tokens(text: str, stop: int) -> Iterator[Token]:
    """The tokens that begin before `stop`, at most `MOST`."""
    at, count = 0, 0
    while count < MOST and 0 <= (at := text.find("<", at)) < stop:
        token = _tag(text, at) if text[at + 1 : at + 2] not in ("!", "?") else _declaration(text, at)
        if token is None:
            at += 1
            continue
        yield token
        if token.kind == "unfinished":
            return
        at, count = token.end, count + 1
        if token.kind == "start" and token.name in _RAW:
            closing = re.compile(f"</{token.name}(?=[\\s/>])", re.IGNORECASE).search(text, at)
            end = closing.start() if closing else len(text)
            yield Token("raw", token.name, at, end, at, end)
            at = end


def attributes(text: str, token: Token) -> Iterator[Attribute]:
    """The attributes of a tag; of two of one name, a browser takes the first."""
    at = token.inside
    while at < token.closing:
        match = _ATTRIBUTE.match(text, at, token.closing)
        if match is None or not match[1]:
            return
        group = match.lastindex or 1
        quote = "" if group == 1 else ('"', "'", "")[group - 2]
        start, end = (match.end(), match.end()) if group == 1 else match.span(group)
        yield Attribute(match[1].lower(), html.unescape(match[group]) if group > 1 else "", start, end, quote)
        at = match.end()


def _tag(text: str, at: int) -> Token | None:
    """A tag; None for a sign that begins none."""
    following = text[at + 1 : at + 2]
    if following == "/" and not _is_letter(text[at + 2 : at + 3]):
        return None if text[at + 2 : at + 3] == "" else _declaration(text, at)
    if following != "/" and not _is_letter(following):
        return None
    match = _TAG.match(text, at)
    if match is None:
        return _unfinished(text, at)
    return Token(
        "end" if following == "/" else "start", match[1].lower(), at, match.end(), match.end(1), match.end() - 1
    )


def _declaration(text: str, at: int) -> Token:
    """A comment, or what a browser takes for one; `<!DOCTYPE` and `<?xml` are declarations with their name."""
    if text.startswith("<!--", at):
        if text.startswith((">", "->"), at + 4):
            end = text.index(">", at) + 1
            return Token("comment", "", at, end, at + 4, at + 4)
        found = _COMMENT_END.search(text, at + 4)
        return Token("comment", "", at, found.end(), at + 4, found.start()) if found else _unfinished(text, at)
    end = text.find(">", at) + 1
    if not end:
        return _unfinished(text, at)
    name = re.match(r"[!?]([A-Za-z]{1,20})", text[at + 1 : at + 22])
    return Token("declaration", name[1].lower() if name else "", at, end, at + 2, end - 1)


def _unfinished(text: str, at: int) -> Token:
    return Token("unfinished", "", at, len(text), at, len(text))


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()
