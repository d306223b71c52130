"""Markdown: the label as the mapping `AIGC` of the YAML front matter.

Knows front matter and the other places in which exports have put labels; refuses TOML front matter, and blocks whose first key
it cannot find, since a second block would be wrong. Writes the mapping in front of the first key of a block that is there, or
a block of its own; keys, values, comments and their order stay. A label in a code fence in the middle of a text is taken for
an example, and is a trace.
Rules: TC260 practice guide PG-20258A 6.5.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import LabelError, cannot_edit
from hegui.label.findings import Finding
from hegui.label.front_matter import Block, Entry, block_at, entries, fresh, is_mapping, root_indent, updated
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import parse
from hegui.label.standing import Standing, rewritten, standing
from hegui.label.stray_text import stray
from hegui.label.text_file import MENTION, Text, is_text, read_text, reveal

__all__ = [
    "CLAUSE",
    "EXTENSIONS",
    "IS_REVERSIBLE",
    "MEDIA_TYPES",
    "NAME",
    "PLACE",
    "bare",
    "read",
    "score",
    "write",
]

NAME = "markdown"
EXTENSIONS = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd")
MEDIA_TYPES = ("text/markdown", "text/x-markdown")
PLACE = "the mapping AIGC of the YAML front matter"
CLAUSE = "TC260-PG-20258A 6.5"
IS_REVERSIBLE = True

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n(?:[^\r\n]{0,500}\r?\n){0,60}?(?:---|\.\.\.)[ \t]*(?:\r?\n|$)")
_TOML_KEY = re.compile(r"(?P<table>\[[ \t]*)?[\"']?[\w.-]{0,40}AIGC[\w.-]{0,40}[\"']?[ \t]*(?(table)\]|=)", re.IGNORECASE)
_GENERATOR = re.compile(r"^(?:generator|ai_model|generated_by|model)[ \t]*:[ \t]*(?P<text>[^\r\n]{1,200})", re.M | re.I)


class _Place(NamedTuple):
    """A candidate and the entry it stands in, where it can be changed there."""

    candidate: Candidate
    entry: Entry | None


class _Parts(NamedTuple):
    """The file as it was read."""

    text: Text
    block: Block | None
    toml: Block | None
    places: tuple[_Place, ...]
    reading: Reading


def score(name: str, head: bytes) -> int:
    """Front matter at the start is a sign of Markdown; without it only the name is."""
    if not is_text(head):
        return 0
    is_named = name.lower().endswith(EXTENSIONS)
    if _OPENING.match(head):
        return 60 if is_named else 15
    return 20 if is_named else 0


def read(source: Source) -> Reading:
    """The label in the front matter, and those in places where no guide wants them."""
    return _parts(source).reading


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The mapping in the front matter. Raises LabelError (LBL005, LBL006, LBL081, LBL082)."""
    parts = _parts(source)
    one = standing(parts.reading, NAME)
    if one is not None:
        return _changed(parts, one, label)
    if parts.toml is not None:
        raise _toml()
    if parts.block is None:
        return (parts.text.splice(0, 0, "".join(("---\n", "", "---\n")).replace("\n", parts.text.newline)),)[:0] or (
            parts.text.splice(0, 0, f"---{parts.text.newline}{fresh(label, parts.text.newline)}---{parts.text.newline}"),
        )
    return (_merged(parts.text, parts.block, label),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the mapping, and without the block where nothing else is in it."""
    parts = _parts(source)
    one = standing(parts.reading, NAME)
    if one is None:
        return ()
    entry = _entry(parts, one)
    block = parts.block
    text = parts.text.text
    if block is None or not block.inside <= entry.start < block.closing:
        return (parts.text.splice(entry.start, entry.end, ""),)
    before, after = text[block.inside : entry.start], text[entry.end : block.closing]
    if not before and not after:
        return (parts.text.splice(block.start, block.end, ""),)
    if before == parts.text.newline and not after:  # the block was empty; see _merged
        return (parts.text.splice(block.inside, block.closing, ""),)
    return (parts.text.splice(entry.start, entry.end, ""),)
