"""Why a visible mark cannot be put on, or judged: LBL100 to LBL119, each with its remedy.

Knows what can go wrong with marks on pictures, texts and documents; raises nothing itself.
Works as small functions that return the error, so that a `raise` shows at the place.
Rules: GB 45438-2025 chapter 5; no remedy is to leave the mark away.
"""

from __future__ import annotations

from hegui.label.faults import LabelError

__all__ = [
    "animation_would_blink",
    "cannot_decode",
    "cannot_mark",
    "jpegtran_failed",
    "lacks_elements",
    "lacks_glyphs",
    "needs_pillow",
    "no_contrast",
    "no_document",
    "no_text_place",
    "not_a_line",
    "outside",
    "too_large",
    "too_small",
    "unknown_encoding",
    "would_lose",
]


def needs_pillow() -> LabelError:
    """Pillow is not installed."""
    return LabelError("LBL100", "pillow", "marks on pictures need Pillow.",
                      "Install it with: pip install 'hegui[marks]'")  # fmt: skip


def lacks_elements(missing: str) -> LabelError:
    """The wording lacks an element of GB 45438-2025 5.1."""
    return LabelError("LBL101", "", f"the wording of the mark has no {missing} element",
                      "Use 人工智能 or AI, and 生成 or 合成 (GB 45438-2025 5.1).")  # fmt: skip


def lacks_glyphs(characters: str) -> LabelError:
    """The font cannot draw the wording."""
    return LabelError("LBL102", "", f"the font has no glyph for {characters}",
                      "Word the mark with other characters, or name a font of your own that has them.")  # fmt: skip


def too_small(where: str, width: int, height: int, need: str) -> LabelError:
    """The mark does not fit."""
    return LabelError("LBL103", where, f"{width} x {height} pixels are too few for a legible mark: it needs {need}",
                      "Make the picture larger, or show the mark beside it.")  # fmt: skip


def too_large(where: str, problem: str) -> LabelError:
    """More pixels or frames than are taken."""
    return LabelError("LBL104", where, f"the picture is too large to be marked: {problem}",
                      "Make it smaller, or split it.")  # fmt: skip


def cannot_decode(where: str, problem: str) -> LabelError:
    """The picture is damaged."""
    return LabelError("LBL105", where, f"the picture cannot be decoded: {problem}",
                      "Make the file again; a damaged one is not marked.")  # fmt: skip


def cannot_mark(where: str, reason: str) -> LabelError:
    """The format, or this kind of it, cannot be drawn on."""
    return LabelError("LBL106", where, f"no mark can be drawn on this file: {reason}",
                      "Convert it to PNG, JPEG or WebP and mark that.")  # fmt: skip


def would_lose(where: str, reason: str) -> LabelError:
    """Only re-encoding would do, and the caller has not allowed it."""
    return LabelError("LBL107", where, f"the mark cannot be put on without encoding the picture anew: {reason}",
                      "Install jpegtran (libjpeg-turbo), or allow it to be encoded anew.")  # fmt: skip


def jpegtran_failed(where: str, problem: str) -> LabelError:
    """The program is there and does not do it."""
    return LabelError("LBL108", where, f"jpegtran has failed: {problem}",
                      "Install a jpegtran that knows -drop (libjpeg-turbo 2.1 or newer), or allow encoding anew.")  # fmt: skip


def animation_would_blink(where: str, frame: int) -> LabelError:
    """A frame cannot show the mark without changing what is around it."""
    return LabelError("LBL109", where, f"frame {frame} covers only a part of the picture, and the mark would vanish with it",
                      "Save the animation with whole frames, then mark it.")  # fmt: skip


def no_contrast(where: str, found: float, least: float) -> LabelError:
    """The colours of the picture give no legible mark."""
    return LabelError("LBL110", where, f"the mark has a contrast of {found:.1f}, and {least:.1f} is the least",
                      "Convert the picture to full colour and mark that.")  # fmt: skip


def unknown_encoding(where: str, problem: str) -> LabelError:
    """The text is in no encoding that hegui can tell, or cannot hold the mark."""
    return LabelError("LBL111", where, f"the text cannot take a mark: {problem}",
                      "Save it as UTF-8 and mark that.")  # fmt: skip


def no_text_place(where: str, reason: str) -> LabelError:
    """A text that a line would break."""
    return LabelError("LBL112", where, f"a line would break this file: {reason}",
                      "Show the mark beside it, or use a sidecar file.")  # fmt: skip


def no_document(where: str, reason: str) -> LabelError:
    """A document that cannot be changed."""
    return LabelError("LBL113", where, f"this document cannot take a mark: {reason}",
                      "Mark it before that step, or make the file again without it.")  # fmt: skip


def not_a_line(length: int, most: int) -> LabelError:
    """The wording of a text mark has a line break, or is longer than where marks are looked for."""
    return LabelError("LBL115", "", f"a mark in a text is one line of at most {most} characters, and this one has {length}",
                      "Shorten it to the two elements and who made the text.")  # fmt: skip


def outside(where: str, region: str) -> LabelError:
    """The region to check is not in the picture."""
    return LabelError("LBL114", where, f"the region {region} does not lie within the picture",
                      "Give left, top, width and height in pixels of the picture as it is shown.")  # fmt: skip
