"""Read a mapping in YAML, of one level or of one level below AIGC: front matter, a block from its middle, a block in a fence.

Knows keys, indents, quotes, comments, folded values and block scalars; refuses to know YAML as a whole: an unquoted value may
hold what YAML forbids, and a YAML file can be a bomb. Works by lines, each looked at once. Beside a key AIGC the other keys of
a front matter do not matter; without one, every line must be understood.
Rules: TC260-PG-20258A 6.5 (Markdown); YAML 1.2 chapters 6 to 8 for the lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hegui.label.findings import Finding
from hegui.label.notation import Members, Notation, unescaped

__all__ = ["read_yaml"]

MAX_LINES = 1000
"""Lines of a text that may still be a mapping with a label in it."""
FOLDED_LINES = 16
"""Lines over which a value in quotes may be folded."""

_KEY = re.compile(r"[ \t]*+(?:\"([^\"]{1,80})\"|'([^']{1,80})'|([A-Za-z一-鿿][\w .-]{0,79}))[ \t]*+:(?=[ \t]|$)")
_LINES = re.compile(r"\r\n|\r|\n")
_QUIET = ("#", "---", "...", "```", "~~~", "+++")
_NULL = {"", "~", "null", "Null", "NULL"}
_TYPED = re.compile(
    r"[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|0x[0-9A-Fa-f]+|0o[0-7]+|true|false", re.IGNORECASE
)
_QUOTED = re.compile(r"(?:'((?:[^']|'')*+)'|\"((?:[^\"\\]|\\.)*+)\")[ \t]*+(?:#[^\n]*+)?(?=\n|$)", re.DOTALL)


class _Line(NamedTuple):
    """A key, its indent and the value that belongs to it."""

    indent: int
    key: str
    value: str
    is_plain: bool


def read_yaml(text: str) -> Notation | None:
    """The mapping, or the key AIGC alone with what it holds; None where there is neither.

    >>> read_yaml("AIGC:\\n  Label: '1'\\n").members
    (('AIGC', (('Label', '1'),)),)
    """
    texts = _LINES.split(text)
    if len(texts) > MAX_LINES:
        return None
    lines, strays = _read(texts)
    yaml = Finding("spelling.yaml", "note", "")
    at = next((at for at, line in enumerate(lines) if line.key.upper() == "AIGC"), None)
    if at is None:
        return None if strays or not lines else Notation(_members(lines), (yaml, *_typed(lines)))
    if lines[at].value:
        return Notation(Members([(lines[at].key, lines[at].value)]), (yaml,))
    below = _below(lines, at)
    return Notation(Members([(lines[at].key, _members(below))]), (yaml, *_typed(below)))


def _members(lines: list[_Line]) -> Members:
    return Members([(line.key, line.value) for line in lines])


def _typed(lines: list[_Line]) -> list[Finding]:
    """Values without quotes that a YAML reader takes for a number: it drops leading zeros, or digits."""
    typed = [line for line in lines if line.is_plain and _TYPED.fullmatch(line.value)]
    return [Finding("value.yaml_number", "warning", "TC260-PG-20258A 6.5", line.key[:60]) for line in typed]


def _below(lines: list[_Line], at: int) -> list[_Line]:
    """The keys that belong to the key at this place; those beside it where it has none below."""
    indent, rest = lines[at].indent, lines[at + 1 :]
    least = indent + 1 if rest and rest[0].indent > indent else indent
    ends = next((here for here, line in enumerate(rest) if line.indent < least), len(rest))
    return rest[:ends]


def _read(texts: list[str]) -> tuple[list[_Line], int]:
    """The keys with their values, and how many lines are neither those nor comments, fences and items of lists."""
    found: list[_Line] = []
    strays = at = 0
    while at < len(texts):
        line = texts[at]
        at += 1
        key = _KEY.match(line)
        if key is None:
            plain = line.strip(" \t\0")
            is_item = bool(found) and plain.startswith(("- ", "-\t"))
            strays += bool(plain) and not is_item and not plain.startswith(_QUIET)
            continue
        indent = _indent(line)
        value, is_plain, at = _value(line[key.end() :].strip(" \t\0"), texts, at, indent)
        found.append(_Line(indent, next(name for name in key.groups() if name is not None), value, is_plain))
    return found, strays


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _value(first: str, texts: list[str], at: int, indent: int) -> tuple[str, bool, int]:
    """The value that begins behind the colon, whether it has no quotes, and the line behind it."""
    if re.fullmatch(r"[|>][-+0-9]{0,2}", first):
        end = at
        while end < len(texts) and (not texts[end].strip() or _indent(texts[end]) > indent):
            end += 1
        joined = ("\n" if first[0] == "|" else " ").join(line.strip() for line in texts[at:end])
        return joined.strip(), False, end
    if first[:1] in ("'", '"'):
        folded = "\n".join((first, *(line.strip() for line in texts[at : at + FOLDED_LINES])))
        found = _QUOTED.match(folded)
        if found is not None:
            single, double = (None if part is None else part.replace("\n", " ") for part in found.groups())
            value = single.replace("''", "'") if single is not None else unescaped(double or "")
            return value, False, at + folded.count("\n", 0, found.end())
    plain = "" if first.startswith("#") else re.split(r"[ \t]#", first, maxsplit=1)[0].rstrip()
    return ("" if plain in _NULL else plain), True, at
