"""The edge to Pillow: whether it is there, and its many errors as one of ours.

Knows that a picture of any content may make a decoder raise anything; knows no format. What the decoder says is kept short,
since it may quote the file.
Rules: none; this is our own.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

from hegui.errors import HeguiError
from hegui.label.explicit.faults import cannot_decode, needs_pillow, too_large
from hegui.label.explicit.rules import number

__all__ = ["bounded", "decoding", "need_pillow"]


def need_pillow() -> None:
    """Raises LabelError (LBL100) where Pillow is not installed."""
    if importlib.util.find_spec("PIL") is None:
        raise needs_pillow()


@contextmanager
def decoding(where: str) -> Iterator[None]:
    """Whatever a decoder raises becomes LBL105."""
    try:
        yield
    except HeguiError:
        raise
    except Exception as error:  # the edge to a library: a picture of any content
        raise cannot_decode(where, type(error).__name__) from error


def bounded(width: int, height: int, where: str, *, frames: int = 1) -> None:
    """Raises LabelError where a picture has no pixels (LBL105) or more than are taken (LBL104)."""
    if width < 1 or height < 1:
        raise cannot_decode(where, "it has no pixels")
    if width * height > number("picture.most_pixels"):
        raise too_large(where, f"{width} x {height} pixels")
    if width * height * frames > number("picture.most_pixels_together"):
        raise too_large(where, f"{frames} frames of {width} x {height} pixels")
