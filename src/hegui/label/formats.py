"""Which codec a file belongs to: the list of all formats, and the choice by content before extension.

Knows the codecs by their modules and nothing of their insides. The surest codec wins; one that goes by the name alone loses
against any that knows the content. Faults of a damaged file leave here as errors with a remedy.
Rules: GB 45438-2025 6.1; the places are listed in docs/labels.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from hegui.kernel.source import MalformedError, Source, TooMuchError
from hegui.kernel.splice import Splice
from hegui.label import (
    aac,
    ass,
    avi,
    epub,
    flac,
    flv,
    gif,
    heif,
    html,
    jpeg,
    json_body,
    markdown,
    matroska,
    mp3,
    mp4,
    no_place,
    ogg,
    ooxml,
    pdf,
    png,
    sse,
    svg,
    tiff,
    ttml,
    vtt,
    wav,
    webp,
)
from hegui.label.aigc import AigcLabel
from hegui.label.anywhere import PLACE, anywhere
from hegui.label.codec import Codec
from hegui.label.faults import cannot_edit, malformed, too_much, unknown_format
from hegui.label.reading import Gap, Reading
from hegui.label.standing import labels

__all__ = ["CODECS", "HEAD", "Opened", "bare", "codec_of", "named", "open_label", "plan"]

CODECS: tuple[Codec, ...] = (
    png,
    jpeg,
    webp,
    gif,
    tiff,
    heif,
    svg,
    mp4,
    avi,
    flv,
    matroska,
    mp3,
    aac,
    wav,
    flac,
    ogg,
    ooxml,
    epub,
    pdf,
    html,
    markdown,
    vtt,
    ass,
    ttml,
    json_body,
    sse,
    *no_place.FORMATS,
)
"""Every format; which stands first matters only between equal scores."""

HEAD = 4096
"""Bytes of a file by which its format is recognised."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked at.

    Attributes:
        codec: the format's; None when no codec knows the bytes.
        reading: what was found; a file that cannot be read at all has a gap.
    """

    codec: Codec | None
    reading: Reading


def codec_of(source: Source, name: str) -> Codec | None:
    """The codec that knows this content best; None when none does.

    Args:
        source: the file.
        name: its name, for formats without a signature; "" when there is none.
    """
    head = source.up_to(0, HEAD)
    scored = [(codec.score(name, head), codec) for codec in CODECS]
    best = max((score for score, _ in scored), default=0)
    return next((codec for score, codec in scored if score == best), None) if best else None


def named(name: str) -> Codec | None:
    """The codec of this NAME."""
    return next((codec for codec in CODECS if name == codec.NAME), None)


def open_label(source: Source, name: str) -> Opened:
    """Look for labels in a file of any format; never raises for what is in it."""
    codec: Codec | None = None
    try:
        codec = codec_of(source, name)
        if codec is None:
            reading = Reading(gaps=(Gap("file", "unknown format" if source.size else "empty"),))
        else:
            reading = codec.read(source)
    except MalformedError as error:
        reading = Reading(gaps=(Gap(f"byte {error.at}", error.problem),))
    if not labels(reading):
        more = anywhere(source, codec)
        reading = Reading(
            (*reading.candidates, *more.candidates), (*reading.traces, *more.traces), (*reading.gaps, *more.gaps)
        )
    return Opened(codec, reading)


def plan(source: Source, name: str, label: AigcLabel, seen: Opened | None = None) -> tuple[Codec, tuple[Splice, ...]]:
    """How the file must change to hold this label; no splice where it holds it.

    `seen` is what `open_label` has found in this very file, where somebody has looked already.

    Raises LabelError: LBL001 unknown format, LBL002 damaged, LBL003 no place, LBL004 cannot take one, LBL005 several labels,
    LBL006 a place that is not written.
    """
    codec = _known(source, name)
    try:
        found = anywhere(source, codec).candidates if seen is None else seen.reading.candidates
        if any(one.place == PLACE for one in found) and not labels(codec.read(source)):
            raise cannot_edit(codec.NAME, PLACE)
        return codec, codec.write(source, label)
    except TooMuchError as error:
        raise too_much(name, error.problem) from None
    except MalformedError as error:
        raise malformed(name, error.problem, error.at) from None


def bare(source: Source, name: str) -> tuple[Splice, ...]:
    """How the file would have to change to be as it was before labelling; for its content hash. Raises as `plan`."""
    codec = _known(source, name)
    try:
        return codec.bare(source)
    except TooMuchError as error:
        raise too_much(name, error.problem) from None
    except MalformedError as error:
        raise malformed(name, error.problem, error.at) from None


def _known(source: Source, name: str) -> Codec:
    codec = codec_of(source, name)
    if codec is None:
        raise unknown_format(name)
    return codec
