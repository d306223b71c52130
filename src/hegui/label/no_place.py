"""Formats without a place for metadata: they are known, labels that someone put there anyway are found, and none is written.

Knows BMP, icons, MPEG transport streams, SRT, CSV and plain text; invents no private place in them. A label found there is a
candidate in no place that a guide names. Works by content for the pictures and streams, by the shape of the lines for SRT, and
by the name for CSV; whatever else is text is plain text.
Rules: none names a place in these (for plain text GB 45438-2025 5.1 asks for the explicit mark alone); the remedy is another
format, a sidecar file, or the explicit mark.
"""

from __future__ import annotations

import csv
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hegui.kernel.source import Source, TooMuchError
from hegui.kernel.splice import Splice
from hegui.label.aigc import AigcLabel
from hegui.label.codec import Codec
from hegui.label.faults import cannot_edit, no_place
from hegui.label.findings import Finding
from hegui.label.front_matter import block_at, entries
from hegui.label.reading import Candidate, Gap, Reading
from hegui.label.spellings import MAX_TEXT, parse
from hegui.label.standing import labels
from hegui.label.stray import stray
from hegui.label.stray_text import stray as stray_text
from hegui.label.text_faults import or_gap
from hegui.label.text_file import Text, is_text, read_text, reveal

__all__ = ["BMP", "CSV", "FORMATS", "ICON", "MPEG_TS", "SRT", "TEXT", "NoPlace"]

EDGE = 1 << 16
"""Bytes at either end of a stream that are looked through."""
TAIL = 64 << 20
"""Bytes behind a picture that are looked through."""

_PROGRAMS = (b"%PDF-", b"%!PS", b"{\\rtf")
"""Starts of files that look like text and are none."""
_CUE = re.compile(rb"(?:\xef\xbb\xbf)?\s*+\d{1,9}[ \t]*+\r?\n\d{1,3}:\d\d:\d\d[,.]\d{1,3}[ \t]*+-->")
_TIMES = re.compile(r"\s*+\d{1,9}[ \t]*+(?:\r\n|\n|\r)\d{1,3}:\d\d:\d\d[,.]\d{1,3}[ \t]*+-->[^\r\n]*+")


@dataclass(frozen=True)
class NoPlace:
    """A format that has no place; satisfies Codec.

    Attributes:
        title: the format's name in an error.
        sureness: what `score` answers.
        look: what `read` answers.
    """

    NAME: str
    title: str
    EXTENSIONS: tuple[str, ...]
    MEDIA_TYPES: tuple[str, ...]
    sureness: Callable[[str, bytes], int]
    look: Callable[[Source], Reading]
    PLACE: str = "none"
    CLAUSE: str = "no guide names a place"
    IS_REVERSIBLE: bool = False

    def score(self, name: str, head: bytes) -> int:
        """As `Codec` has it."""
        return self.sureness(name.lower(), head)

    def read(self, source: Source) -> Reading:
        """Labels that stand there although no guide names a place."""
        return self.look(source)

    def write(self, source: Source, label: AigcLabel) -> tuple[Splice, ...]:
        """Raises LabelError: LBL003, always."""
        raise no_place(self.NAME, self.title)

    def bare(self, source: Source) -> tuple[Splice, ...]:
        """Nothing, where no label stands. Raises LabelError (LBL006) where one does."""
        found = labels(self.look(source))
        if found:
            raise cannot_edit(self.NAME, found[0].candidate.place)
        return ()


def _score_bmp(name: str, head: bytes) -> int:
    if len(head) < 18 or not head.startswith(b"BM"):
        return 0
    return 90 if _header_size(head) in (12, 16, 40, 52, 56, 64, 108, 124) else 0


def _header_size(head: bytes) -> int:
    return int.from_bytes(head[14:18], "little")


def _look_bmp(source: Source) -> Reading:
    """The gap before the pixels, and what follows them."""
    head = source.up_to(0, 54)
    pixels = int.from_bytes(head[10:14], "little") if len(head) >= 14 else 0
    start = min(14 + _header_size(head) if len(head) >= 18 else len(head), source.size)
    pixels = min(max(pixels, start), source.size)
    return _stray(source, "bmp", ((start, pixels), (min(pixels + _pixel_bytes(head), source.size), source.size)))


