"""Why a mark cannot be put on sound or video, or judged there: LBL130 to LBL139, each with its remedy.

Knows what can go wrong with files that ffmpeg helps to mark; raises nothing itself.
Works as small functions that return the error, so that a `raise` shows at the place.
Rules: GB 45438-2025 5.3, 5.4; no remedy is to leave the mark away.
"""

from __future__ import annotations

from hegui.label.faults import LabelError

__all__ = [
    "bad_clip",
    "cannot_sound",
    "cannot_video",
    "needs_ffmpeg",
    "not_proven",
    "program_failed",
    "too_long",
    "unfit",
    "would_encode",
    "would_move",
]


def needs_ffmpeg(program: str) -> LabelError:
    """The program is not installed."""
    return LabelError("LBL130", program, "marks on this kind of file need the program",
                      "Install ffmpeg, which brings ffprobe, and see that both are on the PATH.")  # fmt: skip


def program_failed(where: str, program: str, problem: str) -> LabelError:
    """The program is there and does not do it."""
    return LabelError("LBL131", where, f"{program} has failed: {problem}",
                      "See that the file plays from start to end; if it does, try a newer ffmpeg.")  # fmt: skip


def cannot_sound(where: str, reason: str) -> LabelError:
    """The sound is of a kind that cannot be marked."""
    return LabelError("LBL132", where, f"no mark can be put on this sound: {reason}",
                      "Convert it to WAV, FLAC or MP3 and mark that.")  # fmt: skip


def would_move(where: str, what: str) -> LabelError:
    """Something in the file counts from its start."""
    return LabelError("LBL133", where, f"a mark in front would move the sound away from its {what}",
                      "Put the mark at the end.")  # fmt: skip


def would_encode(where: str, reason: str) -> LabelError:
    """Only encoding it whole would do, and the caller has not allowed it."""
    return LabelError("LBL134", where, f"the mark cannot be put on without encoding all of it anew: {reason}",
                      "Allow it to be encoded anew, or make the file again with more keyframes.")  # fmt: skip


def cannot_video(where: str, reason: str) -> LabelError:
    """The video is of a kind that cannot be marked."""
    return LabelError("LBL135", where, f"no mark can be put on this video: {reason}",
                      "Convert it to MP4 with H.264, such as with: ffmpeg -i OLD NEW.mp4")  # fmt: skip


def not_proven(where: str, problem: str) -> LabelError:
    """The marked file was looked at, and something is not as it must be."""
    return LabelError("LBL136", where, f"the marked file is not what it must be: {problem}",
                      "Report it with the file's format; the file itself is as it was.")  # fmt: skip


def too_long(where: str, problem: str) -> LabelError:
    """More than is taken."""
    return LabelError("LBL137", where, f"it is too long to be marked: {problem}",
                      "Split it, or mark it where it is made.")  # fmt: skip


def bad_clip(where: str, problem: str) -> LabelError:
    """A spoken mark of the operator's own that will not do."""
    return LabelError("LBL138", where, f"this clip is no spoken mark: {problem}",
                      "Record it as WAV, at a normal pace, and try again.")  # fmt: skip


def unfit(seconds: float, least: float, most: float) -> LabelError:
    """The mark would be shown too briefly, or too long."""
    return LabelError("LBL139", "", f"{seconds:g} seconds are not {least:g} to {most:g}",
                      "Show the mark for at least the time that GB 45438-2025 5.4 asks for.")  # fmt: skip
