"""Put the explicit mark on sound or video: heard in front or behind, or seen on the opening (音频、视频显式标识).

Knows which codecs hold sound and which film; codes nothing itself. What ffmpeg made is believed only after it was read back: a
video takes the place of the old one when every packet that must stay was found again.
Rules: GB 45438-2025 5.3 and 5.4; Labelling Measures article 4.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hegui.kernel.splice import Splice
from hegui.label.explicit.sound import mark_sound
from hegui.label.explicit.video import mark_video
from hegui.label.explicit.video_mark import MarkedVideo, VideoMark
from hegui.label.explicit.video_proof import prove_video
from hegui.label.faults import LabelError
from hegui.usecases.label_disk import splice_file
from hegui.usecases.mark_order import Marked, MarkOrder

__all__ = ["FILMS", "SOUNDS", "holds_sound_only", "mark_media", "mark_media_bytes"]

SOUNDS = ("mp3", "aac", "wav", "flac", "ogg")
FILMS = ("mp4", "matroska")
"""Codecs whose files hold pictures, or sound alone: the streams tell."""

_SOUND_ONLY = (b"M4A ", b"M4B ")
"""Major brands of MPEG-4 files that hold sound alone."""


def mark_media(path: Path, kind: str, order: MarkOrder, *, out: Path | None = None) -> Marked:
    """Mark a file on disk, in its place or as a new file; a large one is never held in memory.

    Args:
        kind: the codec's name, of `SOUNDS` or `FILMS`.
    Raises:
        LabelError: LBL002, LBL030, LBL031; LBL100 to LBL105; LBL121, LBL123; LBL130 to LBL138, with the path.
    """
    try:
        if kind in SOUNDS or holds_sound_only(path):
            return _heard(path, kind, order, out)
        return _seen(path, kind, order, out)
    except LabelError as error:
        error.where = str(path)
        raise


def mark_media_bytes(data: bytes, name: str, kind: str, order: MarkOrder) -> Marked:
    """Mark a file in memory. Raises LabelError as `mark_media`, with the name that was given."""
    with TemporaryDirectory(prefix="hegui-") as folder:
        path = Path(folder) / f"file{Path(name).suffix[:8]}"
        path.write_bytes(data)
        try:
            done = mark_media(path, kind, order)
        except LabelError as error:
            error.where = name
            raise
        return Marked(path.read_bytes(), done.format, done.is_changed, done.loss, done.places, done.notes)


def holds_sound_only(path: Path) -> bool:
    """Whether a file of `FILMS` has no pictures, by its name or its brand."""
    with path.open("rb") as file:
        return path.suffix.lower() in (".m4a", ".m4b", ".mka") or file.read(12)[8:] in _SOUND_ONLY


def _heard(path: Path, kind: str, order: MarkOrder, out: Path | None) -> Marked:
    done = mark_sound(path, order.of_sound())
    _put(path, done.splices, out)
    return Marked(b"", kind, bool(done.splices), done.loss, 1, done.notes)


def _seen(path: Path, kind: str, order: MarkOrder, out: Path | None) -> Marked:
    done = mark_video(path, VideoMark(order.wording, order.picture_place, None, order.may_reencode))
    _put(path, done.splices, out, done)
    loss = "picture" if done.encoded and done.encoded == done.frames else "none"
    return Marked(b"", kind, bool(done.splices), loss, 1, done.notes)


def _put(path: Path, splices: tuple[Splice, ...], out: Path | None, film: MarkedVideo | None = None) -> None:
    if not splices and out is None:
        return
    if film is None or not splices:
        splice_file(path, splices, out=out)
        return
    splice_file(path, splices, out=out, judge=lambda draft: prove_video(path, draft, film))
