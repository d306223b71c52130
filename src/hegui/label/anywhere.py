"""Find a label in a place of a picture, a sound or a film that its codec does not look at, or in a file of no known format.

Knows how much of a file is looked through; knows no format. It is asked only where the codec has found no label, so that none is
told twice, and never of texts and documents, which may speak of labels. The label of a cover says nothing of the sound or film it
belongs to. What is found is read and not written: a writer that put a second label into the file would make two of one.
Rules: GB 45438-2025 6.1 c) (one label per file); no guide names such a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.zip_members import archive, content, extent
from hegui.label import xmp
from hegui.label.codec import Codec
from hegui.label.field_text import decoded
from hegui.label.findings import Finding
from hegui.label.reading import Candidate, Gap, Reading, Trace
from hegui.label.spellings import parse
from hegui.label.stray import stray
from hegui.label.text_file import reveal

__all__ = ["PLACE", "anywhere"]

EDGE, EDGE_OF_PICTURE = 1 << 20, 4 << 20
"""Bytes at either end of a file that are looked through."""
_PART = re.compile(r"^meta\.xml$|aigc", re.IGNORECASE)
_MOST = 16
"""Parts of an archive that are looked through."""
_OLD = b"\xd0\xcf\x11\xe0"
"""The start of an office document of before 2007, whose properties are texts between other bytes."""
PLACE = "stray bytes"
"""What such a place is called."""
_COVER = 1 << 20
"""Bytes before a label in which the picture may begin that it stands in; XMP and EXIF stand near its start."""
_JPEG = re.compile(rb"\xff\xd8\xff[\xe0-\xef\xdb]")


def anywhere(source: Source, codec: Codec | None) -> Reading:
    """The labels between the other bytes of the file; none for a format of text."""
    head = source.up_to(0, 4)
    if codec is not None and not _is_media(codec) and head != _OLD:
        return Reading()
    if codec is None and head == b"PK\3\4":
        return Reading(tuple(_in_archive(source)))
    is_picture = codec is None or codec.MEDIA_TYPES[0].startswith("image/")
    edge = EDGE_OF_PICTURE if is_picture else EDGE
    middle = min(edge, source.size)
    ranges = ((0, middle), (max(middle, source.size - edge), source.size))
    finding = Finding("place.other", "fault", codec.CLAUSE if codec is not None else "", PLACE)
    found: list[Candidate] = []
    traces: list[Trace] = []
    gaps: tuple[Gap, ...] = ()
    try:
        for at, size, text in (one for start, end in ranges for one in stray(source, start, end, is_quoted=False)):
            if not is_picture and _is_in_picture(source, at):
                traces.append(Trace("other", "label of a picture within", reveal(text)[:200]))
            else:
                found.append(Candidate(PLACE, at, size, text, False, (finding,)))
    except MalformedError:  # what was found is a label all the same
        gaps = (Gap(PLACE, "too large"),)
    return Reading(tuple(found), tuple(traces), gaps)


def _is_in_picture(source: Source, at: int) -> bool:
    """Whether a picture that is part of a sound or film began before, such as its cover, and has not ended."""
    before = source.up_to(max(0, at - _COVER), min(at, _COVER))
    jpeg = max((match.start() for match in _JPEG.finditer(before)), default=-1)
    png = before.rfind(b"\x89PNG\r\n\x1a\n")
    return png > before.rfind(b"IEND\xae\x42\x60\x82") or jpeg > before.rfind(b"\xff\xd9")


def _in_archive(source: Source) -> Iterator[Candidate]:
    """What the parts of a package hold that say what it is, as OpenDocument has them."""
    try:
        for member in islice((one for one in archive(source).members if _PART.search(one.name)), _MOST):
            if member.size > xmp.MAX_PACKET:
                continue
            held = content(source, member)
            for text in [label.text for label in xmp.find(held).labels] or [decoded(held)[0]]:
                if parse(text) is not None:
                    finding = Finding("place.other", "fault", "", member.name[:60])
                    start, end = extent(source, member)
                    yield Candidate(member.name[:60], start, end - start, text, False, (finding,))
    except MalformedError:
        return


def _is_media(codec: Codec) -> bool:
    kind = codec.MEDIA_TYPES[0]
    return kind.startswith(("image/", "audio/", "video/")) and not kind.endswith("xml")
