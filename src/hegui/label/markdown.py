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
from hegui.label.faults import cannot_edit
from hegui.label.findings import Finding, seen
from hegui.label.front_matter import Block, Entry, block_at, entries, fresh, is_mapping, root_indent, updated
from hegui.label.reading import Candidate, Reading, Trace
from hegui.label.spellings import parse
from hegui.label.standing import Standing, rewritten, standing
from hegui.label.stray_text import stray
from hegui.label.text_faults import is_toml, occupied, or_gap, require_whole
from hegui.label.text_file import Line, Text, is_text, lines, read_text, reveal

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

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*+\r?\n(?:[^\r\n]*+\r?\n){0,100}?(?:---|\.\.\.)[ \t]*+(?:\r?\n|$)")
_TOML = re.compile(r"(?P<table>\[[ \t]*+)?[\"']?[\w.-]{0,40}AIGC[\w.-]{0,40}[\"']?[ \t]*+(?(table)\]|=)", re.IGNORECASE)
_ASSIGNED = re.compile(r"[ \t]*+([\w-]{1,40})[ \t]*+=[ \t]*+(.*)")
_GENERATOR = re.compile(r"generator[ \t]*+:[ \t]*+(?P<text>[^\r\n]{1,200})", re.IGNORECASE)
_CLAUSE = "TC260-PG-20258A 6.5"


