"""YAML front matter: where the block stands, where the key AIGC stands in it, and how to change that and nothing else.

Knows fences, keys, indents, quotes, comments and folded values; refuses to know YAML as a whole: anchors, tags and aliases are
never followed, so that no block can be a bomb. Works by lines, within a bounded head of the text.
Rules: TC260 practice guide PG-20258A 6.5 (Markdown: a mapping AIGC with the seven keys); YAML 1.2 chapters 6 to 8 for the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit
from hegui.label.spellings import meant_key
from hegui.label.text_file import MENTION, Line, Text, lines

__all__ = [
    "LONGEST",
    "Block",
    "Entry",
    "Member",
    "block_at",
    "entries",
    "entry_at",
    "fresh",
    "is_mapping",
    "root_indent",
    "updated",
]

LONGEST = 1 << 18
"""Characters after an opening fence in which the closing one must stand."""

_KEY = re.compile(r"([ \t]*+)([\"']?)([^\"'\s:#&*!|>%@`{}\[\],-][^\"':]{0,79})\2[ \t]*+:(?=[ \t]|$)")
_QUOTED = re.compile(r"'(?:[^']|'')*+'|\"(?:[^\"\\]|\\.)*+\"", re.DOTALL)
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*+", re.DOTALL)
_TAGGED = re.compile(r"[!&][^\s{\[\"']*+(?:[ \t]++[!&][^\s{\[\"']*+)?")
"""A tag or an anchor before a mapping, which changes nothing for us."""
_SCALAR = re.compile(r"[|>][-+0-9]{0,2}[ \t]*+(?:#.*+)?", re.DOTALL)


class Block(NamedTuple):
    """Front matter: opening fence, the first character inside, closing fence, the line after it."""

    start: int
    inside: int
    closing: int
    end: int


class Member(NamedTuple):
    """One key of the mapping: its lines, its key, and its value from behind the colon."""

    name: str
    start: int
    end: int
    key: tuple[int, int]
    value: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """The key AIGC and what is below it.

    Attributes:
        name: the key as it stands.
        start, end: its lines.
        value: from behind the colon to the end of the value.
        indent: what stands before the key.
        text: the value, quotes of the whole undone, comments left out.
        members: the keys of a mapping; none where the value is a text or stands on one line.
        is_quoted: whether the value is a text.
        is_flat: whether the keys stand beside AIGC, where an editor has taken the spaces out.
    """

    name: str
    start: int
    end: int
    value: tuple[int, int]
    indent: str
    text: str
    members: tuple[Member, ...]
    is_quoted: bool
    is_flat: bool = False


def block_at(text: str, at: int, fence: str = "---") -> Block | None:
    """The block whose opening fence is the line at `at`; None where there is none, or where it never closes."""
    found = lines(text, at, min(len(text), at + LONGEST))
    opening = next(found, None)
    if opening is None or text[opening.start : min(opening.end, opening.start + 80)].rstrip(" \t") != fence:
        return None
    closings = (fence,) if fence != "---" else ("---", "...")
    for line in found:
        if line.end - line.start < 80 and text[line.start : line.end].rstrip(" \t") in closings:
            return Block(opening.start, opening.next, line.start, line.next)
    return None


def is_mapping(text: str, block: Block) -> bool:
    """Whether the block is empty or begins with a key: a text between two rules is no front matter."""
    first = next(_content(text, block.inside, block.closing), None)
    return first is None or _KEY.match(text, first.start, first.end) is not None


def root_indent(text: str, block: Block) -> str:
    """What stands before the first key."""
    first = next(_content(text, block.inside, block.closing), None)
    return "" if first is None else _indent(text, first)


def entries(text: str, block: Block) -> tuple[Entry, ...]:
    """The keys with the word AIGC in them, at any depth; not those below another one."""
    found: list[Entry] = []
    at = block.inside
    while (mention := MENTION.search(text, at, block.closing)) is not None:
        start = max(text.rfind("\n", at, mention.start()), text.rfind("\r", at, mention.start())) + 1 or at
        entry = entry_at(text, start, block.closing)
        if entry is None:
            line = next(lines(text, start))
            at = line.next
        else:
            found.append(entry)
            at = entry.end
    return tuple(found)


def entry_at(text: str, start: int, stop: int) -> Entry | None:
    """The entry whose key stands in the line at `start`; None where that line has no key with AIGC in it."""
    first = next(lines(text, start))
    match = _KEY.match(text, first.start, first.end)
    if match is None or MENTION.search(match[3]) is None:
        return None
    below = _below(text, first.next, stop, match[1])
    is_flat = not below and match[3].strip().upper() == "AIGC" and not text[match.end() : first.end].strip()
    if is_flat:
        below = _beside(text, first.next, stop, match[1])
    last = below[-1] if below else first
    head = text[match.end() : first.end]
    inline = _uncommented(head)
    name, indent = match[3].strip(), match[1]
    if not inline.strip() or _TAGGED.fullmatch(inline.strip()):
        members = tuple(_members(text, below))
        shown = "\n".join(f"{member.name}: {member.text}" for member in members)
        return Entry(
            name, start, last.next, (match.end(), match.end()), indent, shown, members, False, is_flat and bool(members)
        )
    end = match.end() + len(inline.rstrip()) if not below else last.end
    shown, is_quoted = _scalar(text, inline.strip(), below)
    return Entry(name, start, last.next, (match.end(), end), indent, shown, (), is_quoted)


def fresh(label: AigcLabel, newline: str, indent: str = "") -> str:
    """The lines of a new mapping.

    >>> fresh(AigcLabel.first("P", "it's"), "\\n").splitlines()[:4]
    ['AIGC:', "  Label: '1'", "  ContentProducer: 'P'", "  ProduceID: 'it''s'"]
    """
    below = "".join(f"{indent}  {key}: {_value(value)}{newline}" for key, value in label.keys().items())
    return f"{indent}AIGC:{newline}{below}"


def updated(text: Text, entry: Entry, label: AigcLabel, written: str) -> list[Splice]:
    """What to change so that the entry holds `label`: the values that differ, keys misspelt or missing; no comment, no order.

    Args:
        written: the object as JSON, for an entry that has it on one line.
    Raises:
        LabelError: LBL006 a value goes on in the next line, whose rest would be left.
    """
    if any(_is_open(member.text) for member in entry.members):
        raise cannot_edit("YAML", "a value of several lines")
    if not entry.members:
        return [text.splice(*entry.value, " " + (_value(written) if entry.is_quoted else written))]
    values, splices = label.keys(), []
    for member in entry.members:
        key = meant_key(member.name)
        if key is None:
            continue
        if key not in values:  # a second one: the first counts
            splices.append(text.splice(member.start, member.end, ""))
            continue
        value = values.pop(key)
        if member.name != key:
            splices.append(text.splice(*member.key, key))
        if _plain(member.text) != value:
            splices.append(text.splice(*member.value, " " + _value(value)))
    last = entry.members[-1]
    indent = text.text[last.start : last.key[0]].rstrip("\"'")
    more = "".join(f"{indent}{key}: {_value(value)}{text.newline}" for key, value in values.items())
    return [*splices, text.splice(last.end, last.end, more)] if more else splices


def _is_open(value: str) -> bool:
    """Whether a value begins with a quote that its line does not close."""
    value = value.strip()
    return value[:1] in ("'", '"') and (len(value) < 2 or value[-1] != value[0])


def _value(value: str) -> str:
    """A value in quotes, as every YAML reader takes it for a text."""
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    encoded = orjson.dumps(value).decode("utf-8")
    return "".join(one if one.isprintable() else _escape(one) for one in encoded)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _plain(value: str) -> str:
    """What a value of one line says, quotes undone."""
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) >= 2 and value[0] == value[-1] == '"':
        try:
            found = orjson.loads(value.replace("\\ ", " "))
        except orjson.JSONDecodeError:
            return value[1:-1]
        return found if isinstance(found, str) else value
    return value


def _indent(text: str, line: Line) -> str:
    shown = text[line.start : line.end]
    return shown[: len(shown) - len(shown.lstrip(" \t"))]


def _content(text: str, start: int, stop: int) -> Iterator[Line]:
    """The lines that are neither blank nor a comment."""
    for line in lines(text, start, stop):
        shown = text[line.start : line.end].lstrip(" \t")
        if shown and not shown.startswith("#"):
            yield line


def _below(text: str, start: int, stop: int, indent: str) -> list[Line]:
    """The lines deeper than `indent`, up to the last that is not blank and no comment."""
    found: list[Line] = []
    for line in _content(text, start, stop):
        if len(_indent(text, line)) <= len(indent):
            break
        found.append(line)
    return found


def _beside(text: str, start: int, stop: int, indent: str) -> list[Line]:
    """The lines that begin with a key of a label, no deeper than `indent`, up to the first other one."""
    found: list[Line] = []
    for line in _content(text, start, stop):
        key = _KEY.match(text, line.start, line.end)
        if key is None or key[1] != indent or meant_key(key[3].strip()) is None:
            break
        found.append(line)
    return found


def _members(text: str, below: list[Line]) -> Iterator[Member]:
    """The keys of the mapping; deeper lines belong to the value before them."""
    depth = len(_indent(text, below[0])) if below else 0
    at = 0
    while at < len(below):
        line, at = below[at], at + 1
        match = _KEY.match(text, line.start, line.end)
        more: list[Line] = []
        while at < len(below) and len(_indent(text, below[at])) > depth:
            more.append(below[at])
            at += 1
        if match is None:
            continue
        inline = _uncommented(text[match.end() : line.end])
        end = more[-1] if more else line
        stop = match.end() + len(inline.rstrip()) if not more else end.end
        key = (match.start(3), match.start(3) + len(match[3].rstrip()))
        value = _folded(text, inline.strip(), more)
        yield Member(match[3].strip(), line.start, end.next, key, (match.end(), stop), value)


def _folded(text: str, inline: str, more: list[Line]) -> str:
    """A value that goes on in deeper lines, as one line; a list or mapping below a key has no text."""
    if not inline or _SCALAR.fullmatch(inline):
        return "" if not inline else _joined(text, more, "\n" if inline[0] == "|" else " ").strip()
    value = inline
    for line in more:
        piece = _uncommented(text[line.start : line.end]).strip()
        if value.endswith("\\") and value.startswith('"'):
            value = value[:-1] + piece.removeprefix("\\")
        else:
            value += " " + piece
    return value


def _joined(text: str, more: list[Line], between: str) -> str:
    return between.join(text[line.start : line.end].strip() for line in more)


def _scalar(text: str, inline: str, below: list[Line]) -> tuple[str, bool]:
    """The value behind the colon, and whether it is a text."""
    if _SCALAR.fullmatch(inline):
        return _joined(text, below, "\n"), True
    value = _folded(text, inline, below)
    quoted = value[:1] in "'\""
    return (_plain(value) if quoted else value), quoted


def _uncommented(value: str) -> str:
    """A value without the comment behind it; a number sign inside quotes is none."""
    lead = len(value) - len(value.lstrip(" \t"))
    quoted = _QUOTED.match(value, lead)
    found = _COMMENT.search(value, quoted.end() if quoted else lead)
    if value[lead : lead + 1] == "{" and found:  # JSON on one line: what stands in it is no comment
        end = value.rfind("}") + 1
        found = _COMMENT.search(value, end) if end > 0 else found
    return value[: found.start()] if found else value
