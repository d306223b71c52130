"""Put the explicit mark (显式标识) on a file, whatever kind it is: a picture, a text, a document, sound or video.

Knows which kind of mark a file takes; draws nothing itself. The implicit label stays as it stands; a picture that cannot take a
mark without loss says so. The marked file takes the old one's place only when it is whole on the disk.
Rules: GB 45438-2025 chapter 5; Labelling Measures article 4 (files that are downloaded, copied or exported hold their mark).
"""

from __future__ import annotations

from pathlib import Path

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.explicit.documents import mark_document
from hegui.label.explicit.pictures import format_of, mark_picture
from hegui.label.explicit.texts import mark_text
from hegui.label.faults import LabelError
from hegui.label.formats import codec_of
from hegui.usecases.label_files import open_file, replace_file
from hegui.usecases.label_media_marks import FILMS, SOUNDS, mark_media, mark_media_bytes
from hegui.usecases.mark_order import Marked, MarkOrder

__all__ = ["LARGEST", "MarkOrder", "Marked", "mark_bytes", "mark_file"]

LARGEST = 256 << 20
"""Bytes of a picture or document that is marked in memory."""

DOCUMENTS = ("ooxml", "pdf")


def mark_bytes(data: bytes, name: str, order: MarkOrder) -> Marked:
    """A file in memory with its mark. Raises LabelError LBL100 to LBL115 and LBL130 to LBL138, as the kind has them."""
    if format_of(data):
        stamped = mark_picture(data, order.of_picture(), name)
        return Marked(stamped.data, stamped.format, stamped.is_changed, stamped.loss, len(stamped.stamps))
    source = Source.of(data)
    codec = codec_of(source, name)
    if codec is not None and codec.NAME in (*SOUNDS, *FILMS):
        return mark_media_bytes(data, name, codec.NAME, order)
    if codec is not None and codec.NAME in DOCUMENTS:
        document = mark_document(source, name, order.of_text())
        return Marked(apply(data, document.splices), document.format, bool(document.splices), "none", document.places)
    text = mark_text(source, name, order.of_text())
    return Marked(apply(data, text.splices), text.format, bool(text.splices), "none", 1)


def mark_file(path: Path, order: MarkOrder, *, out: Path | None = None) -> Marked:
    """Put the mark on a file on disk, in its place or as a new file.

    Raises LabelError as `mark_bytes`; LBL120 to LBL123; LBL130 to LBL138 for sound and video, which need the program ffmpeg.
    """
    with open_file(path) as source:
        codec = codec_of(source, path.name)
        if codec is not None and codec.NAME in (*SOUNDS, *FILMS):
            return mark_media(path, codec.NAME, order, out=out)
        if source.size > LARGEST:
            raise LabelError("LBL150", str(path), "it is too large to be marked in memory",
                             f"Mark it where it is made; up to {LARGEST >> 20} MiB are marked here.")  # fmt: skip
        data = b"".join(source.pieces(0, source.size))
    try:
        marked = mark_bytes(data, path.name, order)
    except LabelError as error:
        error.where = str(path)
        raise
    if marked.is_changed or out is not None:
        replace_file(path, marked.data, out=out)
    return marked
