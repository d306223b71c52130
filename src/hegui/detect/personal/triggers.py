"""Where a number or a word of letters and digits may begin, and how it must end. Shared by the detectors of numbers.

Knows the shape of runs, no meaning. Every trigger takes one character and looks ahead, so that each place of a text is
judged by itself. Never a word boundary: beside Han characters there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = [
    "DIGITS",
    "LETTERS",
    "NOT_NUMBER",
    "NUMBER",
    "NUMBER_END",
    "PLAIN_END",
    "RUN",
    "WORD",
    "Trigger",
    "first_two",
    "places_of",
]

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Trigger(NamedTuple):
    """Where a detector is worth asking.

    Attributes:
        pattern: takes one character and looks ahead; also behind, as far as CONTEXT.
        first: the ASCII characters with which a run may begin where it is asked; "" where it is asked at every character.
        before_ascii: whether letters or digits must follow for the detector to find anything.
    """

    pattern: re.Pattern[str]
    first: str = ""
    before_ascii: bool = False

    def only(self, first: str) -> Trigger:
        """The same where a run begins with one of these."""
        return Trigger(self.pattern, first)


_NUMBER = r"[0-9+(（]{0,3}[-. ()（）]{0,3}[0-9](?:[-. ()（）]{0,3}[0-9]){4}"
RUN = re.compile(
    r"[0-9A-Za-z+(（](?<![0-9A-Za-z].)(?:"
    rf"(?<=[0-9+(（])(?={_NUMBER}|[0-9]{{3}}(?: ?年 ?[0-9]|[-/.][0-9])|[0-9]{{0,2}}\.[0-9]|[0-9A-Z][- ]?[0-9]{{2}})"
    r"|(?<=[A-Za-z])(?=[A-Za-z]{0,3}[-. (（]?[0-9]|[qQxXvVeE])"
    r"|(?=[0-9A-Za-z._%+\-]{0,63}+@|[0-9A-Fa-f]{0,3}:))"
)
"""Where a run of ASCII begins that any detector could ask for: one pass for all of them."""


def places_of(trigger: Trigger, text: str) -> Iterator[int]:
    """Where one trigger asks in text already read."""
    if not trigger.first:
        return (found.start() for found in trigger.pattern.finditer(text))
    runs = (run.start() for run in RUN.finditer(text) if run[0] in trigger.first)
    return (at for at in runs if trigger.pattern.match(text, at))


def first_two(words: Iterable[str], groups: int = 16) -> str:
    """A pattern that looks ahead for two characters with which one of many words may begin; few other two pass.

    Trying many words takes long and nearly no place begins one, so it stands before them. Words of two characters at least.
    """
    seconds: dict[str, set[str]] = {}
    for word in words:
        seconds.setdefault(word[0], set()).add(word[1])
    firsts = sorted(seconds, key=lambda first: (sorted(seconds[first]), first))
    size = -(-len(firsts) // groups)
    chunks = [firsts[at : at + size] for at in range(0, len(firsts), size)]
    pairs = [(chunk, sorted(set().union(*map(seconds.__getitem__, chunk)))) for chunk in chunks]
    return f"(?={'|'.join(f'[{_set(first)}][{_set(second)}]' for first, second in pairs)})"


def _set(characters: Iterable[str]) -> str:
    return re.escape("".join(characters))


NUMBER = Trigger(
    re.compile(rf"[0-9+(（](?<![0-9A-Za-z][-._].)(?={_NUMBER})"),
    DIGITS + "+(（",
)
"""Six digits or more."""

WORD = Trigger(re.compile(r"[A-Za-z](?=[A-Za-z]{0,2}[-. ]?[0-9(（])"), LETTERS)
"""One to three letters, then a digit."""

NUMBER_END = r"(?![0-9]|[-.]?[0-9]|[A-Za-z](?<![QqVvWw]))"
"""No digit follows, no letter but that of QQ, V or WeChat."""

PLAIN_END = r"(?![0-9A-Za-z]|-[0-9A-Za-z])"

NOT_NUMBER = re.compile(
    r"(?:订单|单号|流水|物料|编码|编号|批号|货号|序列号|条码|条形码|运单|快递单|发票号|备案|型号|版本|标准|ISBN|ISSN|DOI|doi|"
    r"[Oo]rder|[Ss]erial|[Tt]racking|[Ii]nvoice|SKU|sku)[^，。；;,\n]{0,8}\Z"
)
"""Words that say the number is something else."""
