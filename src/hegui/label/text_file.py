"""A file of text: which encoding it is in, where its lines end, and where a character stands in bytes.

Knows byte order marks, UTF-8, UTF-16, GB 18030 and what a file declares of itself; knows no format. Guesses no language: bytes
that are neither UTF-8 nor GB 18030 are kept one by one, so that what is ASCII can be read and no byte changes.
Works by decoding at most `LIMIT` bytes; what follows is searched for the word AIGC and not read. Every encoding it takes gives
the same bytes back, else it is not taken.
Rules: WHATWG Encoding (labels of GB encodings), XML 1.0 appendix F; GB 18030-2022.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.reading import Gap
from hegui.label.text_faults import unknown_encoding

__all__ = [
    "HEAD",
    "LIMIT",
    "MENTION",
    "Line",
    "Text",
    "is_text",
    "lines",
    "read_text",
    "reveal",
    "undeclared",
    "xml_encoding",
]

LIMIT = 16 << 20
"""Bytes of a text that are decoded."""
HEAD = 4096
"""Bytes at the start in which a file declares its encoding."""
MENTION = re.compile("[Aa][Ii][Gg][Cc]")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_NAMES = {
    "utf8": "utf-8", "unicode11utf8": "utf-8", "usascii": "utf-8", "ascii": "utf-8",
    **dict.fromkeys(("gb2312", "gb231280", "gbk", "xgbk", "gb18030", "cp936", "windows936", "chinese"), "gb18030"),
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252"), "latin-1"),
    **dict.fromkeys(("big5", "big5hkscs", "xxbig5", "cnbig5"), "big5hkscs"),
}  # fmt: skip
_STATEFUL = ("iso2022", "utf7", "hz", "utf32", "ucs4", "ebcdic", "ibm", "cp037")
_BREAK = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PRINTABLE = re.compile(rb"[\t\n\r -~]+")
_XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]{1,200}?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


class Line(NamedTuple):
    """A line: where it starts, where its text ends, and where the next one starts."""

    start: int
    end: int
    next: int


class Text:
    """A decoded file. Positions are characters of `text`; `at` makes bytes of them.

    Attributes:
        text: the characters, without a byte order mark; bytes that do not decode are lone surrogates.
        encoding: the Python codec.
        newline: the line end of its first line; LF where there is none.
        is_whole: whether `text` reaches to the end of the file.
        mentions_beyond: whether the word AIGC stands in the part that was not read.
    """

    __slots__ = ("_errors", "_mark", "_start", "encoding", "is_whole", "mentions_beyond", "newline", "text")

    def __init__(self, text: str, encoding: str, errors: str, start: int, *, is_whole: bool, mentions: bool) -> None:
        self.text, self.encoding, self.is_whole, self.mentions_beyond = text, encoding, is_whole, mentions
        self._errors, self._start, self._mark = errors, start, (0, start)
        found = _BREAK.search(text)
        self.newline = found.group() if found else "\n"

    def at(self, index: int) -> int:
        """The byte offset of a character; asking in file order takes one pass over the text in all."""
        character, byte = self._mark if self._mark[0] <= index else (0, self._start)
        byte += len(self.encode(self.text[character:index]))
        self._mark = (index, byte)
        return byte

    def encode(self, text: str) -> bytes:
        """The bytes of `text` in this file."""
        return text.encode(self.encoding, self._errors)

    def splice(self, start: int, end: int, put: str) -> Splice:
        """Put `put` in place of the characters from `start` to `end`."""
        at = self.at(start)
        return Splice(at, self.at(end) - at, self.encode(put))

    def gaps(self, place: str) -> tuple[Gap, ...]:
        """That the word AIGC stands beyond what was read."""
        return (Gap(place, "too large"),) if self.mentions_beyond else ()

    def lines(self, start: int = 0, end: int | None = None) -> Iterator[Line]:
        """The lines from `start`, which begins one, up to that which holds the character before `end`."""
        return lines(self.text, start, end)


def lines(text: str, start: int = 0, end: int | None = None) -> Iterator[Line]:
    """The lines of `text`; a break at its end begins no further line. LF, CR LF and CR break, nothing else does."""
    stop = len(text) if end is None else end
    at = start
    while at < stop:
        found = _BREAK.search(text, at)
        line = Line(at, found.start(), found.end()) if found else Line(at, len(text), len(text))
        yield line
        at = line.next


def undeclared(_: bytes) -> str:
    """The format has no declaration of its encoding."""
    return ""


def xml_encoding(head: bytes) -> str:
    """What the XML declaration says.

    >>> xml_encoding(b'<?xml version="1.0" encoding="GBK"?><svg/>')
    'GBK'
    """
    found = _XML_DECLARATION.match(head.removeprefix(codecs.BOM_UTF8))
    return found[1].decode("ascii") if found else ""


def read_text(source: Source, where: str, declared: Callable[[bytes], str] = undeclared) -> Text:
    """The text of a file.

    Args:
        source: the file.
        where: what to name in an error.
        declared: finds the name of the encoding in the first bytes, "" for none.
    Raises:
        LabelError: LBL080, an encoding in which ASCII is not ASCII.
    """
    data = source.up_to(0, LIMIT)
    is_whole = source.size <= LIMIT
    for encoding, errors, start in _tries(data, where, declared(data[:HEAD])):
        text = _decoded(data[start:], encoding, errors, is_whole=is_whole)
        if text is not None:
            break
    assert text is not None  # the last try takes any bytes
    mentions = not is_whole and _mentions(source, len(data), encoding)
    return Text(text, encoding, errors, start, is_whole=is_whole, mentions=mentions)


def reveal(text: str) -> str:
    """The text with what did not decode replaced, so that it can be shown and written."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def is_text(head: bytes) -> bool:
    """Whether these first bytes of a file are text: UTF-16 by its mark or its pattern, else free of control characters."""
    if head.startswith(_UTF_32):
        return False
    return head.startswith(_UTF_16) or bool(_pattern(head)) or not _CONTROL.search(head)


