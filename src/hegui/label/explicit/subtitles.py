"""Put the mark into subtitles: a cue of its own from the first moment on.

Knows the cues of SubRip (SRT), WebVTT and SubStation Alpha (ASS, SSA); changes none that is there. The cue stands at the top
of the picture where the format can say so, since the first line spoken may be shown at the same time.
Rules: GB 45438-2025 5.4 (at least two seconds on the opening frame), read for subtitles; the form is our proposal.
"""

from __future__ import annotations

import re

from hegui.kernel.source import Source
from hegui.label.explicit.faults import no_text_place
from hegui.label.explicit.rules import number
from hegui.label.explicit.text import readable
from hegui.label.explicit.text_mark import MarkedText, TextMark
from hegui.label.text_file import Line, Text

__all__ = ["CUE", "mark_ass", "mark_srt", "mark_vtt"]

_MOMENT = r"(?:\d++:){1,2}+\d++[.,]\d++"
CUE = re.compile(rf"[ \t]*+{_MOMENT}[ \t]*+-->[ \t]*+{_MOMENT}")
"""The line of times that begins a cue."""
_FIELDS = ("Layer", "Start", "End", "Style", "Name", "MarginL", "MarginR", "MarginV", "Effect", "Text")
_MOST_LINES = 100_000


def mark_srt(source: Source, mark: TextMark, where: str) -> MarkedText:
    """A cue with the number 0 before the first. Raises LabelError (LBL080, LBL111, LBL112)."""
    text = readable(source, where)
    line = _first_cue(text, where)
    start = _with_line_before(text, line)
    times = f"00:00:00,000 --> {_time(',', 2)}"
    return _put(text, start, (f"0{text.newline}{times}", mark.text), "srt")


def mark_vtt(source: Source, mark: TextMark, where: str) -> MarkedText:
    """A cue at the top before the first. Raises LabelError (LBL080, LBL111, LBL112)."""
    text = readable(source, where)
    line = _first_cue(text, where)
    start = _with_line_before(text, line)
    wording = mark.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _put(text, start, (f"00:00:00.000 --> {_time('.', 2)} line:0", wording), "vtt")


def mark_ass(source: Source, mark: TextMark, where: str) -> MarkedText:
    """An event at the top before the first. Raises LabelError (LBL080, LBL111, LBL112)."""
    text = readable(source, where)
    fields, style, at = list(_FIELDS), "Default", -1
    section = ""
    for number_, line in enumerate(text.lines()):
        shown = text.text[line.start : line.end].strip()
        if shown.startswith("["):
            section = shown.lower()
        name, _, value = shown.partition(":")
        if section.startswith("[v4") and name == "Style" and style == "Default":
            style = value.split(",")[0].strip() or style
        if section == "[events]":
            if name == "Format":
                fields = [field.strip() for field in value.split(",")]
                at = line.next
            elif name == "Dialogue" or number_ > _MOST_LINES:
                at = line.start if at < 0 else at
                break
    if at < 0:
        raise no_text_place(where, "its section [Events] is missing")
    known = {"Layer": "0", "Marked": "Marked=0", "Start": "0:00:00.00", "End": _time(".", 1)[:-1], "Style": style}
    known |= {"MarginL": "0", "MarginR": "0", "MarginV": "0", "Text": "{\\an8}" + _plain(mark.text)}
    event = "Dialogue: " + ",".join(known.get(field, "") for field in fields)
    if text.text.startswith(event, at):
        return MarkedText((), "ass", "head")
    lead = text.newline if at and not text.text[:at].endswith(("\r", "\n")) else ""
    return MarkedText((text.splice(at, at, lead + event + text.newline),), "ass", "head")


def _plain(wording: str) -> str:
    """Without what would begin an override; the braces become full-width ones."""
    return wording.replace("{", "｛").replace("}", "｝").replace("\\", "＼")


def _time(point: str, digits: int) -> str:
    """When the cue ends."""
    seconds = max(number("subtitle.shown"), number("subtitle.seconds"))
    return f"{0:0{digits}d}:00:{int(seconds):02d}{point}{round(seconds % 1 * 1000):03d}"


def _first_cue(text: Text, where: str) -> Line:
    for line in text.lines():
        if CUE.match(text.text, line.start, line.end):
            return line
    raise no_text_place(where, "it has no cue")


def _with_line_before(text: Text, line: Line) -> int:
    """Where the cue begins: its number or name stands on the line before its times."""
    before = text.text[: line.start]
    stripped = before.rstrip("\r\n")
    if before[len(stripped) :].replace("\r\n", "\n").replace("\r", "\n").count("\n") != 1:
        return line.start
    return max(stripped.rfind("\n"), stripped.rfind("\r")) + 1


def _put(text: Text, start: int, cue: tuple[str, str], kind: str) -> MarkedText:
    """The cue, where the first one is not the very same."""
    block = text.newline.join(cue)
    if text.text.startswith(block, start):
        return MarkedText((), kind, "head")
    return MarkedText((text.splice(start, start, block + text.newline * 2),), kind, "head")