def _pixel_bytes(head: bytes) -> int:
    """How much of the file the pixels take; 0 where the header does not say."""
    if len(head) < 54:
        return 0
    numbers: tuple[int, ...] = struct.unpack_from("<iiHHII", head, 18)
    width, height, _, bits, packing, size = numbers
    if packing not in (0, 3, 6):
        return size
    return abs(height) * ((abs(width) * bits + 31) // 32 * 4)


def _score_icon(name: str, head: bytes) -> int:
    if len(head) < 22 or head[:4] not in (b"\0\0\1\0", b"\0\0\2\0"):
        return 0
    count, reserved = int.from_bytes(head[4:6], "little"), head[9]
    return 60 if 0 < count <= 256 and reserved == 0 else 0


def _score_ts(name: str, head: bytes) -> int:
    """The sync byte in step with the packets, also of the kinds with a time stamp before or a check after them."""
    for start, step in ((0, 188), (4, 192), (0, 204)):
        marks = head[start::step]
        if len(marks) >= 2 and marks.count(0x47) == len(marks):
            return 80 if len(marks) > 4 else 40
    return 0


def _look_edges(name: str) -> Callable[[Source], Reading]:
    def look(source: Source) -> Reading:
        tail = max(0, source.size - EDGE)
        return _stray(source, name, ((0, min(EDGE, tail)), (tail, source.size)))

    return look


def _stray(source: Source, name: str, ranges: tuple[tuple[int, int], ...]) -> Reading:
    """Labels glued into these bytes, or in an XMP packet there."""
    found, gaps = [], []
    finding = Finding("place.nonstandard", "fault", "", name)
    for start, end in ranges:
        if end - start > TAIL:
            gaps.append(Gap(f"{name} tail", "too large"))
        try:
            for at, size, text in stray(source, start, min(end, start + TAIL)):
                found.append(Candidate(f"{name} stray bytes", at, size, text, False, (finding,)))
        except TooMuchError:
            gaps.append(Gap(f"{name} bytes", "too large"))
    return Reading(tuple(found), (), tuple(gaps))


def _score_srt(name: str, head: bytes) -> int:
    return 90 if is_text(head) and _CUE.match(head.replace(b"\0", b"").lstrip(b"\xff\xfe")) else 0


def _score_csv(name: str, head: bytes) -> int:
    return 20 if is_text(head) and name.endswith((".csv", ".tsv")) else 0


def _score_text(name: str, head: bytes) -> int:
    if not head or not is_text(head) or head.startswith(_PROGRAMS):
        return 0
    return 18 if name.endswith((".txt", ".text")) else 10


def _look_text(name: str) -> Callable[[Source], Reading]:
    """Front matter, the first and the last lines; in a table also the cells of these."""

    def read(source: Source) -> Reading:
        text = read_text(source, name)
        found: list[Candidate] = []
        start = 0
        if (block := block_at(text.text, 0)) is not None:
            found += (
                _candidate(text, f"{name} front matter", e.start, e.end, e.text) for e in entries(text.text, block)
            )
            start = block.end
        if name == "srt" and (times := _TIMES.match(text.text)):
            start = times.end()
        if name == "csv" and not found:
            found += _cells(text)
        rest = stray_text(text, name, start, is_labelled=bool(found))
        found += rest.candidates
        return Reading(tuple(found), rest.traces, (*rest.gaps, *text.gaps(f"{name} text")))

    return lambda source: or_gap(name, lambda: read(source))


def _candidate(text: Text, place: str, start: int, end: int, shown: str) -> Candidate:
    at = text.at(start)
    finding = Finding("place.nonstandard", "fault", "", place)
    return Candidate(place, at, text.at(end) - at, reveal(shown), False, (finding,))


def _cells(text: Text) -> Iterator[Candidate]:
    """Cells of the first and of the last line that are labels."""
    body = text.text
    first = next(text.lines(), None)
    end = len(body.rstrip("\r\n"))
    last = max(body.rfind("\n", 0, end), body.rfind("\r", 0, end)) + 1
    for start, stop in dict.fromkeys(((first.start, first.end), (last, end))) if first else ():
        if not 0 < stop - start <= MAX_TEXT:
            continue
        for cell in _row(body[start:stop]):
            if parse(cell) is not None:
                yield _candidate(text, "csv cell", start, stop, cell)


def _row(line: str) -> list[str]:
    """The cells of a line; none where it is no line of a table."""
    try:
        return next(csv.reader([line], delimiter="\t" if "\t" in line else ","), [])
    except csv.Error:
        return []


BMP = NoPlace("bmp", "BMP", (".bmp", ".dib"), ("image/bmp",), _score_bmp, _look_bmp)
ICON = NoPlace("icon", "ICO", (".ico", ".cur"), ("image/x-icon",), _score_icon, _look_edges("icon"))
MPEG_TS = NoPlace("mpeg-ts", "MPEG-TS", (".ts", ".m2ts", ".mts"), ("video/mp2t",), _score_ts, _look_edges("mpeg-ts"))
SRT = NoPlace("srt", "SRT", (".srt",), ("application/x-subrip",), _score_srt, _look_text("srt"))
CSV = NoPlace("csv", "CSV", (".csv", ".tsv"), ("text/csv",), _score_csv, _look_text("csv"))
TEXT = NoPlace("text", "TXT", (".txt", ".text"), ("text/plain",), _score_text, _look_text("text"))

FORMATS: tuple[Codec, ...] = (BMP, ICON, MPEG_TS, SRT, CSV, TEXT)
