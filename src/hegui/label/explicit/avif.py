"""Draw the mark on an AVIF, which has to be encoded anew.

Knows what Pillow carries over: profile, EXIF with the orientation, and XMP with a label in it; everything else is lost, and
the answer says so. Refuses sequences and more than 8 bits, which Pillow would reduce.
Rules: AVIF 1.1 (Alliance for Open Media); GB 45438-2025 5.2.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from hegui.label.explicit.faults import cannot_mark
from hegui.label.explicit.mark import PictureMark, Stamped
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.plate import contrast, drawn, fades, plate
from hegui.label.explicit.rules import number

__all__ = ["stamp"]

_RIPPLES = 0.05


def stamp(data: bytes, mark: PictureMark, where: str, orientation: int) -> Stamped:
    """The file with the mark. Raises LabelError (LBL102-LBL106, LBL110)."""
    with Image.open(BytesIO(data), formats=["AVIF"]) as image:
        bounded(image.width, image.height, where)
        if getattr(image, "n_frames", 1) > 1:
            raise cannot_mark(where, "it is a sequence of pictures")
        if _is_deep(data):
            raise cannot_mark(where, "it has more than 8 bits a sample")
        kept: dict[str, Any] = {key: image.info[key] for key in ("icc_profile", "exif", "xmp") if image.info.get(key)}
        picture = image.convert("RGBA" if image.mode == "RGBA" else "RGB")
    one = plate(picture.width, picture.height, mark, where, orientation=orientation)
    part = (one.stored.left, one.stored.top, one.stored.right, one.stored.bottom)
    under = picture.crop(part)
    is_clear = under.mode == "RGBA" and under.getchannel("A").getextrema() != (255, 255)
    picture.paste(drawn(under, one, where, is_opaque=is_clear or fades(one))[0].convert(picture.mode), part)
    out = BytesIO()
    picture.save(out, "AVIF", quality=int(number("picture.lossy_quality")), **kept)
    with Image.open(BytesIO(out.getvalue()), formats=["AVIF"]) as new:
        found = contrast(new.convert("RGB").crop(part), one.letters, share=_RIPPLES)
    notes = ("metadata other than profile, EXIF and XMP are lost",)
    return Stamped(out.getvalue(), "avif", (one.stamp(0, found),), "picture", notes=notes)


def _is_deep(data: bytes) -> bool:
    """Whether the coded picture has more than 8 bits a sample, by its av1C box."""
    at = data.find(b"av1C")
    return at >= 0 and len(data) > at + 6 and bool(data[at + 6] & 0x40)
