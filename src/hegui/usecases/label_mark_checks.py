"""Check the explicit mark (显式标识) of a file: is it there, complete, large, long, legible, audible enough?

Knows who judges which kind of file, and brings their answers into one form; looks and listens to nothing itself. hegui reads no
writing on pictures and understands no speech: what it does not recognise stays UNKNOWN and is for a person.
Rules: GB 45438-2025 5.1 to 5.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hegui.kernel.logic import Verdict, all_of, verdict
from hegui.kernel.source import Source
from hegui.label.explicit.check import check_mark
from hegui.label.explicit.documents import mark_document
from hegui.label.explicit.mark import Box
from hegui.label.explicit.office_words import office_words
from hegui.label.explicit.pictures import format_of
from hegui.label.explicit.sound_check import check_sound
from hegui.label.explicit.text_mark import TextMark, TextPlace
from hegui.label.explicit.texts import format_of_text, mark_text
from hegui.label.explicit.video_check import check_video
from hegui.label.explicit.visible import explicit_text
from hegui.label.faults import LabelError
from hegui.label.formats import codec_of
from hegui.label.policy import DEFAULT_TEXT
from hegui.label.text_file import read_text
from hegui.label.wording import explain_wording
from hegui.usecases.label_files import open_file
from hegui.usecases.label_media_marks import FILMS, SOUNDS, holds_sound_only
from hegui.usecases.mark_order import MarkOrder

__all__ = ["CheckedMark", "MarkKind", "check_marks"]

MarkKind = Literal["picture", "sound", "video", "text", "document"]
Question = Literal["is_there", "is_complete", "is_large", "is_long", "is_legible", "is_audible"]

LARGEST = 256 << 20
"""Bytes of a picture, text or document that is looked at."""

PLACES: tuple[TextPlace, ...] = ("tail", "head")


@dataclass(frozen=True, slots=True)
class CheckedMark:
    """The answer for one file.

    Attributes:
        kind: what it is.
        questions: what was asked, each with its answer.
        places: where something was seen or heard that is a mark, or may be one.
        words: what it says, as far as that is known.
        ink, least_ink: height of the lowest mark of a picture, and what it must be, in pixels; None where nothing was measured.
        contrast, least_contrast: likewise, of the faintest, as the ratio of WCAG.
    """

    kind: MarkKind
    questions: tuple[tuple[Question, Verdict], ...]
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    ink: int | None = None
    least_ink: int | None = None
    contrast: float | None = None
    least_contrast: float | None = None

    @property
    def verdict(self) -> Verdict:
        """All of them together."""
        return all_of(answer for _, answer in self.questions)

    @property
    def unsettled(self) -> tuple[Question, ...]:
        """What a person has to look at or listen to."""
        return tuple(question for question, answer in self.questions if answer is Verdict.UNKNOWN)


def check_marks(path: Path, order: MarkOrder | None = None, *, region: Box | None = None) -> CheckedMark:
    """The answer for one file.

    Args:
        order: what was asked for when it was marked; the usual wordings are known without.
        region: where somebody says that a picture or video bears its mark.
    Raises:
        LabelError: LBL100, LBL104 to LBL106, LBL114 of pictures; LBL130 to LBL138 of sound and video; LBL080, LBL112, LBL113 of
            texts and documents; LBL120, LBL121, LBL150.
    """
    order = order or MarkOrder()
    try:
        with open_file(path) as source:
            codec = codec_of(source, path.name)
            name = codec.NAME if codec is not None else ""
            if name in SOUNDS or (name in FILMS and holds_sound_only(path)):
                return _sound(path, order)
            if name in FILMS:
                return _video(path, region)
            if source.size > LARGEST:
                raise LabelError("LBL150", str(path), "it is too large to be marked in memory",
                                 f"Mark it where it is made; up to {LARGEST >> 20} MiB are marked here.")  # fmt: skip
            if format_of(source.up_to(0, 64)):
                return _picture(b"".join(source.pieces(0, source.size)), path.name, region)
            if name in ("ooxml", "pdf"):
                return _document(source, path.name, name, order)
            return _text(source, path.name, order)
    except LabelError as error:
        error.where = str(path)
        raise


def _picture(data: bytes, name: str, region: Box | None) -> CheckedMark:
    found = check_mark(data, name, region=region)
    lowest = min((one for one in found if one.ink is not None), key=lambda one: one.ink or 0, default=None)
    faintest = min((one for one in found if one.contrast is not None), key=lambda one: one.contrast or 0, default=None)
    return CheckedMark(
        "picture",
        (
            ("is_there", all_of(one.is_there for one in found)),
            ("is_complete", all_of(one.is_complete for one in found)),
            ("is_large", all_of(one.is_large for one in found)),
            ("is_legible", all_of(one.is_legible for one in found)),
        ),
        tuple(f"frame {one.frame}" for one in found if one.region is not None),
        _once(one.text for one in found),
        lowest.ink if lowest else None,
        found[0].least_ink if found else None,
        faintest.contrast if faintest else None,
        found[0].least_contrast if found else None,
    )


def _video(path: Path, region: Box | None) -> CheckedMark:
    found = check_video(path, region=region)
    seen = [check for _, check in found.frames]
    first = seen[0]
    return CheckedMark(
        "video",
        (
            ("is_there", found.is_there),
            ("is_long", found.is_long),
            ("is_complete", found.is_complete),
            ("is_large", found.is_large),
            ("is_legible", found.is_legible),
        ),
        tuple(f"second {at:.2f}" for at, check in found.frames if check.region is not None),
        _once(check.text for check in seen),
        first.ink,
        first.least_ink,
        first.contrast,
        first.least_contrast,
    )


def _sound(path: Path, order: MarkOrder) -> CheckedMark:
    found = check_sound(path, mark=order.of_sound() if order.clip is not None else None)
    return CheckedMark(
        "sound",
        (("is_there", found.is_there), ("is_complete", found.is_complete), ("is_audible", found.is_audible)),
        (found.place,) if found.place is not None else (),
        (found.heard.kind,) if found.heard is not None else (),
    )


def _text(source: Source, name: str, order: MarkOrder) -> CheckedMark:
    """A mark of ours holds; words with both elements at an end are for a person; a text without them bears no mark."""
    ours = _ours(order, lambda mark: not mark_text(source, name, mark).splices)
    kind = format_of_text(source, name)
    seen = explicit_text(source, kind, name)
    text = read_text(source, name)
    is_without = text.is_whole and not explain_wording(text.text).is_complete
    there = Verdict.HOLDS if ours else verdict(False if is_without else None)
    return CheckedMark(
        "text",
        (("is_there", there), ("is_complete", there)),
        tuple(trace.place for trace in seen.traces),
        ours or _once(trace.detail for trace in seen.traces),
    )


def _document(source: Source, name: str, kind: str, order: MarkOrder) -> CheckedMark:
    """A mark of ours on every page, slide or sheet holds; marks of others are for a person."""
    traces = office_words(source, name).traces if kind == "ooxml" else ()
    words = (trace.detail for trace in traces)
    ours = _ours(order, lambda mark: not mark_document(source, name, mark).splices, words)
    there = verdict(True if ours else None)
    return CheckedMark(
        "document",
        (("is_there", there), ("is_complete", there)),
        tuple(trace.place for trace in traces),
        ours or _once(trace.detail for trace in traces),
    )


def _ours(order: MarkOrder, stands: Callable[[TextMark], bool], more: Iterable[str] = ()) -> tuple[str, ...]:
    """The wording with which marking the file would change nothing."""
    texts = [order.text] if order.text else [*DEFAULT_TEXT.values(), *more]
    marks = []
    for text in dict.fromkeys(texts):
        for place in PLACES:
            try:
                marks.append(TextMark(text, place))
            except LabelError:
                if order.text:
                    raise
    return next(((mark.text,) for mark in marks if stands(mark)), ())


def _once(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
