"""Draw the mark on a JPEG by grafting: the blocks under the plate are exchanged, every other coefficient stays as it was.

Knows the grid of blocks, and the program jpegtran (libjpeg-turbo), which does the grafting; encodes the plate with the
picture's own tables and sampling. Where the program is missing or the picture is of a kind it cannot graft, the picture is
encoded anew with the same tables, if the caller allows that. Decoders that smooth colours may tint the one row of pixels
beside the plate.
Rules: ITU-T T.81; GB 45438-2025 5.2.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile

from hegui.label.explicit.faults import cannot_decode, cannot_mark, jpegtran_failed, would_lose
from hegui.label.explicit.jpeg_segments import Jpeg, exchanged, parsed
from hegui.label.explicit.mark import Box, PictureMark, Stamped
from hegui.label.explicit.pillow import bounded
from hegui.label.explicit.plate import Plate, contrast, drawn, fades, plate

__all__ = ["stamp"]

_SAMPLINGS = {(1, 1): 0, (2, 1): 1, (2, 2): 2}
"""Factors of the first component, the others being 1 x 1 → what Pillow calls it."""
_RIPPLES = 0.05
_SECONDS = 120


def stamp(data: bytes, mark: PictureMark, where: str, orientation: int) -> Stamped:
    """The file with the mark. Raises LabelError (LBL102, LBL103, LBL105 to LBL108, LBL110)."""
    old = parsed(data, where)
    with Image.open(BytesIO(data), formats=["JPEG"]) as image:
        assert isinstance(image, JpegImageFile)
        bounded(image.width, image.height, where)
        if image.mode not in ("L", "RGB", "CMYK") or (image.mode == "CMYK" and image.info.get("adobe_transform") == 2):
            raise cannot_mark(where, "its colours are of a kind that is not handled")
        image.load()
        reason = _reason(image, old)
        if reason and not mark.may_reencode:
            raise would_lose(where, reason)
        grid = (1, 1) if reason else (8 * image.layer[0][1], 8 * image.layer[0][2])
        one = plate(image.width, image.height, mark, where, orientation=orientation, grid=grid)
        painted = _painted(image, one, where)
        new = _reencoded(image, one, painted, old) if reason else _grafted(data, image, one, painted, old, where)
        out = exchanged(old, parsed(new, where))
        found = _checked(out, image, one, where, is_grafted=not reason)
    notes = ("other pictures in the file",) if len(old.tail) > 64 else ()
    return Stamped(out, "jpeg", (one.stamp(0, found),), "picture" if reason else "none", notes=notes)


def _reason(image: JpegImageFile, old: Jpeg) -> str:
    """Why this picture cannot be grafted on; "" where it can."""
    if shutil.which("jpegtran") is None:
        return "jpegtran is not installed"
    if old.frame not in (0xC0, 0xC1, 0xC2):
        return "its coding is not Huffman's"
    first, *others = ((across, down) for _, across, down, _ in image.layer)
    if first not in _SAMPLINGS or any(factors != (1, 1) for factors in others) or (first != (1, 1) and not others):
        return "its colour sampling is unusual"
    return ""


def _painted(image: JpegImageFile, one: Plate, where: str) -> Image.Image:
    """The plate in the colours of the picture."""
    left, top = one.stored.left, one.stored.top
    under = image.crop((left, top, one.stored.right, one.stored.bottom))
    painted, _ = drawn(under, one, where, is_opaque=image.mode == "CMYK" or fades(one))
    if image.mode != "CMYK":
        return painted.convert(image.mode)
    nothing = Image.new("L", painted.size, 0)
    black = painted.convert("L").point([255 - value for value in range(256)])
    return Image.merge("CMYK", (nothing, nothing, nothing, black))


def _options(image: JpegImageFile) -> dict[str, Any]:
    """How to encode so that tables and colours are the picture's own."""
    options: dict[str, Any] = {"qtables": [image.quantization[table] for *_, table in image.layer]}
    options["subsampling"] = _SAMPLINGS.get(image.layer[0][1:3], 0)
    if image.mode == "RGB" and _is_rgb(image):
        options["keep_rgb"] = True
    return options


def _is_rgb(image: JpegImageFile) -> bool:
    """Whether the components are red, green and blue, not luminance and colours."""
    if "adobe_transform" in image.info:
        return bool(image.info["adobe_transform"] == 0)
    return "jfif" not in image.info and [name for name, *_ in image.layer] == [82, 71, 66]


def _saved(picture: Image.Image, image: JpegImageFile, **more: Any) -> bytes:
    out = BytesIO()
    if image.mode == "CMYK" and "adobe" not in image.info:
        picture = ImageChops.invert(picture)  # Pillow writes what Adobe means by CMYK
    picture.save(out, "JPEG", **_options(image), **more)
    return out.getvalue()


def _grafted(data: bytes, image: JpegImageFile, one: Plate, painted: Image.Image, old: Jpeg, where: str) -> bytes:
    order = ["-copy", "none", "-optimize", *(["-progressive"] if old.frame == 0xC2 else [])]
    with tempfile.TemporaryDirectory() as folder:
        graft = Path(folder, "plate.jpg")
        graft.write_bytes(_saved(painted, image))
        order += ["-drop", f"+{one.stored.left}+{one.stored.top}", str(graft)]
        try:
            done = subprocess.run(["jpegtran", *order], input=data, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise jpegtran_failed(where, type(error).__name__) from error
    if done.returncode or not done.stdout:
        raise jpegtran_failed(where, f"it ended with {done.returncode}")
    return done.stdout


def _reencoded(image: JpegImageFile, one: Plate, painted: Image.Image, old: Jpeg) -> bytes:
    whole = image.copy()
    whole.paste(painted, (one.stored.left, one.stored.top))
    return _saved(whole, image, optimize=True, progressive=old.frame == 0xC2)


def _checked(out: bytes, image: JpegImageFile, one: Plate, where: str, *, is_grafted: bool) -> float:
    """The contrast of the plate as it comes out of a decoder. Raises LabelError (LBL108) where other pixels have changed."""
    with Image.open(BytesIO(out), formats=["JPEG"]) as new:
        if new.mode != image.mode or new.size != image.size:
            raise cannot_decode(where, "it has changed its kind")
        changed = ImageChops.difference(new.convert("RGB"), image.convert("RGB")).getbbox()
        box = one.stored
        around = Box(box.left - 1, box.top - 1, box.width + 2, box.height + 2)
        if is_grafted and changed:
            left, top, right, bottom = changed
            if not around.holds(Box(left, top, right - left, bottom - top)):
                raise jpegtran_failed(where, "pixels beside the plate have changed")
        return contrast(
            new.convert("RGB").crop((box.left, box.top, box.right, box.bottom)), one.letters, share=_RIPPLES
        )
