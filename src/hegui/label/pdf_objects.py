"""The values of PDF syntax, read from bytes and written as bytes.

Knows null, booleans, numbers, strings, names, arrays, dictionaries and references; knows no file, no cross-reference and no
encryption. Reads without recursion, within bounds of depth and count; a number that is no integer is kept as it is spelt.
A dictionary that names a key twice keeps the last value, as most readers do, and remembers the others.
Rules: ISO 32000-1 7.2 and 7.3, 7.9.2 for text strings, Annex D.2 for their encoding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from hegui.kernel.source import MalformedError, TooMuchError

__all__ = [
    "SPACE",
    "Dictionary",
    "Name",
    "Raw",
    "Ref",
    "ShortError",
    "Value",
    "as_text",
    "integer",
    "parse",
    "written",
]

MAX_DEPTH, MAX_ITEMS = 100, 200_000

SPACE = rb"(?:[\0\t\n\f\r ]|%[^\r\n]*+)*+"
_REGULAR = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
_END = rb"(?!" + _REGULAR + rb")"
_TOKEN = re.compile(
    SPACE + rb"(?:(?P<ref>(?P<number>\d{1,10})[\0\t\n\f\r ]++(?P<generation>\d{1,5})[\0\t\n\f\r ]++R" + _END + rb")"
    rb"|(?P<integer>[+-]?\d{1,15})" + _END + rb"|(?P<open><<|\[)|(?P<close>>>|\])|(?P<name>/" + _REGULAR + rb"*+)"
    rb"|(?P<string>\()|(?P<hex><[0-9A-Fa-f\0\t\n\f\r ]*+>)|(?P<word>" + _REGULAR + rb"++))"
)  # fmt: skip
_IN_STRING = re.compile(rb"[()\\]")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\s\S]))|\r\n?")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_HEX_IN_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_DOC_ENCODING = dict(zip(
    (*range(0x18, 0x20), *range(0x80, 0x9F), 0xA0),
    "˘ˇˆ˙˝˛˚˜•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž€", strict=True,
))  # fmt: skip


class Name(str):
    """A name, `#` escapes undone; one character per byte."""

    __slots__ = ()


class Raw(bytes):
    """A number that is no short integer, as it is spelt."""

    __slots__ = ()


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int


class Dictionary(dict[str, "Value"]):
    """A dictionary; `twice` are the values of keys that stand in it again later."""

    __slots__ = ("twice",)

    def __init__(self, pairs: Iterable[tuple[str, Value]] = ()) -> None:
        super().__init__()
        self.twice: list[tuple[str, Value]] = []
        for key, value in pairs:
            if key in self:
                self.twice.append((key, self[key]))
            self[key] = value


Value = None | bool | int | bytes | Name | Ref | list["Value"] | Dictionary
"""`bytes` is a string, or a `Raw` number."""


class ShortError(MalformedError):
    """The bytes end before the value does; more of the file may settle it."""


def parse(data: bytes, at: int, *, is_all: bool = True) -> tuple[Value, int]:
    """The value at `at`, and where it ends.

    Args:
        data: a window of the file.
        at: an offset in it.
        is_all: whether nothing follows the window.
    Raises:
        ShortError: the window ends within the value.
        TooMuchError: it nests too deep, or has too many items.
        MalformedError: it is no value.

    >>> parse(b"<< /A [1 0 R (x)] >>", 0)[0]
    {'A': [Ref(number=1, generation=0), b'x']}
    """
    open_: list[tuple[bytes, list[Value]]] = []
    items: list[Value] = []
    bracket, count = b"", 0
    while True:
        match = _TOKEN.match(data, at)
        if match is None or (match.end() == len(data) and not is_all):
            raise (ShortError if not is_all or match is None else MalformedError)("a value ends early", at)
        kind, at = match.lastgroup, match.end()
        count += 1
        if count > MAX_ITEMS or len(open_) > MAX_DEPTH:
            raise TooMuchError("a value nests too deep, or has too many items", at)
        if kind == "open":
            open_.append((bracket, items))
            bracket, items = match["open"], []
            continue
        if kind == "close":
            if (bracket, match["close"]) not in ((b"<<", b">>"), (b"[", b"]")):
                raise MalformedError("a bracket of the PDF closes what is not open", at)
            value: Value = items if bracket == b"[" else _dictionary(items, at)
            bracket, items = open_.pop()
        else:
            if kind == "word" and match["word"] == b"endobj" and not bracket:  # an object without a value
                return None, match.start("word")
            value, at = _single(match, data, at, is_all=is_all)
        if not bracket:
            return value, at
        items.append(value)


def _single(match: re.Match[bytes], data: bytes, at: int, *, is_all: bool) -> tuple[Value, int]:
    if match["ref"] is not None:
        return Ref(int(match["number"]), int(match["generation"])), at
    if match["integer"] is not None:
        return int(match["integer"]), at
    if match["name"] is not None:
        return _name(match["name"][1:]), at
    if match["string"] is not None:
        end = _string_end(data, at, is_all=is_all)
        return _unescaped(data[at : end - 1]), end
    if match["hex"] is not None:
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", match["hex"])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")), at
    word = match["word"]
    if word in (b"true", b"false"):
        return word == b"true", at
    if word == b"null":
        return None, at
    if re.fullmatch(rb"[0-9.+-]{1,64}", word):
        return Raw(word), at
    raise MalformedError("a word of the PDF is no value", match.start("word"))


def _dictionary(items: list[Value], at: int) -> Dictionary:
    keys = items[::2]
    if len(items) % 2 or not all(isinstance(key, Name) for key in keys):
        raise MalformedError("a dictionary of the PDF has no key to a value", at)
    return Dictionary(zip((str(key) for key in keys), items[1::2], strict=True))


def _string_end(data: bytes, at: int, *, is_all: bool) -> int:
    depth = 1
    while (match := _IN_STRING.search(data, at)) is not None:
        at = match.end()
        if match[0] == b"\\":
            at += 1
        else:
            depth += 1 if match[0] == b"(" else -1
        if not depth:
            return at
    raise (MalformedError if is_all else ShortError)("a string of the PDF ends early", at)


def _unescaped(raw: bytes) -> bytes:
    return _ESCAPE.sub(_escape, raw) if b"\\" in raw or b"\r" in raw else raw


def _escape(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        return bytes([int(match[1], 8) & 0xFF])
    return _ESCAPED.get(match[2], match[2]) if match[2] is not None else b"\n"


def _name(raw: bytes) -> Name:
    if b"#" in raw:
        raw = _HEX_IN_NAME.sub(lambda match: bytes.fromhex(match[1].decode("ascii")), raw)
    return Name(raw.decode("latin-1"))


def integer(value: Value) -> int | None:
    """The value where it is an integer, and no boolean."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_text(raw: bytes) -> str:
    """A text string: UTF-16 or UTF-8 by its mark, else PDFDocEncoding.

    >>> as_text(bytes.fromhex("feff4e00"))
    '一'
    """
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1").translate(_DOC_ENCODING)


