"""Mend JSON that is broken in the ways in which labels were seen broken, so that it can be read and be called broken.

Knows missing quotes behind a key, full-width punctuation, typographic quotes, comments, escaped quotes, missing braces at either
end and values that are none; guesses no value: a text that is cut within one stays unread. Each mend takes the text from front to
back once, and all of them are tried only where nothing else reads it.
Rules: RFC 8259 for what JSON is; none for what is mended, which is our own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

__all__ = ["mended"]

_MOST_BRACES = 4
"""Closing braces and brackets that may be missing; a label in a label has two."""
_KEYED = re.compile(r"\"?[\w -]{1,40}\"?[ \t\r\n]*+[:：]")
_OPEN_KEY = re.compile(r"(?<=[{,，\s])\"([^\W\d][\w -]{0,39}):(?=\s*+[\"{\[])")
_PIECE = re.compile(
    r"(?P<plain>\"(?:[^\"\\]|\\.)*+\"?)|“(?P<curled>[^“”]*+)”|＂(?P<wide>[^＂]*+)＂?|‘(?P<single>[^‘’]*+)’"
    r"|(?P<comment>//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)|(?P<mark>[，：｛｝［］、])",
    re.DOTALL,
)
"""Whatever opens and does not close reaches to the end, so that every character is looked at once."""
_MARKS = {"，": ",", "、": ",", "：": ":", "｛": "{", "｝": "}", "［": "[", "］": "]"}
_BRACKETS = re.compile(r"\"(?:[^\"\\]|\\.)*+(\"?)|[{}\[\]]", re.DOTALL)


def mended(text: str) -> Iterator[tuple[str, str]]:
    """What was mended, in a word, and the text after it; each also with what was mended before.

    >>> list(mended('{"Label：":"1"，"ProduceID":"7"'))[-1]
    ('braces', '{"Label：":"1","ProduceID":"7"}')
    """
    if text.startswith('{\\"'):
        text = re.sub(r"\\([\"\\/])", r"\1", text)
        yield "backslashes", text
    if _KEYED.match(text):
        text = "{" + text.rstrip(" ,，;") + "}"
        yield "braces", text
    if text[:1] not in ("{", "｛", "["):
        return
    for what, change in (("quotes", _quoted), ("punctuation", _punctuated), ("braces", _closed)):
        changed = change(text)
        if changed != text:
            text = changed
            yield what, text


def _quoted(text: str) -> str:
    """A quote behind the name of a key that has but the first one."""
    return _OPEN_KEY.sub(r'"\1":', text)


def _punctuated(text: str) -> str:
    """ASCII for the marks and quotes between values, and no comments; what stands within quotes stays."""
    return _PIECE.sub(_piece, text)


def _piece(found: re.Match[str]) -> str:
    if found["plain"] is not None:
        return found[0]
    if found["mark"] is not None:
        return _MARKS[found[0]]
    if found["comment"] is not None:
        return " "
    return json.dumps(
        next(one for one in found.group("curled", "wide", "single") if one is not None), ensure_ascii=False
    )


def _closed(text: str) -> str:
    """The closing braces that are missing at the end; none where the text ends within a value."""
    opened: list[str] = []
    for found in _BRACKETS.finditer(text):
        mark = found[0]
        if mark[0] == '"':
            if not found[1]:
                return text
        elif mark in "{[":
            opened.append("}" if mark == "{" else "]")
        elif opened:
            opened.pop()
    missing = "".join(reversed(opened))
    return text.rstrip(" ,") + missing if 0 < len(missing) <= _MOST_BRACES else text
