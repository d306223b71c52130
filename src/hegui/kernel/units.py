"""See through the wrappings that a parser or a browser takes off: mark-up tags, JSON and HTML escapes, halved characters.

Knows the spelling of the wrappings and where each unwrapped character stood. Knows no word list and renders nothing.
Works left to right on tokens of bounded length, so a stream needs no state but the text since the last open token; a
token still open at the end of the text yields nothing yet and says from where the text must be seen again.
Rules: RFC 8259 §7 (string escapes), WHATWG HTML (tags, character references), Unicode 3.8 (surrogate pairs).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass

__all__ = ["Units", "needs_unwrapping", "plain_units", "unwrap"]

MAX_TAG = 256
"""Characters of a tag after its `<`; a longer one ends there."""

_SPECIAL = re.compile(r"[<\\&\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_TOKEN = re.compile(
    rf"<[A-Za-z/!?][^>]{{0,{MAX_TAG - 1}}}>?"
    r"|\\(?:u[0-9A-Fa-f]{4}|[^u])"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});",
    re.DOTALL,
)
# A token that the end of the text has cut: what may still become one.
_OPEN_TAG = re.compile(rf"<(?:[A-Za-z/!?][^>]{{0,{MAX_TAG - 2}}})?\Z", re.DOTALL)
_OPEN_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{0,3})?\Z|&#(?:[0-9]{0,7}|[xX][0-9A-Fa-f]{0,6})\Z|&\Z")
_OPEN_NAME = re.compile(r"&[A-Za-z]{1,8}\Z")
_BLANK_ESCAPES = frozenset("ntrbf")


@dataclass(frozen=True, slots=True)
class Units:
    """The unwrapped text and the way back.

    Attributes:
        text: one character for each unit.
        starts: raw offset of each unit, then the raw length; None when unit i is raw character i.
        open_at: raw offset of a token cut by the end; the raw length when there is none.
        may_be_letter: whether that open token can still turn out to be a letter, so that it must not be let go.
    """

    text: str
    starts: list[int] | None
    open_at: int
    may_be_letter: bool

    def raw(self, unit: int) -> int:
        """Raw offset at which unit number `unit` begins; the raw length for the number after the last."""
        return unit if self.starts is None else self.starts[unit]

    def boundary(self, raw: int) -> int:
        """The last raw offset at or before `raw` at which a unit begins."""
        if self.starts is None:
            return raw
        return self.starts[max(0, bisect_right(self.starts, raw) - 1)]


def needs_unwrapping(text: str) -> bool:
    """Whether anything in it could be a wrapping; false for nearly every fragment of ordinary prose."""
    return _SPECIAL.search(text) is not None


def plain_units(text: str) -> Units:
    """The text as it stands, halved characters joined.

    >>> plain_units("a\\ud83d\\ude00").text == "a\\U0001f600"
    True
    """
    if _SURROGATE.search(text) is None:
        return Units(text, None, len(text), False)
    return _joined(text, list(range(len(text) + 1)), len(text), False)


def unwrap(text: str, *, final: bool = False) -> Units:
    r"""The text without its wrappings. With `final` nothing follows, and a cut escape is what it looks like.

    >>> unwrap(r"a<b>\u51b0&#27602;").text.replace("\x00", "")
    'a冰毒'
    """
    out: list[str] = []
    starts: list[int] = []
    position, size, open_at, may_be_letter = 0, len(text), len(text), False

    def keep(upto: int) -> None:
        out.append(text[position:upto])
        starts.extend(range(position, upto))

    while position < size:
        special = _SPECIAL.search(text, position)
        at = special.start() if special else size
        keep(at)
        position = at
        if at == size:
            break
        if not final and (cut := _cut_token(text, at)) is not None:
            open_at, may_be_letter = at, cut
            break
        token = _TOKEN.match(text, at)
        if token is None:
            keep(at + 1)
            position = at + 1
            continue
        value = _value(token.group())
        out.append(value)
        starts.extend([at] * len(value))  # a token is seen whole or not at all, a tag too
        position = token.end()
    starts.append(open_at)
    return _joined("".join(out), starts, open_at, may_be_letter)


def _cut_token(text: str, at: int) -> bool | None:
    """None when the token at `at` is complete or none; else whether it may still become a letter."""
    if _OPEN_TAG.match(text, at) or _OPEN_NAME.match(text, at):
        return False
    return True if _OPEN_ESCAPE.match(text, at) else None


def _value(token: str) -> str:
    """The characters a token stands for; a tag stands for as many skipped ones as it is long."""
    if token[0] == "<":
        return "\x00" * len(token)
    if token[0] == "&":
        return html.unescape(token)
    if token[1] == "u":
        return chr(int(token[2:], 16))
    return "\n" if token[1] in _BLANK_ESCAPES else token


def _joined(text: str, starts: list[int], open_at: int, may_be_letter: bool) -> Units:
    """Join surrogate pairs; a high half at the very end stays open, for its other half may follow."""
    if _SURROGATE.search(text) is None:
        return Units(text, starts, open_at, may_be_letter)
    pieces: list[str] = []
    kept: list[int] = []
    position = 0
    for pair in _PAIR.finditer(text):
        pieces.append(text[position : pair.start()])
        kept.extend(starts[position : pair.start() + 1])
        pieces.append(pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"))
        position = pair.end()
    pieces.append(text[position:])
    kept.extend(starts[position:])
    joined = "".join(pieces)
    if "\ud800" <= joined[-1] <= "\udbff" and open_at == starts[-1]:
        return Units(joined[:-1], kept[:-1], kept[-2], True)
    return Units(joined, kept, open_at, may_be_letter)
