"""What a person sees of a text at its start and at its end, and whether a mark is among it.

Knows plain text, Markdown, HTML and subtitles; knows no style sheet, so an element that one hides counts as seen. Both
elements within a window of visible characters are a sign, not a proof: an article about generated pictures may open with the
words.
Rules: GB 45438-2025 5.1; Labelling Measures article 6 (explicit marks make an upload suspected). The width of the window is
our choice.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from html import unescape

from hegui.kernel.source import Source
from hegui.label.explicit.rules import number
from hegui.label.explicit.subtitles import CUE
from hegui.label.explicit.text import body_of_markdown
from hegui.label.html_page import declared_encoding
from hegui.label.html_tokens import tokens
from hegui.label.reading import Gap, Reading, Trace
from hegui.label.text_file import Text, read_text, reveal
from hegui.label.wording import explain_wording

__all__ = ["explicit_text", "marks_in", "visible"]

_MARKUP = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]{0,1000}>|[#>*_`~|\[\]\\]+", re.DOTALL)
_HIDDEN = ("script", "style", "title", "noembed", "noframes", "iframe", "xmp")
_ENOUGH = 4096
"""Characters of a piece at either end that are looked at; more is markup, or no mark."""


def explicit_text(source: Source, kind: str, where: str) -> Reading:
    """Traces of a mark at the start and the end of a text.

    Args:
        source: the file.
        kind: "text", "markdown", "html", "srt", "vtt" or "ass".
        where: its name, for messages. Raises LabelError (LBL080).
    """
    text = read_text(source, where, declared_encoding if kind == "html" else lambda head: "")
    gaps = () if text.is_whole else (Gap(f"{kind} tail", "too large"),)
    return Reading(traces=marks_in(visible(text, kind), kind, has_tail=text.is_whole), gaps=gaps)


def marks_in(seen: tuple[str, str], kind: str, *, has_tail: bool = True) -> tuple[Trace, ...]:
    """The traces in what is seen at the start and at the end."""
    ends = (("head", seen[0]), ("tail", seen[1])) if has_tail else (("head", seen[0]),)
    return tuple(
        Trace("explicit_text", f"{kind} {end}", reveal(shown)[:200])
        for end, shown in ends
        if explain_wording(shown).is_complete
    )


def visible(text: Text, kind: str) -> tuple[str, str]:
    """The first and the last visible characters, white space as single spaces, as many as the window has."""
    match kind:
        case "html":
            return _ends(_of_html(text.text))
        case "srt" | "vtt" | "ass":
            return _ends(_of_cues(text, kind))
        case "markdown":
            body = text.text[body_of_markdown(text.text) :]
            return _ends(_MARKUP.sub("", part) for part in _parts(body))
    return _ends(_parts(text.text))


def _parts(text: str) -> list[str]:
    """The start and the end of a long text, the whole of a short one."""
    return [text] if len(text) <= 2 * _ENOUGH else [text[:_ENOUGH], text[-_ENOUGH:]]


def _ends(pieces: Iterable[str]) -> tuple[str, str]:
    width = int(number("text.window"))
    head, tail = "", deque[str](maxlen=width)
    is_gap = False
    for piece in pieces:
        for run in piece[:_ENOUGH].split() if len(head) < width else ():
            head += (" " if head else "") + run
        for at, run in enumerate(piece[-_ENOUGH:].split()):
            if (at or is_gap) and tail:
                tail.append(" ")
            tail.extend(run[-width:])
        is_gap = True
    return head[:width], "".join(tail)


def _of_html(text: str) -> Iterable[str]:
    at, is_hidden = 0, False
    for token in tokens(text, len(text)):
        if not is_hidden and token.start > at:
            yield unescape(text[at : token.start])
        if token.kind == "start":
            is_hidden = token.name in _HIDDEN
        elif token.kind == "end":
            is_hidden = False
        at = token.end
    if not is_hidden:
        yield unescape(text[at:])


def _of_cues(text: Text, kind: str) -> Iterable[str]:
    """The words of the cues; what stands before the first one is not shown."""
    is_cue = False
    for line in text.lines():
        shown = text.text[line.start : line.end]
        if kind == "ass":
            if shown.startswith("Dialogue:"):
                yield re.sub(
                    r"\{[^{}]{0,1000}\}|\\[Nnh]",
                    " ",
                    shown.rsplit(",", 1)[-1] if shown.count(",") < 9 else shown.split(",", 9)[9],
                )
        elif CUE.match(shown):
            is_cue = True
        elif not shown.strip():
            is_cue = False
        elif is_cue:
            yield _MARKUP.sub("", unescape(shown))
