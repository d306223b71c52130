"""JSON answers of models: the label as one more top-level member `aigc`.

Knows the shapes of the OpenAI protocol (chat and text completions, responses, pictures); refuses every other JSON, since a key
that its readers do not expect may break them: there the label belongs in a sidecar file or in a header of the answer. Labels
are read in any JSON, at any depth; a file that is nothing but the label's object is another's sidecar.
Rules: practice; the guides do not cover interfaces, so the place is our proposal.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import orjson

from hegui.kernel.source import Source, TooMuchError
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.faults import cannot_edit, no_place
from hegui.label.findings import Finding, seen
from hegui.label.json_members import Member, insertion, members, object_end, plain, removal
from hegui.label.reading import Candidate, Gap, Reading
from hegui.label.spellings import parse
from hegui.label.standing import Standing, rewritten, standing
from hegui.label.text_faults import occupied, or_gap, require_whole
from hegui.label.text_file import MENTION, Text, is_text, read_text, reveal

__all__ = [
    "CLAUSE",
    "EXTENSIONS",
    "IS_REVERSIBLE",
    "KEY",
    "MEDIA_TYPES",
    "NAME",
    "PLACE",
    "bare",
    "is_answer",
    "read",
    "score",
    "value_for",
    "write",
]

NAME = "json"
EXTENSIONS = (".json",)
MEDIA_TYPES = ("application/json",)
PLACE = "the top-level member aigc of a model's answer"
CLAUSE = "our proposal"
IS_REVERSIBLE = True

KEY = "aigc"
MOST = 1000
"""Members with the word AIGC in their name that are looked at."""

_OBJECTS = re.compile(r"chat\.completion(?:\.chunk)?|text_completion|response(?:\.[a-z_]+)*")
_SHAPE = re.compile(r"^\"(?:object|type|choices|data|response)\"$")
_OURS = re.compile(f'^"{KEY}"$')
_PICTURE = re.compile(r"\[[ \t\r\n]*+\{[ \t\r\n]*+\"(?:b64_json|url|revised_prompt)\"")
_HEAD = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*+(?P<mark>[{\[])[\s\0]*+[\"{}\[\]0-9tfn-]")
_ANSWER = re.compile(rb"\"object\"\s*+:\s*+\"(?:chat\.completion|text_completion|response)|\"choices\"\s*+:")


class _Parts(NamedTuple):
    text: Text
    members: dict[int, Member]
    reading: Reading


def score(name: str, head: bytes) -> int:
    """An object or an array; more surely so where it has the shape of an answer."""
    if not is_text(head):
        return 0
    is_named = name.lower().endswith(EXTENSIONS)
    if not _HEAD.match(head):
        return 0
    return 90 if _ANSWER.search(head) else 60 if is_named else 15


def read(source: Source) -> Reading:
    """The member aigc, and members at any depth with the word AIGC in their name."""
    return or_gap(NAME, lambda: _parts(source).reading)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    """The member aigc. Raises LabelError (LBL003, LBL005, LBL006, LBL082, LBL083)."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    text = parts.text.text
    changed = rewritten(one, label)
    if changed is None:
        return ()
    if one is not None:
        value = _member(parts, one).value
        return (parts.text.splice(*value, value_for(text, value, changed)),)
    end = object_end(text)
    if not end or not is_answer(text):
        raise no_place(NAME, "JSON that is no answer of a model")
    if any(member.name == KEY for member in members(text, _OURS, depth=1)):
        raise occupied(NAME, "a member aigc")
    at, put = insertion(text, end, KEY, changed)
    return (parts.text.splice(at, at, put),)


def bare(source: Source) -> tuple[Splice, ...]:
    """Without the member and its comma."""
    parts = _parts(source)
    require_whole(parts.reading, NAME)
    one = standing(parts.reading, NAME)
    if one is None:
        return ()
    return (parts.text.splice(*removal(parts.text.text, _member(parts, one)), ""),)


def is_answer(text: str) -> bool:
    """Whether an object has a shape of the OpenAI protocol.

    >>> [is_answer('{"object":"chat.completion"}'), is_answer('{"object":"list","data":[]}'), is_answer('{"a":1}')]
    [True, False, False]
    """
    for member in members(text, _SHAPE, depth=1):
        value = text[slice(*member.value)]
        if member.name in ("object", "type"):
            if _OBJECTS.fullmatch(value.strip('"')):
                return True
        elif (member.name == "choices" and value.startswith("[")) or (member.name == "data" and _PICTURE.match(value)):
            return True
    return False


def value_for(text: str, value: tuple[int, int], changed: str) -> str:
    """The new value as the old one was written: an object, or a text that holds one."""
    return orjson.dumps(changed).decode() if text.startswith('"', value[0]) else changed


def _parts(source: Source) -> _Parts:
    text = read_text(source, NAME)
    gaps = list(text.gaps("json text"))
    found: list[Candidate] = []
    places: dict[int, Member] = {}
    try:
        for member in members(text.text, MENTION) if MENTION.search(text.text) else ():
            if text.text[member.value[0]] in '{"':
                found.append(_candidate(text, member))
                places[found[-1].offset] = member
            if len(found) == MOST:
                raise TooMuchError("there are too many labels", 0)
    except TooMuchError:
        gaps.append(Gap("json text", "too large"))
    found += _whole(text) if not found else ()
    return _Parts(text, places, Reading(tuple(found), (), tuple(gaps)))


def _whole(text: Text) -> list[Candidate]:
    """The file as a label without a key AIGC: it has the attribute and two more keys, and none beside the label's."""
    shown = text.text.strip()
    spelt = parse(shown) if shown.startswith("{") else None
    if spelt is None or not spelt.label.attribute or not (spelt.label.producer and spelt.label.produce_id):
        return []
    if any(finding.kind in ("key.extra", "schema.other") for finding in spelt.findings):
        return []
    at = text.at(text.text.index("{"))
    finding = Finding("place.other", "warning", "", NAME)
    return [Candidate("json object", at, text.at(len(text.text)) - at, reveal(shown), False, (finding,))]


def _candidate(text: Text, member: Member) -> Candidate:
    at = text.at(member.start)
    size = text.at(member.value[1]) - at
    findings = [Finding("key.other_name", "note", "", seen(member.name))] if member.name not in (KEY, "AIGC") else []
    if member.depth != 1:
        findings.append(Finding("place.inner_member", "warning", "", seen(member.name)))
    place = "json aigc" if member.depth == 1 else "json inner member"
    return Candidate(place, at, size, reveal(plain(text.text, member)), member.depth == 1, tuple(findings))


def _member(parts: _Parts, one: Standing) -> Member:
    member = parts.members.get(one.candidate.offset)
    if member is None:
        raise cannot_edit(NAME, one.candidate.place)
    return member
