"""The pictures of a file as a person sees them: every frame or page, whole, and turned as its orientation says.

Knows what Pillow can open; bounds pixels and frames before it decodes.
Rules: CIPA DC-008 (Exif), tag 0x0112.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from hegui.label.explicit.faults import too_large
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.rules import number

__all__ = ["frames", "orientation"]

_MOST_FRAMES = 5_000


def frames(data: bytes, kind: str, where: str) -> Iterator[Image.Image]:
    """Each frame or page that is marked, mode RGB: not the smaller copies in a TIFF, nor further pictures behind a JPEG."""
    together = 0
    with Image.open(BytesIO(data), formats=[kind.upper()]) as image:
        for at in range(_MOST_FRAMES):
            try:
                image.seek(at)
            except EOFError:
                return
            if isinstance(image, TiffImageFile) and int(image.tag_v2.get(254, 0)) & 5:
                continue
            bounded(image.width, image.height, where)
            together += image.width * image.height
            if together > number("picture.most_pixels_together"):
                raise too_large(where, "too many frames")
            frame = ImageOps.exif_transpose(image)
            yield frame.convert("RGBA").convert("RGB") if frame.mode in ("P", "PA") else _eight(frame)
            if kind == "jpeg":
                return
        raise too_large(where, "too many frames")


def _eight(frame: Image.Image) -> Image.Image:
    """RGB of 8 bits; 16-bit greys are scaled, not clipped."""
    if frame.mode.startswith("I"):
        return frame.convert("I").point(lambda value: value / 257).convert("L").convert("RGB")
    return frame.convert("RGB")


def orientation(data: bytes, kind: str) -> int:
    """The orientation, 1 to 8; a value that is none counts as upright."""
    with Image.open(BytesIO(data), formats=[kind.upper()]) as image:
        found = image.getexif().get(0x0112, 1)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1
