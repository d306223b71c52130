"""Find a label in a place of a picture, a sound or a film that its codec does not look at, or in a file of no known format.

Knows how much of a file is looked through; knows no format. It is asked only where the codec has found no label, so that none is
told twice, and never of texts and documents, which may speak of labels. What is found is read and not written: a writer that put
a second label into the file would make two of one.
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
from hegui.label.reading import Candidate
from hegui.label.spellings import parse
from hegui.label.stray import stray

__all__ = ["anywhere"]

EDGE = 8 << 20
"""Bytes at either end of a file that are looked through."""
_PART = re.compile(r"^meta\.xml$|aigc", re.IGNORECASE)
_MOST = 16
"""Parts of an archive that are looked through."""
_OLD = b"\xd0\xcf\x11\xe0"
"""The start of an office document of before 2007, whose properties are texts between other bytes."""
_PLACE = "stray bytes"


def anywhere(source: Source, codec: Codec | None) -> tuple[Candidate, ...]:
    """The labels between the other bytes of the file; none for a format of text."""
    head = source.up_to(0, 4)
    if codec is not None and not _is_media(codec) and head != _OLD:
        return ()
    if codec is None and head == b"PK\3\4":
        return tuple(_in_archive(source))
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
