"""What is asked for when an explicit mark (显式标识) is put on a file, and what became of it.

Knows wordings and places for every kind of file; knows no format and draws nothing. An order that no mark could meet is refused
where it is taken up, so that no file has been touched by then.
Rules: GB 45438-2025 chapter 5 (wording, place, rhythm or speech); Labelling Measures article 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hegui.label.explicit.mark import WORDINGS, PictureMark
from hegui.label.explicit.mark import Place as PicturePlace
from hegui.label.explicit.sound_mark import SoundKind, SoundMark, SoundPlace
from hegui.label.explicit.text_mark import TextMark, TextPlace
from hegui.label.policy import DEFAULT_TEXT

__all__ = ["MarkOrder", "Marked"]


@dataclass(frozen=True, slots=True)
class MarkOrder:
    """Which mark a file is to get.

    Attributes:
        language: "zh" or "en", of the default wording.
        text: wording of the operator's own; None takes the default.
        picture_place: corner or edge.
        text_place: before or behind a text.
        may_reencode: whether a picture or video may be encoded anew where that is the only way.
        sound: what is heard: 短长 短短, or a spoken sentence.
        sound_place: in front of the sound or behind it.
        clip: a WAV file that is spoken in the place of the bundled clip; `text` says what it says.
    """

    language: Literal["zh", "en"] = "zh"
    text: str | None = None
    picture_place: PicturePlace = "bottom_right"
    text_place: TextPlace = "tail"
    may_reencode: bool = False
    sound: SoundKind = "rhythm"
    sound_place: SoundPlace = "head"
    clip: Path | None = None

    @property
    def wording(self) -> str:
        """What a plate says."""
        return self.text or WORDINGS[self.language]

    def of_picture(self) -> PictureMark:
        """The plate. Raises LabelError LBL101."""
        return PictureMark(self.wording, self.picture_place, self.may_reencode)

    def of_text(self) -> TextMark:
        """The line. Raises LabelError LBL101, LBL115."""
        return TextMark(self.text or DEFAULT_TEXT[self.language], self.text_place)

    def of_sound(self) -> SoundMark:
        """The rhythm or the clip. Raises LabelError LBL101."""
        kind: SoundKind = "spoken" if self.clip is not None else self.sound
        return SoundMark(kind, self.sound_place, self.language, self.clip, self.text or "")


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a file.

    Attributes:
        data: the marked file; empty where it went from disk to disk.
        format: which.
        is_changed: False where the mark stood already.
        loss: "none", or "picture" where the whole picture was encoded anew.
        places: frames, pages, slides or sheets that bear the mark.
        notes: what to know: "c2pa" or "signed_label" (made for the file as it was), "short" (a video shorter than the mark).
    """

    data: bytes
    format: str
    is_changed: bool
    loss: str
    places: int
    notes: tuple[str, ...] = ()
