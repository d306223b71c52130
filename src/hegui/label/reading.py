"""What a codec says about a file it has read: texts that may be labels, other signs of generation, and what it did not see.

Knows the shapes that all codecs share; knows no format. A codec reports every place it looked at and understood; it judges
nothing. What it could not examine is a gap with its reason, so that "no label" is never said of a file half read.
Rules: GB 45438-2025 6.1 c) (one label per file) is why every candidate is kept, not the first alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hegui.label.findings import Finding

__all__ = ["Candidate", "Gap", "Reading", "Trace", "TraceKind"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may be a label.

    Attributes:
        place: where it stands, in words that do not vary: "png iTXt XMP", "exif UserComment", "moov.udta.meta mdta AIGC".
        offset: byte offset in the file of the block that holds it: the chunk, box, tag or line.
        size: bytes of that block.
        text: the value as it stands, entities and encodings undone, nothing else.
        is_standard: whether the guides name this place for this format.
        findings: deviations of the place or of the encoding that the codec saw.
    """

    place: str
    offset: int
    size: int
    text: str
    is_standard: bool = True
    findings: tuple[Finding, ...] = ()


TraceKind = Literal["c2pa", "iptc_source_type", "generator", "parameters", "explicit_text", "other"]


@dataclass(frozen=True, slots=True)
class Trace:
    """Another sign that content is generated.

    Attributes:
        kind: c2pa: a C2PA manifest is there (not that it is valid); iptc_source_type: Iptc4xmpExt:DigitalSourceType; generator:
            a tag that names the program or service that made it; parameters: prompts or workflow of an image generator.
        place: where it stands.
        detail: what it says, at most 200 characters.
    """

    kind: TraceKind
    place: str
    detail: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that was not examined.

    Attributes:
        place: which part.
        reason: why: "truncated", "encrypted", "too large", "malformed", "unknown version".
    """

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All a codec found in one file, in file order."""

    candidates: tuple[Candidate, ...] = ()
    traces: tuple[Trace, ...] = ()
    gaps: tuple[Gap, ...] = ()
