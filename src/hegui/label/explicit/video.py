"""Put a visible mark on the opening of a video: a plate on its first frames, and all other frames, sound and data as they were.

Knows which container and which codec go which way; draws with what draws on pictures, has frames made again by ffmpeg, and puts
them where the old ones stood. Where no keyframe follows from which the old frames can go on, all frames are made anew, if the
caller allows that. What comes of it is splices; `video_proof` holds the written file against the old one.
Rules: GB 45438-2025 5.4; Labelling Measures article 4 (files to download hold the mark).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hegui.kernel.source import MalformedError, Source
from hegui.kernel.splice import Splice
from hegui.label.explicit import matroska_frames, matroska_track, mp4_frames, mp4_track
from hegui.label.explicit.avc import Avc, is_closed, joined, relength
from hegui.label.explicit.ffmpeg import folder, need_ffmpeg
from hegui.label.explicit.media_faults import cannot_video, would_encode
from hegui.label.explicit.media_notes import notes_of
from hegui.label.explicit.mp4_frames import NewFrames
from hegui.label.explicit.opening import DEMUXERS, frames_at, times_of
from hegui.label.explicit.pillow import decoding, need_pillow
from hegui.label.explicit.probe import Video, video_of
from hegui.label.explicit.recoded import CODECS, frame_is_key, recoded
from hegui.label.explicit.timeline import Cut, Timeline, cut
from hegui.label.explicit.video_mark import MarkedVideo, VideoMark
from hegui.label.faults import malformed
from hegui.label.formats import codec_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["mark_video"]

_BUDGET = 1 << 30
_MATROSKA = {"V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc", "V_VP8": "vp8", "V_VP9": "vp9"}


@dataclass(frozen=True, slots=True)
class _Opened:
    """A video whose container was read.

    Attributes:
        line: its frames in time.
        frame: gives the data of one.
        config: what decoders are set up with; empty where the container holds none.
        exchanged: puts other frames in.
    """

    line: Timeline
    frame: Callable[[int], bytes]
    config: bytes
    exchanged: Callable[[NewFrames], tuple[Splice, ...]]


def mark_video(path: Path, mark: VideoMark | None = None, name: str = "") -> MarkedVideo:
    """How a video must change for its opening to bear the mark.

    Args:
        path: the file.
        mark: what to put on; the default wording at the bottom right where it is None.
        name: what to call it in messages; its own name where it is empty.
    Raises:
        LabelError: LBL002 damaged; LBL030, LBL031; LBL100, LBL102 to LBL105; LBL130, LBL131, LBL134 to LBL137.
    """
    mark, where = mark or VideoMark(), name or path.name
    need_pillow()
    need_ffmpeg()
    with path.open("rb") as file:
        source = Source(file, budget=_BUDGET)
        container = codec_of(source, path.name)
        kind = container.NAME if container is not None else ""
        if kind not in DEMUXERS:
            raise cannot_video(where, "it is no MP4, QuickTime, Matroska or WebM")
        try:
            return _marked(path, source, kind, mark, where)
        except MalformedError as error:
            raise malformed(where, error.problem, error.at) from None


def _marked(path: Path, source: Source, kind: str, mark: VideoMark, where: str) -> MarkedVideo:
    from hegui.label.explicit.video_plate import painted, standing_on, worst_contrast  # Pillow is an optional extra

    video = video_of(path, DEMUXERS[kind], where)
    if video.codec not in CODECS:
        raise cannot_video(where, f"its codec is {video.codec}")
    pictures = _pictures(path, kind, video, mark, where)
    with decoding(where):
        standing = standing_on(pictures, mark)
    if standing is not None:
        return MarkedVideo((), kind, video.codec, standing, mark.shown, 0, 0)
    opened = _mp4(source, video, where) if kind == "mp4" else _matroska(source, video, where)
    part = cut(opened.line, mark.shown, _closed(opened, video))
    total = len(opened.line.shown)
    if part.count == total and not mark.may_reencode:
        raise would_encode(where, "no keyframe follows the mark")
    old = Avc.of(opened.config) if video.codec == "h264" else None
    identity = old.free_number() if old is not None and part.count < total else None
    in_order = all(one <= other for one, other in pairwise(opened.line.shown))
    with folder() as place:
        png = place / "plate.png"
        with decoding(where):
            stamp, at = painted(png, video, mark, where)
            stamp = replace(stamp, contrast=worst_contrast(pictures, mark, where))
        video = replace(video, reorder=0) if in_order else video
        new = recoded(path, DEMUXERS[kind], video, png, at, part, identity, where)
    new = _fitted(new, old, part, total, where)
    end = max(opened.line.shown) - max(opened.line.start, min(opened.line.shown))
    seconds = part.seconds if part.seconds is not None else end / opened.line.scale + 1 / video.rate
    return MarkedVideo(
        opened.exchanged(new), kind, video.codec, stamp, round(float(seconds), 3), part.count, total,
        notes_of(source, path.name, is_short=part.seconds is None),
    )  # fmt: skip


def _pictures(path: Path, kind: str, video: Video, mark: VideoMark, where: str) -> list[Image.Image]:
    """The opening as it is shown."""
    from PIL import Image

    times = times_of(video.seconds, mark.shown, float(video.rate))
    found = []
    with decoding(where):
        for _, data in frames_at(path, DEMUXERS[kind], times, video.shown, where):
            with Image.open(BytesIO(data), formats=["PNG"]) as picture:
                found.append(picture.convert("RGB"))
    return found


def _mp4(source: Source, video: Video, where: str) -> _Opened:
    film = mp4_track.film_of(source, where, cannot_video)
    track = mp4_track.track_of(source, film, b"vide", where, cannot_video)
    box = CODECS[video.codec].box
    config = track.entry.named(box) if box else None
    if track.entry.box.kind in (b"encv", b"drmi") or (box and config is None):
        raise cannot_video(where, "it is encrypted, or its configuration is missing")
    return _Opened(
        Timeline(track.shown, track.syncs, track.scale, track.start),
        lambda frame: source.at(track.offsets[frame], track.sizes[frame]),
        source.at(config.body, config.end - config.body) if config is not None else b"",
        lambda new: mp4_frames.exchanged(source, film, track, new, box, where),
    )


def _matroska(source: Source, video: Video, where: str) -> _Opened:
    track = matroska_track.track_of(source, where)
    if _MATROSKA.get(track.codec) != video.codec:
        raise cannot_video(where, "its codec is named in a way that is not handled")
    syncs = frozenset(number for number, block in enumerate(track.blocks) if block.is_key)

    def frame(number: int) -> bytes:
        block = track.blocks[number]
        return source.at(block.element.body + block.head, (block.element.size or 0) - block.head)

    return _Opened(
        Timeline([block.time for block in track.blocks], syncs, 1e9 / track.scale, 0),
        frame,
        source.at(track.private.body, track.private.size or 0) if track.private is not None else b"",
        lambda new: matroska_frames.exchanged(source, track, new, where),
    )


def _closed(opened: _Opened, video: Video) -> Callable[[int], bool] | None:
    """Whether old frames can go on from a keyframe; None where they never can."""
    if not CODECS[video.codec].stays:
        return None
    if video.codec == "h264":
        length = Avc.of(opened.config).length
        return lambda number: is_closed(opened.frame(number), length)
    return lambda number: frame_is_key(video.codec, opened.frame(number)[:1])


def _fitted(new: NewFrames, old: Avc | None, part: Cut, total: int, where: str) -> NewFrames:
    """The new frames with a configuration for them and for the old ones that stay."""
    if new.config is None or old is None:
        return new
    own = Avc.of(new.config)
    if part.count == total:
        return new
    both = joined(old, own)
    if both is None:
        raise cannot_video(where, "the frames that stay and new ones cannot share a configuration")
    return replace(new, data=[relength(one, own.length, old.length) for one in new.data], config=both.record())