def _tries(data: bytes, where: str, declared: str) -> Iterator[tuple[str, str, int]]:
    """Codec, error handler and the length of the byte order mark, the likeliest first."""
    if data.startswith(_UTF_32):
        raise unknown_encoding(where, "UTF-32")
    marked = next(((name, len(bom)) for bom, name in _BOMS if data.startswith(bom)), (_pattern(data[:HEAD]), 0))
    if marked[0].startswith("utf-16"):
        yield marked[0], "surrogatepass", marked[1]
    plain = re.sub("[^a-z0-9]", "", declared.lower())
    if not marked[0] and plain.startswith(_STATEFUL):
        raise unknown_encoding(where, declared)
    for name in () if marked[0] else dict.fromkeys((_NAMES.get(plain, "utf-8"), "utf-8", "gb18030")):
        yield name, "strict", 0
    yield "utf-8", "surrogateescape", marked[1]


def _pattern(head: bytes) -> str:
    """UTF-16 without a mark: ASCII at the start has a NUL in every second byte."""
    first, second = head[0:16:2], head[1:16:2]
    if len(second) < 2:
        return ""
    if not any(second) and _PRINTABLE.fullmatch(first):
        return "utf-16-le"
    return "utf-16-be" if not any(first) and _PRINTABLE.fullmatch(second) else ""


def _decoded(data: bytes, encoding: str, errors: str, *, is_whole: bool) -> str | None:
    """The characters, if they give the bytes back; half of one at the end is left out where the text was cut, or is UTF-16."""
    is_final = is_whole and not encoding.startswith("utf-16")
    try:
        text = codecs.getincrementaldecoder(encoding)(errors).decode(data, is_final)
        is_faithful = encoding.startswith("utf") or data.startswith(text.encode(encoding))
    except UnicodeError:
        return None
    return text if is_faithful else None


def _mentions(source: Source, start: int, encoding: str) -> bool:
    """Whether the word AIGC stands behind `start`."""
    gap = b"\0?" if encoding.startswith("utf-16") else b""
    pattern = re.compile(gap.join((b"[Aa]", b"[Ii]", b"[Gg]", b"[Cc]")))
    kept = b""
    for piece in source.pieces(max(0, start - 8), source.size):
        if pattern.search(kept + piece):
            return True
        kept = piece[-8:]
    return False
