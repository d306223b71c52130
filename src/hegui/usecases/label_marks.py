"""Put the explicit mark (显式标识) on a file, whatever kind it is: a picture, a text, a document, sound or video.

Knows which kind of mark a file takes; draws nothing itself. The implicit label stays as it stands; a picture that cannot take a
mark without loss says so. The marked file takes the old one's place only when it is whole on the disk.
Rules: GB 45438-2025 chapter 5; Labelling Measures article 4 (files that are downloaded, copied or exported hold their mark).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hegui.kernel.source import Source
from hegui.kernel.splice import apply
from hegui.label.explicit.documents import mark_document
from hegui.label.explicit.mark import WORDINGS, PictureMark
from hegui.label.explicit.mark import Place as PicturePlace
from hegui.label.explicit.pictures import format_of, mark_picture
from hegui.label.explicit.text_mark import TextMark, TextPlace
from hegui.label.explicit.texts import mark_text
from hegui.label.faults import LabelError
from hegui.label.formats import codec_of
from hegui.label.policy import DEFAULT_TEXT
from hegui.usecases.label_disk import splice_file
from hegui.usecases.label_files import open_file, replace_file

__all__ = ["LARGEST", "MarkOrder", "Marked", "mark_bytes", "mark_file"]

LARGEST = 256 << 20
"""Bytes of a picture or document that is marked in memory."""

DOCUMENTS = ("ooxml", "pdf")
SOUNDS = ("mp3", "aac", "wav", "flac", "ogg")
FILMS = ("mp4", "matroska")
"""Codecs whose files hold pictures, or sound alone: the streams tell."""


@dataclass(frozen=True, slots=True)
class MarkOrder:
    """Which mark a file is to get.

    Attributes:
        language: "zh" or "en", of the default wording.
        text: wording of the operator's own; None takes the default.
        picture_place: corner or edge.
        text_place: before or behind a text.
        may_reencode: whether a picture may be encoded anew where that is the only way.
        sound: what stands in front of sound: 短长 短短, or a spoken sentence.
    """

    language: str = "zh"
    text: str | None = None
    picture_place: PicturePlace = "bottom_right"
    text_place: TextPlace = "tail"
    may_reencode: bool = False
    sound: Literal["rhythm", "spoken"] = "rhythm"

    def of_picture(self) -> PictureMark:
        """The plate. Raises LabelError LBL101."""
        return PictureMark(self.text or WORDINGS[self.language], self.picture_place, self.may_reencode)

    def of_text(self) -> TextMark:
        """The line. Raises LabelError LBL101, LBL115."""
        return TextMark(self.text or DEFAULT_TEXT[self.language], self.text_place)


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a file.

    Attributes:
        data: the marked file.
        format: which.
        is_changed: False where the mark stood already.
        loss: "none", or "picture" where the whole picture was encoded anew.
        places: frames, pages, slides or sheets that bear the mark.
    """

    data: bytes
    format: str
    is_changed: bool
    loss: str
    places: int


def mark_bytes(data: bytes, name: str, order: MarkOrder) -> Marked:
    """A file in memory with its mark. Raises LabelError LBL100 to LBL115, as the kind has them."""
    if format_of(data):
        stamped = mark_picture(data, order.of_picture(), name)
        return Marked(stamped.data, stamped.format, stamped.is_changed, stamped.loss, len(stamped.stamps))
    source = Source.of(data)
    codec = codec_of(source, name)
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
            return _mark_film_or_sound(path, codec.NAME, order, out)
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


def _mark_film_or_sound(path: Path, kind: str, order: MarkOrder, out: Path | None) -> Marked:
    """A mark that is heard or seen; large files go from disk to disk."""
    from hegui.label.explicit.sound import mark_sound
    from hegui.label.explicit.sound_mark import SoundMark
    from hegui.label.explicit.video import mark_video
    from hegui.label.explicit.video_mark import VideoMark

    try:
        if kind in SOUNDS or path.suffix.lower() in (".m4a", ".m4b"):
            language: Literal["zh", "en"] = "en" if order.language == "en" else "zh"
            heard = mark_sound(path, SoundMark(order.sound, "head", language))
            splices, loss = heard.splices, str(heard.loss)
        else:
            seen = mark_video(
                path, VideoMark(order.text or WORDINGS[order.language], order.picture_place, None, order.may_reencode)
            )
            splices = seen.splices
            loss = "picture" if seen.encoded and seen.encoded == seen.frames else "none"
    except LabelError as error:
        error.where = str(path)
        raise
    if splices or out is not None:
        splice_file(path, splices, out=out)
    return Marked(b"", kind, bool(splices), loss, 1)
