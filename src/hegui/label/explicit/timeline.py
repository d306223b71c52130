"""How far into a video frames must be encoded anew for its opening to bear a mark, and how many of them show it.

Knows times and keyframes; knows no container and no codec. The frames behind the cut stay, so the cut goes before a keyframe from
which on nothing looks back, and past which no earlier frame is shown.
Rules: GB 45438-2025 5.4 (the mark stands for a time from the opening frame on).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

__all__ = ["Cut", "Timeline", "cut"]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The frames of a video in the order in which they are decoded.

    Attributes:
        shown: when each is shown.
        syncs: which are keyframes, from 0.
        scale: units of time in a second.
        start: when the video begins to be shown.
    """

    shown: Sequence[int]
    syncs: frozenset[int]
    scale: float
    start: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the old frames go on.

    Attributes:
        count: frames that are encoded anew; all where there is no place to go on.
        marked: how many of these show the mark, from the first one shown.
        seconds: for how long that is; None where the mark stands to the end, whose time is not known here.
        keys: which of them are shown where a keyframe was, in order of showing.
    """

    count: int
    marked: int
    seconds: float | None
    keys: tuple[int, ...]


def cut(line: Timeline, seconds: float, is_closed: Callable[[int], bool] | None) -> Cut:
    """The nearest place to go on after so many seconds.

    Args:
        line: the frames.
        seconds: how long the mark must stand.
        is_closed: whether nothing from a keyframe on looks past it; None where no frames may stay.
    """
    shown, count = line.shown, len(line.shown)
    end = max(line.start, min(shown)) + seconds * line.scale
    at = count
    if is_closed is not None:
        latest = list(accumulate(shown, max))
        soonest = list(accumulate(reversed(shown), min))[::-1]
        fits = (
            sync
            for sync in sorted(line.syncs)
            if sync and shown[sync] >= end and latest[sync - 1] < shown[sync] == soonest[sync] and is_closed(sync)
        )
        at = next(fits, count)
    order = sorted(range(at), key=lambda frame: (shown[frame], frame))
    before = [frame for frame in order if shown[frame] < end]
    follows = order[len(before)] if len(before) < at else at if at < count else None
    lasts = None if follows is None else (shown[follows] - max(line.start, min(shown))) / line.scale
    keys = tuple(place for place, frame in enumerate(order) if frame in line.syncs)
    return Cut(at, len(before), lasts, keys)
