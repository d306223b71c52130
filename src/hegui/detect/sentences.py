"""Cut a text into sentences as it arrives, in bounded memory, the same way however the fragments are cut.

Knows the marks that end a sentence in Chinese and English; knows no meaning and no policy.
Works by looking for the next end; a sentence longer than `MAX_SENTENCE` ends at its last comma or space, or where it must.
`level` writes a sentence as the cues of the detectors are written, one character for one, so that offsets stay true.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hegui.kernel import fold_data

__all__ = ["MAX_SENTENCE", "Sentence", "SentenceStream", "level", "sentences"]

MAX_SENTENCE = 320
"""Raw characters of a sentence, count; the most a stream keeps of a text."""

_END = re.compile(r"[。！？!?；;\n…]+[”’」』\"')）】]*|\.+(?=\s)")
_PAUSE = re.compile(r"[，,、：:\s]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_CAPITALS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_TRADITIONAL = {
    ord(written): simple
    for written, simple in zip(fold_data.TRADITIONAL, fold_data.SIMPLIFIED, strict=True)
    if len(simple) == 1
}
_LEVEL: dict[int, int | str] = {
    **_TRADITIONAL,
    **{code: _CAPITALS.get(plain, plain) for code, plain in _FULL_WIDTH.items()},
    **_CAPITALS,
    **dict.fromkeys(map(ord, "’‘ʼ`´"), "'"),
    0x3000: " ",
    0x00A0: " ",
}


class Sentence(NamedTuple):
    """A sentence with its end mark; `start` in raw characters from the beginning of the text."""

    start: int
    text: str


def level(text: str) -> str:
    """The text in small letters, simplified characters and half width; as long as it was.

    >>> level("我想ＤＩＥ，I’m 絕望")
    "我想die,i'm 绝望"
    """
    return text.translate(_LEVEL)


def sentences(text: str) -> list[Sentence]:
    """The sentences of a whole text; joined they are the text.

    >>> [s.text for s in sentences("Hi. 你好！再见")]
    ['Hi.', ' 你好！', '再见']
    """
    return SentenceStream().feed(text, final=True)


class SentenceStream:
    """One text on its way; keeps the sentence that is not finished, nothing else."""

    __slots__ = ("_buffer", "_offset")

    def __init__(self) -> None:
        self._buffer = ""
        self._offset = 0

    def feed(self, fragment: str, *, final: bool = False) -> list[Sentence]:
        """Take the next fragment, of any length; give back what is finished. With `final`, nothing follows."""
        text, at, out = self._buffer + fragment, 0, []
        while (end := _end(text, at, final)) is not None:
            out.append(Sentence(self._offset + at, text[at:end]))
            at = end
        if final and at < len(text):
            out.append(Sentence(self._offset + at, text[at:]))
            at = len(text)
        self._buffer, self._offset = text[at:], self._offset + at
        return out


def _end(text: str, at: int, final: bool) -> int | None:
    """Where the sentence that begins at `at` ends; None when that is not yet to be seen."""
    limit = at + MAX_SENTENCE
    found = _END.search(text, at, limit)
    if found is not None and (found.end() < min(limit, len(text)) or found.end() == limit or final):
        return found.end()
    if len(text) <= limit:
        return None
    pauses = [pause.end() for pause in _PAUSE.finditer(text, at + MAX_SENTENCE // 2, limit)]
    return pauses[-1] if pauses else limit
