"""The places in a RIFF file where a label stands, whatever the form: WAV, AVI and WebP share them.

Knows chunks named AIGC, beside the media or in LIST/INFO, packets of XMP, a C2PA chunk, and other texts of that list where one
spells a label or names a generator; knows not which place a guide names for which form, nor where a new label goes. A walk that
ends early is a gap for who reads, an error for who writes; what is written is ASCII, what is read UTF-8 or GB 18030.
Rules: TC260-PG-20257A (AVI), -20259A (WebP) and -202510A (WAV), through the codecs; XMP part 3 names `_PMX` and `XMP `.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from hegui.kernel import riff
from hegui.kernel.riff import Chunk
from hegui.kernel.source import MalformedError, Source
from hegui.label import xmp
from hegui.label.faults import LabelError
from hegui.label.field_text import decoded, gap_of
from hegui.label.hints import is_spelt, sign_in
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import MAX_TEXT
from hegui.label.standing import Standing

__all__ = ["Found", "Reader", "Survey", "require_room", "stripped", "survey", "updated"]

Reader = Callable[[Source, Chunk, str, bool], Reading]
"""Reads one chunk, given its place in words and whether the guide names that place."""

_MOST_FOUND = 64


class Found(NamedTuple):
    """A candidate and the chunk it stands in."""

    candidate: Candidate
    chunk: Chunk


class Survey(NamedTuple):
    """A file that was walked.

    Attributes:
        chunks: every chunk in file order; the first is the form.
        found: the candidates with their chunks.
        reading: the same for who asks, with traces and gaps.
        fault: why the walk ended early; None where it did not.
    """

    chunks: tuple[Chunk, ...]
    found: tuple[Found, ...]
    reading: Reading
    fault: MalformedError | None

    @property
    def form(self) -> Chunk:
        """The first form."""
        return self.chunks[0]

    @property
    def top(self) -> tuple[Chunk, ...]:
        """The chunks directly in the first form."""
        return tuple(chunk for chunk in self.chunks if chunk.parents == (self.form,))

    def place_of(self, one: Standing | None) -> Chunk | None:
        """The chunk in which the label stands; without one, a chunk of the guide's that holds something else."""
        if one is not None:
            return next(found.chunk for found in self.found if found.candidate is one.candidate)
        return next((found.chunk for found in self.found if found.candidate.is_standard), None)


def survey(
    source: Source,
    name: str,
    kind: bytes,
    standard: Collection[tuple[bytes, ...]],
    readers: Mapping[bytes, Reader] | None = None,
) -> Survey:
    """Walk a file of the form `kind`, and read what may hold a label.

    Args:
        source: the file.
        name: what the format is called in places.
        kind: the form's four bytes, such as WAVE.
        standard: where the guide wants the label: the kinds of what holds its chunk, then the chunk's name.
        readers: readers of further chunks, by name.
    Raises:
        MalformedError: the first bytes are not this form.
    """
    chunks, fault = _walked(source, kind)
    all_readers = {**_READERS, **(readers or {})}
    found: list[Found] = []
    traces: list[Trace] = []
    gaps: list[Gap] = []
    for chunk in chunks:
        reader = all_readers.get(chunk.name) or (_comment if chunk.path[1:] == (b"INFO",) else None)
        if reader is not None and chunk.parents and len(found) < _MOST_FOUND:
            reading = reader(source, chunk, f"{name} {_place(chunk)}", (*chunk.path, chunk.name) in standard)
            found += [Found(candidate, chunk) for candidate in reading.candidates]
            traces += reading.traces[: _MOST_FOUND - len(traces)]
            gaps += reading.gaps[: _MOST_FOUND - len(gaps)]
    if fault is not None:
        gaps.append(gap_of(fault, f"{name} chunks from byte {fault.at}"))
    elif source.size - max(chunk.next for chunk in chunks if not chunk.parents) >= 8:
        gaps.append(Gap(f"what follows the {name} form", "unknown"))
    reading = Reading(tuple(one.candidate for one in found), tuple(traces), tuple(gaps))
    return Survey(chunks, tuple(found), reading, fault)