class _Parts(NamedTuple):
    """The file as it was read; the entries by the offset of the candidate that stands in them."""

    text: Text
    block: Block | None
    has_toml: bool
    entries: dict[int, Entry]
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
    return or_gap(NAME, lambda: _parts(source).reading)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The mapping in the front matter. Raises LabelError (LBL005, LBL006, LBL081, LBL082)."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    if one is not None:
        changed = rewritten(one, label)
        if changed is None:
            return ()
        entry = _entry(parts, one)
        if entry.members and one.spelt.form != "yaml":
            raise cannot_edit(NAME, "lines that are no mapping")
        return tuple(updated(parts.text, entry, label, changed))
    if parts.has_toml:
        raise is_toml(NAME)
    return (_added(parts.text, parts.block, label),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the mapping, and without the block where nothing else is in it."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    if one is None:
        return ()
    entry, block, text = _entry(parts, one), parts.block, parts.text.text
    if block is not None and block.inside <= entry.start < block.closing and entry.end == block.closing:
        before = text[block.inside : entry.start]
        if not before:
            return (parts.text.splice(block.start, block.end, ""),)
        if before == parts.text.newline:  # the block was empty; see _added
            return (parts.text.splice(block.inside, entry.end, ""),)
    return (parts.text.splice(entry.start, entry.end, ""),)


def _parts(source: Source) -> _Parts:
    text = read_text(source, NAME)
    shown = text.text
    start = len(shown) - len(shown.lstrip("\r\n")) if shown[:1] in ("\r", "\n") else 0
    toml = block_at(shown, start, "+++")
    block = None if toml else _front(shown, start)
    found: list[tuple[Candidate, Entry | None]] = []
    traces: list[Trace] = []
    end = start
    if toml is not None:
        found += ((one, None) for one in _toml_candidates(text, toml))
        end = toml.end
    elif block is not None:
        found += ((_candidate(text, one, start), one) for one in entries(shown, block))
        traces += _generators(text, block)
        end = block.end
        second = _front(shown, _after_blanks(shown, end))
        if second is not None and (more := entries(shown, second)):
            found += ((_candidate(text, one, start, "stacked"), one) for one in more)
            end = second.end
    is_labelled = any(parse(candidate.text) is not None for candidate, _ in found)
    if block is not None and not is_labelled and (whole := _whole(text, block)) is not None:
        found.append((whole, None))
        is_labelled = True
    other = stray(text, NAME, end, is_labelled=is_labelled)
    candidates = (*(candidate for candidate, _ in found), *other.candidates)
    reading = Reading(candidates, (*traces, *other.traces), (*other.gaps, *text.gaps("markdown text")))
    editable = {candidate.offset: entry for candidate, entry in found if entry is not None}
    return _Parts(text, block, toml is not None, editable, reading)


def _whole(text: Text, block: Block) -> Candidate | None:
    """The front matter as a label, whatever notation it is in, where its own readers have seen none."""
    shown = text.text[block.inside : block.closing]
    spelt = parse(shown)
    if (
        spelt is None
        or spelt.label.attribute not in ("1", "2", "3")
        or not (spelt.label.producer and spelt.label.produce_id)
    ):
        return None
    at = text.at(block.start)
    finding = Finding("place.flat", "fault", _CLAUSE)
    return Candidate("markdown front matter", at, text.at(block.end) - at, reveal(shown), False, (finding,))


def _front(text: str, start: int) -> Block | None:
    block = block_at(text, start)
    return block if block is not None and is_mapping(text, block) else None


def _after_blanks(text: str, at: int) -> int:
    return next((line.start for line in lines(text, at) if text[line.start : line.end].strip()), len(text))


def _candidate(text: Text, entry: Entry, start: int, kind: str = "") -> Candidate:
    findings = []
    if kind:
        findings.append(Finding("place.stacked", "fault", _CLAUSE))
    if entry.indent:
        findings.append(Finding("place.nested", "warning", _CLAUSE, seen(entry.name)))
    if entry.is_flat:
        findings.append(Finding("place.flat", "fault", _CLAUSE))
    if start:
        findings.append(Finding("place.not_first", "warning", _CLAUSE))
    if entry.name != "AIGC":
        findings.append(Finding("key.other_name", "note", "GB 45438-2025 Annex E a)", seen(entry.name)))
    at = text.at(entry.start)
    place = "markdown second front matter" if kind else "markdown front matter"
    return Candidate(place, at, text.at(entry.end) - at, reveal(entry.text), not kind, tuple(findings))


def _generators(text: Text, block: Block) -> list[Trace]:
    matches = (_GENERATOR.match(text.text, line.start, line.end) for line in text.lines(block.inside, block.closing))
    return [Trace("generator", "markdown front matter", reveal(match["text"])[:200]) for match in matches if match]


def _toml_candidates(text: Text, block: Block) -> list[Candidate]:
    """`AIGC = …` and the table `[AIGC]`."""
    found: list[Candidate] = []
    rows = list(text.lines(block.inside, block.closing))
    for number, line in enumerate(rows):
        match = _TOML.match(text.text, line.start, line.end)
        if match is None:
            continue
        shown, end = text.text[match.end() : line.end].strip().strip("'\""), line.next
        if match["table"]:
            below = _assigned(text.text, rows, number + 1)
            shown = "\n".join(f"{key}: {value}" for key, value, _ in below)
            end = below[-1][2] if below else end
        at = text.at(line.start)
        finding = Finding("place.toml", "warning", _CLAUSE)
        found.append(Candidate("markdown TOML front matter", at, text.at(end) - at, reveal(shown), False, (finding,)))
    return found


def _assigned(text: str, rows: list[Line], first: int) -> list[tuple[str, str, int]]:
    """The keys of a table, up to the next one: name, value and where the next line starts."""
    found = []
    for line in (rows[number] for number in range(first, len(rows))):
        if text.startswith("[", line.start):
            break
        if match := _ASSIGNED.match(text, line.start, line.end):
            found.append((match[1], match[2], line.next))
    return found


def _entry(parts: _Parts, one: Standing) -> Entry:
    entry = parts.entries.get(one.candidate.offset)
    if entry is None:
        raise cannot_edit(NAME, one.candidate.place)
    return entry


def _added(text: Text, block: Block | None, label: AigcLabel) -> Splice:
    """A mapping in front of the first key, or a block of its own.

    A block that was empty gets a blank line before the mapping, by which `bare` knows it from a block of ours.
    """
    if block is None:
        return text.splice(0, 0, f"---{text.newline}{fresh(label, text.newline)}---{text.newline}")
    if entries(text.text, block):
        raise occupied(NAME, "a key AIGC in the front matter")
    lead = text.newline if block.inside == block.closing else ""
    return text.splice(block.inside, block.inside, lead + fresh(label, text.newline, root_indent(text.text, block)))
