"""AAC as a raw stream, in ADTS frames (.aac): the label in an ID3v2 tag in front.

Knows the ADTS header; decodes nothing. No guide names a place in this format; players pass over an ID3v2 tag as they do in
MP3, so the label stands there as it does in MP3. An M4A file is the better carrier, since a guide names its place.
Rules: our proposal; ISO/IEC 13818-7 and 14496-3 for the ADTS header.
"""

from __future__ import annotations

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label import id3_labels
from hegui.label.aigc import AigcLabel
from hegui.label.frame_chain import require, score_of
from hegui.label.reading import Reading

__all__ = ["CLAUSE", "EXTENSIONS", "IS_REVERSIBLE", "MEDIA_TYPES", "NAME", "PLACE", "bare", "read", "score", "write"]

NAME = "aac"
EXTENSIONS = (".aac", ".adts")
MEDIA_TYPES = ("audio/aac", "audio/aacp", "audio/x-aac")
PLACE = "ID3v2 TXXX AIGC"
CLAUSE = "our proposal"
IS_REVERSIBLE = True


def frame_size(head: bytes) -> int | None:
    """Bytes of the ADTS frame whose header begins here; None where none does.

    >>> frame_size(bytes.fromhex("fff150401b1ffc"))
    216
    """
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return None
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size >= (7 if head[1] & 1 else 9) else None


def kind_of(head: bytes) -> bytes:
    """What all frames of one stream have in common: version, profile, sampling rate, channels."""
    return bytes((head[1], head[2] & 0xFD, head[3] & 0xC0))


def score(name: str, head: bytes) -> int:
    return score_of(name, head, EXTENSIONS, frame_size, kind_of)


def read(source: Source) -> Reading:
    tags = id3_labels.tags_of(source)
    require(source, tags, frame_size, kind_of, "ADTS")
    return id3_labels.read(tags, is_standard=True)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    tags = id3_labels.tags_of(source)
    require(source, tags, frame_size, kind_of, "ADTS")
    return id3_labels.write(source, tags, id3_labels.read(tags, is_standard=True), label, NAME)


def bare(source: Source) -> tuple[Splice, ...]:
    tags = id3_labels.tags_of(source)
    return id3_labels.bare(tags, id3_labels.read(tags, is_standard=True), NAME)
