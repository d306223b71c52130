"""Find a label in a place of a picture, a sound or a film that its codec does not look at, or in a file of no known format.

Knows how much of a file is looked through; knows no format. It is asked only where the codec has found no label, so that none is
told twice, and never of texts and documents, which may speak of labels. What is found is read and not written: a writer that put
a second label into the file would make two of one.
Rules: GB 45438-2025 6.1 c) (one label per file); no guide names such a place.
"""

from __future__ import annotations

from hegui.kernel.source import MalformedError, Source
from hegui.label.codec import Codec
from hegui.label.findings import Finding
from hegui.label.reading import Candidate
from hegui.label.stray import stray

__all__ = ["anywhere"]

EDGE = 8 << 20
"""Bytes at either end of a file that are looked through."""
_PLACE = "stray bytes"


def anywhere(source: Source, codec: Codec | None) -> tuple[Candidate, ...]:
    """The labels between the other bytes of the file; none for a format of text."""
    if codec is not None and not _is_media(codec):
        return ()
    middle = min(EDGE, source.size)
    ranges = ((0, middle), (max(middle, source.size - EDGE), source.size))
    finding = Finding("place.other", "fault", codec.CLAUSE if codec is not None else "", _PLACE)
    found: list[Candidate] = []
    try:
        for start, end in ranges:
            found += (Candidate(_PLACE, *one, False, (finding,)) for one in stray(source, start, end, is_quoted=False))
    except MalformedError:  # too many names to look at each: what was found is a label all the same
        pass
    return tuple(found)


def _is_media(codec: Codec) -> bool:
    kind = codec.MEDIA_TYPES[0]
    return kind.startswith(("image/", "audio/", "video/")) and not kind.endswith("xml")
