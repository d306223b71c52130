"""Which files can take a C2PA manifest, and under which media type c2pa-python knows them.

Knows codecs by name and the brands of pictures; knows no manifest. A file that signing would harm is refused with the reason:
c2pa-python writes PDF files anew, so encryption would be taken away and other signatures would break; into TIFF files of several
pages it puts a directory that is no page, over which libtiff and Pillow stumble.
Rules: C2PA 2.2 Annex A (embedding); measured with c2pa-python 0.38.1.
"""

from __future__ import annotations

from hegui.kernel.source import Source
from hegui.kernel.tiff import directory, layout
from hegui.label.formats import codec_of
from hegui.label.pdf_document import Document

__all__ = ["MEDIA", "media_type", "obstacle"]

MEDIA = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "heif": "image/heif",
    "svg": "image/svg+xml",
    "mp4": "video/mp4",
    "avi": "video/x-msvideo",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "pdf": "application/pdf",
}
"""Codec → what c2pa-python is told; formats it cannot embed into are not here."""

_AVIF = (b"avif", b"avis")
_SOUND = (b"M4A ", b"M4B ")
_FILM = (b"qt  ",)
_MARK = b"/ByteRange"


def media_type(source: Source, name: str) -> str:
    """The media type; "" for a format that takes no manifest.

    Args:
        source: the file.
        name: its name, for formats without a signature.
    """
    codec = codec_of(source, name)
    found = MEDIA.get(codec.NAME, "") if codec is not None else ""
    brand = source.up_to(8, 4) if found in ("image/heif", "video/mp4") else b""
    if brand in _AVIF:
        return "image/avif"
    if found == "image/heif":
        return "image/heic"
    if brand in _SOUND:
        return "audio/mp4"
    return "video/quicktime" if brand in _FILM else found


def obstacle(source: Source, name: str) -> str:
    """Why this file must not be signed; "" where nothing stands against it. Raises MalformedError."""
    found = media_type(source, name)
    if not found:
        codec = codec_of(source, name)
        return f"c2pa-python cannot embed one into {codec.NAME}" if codec is not None else "its format is not known"
    if found == "application/pdf":
        return _obstacle_in_pdf(source)
    if found == "image/tiff" and directory(source, header := layout(source), header.first).next:
        return "it has several pages, and c2pa-python adds one that readers stumble over"
    if found == "image/svg+xml" and source.up_to(0, 2) == b"\x1f\x8b":
        return "it is compressed"
    return ""


def _obstacle_in_pdf(source: Source) -> str:
    document = Document(source)
    if document.fault is not None:
        raise document.fault
    if "Encrypt" in document.trailer:
        return "it is encrypted, and c2pa-python would take the encryption away"
    overlap = b""
    for piece in source.pieces(0, source.size):
        if _MARK in overlap + piece:
            return "it holds a signature, which would break"
        overlap = piece[-len(_MARK) :]
    return ""
