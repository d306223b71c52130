"""How a picture is turned before it is shown.

Knows where Pillow finds the EXIF orientation; a value that is none counts as upright.
Rules: CIPA DC-008 (Exif), tag 0x0112.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

__all__ = ["orientation"]


def orientation(data: bytes, kind: str) -> int:
    """The orientation, 1 to 8."""
    with Image.open(BytesIO(data), formats=[kind]) as image:
        found = image.getexif().get(0x0112, 1)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1
