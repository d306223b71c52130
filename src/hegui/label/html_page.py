"""What stands in an HTML page: where a meta goes, and every place in which a label was seen.

Knows metas, also one for each key, attributes, comments and scripts that are JSON; refuses to guess in a tag that is not
finished, which is a gap. Works on the tokens of the head, and of the rest as far as the last mention of a label.
Rules: practice, since the published guides do not confirm a place for HTML; WHATWG HTML 4.2.5 (meta).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import orjson

from hegui.kernel.source import Source
from hegui.label.findings import Finding, seen
from hegui.label.hints import is_spelt
from hegui.label.html_tokens import MOST, Attribute, Token, attributes, tokens
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import MAX_TEXT, meant_key, parse
from hegui.label.stray_text import json_end, seems, unkeyed
from hegui.label.text_file import MENTION, Text, read_text, reveal, xml_encoding

__all__ = ["META", "Frame", "Page", "Spot", "declared_encoding", "read_page"]

META = "html meta AIGC"
HEAD_TOKENS = 1000
LONGEST_SCRIPT = 1 << 20
MOST_NODES = 100_000
MOST_CANDIDATES = 1000
MOST_KEYS = 64
MOST_TELLING = 10_000
MOST_VARIABLES = 8

_TELLING = re.compile(
    "[Aa][Ii][Gg][Cc]|Content(?:Producer|Propagator)|(?:Produce|Propagate)ID|ReservedCode|name=[\"']Label"
)
"""What stands in every token that may hold a label."""
_CHARSET = re.compile(rb"<meta\s[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)


_VARIABLE = re.compile(
    r"[\w.]{0,40}?AIGC\w{0,40}(?:[\"']\])?\s{0,9}[:=]\s{0,9}(?:JSON\.parse\(\s{0,9})?(?=[{\"'`])", re.IGNORECASE
)


_QUOTED = re.compile(r"([\"'`])(?:[^\\\"'`]|\\.|(?!\1)[\"'`])*+\1", re.DOTALL)
_LAST = ("AIGC", "aigc", "Aigc", "ContentProducer", "ProduceID", "PropagateID")
_HELD = re.compile(r"[^<]{1,65536}+")
_SHOWN = ("pre", "code", "script", "style", "textarea", "title", "p", "td", "li")
"""Elements whose text is there to be read."""


class Spot(NamedTuple):
    """What holds a candidate: its characters, those of the value, and how the value is written."""

    start: int
    end: int
    value: tuple[int, int]
    written: str


class Frame(NamedTuple):
    """Where the document says what it is."""

    at: int
    charset: int
    end: int
    is_fragment: bool
    is_xml: bool


class Page(NamedTuple):
    """The page as it was read; the spots by the offset of the candidate in them."""

    text: Text
    frame: Frame
    spots: dict[int, Spot]
    reading: Reading


def declared_encoding(head: bytes) -> str:
    """What the document says of its encoding.

    >>> declared_encoding(b'<html><meta charset="gbk">')
    'gbk'
    """
    found = _CHARSET.search(head)
    return xml_encoding(head) or (found[1].decode("ascii") if found else "")


def read_page(source: Source, where: str) -> Page:
    """The page and what may be a label in it. Raises LabelError (LBL080)."""
    text = read_text(source, where, declared_encoding)
    frame = _frame(text.text)
    candidates: list[Candidate] = []
    traces: list[Trace] = []
    gaps = list(text.gaps("html text"))
    spots: dict[int, Spot] = {}
    scattered, telling = _Scattered(), 0
    for count, token in enumerate(tokens(text.text, _stop(text.text, frame)), 1):
        if token.kind == "start" and token.name in ("meta", "link"):
            traces += _traces(text.text, token)
        if count == MOST or len(candidates) >= MOST_CANDIDATES:
            gaps.append(Gap("html text", "too large"))
            break
        if _TELLING.search(text.text, token.start, token.end) is None:
            continue
        telling += 1
        if telling == MOST_TELLING:
            gaps.append(Gap("html text", "too large"))
            break
        scattered.see(text.text, token)
        if token.kind == "unfinished":
            gaps.append(Gap("html tag or comment", "truncated"))
        for candidate, spot in _candidates(text, token, frame):
            candidates.append(candidate)
            if spot is not None:
                spots[candidate.offset] = spot
    for candidate in scattered.label(text):
        candidates.append(candidate)
        spots.pop(candidate.offset, None)  # none of the metas is one to write a whole label into
    return Page(text, frame, spots, Reading(tuple(candidates), tuple(traces), tuple(gaps)))


def _stop(text: str, frame: Frame) -> int:
    """Where looking may end: behind the head and behind the last mention, in the cases people write."""
    last = max(text.rfind(word) for word in _LAST)
    return len(text) if MENTION.search(text, last + 1) else max(last + 1, frame.end)


def _frame(text: str) -> Frame:
    """Where a meta goes: behind head, else behind html, else behind the doctype; at the start of what has none of them."""
    at, charset, end, is_fragment, is_xml = 0, 0, 0, True, False
    for token in _first(text):
        end = token.end
        if token.kind == "declaration" and token.name in ("doctype", "xml"):
            is_xml = is_xml or token.name == "xml"
            at, is_fragment = token.end, is_fragment and token.name == "xml"
        elif token.kind == "start" and token.name in ("html", "head") and not charset:
            at, is_fragment = token.end, False
            is_xml = is_xml or any(one.name == "xmlns" for one in attributes(text, token))
        elif token.kind == "start" and token.name == "meta" and not charset and _declares(text, token):
            charset = token.end
        elif token.name in ("body", "head"):
            break
    return Frame(at, charset, end, is_fragment, is_xml)


def _first(text: str) -> Iterator[Token]:
    """The tokens of the head: those before the first element that can stand in none."""
    allowed = ("html", "head", "meta", "title", "link", "style", "script", "base", "noscript", "template")
    for count, token in enumerate(tokens(text, len(text))):
        if count == HEAD_TOKENS or (token.kind == "start" and token.name not in allowed):
            return
        yield token


def _declares(text: str, token: Token) -> bool:
    found = {one.name: one.value.lower() for one in attributes(text, token)}
    return "charset" in found or (found.get("http-equiv") == "content-type" and "charset" in found.get("content", ""))


class _Scattered:
    """Metas that each hold one key of a label."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.tokens: list[Token] = []

    def see(self, text: str, token: Token) -> None:
        """A token; others than such metas are passed over."""
        if token.kind != "start" or token.name != "meta" or len(self.tokens) >= MOST_KEYS:
            return
        found = {one.name: one.value for one in attributes(text, token)}
        name = (found.get("name") or found.get("property") or "").strip()
        if meant_key(name) is not None:
            self.values.setdefault(reveal(name), reveal(found.get("content", "")))
            self.tokens.append(token)

    def label(self, text: Text) -> list[Candidate]:
        """The label that they are together."""
        shown = orjson.dumps({"AIGC": self.values}).decode() if len(self.values) > 1 else ""
        if parse(shown) is None:
            return []
        at = text.at(self.tokens[0].start)
        size = text.at(self.tokens[-1].end) - at
        return [Candidate("html metas", at, size, shown, False, (Finding("place.scattered", "fault", "", "html"),))]