def _walked(source: Source, kind: bytes) -> tuple[tuple[Chunk, ...], MalformedError | None]:
    """The chunks as far as they can be followed, and why no further. Raises MalformedError for another form."""
    chunks: list[Chunk] = []
    fault: MalformedError | None = None
    try:
        for chunk in riff.walk(source):
            chunks.append(chunk)
    except MalformedError as error:
        fault = error
    if not chunks or chunks[0].kind != kind:
        raise fault or MalformedError(f"the RIFF form is not {kind.decode('ascii').strip()}", 8)
    return tuple(chunks), fault


def _place(chunk: Chunk) -> str:
    name = chunk.name.decode("ascii", "replace").strip()
    return f"LIST/INFO {name}" if chunk.path[-1] == b"INFO" else f"{name} chunk"


def _text(source: Source, chunk: Chunk, place: str, is_standard: bool) -> Reading:
    if chunk.size > 4 * MAX_TEXT:
        return Reading(gaps=(Gap(place, "too large"),))
    text, findings = decoded(source.at(chunk.body, chunk.size))
    return Reading((Candidate(place, chunk.start, 8 + chunk.size, text, is_standard, findings),))


def _comment(source: Source, chunk: Chunk, place: str, _: bool) -> Reading:
    """Another text of LIST/INFO: a label that was put there, or a sign of generation."""
    if chunk.size > 4 * MAX_TEXT:
        return Reading()
    text, findings = decoded(source.at(chunk.body, chunk.size))
    if is_spelt(text):
        return Reading((Candidate(place, chunk.start, 8 + chunk.size, text, False, findings),))
    sign = "generator" if chunk.name == b"ISFT" else sign_in(text)
    return Reading(traces=(Trace(sign, place, text.strip()[:200]),)) if sign else Reading()


def _manifest(_: Source, chunk: Chunk, place: str, __: bool) -> Reading:
    return Reading(traces=(Trace("c2pa", place, f"{chunk.size} bytes"),))


def _packet(source: Source, chunk: Chunk, place: str, is_standard: bool) -> Reading:
    if chunk.size > xmp.MAX_PACKET:
        return Reading(gaps=(Gap(place, "too large"),))
    reading = xmp.find(source.at(chunk.body, chunk.size))
    candidates = tuple(
        Candidate(place, chunk.start, 8 + chunk.size, one.text, is_standard and one.is_standard, one.findings)
        for one in reading.labels
    )
    return Reading(candidates, reading.traces, reading.gaps)


_READERS: Mapping[bytes, Reader] = {
    b"AIGC": _text, b"aigc": _text, b"C2PA": _manifest, b"_PMX": _packet, b"XMP ": _packet,
}  # fmt: skip


def updated(chunk: Chunk, text: str, source: Source) -> bytes:
    """The chunk with `text` as its label: a zero ends it where one did, and a packet is changed as a packet."""
    body = source.at(chunk.body, chunk.size)
    if _READERS.get(chunk.name) is _packet:
        return riff.encoded(chunk.name, xmp.written(body, text))
    return riff.encoded(chunk.name, text.encode("ascii") + b"\0" * body.endswith(b"\0"))


def stripped(chunk: Chunk, source: Source) -> bytes:
    """The chunk without its label; empty where nothing else stood in it."""
    if _READERS.get(chunk.name) is not _packet:
        return b""
    packet = xmp.without(source.at(chunk.body, chunk.size))
    return b"" if packet is None else riff.encoded(chunk.name, packet)


def require_room(holders: tuple[Chunk, ...], by: int, where: str) -> None:
    """Raises LabelError (LBL040) where a size that counts the label cannot count `by` bytes more."""
    if not riff.fits(holders, by):
        raise LabelError("LBL040", where, "its size field ends at 4 GiB, and the label would not be counted",
                         "Make the file again in a form with 64-bit sizes, such as RF64 or Matroska.")  # fmt: skip
