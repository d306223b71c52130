"""MPEG audio, layers 1 to 3 (.mp3): the label in the ID3v2 tag in front.

Knows the frame headers by which the sound is recognised, and where it must begin; decodes nothing. A tag is never enough to
call a file MP3, since others have one too: frames must follow, each where the one before ends.
Rules: PG-202510A (ID3v2 TXXX, description AIGC, the inner object); ISO/IEC 11172-3 and 13818-3 for the frame header.
"""

from __future__ import annotations

from hegui.kernel.source import Source
from hegui.kernel.splice import Splice
from hegui.label import id3_labels
from hegui.label.aigc import AigcLabel
from hegui.label.frame_chain import require, score_of
from hegui.label.reading import Reading

__all__ = [
    "CLAUSE",
    "EXTENSIONS",
    "IS_REVERSIBLE",
    "MEDIA_TYPES",
    "NAME",
    "PLACE",
    "bare",
    "read",
    "rebuilt",
    "score",
    "write",
]

NAME = "mp3"
EXTENSIONS = (".mp3", ".mp2", ".mpga")
MEDIA_TYPES = ("audio/mpeg", "audio/mp3")
PLACE = "ID3v2 TXXX AIGC"
CLAUSE = "PG-202510A"
IS_REVERSIBLE = True

_RATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second by (1 for MPEG-1, 2 for MPEG-2 and 2.5; layer)."""
_HERTZ = (44100, 48000, 32000)


def frame_size(head: bytes) -> int | None:
    """Bytes of the frame whose header these four bytes are; None where they are none, or its rate is free.

    >>> frame_size(bytes.fromhex("fffb50c0"))
    208
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate, hertz, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or rate in (0, 15) or hertz == 3 or head[3] & 3 == 2:
        return None
    family = 1 if version == 3 else 2
    bits = 1000 * kilobits(head)
    sampling = _HERTZ[hertz] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 1:
        return (12 * bits // sampling + padding) * 4
    return (72 if family == 2 and layer == 3 else 144) * bits // sampling + padding


def kilobits(head: bytes) -> int:
    """Kilobits a second of a frame whose header is one.

    >>> kilobits(bytes.fromhex("fffb50c0"))
    64
    """
    return _RATES[1 if head[1] >> 3 & 3 == 3 else 2, 4 - (head[1] >> 1 & 3)][(head[2] >> 4) - 1]


def kind_of(head: bytes) -> bytes:
    """What all frames of one stream have in common: version, layer, sampling rate."""
    return bytes((head[1] & 0xFE, head[2] & 0x0C))


def score(name: str, head: bytes) -> int:
    return score_of(name, head, EXTENSIONS, frame_size, kind_of)


def read(source: Source) -> Reading:
    tags = id3_labels.tags_of(source)
    require(source, tags, frame_size, kind_of, "MPEG audio")
    return id3_labels.read(tags, is_standard=True)


def write(source: Source, label: AigcLabel) -> tuple[Splice, ...]:
    tags = id3_labels.tags_of(source)
    require(source, tags, frame_size, kind_of, "MPEG audio")
    return id3_labels.write(source, tags, id3_labels.read(tags, is_standard=True), label, NAME)


def bare(source: Source) -> tuple[Splice, ...]:
    tags = id3_labels.tags_of(source)
    return id3_labels.bare(tags, id3_labels.read(tags, is_standard=True), NAME)


def rebuilt(source: Source) -> tuple[Splice, ...]:
    """The file before labelling as one vendor of MP3 labels hashes it (see `id3_labels.rebuilt`), beside `bare`."""
    tags = id3_labels.tags_of(source)
    return id3_labels.rebuilt(tags, id3_labels.read(tags, is_standard=True), NAME)