def _candidates(text: Text, token: Token, frame: Frame) -> Iterator[tuple[Candidate, Spot | None]]:
    if token.kind == "comment":
        yield from _in_comment(text, token, frame)
    elif token.kind == "raw" and token.name == "script":
        yield from _in_script(text, token)
    elif token.kind == "start":
        yield from _in_tag(text, token)


def _in_tag(text: Text, token: Token) -> Iterator[tuple[Candidate, Spot | None]]:
    found: dict[str, Attribute] = {}
    for one in attributes(text.text, token):
        found.setdefault(one.name, one)
    for key in ("name", "property", "itemprop", "http-equiv") if token.name == "meta" else ():
        if key in found and MENTION.search(found[key].value):
            name = found[key].value.strip()
            finding = Finding("key.other_name", "note", "GB 45438-2025 Annex E a)", seen(f"{key}={name}"))
            is_ours = (key, name) == ("name", "AIGC")
            content = found.get("content") or Attribute("content", "", token.closing, token.closing, "")
            place = META if name.upper() == "AIGC" else "html other meta"
            yield _candidate(text, token, place, content, () if is_ours else (finding,), key == "name")
            return
    names = " ".join(one.value for one in found.values() if one.name in ("id", "name", "class", "rel", "type"))
    for one in found.values():
        if MENTION.search(one.name) or (is_spelt(one.value) and (MENTION.search(names) or token.name == "meta")):
            finding = Finding("place.attribute", "warning", "", seen(f"{token.name} {one.name}"))
            candidate, _ = _candidate(text, token, "html attribute", one, (finding,), False)
            yield candidate, None
    held = _HELD.match(text.text, token.end) if MENTION.search(names) and token.name not in _SHOWN else None
    if held is not None and is_spelt(html.unescape(held[0])):
        finding = Finding("place.other", "fault", "", seen(f"{token.name} {names}"))
        at = text.at(token.start)
        shown = reveal(html.unescape(held[0]).strip())
        yield Candidate("html element", at, text.at(held.end()) - at, shown, False, (finding,)), None