def written(value: Value, string: Callable[[bytes], bytes] = bytes) -> bytes:
    """The value in PDF syntax.

    Args:
        value: nested no deeper than `parse` lets it.
        string: what to make of each string before it is written, such as encrypting it.

    >>> written(Dictionary({"A b": [1, None, b"(x)", Ref(3, 0)]}.items()))
    b'<</A#20b [1 null (\\\\(x\\\\)) 3 0 R]>>'
    """
    out: list[bytes] = []
    todo: list[Value | _Literal] = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, _Literal):
            out.append(bytes(one))
        elif isinstance(one, dict):
            out.append(b"<<")
            todo.append(_Literal(b">>"))
            for key, inner in reversed(one.items()):
                todo += [inner, _Literal(b" "), Name(key)]
        elif isinstance(one, list):
            out.append(b"[")
            todo.append(_Literal(b"]"))
            for place, inner in reversed(list(enumerate(one))):
                todo += [inner, _Literal(b" " if place else b"")]
        else:
            out.append(_scalar(one, string))
    return b"".join(out)


class _Literal(bytes):
    """Bytes between values."""

    __slots__ = ()


def _scalar(value: bool | int | bytes | Name | Ref | None, string: Callable[[bytes], bytes]) -> bytes:
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, bytes):
        return _string(string(value))
    if isinstance(value, Ref):
        return b"%d %d R" % value
    if isinstance(value, int):
        return b"%d" % value
    return b"/" + re.sub(rb"[^!$&'*+,.0-9:;=?@A-Z\\^_`a-z|~-]", lambda one: b"#%02X" % one[0][0],
                         value.encode("latin-1"))  # fmt: skip


def _string(raw: bytes) -> bytes:
    if raw.isascii() and all(byte >= 32 for byte in raw):
        return b"(" + re.sub(rb"([()\\])", rb"\\\1", raw) + b")"
    return b"<" + raw.hex().upper().encode("ascii") + b">"
