"""A label in the first or the last lines of a text, in whatever notation, where nothing but the label stands in them.

Knows blocks between blank lines, and which words may stand around a label that is no example of one; knows no format. A block
counts only where no word is left of it once keys and values are taken out, so that a sentence that quotes a label is none.
Rules: none; these places were seen in real files, and no guide names them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from hegui.label.key_names import meant_key
from hegui.label.notation import unescaped
from hegui.label.spellings import parse
from hegui.label.wording import explain_wording

__all__ = ["Edge", "at_edges"]

MOST_LINES = 80
LONGEST = 16_384
"""Characters of a block at either end."""

_QUOTED = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.MULTILINE)
_PASSED = re.compile(r"[-=*_+.`~\s]*|(?:</\w{1,20}>\s*)+")
"""Lines that belong to nothing: blank ones, rules, fences, ends of elements."""
_WORD = re.compile(r"[^\W_]+")
_WORDS = re.compile(
    "(?:aigc|tc260|ai|labels?|metadata|meta|implicit|json|yaml|data|span|div|id|class|fields?|keys?|values?|info|null|none|map|array"
    "|ordereddict|details|summary|人工智能|生成|合成|内容|隐式|标识|元数据|标签|字段|名称|信息|值|[123])+"
)
"""What may stand around a label in its own lines."""


class Edge(NamedTuple):
    """A block at an end of the text that is a label: where it stands, and what it says."""

    is_first: bool
    start: int
    end: int
    shown: str


def at_edges(text: str, start: int = 0) -> Iterator[Edge]:
    """The labels in the first lines from `start`, and in the last ones.

    >>> [edge.shown for edge in at_edges("# Title\\n\\n> Label=1; ContentProducer=P; ProduceID=7\\n")]
    ['Label=1; ContentProducer=P; ProduceID=7']
    """
    head, tail = _lines(text[start : start + LONGEST]), _lines(text[max(start, len(text) - LONGEST) :])
    first, last = _block(head), _block(tail[::-1])[::-1]
    done = start
    for is_first, base, block in ((True, start, first), (False, max(start, len(text) - LONGEST), last)):
        ends = () if not block else (block, block[:1] if is_first else block[-1:])
        for part in ends:
            begin, end = base + part[0].start(), base + part[-1].end()
            shown = _QUOTED.sub("", text[begin:end]).strip()
            if begin >= done and _is_label_alone(shown):
                done = end
                yield Edge(is_first, begin, end, shown)
                break


def _lines(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"[^\r\n]+|(?<=\n)(?=\r?\n)|(?<=\r)(?=\r)", text))


def _block(lines: list[re.Match[str]]) -> list[re.Match[str]]:
    """The first lines that belong together, without what is passed over before them."""
    at = 0
    while at < len(lines) and (_PASSED.fullmatch(lines[at][0]) or _is_mark(lines[at][0])):
        at += 1
    end = at
    while end < len(lines) and end - at < MOST_LINES and lines[end][0].strip():
        end += 1
    return lines[at:end]


def _is_mark(line: str) -> bool:
    """Whether the line is an explicit mark, which stands beside the implicit label."""
    return len(line) <= 100 and "{" not in line and explain_wording(line).is_complete


def _is_label_alone(shown: str) -> bool:
    spelt = parse(shown)
    if spelt is None:
        return False
    rest = unescaped(html.unescape(shown))
    for value in sorted(spelt.label.keys().values(), key=len, reverse=True):
        rest = rest.replace(unescaped(html.unescape(value)), " ") if len(value) > 1 else rest
    words = (word for word in _WORD.findall(rest) if meant_key(word) is None)
    return all(_WORDS.fullmatch(word.lower()) for word in words)