def _candidate(
    text: Text, token: Token, place: str, value: Attribute, findings: tuple[Finding, ...], is_standard: bool
) -> tuple[Candidate, Spot]:
    at = text.at(token.start)
    size = text.at(token.end) - at
    quotes = len(value.quote)
    spot = Spot(token.start, token.end, (value.start - quotes, value.end + quotes), value.quote)
    return Candidate(place, at, size, reveal(value.value), is_standard, findings), spot


def _in_comment(text: Text, token: Token, frame: Frame) -> Iterator[tuple[Candidate, Spot | None]]:
    shown = text.text[token.inside : token.closing]
    if not seems(shown.strip()):
        return
    value = unkeyed(shown.strip())
    start = text.text.find(value, token.inside)
    is_first = frame.is_fragment and not text.text[frame.at : token.start].strip()
    findings = () if is_first else (Finding("place.comment", "fault", "", "html"),)
    at = text.at(token.start)
    candidate = Candidate("html comment", at, text.at(token.end) - at, reveal(value), is_first, findings)
    yield candidate, Spot(token.start, token.end, (start, start + len(value)), "comment")


def _in_script(text: Text, token: Token) -> Iterator[tuple[Candidate, Spot | None]]:
    """A member AIGC anywhere in a script that is JSON, such as JSON-LD; or the script as a whole."""
    if token.end - token.start > LONGEST_SCRIPT:
        return
    try:
        nodes = [orjson.loads(text.text[token.start : token.end].encode("utf-8", "replace"))]
    except orjson.JSONDecodeError:
        yield from _assigned(text, token)
        return
    at = text.at(token.start)
    finding = Finding("place.script", "fault", "", "html")
    whole = text.text[token.start : token.end].strip()
    if isinstance(nodes[0], dict) and "Label" in nodes[0] and parse(whole) is not None:
        yield Candidate("html script", at, text.at(token.end) - at, reveal(whole), False, (finding,)), None
        return
    for _ in range(MOST_NODES):
        if not nodes:
            return
        node = nodes.pop()
        for key, value in node.items() if isinstance(node, dict) else ():
            if MENTION.search(key):
                shown = value if isinstance(value, str) else orjson.dumps(value).decode()
                yield Candidate("html script", at, text.at(token.end) - at, shown, False, (finding,)), None
        nodes += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()


def _assigned(text: Text, token: Token) -> Iterator[tuple[Candidate, Spot | None]]:
    """A label given to a variable with AIGC in its name, as an object or as a text that holds one."""
    for found in islice(_VARIABLE.finditer(text.text, token.start, token.end), MOST_VARIABLES):
        quoted = _QUOTED.match(text.text, found.end(), min(token.end, found.end() + MAX_TEXT))
        end = (
            quoted.end()
            if quoted
            else found.end() + json_end(text.text[found.end() : min(token.end, found.end() + MAX_TEXT)], 0)
        )
        shown = text.text[found.end() : end]
        spelt = parse(shown) if found.end() < end <= token.end else None
        if spelt is not None and re.search(
            rf"[\"']{re.escape(spelt.label.produce_id)}\\?[\"']", shown
        ):  # no name of a variable
            at = text.at(found.start())
            finding = Finding("place.script", "fault", "", "html")
            yield Candidate("html script", at, text.at(end) - at, reveal(shown), False, (finding,)), None


def _traces(text: str, token: Token) -> Iterator[Trace]:
    found = {one.name: one.value for one in attributes(text, token)}
    if token.name == "meta" and found.get("name", "").lower() == "generator" and found.get("content"):
        yield Trace("generator", "html meta generator", reveal(found["content"])[:200])
    if token.name == "link" and "c2pa-manifest" in found.get("rel", "").lower():
        yield Trace("c2pa", "html link", reveal(found.get("href", ""))[:200])
